"""The page in Chromium: silent, alone, readable on every screen, on paper and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.report.reading import Element

pytest.importorskip("playwright")
from spine_outcomes.report.render import render_report
from tests.report.browser import (
    BROWSER,
    SCREENS,
    chromium,
    cut_off,
    figures,
    overlaps,
    text_boxes,
    unfold,
    violations,
    visit,
)
from tests.report.synthetic import synthetic_results
from tests.report.test_render import PAYLOADS, attacked

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine"),
]
SCRIPTED = [name for name in SCREENS if name != "without scripts"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for the whole file."""
    with chromium() as found:
        yield found


@pytest.mark.parametrize("screen", SCREENS)
def test_the_page_says_nothing_and_asks_for_nothing(
    page: str, browser: Any, tmp_path: Path, screen: str
) -> None:
    """A refused style is a bare page; a request tells somebody who reads what."""
    with visit(browser, page, tmp_path, screen) as found:
        assert found.said == []
        assert found.asked == []


def test_a_broken_policy_would_be_heard(page: str, browser: Any, tmp_path: Path) -> None:
    """A silent console proves something only if it can speak."""
    broken = page.replace("<h1>", '<h1 style="color:red">', 1)
    with visit(browser, broken, tmp_path, "desktop") as found:
        assert "Content Security Policy" in " ".join(found.said)


def test_without_a_network_the_picture_is_the_same(page: str, browser: Any, tmp_path: Path) -> None:
    """A font or a picture from elsewhere changes what the reader sees."""
    pictures = []
    for is_offline in (True, False):
        with visit(browser, page, tmp_path, "desktop") as found:
            found.page.context.set_offline(is_offline)
            found.page.reload()
            found.page.locator("nav a[aria-current]").wait_for()  # the last thing the script does
            pictures.append(found.page.screenshot())
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("screen", SCRIPTED)
def test_axe_finds_nothing(page: str, browser: Any, tmp_path: Path, screen: str) -> None:
    """WCAG 2.2 AA: contrast, names, roles, order, as far as a program can tell."""
    with visit(browser, page, tmp_path, screen, bypass_csp=True) as found:
        unfold(found.page)
        assert violations(found.page) == []


@pytest.mark.parametrize("screen", ["desktop", "phone", "print"])
def test_no_text_lies_on_another(page: str, browser: Any, tmp_path: Path, screen: str) -> None:
    """Two words in one place are read by nobody."""
    with visit(browser, page, tmp_path, "desktop" if screen == "print" else screen) as found:
        if screen == "print":
            found.page.emulate_media(media="print")
        unfold(found.page)
        boxes = text_boxes(found.page)
        assert len(boxes) > 500
        assert overlaps(boxes) == []


def test_no_text_of_a_figure_is_cut_off(page: str, browser: Any, tmp_path: Path) -> None:
    """A label that runs out of its picture is lost in every copy of it."""
    with visit(browser, page, tmp_path, "desktop") as found:
        unfold(found.page)
        measured = figures(found.page)
        assert len(measured) > 10
        assert cut_off(measured) == []


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_scrolls_one_way(page: str, browser: Any, tmp_path: Path, width: int) -> None:
    """A page that slides sideways loses its reader (WCAG 1.4.10 asks for 320)."""
    size = {"viewport": {"width": width, "height": 800}}
    with visit(browser, page, tmp_path, "phone", **size) as found:
        assert found.page.evaluate("document.documentElement.scrollWidth") == width
        wide = found.page.locator("#key-results .scroll")
        assert "wide" in wide.get_attribute("class").split()
        assert found.page.locator("#key-results .cue").is_visible()
        flow = found.page.locator("#flow-chart .pane")
        room, drawn = flow.evaluate("pane => [pane.clientWidth, pane.scrollWidth]")
        assert room < width < drawn  # the chart slides in its pane; its caption and notes stay
        assert found.page.locator("#flow-chart .cue").is_visible()


