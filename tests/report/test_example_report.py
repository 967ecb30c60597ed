"""The committed report of the demo cohort, as its readers see it: on screens, phones and paper."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser

from tests.report.browser import (
    BROWSER,
    Box,
    chromium,
    cut_off,
    figures,
    overlaps,
    text_boxes,
    unfold,
    violations,
    visit,
)
from tests.report.reading import Element, read, unlike

EXAMPLE = Path(__file__).parents[2] / "reports" / "example"
PAGE = (EXAMPLE / "report.html").read_text(encoding="utf-8")
SCREENS = ("desktop", "phone", "dark")
MOST_SHEETS = 62
CONTRAST = "color-contrast"
MARGIN = 13 / 25.4 * 72  # of the sheets, points

# Whatever is wider than the page and slides in no pane of its own, or in one that does not say so.
WIDE = """() => {
  const room = document.documentElement.clientWidth;
  const wide = [...document.querySelectorAll("body *")].filter((e) => e.checkVisibility()
    && e.getBoundingClientRect().right > room + 1 && !e.closest(".scroll, .skip, svg, script"));
  const silent = [...document.querySelectorAll(".scroll")].filter((e) =>
    e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === "auto"
    && !(e.nextElementSibling?.matches(".cue") && e.nextElementSibling.checkVisibility()));
  return [...wide, ...silent].map((e) => e.outerHTML.slice(0, 80));
}"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine"),
]


