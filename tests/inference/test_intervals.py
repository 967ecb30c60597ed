"""Intervals on their scales, with limits worked by hand or published."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from spine_outcomes.inference.intervals import (
    clip_difference,
    critical_value,
    difference_of_intervals,
    exact_count_upper,
    exact_interval,
    exact_upper,
    interval,
    korn_graubard,
)

SIX_DIGITS = 5e-7


def test_identity_is_plus_minus_196():
    """The plain interval of a difference: −.05 ± 1.959964 · .03."""
    np.testing.assert_allclose(interval(-0.05, 0.03, "identity"), (-0.108799, 0.008799), atol=1e-6)


def test_incidence_limits_stay_inside_0_and_1():
    """Limits below 0: .05 with error .04 gives .05^exp(±1.96·.04/(.05 log .05))."""
    np.testing.assert_allclose(
        interval(0.05, 0.04, "log(-log)"), (0.006371, 0.169487), atol=SIX_DIGITS
    )


def test_incidence_limits_on_the_scale_of_survival_are_others():
    """C44: log(−log) of 1 − F, .010212 to .226109, taken for that of F, which is printed."""
    lower, upper = interval(0.95, 0.04, "log(-log)")
    np.testing.assert_allclose((1 - upper, 1 - lower), (0.010212, 0.226109), atol=SIX_DIGITS)


def test_survival_limits_from_a_robust_error():
    """Weighted Kaplan–Meier at .75 with robust error .2296397, limits by R."""
    np.testing.assert_allclose(
        interval(0.75, 0.22963966, "log(-log)"), (0.098601, 0.964907), atol=SIX_DIGITS
    )


def test_ratio_limits_are_of_the_logarithm():
    """A risk ratio of .045/.054 whose plain lower limit would be −.19."""
    error = np.hypot(0.0145 / 0.045, 0.029 / 0.054)
    np.testing.assert_allclose(
        interval(0.045 / 0.054, error, "log"), (0.244181, 2.843972), rtol=3e-5
    )  # the published limits come from a ratio error rounded to five digits


def test_logit_by_hand():
    """p = 1/2, error 1/8: the logit is 0 with error 1/2, limits 1/(1 + exp(±.979982))."""
    np.testing.assert_allclose(interval(0.5, 0.125, "logit"), (0.272895, 0.727105), atol=1e-6)


def test_degrees_of_freedom_widen_the_interval():
    """Student's t with 10.29759 degrees of freedom: .6 ± t · .2415229 is .063954 to 1.136046."""
    limits = interval(0.6, np.sqrt(0.0583333333), "identity", df=10.297590)
    np.testing.assert_allclose(limits, (0.063954, 1.136046), atol=1e-6)
    assert critical_value(0.95, np.inf) == pytest.approx(1.959963984540054)


@pytest.mark.parametrize("scale", ["log(-log)", "logit"])
@pytest.mark.parametrize("value", [0.0, 1.0, np.nan])
def test_probability_of_0_or_1_has_no_limits(scale, value):
    """An interval [0, 0] or a warning instead of not estimable."""
    assert np.isnan(interval(value, 0.0, scale)).all()


def test_ratio_of_0_has_no_limits():
    """The logarithm of 0 taken."""
    assert np.isnan(interval(0.0, 1.0, "log")).all()


def test_very_wide_interval_is_0_to_1():
    """Overflow in exp breaks a run."""
    np.testing.assert_allclose(interval(0.5, 1e6, "log(-log)"), (0.0, 1.0))
    np.testing.assert_allclose(interval(2.0, 1e6, "log"), (0.0, np.inf))


def test_unknown_scale_is_refused():
    """A typo in a scale answered with limits of another."""
    with pytest.raises(ValueError, match="allowed"):
        interval(0.5, 0.1, "loglog")


