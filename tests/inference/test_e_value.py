"""E-values against published numbers, and what they mean."""

from __future__ import annotations

import math

import pytest

from spine_outcomes.inference.e_value import (
    approximate_risk_ratio,
    e_value_of_hazard_ratio,
    e_value_of_risk_ratio,
)
from spine_outcomes.inference.unmeasured_confounding import bias_factor, explaining_difference


def test_published() -> None:
    """VanderWeele and Ding 2017: risk ratio 3.9 (1.8 to 8.7) has E-values 7.26 and 3.0."""
    assert e_value_of_risk_ratio(3.9, 1.8, 8.7) == pytest.approx((7.263034, 3.0), abs=5e-7)


def test_hazard_ratio_of_a_rare_and_of_a_common_outcome() -> None:
    """Numbers that users of another package found missing: HR 0.5 (0.3 to 0.8)."""
    assert e_value_of_risk_ratio(0.5, 0.3, 0.8) == pytest.approx((3.414214, 1.809017), abs=5e-7)
    assert approximate_risk_ratio(0.5) == pytest.approx(0.620137, abs=5e-7)
    assert e_value_of_hazard_ratio(0.5, 0.3, 0.8) == pytest.approx((2.606409, 1.608891), abs=5e-7)


@pytest.mark.parametrize(
    ("ratio", "rare", "common"), [(0.60, 2.72, 2.20), (0.85, 1.63, 1.48), (1.40, 2.15, 1.84)]
)
def test_both_sides_of_one(ratio: float, rare: float, common: float) -> None:
    """Two decimals, as published; a ratio below 1 is inverted, not refused."""
    assert e_value_of_risk_ratio(ratio, ratio, ratio).estimate == pytest.approx(rare, abs=5e-3)
    assert e_value_of_hazard_ratio(ratio, ratio, ratio).estimate == pytest.approx(common, abs=5e-3)


@pytest.mark.parametrize("of", [e_value_of_risk_ratio, e_value_of_hazard_ratio])
def test_an_interval_with_one_in_it_needs_no_confounder(of: type) -> None:
    """The far limit never counts, even where it is the nearer one on the log scale."""
    assert of(0.9, 0.5, 1.01).limit == 1
    assert of(1.1, 0.99, 3.0).limit == 1
    assert of(1.0, 1.0, 1.0) == (1, 1)


def test_limits_that_no_ratio_has() -> None:
    """No limit, no E-value of it; a ratio of 0 cannot be explained away."""
    assert math.isnan(e_value_of_risk_ratio(2.0, math.nan, math.nan).limit)
    assert e_value_of_hazard_ratio(0.0, 0.0, 0.5).estimate == math.inf


def test_a_confounder_of_that_strength_just_explains_the_ratio() -> None:
    """The bounding factor E·E/(E + E − 1) of a confounder with both ratios E is the risk ratio."""
    e = e_value_of_risk_ratio(2.4, 1.5, 3.0).estimate
    assert e * e / (2 * e - 1) == pytest.approx(2.4, rel=1e-12)


def test_bias_by_hand() -> None:
    """Baseline risk 10 %, three times as high with the confounder: 60 and 20 of 100 carry it.

    Observed risks (60·.3 + 40·.1)/100 = .22 and (20·.3 + 80·.1)/100 = .14 though the arm does
    nothing.
    """
    assert bias_factor(3, 0.6, 0.2) == pytest.approx(0.22 / 0.14, rel=1e-12)
    assert bias_factor(1, 0.6, 0.2) == 1
    assert bias_factor(4, 1, 0) == 4  # present in one arm only: all of its own ratio


@pytest.mark.parametrize("ratio", [0.6, 1.0, 1.7])
def test_the_explaining_difference_explains(ratio: float) -> None:
    """A prevalence with that difference has the ratio as its bias."""
    d = float(explaining_difference(ratio, 5))
    assert bias_factor(5, (1 + d) / 2, (1 - d) / 2) == pytest.approx(ratio, rel=1e-12)


def test_a_weak_confounder_explains_no_strong_ratio() -> None:
    """The bias never passes the confounder's own ratio: a difference beyond 1 is none."""
    assert explaining_difference(2.5, 2) > 1
    assert explaining_difference(2, 2) == pytest.approx(1, rel=1e-12)
