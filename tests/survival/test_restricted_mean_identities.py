"""Relations of restricted means: mixtures, arms alone, bounds, the end of follow-up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes.survival.kaplan_meier import kaplan_meier
from spine_outcomes.survival.restricted_mean import (
    restricted_mean_survival,
    restricted_mean_time_lost,
)
from tests.strategies import samples


@given(samples(), st.floats(0.1, 0.9))
def test_a_mixture_of_arms_has_the_mixture_of_means(sample, share):
    """An area that is not linear in the curve: without censoring, arms weighted to given shares."""
    status = np.maximum(sample.status, 1)
    weight = np.ones(len(sample))
    for arm, of_arm in enumerate((1 - share, share)):
        weight[sample.arm == arm] = of_arm / (sample.arm == arm).sum()
    horizon = [2.5, 5]
    by_arm = restricted_mean_survival(sample.time, status, arm=sample.arm, horizon=horizon)
    mixed = restricted_mean_survival(sample.time, status, weight, horizon=horizon)
    expected = (1 - share) * by_arm.select(arm=0).value + share * by_arm.select(arm=1).value
    np.testing.assert_allclose(mixed.value, expected, rtol=1e-9)


@given(samples())
def test_difference_of_means_is_the_area_between_the_curves(sample):
    """Means that are not those of the curves shown: whole times, so steps of length 1."""
    keys = {"arm": sample.arm}
    mean = restricted_mean_survival(sample.time, sample.status, **keys, horizon=4)
    curve = kaplan_meier(sample.time, sample.status, **keys, times=[0, 1, 2, 3])
    if mean.is_estimable.all():
        area = curve.select(arm=1).value.sum() - curve.select(arm=0).value.sum()
        assert mean.value[1] - mean.value[0] == pytest.approx(area, abs=1e-12)


@given(samples())
def test_arms_together_are_arms_alone(sample):
    """Arms that influence each other."""
    for mean in (restricted_mean_survival, restricted_mean_time_lost):
        together = mean(sample.time, sample.status, sample.weight, **sample.keys, horizon=[2.5, 5])
        for arm in (0, 1):
            own = sample.take(sample.arm == arm)
            alone = mean(own.time, own.status, own.weight, cluster=own.cluster, horizon=[2.5, 5])
            of_arm = together.select(arm=arm)
            np.testing.assert_allclose(of_arm.value, alone.value, rtol=1e-12)
            np.testing.assert_allclose(of_arm.std_error(), alone.std_error(), rtol=1e-9, atol=1e-12)


@given(samples())
def test_no_mean_past_the_end_of_follow_up(sample):
    """An extrapolated mean: after the last time there is none while somebody is left."""
    end = sample.time.max()
    mean = restricted_mean_survival(sample.time, sample.status, horizon=end + 1)
    is_left = (sample.time == end) & (sample.status == 0)
    assert mean.is_estimable[0] == (not is_left.any())
    if mean.is_estimable[0]:
        assert 0 <= mean.value[0] <= end + 1
