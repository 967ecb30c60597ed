"""A landmark beside the analysis from time zero."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spine_outcomes import Results

SmallRun = Callable[..., Results]
LANDMARK = {"name": "landmark", "change": {"endpoints.relapse.landmark": "3 months"}}
RELAPSE: dict[str, Any] = {
    "label": "Relapse",
    "level": "lesion",
    "time": {"column": "time", "unit": "months"},
    "status": {"column": "status", "censored": 0, "event": 1, "competing": {"death": 2}},
    "landmark": "3 months",
}
LATE = RELAPSE | {"landmark": "8 months"}
WEIGHTED: dict[str, object] = {
    "propensity.terms": [{"column": "age"}],
    "propensity.estimands": ["unweighted", "ATE"],
}


def test_trap_7_neither_figure_passes_for_the_other(small_run: SmallRun) -> None:
    """100 treated, 12 dead by 3 months, 60 alive at 12: 60 % of those treated, 60/88 of the rest.

    Counted from treatment in those who lived to be imaged, 68 % would be the survival of nobody.
    """
    rows = [("a", time, 1) for time in [2] * 12 + [6] * 28] + [("a", 24, 0)] * 60
    rows += [("b", *row[1:]) for row in rows]
    times = {"estimation.times": ["9 months", "12 months"]}
    found = small_run(rows, times, sensitivity=[LANDMARK]).results
    risk = found.query("measure == 'cumulative_incidence' and arm == 'a'")
    (treated,) = risk.query("analysis == 'primary' and time == 12").to_dict("records")
    (left,) = risk.query("analysis == 'sensitivity:landmark' and time == 9").to_dict("records")
    assert (treated["n"], 1 - treated["estimate"]) == (100, pytest.approx(0.60, rel=1e-12))
    assert (left["n"], 1 - left["estimate"]) == (88, pytest.approx(60 / 88, rel=1e-12))


def test_it_is_the_plan_on_the_rows_that_are_left(small_run: SmallRun) -> None:
    """Weights of everybody, or times from treatment, under estimates of those who are left."""
    rng = np.random.default_rng(3)
    age = rng.integers(40, 80, 160)
    rows: list[tuple[Any, ...]] = [
        ("ab"[int(rng.random() < (a - 20) / 80)], int(rng.integers(1, 24)), i % 3, i // 2, int(a))
        for i, a in enumerate(age)
    ]
    found = small_run(rows, WEIGHTED, sensitivity=[LANDMARK]).results
    left = [(arm, time - 3, *more) for arm, time, *more in rows if time > 3]
    alone = small_run(left, WEIGHTED).results
    alone = alone[~alone["measure"].isin(("supremum", "median_follow_up"))]
    mine = found[found["analysis"] == "sensitivity:landmark"]
    columns = [name for name in alone if name not in ("id", "analysis", "p_adjusted")]
    assert len(left) < 0.9 * len(rows)
    pd.testing.assert_frame_equal(
        mine[columns].reset_index(drop=True), alone[columns].reset_index(drop=True)
    )


def test_endpoints_with_other_landmarks_have_other_weights(small_run: SmallRun) -> None:
    """One set of weights for both would be that of neither."""
    rows: list[tuple[Any, ...]] = [
        ("ab"[i * i % 7 % 2], 1 + i % 23, i % 3, i, 45 + i * 7 % 30) for i in range(120)
    ]
    both = small_run(rows, WEIGHTED, endpoints={"early": RELAPSE, "late": LATE}).results
    for name, endpoint in (("early", RELAPSE), ("late", LATE)):
        alone = small_run(rows, WEIGHTED, endpoints={name: endpoint}).results
        mine = both[both["endpoint"] == name].reset_index(drop=True)
        pd.testing.assert_series_equal(mine["ess"], alone["ess"])
        pd.testing.assert_series_equal(mine["estimate"], alone["estimate"])
