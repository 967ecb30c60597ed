"""How much a log-rank test listens to each event time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from spine_outcomes.errors import Problem, SampleError
from spine_outcomes.survival.life_table import Floats, LifeTable

TimeWeight = Callable[[LifeTable], Floats]


def even(table: LifeTable) -> Floats:
    """1 at each distinct time (m,): the log-rank test."""
    return np.ones(len(table.time))


def gehan(table: LifeTable) -> Floats:
    """Y(t), who is at risk (m,): early events count most (Gehan, 1965; Breslow, 1970)."""
    return table.at_risk


def tarone_ware(table: LifeTable) -> Floats:
    """√Y(t) (m,): between Gehan's weights and even ones (Tarone and Ware, 1977)."""
    return np.sqrt(table.at_risk)


def fleming_harrington(rho: float, gamma: float = 0.0) -> TimeWeight:
    """S(t−)^ρ (1 − S(t−))^γ, S the Kaplan–Meier estimate of all arms together.

    Parameters
    ----------
    rho, gamma
        Not negative. (1, 0) listens to early differences, (0, 1) to late ones, (0, 0) to all alike.

    Returns
    -------
    callable
        Weights (m,) of a life table, for ``log_rank`` and ``score_test``.

    Raises
    ------
    SampleError
        For an exponent below 0 or not finite.

    References
    ----------
    Fleming and Harrington (1991), Counting Processes and Survival Analysis, section 7.1.
    """
    problems = [
        Problem("E_EXPONENT", f"{name} must be finite and not negative", value=str(exponent))
        for name, exponent in (("rho", rho), ("gamma", gamma))
        if not 0 <= exponent < np.inf
    ]
    if problems:
        raise SampleError(*problems)

    def weight(table: LifeTable) -> Floats:
        before = table.survival[:-1]
        return np.asarray(before**rho * (1 - before) ** gamma)

    return weight
