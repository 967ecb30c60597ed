"""The monitored comparison at a look: its information, its boundaries, what is still to come."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.analysis.look.results import (
    MEASURE_COLUMNS,
    MONITORING_COLUMNS,
    LookFacts,
)
from spine_outcomes.errors import Finding
from spine_outcomes.interim.boundaries import Boundaries
from spine_outcomes.interim.monitoring import (
    Assessment,
    SequentialDesign,
    assess,
    boundaries_at_looks,
    information_from,
)
from spine_outcomes.interim.recursion import adds_information
from spine_outcomes.study.interim import Interim, Look, Monitoring

Row = dict[str, Any]

FAR = 0.25  # relative to what the plan expects


@dataclass(frozen=True)
class HeldLook:
    """An earlier look at the comparison.

    Parameters
    ----------
    number, cutoff
        Which look, and up to when.
    information, z
        Of the monitored hazard ratio as it was then.
    """

    number: int
    cutoff: datetime.date
    information: float
    z: float


@dataclass(frozen=True, eq=False)
class Monitored:
    """What the comparison says at a look.

    Parameters
    ----------
    looks
        ``MONITORING_COLUMNS``: looks held and planned.
    assessment
        ``MEASURE_COLUMNS``; empty where the hazard ratio is not estimable.
    held
        This look, for the next ones.
    """

    looks: pd.DataFrame
    assessment: pd.DataFrame
    held: HeldLook | None
    findings: tuple[Finding, ...]


def design_of(monitoring: Monitoring) -> SequentialDesign:
    """The plan's monitoring as the functions of ``interim`` take it."""
    return SequentialDesign(
        maximum_information=monitoring.maximum_information,
        family=monitoring.family,
        alpha=monitoring.alpha,
        sides=monitoring.sides,
        parameter=monitoring.parameter,
        effect=float(np.log(monitoring.hazard_ratio)),
    )


def monitored(
    results: pd.DataFrame, interim: Interim, look: LookFacts, before: Sequence[HeldLook]
) -> Monitored:
    """Assess the monitored hazard ratio.

    Parameters
    ----------
    results
        Results of the look, with the hazard ratio in them.
    before
        Looks that were made unblinded, in their order: the others spent nothing.
    """
    monitoring = interim.monitoring
    assert monitoring is not None  # noqa: S101 - only plans that monitor come here
    row = _monitored_row(results, monitoring)
    if row is None or row["status"] != "ok":
        reason = "no such result" if row is None else row["reason"]
        message = f"The monitored hazard ratio is not estimable ({reason}): no boundaries."
        finding = Finding("W_NOT_MONITORED", message, "serious", "outcomes", monitoring.endpoint)
        return Monitored(
            pd.DataFrame(columns=list(MONITORING_COLUMNS)),
            pd.DataFrame(columns=list(MEASURE_COLUMNS)),
            None,
            (finding,),
        )
    estimate, error = float(np.log(row["estimate"])), float(row["std_error"])
    held = HeldLook(look.number, look.cutoff, information_from(error), estimate / error)
    kept, findings = _increasing([*before, held], monitoring)
    design = design_of(monitoring)
    found = assess(
        design, [own.information for own in kept], estimate, final=look.is_last,
        future=_to_come(interim, held, look, design),
    )  # fmt: skip
    return Monitored(
        _looks(kept, found, interim, look, design),
        pd.DataFrame(list(_measures(found, monitoring)), columns=list(MEASURE_COLUMNS)),
        held,
        (
            *findings, *_over(found, look, monitoring),
            *_off_plan(found, interim, look, monitoring), *_crossed(found, monitoring),
        ),
    )  # fmt: skip


def _monitored_row(results: pd.DataFrame, monitoring: Monitoring) -> pd.Series[Any] | None:
    """The marginal hazard ratio under the weights that are monitored."""
    model = "cox" if monitoring.measure == "hazard_ratio" else "fine_gray"
    rows = results[
        (results["endpoint"] == monitoring.endpoint)
        & (results["measure"] == monitoring.measure)
        & (results["model"] == model)
        & (results["estimand"].str.split(":").str[0] == monitoring.estimand)
    ]
    return None if rows.empty else rows.iloc[0]


def _increasing(
    looks: Sequence[HeldLook], monitoring: Monitoring
) -> tuple[list[HeldLook], tuple[Finding, ...]]:
    """Looks whose information grows; this one always stays, the last."""
    now = looks[-1]
    kept: list[HeldLook] = []
    for own in looks[:-1]:
        follows = not kept or adds_information(kept[-1].information, own.information)
        if follows and adds_information(own.information, now.information):
            kept.append(own)
    n_left_out = len(looks) - 1 - len(kept)
    if not n_left_out:
        return [*kept, now], ()
    message = (
        f"{n_left_out} earlier unblinded looks had as much information as this one or the one "
        "after them, or nearly (0.1 %); the boundaries leave them out, and what they spent is not "
        "counted."
    )
    finding = Finding("W_INFORMATION", message, "serious", "outcomes", monitoring.endpoint)
    return [*kept, now], (finding,)


def _to_come(
    interim: Interim, held: HeldLook, look: LookFacts, design: SequentialDesign
) -> list[float]:
    """Information expected at the planned looks to come, ending at the maximum."""
    if look.is_last or held.information >= design.maximum_information:
        return []
    expected = [
        _planned_share(own, interim) * design.maximum_information
        for own in interim.looks[look.number :]
    ]
    ahead = [value for value in expected if adds_information(held.information, value)]
    maximum = design.maximum_information
    return ahead if ahead and ahead[-1] == maximum else [*ahead, maximum]