@dataclass(frozen=True)
class Seen:
    """What one screen shows."""

    boxes: list[Box]
    figures: dict[str, tuple[Box, list[Box]]]
    cut_off: list[str]
    too_wide: list[str]
    said: list[str]
    asked: list[str]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the whole file."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def seen(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    """The page on each screen, unfolded."""
    found = {}
    for screen in SCREENS:
        with visit(browser, PAGE, tmp_path_factory.mktemp(screen), screen) as opened:
            page = opened.page
            unfold(page)
            measured = figures(page)
            found[screen] = Seen(
                text_boxes(page), measured, cut_off(measured), page.evaluate(WIDE), opened.said,
                opened.asked,
            )  # fmt: skip
    return found


@pytest.fixture(scope="module")
def tree() -> Element:
    """The page as elements."""
    return read(PAGE)


@pytest.mark.parametrize("screen", SCREENS)
def test_the_page_is_silent_and_nothing_on_it_overlaps(seen: dict[str, Seen], screen: str) -> None:
    """Two words in one place are read by nobody; nor is a label outside its figure."""
    found = seen[screen]
    assert len(found.boxes) > 5000
    assert len(found.figures) > 40
    assert overlaps(found.boxes) == []
    assert found.cut_off == []
    assert found.too_wide == []
    assert found.said == found.asked == []


@pytest.mark.parametrize("screen", SCREENS)
def test_counts_stand_under_the_marks_of_their_axis(seen: dict[str, Seen], screen: str) -> None:
    """C07: people at risk read at another time than theirs."""
    curves = {key: boxes for key, (_, boxes) in seen[screen].figures.items() if key[:5] == "curve"}
    assert len(curves) > 15
    for key, boxes in curves.items():
        lines: dict[float, list[Box]] = {}
        for box in boxes:
            if re.fullmatch(r"[<≥]?\d+", box[4]):
                lines.setdefault(round(box[1]), []).append(box)
        marks, *rows = (line for _, line in sorted(lines.items()) if len(line) > 2)
        places = [(left + right) / 2 for left, _, right, _, _ in marks]
        assert len(rows) >= 2, key
        for row in rows:
            centres = [(left + right) / 2 for left, _, right, _, _ in row]
            assert centres == pytest.approx(places, abs=1.0), key


def test_axe_finds_nothing(browser: Browser, tmp_path: Path) -> None:
    """WCAG 2.2 AA: names, roles, order, as far as a program can tell."""
    with visit(browser, PAGE, tmp_path, "desktop", bypass_csp=True) as found:
        unfold(found.page)
        assert violations(found.page, rules={CONTRAST: {"enabled": False}}) == []


@pytest.mark.parametrize("screen", ["desktop", "dark"])
def test_axe_finds_every_text_dark_or_light_enough(
    browser: Browser, tmp_path: Path, screen: str
) -> None:
    """Grey on grey. Of each table the first rows: those below are set alike, and take a minute."""
    with visit(browser, PAGE, tmp_path, screen, bypass_csp=True) as found:
        unfold(found.page)
        later = "document.querySelectorAll('tr:nth-child(n+6)')"
        found.page.evaluate(f"for (const row of {later}) row.remove()")
        assert violations(found.page, runOnly=[CONTRAST]) == []


def test_dark_figures_have_no_white_sheet(browser: Browser, tmp_path: Path) -> None:
    """A white square in the night; black letters on black paper."""
    with visit(browser, PAGE, tmp_path, "dark") as found:
        looks = found.page.evaluate("""() => [...document.querySelectorAll("figure svg")].map((s) =>
            [getComputedStyle(s.querySelector(".sheet")).fill, getComputedStyle(s).color])""")
    assert {tuple(look) for look in looks} == {("none", "rgb(230, 233, 238)")}


@pytest.fixture(scope="module")
def sheets(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Size and words of every sheet, as printed on A4."""
    if shutil.which("pdftotext") is None:
        pytest.skip("no poppler here")
    folder = tmp_path_factory.mktemp("paper")
    with visit(browser, PAGE, folder, "desktop") as found:
        found.page.pdf(path=folder / "report.pdf", format="A4")
    command = ["pdftotext", "-bbox", str(folder / "report.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    number = r'="([\d.]+)"'
    return [
        {
            "width": float(width),
            "height": float(height),
            "boxes": [
                [*map(float, box[:4]), box[4]]
                for box in re.findall(
                    rf"<word xMin{number} yMin{number} xMax{number} yMax{number}>(.*?)</word>", body
                )
            ],
        }
        for width, height, body in re.findall(
            rf"<page width{number} height{number}>(.*?)</page>", text, re.DOTALL
        )
    ]


def test_on_paper_nothing_overlaps_or_runs_out_of_the_sheet(sheets: list[dict[str, Any]]) -> None:
    """A table that leaves the paper is lost; a sheet with two lines on it is a break gone wrong."""
    assert 20 < len(sheets) <= MOST_SHEETS
    for number, sheet in enumerate(sheets, start=1):
        assert overlaps(sheet["boxes"]) == [], number
        assert min(box[0] for box in sheet["boxes"]) >= MARGIN - 1, number
        assert max(box[2] for box in sheet["boxes"]) <= sheet["width"] - MARGIN + 1, number


def own_texts(element: Element) -> Iterator[str]:
    """Texts that a reader takes for words: neither code, nor what is printed letter by letter."""
    is_kept = element.attributes.get("translate") == "no" and element.tag != "div"
    if is_kept or element.tag in ("script", "style", "code", "path"):
        return
    yield "".join(part for part in element.children if isinstance(part, str))
    for child in element.children:
        if isinstance(child, Element):
            yield from own_texts(child)


def test_no_code_and_no_long_number_is_read(tree: Element) -> None:
    """A word with an underscore, a number with seven digits: nobody looked at the page."""
    texts = [text for text in own_texts(tree.all("body")[0]) if text.strip()]
    assert len(texts) > 5000
    assert [text for text in texts if re.search(r"[a-z0-9]_[a-z0-9]", text)] == []
    numbers = [n for text in texts for n in re.findall(r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?", text)]
    assert [n for n in numbers if len(re.sub(r"\D", "", n).lstrip("0")) > 7] == []


def test_every_number_is_that_of_the_results(tree: Element) -> None:
    """The page and results.csv must not be able to disagree."""
    results, e_values = (
        pd.read_csv(EXAMPLE / name, float_precision="round_trip")
        for name in ("results.csv", "e_values.csv")
    )
    beside = e_values.set_index("id")[["e_value", "e_value_limit"]]
    assert unlike(tree, results.join(beside, on="id")) == []
