"""SVG that a strict page may carry."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from spine_outcomes.figures.flow import Step, flow_sheet
from spine_outcomes.figures.style import house_style
from spine_outcomes.figures.svg import SVG, embedded, new_figure, svg_text, written

PAYLOAD = '<script>alert(1)</script>" onload="alert(2) $\\frac{1}{2}$ ]]>'
ALLOWED = {"svg", "title", "desc", "rect", "g", "defs", "path", "use", "text"}


def drawing(label: str = "0 − 1 ≥ 2", name: str = "f1") -> str:
    """A small figure with a label, an axis, markers and a band."""
    figure = new_figure(4, 3)
    with house_style():
        ax = figure.add_subplot()
        ax.plot([0, 1], [-1, 1], marker="s", label=label)
        ax.fill_between([0, 1], [-1, 0], [0, 1], alpha=0.2)
        ax.set_title(label)
    return svg_text(figure, name, label, "What it shows.")


def parsed(svg: str) -> ElementTree.Element:
    """The document that our own serialiser wrote."""
    return ElementTree.fromstring(svg)  # noqa: S314


def local(tag: str) -> str:
    """Tag without its namespace."""
    return tag.rpartition("}")[2]


@pytest.mark.parametrize("label", ["plain", PAYLOAD])
def test_only_harmless_elements_and_attributes_are_left(label: str) -> None:
    """A style attribute is refused by the page; a script or a link must never get there."""
    flow = svg_text(flow_sheet([Step([label])], [[label]]), "f", label, label)
    for svg in (drawing(label), flow):
        root = parsed(svg)
        for element in root.iter():
            assert local(element.tag) in ALLOWED
            for key, value in element.attrib.items():
                assert not key.startswith(("on", "style", "class_")), key
                assert "xlink" not in key
                assert key != "href" or value.startswith("#")
                assert "url(" not in value
        assert "<!DOCTYPE" not in svg
        assert "<!--" not in svg


def test_a_label_is_text_as_it_was_given() -> None:
    """Escaped twice it shows entities; not escaped it runs; as mathtext it vanishes."""
    texts = [e.text for e in parsed(drawing(PAYLOAD)).iter() if local(e.tag) == "text"]
    assert PAYLOAD in texts


def test_text_stays_text_with_true_minus_and_signs() -> None:
    """A figure whose words are outlines cannot be searched, read aloud or mended."""
    texts = {e.text for e in parsed(drawing()).iter() if local(e.tag) == "text"}
    assert {"0 − 1 ≥ 2", "−1.00"} <= texts


def test_a_label_in_another_script_is_kept() -> None:
    """The measuring face lacks the glyphs; the reader's face has them."""
    assert "相邻椎体" in drawing("相邻椎体")


def test_the_same_figure_gives_the_same_bytes() -> None:
    """A date or a random id in it would change the hash of every report."""
    assert drawing() == drawing()
    assert not re.search(r"20\d\d-\d\d-\d\d", drawing())


def test_it_is_an_image_with_a_title_and_a_description() -> None:
    """A screen reader announces nothing for a bare group of paths."""
    root = parsed(drawing("A title"))
    assert root.get("role") == "img"
    found = {local(e.tag): e for e in list(root)[:2]}
    assert found["title"].text == "A title"
    assert root.get("aria-labelledby") == f"{found['title'].get('id')} {found['desc'].get('id')}"


def test_ids_of_two_figures_on_one_page_do_not_meet() -> None:
    """One id twice, and a marker of the first figure is drawn in the second."""
    ids = [set(re.findall(r' id="([^"]+)"', drawing(name=name))) for name in ("a", "b")]
    assert ids[0]
    assert not ids[0] & ids[1]
    root = parsed(drawing())
    targets = {e.get("id") for e in root.iter()}
    assert {e.get("href", "#")[1:] for e in root.iter() if e.get("href")} <= targets


def test_inside_a_page_no_address_is_left() -> None:
    """The namespace looks like an address; a page that asks for nothing names none."""
    assert "http" not in embedded(drawing())


def test_ink_follows_the_page() -> None:
    """Black text on a dark page is no text."""
    svg = drawing()
    assert 'fill="currentColor"' in svg
    assert 'class="sheet"' in svg


def test_another_package_may_name_the_elements_otherwise() -> None:
    """WeasyPrint once made every figure "svg:svg", which a page shows as its text."""
    ElementTree.register_namespace("svg", SVG)
    root = ElementTree.Element(f"{{{SVG}}}svg")
    assert written(root) == '<svg xmlns="http://www.w3.org/2000/svg" />'
