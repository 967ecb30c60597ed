"""Bands and supremum tests against the laws of maxima, and their coverage on simulated curves."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from scipy import stats

from spine_outcomes.inference import Estimate, difference
from spine_outcomes.inference.bands import simultaneous_band, supremum_test
from spine_outcomes.inference.intervals import interval
from spine_outcomes.survival.kaplan_meier import kaplan_meier

DRAWS = 40_000


def estimate_with(influence, value=None, **keys) -> Estimate:
    influence = np.asarray(influence, dtype=float)
    k = influence.shape[1]
    value = np.full(k, 0.5) if value is None else np.asarray(value, dtype=float)
    labels = tuple({"measure": "survival", "time": float(t)} for t in range(k))
    return Estimate(value, influence, labels, **keys)


def independent(k: int, scale: float = 0.01) -> Estimate:
    """k quantities that no two rows share: their errors are independent."""
    return estimate_with(np.kron(np.eye(k), scale * np.ones((20, 1))))


def monte_carlo_error(quantile: float, k: int, level: float) -> float:
    """Standard error of a simulated level-quantile of the largest of k |N(0, 1)|."""
    density = k * (2 * stats.norm.cdf(quantile) - 1) ** (k - 1) * 2 * stats.norm.pdf(quantile)
    return float(np.sqrt(level * (1 - level) / DRAWS) / density)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("k", [1, 2, 10])
def test_critical_value_is_the_quantile_of_the_largest_normal(k, level):
    """A band of another level: P(max of k |N| ≤ c) = (2Φ(c) − 1)^k; one time is the interval."""
    _, _, critical = simultaneous_band(independent(k), "identity", level, seed=1, draws=DRAWS)
    expected = stats.norm.ppf((1 + level ** (1 / k)) / 2)
    assert abs(critical - expected) < 4 * monte_carlo_error(expected, k, level)


def test_times_that_move_together_need_no_wider_band():
    """A Bonferroni band in place of the law of the supremum."""
    column = np.random.default_rng(2).normal(size=(30, 1))
    _, _, critical = simultaneous_band(
        estimate_with(np.hstack([column, 2 * column, -column])), "identity", seed=3, draws=DRAWS
    )
    assert abs(critical - stats.norm.ppf(0.975)) < 4 * monte_carlo_error(1.96, 1, 0.95)


@pytest.mark.parametrize("scale", ["identity", "log(-log)", "logit", "log"])
def test_the_band_is_a_wider_interval_on_each_scale(scale):
    """A band on another scale than its interval."""
    estimate = independent(4)
    lower, upper, critical = simultaneous_band(estimate, scale, seed=4)
    value = np.exp(estimate.value) if scale == "log" else estimate.value
    level = 2 * stats.norm.cdf(critical) - 1
    expected = interval(value, estimate.std_error(), scale, level)
    np.testing.assert_allclose([lower, upper], expected, rtol=1e-9)


def test_bands_of_clusters_use_their_sums():
    """Rows taken as independent: two rows of a patient that cancel leave no error."""
    influence = np.array([[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]])
    lower, _, critical = simultaneous_band(
        estimate_with(influence, cluster=np.array([0, 0, 1, 1])), "identity", seed=5, draws=DRAWS
    )
    assert np.isnan(lower[0])
    assert abs(critical - 1.96) < 4 * monte_carlo_error(1.96, 1, 0.95)


def test_same_seed_same_bytes_and_times_without_error_do_not_count():
    """A report that changes when it is run again, or with times before the first event."""
    estimate = independent(3)
    padded = estimate_with(
        np.hstack([np.zeros((60, 1)), estimate.influence]), np.r_[1.0, estimate.value]
    )
    first = simultaneous_band(estimate, "log(-log)", seed=6)
    again = simultaneous_band(padded, "log(-log)", seed=6)
    assert first[2] == again[2]
    np.testing.assert_array_equal(first[0], again[0][1:])
    assert np.isnan(again[0][0])
    assert simultaneous_band(estimate, "log(-log)", seed=7)[2] != first[2]


def test_memory_is_bounded_by_blocks_that_change_nothing():
    """Draws × times held at once; or other numbers where a block ends."""
    wide = independent(300)
    tracemalloc.start()
    critical = simultaneous_band(wide, "identity", seed=8, draws=12_000)[2]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000 * 300 * 8
    whole = np.abs(np.random.default_rng(8).standard_normal((12_000, 300))).max(axis=1)
    # The errors are independent: every root of their correlation is orthogonal.
    assert abs(critical - np.quantile(whole, 0.95)) < 0.05


def test_without_any_error_there_is_no_band_and_no_test():
    """A critical value of −∞, or a crash, where nothing happened."""
    nothing = estimate_with(np.zeros((5, 2)), [1.0, 1.0])
    lower, upper, critical = simultaneous_band(nothing, "log(-log)", seed=1)
    assert np.isnan([*lower, *upper, critical]).all()
    test = supremum_test(nothing, seed=1)
    assert np.isnan(test.p_value)
    assert test.reason == "no time has a standard error above 0"


@pytest.mark.parametrize("z", [0.5, 2.0, 3.0])
def test_supremum_test_of_independent_times(z):
    """A p value of another law: 1 − (2Φ(z) − 1)³ for the largest of three."""
    three = independent(3)
    error = three.std_error()
    test = supremum_test(
        estimate_with(three.influence, error * [0.1, -z, 0.2]), seed=9, draws=DRAWS
    )
    assert test.statistic == pytest.approx(max(z, 0.2), rel=1e-12)
    expected = 1 - (2 * stats.norm.cdf(z) - 1) ** 3
    assert abs(test.p_value - expected) < 4 * np.sqrt(expected * (1 - expected) / DRAWS)


def test_supremum_test_is_never_certain():
    """A p value of 0 from a finite number of draws."""
    far = independent(2)
    test = supremum_test(estimate_with(far.influence, [1e3, 0.0]), seed=1, draws=999)
    assert test.p_value == 1 / 1000


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_is_a_probability(level):
    """95 taken for 0.95, or a band of everything or of nothing."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        simultaneous_band(independent(1), "identity", level, seed=1)