def test_without_scripts_every_section_and_number_is_there(
    page: str, browser: Any, tmp_path: Path, tree: Element
) -> None:
    """Mail programs and strict readers run none."""
    with visit(browser, page, tmp_path, "without scripts") as found:
        headings = found.page.locator("main h2").all()
        assert len(headings) == len(tree.all("h2"))
        assert all(heading.is_visible() for heading in headings)
        assert found.page.locator("#key-results td").first.is_visible()
        assert found.page.locator("nav a").first.is_visible()
        assert found.page.locator("button, input").count() == 0
        folded = found.page.locator("main details").first
        folded.locator("summary").click()
        assert folded.locator(".exhibit").first.is_visible()


def test_a_curve_is_read_where_the_pointer_is(page: str, browser: Any, tmp_path: Path) -> None:
    """At 24 months 17.9% and 13.7%, by hand (see the summary): not the neighbour's number."""
    with visit(browser, page, tmp_path, "desktop") as found:
        figure = found.page.locator("#curve-relapse-ATE")
        figure.scroll_into_view_if_needed()
        block = found.page.evaluate("page.block('readouts')")["curve-relapse-ATE"]
        left, top, right, _ = block["box"]
        svg = figure.locator("svg")
        place = svg.bounding_box()
        scale = place["width"] / svg.evaluate("s => s.viewBox.baseVal.width")
        x = left + (right - left) * 24 / block["longest"]
        found.page.mouse.move(place["x"] + x * scale, place["y"] + (top + 30) * scale)
        text = figure.locator(".readout").inner_text()
        assert text.splitlines()[0] == "24 months"
        assert "Narrow field: 17.9%" in text
        assert "Wide field with margin: 13.7%" in text
        found.page.mouse.move(0, 0)
        assert not figure.locator(".readout").is_visible()


def test_a_curve_is_read_with_the_keyboard(page: str, browser: Any, tmp_path: Path) -> None:
    """Who has no pointer reads the same numbers, and hears them."""
    with visit(browser, page, tmp_path, "desktop") as found:
        slider = found.page.locator("#curve-relapse-ATE input[type=range]")
        slider.focus()
        for _ in range(24):
            found.page.keyboard.press("ArrowRight")
        said = slider.get_attribute("aria-valuetext")
        assert said.startswith("24 months; Narrow field: 17.9%")
        assert found.page.locator("#curve-relapse-ATE .readout").is_visible()


def test_tables_are_found_by_name(page: str, browser: Any, tmp_path: Path) -> None:
    """Forty tables, and no way to the one."""
    with visit(browser, page, tmp_path, "desktop") as found:
        found.page.fill("#search", "relapse people")
        hits = found.page.locator(".search a")
        assert "people at risk" in hits.first.inner_text()
        hits.first.click()
        target = found.page.locator("#risk-table-relapse")
        assert target.is_visible()  # it was folded
        found.page.fill("#search", "no such table")
        assert found.page.locator("[role=status]").inner_text() == "0 found"


def test_the_section_in_view_is_marked(page: str, browser: Any, tmp_path: Path) -> None:
    """Lost in the middle of a long page."""
    with visit(browser, page, tmp_path, "desktop") as found:
        for anchor in ("propensity", "endpoint-relapse"):
            found.page.locator(f"#{anchor}").evaluate("s => s.scrollIntoView()")
            mark = found.page.locator(f"nav a[aria-current][href='#{anchor}']")
            mark.wait_for(timeout=3000)
        assert found.page.locator("nav a[aria-current]").count() == 1


