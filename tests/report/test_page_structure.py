"""How the page is built: for eyes, for screen readers, for links."""

from __future__ import annotations

import base64
import hashlib
import re

from tests.report.reading import Element

SIMULATED = "Simulated data"


def test_the_policy_allows_exactly_the_style_and_script_of_the_page(tree: Element) -> None:
    """A hash of another text, and the page is bare; unsafe-inline, and it is open."""
    first = tree.all("head")[0].all("meta")[1].attributes
    assert first["http-equiv"] == "Content-Security-Policy"
    policy = first["content"]
    assert policy.startswith("default-src 'none'; img-src data:; ")
    assert "unsafe" not in policy
    texts = {"style-src": tree.all("style")[0].text, "script-src": tree.all("script")[-1].text}
    for directive, text in texts.items():
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert policy.endswith("base-uri 'none'; form-action 'none'")


def test_sections_come_in_the_order_of_reading_and_gates_before_outcomes(tree: Element) -> None:
    """Outcomes read before the balance are read as if it were good."""
    sections = [e.attributes["id"] for e in tree.all("main")[0].all("section")]
    first_outcome = sections.index("endpoint-relapse")
    assert sections[:6] == [
        "summary", "key-results-section", "flow-section", "data-quality", "methods",
        "baseline-section",
    ]  # fmt: skip
    assert sections.index("propensity") < first_outcome
    assert sections.index("imaging-section") < first_outcome
    assert sections[-9:] == [
        "forest-section", "paper", "guidelines", "quality-control-section", "findings-section",
        "plan-section", "terms", "references", "provenance-section",
    ]  # fmt: skip


def test_tables_and_figures_are_numbered_in_the_order_of_the_page(tree: Element) -> None:
    """ "Table 7" after "Table 9" sends the reader looking for what is missing."""
    for kind in ("Table", "Figure"):
        numbers = [
            int(e.text.split()[1])
            for e in tree.all("a", class_="number")
            if e.text.startswith(kind)
        ]
        assert numbers == list(range(1, len(numbers) + 1))


def test_ids_are_unique_and_every_link_has_its_target(tree: Element) -> None:
    """A link into nowhere, or to the first of two, is worse than none."""
    ids = [e.attributes["id"] for e in tree.walk() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    targets = {e.attributes["href"][1:] for e in tree.walk() if "href" in e.attributes}
    assert targets <= set(ids)
    labels = [e.attributes[k] for e in tree.walk() for k in e.attributes if k == "aria-labelledby"]
    assert {name for label in labels for name in label.split()} <= set(ids)


def test_simulated_data_are_marked_on_screen_on_paper_and_in_the_title(tree: Element) -> None:
    """A page of invented patients that leaves its folder must not pass for real."""
    assert SIMULATED in tree.all("p", class_="banner")[0].text
    assert "simulated" in tree.all("title")[0].text
    on_paper = [e for e in tree.all("p", class_="on-paper") if SIMULATED in e.text]
    assert len(on_paper) == len(tree.all("section"))
    assert re.search(r'@bottom-left{content:"DRAFT[^"]*Simulated data', tree.all("style")[0].text)


def test_the_head_says_which_study_which_data_which_program(tree: Element) -> None:
    """A printout without them belongs to nobody."""
    facts = dict(
        zip(
            (e.text for e in tree.all("dl", class_="facts")[0].all("dt")),
            (e.text for e in tree.all("dl", class_="facts")[0].all("dd")),
            strict=True,
        )
    )
    assert facts["Study"] == "NCT00000000"
    assert facts["Data cut-off"] == "2024-12-31"
    assert facts["Reproducibility id"] == "0123456789ab"
    assert facts["Plan"] == "not locked"


def test_tables_have_captions_and_scoped_heads(tree: Element) -> None:
    """A screen reader reads a cell with its heads, if they say what they head."""
    tables = tree.all("table")
    assert len(tables) > 15
    for table in tables:
        assert len(table.all("caption")) == 1
        assert all(head.attributes.get("scope") for head in table.all("th"))
        width = {
            sum(int(c.attributes.get("colspan", "1")) for c in row.all("th") + row.all("td"))
            for row in table.all("tbody")[0].all("tr")
        }
        assert len(width) == 1


def test_figures_say_what_they_are_and_where_the_numbers_are(tree: Element) -> None:
    """A picture without words is lost on a reader who does not see it."""
    for figure in tree.all("figure"):
        [svg] = figure.all("svg")
        assert svg.attributes["role"] == "img"
        assert svg.all("title")[0].text
        assert svg.all("desc")[0].text
        assert figure.all("figcaption")


def test_there_is_one_first_heading_and_landmarks(tree: Element) -> None:
    """Keyboard and screen reader move by them."""
    assert len(tree.all("h1")) == 1
    assert len(tree.all("main")) == len(tree.all("nav")) == len(tree.all("header")) == 1
    assert tree.all("html")[0].attributes["lang"] == "en"
    assert tree.all("a", class_="skip")[0].attributes["href"] == "#main"


def test_what_is_not_estimable_links_to_its_reason(tree: Element) -> None:
    """NE alone leaves the reader guessing."""
    [table] = [e for e in tree.all("div") if e.attributes.get("id") == "effects-rare_harm"]
    links = [a.attributes["href"][1:] for a in table.all("tbody")[0].all("a")]
    reasons = {e.attributes["id"]: e.text for e in table.all("span") if "id" in e.attributes}
    assert links
    assert set(links) <= set(reasons)
    assert any("no event in arm" in text for text in reasons.values())
