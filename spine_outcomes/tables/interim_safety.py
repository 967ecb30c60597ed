"""Safety and deviations of a look as tables."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spine_outcomes.analysis.look.results import EVERYBODY, InterimResults
from spine_outcomes.analysis.toxicity.counts import NOT_ASSESSED
from spine_outcomes.tables import cells, numbers
from spine_outcomes.tables.interim import group_label, groups_of
from spine_outcomes.tables.labels import labels
from spine_outcomes.tables.selection import in_order, one, where
from spine_outcomes.tables.table import Cell, Column, Row, Table, identifier
from spine_outcomes.tables.toxicity import term_name

GRADE_HEADS = ("0", "1", "2", "3", "4", "5")
IN_EACH = "A patient with rows in both arms counts in each: the arms sum to more than the patients."
EXACT = "Limits are exact (Clopper and Pearson)."


def grades(results: InterimResults, level_unit: str) -> Table:
    """Worst grade of each term by group: rows, or patients."""
    frame = where(results.grades, level_unit=level_unit)
    rows: list[Row] = []
    for term in in_order(frame["term"]):
        rows.append(Row(term_name(term)))
        for code in groups_of(frame):
            own = where(frame, term=term, code=code)
            line = tuple(
                cells.EMPTY if (row := one(own, grade=grade)) is None else cells.count(row["n"])
                for grade in (*GRADE_HEADS, NOT_ASSESSED)
            )
            rows.append(Row(group_label(results, code), line, is_indented=True))
    unit = labels(results).rows(level_unit)
    return Table(
        id=identifier("grades", level_unit),
        title=f"{unit.capitalize()} by worst grade of toxicity",
        stub_head="Term",
        columns=(*(Column(grade, "Worst grade") for grade in GRADE_HEADS), Column("Not assessed")),
        rows=tuple(rows),
        notes=("CTCAE. Grade 0: assessed and absent.", *_in_each(frame)),
    )


def _in_each(frame: pd.DataFrame) -> tuple[str, ...]:
    """Where arms are shown: a patient may stand in both."""
    return () if groups_of(frame) == [EVERYBODY] else (IN_EACH,)


def severe(results: InterimResults) -> Table:
    """Severe events one by one, without whose they are and when they were."""
    toxicity, frame = results.plan.toxicity, results.severe
    least = 3 if toxicity is None else toxicity.listed_from
    has_arms = groups_of(frame.rename(columns={"arm": "code"})) != [EVERYBODY]
    rows = tuple(
        Row(
            str(event["number"]),
            (
                *([cells.words(group_label(results, event["arm"]))] if has_arms else []),
                cells.words(term_name(event["term"])),
                cells.count(event["grade"]),
                cells.count(event["attribution"]),
                cells.EMPTY if pd.isna(event["days"]) else cells.words(event["days"]),
            ),
        )
        for event in frame.to_dict("records")
    )
    return Table(
        id="severe",
        title=f"Toxicity of grade {least} or more, event by event",
        stub_head="Event",
        columns=(
            *([Column("Arm", align="left")] if has_arms else []), Column("Term", align="left"),
            Column("Grade"), Column("Attribution (1 to 5)"), Column("Days from the start"),
        ),
        rows=rows,
        notes=("By term, grade and day; the day on which the grade was reached, as a range.",),
    )  # fmt: skip


def deaths(results: InterimResults) -> Table:
    """Early deaths by group, of the patients watched for so long."""
    is_by_arm = groups_of(results.deaths) != [EVERYBODY]
    by_first = ", each in the arm of the first row" if is_by_arm else ""
    return _counts(
        results,
        results.deaths,
        ("deaths", "Early deaths", "After the start of treatment", "Patients"),
        f"Of the patients who started at least so long before the cut-off{by_first}. {EXACT}",
    )


def deviations(results: InterimResults) -> Table:
    """Deviations from the protocol by group."""
    rows = labels(results).rows(results.plan.arms.level).capitalize()
    return _counts(
        results,
        results.deviations,
        ("deviations", "Deviations from the protocol", "Deviation", rows),
        "Of the rows in which the columns of the rule have values. Limits count a patient's rows "
        "together (Korn and Graubard).",
    )


def _counts(
    results: InterimResults, frame: pd.DataFrame, words: tuple[str, str, str, str], note: str
) -> Table:
    """Counts by name and group; ``words``: id, title, head of the stub, what is counted."""
    key, title, stub_head, counted = words
    codes = groups_of(frame)
    rows = [
        Row(
            str(label),
            tuple(
                cell for code in codes for cell in _count_cells(one(frame, label=label, code=code))
            ),
        )
        for label in in_order(frame["label"])
    ]
    columns = [
        Column(head, group_label(results, code))
        for code in codes
        for head in (counted, f"n, % ({labels(results).level} interval)")
    ]
    return Table(key, title, stub_head, tuple(columns), tuple(rows), (note,))


def _count_cells(row: pd.Series[Any] | None) -> tuple[Cell, Cell]:
    """Denominator, and the count with its share and the limits of that."""
    if row is None:
        return cells.EMPTY, cells.EMPTY
    return cells.count(row["n"]), _share(row)


def _share(row: pd.Series[Any]) -> Cell:
    """A count with its share: "3, 1.2 (0.3 to 3.6)"; one that is hidden stands alone."""
    counted = cells.count(row["n_event"])
    if isinstance(row["n_event"], str) or pd.isna(row["value"]):
        return counted
    return Cell(
        (*counted.parts, ", ", *cells.with_limits(row.rename({"value": "estimate"}), "percent"))
    )


def limits(results: InterimResults) -> Table:
    """Rates that must stay below a limit, and what is believed of them."""
    frame = results.limits
    rows: list[Row] = []
    for label in in_order(frame["label"]):
        own = where(frame, label=label)
        first = own.iloc[0]
        rows.append(Row(f"{label}: acceptable {numbers.percent(float(first['rate']))}%"))
        for code in groups_of(own):
            row = one(own, code=code)
            if row is not None:
                rows.append(Row(group_label(results, code), _limit_cells(row), is_indented=True))
    return Table(
        id="limits",
        title="Toxicities that must stay below a limit",
        stub_head="Toxicity",
        columns=(
            Column("Patients assessed"),
            Column(f"n, % ({labels(results).level} interval)"),
            Column("Probability that the rate is above the limit"),
            Column("Crossed above"),
            Column("Events that would cross"),
            Column("Verdict", align="left"),
        ),
        rows=tuple(rows),
        notes=(
            f"Probability: posterior, from {_priors(results)} and the patients so far. {EXACT}",
            *_late(results),
            *_in_each(results.limits),
        ),
    )


def _priors(results: InterimResults) -> str:
    """The prior of the rates; of each limit where they are not the same."""
    interim = results.plan.interim
    limits = () if interim is None else interim.safety.limits
    words = {limit.label: "beta({:g}, {:g})".format(*limit.prior) for limit in limits}
    if len(set(words.values())) > 1:
        return "the priors " + "; ".join(f"{prior} ({label})" for label, prior in words.items())
    return f"the prior {next(iter(words.values()), 'of the plan')} of the rate"


def _late(results: InterimResults) -> tuple[str, ...]:
    """Who counts for limits in the late window, where there are any."""
    interim, toxicity = results.plan.interim, results.plan.toxicity
    if interim is None or toxicity is None:
        return ()
    if all(limit.window != "late" for limit in interim.safety.limits):
        return ()
    return (f"Late toxicity: of patients who were assessed after day {toxicity.acute_days}.",)


def _limit_cells(row: pd.Series[Any]) -> tuple[Cell, ...]:
    """One group against a limit; beside a hidden count only the verdict is said."""
    is_hidden = isinstance(row["n_event"], str) or isinstance(row["n"], str)
    posterior = cells.EMPTY if is_hidden else cells.probability(float(row["posterior"]))
    return (
        cells.count(row["n"]),
        _share(row),
        posterior,
        cells.decimal(float(row["threshold"]), 2),
        cells.count(row["n_crossing"]),
        cells.words("crossed" if row["is_crossed"] else "not\u00a0crossed"),
    )