def test_buttons_give_the_files_they_name(page: str, browser: Any, tmp_path: Path) -> None:
    """A button without its file, or a file without its content."""
    with visit(browser, page, tmp_path, "desktop", accept_downloads=True) as found:
        got = {}
        for anchor, name in (("flow", "CSV"), ("flow-chart", "SVG"), ("flow-chart", "PNG")):
            with found.page.expect_download() as waiting:
                found.page.locator(f"#{anchor}").get_by_role("button", name=name).click()
            got[waiting.value.suggested_filename] = Path(waiting.value.path()).read_bytes()
        assert got["flow.csv"].startswith("\ufeffStep,".encode())
        assert got["flow-chart.svg"].startswith(b'<svg xmlns="http://www.w3.org/2000/svg"')
        assert got["flow-chart.png"].startswith(b"\x89PNG")
        assert len(got["flow-chart.png"]) > 20_000


def test_numbers_are_copied_rounded_or_raw(page: str, browser: Any, tmp_path: Path) -> None:
    """What a reader pastes must be what the button says."""
    allowed = {"permissions": ["clipboard-read", "clipboard-write"]}
    with visit(browser, page, tmp_path, "desktop", **allowed) as found:

        def clipboard() -> str:
            return str(found.page.evaluate("navigator.clipboard.readText()"))

        number = found.page.locator("#risks-relapse td [data-raw]").first
        raw = number.get_attribute("data-raw")
        number.click()
        assert clipboard() == number.inner_text()
        number.click(modifiers=["Shift"])
        assert clipboard() == raw
        found.page.locator("#risks-relapse").get_by_role("button", name="Copy raw").click()
        found.page.get_by_text("copied with all digits").wait_for()
        assert raw in clipboard()


@pytest.mark.parametrize(("size", "box"), [("A4", (595, 842)), ("Letter", (612, 792))])
def test_the_page_prints_open_and_light(
    page: str, browser: Any, tmp_path: Path, size: str, box: tuple[int, int]
) -> None:
    """On paper nobody unfolds, and nobody presses a button."""
    with visit(browser, page, tmp_path, "dark") as found:
        found.page.emulate_media(media="print", color_scheme="dark")
        assert found.page.evaluate("getComputedStyle(document.body).backgroundColor") == (
            "rgb(255, 255, 255)"
        )
        for hidden in (".search", ".buttons", "input[type=range]", ".theme"):
            assert not found.page.locator(hidden).first.is_visible(), hidden
        assert found.page.locator("#risk-table-relapse td").first.is_visible()
        pdf = found.page.pdf(format=size)
    assert pdf.startswith(b"%PDF")
    sides = {
        tuple(round(float(n)) for n in m)
        for m in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    }
    wide = box[::-1]  # the key results
    kinds = {
        kind
        for side in sides
        for kind in (box, wide)
        if max(abs(a - b) for a, b in zip(side, kind, strict=True)) <= 1
    }
    assert kinds == {box, wide}
    assert len(sides) == 2


@pytest.mark.parametrize("payload", PAYLOADS)
def test_an_attack_in_any_text_stays_text(browser: Any, tmp_path: Path, payload: str) -> None:
    """A label from a collaborator's file must not run on the reader's machine."""
    with visit(browser, render_report(attacked(payload)), tmp_path, "desktop") as found:
        assert found.said == []
        assert found.asked == []
        assert found.page.locator("main").is_visible()
        assert found.page.locator("button").count() > 10  # our own script ran


def test_the_run_with_a_second_engine_has_no_draft_on_it(browser: Any, tmp_path: Path) -> None:
    """A stamp that never goes away is not read."""
    frame = synthetic_results().quality_control
    line = {
        "endpoint": "relapse", "quantity": "Risk at 24 months", "ours": 0.1, "second": 0.1,
        "difference": 0.0, "tolerance": 1e-9, "engine": "other", "verdict": "agrees",
    }  # fmt: skip
    frame = frame.reindex([0]).assign(**line)
    confirmed = synthetic_results(quality_control=frame)
    with visit(browser, render_report(confirmed), tmp_path, "desktop") as found:
        assert "DRAFT" not in found.page.locator(".banner").inner_text()
        found.page.locator("#quality-control-section summary").click()
        assert found.page.locator("#quality-control td").first.is_visible()
