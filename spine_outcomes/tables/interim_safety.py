"""Safety, deviations and the comparison of a look as tables."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spine_outcomes.analysis.look.results import EVERYBODY, InterimResults
from spine_outcomes.analysis.toxicity.counts import NOT_ASSESSED
from spine_outcomes.tables import cells, numbers
from spine_outcomes.tables.interim import group_label, groups_of
from spine_outcomes.tables.labels import labels
from spine_outcomes.tables.selection import in_order, one, where
from spine_outcomes.tables.table import Cell, Column, Number, Row, Table, identifier
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
    posterior = cells.EMPTY if is_hidden else Cell((_probability(float(row["posterior"])),))
    return (
        cells.count(row["n"]),
        _share(row),
        posterior,
        cells.decimal(float(row["threshold"]), 2),
        cells.count(row["n_crossing"]),
        cells.words("crossed" if row["is_crossed"] else "not\u00a0crossed"),
    )


def looks(results: InterimResults) -> Table:
    """Looks at the comparison so far and to come, with their boundaries."""
    rows = [
        Row(
            f"Look {row['look']}" + (" (planned)" if row["is_planned"] else ""),
            (
                cells.words(row["cutoff"]),
                cells.decimal(float(row["information"]), 2),
                cells.percent(float(row["fraction"])),
                cells.decimal(float(row["upper"]), 4),
                Cell((_p_value(float(row["nominal_p"])),)),
                Cell((_error(float(row["alpha_spent"])),)),
                cells.decimal(float(row["z"]), 3),
            ),
        )
        for row in results.monitoring.to_dict("records")
    ]
    return Table(
        id="looks",
        title="Looks at the monitored comparison",
        stub_head="Look",
        columns=(
            Column("Cut-off", align="left"), Column("Information"), Column("% of maximum"),
            Column("Boundary of |Z|"), Column("Nominal p"), Column("Error spent"), Column("Z"),
        ),
        rows=tuple(rows),
        notes=_design_notes(results),
    )  # fmt: skip


def assessment(results: InterimResults) -> Table:
    """What the look says of the monitored comparison."""
    has_prospects = results.assessment["measure"].str.startswith("conditional_power").any()
    prospects = " Conditional power takes the looks to come as planned." if has_prospects else ""
    return Table(
        id="assessment",
        title="The monitored comparison at this look",
        stub_head="",
        columns=(Column("Value (interval)"),),
        rows=tuple(
            Row(str(row["label"]), (_value(row),)) for row in results.assessment.to_dict("records")
        ),
        notes=(
            "The repeated interval holds at every look, whatever is decided; the stage-wise "
            "numbers only if the study ends here." + prospects,
        ),
        direction=labels(results).quotient,
    )


def _value(row: dict[Any, Any]) -> Cell:
    """A number with its limits, where it has them."""
    value = float(row["value"])
    if row["measure"] in ("nominal_p", "stagewise_p"):
        return Cell((_p_value(value),))
    if row["measure"] == "alpha_spent":
        return Cell((_error(value),))
    limits = [
        Number(numbers.decimal(float(row[key]), 3), float(row[key])) for key in ("lower", "upper")
    ]
    is_power = "power" in str(row["measure"])
    number = _probability(value) if is_power else Number(numbers.decimal(value, 3), value)
    if pd.isna(row["lower"]):
        return Cell((number,))
    return Cell((number, " (", limits[0], cells.TO, limits[1], ")"))


def _probability(value: float) -> Number:
    """A probability to three decimals; what would read 0.000 or 1.000 says that it is neither."""
    if 0 < value < 5e-4:
        return Number("<0.001", value)
    if 1 - 5e-4 < value < 1:
        return Number(">0.999", value)
    return Number(numbers.decimal(value, 3), value)


def _p_value(p: float) -> Number:
    """A p value as everywhere."""
    return Number(numbers.p_value(p), p, is_p=True)


def _error(alpha: float) -> Number:
    """Error spent, to five decimals; what would read 0.00000 says that it is less than that."""
    is_tiny = 0 < alpha < 5e-6
    return Number("<0.00001" if is_tiny else numbers.decimal(alpha, 5), alpha)


def _design_notes(results: InterimResults) -> tuple[str, ...]:
    """Which boundary it is and what information means."""
    interim = results.plan.interim
    monitoring = None if interim is None else interim.monitoring
    if monitoring is None:
        return ()
    name = labels(results)
    families = {
        "obrien_fleming": "Lan-DeMets, O'Brien-Fleming type",
        "pocock": "Lan-DeMets, Pocock type",
        "hwang_shih_decani": f"Hwang-Shih-DeCani, γ = {monitoring.parameter}",
        "power": f"Kim-DeMets, ρ = {monitoring.parameter}",
    }
    is_ahead = results.monitoring["is_planned"].any()
    ahead = " Looks to come are taken at their planned share of it." if is_ahead else ""
    sides = "both sides" if monitoring.sides == 2 else "one side"
    return (
        f"{name.endpoint(monitoring.endpoint)}, {name.estimand(monitoring.estimand)}; error "
        f"{monitoring.alpha:g} on {sides}, spent by {families[monitoring.family]}.",
        "Information is 1 / variance of the log hazard ratio, the variance clustered and corrected "
        f"for the weights, relative to {monitoring.maximum_information:g}.{ahead}",
    )
