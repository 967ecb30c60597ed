"""The tables of a look at accumulating data, but for safety and the comparison."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pandas as pd

from spine_outcomes.analysis.look.results import EVERYBODY, InterimResults
from spine_outcomes.analysis.results import Results
from spine_outcomes.tables import baseline as baseline_table
from spine_outcomes.tables import cells, numbers
from spine_outcomes.tables.labels import labels
from spine_outcomes.tables.selection import in_order
from spine_outcomes.tables.table import Cell, Column, Number, Parts, Row, Table

DIGITS = {"share": 1, "a month": 2}
FLOW_COUNTS = {
    "n_lesions": ("Remaining", "lesion"),
    "n_patients": ("Remaining", "patient"),
    "excluded_lesions": ("Left out at this step", "lesion"),
    "excluded_patients": ("Left out at this step", "patient"),
}


BY_FIRST_ROW = (
    "By arm: everybody who started, in the arm of the first row. Tables of rows, grades and limits "
    "count those that the plan selects, and a patient with rows in both arms in each."
)


def group_label(results: InterimResults, code: str) -> str:
    """What a group is called: everybody, the label of an arm, or what stands for it."""
    if code == EVERYBODY:
        return "All"
    if results.look.edition == "coded":
        return f"Arm {code}"
    return labels(results).arm(code)


def groups_of(frame: pd.DataFrame) -> list[str]:
    """Codes of the groups of a frame, in its order."""
    return in_order(frame["code"])


def flow(results: InterimResults) -> Table:
    """Each step of the selection; by arm where the look is unblinded."""
    name, frame = labels(results), results.flow
    heads = {
        key: Column(name.rows(unit).capitalize(), spanner)
        for key, (spanner, unit) in FLOW_COUNTS.items()
    }
    spanner = f"{name.rows(results.plan.arms.level).capitalize()} by arm"
    if "n_reference" in frame:
        heads["n_reference"] = Column(name.reference, spanner)
        heads["n_comparator"] = Column(name.comparator, spanner)
    return Table(
        id="flow",
        title="Selection of the rows",
        stub_head="Step",
        columns=tuple(heads.values()),
        rows=tuple(
            Row(str(step["label"]), tuple(cells.count(step[key]) for key in heads))
            for _, step in frame.iterrows()
        ),
        notes=("Rows that started after the cut-off are unseen, here as everywhere.",),
    )


def accrual(results: InterimResults) -> Table:
    """Enrolment, its rate, the plan's, and the time to the target."""
    frame = results.accrual_summary
    rows = [
        Row(_of_group(row, "label", results), (_measured(row),)) for row in frame.to_dict("records")
    ]
    level = labels(results).level
    return Table(
        id="accrual",
        title="Enrolment against the plan",
        stub_head="",
        columns=(Column(f"Value ({level} interval)"),),
        rows=tuple(rows),
        notes=(
            "Limits of a rate are exact (Poisson). The time to the target has a prediction "
            "interval: patients come as a Poisson process whose rate has a gamma distribution, "
            "learnt from those who came.",
            *(() if groups_of(frame) == [EVERYBODY] else (BY_FIRST_ROW,)),
        ),
    )


def _of_group(row: dict[Any, Any], name: str, results: InterimResults) -> str:
    """What a row is called, with its group where it is not everybody."""
    code, text = str(row["code"]), str(row[name])
    return text if code == EVERYBODY else f"{text}, {group_label(results, code)}"


def _measured(row: dict[Any, Any]) -> Cell:
    """A value with its limits, or the count where there is no value."""
    if pd.isna(row["value"]):
        return cells.EMPTY if _is_missing(row["n"]) else cells.count(row["n"])
    if row["unit"] == "share":
        if _is_missing(row["n"]) or "completeness" in str(row["measure"]):
            share = cells.percent(float(row["value"]))
            return Cell((*share.parts, "%"))
        return cells.count_of(row["n"], float(row["value"]))
    digits = DIGITS.get(str(row["unit"]), 1)
    shown = [numbers.decimal(float(row[key]), digits) for key in ("value", "lower", "upper")]
    parts: Parts = (Number(shown[0], float(row["value"])),)
    if not (pd.isna(row["lower"]) and pd.isna(row["upper"])):
        parts += (
            " (", _limit(shown[1], row["lower"]), cells.TO, _limit(shown[2], row["upper"]), ")",
        )  # fmt: skip
    return Cell(parts)


def _limit(text: str, value: float) -> str | Number:
    """A limit; words where it was not reached."""
    return "not reached" if pd.isna(value) else Number(text, float(value))


def _is_missing(value: object) -> bool:
    """Whether there is no count; a hidden one is text."""
    return not isinstance(value, str) and bool(pd.isna(value))  # type: ignore[call-overload]


