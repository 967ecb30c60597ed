"""Fragments of the page, letter by letter: a change of markup is seen before it is shipped."""

from __future__ import annotations

import re

import pytest

from spine_outcomes.report.bars import bar
from spine_outcomes.report.environment import environment
from spine_outcomes.report.exhibits import Exhibits
from spine_outcomes.report.gates import Gate
from spine_outcomes.report.sentence import Linked, sentence
from spine_outcomes.tables.table import Cell, Column, Number, Row, Table

TABLE = Table(
    id="risks",
    title="Risk by arm",
    stub_head="Time",
    columns=(Column("Old", "Risk, %"), Column("New", "Risk, %"), Column("Ratio", is_drawn=True)),
    rows=(
        Row("ATE weights"),
        Row(
            "24 months",
            (
                Cell((Number("19.5", 0.195123),), source="r/1"),
                Cell(("NE",), source="r/2", reason="no event in arm New"),
                Cell((Number("0.76", 0.7612), " (", Number("0.52", 0.5201), " to ",
                      Number("1.11", 1.1098), ")")),
            ),
            is_indented=True,
        ),
    ),
    notes=("A note.",),
    direction="New / Old",
)  # fmt: skip


def rendered(call: str, **shown: object) -> str:
    """What a macro gives, blanks between elements left out."""
    text = '{% import "exhibits.html" as show with context %}{{ show.' + call + " }}"
    found = Exhibits({"risks": TABLE}, {}, "Population: all, 12 rows", "2024-12-31")
    html = environment().from_string(text).render(exhibits=found, **shown)
    return re.sub(r">\s+<", "><", html).strip()


def test_a_table() -> None:
    """Caption, heads with their scope, raw values, the reason of what is not estimable."""
    assert rendered("table('risks')") == (
        '<div class="exhibit short" id="risks" data-kind="table">'
        '<div class="scroll" role="region" aria-labelledby="risks-caption" tabindex="0">'
        '<table class="grouped"><caption id="risks-caption"><a class="number" href="#risks">'
        'Table 1</a> Risk by arm <span class="direction">(New / Old)</span></caption>'
        '<thead><tr><th rowspan="2" scope="col">Time</th>'
        '<th colspan="2" scope="colgroup" class="spanner">Risk, %</th><td colspan="1"></td></tr>'
        '<tr><th scope="col" class="right">Old</th><th scope="col" class="right">New</th>'
        '<th scope="col" class="right">Ratio</th></tr></thead>'
        '<tbody><tr class="group"><th scope="colgroup" colspan="4">ATE weights</th></tr>'
        '<tr><th scope="row" class="indented">24 months</th>'
        '<td class="right" data-id="r/1"><span data-raw="0.195123">19.5</span></td>'
        '<td class="right" data-id="r/2">NE<sup><a href="#risks-reason-1">1</a></sup></td>'
        '<td class="right"><span data-raw="0.7612">0.76</span><span class="limits">('
        '<span data-raw="0.5201">0.52</span> to <span data-raw="1.1098">1.11</span>)</span>'
        '<svg class="bar" viewBox="0 0 96 12" aria-hidden="true">'
        '<path stroke="#6b7280" d="M48 0V12"/>'
        '<path stroke="currentColor" stroke-width="1.5" d="M29.7 6H50.9"/>'
        '<path fill="currentColor" d="M37.9 3.5h5v5h-5z"/></svg></td></tr></tbody></table></div>'
        '<p class="cue" aria-hidden="true">Wider than the screen: move it sideways →</p>'
        '<p class="reasons">NE, not estimable: <span id="risks-reason-1"><sup>1</sup> '
        "no event in arm New.</span></p>"
        '<p class="notes">A note. <span class="source">Population: all, 12 rows; data cut-off '
        "<time>2024-12-31</time>.</span></p></div>"
    ).replace("estimable: <span", "estimable:\n<span")


def test_a_sentence() -> None:
    """Numbers lead to their table and know their row."""
    number = Linked("20", 0.195123, anchor="risks", source="r/1")
    found = rendered("sentence(each)", each=sentence("About ", number, " of 100 <people>."))
    assert found == (
        'About <a href="#risks"><span data-raw="0.195123" data-row="r/1">20</span></a> '
        "of 100 &lt;people&gt;."
    )


def test_a_gate() -> None:
    """The verdict in words first, its reasons after."""
    found = rendered("gate(each)", each=Gate(is_open=False, verdict="Not passed.", reasons=("x",)))
    assert found == (
        '<div class="gate closed" role="note"><p><strong>Not passed.</strong></p>'
        "<ul><li>x</li></ul></div>"
    )


@pytest.mark.parametrize(
    ("limits", "arrows"), [((0.5, 2.0), 1), ((0.1, 2.0), 2), ((0.01, 400.0), 3)]
)
def test_a_bar_says_where_it_leaves_its_axis(limits: tuple[float, float], arrows: int) -> None:
    """C51: an interval to 400 must not look as if it ended at 5."""
    low, high = limits
    parts = (Number("1", 1.0), " (", Number("a", low), " to ", Number("b", high), ")")
    assert bar(Cell(parts)).count('fill="currentColor"') == arrows


def test_what_has_no_interval_has_no_bar() -> None:
    """Infinite limits (C51), NE and a dash: nothing is drawn that is not known."""
    assert bar(Cell(("NE",))) == ""
    assert bar(Cell((Number("0.76", 0.76),))) == ""
    parts = (
        Number("0", 0.0),
        " (",
        Number("0", 0.0),
        " to ",
        Number("infinity", float("inf")),
        ")",
    )
    assert bar(Cell(parts)) == ""
