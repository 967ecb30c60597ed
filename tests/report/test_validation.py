"""The page of an inspected cohort, as a program reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from spine_outcomes.cohort.inspection import Inspection
from spine_outcomes.cohort.read import inspect_cohort
from spine_outcomes.report.validation import validation_page
from spine_outcomes.study.dictionary import DataDictionary
from tests.report.browser import BROWSER, chromium, visit
from tests.report.reading import Element, read
from tests.report.test_render import ELEMENTS, PAYLOADS

COLUMNS: list[dict[str, Any]] = [
    {"name": "id", "type": "string", "level": "patient", "phase": "identifier"},
    {"name": "site", "type": "category", "level": "patient", "phase": "baseline",
     "codes": ["real", "invented"]},
    {"name": "arm", "type": "category", "level": "patient", "phase": "exposure",
     "codes": {"a": "Old way", "b": "New way"}, "required": True},
    {"name": "age", "type": "integer", "level": "patient", "phase": "baseline", "unit": "years",
     "hard": [0, 120], "plausible": [18, 90], "missing_codes": ["-9"]},
    {"name": "start", "type": "date", "level": "patient", "phase": "baseline", "phi": "date"},
    {"name": "end", "type": "date", "level": "patient", "phase": "post_baseline", "phi": "date"},
]  # fmt: skip
CHECKS: list[dict[str, Any]] = [
    {"id": "X01", "severity": "error", "rule": {"column": "end", "at_least": "start"}},
    {"id": "X02", "severity": "note", "rule": {"column": "end", "present": True}},
]
ROWS = [
    *(f"P{i},invented,{'ab'[i % 2]},{40 + i},2020-01-{1 + i:02d},2021-01-01" for i in range(20)),
    "CANARY-7,invented,a,-9,2020-03-17,2020-02-29",
    "P21,invented,b,95,2020-03-17,",
]


def inspected(
    folder: Path,
    rows: list[str],
    tables: dict[str, Path] | None = None,
    described: list[dict[str, Any]] | None = None,
    **keys: Any,
) -> Inspection:
    """What reading some rows finds, and long tables that are described."""
    columns = [{"label": c["name"].capitalize(), **c} for c in COLUMNS]
    simulated = {"column": "site", "equals": "invented"}
    table = {"row": "patient", "patient": "id", "simulated": simulated, **keys}
    dictionary = {
        "table": table, "columns": columns, "checks": CHECKS, "tables": described or [],
    }  # fmt: skip
    path = folder / "cohort.csv"
    path.write_text("\n".join(["id,site,arm,age,start,end", *rows]) + "\n", encoding="utf-8")
    return inspect_cohort(path, DataDictionary.model_validate(dictionary), tables or {})


@pytest.fixture
def tree(tmp_path: Path) -> Element:
    """The page of a cohort with an error, a warning and a note."""
    return read(validation_page(inspected(tmp_path, ROWS), dictionary="dictionary.yaml"))


def rows_of(tree: Element, table: str) -> list[list[str]]:
    """Texts of the cells of one table, row by row."""
    [part] = [e for e in tree.all("div") if e.attributes.get("id") == table]
    lines = part.all("tbody")[0].all("tr")
    return [[c.text.strip() for c in line.walk() if c.tag in ("th", "td")] for line in lines]


def test_counts_by_severity_rule_and_column(tree: Element) -> None:
    """By hand: one end before its start, one age of 95, one end missing."""
    assert rows_of(tree, "by-severity") == [
        ["Errors", "1", "1", "1", "1", "1"],
        ["Warnings", "1", "1", "1", "1", "1"],
        ["Notes", "1", "1", "1", "1", "1"],
    ]
    assert rows_of(tree, "by-rule") == [
        ["Errors"],
        ["X01", "E_X01", "end", "must be at least start", "1"],
        ["Warnings"],
        [
            "W_IMPLAUSIBLE",
            "W_IMPLAUSIBLE",
            "age",
            "outside the plausible range, 18 to 90 years",
            "1",
        ],
        ["Notes"],
        ["X02", "N_X02", "end", "must be given", "1"],
    ]
    assert rows_of(tree, "by-column") == [
        ["age", "Age", "0", "1", "0", "W_IMPLAUSIBLE"],
        ["end", "End", "1", "0", "1", "X01, X02"],
    ]


def test_the_verdict_says_whether_the_cohort_can_be_analysed(tree: Element, tmp_path: Path) -> None:
    """The first thing a reader wants to know."""
    assert "cannot be analysed yet" in tree.all("div", class_="gate closed")[0].text
    clean = read(validation_page(inspected(tmp_path, ROWS[:20]), dictionary="d"))
    assert "This cohort can be analysed." in clean.all("div", class_="gate open")[0].text


def test_small_counts_of_missing_values_are_hidden(tmp_path: Path) -> None:
    """One patient without an age, in one arm, may be known to the reader."""
    found = inspected(tmp_path, ROWS)
    hidden = rows_of(read(validation_page(found, dictionary="d", min_cell=5)), "missing-cohort-csv")
    shown = rows_of(read(validation_page(found, dictionary="d", min_cell=0)), "missing-cohort-csv")
    assert hidden[0] == ["age", "<5", "–", "0", "0.0", "–", "0"]
    assert shown[0] == ["age", "1", "9.1", "0", "0.0", "9.1", "0"]


def test_what_was_read_as_missing_is_listed_with_its_code(tree: Element) -> None:
    """A declared code that swallows real values must be seen to."""
    assert rows_of(tree, "intake") == [["age", "Declared codes read as missing", "-9", "1"]]


def test_what_was_repaired_is_listed_with_the_repair(tmp_path: Path) -> None:
    """A repair that nobody sees is a change of the data."""
    rows = [*ROWS[:20], "P30, invented,a,50,2020-01-01,2021-01-01"]
    found = inspected(tmp_path, rows, repairs=["trim"])
    assert rows_of(read(validation_page(found, dictionary="d")), "intake") == [
        ["site", "Spaces around values removed, as declared", "trim", "1"]
    ]


def test_the_page_names_nobody_and_no_day(tmp_path: Path) -> None:
    """The page may be mailed: what identifies somebody stands in queries.csv only."""
    page = validation_page(inspected(tmp_path, ROWS), dictionary="d")
    for value in ("CANARY", "2020-02-29", "2020-03-17", "P21", str(tmp_path)):
        assert value not in page


def test_simulated_data_are_marked(tree: Element, tmp_path: Path) -> None:
    """Invented patients must not pass for real ones, nor real ones for invented."""
    assert "Simulated data" in tree.all("p", class_="banner")[0].text
    real = [row.replace("invented", "real") for row in ROWS]
    assert not read(validation_page(inspected(tmp_path, real), dictionary="d")).all(
        "p", class_="banner"
    )


def test_a_file_that_cannot_be_read_has_a_page(tmp_path: Path) -> None:
    """The worse the file, the more its sender needs to be told."""
    tree = read(validation_page(inspected(tmp_path, ["P1,real"]), dictionary="d"))
    [fault] = rows_of(tree, "file-problems")
    assert fault[:2] == ["E_FIELDS", "2"]
    assert "found: 2" in fault[3]


def test_the_page_is_made_of_known_elements_and_each_link_has_its_target(tree: Element) -> None:
    """A link into nowhere, or an element that the policy forbids, breaks the page quietly."""
    assert {e.tag for e in tree.walk()} <= ELEMENTS | {"line", "code"}
    ids = [e.attributes["id"] for e in tree.walk() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    assert {e.attributes["href"][1:] for e in tree.walk() if "href" in e.attributes} <= set(ids)
    assert not [e for e in tree.walk() if "style" in e.attributes or "onload" in e.attributes]


def test_every_picture_says_what_it_shows_and_has_its_numbers(tree: Element) -> None:
    """A reader who does not see it gets the counts from the table behind."""
    pictures = tree.all("ul", class_="thumbnails")[0].all("svg")
    assert len(pictures) == 5
    assert all(p.attributes["role"] == "img" and p.attributes["aria-label"] for p in pictures)
    assert ["a Old way", "11"] in rows_of(tree, "distribution-counts")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_a_file_becomes_program(tmp_path: Path, payload: str) -> None:
    """A cell, or the name of a column, that the page runs is a way into the reader's machine."""
    quoted = payload.replace('"', '""')
    rows = [f'P1,invented,"{quoted}",40,2020-01-01,2021-01-01']
    tree = read(validation_page(inspected(tmp_path, rows), dictionary=payload))
    assert {e.tag for e in tree.walk()} <= ELEMENTS | {"line"}
    assert len(tree.all("script")) == 5


