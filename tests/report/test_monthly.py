"""Curves read once a month."""

from __future__ import annotations

import pandas as pd

from spine_outcomes.report.monthly import monthly
from tests.report.synthetic import synthetic_plan, synthetic_results


def test_at_a_month_stands_the_last_step_before_it_and_no_other_time_is_left() -> None:
    """Steps at 0, 0.4, 1, 2.7 and 3.2 by hand: 0, 0.2, 0.2 and 0.3 at months 0 to 3."""
    first = synthetic_results().curves.iloc[[0]]
    steps = {0.0: 0.0, 0.4: 0.1, 1.0: 0.2, 2.7: 0.3, 3.2: 0.4}
    curves = pd.concat([first.assign(time=t, estimate=e) for t, e in steps.items()])
    effect = pd.DataFrame(
        {
            "endpoint": "relapse", "level_unit": "lesion", "estimand": "ATE",
            "kind": ["smooth", "residual"], "time": [1.0, 2.7], "log_hazard_ratio": [0.1, 2.0],
        }
    )  # fmt: skip
    exact = synthetic_results(
        curves=curves, effect_over_time=effect,
        plan=synthetic_plan(report={"curve_detail": "exact"}),
    )  # fmt: skip
    found = monthly(exact)
    assert found.curves["time"].tolist() == [0, 1, 2, 3]
    assert found.curves["estimate"].tolist() == [0.0, 0.2, 0.2, 0.3]
    assert found.effect_over_time["kind"].tolist() == ["smooth"]
    assert found.plan.report.curve_detail == "monthly"