TIMES = np.linspace(0.1, 1.5, 15)


def exponential_rows(rng, n, rate):
    event, censored = rng.exponential(1 / rate, n), rng.exponential(2, n)
    return np.minimum(event, censored), (event <= censored).astype(np.int64)


@pytest.mark.slow
@pytest.mark.parametrize("replicates", [400])
def test_coverage_of_the_band_and_size_of_the_test(replicates):
    """Bands that miss the curve somewhere more often than they say, or a test that cries wolf.

    Two exponential arms of 200 rows. The gate is 4 Monte-Carlo errors (4.4 points) from 95 %.
    """
    rng = np.random.default_rng(10)
    truth, held, rejected, pointwise = np.exp(-TIMES), 0, 0, 0
    for i in range(replicates):
        time, status = exponential_rows(rng, 400, 1.0)
        arm = np.repeat([0, 1], 200)
        curve = kaplan_meier(time, status, arm=arm, times=TIMES)
        one, other = curve.select(arm=0), curve.select(arm=1)
        lower, upper, _ = simultaneous_band(one, "log(-log)", seed=i, draws=2000)
        held += bool(((lower <= truth) & (truth <= upper)).all())
        low, high = interval(one.value, one.std_error(), "log(-log)")
        pointwise += bool(((low <= truth) & (truth <= high)).all())
        rejected += supremum_test(difference(other, one), seed=i, draws=999).p_value <= 0.05
    gate = 4 * np.sqrt(0.95 * 0.05 / replicates)
    assert abs(held / replicates - 0.95) < gate
    assert abs(rejected / replicates - 0.05) < gate
    assert pointwise / replicates < 0.95 - gate


def test_errors_that_share_a_chi_square_give_student_s_t():
    """One time, or times that move together: the supremum is |t| with those degrees of freedom."""
    column = np.random.default_rng(2).normal(size=(30, 1))
    together = estimate_with(np.hstack([column, 2 * column]))
    critical = simultaneous_band(together, "identity", seed=3, draws=DRAWS, df=5.0)[2]
    density = 2 * stats.t.pdf(stats.t.ppf(0.975, 5), 5)
    error = np.sqrt(0.05 * 0.95 / DRAWS) / density
    assert abs(critical - stats.t.ppf(0.975, 5)) < 4 * error


@pytest.mark.parametrize("df", [0.0, -3.0])
def test_no_degrees_of_freedom_no_band_and_no_test(df):
    """Fewer clusters than parameters: a chi-square of no degrees of freedom stopped the run."""
    lower, upper, critical = simultaneous_band(independent(2), "identity", seed=1, df=df)
    assert np.isnan([*lower, *upper, critical]).all()
    found = supremum_test(independent(2), seed=1, df=df)
    assert (found.reason, np.isnan(found.p_value)) == ("no degrees of freedom are left", True)
