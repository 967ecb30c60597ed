"""Toxicity: worst grades by arm, proportions, rates and mean counts, and the severe events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.analysis.toxicity_counts import ASSESSED, NOT_ASSESSED
from spine_outcomes.analysis.toxicity_rows import ANY_TERM
from spine_outcomes.tables import cells
from spine_outcomes.tables.labels import Labels, labels
from spine_outcomes.tables.selection import in_order, where
from spine_outcomes.tables.table import Cell, Column, Row, Table, identifier

GRADES = ("0", "1", "2", "3", "4", "5")
ORDER = (ASSESSED, *GRADES, NOT_ASSESSED)
HEADS = ("Assessed", *GRADES, "Not assessed")
MAIN = ("any", "any")  # window and cause that are in view


def toxicity_tables(results: Results) -> Iterator[Table]:
    """Every table of toxicity, those of all onsets and causes first."""
    if results.toxicity.empty:
        return
    for window, cause in views(results):
        yield worst_grades(results, window, cause)
    yield listing(results)


def views(results: Results) -> list[tuple[str, str]]:
    """Windows and causes of the run: all onsets of any cause first."""
    frame = results.toxicity
    return [(w, c) for c in in_order(frame["cause"]) for w in in_order(frame["window"])]


def view_name(results: Results, window: str, cause: str) -> str:
    """A window and a cause in words, such as "acute (day 0 to 90), related to treatment"."""
    toxicity = results.plan.toxicity
    days = 0 if toxicity is None else toxicity.acute_days
    onset = {
        "any": "any onset",
        "acute": f"acute, day 0 to {days}",
        "late": f"late, after day {days}",
    }[window]
    return f"{onset}, {'related to treatment' if cause == 'related' else 'any cause'}"


def term_name(term: str) -> str:
    """Name of a term on the page."""
    return "Any term" if term == ANY_TERM else term


def worst_grades(results: Results, window: str, cause: str) -> Table:
    """How many had which worst grade of each term, rows and patients side by side."""
    name = labels(results)
    frame = where(results.toxicity, window=window, cause=cause)
    units = in_order(frame["level_unit"])
    rows: list[Row] = []
    for term in in_order(frame["term"]):
        rows.append(Row(term_name(term)))
        for arm in name.arms:
            own = where(frame, term=term, arm=arm)
            line = tuple(cell for unit in units for cell in _grades(where(own, level_unit=unit)))
            rows.append(Row(name.arm(arm), line, is_indented=True))
    return Table(
        id=identifier("toxicity-worst", window, cause),
        title=f"Worst grade of toxicity: {view_name(results, window, cause)}",
        stub_head="Term, arm",
        columns=tuple(
            Column(head, spanner=name.rows(unit).capitalize()) for unit in units for head in HEADS
        ),
        rows=tuple(rows),
        notes=_grade_notes(results, window, cause, name),
    )


def _grades(frame: pd.DataFrame) -> tuple[Cell, ...]:
    """One arm at one level: assessed, each grade, not assessed."""
    counts: dict[str, Any] = dict(zip(frame["grade"], frame["n"], strict=True))
    return tuple(cells.count(counts[grade]) for grade in ORDER)


def _grade_notes(results: Results, window: str, cause: str, name: Labels) -> tuple[str, ...]:
    """What counts, and what is apart."""
    toxicity = results.plan.toxicity
    notes = [
        "CTCAE version 5; a row counts once a term, with its worst grade. 0: assessed and absent.",
    ]
    if name.rows(results.plan.arms.level) != "patients":
        notes.append("A patient counts once in each arm, with the worst of the rows there.")
    if window == "late":
        notes.append("Assessed are those with an assessment after the acute window.")
    if cause == "related" and toxicity is not None:
        notes.append(f"Related: attribution of {toxicity.related_at_least} or more of 5.")
    return tuple(notes)


def listing(results: Results) -> Table:
    """Severe events one by one, without whose they are and when they were."""
    name = labels(results)
    toxicity = results.plan.toxicity
    least = 3 if toxicity is None else toxicity.listed_from
    rows = tuple(
        Row(
            str(event["number"]),
            (
                cells.words(name.arm(event["arm"])),
                cells.words(event["term"]),
                cells.count(event["grade"]),
                cells.count(event["attribution"]),
                cells.EMPTY if pd.isna(event["days"]) else cells.words(event["days"]),
            ),
        )
        for _, event in results.toxicity_listing.iterrows()
    )
    k = results.plan.report.min_cell
    rule = (
        f"Events that fewer than {k} others are like (arm, term, grade) are left out, and days and "
        "attribution that fewer share: the whole list needs report.min_cell 0."
    )
    return Table(
        id="toxicity-listing",
        title=f"Events of grade {least} or more",
        stub_head="Event",
        columns=(
            Column("Arm", align="left"), Column("Term", align="left"), Column("Grade"),
            Column("Attribution (1 to 5)"), Column("Days from the start"),
        ),
        rows=rows or (Row("None is shown"),),
        notes=("Day on which grade 3 was reached, as a range.", *((rule,) if k > 1 else ())),
    )  # fmt: skip
