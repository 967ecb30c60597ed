"""What an unblinded look says of its comparison, in plain words, before anything else."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from spine_outcomes.analysis.look.results import InterimResults
from spine_outcomes.study.interim import Monitoring
from spine_outcomes.tables import numbers
from spine_outcomes.tables.labels import labels

CROSSED = "W_BOUNDARY_CROSSED"


def verdict(results: InterimResults) -> Iterator[str]:
    """Whether the boundary is crossed, the estimate, and what is still to come, as sentences.

    Nothing for a plan that monitors no comparison.
    """
    interim = results.plan.interim
    monitoring = None if interim is None else interim.monitoring
    if monitoring is None:
        return
    if results.assessment.empty:
        yield (
            "The monitored comparison is not estimable at this look: there is no Z and no boundary "
            "(see Findings)."
        )
        return
    found = results.assessment.set_index("measure")
    yield _boundary(results, found["value"])
    yield _estimate(results, monitoring, found)
    yield _information(results, monitoring, found["value"])


def _boundary(results: InterimResults, value: pd.Series[float]) -> str:
    """Whether the boundary is crossed."""
    z, bound = numbers.decimal(value["z"], 2), numbers.decimal(value["boundary"], 2)
    crossed = results.findings.loc[results.findings["code"] == CROSSED, "message"]
    if crossed.empty:
        return f"The boundary is not crossed: Z is {z}, and the boundary of |Z| is {bound}."
    towards = "harm" if "towards harm" in crossed.iloc[0] else "benefit"
    return (
        f"The boundary is crossed, towards {towards}: Z is {z}, and the boundary of |Z| is "
        f"{bound}. This advises the committee and decides nothing by itself."
    )


def _estimate(results: InterimResults, monitoring: Monitoring, found: pd.DataFrame) -> str:
    """The hazard ratio with the interval that holds at every look."""
    name = labels(results)
    level = 100 * (1 - 2 * monitoring.alpha / monitoring.sides)
    row = found.loc[["hazard_ratio"], ["value", "lower", "upper"]].astype(float).iloc[0]
    ratio, low, high = (numbers.ratio(float(number)) for number in row.to_numpy())
    limits = (
        f"repeated {level:g}% interval {low} to {high}" if pd.notna(row["lower"]) else "no interval"
    )
    return (
        f"{name.endpoint(monitoring.endpoint)}: {name.measure(monitoring.measure).name.lower()} "
        f"{ratio} ({limits}), {name.quotient}, {name.estimand(monitoring.estimand)}."
    )


def _information(results: InterimResults, monitoring: Monitoring, value: pd.Series[float]) -> str:
    """How much of the information there is, and which looks are to come."""
    share = numbers.percent(value["information_fraction"])
    planned = results.monitoring.loc[results.monitoring["is_planned"].astype(bool), "look"]
    if results.look.is_last:
        ahead = "It is the last planned look: no error is left for another."
    elif planned.empty:
        ahead = "No error is left for another look."
    else:
        ahead = f"Looks still planned: {len(planned)}."
    information = numbers.decimal(value["information"], 1)
    return (
        f"The look has {share}% of the planned maximum information ({information} of "
        f"{monitoring.maximum_information:g}). {ahead}"
    )
