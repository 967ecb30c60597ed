"""The page as a whole."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest

from spine_outcomes.analysis.results import Results
from spine_outcomes.report.exhibits import Exhibits, exhibits
from spine_outcomes.report.render import exports, render_report
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.tables.suppression import protected
from tests.report.reading import Element, numbers_of, read, unlike
from tests.report.synthetic import PLAN, synthetic_plan, synthetic_results
from tests.report.synthetic_cohort import DICTIONARY

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "{{ 7 * 7 }}",
    "javascript:alert(1)",
    "$\\frac{x}{y}$",
    "\u2028</title>",
    "*/} body{display:none} /*",
)
ELEMENTS = {
    "root", "html", "head", "meta", "title", "style", "body", "a", "p", "strong", "header", "h1",
    "h2", "h3", "dl", "div", "dt", "dd", "nav", "details", "summary", "ol", "ul", "li", "main",
    "section", "aside", "span", "figure", "figcaption", "svg", "desc", "rect", "path", "text", "g",
    "defs", "use", "table", "caption", "thead", "tbody", "tr", "th", "td", "sup", "code", "time",
    "script",
}  # fmt: skip


def found_of(results: Results) -> Exhibits:
    """Tables and figures of a run, its small counts hidden."""
    return exhibits(protected(results))


def test_every_number_is_that_of_the_results(tree: Element) -> None:
    """The page and results.csv must not disagree; no number is rounded twice or of another row."""
    assert len(numbers_of(tree)) > 500
    assert unlike(tree, synthetic_results().results) == []


def test_a_printed_sign_is_the_sign_of_the_value(tree: Element) -> None:
    """A lost minus turns benefit into harm. (A number needed says its side in words.)"""
    for cell in tree.all("td"):
        if "number_needed" in cell.attributes.get("data-id", ""):
            continue
        for number in numbers_of(cell):
            raw = float(number.attributes["data-raw"])
            is_zero = not re.search("[1-9]", number.text)
            assert is_zero or number.text.startswith("−") == (raw < 0), cell.text


def test_no_number_with_more_digits_than_are_meant(tree: Element) -> None:
    """0.12345678901234 on a page says that nobody looked at it."""
    for element in tree.walk():
        if element.tag in ("script", "style", "path", "code"):
            continue
        own = "".join(part for part in element.children if isinstance(part, str))
        assert not re.search(r"\d\.\d{6,}", own), own


def test_the_page_asks_for_nothing(page: str, tree: Element) -> None:
    """A font or picture from elsewhere tells elsewhere who reads what."""
    assert "http:" not in page
    assert "https:" not in page
    assert "url(" not in page
    assert "@import" not in page
    for element in tree.walk():
        assert "src" not in element.attributes
        assert element.tag not in ("link", "iframe", "object", "embed", "base", "form", "img")
        assert element.attributes.get("href", "#").startswith("#")


def test_no_style_attribute_and_no_handler(tree: Element) -> None:
    """The policy of the page refuses them, and the figure would lose its colours."""
    for element in tree.walk():
        assert element.tag in ELEMENTS, element.tag
        assert not [key for key in element.attributes if key == "style" or key.startswith("on")]


def test_the_page_is_small(page: str) -> None:
    """It has to fit into an e-mail."""
    assert len(page.encode()) < 3_000_000


def test_the_same_results_give_the_same_page(page: str) -> None:
    """A page that changes by itself cannot be signed."""
    assert render_report(synthetic_results()) == page


def attacked(payload: str) -> Any:
    """A run of one endpoint whose every free text is an attack."""
    dictionary = json.loads(json.dumps(DICTIONARY))
    for column in dictionary["columns"]:
        column["label"] = f"{column['label']} {payload}"
        column["codes"] = {k: f"{v} {payload}" for k, v in column.get("codes", {}).items()} or None
    relapse = {**PLAN["endpoints"]["relapse"], "label": f"Relapse {payload}"}
    results = synthetic_results()
    reasons = results.results["reason"].mask(results.results["endpoint"] == "relapse", payload)
    return synthetic_results(
        plan=synthetic_plan(
            study={"id": payload, "title": payload},
            endpoints={"relapse": relapse},
            population={"name": payload},
        ),
        dictionary=DataDictionary.model_validate(dictionary),
        results=results.results.assign(reason=reasons),
        findings=results.findings.assign(message=payload, code=payload),
        flow=results.flow.assign(label=payload),
        imaging=results.imaging.assign(label=payload),
        provenance={**results.provenance, "source": payload, payload: payload},
    )


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_a_plan_or_cohort_becomes_markup(payload: str, tree: Element) -> None:
    """A label from a collaborator's file must not run on the reader's machine."""
    page = render_report(attacked(payload))
    found = read(page)
    tags = {element.tag for element in found.walk()}
    assert tags <= ELEMENTS
    assert len(found.all("script")) == len(tree.all("script"))
    assert len(found.all("style")) == 1
    for element in found.walk():
        assert not [key for key in element.attributes if key.startswith("on") or key == "src"]
        assert element.attributes.get("href", "#").startswith("#")
    titles = [element.text for element in found.all("h1")]
    assert " ".join(titles[0].split()) == " ".join(payload.split())
    for block in found.all("script", type="application/json"):
        json.loads(block.text)


@pytest.mark.parametrize("payload", ["=1+1", "@SUM(A1)", "\t=1", "-2+3"])
def test_no_table_file_starts_a_formula(payload: str) -> None:
    """The CSV of a table is opened in a spreadsheet."""
    for name, text in exports(found_of(attacked(payload))).items():
        for line in csv.reader(io.StringIO(text, newline="")):
            for value in line:
                if value.lstrip(" ").startswith(("=", "+", "@", "\t", "-")):
                    float(value)  # a negative number may start with its sign
        assert re.fullmatch(r"[A-Za-z0-9_-]+", name)


def test_the_machine_block_holds_provenance_and_plan(tree: Element) -> None:
    """A program that reads the page needs the hashes as they are."""
    [block] = [e for e in tree.all("script") if e.attributes.get("id") == "machine"]
    machine = json.loads(block.text)
    assert machine["provenance"]["data_sha256"] == "ab" * 32
    assert machine["plan"]["arms"]["reference"] == "narrow"


def test_small_counts_are_nowhere_on_the_page_or_in_the_files(tree: Element) -> None:
    """One place forgotten, and the suppression of the others is for nothing."""
    for row in tree.all("tr"):
        if row.all("th", scope="row"):
            heads = [head.text for head in row.all("th", scope="row")]
            if heads[0] in ("Events", "At risk", "Censored", "Competing events", "High"):
                assert not [c.text for c in row.all("td") if c.text in {"1", "2", "3", "4"}], heads
    assert "<5" in exports(found_of(synthetic_results()))["flow"]


def test_files_are_those_of_the_page(tree: Element) -> None:
    """A figure on the page that is no file, or the other way round, cannot be checked."""
    found = found_of(synthetic_results())
    assert {e.attributes["id"] for e in tree.all("figure")} == set(found.figures)
    tables = {e.attributes["id"] for e in tree.all("div", data_kind="table")}
    assert tables | {"provenance"} == set(found.tables)


def test_a_run_without_weights_imaging_or_curves_is_a_report_too() -> None:
    """The second study of this program has no images and may have no weights."""
    full = synthetic_results()
    unweighted = {
        name: getattr(full, name).query("estimand == 'unweighted'")
        for name in ("results", "curves", "balance", "weights", "baseline")
    }
    bare = synthetic_results(
        plan=synthetic_plan(propensity={"estimands": ["unweighted"]}, imaging=None, cutoff=None),
        imaging=full.imaging.iloc[:0],
        propensity=full.propensity.iloc[:0],
        findings=full.findings.iloc[:0],
        provenance={},
        **{**unweighted, "curves": full.curves.iloc[:0]},
    )
    found = read(render_report(bare))
    headings = [heading.text for heading in found.all("h2")]
    assert not [h for h in headings if "Imaging" in h or "Comparability" in h]
    assert "propensity score" not in found.all("main")[0].text.lower()
    assert found.all("p", class_="banner")[0].text == "DRAFT, not for decision"
