"""What a look at accumulating data found, as tidy frames: all that its report reads."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.analysis.results import BALANCE_COLUMNS, LISTING_COLUMNS, no_rows
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan

Edition = Literal["open", "coded", "unblinded"]
EVERYBODY = "all"

ACCRUAL_COLUMNS = ("code", "kind", "time", "n", "level", "lower", "upper")
MEASURE_COLUMNS = ("measure", "label", "code", "n", "value", "lower", "upper", "unit")
VISIT_COLUMNS = ("visit", "code", "n_expected", "n_in_window", "share")
QUERY_COLUMNS = ("rule", "column", "severity", "demand", "n_open", "n_new", "n_closed")
EVENT_COLUMNS = ("endpoint", "code", "level_unit", "n", "n_event", "n_competing", "needed")
GRADE_COLUMNS = ("term", "level_unit", "code", "grade", "n")
COUNT_COLUMNS = ("name", "label", "code", "n", "n_event", "value", "lower", "upper")
LIMIT_COLUMNS = (*COUNT_COLUMNS, "rate", "posterior", "threshold", "n_crossing", "is_crossed")
MONITORING_COLUMNS = (
    "look", "cutoff", "is_planned", "information", "fraction", "z", "upper", "lower",
    "alpha_spent", "nominal_p",
)  # fmt: skip


@dataclass(frozen=True)
class LookFacts:
    """Which look it is.

    Parameters
    ----------
    number
        1, 2, …: position in the plan, or beyond it.
    cutoff
        Last day that is seen.
    edition
        ``open``: nothing by arm; ``coded``: what the plan allows by arm code, and nothing else;
        ``unblinded``: everything, with the comparison.
    planned
        What the look waited for, in words; None for a look that the plan does not have.
    is_last
        Whether it is the plan's last.
    """

    number: int
    cutoff: datetime.date
    edition: Edition
    planned: str | None
    is_last: bool


@dataclass(frozen=True, eq=False)
class Group:
    """Rows that are counted together: all of them, or those of one arm.

    Parameters
    ----------
    code
        ``all``, the code of the arm, or what stands for it.
    rows : ndarray of bool, shape (n,)
    """

    code: str
    rows: NDArray[np.bool_]


Groups = Sequence[Group]


def by_group(groups: Groups) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Code and rows of each group."""
    yield from ((group.code, group.rows) for group in groups)


@dataclass(frozen=True, eq=False)
class InterimResults:
    """What a look found; which frames have rows depends on its edition.

    Parameters
    ----------
    plan, dictionary, look
        What ran, what columns mean, which look it is.
    flow, baseline, balance, findings, results
        As in ``Results``; without arms but in the unblinded edition.
    accrual
        ``ACCRUAL_COLUMNS``: patients ``enrolled``, ``planned`` and ``predicted`` by time since the
        planned start, in the plan's display unit.
    accrual_summary, follow_up
        ``MEASURE_COLUMNS``: rates and times to the target; completeness of the follow-up.
    visits
        ``VISIT_COLUMNS``: rows that should have been seen at each planned visit, and were.
    queries
        ``QUERY_COLUMNS``: open queries by rule and column, those among them that are new since the
        look before, and those of that look that are closed.
    events
        ``EVENT_COLUMNS``: events so far beside those needed.
    grades
        ``GRADE_COLUMNS``: rows and patients by worst grade.
    severe
        ``LISTING_COLUMNS``: severe events one by one, without whose they are.
    deaths, deviations
        ``COUNT_COLUMNS``: patients (rows) and how many of them died early (deviate), with exact
        limits of the share.
    limits
        ``LIMIT_COLUMNS``: rates that must stay below a limit.
    monitoring, assessment
        ``MONITORING_COLUMNS``: the comparison's looks so far, and those planned;
        ``MEASURE_COLUMNS``: what this one says.
    provenance
        Versions and, unblinded, the hash of the data.
    """

    plan: AnalysisPlan
    dictionary: DataDictionary
    look: LookFacts
    findings: pd.DataFrame
    results: pd.DataFrame
    flow: pd.DataFrame = field(default_factory=partial(no_rows, ()))
    baseline: pd.DataFrame = field(default_factory=partial(no_rows, ()))
    balance: pd.DataFrame = field(default_factory=partial(no_rows, BALANCE_COLUMNS))
    accrual: pd.DataFrame = field(default_factory=partial(no_rows, ACCRUAL_COLUMNS))
    accrual_summary: pd.DataFrame = field(default_factory=partial(no_rows, MEASURE_COLUMNS))
    follow_up: pd.DataFrame = field(default_factory=partial(no_rows, MEASURE_COLUMNS))
    visits: pd.DataFrame = field(default_factory=partial(no_rows, VISIT_COLUMNS))
    queries: pd.DataFrame = field(default_factory=partial(no_rows, QUERY_COLUMNS))
    events: pd.DataFrame = field(default_factory=partial(no_rows, EVENT_COLUMNS))
    grades: pd.DataFrame = field(default_factory=partial(no_rows, GRADE_COLUMNS))
    severe: pd.DataFrame = field(default_factory=partial(no_rows, LISTING_COLUMNS))
    deaths: pd.DataFrame = field(default_factory=partial(no_rows, COUNT_COLUMNS))
    limits: pd.DataFrame = field(default_factory=partial(no_rows, LIMIT_COLUMNS))
    deviations: pd.DataFrame = field(default_factory=partial(no_rows, COUNT_COLUMNS))
    monitoring: pd.DataFrame = field(default_factory=partial(no_rows, MONITORING_COLUMNS))
    assessment: pd.DataFrame = field(default_factory=partial(no_rows, MEASURE_COLUMNS))
    provenance: dict[str, Any] = field(default_factory=dict)
