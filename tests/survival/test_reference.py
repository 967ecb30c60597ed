"""Curves, restricted means and tests of four public cohorts against R, to the digits printed.

The answers carry ten significant digits and rest on R's propensity scores, converged to 1e-12.
"""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.inference import interval
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.kaplan_meier import kaplan_meier
from spine_outcomes.survival.log_rank import log_rank, score_test
from spine_outcomes.survival.restricted_mean import (
    restricted_mean_survival,
    restricted_mean_time_lost,
)

RTOL = 1e-8


def by_arm(answers, key):
    """R's numbers of both arms in one row, as an estimate holds them."""
    return np.concatenate([arm[key] for arm in answers])


@pytest.mark.parametrize("events", ["km_any", "km_one"])
def test_survival_is_that_of_r(public, events):
    """Wrong curves, robust errors or limits of survival; km_one censors the competing events."""
    status = public.status > 0 if events == "km_any" else public.status == 1
    estimate = kaplan_meier(
        public.time, status, public.weight, **public.keys, times=public.landmarks
    )
    expected = public.answers[events]
    np.testing.assert_allclose(estimate.value, by_arm(expected, "surv"), rtol=RTOL)
    np.testing.assert_allclose(estimate.std_error(), by_arm(expected, "se"), rtol=RTOL)
    lower, upper = interval(estimate.value, estimate.std_error(), "log(-log)")
    np.testing.assert_allclose(lower, by_arm(expected, "lower"), rtol=RTOL)
    np.testing.assert_allclose(upper, by_arm(expected, "upper"), rtol=RTOL)


def test_incidence_is_that_of_r(public):
    """Wrong cumulative incidence of either cause, or its robust error."""
    if "aj" not in public.answers:
        pytest.skip("no competing events in this cohort")
    estimate = aalen_johansen(*public.arrays, **public.keys, cause=(1, 2), times=public.landmarks)
    for cause in (1, 2):
        of_cause = estimate.select(cause=cause)
        expected = public.answers["aj"]
        np.testing.assert_allclose(of_cause.value, by_arm(expected, f"cif{cause}"), rtol=RTOL)
        np.testing.assert_allclose(of_cause.std_error(), by_arm(expected, f"se{cause}"), rtol=RTOL)


def test_restricted_mean_survival_is_that_of_r(public):
    """Wrong area under a curve, or its infinitesimal-jackknife error."""
    horizon = max(public.landmarks)
    estimate = restricted_mean_survival(*public.arrays, **public.keys, horizon=horizon)
    np.testing.assert_allclose(estimate.value, public.answers["rmst"]["est"], rtol=RTOL)
    np.testing.assert_allclose(estimate.std_error(), public.answers["rmst"]["se"], rtol=RTOL)


def test_restricted_mean_time_lost_is_that_of_r(public):
    """Wrong area under an incidence; R prints no robust error of it."""
    if "rmtl1" not in public.answers:
        pytest.skip("no competing events in this cohort")
    horizon = max(public.landmarks)
    estimate = restricted_mean_time_lost(*public.arrays, **public.keys, horizon=horizon)
    np.testing.assert_allclose(estimate.value, public.answers["rmtl1"]["est"], rtol=RTOL)


def test_robust_score_test_is_that_of_r(public):
    """A wrong weighted test of no effect, the one without a model fit."""
    test = score_test(*public.arrays, **public.keys)
    expected = public.answers["robust_score_test"]
    np.testing.assert_allclose(test.statistic, np.ravel(expected["chisq"])[0], rtol=RTOL)
    np.testing.assert_allclose(test.p_value, np.ravel(expected["p"])[0], rtol=RTOL)
    assert test.df == 1


def test_log_rank_is_that_of_r(public):
    """A wrong classical test, or one that is made of weighted rows."""
    test = log_rank(*public.arrays, arm=public.arm)
    if "logrank" in public.answers:
        np.testing.assert_allclose(test.statistic, public.answers["logrank"]["chisq"], rtol=RTOL)
    else:
        assert "weighted" in test.reason
