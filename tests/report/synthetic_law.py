"""The law of the invented run: exponential curves, people spread by fixed shares."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.report.synthetic_cohort import N

TIMES = (6.0, 12.0, 24.0)
TICKS = tuple(float(t) for t in range(0, 61, 6))
GRID = np.arange(0.0, 61.0)
# Event rate and competing rate a month by arm; the estimand shifts the event rate a little.
RATES = {
    "relapse": {"narrow": (0.0110, 0.024), "wide": (0.0080, 0.022)},
    "edge_relapse": {"narrow": (0.0042, 0.025), "wide": (0.0019, 0.024)},
    "overall_survival": {"narrow": (0.0272, 0.0), "wide": (0.0266, 0.0)},
    "rare_harm": {"narrow": (0.0006, 0.025), "wide": (0.0, 0.025)},
}
SHIFT = {"unweighted": 1.15, "ATE": 1.0, "ATO": 0.95}
CENSORING = 0.02
Z = 1.959963984540054


def incidence(endpoint: str, arm: str, estimand: str, time: Any) -> Any:
    """Cumulative incidence of the event by ``time`` months."""
    event, competing = rates(endpoint, arm, estimand)
    total = event + competing
    return event / total * (1 - np.exp(-total * np.asarray(time))) if total else np.zeros_like(time)


def competing_incidence(endpoint: str, arm: str, estimand: str, time: Any) -> Any:
    """Cumulative incidence of the competing event by ``time`` months."""
    event, competing = rates(endpoint, arm, estimand)
    total = event + competing
    return competing / total * (1 - np.exp(-total * np.asarray(time)))


def rates(endpoint: str, arm: str, estimand: str) -> tuple[float, float]:
    event, competing = RATES[endpoint][arm]
    return event * (SHIFT[estimand] if arm == "wide" else 1.0), competing


def error_of(probability: Any, arm: str) -> Any:
    return np.sqrt(np.clip(probability * (1 - probability), 0, None) / (0.8 * N[arm]))


def loglog(value: Any, error: Any) -> tuple[Any, Any]:
    """Limits on the log(−log) scale; NaN where the value is 0 or 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        width = Z * error / np.abs(value * np.log(value))
        return value ** np.exp(width), value ** np.exp(-width)


def level_of(endpoint: str) -> str:
    return "patient" if endpoint == "overall_survival" else "lesion"


def people_at(endpoint: str, arm: str, time: float) -> dict[str, int]:
    """Whole people who had the event, the competing event or were censored before ``time``."""
    event, competing = RATES[endpoint][arm]
    total = event + competing + CENSORING
    ended = 1 - np.exp(-total * time)
    n = N[arm]
    counts = {
        "n_event": int(n * ended * event / total),
        "n_competing": int(n * ended * competing / total),
        "n_censored": int(n * ended * CENSORING / total),
    }
    return {"n_risk": n - sum(counts.values()), **counts}
