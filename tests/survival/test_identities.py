"""Relations that hold for every sample: weights, order, units, splits, clusters, sums to 1.

The samples have ties, times of 0, weights from 1e-6 to 1e6, single events, arms without any.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from spine_outcomes.inference import Estimate, concatenate, difference
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.follow_up import at_risk
from spine_outcomes.survival.kaplan_meier import kaplan_meier
from spine_outcomes.survival.log_rank import log_rank, score_test
from spine_outcomes.survival.restricted_mean import (
    restricted_mean_survival,
    restricted_mean_time_lost,
)
from tests.strategies import Drawn, samples

TIMES = [0, 1, 2.5, 4, 6]
HORIZONS = [2.5, 5]
# Weights differ by twelve orders of magnitude: sums keep ten digits of the largest.
ATOL = 1e-10


def probabilities(sample: Drawn, times=TIMES, **keys) -> Estimate:
    keys = {**sample.keys, "times": times, **keys}
    arrays = (sample.time, sample.status, sample.weight)
    return concatenate(kaplan_meier(*arrays, **keys), aalen_johansen(*arrays, **keys, cause=(1, 2)))


def means(sample: Drawn, horizon=HORIZONS, **keys) -> Estimate:
    keys = {**sample.keys, "horizon": horizon, **keys}
    arrays = (sample.time, sample.status, sample.weight)
    return concatenate(
        restricted_mean_survival(*arrays, **keys),
        restricted_mean_time_lost(*arrays, **keys, cause=(1, 2)),
    )


def everything(sample: Drawn, **keys) -> Estimate:
    return concatenate(probabilities(sample, **keys), means(sample, **keys))


def same_value(one: Estimate, other: Estimate, scale=1.0):
    np.testing.assert_allclose(one.value, scale * other.value, rtol=1e-9, atol=ATOL)


def same_error(one, other):
    """Equal, where one cluster alone (no error) and others of no weight (error 0) are the same."""
    np.testing.assert_allclose(np.nan_to_num(one), np.nan_to_num(other), rtol=1e-7, atol=ATOL)


def same(one: Estimate, other: Estimate):
    same_value(one, other)
    same_error(one.std_error(), other.std_error())


def same_test(one, other):
    np.testing.assert_allclose(one.statistic, other.statistic, rtol=1e-7, atol=ATOL)
    assert one.df == other.df


def robust_test(sample: Drawn):
    return score_test(sample.time, sample.status, sample.weight, **sample.keys)


def classical_test(sample: Drawn):
    return log_rank(sample.time, sample.status, arm=sample.arm)


@given(samples(), st.sampled_from([1e-3, 5.0, 1e4]))
def test_scale_of_the_weights_does_not_matter(sample, factor):
    """Weights taken as counts."""
    scaled = replace(sample, weight=factor * sample.weight)
    same(everything(scaled), everything(sample))
    same_test(robust_test(scaled), robust_test(sample))


@given(samples(), st.data())
def test_integer_weights_are_copies_of_one_cluster(sample, data):
    """A weighted row that differs from its copies, or copies taken as independent."""
    counts = np.array(
        data.draw(st.lists(st.integers(0, 3), min_size=len(sample), max_size=len(sample)))
    )
    assume((np.bincount(sample.arm, counts, 2) > 0).all())
    weighted = replace(sample, weight=counts.astype(float))
    copied = weighted.take(np.repeat(np.arange(len(sample)), counts))
    copied = replace(copied, weight=np.ones(len(copied)))
    same(everything(weighted), everything(copied))


@given(samples(min_rows=3))
def test_weight_0_is_absence(sample):
    """A row that was weighted out still in a risk set or counted."""
    weight = sample.weight.copy()
    weight[2] = 0.0
    out, without = replace(sample, weight=weight), sample.take(np.arange(len(sample)) != 2)
    same(everything(out), everything(without))
    same_test(robust_test(out), robust_test(without))
    counted = at_risk(out.time, out.weight, times=TIMES)
    np.testing.assert_array_equal(counted.n, at_risk(without.time, times=TIMES).n)


@given(samples(), st.randoms(use_true_random=False))
def test_order_of_rows_and_labels_of_clusters_do_not_matter(sample, random):
    """Ties decided by the order of the file."""
    rows = np.arange(len(sample))
    random.shuffle(rows)
    shuffled = sample.take(rows)
    relabelled = replace(shuffled, cluster=np.array([f"p{-c}" for c in shuffled.cluster]))
    same(everything(relabelled), everything(sample))
    same_test(robust_test(relabelled), robust_test(sample))
    same_test(classical_test(shuffled), classical_test(sample))
    np.testing.assert_allclose(
        everything(shuffled).influence, everything(sample).influence[rows], rtol=1e-7, atol=ATOL
    )


@given(samples())
def test_swapping_arms_swaps_results(sample):
    """An arm that is treated otherwise than the other."""
    swapped = replace(sample, arm=1 - sample.arm)
    one, other = everything(sample), everything(swapped)
    for arm in (0, 1):
        same(one.select(arm=arm), other.select(arm=1 - arm))
    contrast = difference(one.select(arm=1), one.select(arm=0))
    back = difference(other.select(arm=1), other.select(arm=0))
    np.testing.assert_allclose(contrast.value, -back.value, rtol=1e-9, atol=ATOL)
    same_test(robust_test(sample), robust_test(swapped))
    same_test(classical_test(sample), classical_test(swapped))


@given(samples(), st.sampled_from([1 / 30.4375, 7.0]))
def test_unit_of_time(sample, factor):
    """A probability that depends on the unit, or a mean that does not."""
    scaled = replace(sample, time=factor * sample.time)
    times, horizons = factor * np.array(TIMES), factor * np.array(HORIZONS)
    same(probabilities(scaled, times=times), probabilities(sample))
    same_value(means(scaled, horizon=horizons), means(sample), scale=factor)
    same_test(robust_test(scaled), robust_test(sample))


@given(samples())
def test_only_the_order_of_times_matters(sample):
    """A curve or a test that depends on distances in time."""
    mapped = replace(sample, time=sample.time**2 + sample.time)
    times = np.array(TIMES) ** 2 + np.array(TIMES)
    same(probabilities(mapped, times=times), probabilities(sample))
    same_test(robust_test(mapped), robust_test(sample))
    same_test(classical_test(mapped), classical_test(sample))


@given(samples(), st.sampled_from([0.5, 1, 2, 3.5]))
def test_splitting_follow_up_changes_nothing(sample, cut):
    """Late entry: a row split at a time is censored there and enters there."""
    # weights of twelve orders lose their small ones in differences: late entry needs like weights
    sample = replace(sample, weight=sample.weight ** (1 / 6))
    is_split = sample.time > cut
    rows = np.concatenate([np.arange(len(sample)), np.flatnonzero(is_split)])
    split = sample.take(rows)
    split.time[: len(sample)][is_split] = cut
    split.status[: len(sample)][is_split] = 0
    entry = np.where(np.arange(len(rows)) < len(sample), -1.0, cut)
    same(everything(split, entry=entry), everything(sample))


@given(samples(), st.sampled_from([4.5, 6.0, 9.0]))
def test_cut_off_after_the_landmark_changes_nothing(sample, cut):
    """The future influences the past."""
    is_later = sample.time > cut
    stopped = replace(
        sample, time=np.minimum(sample.time, cut), status=np.where(is_later, 0, sample.status)
    )
    keys = {"times": [0, 1, 2.5, 4], "horizon": [2.5, 4]}
    same(probabilities(stopped, keys["times"]), probabilities(sample, keys["times"]))
    same(means(stopped, keys["horizon"]), means(sample, keys["horizon"]))


@given(samples())
def test_censoring_moved_to_just_before_the_next_event(sample):
    """Censored rows out of the risk set of their own time."""
    moved = replace(sample, time=sample.time + 0.5 * (sample.status == 0))
    one, other = probabilities(sample, times=[0, 1, 4]), probabilities(moved, times=[0, 1, 4])
    both = one.is_estimable & other.is_estimable
    same(one.take(np.flatnonzero(both)), other.take(np.flatnonzero(both)))


@given(samples())
def test_clusters_of_one_row_change_nothing(sample):
    """A small-sample factor."""
    single = replace(sample, cluster=np.arange(len(sample))[::-1])
    clustered, plain = everything(single), everything(sample, cluster=None)
    np.testing.assert_allclose(clustered.covariance(), plain.covariance(), rtol=1e-12, atol=1e-16)


@given(samples())
def test_twice_the_people_halve_the_variance(sample):
    """An error that does not shrink as √n: the same people again under new ids."""
    twice = sample.take(np.tile(np.arange(len(sample)), 2))
    twice.cluster[len(sample) :] += len(sample)
    one, both = everything(sample), everything(twice)
    same_value(both, one)
    is_known = np.isfinite(one.std_error())  # one cluster has no error, two have
    np.testing.assert_allclose(
        both.std_error()[is_known], one.std_error()[is_known] / np.sqrt(2), rtol=1e-7, atol=ATOL
    )


@given(samples())
def test_survival_without_censoring_is_a_proportion(sample):
    """Survival other than the weighted share still free of events."""
    sample = replace(sample, status=np.maximum(sample.status, 1))
    estimate = kaplan_meier(sample.time, sample.status, sample.weight, times=TIMES)
    shares = [np.average(sample.time > t, weights=sample.weight) for t in TIMES]
    np.testing.assert_allclose(estimate.value, shares, rtol=1e-9, atol=1e-15)


@given(samples(causes=1))
def test_survival_is_below_the_exponential_of_the_hazard(sample):
    """A hazard above 1, or survival computed as exp(−H)."""
    estimate = kaplan_meier(sample.time, sample.status, sample.weight, times=TIMES)
    for t, value in zip(TIMES, estimate.value, strict=True):
        hazard = sum(
            sample.weight[(sample.time == s) & (sample.status > 0)].sum()
            / sample.weight[sample.time >= s].sum()
            for s in np.unique(sample.time[sample.time <= t])
        )
        # below 1e-9 the two are the same number
        assert np.isnan(value) or value <= np.exp(-hazard) * (1 + 1e-12)
        if np.isfinite(value) and hazard > 1e-6:
            assert value < np.exp(-hazard)


@given(samples(causes=3))
def test_survival_and_incidences_sum_to_1(sample):
    """Probability lost between the causes, and times lost that do not add up to the horizon."""
    arrays, keys = (sample.time, sample.status, sample.weight), sample.keys
    free = kaplan_meier(*arrays, **keys, times=TIMES)
    incidence = aalen_johansen(*arrays, **keys, cause=(1, 2, 3), times=TIMES)
    kept = restricted_mean_survival(*arrays, **keys, horizon=HORIZONS)
    lost = restricted_mean_time_lost(*arrays, **keys, cause=(1, 2, 3), horizon=HORIZONS)
    for arm in (0, 1):
        shares = incidence.select(arm=arm).value.reshape(3, -1).sum(axis=0)
        total = free.select(arm=arm).value + shares
        np.testing.assert_allclose(total[np.isfinite(total)], 1, rtol=1e-14)
        spent = lost.select(arm=arm).value.reshape(3, -1).sum(axis=0)
        total = kept.select(arm=arm).value + spent
        is_known = np.isfinite(total)
        np.testing.assert_allclose(total[is_known], np.array(HORIZONS)[is_known], rtol=1e-14)


@given(samples())
def test_relabelled_and_merged_causes(sample):
    """A cause that is special because of its code."""
    swapped = replace(sample, status=np.array([0, 2, 1])[sample.status])
    merged = replace(sample, status=np.minimum(sample.status, 1))
    one, other, both = (probabilities(s) for s in (sample, swapped, merged))
    same(one.select(cause=1), other.select(cause=2))
    together = one.select(cause=1).value + one.select(cause=2).value
    np.testing.assert_allclose(both.select(cause=1).value, together, rtol=1e-9, atol=ATOL)
    survival = both.select(measure="survival")
    np.testing.assert_allclose(1 - survival.value, together, rtol=1e-9, atol=ATOL)
    same_error(survival.std_error(), both.select(cause=1).std_error())


@given(samples())
def test_one_minus_survival_is_above_incidence(sample):
    """1 − KM with competing events censored, printed as incidence; equal before the first."""
    only = replace(sample, status=np.where(sample.status == 1, 1, 0), arm=0 * sample.arm)
    pooled = replace(sample, arm=0 * sample.arm)
    above = 1 - probabilities(only).select(measure="survival").value
    incidence = probabilities(pooled).select(cause=1).value
    both = np.isfinite(above) & np.isfinite(incidence)
    assert (above[both] >= incidence[both] - 1e-12).all()
    first = min(sample.time[sample.status == 2], default=np.inf)
    early = both & (np.array(TIMES) < first)
    np.testing.assert_allclose(above[early], incidence[early], rtol=1e-9, atol=1e-15)


@given(samples())
def test_curves_stay_between_0_and_1_and_do_not_turn(sample):
    """Incidence that falls or passes 1, survival that rises; arms that influence each other."""
    estimate = probabilities(sample)
    for arm in (0, 1):
        alone = probabilities(sample.take(sample.arm == arm), arm=None)
        same(estimate.select(arm=arm), alone)
        for keys, sign in (({"measure": "survival"}, -1), ({"cause": 1}, 1), ({"cause": 2}, 1)):
            curve = alone.select(**keys).value
            curve = curve[np.isfinite(curve)]
            assert ((curve >= 0) & (curve <= 1 + 1e-15)).all()
            assert (sign * np.diff(curve) >= 0).all()


@given(samples())
def test_restricted_mean_is_the_area_under_the_curve(sample):
    """An area that misses a step: ∫ S from 2.5 to 5 by the values just after each whole time."""
    estimate = means(replace(sample, arm=0 * sample.arm)).select(measure="rmst")
    grid = np.array([2.5, 3.0, 4.0])
    curve = kaplan_meier(sample.time, sample.status, sample.weight, times=grid).value
    area = curve @ np.diff([*grid, 5.0])
    if estimate.is_estimable.all() and (sample.time == np.round(sample.time)).all():
        assert estimate.value[1] - estimate.value[0] == pytest.approx(area, rel=1e-9, abs=1e-12)
        assert (estimate.value >= 0).all()
        assert (estimate.value <= HORIZONS).all()


@given(samples())
def test_restricted_mean_without_censoring_is_a_mean(sample):
    """A mean other than that of min(T, τ)."""
    sample = replace(sample, status=np.maximum(sample.status, 1), arm=0 * sample.arm)
    estimate = means(sample).select(measure="rmst")
    expected = [np.average(np.minimum(sample.time, h), weights=sample.weight) for h in HORIZONS]
    np.testing.assert_allclose(estimate.value, expected, rtol=1e-9, atol=1e-12)
