"""Endpoints on which the arm cannot act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from spine_outcomes import Results

SmallRun = Callable[..., Results]
CONTROL: dict[str, Any] = {
    "label": "Relapse",
    "level": "lesion",
    "time": {"column": "time", "unit": "months"},
    "status": {"column": "status", "censored": 0, "event": 1, "competing": {"death": 2}},
    "negative_control": True,
}
WEIGHTED = {"propensity.terms": ["age"], "propensity.estimands": ["unweighted", "ATE"]}


def rows(rate: float) -> list[tuple[Any, ...]]:
    """Two arms; events of the second at ``rate`` times the rate of the first."""
    rng = np.random.default_rng(4)
    return [
        ("ab"[i % 2], max(1, round(float(rng.exponential(12 / (rate if i % 2 else 1))))), 1, i,
         int(rng.integers(40, 80)))
        for i in range(200)
    ]  # fmt: skip


def codes(results: Results) -> set[str]:
    return {code for code in results.findings["code"] if "NEGATIVE_CONTROL" in code}


def test_a_ratio_away_from_one_is_a_serious_finding(small_run: SmallRun) -> None:
    """Confounding that is left, in a table where nobody looks for it."""
    found = small_run(rows(3.0), WEIGHTED, endpoints={"relapse": CONTROL})
    assert codes(found) == {"W_NEGATIVE_CONTROL"}
    (finding,) = found.findings.query("code == 'W_NEGATIVE_CONTROL'").itertuples()
    assert (finding.severity, finding.endpoint) == ("serious", "relapse")
    hazard = found.results.query("model == 'cox' and estimand == 'ATE'").iloc[0]
    assert f"ATE {hazard['estimate']:.2f} ({hazard['lower']:.2f} to" in finding.message
    assert "unweighted" not in finding.message


def test_a_ratio_near_one_proves_nothing(small_run: SmallRun) -> None:
    """A control that holds 1 read as proof that nothing is left."""
    found = small_run(rows(1.0), WEIGHTED, endpoints={"relapse": CONTROL})
    assert codes(found) == {"N_NEGATIVE_CONTROL"}


def test_other_endpoints_are_no_controls(small_run: SmallRun) -> None:
    """An effect of the arm called confounding."""
    endpoint = CONTROL | {"negative_control": False}
    assert codes(small_run(rows(3.0), WEIGHTED, endpoints={"relapse": endpoint})) == set()
    unweighted = {"propensity.estimands": ["unweighted"]}
    assert codes(small_run(rows(3.0), unweighted, endpoints={"relapse": CONTROL})) == set()