def test_the_same_inspection_gives_the_same_page_and_its_tables_as_csv(tmp_path: Path) -> None:
    """A page that moves cannot be compared; a button without its text saves nothing."""
    found = inspected(tmp_path, ROWS)
    page = validation_page(found, dictionary="d")
    assert page == validation_page(found, dictionary="d")
    tree = read(page)
    [exports] = [e for e in tree.all("script") if e.attributes.get("id") == "exports"]
    names = {e.attributes["id"] for e in tree.walk() if e.attributes.get("data-kind") == "table"}
    assert set(json.loads(exports.text)) == names


def test_long_tables_stand_on_the_page_of_their_cohort(tmp_path: Path) -> None:
    """What is wrong in a table of visits keeps the cohort from being analysed as well."""
    visits = {
        "name": "visits", "label": "Visits", "level": "patient", "date": "seen",
        "columns": [
            {"name": "seen", "label": "Seen", "type": "date", "required": True},
            {"name": "score", "label": "Score", "type": "integer", "hard": [0, 10]},
        ],
    }  # fmt: skip
    path = tmp_path / "visits.csv"
    path.write_text("id,seen,score\nP1,2020-05-01,11\nP2,2020-05-02,3\nP3,2020-05-02,\n")
    found = inspected(tmp_path, ROWS[:20], tables={"visits": path}, described=[visits])
    tree = read(validation_page(found, dictionary="d", min_cell=0))
    query = ["E_RANGE", "E_RANGE", "score", "outside the range allowed, 0 to 10", "1"]
    assert query in rows_of(tree, "by-rule")
    assert rows_of(tree, "by-severity")[0] == ["Errors", "1", "1", "1", "1", "1"]
    assert rows_of(tree, "missing-visits-csv") == [["score", "2", "66.7", "0"]]
    assert "visits.csv" in tree.all("dl", class_="facts")[0].text
    assert "3 rows" in tree.all("dl", class_="facts")[0].text
    assert tree.all("div", class_="gate closed")


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
def test_a_browser_runs_the_page_without_a_word(tmp_path: Path) -> None:
    """Its own style, and pictures that no library cleaned, must keep within the policy."""
    html = validation_page(inspected(tmp_path, ROWS), dictionary="d")
    with chromium() as browser, visit(browser, html, tmp_path, "desktop") as found:
        assert found.said == []
        assert found.asked == []
        buttons = found.page.locator("button:text-is('CSV')")  # some in folded parts
        assert buttons.count() == html.count('data-kind="table"')
