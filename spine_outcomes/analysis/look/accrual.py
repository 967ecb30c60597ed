"""Enrolment against its plan, and how long it will still take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from spine_outcomes.analysis.look.results import (
    ACCRUAL_COLUMNS,
    EVERYBODY,
    MEASURE_COLUMNS,
    Groups,
    LookFacts,
    by_group,
)
from spine_outcomes.cohort.comparison import day_number
from spine_outcomes.study.durations import DAYS_PER_UNIT, TimeUnit
from spine_outcomes.study.interim import PlannedAccrual

Floats = NDArray[np.float64]
Row = dict[str, Any]

LEVELS = (0.5, 0.8, 0.95)  # of the fan
POINTS = 12  # of the fan, and of the planned line
PRIOR_SHAPE = 0.5  # Jeffreys' prior of a Poisson rate


def waiting_time(
    n: float, elapsed: float, further: float, probability: NDArray[np.float64] | float
) -> Floats:
    """Quantiles of the time until so many ``further`` patients have come.

    Parameters
    ----------
    n, elapsed
        Patients so far, and the time in which they came.
    further
        Patients still to come, above 0.
    probability
        Of the quantiles.

    Notes
    -----
    Patients come as a Poisson process whose rate is gamma, a posteriori with shape n + 1/2 and rate
    ``elapsed`` (Anisimov and Fedorov, Statistics in Medicine 2007;26:4958-4975). The time of the
    m-th of them is then ``elapsed`` times a beta prime variable of m and n + 1/2.
    """
    return np.asarray(
        elapsed * stats.betaprime.ppf(probability, further, n + PRIOR_SHAPE), dtype=np.float64
    )


def accrual_frame(
    day: Floats, groups: Groups, planned: PlannedAccrual, look: LookFacts, unit: TimeUnit
) -> pd.DataFrame:
    """Patients enrolled over time, all and by code, the plan, and the fan, ``ACCRUAL_COLUMNS``.

    Parameters
    ----------
    day : ndarray, shape (p,)
        Day of each patient's enrolment, on the scale of ``as_days``.
    groups
        Of those patients.
    """
    start, end = day_number(planned.start), day_number(look.cutoff)
    records: list[Row] = []
    months = np.arange(start, end, DAYS_PER_UNIT["months"])
    for code, rows in by_group(groups):
        own = np.sort(day[rows])
        marks = np.unique(np.append(months, end))
        counts = np.searchsorted(own, marks, side="right")
        records += [
            {"code": code, "kind": "enrolled", "time": mark - start, "n": float(count)}
            for mark, count in zip(marks, counts, strict=True)
        ]
    duration = planned.duration.days
    records += [
        {"code": EVERYBODY, "kind": "planned", "time": share * duration,
         "n": share * planned.patients}
        for share in np.linspace(0, 1, POINTS + 1)
    ]  # fmt: skip
    records += _fan(len(day), end - start, planned.patients)
    frame = pd.DataFrame(records, columns=list(ACCRUAL_COLUMNS))
    return frame.assign(time=frame["time"] / DAYS_PER_UNIT[unit])


def _fan(n: int, elapsed: float, target: int) -> Iterator[Row]:
    """When each further number of patients is expected, turned into numbers by time."""
    if n == 0 or n >= target:
        return
    last = float(waiting_time(n, elapsed, target - n, 0.975))
    times = np.linspace(0, last, POINTS + 1)[1:]
    shape, rate = n + PRIOR_SHAPE, elapsed
    for level in LEVELS:
        yield {"code": EVERYBODY, "kind": "predicted", "time": elapsed, "n": float(n),
               "level": level, "lower": float(n), "upper": float(n)}  # fmt: skip
        for time in times:
            # Patients to come in a time are negative binomial when the rate is gamma.
            coming = stats.nbinom(shape, rate / (rate + time))
            low, middle, high = coming.ppf([(1 - level) / 2, 0.5, (1 + level) / 2])
            yield {
                "code": EVERYBODY,
                "kind": "predicted",
                "time": elapsed + time,
                "n": min(n + middle, target),
                "level": level,
                "lower": min(n + low, target),
                "upper": min(n + high, target),
            }


def accrual_summary(
    day: Floats, groups: Groups, planned: PlannedAccrual, look: LookFacts, level: float
) -> pd.DataFrame:
    """Patients and rates, planned and seen, and the time to the target, ``MEASURE_COLUMNS``."""
    start, end = day_number(planned.start), day_number(look.cutoff)
    due = planned.patients * min((end - start) / planned.duration.days, 1.0)
    if len(day) >= planned.patients:
        end = float(day.max())  # nobody came afterwards, as nobody was looked for
    months = (end - start) / DAYS_PER_UNIT["months"]
    records = []
    for code, rows in by_group(groups):
        n = int(rows.sum())
        record = {"measure": "enrolled", "label": "Patients enrolled", "code": code, "n": n}
        records.append(record)
        if months > 0:
            records.append(_rate(code, n, months, level))
    if months > 0:
        by_plan = planned.patients / planned.duration.to("months")
        records += [
            {"measure": "planned", "label": "Patients planned by now", "code": EVERYBODY,
             "value": due, "unit": "patients"},
            {"measure": "planned_rate", "label": "Patients a month, planned", "code": EVERYBODY,
             "value": by_plan, "unit": "a month"},
            _to_target(len(day), months, planned.patients, level),
        ]  # fmt: skip
    return pd.DataFrame(records, columns=list(MEASURE_COLUMNS))


def _rate(code: str, n: int, months: float, level: float) -> Row:
    """Patients a month with exact limits of a Poisson rate (Garwood, 1936)."""
    tail = (1 - level) / 2
    low = stats.gamma.ppf(tail, n) / months if n else 0.0
    high = stats.gamma.isf(tail, n + 1) / months
    return {"measure": "rate", "label": "Patients a month", "code": code, "n": n,
            "value": n / months, "lower": low, "upper": high, "unit": "a month"}  # fmt: skip


def _to_target(n: int, months: float, target: int, level: float) -> Row:
    """Months until the target is reached, with a prediction interval."""
    place = {"measure": "months_to_target", "label": f"Months until {target} patients",
             "code": EVERYBODY, "unit": "months"}  # fmt: skip
    if n >= target:
        return place | {"value": 0.0, "lower": 0.0, "upper": 0.0}
    if n == 0:
        return place
    tail = (1 - level) / 2
    low, middle, high = waiting_time(n, months, target - n, np.array([tail, 0.5, 1 - tail]))
    return place | {"value": middle, "lower": low, "upper": high}