@pytest.mark.parametrize("level", [0, 1, 95])
def test_level_that_is_none_is_refused(level):
    """A percentage taken for a share, or an interval of everything or of nothing."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        interval(0.5, 0.1, "identity", level=level)


@given(
    st.floats(0.001, 0.999),
    st.floats(1e-6, 0.5),
    st.sampled_from(["log(-log)", "logit"]),
)
def test_limits_are_ordered_and_inside(p, error, scale):
    """Limits exchanged, or outside [0, 1]."""
    lower, upper = interval(p, error, scale)
    assert 0 <= lower <= p <= upper <= 1


def test_no_event_among_20():
    """0/20: Clopper–Pearson two-sided upper limit 1 − .025^(1/20) = .168433."""
    assert exact_upper(20) == pytest.approx(0.168433, abs=SIX_DIGITS)
    np.testing.assert_allclose(exact_interval(0.0, 20), (0, 0.168433), atol=SIX_DIGITS)
    np.testing.assert_allclose(exact_interval(1.0, 20), (0.831567, 1), atol=SIX_DIGITS)


@pytest.mark.parametrize("n", [1, 7, 250])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_exact_upper_is_clopper_pearson(n, level):
    """A one-sided limit, or Hanley's rule of three."""
    _, upper = proportion_confint(0, n, alpha=1 - level, method="beta")
    assert exact_upper(n, level) == pytest.approx(upper, rel=1e-9)


def test_exact_limits_need_an_edge_and_people():
    """Exact limits for .5, or from nobody."""
    assert np.isnan(exact_interval([0.5, 0.0], [20, 0])).all()


def test_difference_is_cut_with_a_flag():
    """A risk difference of 1.2 printed, or cut without a word."""
    lower, upper, is_cut = clip_difference([-1.2, -0.3], [0.1, 0.4])
    np.testing.assert_array_equal(lower, [-1.0, -0.3])
    np.testing.assert_array_equal(upper, [0.1, 0.4])
    np.testing.assert_array_equal(is_cut, [True, False])


def test_a_difference_that_ends_at_its_bound_is_not_cut():
    """Everybody against nobody, said to be cut where nothing was taken away."""
    assert not clip_difference([-1.0, 0.5], [0.2, 1.0])[2].any()


def test_a_difference_of_two_wilson_intervals_is_newcombes():
    """Newcombe (1998), table II, example (a), method 10: 56/70 against 48/80, .0524 to .3339."""
    sides = [
        (events / n, *proportion_confint(events, n, method="wilson"))
        for events, n in ((56, 70), (48, 80))
    ]
    np.testing.assert_allclose(difference_of_intervals(*sides), (0.0524, 0.3339), atol=5e-5)


SURVEY = json.loads(
    (Path(__file__).parents[1] / "reference" / "answers" / "toxicity.json").read_text("utf-8")
)["survey"]


@pytest.mark.parametrize(("df", "answer"), [(None, "beta_normal"), (SURVEY["df"], "beta_t")])
def test_limits_of_a_clustered_proportion_are_those_of_svyciprop(df, answer):
    """Korn and Graubard's limits of R's survey package, with and without Student's t."""
    found = korn_graubard(SURVEY["proportion"], SURVEY["proportion_se"], df=df)
    np.testing.assert_allclose(found, SURVEY[answer], rtol=1e-9)


@pytest.mark.parametrize(("n_event", "n"), [(1, 20), (3, 369), (19, 20)])
def test_limits_of_independent_rows_are_exact(n_event, n):
    """Limits of rare toxicities too narrow: unweighted rows have those of Clopper and Pearson."""
    p = n_event / n
    found = korn_graubard(p, np.sqrt(p * (1 - p) / n))
    np.testing.assert_allclose(found, proportion_confint(n_event, n, method="beta"), rtol=1e-9)


def test_a_proportion_of_0_or_1_has_no_such_limits():
    """An effective number of 0/0 taken for a number."""
    assert np.isnan(korn_graubard([0, 1, 0.5], [0, 0, 0])).all()


def test_rule_of_three_of_a_count():
    """No event seen: −log(.025) = 3.6889 events, one-sided −log(.05) = 2.9957, about 3."""
    np.testing.assert_allclose(exact_count_upper(0.95), 3.6888795, rtol=1e-7)
    np.testing.assert_allclose(exact_count_upper(0.90), 2.9957323, rtol=1e-7)
