"""Tables in the style of journals."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from spine_outcomes.report.exhibits import tables
from spine_outcomes.report.render import render_report
from spine_outcomes.study.plan import ReportOptions
from spine_outcomes.tables.cells import TO
from spine_outcomes.tables.csv_text import csv_text
from spine_outcomes.tables.suppression import protected
from spine_outcomes.tables.table import Cell, Column, Number, Row, Table
from spine_outcomes.tables.theme import PLAIN, themes
from spine_outcomes.tables.themed import themed
from tests.report.reading import read
from tests.report.synthetic import synthetic_plan, synthetic_results


def _estimate(value: tuple[str, float], lower: tuple[str, float], upper: tuple[str, float]) -> Cell:
    """An estimate with its limits."""
    return Cell((Number(*value), " (", Number(*lower), TO, Number(*upper), ")"))


TABLE = Table(
    id="t",
    title="Risk at 1.5 years (95% CI)",
    stub_head="Weights",
    columns=(Column("Hazard ratio (95% CI)"), Column("Difference"), Column("n (%)"), Column("p")),
    rows=(
        Row("Group"),
        Row(
            "Age 65.5",
            (
                _estimate(("0.75", 0.75), ("0.60", 0.6), ("0.94", 0.94)),
                _estimate(("−3.1", -0.031), ("−6.0", -0.06), ("−0.2", -0.002)),
                Cell((Number("12,345", 12345.0), " (", Number("23.4", 0.234), "%", ")")),
                Cell((Number("0.012", 0.01234, is_p=True),)),
            ),
        ),
    ),
    notes=("Balance within 0.1.",),
)  # fmt: skip


TO_FORM = ("0.75 (0.60 to 0.94)", "−3.1 (−6.0 to −0.2)")
DASHED = ("0.75 (0.60–0.94)", "−3.1 (−6.0 to −0.2)")
LANCET = ("0·75 (0·60–0·94)", "−3·1 (−6·0 to −0·2)")


@pytest.mark.parametrize(
    ("theme", "cells", "head"),
    [
        ("default", (*TO_FORM, "12,345 (23.4\u202f%)", "0.012"), "p"),
        ("jama", (*DASHED, "12\u202f345 (23.4%)", ".01"), "P"),
        ("lancet", (*LANCET, "12\u202f345 (23·4%)", "0·012"), "p"),
        ("nejm", (*TO_FORM, "12,345 (23.4%)", "0.01"), "P"),
        ("red_journal", (*DASHED, "12,345 (23.4%)", ".01"), "P"),
    ],
)
def test_cells_have_the_marks_of_the_journal(theme: str, cells: tuple[str, ...], head: str) -> None:
    """An editor sends back a table with another decimal mark, interval or p value."""
    shown = themed(TABLE, themes()[theme])
    assert tuple(cell.text for cell in shown.rows[1].cells) == cells
    assert shown.columns[-1].head == head


def test_a_theme_changes_no_value() -> None:
    """Raw values are what the page is checked by."""
    for theme in themes().values():
        pairs = zip(TABLE.rows[1].cells, themed(TABLE, theme).rows[1].cells, strict=True)
        for before, after in pairs:
            assert [p.raw for p in before.parts if isinstance(p, Number)] == [
                p.raw for p in after.parts if isinstance(p, Number)
            ]
    assert themed(TABLE, PLAIN) == TABLE


def test_the_plan_offers_the_themes_that_exist() -> None:
    """A theme without data would crash the report after the analysis had run."""
    names = get_args(ReportOptions.model_fields["theme"].annotation)
    assert sorted(names) == sorted(themes())


def test_no_number_of_a_page_misses_the_theme() -> None:
    """One forgotten sentence with 0.05 shows that numbers are printed in two places."""
    results = synthetic_results(plan=synthetic_plan(report={"theme": "lancet"}))
    tree = read(render_report(results))
    for element in tree.walk():
        if element.tag not in ("td", "th", "caption", "p", "dd", "li", "span"):
            continue
        own = "".join(part for part in element.children if isinstance(part, str))
        is_verbatim = element.inside("div", "plan") or element.inside("dl", "provenance")
        assert is_verbatim or not re.search(r"(?<![\w.])\d+\.\d+(?![\w.]*\w)", own), own


def test_csv_keeps_plain_numbers_under_every_theme() -> None:
    """A spreadsheet takes 0·75 for a word."""
    results = synthetic_results(plan=synthetic_plan(report={"theme": "lancet"}))
    for table in tables(protected(results)):
        assert "·" not in csv_text(table)
