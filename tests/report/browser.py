"""A page in a real browser, without a network: what it shows, says and asks for, and where."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
SCREENS = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "without scripts": {
        "viewport": {"width": 1280, "height": 900},
        "java_script_enabled": False,
    },
}

# Boxes of the lines of text of an element that a reader sees, as left, top, right, bottom, text.
BOXES = """(root) => {
  const boxes = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.trim();
    const owner = node.parentElement;
    if (!text || !owner.checkVisibility() || owner.closest("title, desc, script, style")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const r of range.getClientRects()) {
      if (r.width > 1 && r.height > 1) boxes.push([r.left, r.top, r.right, r.bottom, text]);
    }
  }
  return boxes;
}"""
# Of every figure its id, its own box, and the boxes of its texts.
FIGURES = f"""() => [...document.querySelectorAll("figure svg")].map((svg) => {{
  const r = svg.getBoundingClientRect();
  return [svg.closest("figure").id, [r.left, r.top, r.right, r.bottom], ({BOXES})(svg)];
}})"""

Box = list[Any]


@dataclass
class Visit:
    """An open page, and everything it said or asked for."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of the machine."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER)
        yield browser
        browser.close()


@contextmanager
def visit(browser: Browser, html: str, folder: Path, screen: str, **more: Any) -> Iterator[Visit]:
    """A page opened from a file on one of the screens; whatever it asks for is refused."""
    file = folder / "report.html"
    file.write_text(html, encoding="utf-8")
    context = browser.new_context(**{**SCREENS[screen], **more}, reduced_motion="reduce")
    found = Visit(context.new_page())
    found.page.on("console", lambda message: found.said.append(message.text))
    found.page.on("pageerror", lambda error: found.said.append(str(error)))
    found.page.on("dialog", lambda dialog: (found.said.append(dialog.message), dialog.dismiss()))
    found.page.on(
        "request", lambda r: found.asked.append(r.url) if r.url != file.as_uri() else None
    )
    context.set_offline(True)
    found.page.goto(file.as_uri())
    yield found
    context.close()


def unfold(page: Page) -> None:
    """Open whatever is folded."""
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")


def text_boxes(page: Page) -> list[Box]:
    """Lines of text that a reader sees, in head and body."""
    return [box for part in ("header", "main") for box in page.locator(part).evaluate(BOXES)]


def overlaps(boxes: list[Box], *, least: float = 2.0) -> list[tuple[str, str]]:
    """Pairs of texts whose boxes share more than ``least`` points both ways.

    A head repeated in the next column of print is listed twice in one place: it counts once.
    """
    found = []
    ordered = sorted({tuple(box) for box in boxes}, key=lambda box: box[1])
    for i, (left, _, right, bottom, text) in enumerate(ordered):
        for other in ordered[i + 1 :]:
            if other[1] > bottom - least:
                break
            across = min(right, other[2]) - max(left, other[0])
            down = min(bottom, other[3]) - other[1]
            if across > least and down > least:
                found.append((text, other[4]))
    return found


def figures(page: Page) -> dict[str, tuple[Box, list[Box]]]:
    """The box of every figure by its id, and its texts."""
    found = page.evaluate(FIGURES)
    return {key: (place, boxes) for key, place, boxes in found}


def cut_off(measured: dict[str, tuple[Box, list[Box]]]) -> list[str]:
    """Texts that leave the sheet of their figure."""
    return [
        f"{key}: {text}"
        for key, ((left, top, right, bottom), boxes) in measured.items()
        for x0, y0, x1, y1, text in boxes
        if x0 < left - 1 or y0 < top - 1 or x1 > right + 1 or y1 > bottom + 1
    ]


def violations(page: Page, **options: Any) -> list[tuple[str, Any, str]]:
    """What axe finds, by default under every rule: rule, place and remedy."""
    return [
        (each["id"], node["target"], node.get("failureSummary", ""))
        for each in Axe()
        .run(page, options={"resultTypes": ["violations"], **options})
        .response["violations"]
        for node in each["nodes"]
    ]