def _looks(
    kept: Sequence[HeldLook],
    found: Assessment,
    interim: Interim,
    look: LookFacts,
    design: SequentialDesign,
) -> pd.DataFrame:
    """Looks held, then those planned, with their bounds of Z."""
    ahead = _to_come(interim, kept[-1], look, design)
    information = [*(own.information for own in kept), *ahead]
    bounds: Boundaries = (
        boundaries_at_looks(design, information, final=True, previous=found.boundaries)
        if ahead
        else found.boundaries
    )
    n = len(information)
    number = [*(own.number for own in kept), *(look.number + i + 1 for i in range(len(ahead)))]
    return pd.DataFrame(
        {
            "look": number,
            "cutoff": [own.cutoff.isoformat() for own in kept] + [None] * len(ahead),
            "is_planned": [False] * len(kept) + [True] * len(ahead),
            "information": information,
            "fraction": bounds.information_fraction,
            "z": [own.z for own in kept] + [np.nan] * len(ahead),
            "upper": bounds.z,
            "lower": bounds.lower,
            "alpha_spent": bounds.alpha_spent,
            "nominal_p": bounds.nominal_p,
        },
        index=range(n),
    )


def _measures(found: Assessment, monitoring: Monitoring) -> Iterator[Row]:
    """What the look says, number by number."""
    ratio = float(np.exp(found.estimate))
    low, high = np.exp(found.repeated)
    stage = found.stagewise
    yield _measure("information", "Information (1 / variance)", found.information)
    yield _measure("information_fraction", "Part of the maximum information", found.fraction)
    yield _measure("z", "Z", found.z)
    yield _measure("boundary", "Boundary of Z at this look", found.bound)
    yield _measure("nominal_p", "P value at the boundary", found.nominal_p)
    yield _measure("alpha_spent", "Error spent so far", found.alpha_spent)
    yield _measure("hazard_ratio", "Hazard ratio, repeated interval", ratio, low, high)
    yield _measure("stagewise_p", "Stage-wise p value, if the study ends here", stage.p_value)
    yield _measure(
        "stagewise_hazard_ratio",
        "Median-unbiased hazard ratio, stage-wise interval, if the study ends here",
        *(float(np.exp(value)) for value in (stage.estimate, stage.lower, stage.upper)),
    )
    if found.prospects is None:
        return
    ahead = found.prospects
    planned = f"Conditional power if the hazard ratio is {monitoring.hazard_ratio:g}, as planned"
    yield _measure("conditional_power:trend", "Conditional power if the trend goes on",
                   ahead.current_trend)  # fmt: skip
    if ahead.planned is not None:
        yield _measure("conditional_power:planned", planned, ahead.planned)
    yield _measure("conditional_power:null", "Conditional power without an effect", ahead.null)
    yield _measure("predictive_power", "Predictive power (flat prior)", ahead.predictive)


def _measure(
    measure: str, label: str, value: float, lower: float = np.nan, upper: float = np.nan
) -> Row:
    return {
        "measure": measure, "label": label, "code": "all", "value": value, "lower": lower,
        "upper": upper,
    }  # fmt: skip


def _over(found: Assessment, look: LookFacts, monitoring: Monitoring) -> Iterator[Finding]:
    """Information beyond the planned maximum, or short of it at the last look."""
    if found.fraction > 1:
        message = (
            f"Overrunning: the look has {found.fraction:.1%} of the planned maximum information. "
            "All of the error is spent, and the boundary is that of the information seen."
        )
        yield Finding("W_OVERRUN", message, "caution", "outcomes", monitoring.endpoint)
    elif look.is_last and found.fraction < 1:
        message = (
            f"Underrunning: the last planned look has {found.fraction:.1%} of the planned maximum "
            "information, and spends all of the error that is left."
        )
        yield Finding("W_UNDERRUN", message, "caution", "outcomes", monitoring.endpoint)


def _off_plan(
    found: Assessment, interim: Interim, look: LookFacts, monitoring: Monitoring
) -> Iterator[Finding]:
    """Information far from what the plan expects at this look, before the last."""
    if look.is_last or found.fraction > 1:
        return
    planned = _planned_share(interim.looks[look.number - 1], interim)
    if abs(found.fraction / planned - 1) > FAR:
        message = (
            f"The look has {found.fraction:.1%} of the planned maximum information; the plan "
            f"expects {planned:.1%} at it. The boundary is that of the information seen; the looks "
            "to come, which are taken as planned, will be off as well unless the plan is revised."
        )
        yield Finding("W_INFORMATION_PLAN", message, "caution", "outcomes", monitoring.endpoint)


def _planned_share(look: Look, interim: Interim) -> float:
    """Part of the maximum information that is expected at a planned look.

    A look that waits for information has its own; others are taken to have as large a part as they
    have of the last look's amount.
    """
    return look.amount if look.kind == "information" else look.amount / interim.looks[-1].amount


def _crossed(found: Assessment, monitoring: Monitoring) -> Iterator[Finding]:
    """A boundary that is crossed."""
    if found.crossed is not None:
        message = (
            f"The boundary is crossed (towards {found.crossed}): Z is {found.z:.2f}, the bound "
            f"{found.bound:.2f}. Crossing advises the committee and decides nothing by itself."
        )
        yield Finding("W_BOUNDARY_CROSSED", message, "serious", "outcomes", monitoring.endpoint)
