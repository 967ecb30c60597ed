"""Resampled and left-out clusters against exact variances, and against the influence."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.errors import NotEstimableError
from spine_outcomes.inference import Estimate, difference
from spine_outcomes.inference.bootstrap import Bootstrap, bootstrap, jackknife
from spine_outcomes.inference.intervals import interval
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.weights.design import assemble, linear
from spine_outcomes.weights.estimands import weigh
from spine_outcomes.weights.propensity import fit_propensity

RNG = np.random.default_rng(1)
VALUES = RNG.exponential(size=30)
PATIENT = np.repeat(np.arange(15), 2)


class Mean:
    """Weighted mean of values; fails as a whole, or says it cannot, on demand."""

    def __init__(self, values, fails=lambda m: False, reason=lambda m: None):
        self.values, self.fails, self.reason = np.asarray(values, dtype=float), fails, reason

    def __call__(self, multiplicity):
        if self.fails(multiplicity):
            raise NotEstimableError("no row in an arm")
        share = multiplicity / multiplicity.sum()
        reason = self.reason(multiplicity)
        value = np.nan if reason else share @ self.values
        influence = np.zeros_like(share) if reason else share * (self.values - value)
        return Estimate(
            np.array([value]), influence[:, None], ({"measure": "mean"},), PATIENT, (reason,)
        )


def test_bootstrap_of_a_mean_is_its_exact_bootstrap_error():
    """Draws that are not n of n with replacement: the ideal error is √Σ(x − x̄)²/n.

    4 Monte-Carlo errors of a standard deviation, 1/√(2r) each.
    """
    r = 4000
    found = bootstrap(Mean(VALUES), np.arange(30), replicates=r, seed=1)
    ideal = np.sqrt(((VALUES - VALUES.mean()) ** 2).sum()) / 30
    assert abs(found.std_error()[0] / ideal - 1) < 4 / np.sqrt(2 * r)
    assert abs(found.replicates.mean() - VALUES.mean()) < 4 * ideal / np.sqrt(r)


def test_patients_are_drawn_with_all_their_rows():
    """Rows drawn one by one: with two equal rows a patient the error would be 1/√2 of it."""
    values = np.repeat(VALUES[:15], 2)
    found = bootstrap(Mean(values), PATIENT, replicates=4000, seed=2)
    ideal = np.sqrt(((VALUES[:15] - VALUES[:15].mean()) ** 2).sum()) / 15
    assert abs(found.std_error()[0] / ideal - 1) < 4 / np.sqrt(8000)


def test_another_seed_moves_an_error_by_chance_alone():
    """Clause 48: draws that do not depend on the seed, or that depend on it by more than chance."""
    one, other, again = (
        bootstrap(Mean(VALUES), np.arange(30), replicates=2000, seed=seed).std_error()[0]
        for seed in (1, 2, 1)
    )
    assert one == again
    assert 0 < abs(one / other - 1) < 4 / np.sqrt(2000)


def test_every_multiplicity_is_a_whole_cohort():
    """Patients drawn more or less than n times in all, or rows of a patient apart."""
    seen = []

    def watch(multiplicity):
        seen.append(multiplicity)
        return False

    bootstrap(Mean(VALUES, fails=watch), PATIENT, replicates=50, seed=3)
    assert all(m.sum() == 30 for m in seen)
    assert all((m[::2] == m[1::2]).all() for m in seen)
    jackknife(Mean(VALUES, fails=watch), PATIENT)
    left_out = np.array(seen[-15:])
    np.testing.assert_array_equal(left_out[:, ::2], 1 - np.eye(15))


def test_processes_and_number_of_replicates_change_no_draw():
    """Bytes that depend on --jobs; or other first draws when more are asked."""
    one = bootstrap(Mean(VALUES), PATIENT, replicates=121, seed=4)
    two = bootstrap(Mean(VALUES), PATIENT, replicates=121, seed=4, jobs=2)
    more = bootstrap(Mean(VALUES), PATIENT, replicates=130, seed=4)
    assert one.replicates.tobytes() == two.replicates.tobytes()
    assert one.replicates.tobytes() == more.replicates[:121].tobytes()
    other = bootstrap(Mean(VALUES), PATIENT, replicates=121, seed=5)
    assert (one.replicates != other.replicates).any()
    left_out = [jackknife(Mean(VALUES), PATIENT, jobs=jobs).replicates for jobs in (1, 2)]
    assert left_out[0].tobytes() == left_out[1].tobytes()


def test_percentiles_are_order_statistics():
    """Limits one draw off: at level 0.9 those of 99 replicates are the 5th and the 95th."""
    found = bootstrap(Mean(VALUES), PATIENT, replicates=99, seed=6)
    ordered = np.sort(found.replicates[:, 0])
    lower, upper = found.percentiles(0.9)
    np.testing.assert_allclose([lower[0], upper[0]], [ordered[4], ordered[94]], rtol=1e-12)
    expected = interval(found.estimate.value, found.std_error(), "identity", 0.9)
    np.testing.assert_allclose(found.interval("identity", 0.9), expected, rtol=1e-14)


def every(period):
    """True once in ``period`` calls, the first (of the cohort itself) never."""
    calls = iter(range(10**6))
    return lambda multiplicity: next(calls) % period == period - 1


@pytest.mark.parametrize("kind", ["fails", "reason"])
def test_failures_are_counted_and_reported(kind):
    """Failed replicates dropped without a word (R50: > 5 % reported, > 20 % not estimable)."""
    words = {"fails": lambda at: at, "reason": lambda at: lambda m: "no event" if at(m) else None}
    rare, common, frequent = (
        bootstrap(Mean(VALUES, **{kind: words[kind](every(n))}), PATIENT, replicates=400, seed=7)
        for n in (50, 10, 4)
    )
    assert [found.failed[0] for found in (rare, common, frequent)] == [0.02, 0.1, 0.25]
    assert rare.findings() == ()
    (finding,) = common.findings()
    assert (finding.code, finding.severity, finding.n) == ("W_BOOTSTRAP_FAILED", "serious", 40)
    assert np.isfinite(common.std_error()[0])
    assert np.isnan([frequent.std_error()[0], *np.ravel(frequent.percentiles())]).all()
    (reason,) = frequent.error_reasons
    assert reason == "no standard error: not estimable in 25% of the bootstrap replicates"


def test_few_replicates_are_reported():
    """Percentiles of ten draws without a word."""
    (finding,) = bootstrap(Mean(VALUES), PATIENT, replicates=10, seed=8).findings()
    assert finding.code == "W_FEW_REPLICATES"


def test_jackknife_of_a_mean_is_the_classical_error():
    """A factor other than (n − 1)/n: the jackknife error of a mean is s/√n."""
    found = jackknife(Mean(VALUES), np.arange(30))
    np.testing.assert_allclose(found.std_error()[0], VALUES.std(ddof=1) / np.sqrt(30), rtol=1e-12)
    assert found.df == 29


def test_jackknife_of_a_regression_is_cv3():
    """Another error than √((G−1)/G) of CR3, S_g = X_gᵀ (I − H_gg)⁻¹ e_g (Bell and McCaffrey)."""
    x = np.column_stack([np.ones(30), RNG.normal(size=(30, 2))])
    y = x @ [1, 2, 0] + RNG.normal(size=30)

    def least_squares(multiplicity):
        root = np.sqrt(multiplicity)
        beta = np.linalg.lstsq(x * root[:, None], y * root)[0]
        return Estimate(beta, np.zeros_like(x), ({},) * 3, PATIENT)

    bread, residual = np.linalg.inv(x.T @ x), y - x @ np.linalg.lstsq(x, y)[0]
    scores = []
    for c in range(15):
        own = c == PATIENT
        hat = x[own] @ bread @ x[own].T
        scores.append(x[own].T @ np.linalg.solve(np.eye(2) - hat, residual[own]))
    spread = np.array(scores) @ bread
    expected = np.sqrt(14 / 15 * (spread**2).sum(axis=0))
    np.testing.assert_allclose(jackknife(least_squares, PATIENT).std_error(), expected, rtol=1e-9)


def test_one_cluster_or_one_that_decides_has_no_jackknife_error():
    """An error of 0, or one that leaves out the patient without whom nothing is estimable."""
    assert np.isnan(jackknife(Mean([1.0, 2.0]), np.zeros(2, dtype=np.int64)).std_error()[0])
    decides = Mean(VALUES, fails=lambda m: m[0] == 0)
    assert np.isnan(jackknife(decides, PATIENT).std_error()[0])


class Weighted:
    """Risk difference under weights of a propensity that is refitted, or kept."""

    def __init__(self, n=400, *, is_refitted):
        rng = np.random.default_rng(9)
        x = rng.normal(size=n)
        self.arm = (rng.random(n) < 1 / (1 + np.exp(-0.3 * x))).astype(np.int64)
        self.time = np.ceil(10 * rng.exponential(size=n) / np.exp(2.5 * x))
        self.status = np.ones(n, dtype=np.int64)
        self.patient = np.arange(n) // 2
        self.design, self.is_refitted = assemble([linear("x", x)]), is_refitted

    def __call__(self, multiplicity):
        prior = multiplicity if self.is_refitted else None
        weights = weigh(fit_propensity(self.design, self.arm, prior), self.arm, "ATE")
        weight = weights.value if self.is_refitted else weights.value * multiplicity
        risk = aalen_johansen(
            self.time, self.status, weight, arm=self.arm, cluster=self.patient, times=[6.0]
        )
        return difference(risk.select(arm=1), risk.select(arm=0)).corrected(
            weights.nuisance if self.is_refitted else None
        )


@pytest.mark.slow
@pytest.mark.parametrize("is_refitted", [True, False])
def test_bootstrap_jackknife_and_influence_side_by_side(is_refitted):
    """A bootstrap that keeps the weights where the propensity should be refitted, or the reverse.

    Refitted it is the corrected error, kept the robust one, and the two differ by more than the
    tolerance, 4 Monte-Carlo errors of 400 replicates.
    """
    procedure = Weighted(is_refitted=is_refitted)
    influence = procedure(np.ones(400)).std_error()[0]
    other = Weighted(is_refitted=not is_refitted)(np.ones(400)).std_error()[0]
    tolerance = 4 / np.sqrt(2 * 400)
    assert abs(other / influence - 1) > tolerance
    resampled = bootstrap(procedure, procedure.patient, replicates=400, seed=10).std_error()[0]
    assert abs(resampled / influence - 1) < tolerance
    left_out = jackknife(procedure, procedure.patient).std_error()[0]
    assert influence < left_out < 1.1 * influence


def test_the_supremum_of_replicates_by_hand():
    """Estimates 2 and 1; replicates 1, 3 and 0, 2 away by 1 with σ = √2: no draw reaches √2.

    2/√2 = 1.414 > 1/√2, so that p = (1 + 0)/(1 + 2).
    """
    labels = ({"time": 1.0}, {"time": 2.0})
    estimate = Estimate(np.array([2.0, 1.0]), np.zeros((3, 2)), labels)
    found = Bootstrap(estimate, np.array([[1.0, 0.0], [3.0, 2.0]])).supremum_test()
    assert found.statistic == pytest.approx(np.sqrt(2))
    assert found.p_value == pytest.approx(1 / 3)


def test_a_replicate_as_far_away_as_the_estimate_counts():
    """Estimate 2, replicates 1 and 4, σ = 3/√2: 2 away is as far as 0 is, p = (1 + 1)/(1 + 2)."""
    estimate = Estimate(np.array([2.0]), np.zeros((3, 1)), ({"time": 1.0},))
    found = Bootstrap(estimate, np.array([[1.0], [4.0]])).supremum_test()
    assert found.p_value == pytest.approx(2 / 3)