def baseline(results: InterimResults) -> Table:
    """Table 1: everybody together, and by arm where the look is unblinded."""
    table = baseline_table.baseline(cast(Results, results))
    n_groups = len(in_order(results.baseline["arm"]))
    n_shown = len(table.columns) if len(results.balance) else n_groups
    name = labels(results)
    title = f"Baseline of the {name.rows(results.plan.arms.level)} seen"
    return replace(
        table,
        title=title if n_groups == 1 else f"{title}, by arm",
        columns=table.columns[:n_shown],
        rows=tuple(replace(row, cells=row.cells[:n_shown]) for row in table.rows),
        notes=table.notes if len(results.balance) else table.notes[:1],
    )


def visits(results: InterimResults) -> Table:
    """Rows expected at each planned visit, and seen in its window."""
    planned = results.plan.interim.visits if results.plan.interim is not None else None
    window = "" if planned is None else f" within {planned.window}"
    return Table(
        id="visits",
        title=f"Planned visits that took place{window}",
        stub_head="Visit",
        columns=(Column("Expected"), Column("Seen, n (%)")),
        rows=tuple(
            Row(_of_group(row, "visit", results), (cells.count(row["n_expected"]), _seen(row)))
            for row in results.visits.to_dict("records")
        ),
        notes=("Expected: the window closed before the cut-off, and the patient was alive then.",),
    )


def _seen(row: dict[Any, Any]) -> Cell:
    """Rows seen in a window and their share; a hidden count of either has none."""
    if isinstance(row["n_expected"], str):
        return cells.EMPTY
    return cells.count_of(row["n_in_window"], float(row["share"]))


def follow_up(results: InterimResults) -> Table:
    """Person-time, median follow-up, and who has gone silent or is overdue."""
    unit = results.plan.estimation.unit
    return Table(
        id="follow-up",
        title="Completeness of the follow-up",
        stub_head="",
        columns=(Column(f"Value ({labels(results).level} interval)"),),
        rows=tuple(
            Row(_of_group(row, "label", results), (_measured(row),))
            for row in results.follow_up.to_dict("records")
        ),
        notes=(
            f"Median follow-up in {unit}. C: person-time observed relative to that possible up to "
            "the cut-off, or to the event (Clark, Altman and De Stavola 2002).",
        ),
    )


def queries(results: InterimResults) -> Table:
    """Open queries by column and rule, and what became of those of the look before."""
    return Table(
        id="queries",
        title="Queries about the data, as they stood at the cut-off",
        stub_head="Column",
        columns=(
            Column("What it asks for", align="left"),
            Column("Kind", align="left"),
            Column("Rule", align="left"),
            Column("Open"),
            Column("New since the look before"),
            Column("Closed since then"),
        ),
        rows=tuple(
            Row(
                _column(results, str(row["column"])),
                (
                    *(cells.words(row[key]) for key in ("demand", "severity", "rule")),
                    *(cells.count(row[key]) for key in ("n_open", "n_new", "n_closed")),
                ),
            )
            for row in results.queries.to_dict("records")
        ),
        notes=(
            "A query is closed when the checks no longer raise it. A dash: no look before this.",
            "Queries that name the arm are left out of a blinded report.",
        ),
    )


def _column(results: InterimResults, name: str) -> str:
    """The column of a query by its label, with its name, by which the data are searched."""
    label = labels(results).column(name)
    return f"{label} ({name})" if name else "The row as a whole"


def events(results: InterimResults) -> Table:
    """Events so far beside those that the final analysis needs; by arm in an unblinded look."""
    name, is_together = labels(results), groups_of(results.events) == [EVERYBODY]
    together = "both arms together"
    rows = [
        Row(
            _of_group(row | {"name": name.endpoint(str(row["endpoint"]))}, "name", results),
            (
                cells.count(row["n"]),
                cells.count(row["n_event"]),
                cells.count(row["n_competing"]),
                cells.count(row["needed"]),
                _reached(row),
            ),
        )
        for row in results.events.to_dict("records")
    ]
    return Table(
        id="events",
        title=f"Events so far, {together if is_together else 'by arm'}",
        stub_head="Endpoint",
        columns=(
            Column("Rows"), Column("Events"), Column("Competing events"), Column("Needed"),
            Column("% of those needed"),
        ),
        rows=tuple(rows),
        notes=(f"No comparison: counts{f' of {together}' if is_together else ', not weighted'}.",),
    )  # fmt: skip


def _reached(row: dict[Any, Any]) -> Cell:
    """Events as a percentage of those needed."""
    if _is_missing(row["needed"]) or isinstance(row["n_event"], str):
        return cells.EMPTY
    return cells.percent(row["n_event"] / row["needed"])
