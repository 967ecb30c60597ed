"""A page in a real browser, without a network: what it shows, says and asks for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
