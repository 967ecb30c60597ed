"""Fine–Gray regression worked by hand, its reasons, and what users of other systems missed."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from spine_outcomes.errors import SampleError
from spine_outcomes.inference import Nuisance
from spine_outcomes.survival.censoring_distribution import CensoringDistribution
from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.fine_gray import fine_gray
from spine_outcomes.survival.sample import sample_of
from tests.differences import derivatives

HAND = json.loads((Path(__file__).parents[1] / "data/hand_worked.json").read_text())
TOY = HAND["finegray_hand"]
TIME, STATUS, X = (np.array(TOY["data"][name]) for name in ("time", "status", "x"))


def censoring_distribution(time, status):
    sample = sample_of(time, status)
    everybody = np.ones(sample.n, dtype=bool)
    return CensoringDistribution.of(sample, everybody, np.ones(sample.n))


def test_censoring_distribution_is_the_fraction():
    """A wrong G: at one time events come before censorings."""
    censoring = censoring_distribution(TIME, STATUS)
    after = dict(zip(censoring.order.distinct, np.append(censoring.survival[1:], 0), strict=True))
    for time, expected in TOY["censoring_survival_after"].items():
        np.testing.assert_allclose(after[float(time)], float(Fraction(expected)), rtol=1e-14)


@pytest.mark.parametrize("subject", [2, 7, 11])
def test_weight_after_a_competing_event_is_the_fraction(subject):
    """G(t−)/G(T−) of the three rows with a competing event, at the event times after it."""
    censoring = censoring_distribution(TIME, STATUS)
    before = dict(zip(censoring.order.distinct, censoring.survival, strict=True))
    exit_time = float(TIME[subject - 1])
    for time, expected in TOY["weights_at_type1_event_times"][f"subject_{subject}"].items():
        ratio = before[float(time)] / before[exit_time]
        np.testing.assert_allclose(ratio, float(Fraction(expected)), rtol=1e-14)


def test_fit_of_hand_worked_data():
    """A wrong risk set: coefficient, model-based and robust error of the fourteen rows."""
    fit = fine_gray(TIME, STATUS, covariates=X, censoring_term=False)
    np.testing.assert_allclose(fit.estimate.value, TOY["type1_beta"], rtol=1e-10)
    np.testing.assert_allclose(fit.information**-0.5, [[TOY["model_se"]]], rtol=1e-10)
    np.testing.assert_allclose(fit.estimate.std_error(), TOY["robust_se"], rtol=1e-10)


@pytest.mark.parametrize(
    ("weight", "beta", "error"),
    [(None, 0.273948, 0.862780), ([1, 2, 1, 0.5, 1, 1.5], -0.378748, 0.937803)],
)
@pytest.mark.parametrize("censoring_term", [True, False])
def test_case_weights(weight, beta, error, censoring_term):
    """C12: nobody is censored, so that the censoring term is 0."""
    fit = fine_gray(
        [1, 2, 3, 4, 5, 6],
        [1, 2, 1, 2, 1, 1],
        weight,
        covariates=[1, 1, 0, 0, 1, 0],
        censoring_term=censoring_term,
    )
    np.testing.assert_allclose(fit.estimate.value, beta, atol=5e-7)
    np.testing.assert_allclose(fit.estimate.std_error(), error, atol=5e-7)


def test_strata_without_censoring():
    """C15: every G is 1 in every stratum."""
    arrays = np.arange(1, 9.0), [1, 1, 2, 2, 1, 1, 2, 1]
    arm = [0, 1, 1, 0, 1, 0, 0, 1]
    one = fine_gray(*arrays, covariates=arm)
    strata = fine_gray(*arrays, covariates=arm, censoring_strata=[0, 1] * 4)
    np.testing.assert_array_equal(strata.estimate.influence, one.estimate.influence)


def test_errors_are_those_of_subjects():
    """C13 and trap 27: R splits a subject into rows; here it has one row, and clusters add up."""
    rng = np.random.default_rng(2)
    arrays = np.ceil(rng.exponential(9, 60)), rng.choice([0, 1, 2], 60)
    arm, patient = rng.integers(0, 2, 60), np.repeat(np.arange(20), 3)
    alone = fine_gray(*arrays, covariates=arm).estimate
    together = fine_gray(*arrays, covariates=arm, cluster=patient).estimate
    sums = np.bincount(patient, alone.influence[:, 0])
    np.testing.assert_allclose(together.std_error(), np.sqrt(sums @ sums), rtol=1e-13)
    assert abs(together.std_error() / alone.std_error() - 1) > 0.01


def two_arms_that_differ_in_death(end, n_steps=2000):
    """Two exponential populations as weights on a fine grid, followed up to ``end`` months.

    Failure .01 a month in both arms, death .02 against .06.
    """
    edges = np.linspace(0, end, n_steps + 1)
    middle, parts = (edges[1:] + edges[:-1]) / 2, []
    for arm, death in enumerate((0.02, 0.06)):
        total = 0.01 + death
        mass = np.exp(-total * edges[:-1]) - np.exp(-total * edges[1:])
        for cause, hazard in ((1, 0.01), (2, death)):
            parts.append((middle, np.full(n_steps, cause), mass * hazard / total, arm))
        parts.append(([end], [0], [np.exp(-total * end)], arm))
    time, status, weight = (np.concatenate([part[i] for part in parts]) for i in range(3))
    return time, status, weight, np.concatenate([np.full(len(part[0]), part[3]) for part in parts])


def test_subdistribution_hazard_is_no_effect_on_the_rate():
    """Trap 17: an arm that raises death alone has a subdistribution hazard ratio of .67."""
    time, status, weight, arm = two_arms_that_differ_in_death(24.0)
    cause_specific = np.exp(cox(time, status, weight, covariates=arm).estimate.value)
    subdistribution = np.exp(fine_gray(time, status, weight, covariates=arm).estimate.value)
    np.testing.assert_allclose(cause_specific, 1.0, atol=0.001)
    np.testing.assert_allclose(subdistribution, 0.67, atol=0.005)


def test_no_event_of_the_cause():
    """C21 for the subdistribution."""
    fit = fine_gray([1, 2, 3], [0, 2, 2], covariates=[0, 1, 1])
    assert fit.estimate.reasons == ("no event of cause 1",)
    assert np.isnan(fit.log_likelihood)
    assert not fit.estimate.influence.any()


def test_no_event_in_an_arm():
    """C18 for the subdistribution: competing events stay at risk and do not help."""
    fit = fine_gray(
        [1, 2, 3, 4, 5, 6], [1, 1, 1, 2, 2, 0], covariates=[1, 1, 1, 0, 0, 0], names=["arm"]
    )
    assert fit.estimate.reasons == ("no event where arm is 0",)
    assert np.isnan(fit.estimate.value).all()


def test_competing_rows_are_at_risk_of_separation():
    """A row that competed early, with the larger covariate, keeps the likelihood from rising."""
    status, x = [1, 2, 1, 1], np.array([2.0, 9.0, 1.5, 1.0])
    assert cox([2, 1, 3, 4], status, covariates=x).estimate.reasons[0] is not None
    fit = fine_gray([2, 1, 3, 4], status, covariates=x, names=["dose"])
    assert fit.estimate.reasons == (None,)


def test_constant_covariate_is_dropped_by_name():
    """C33 for the subdistribution."""
    covariates = np.column_stack([X, np.ones(len(X))])
    fit = fine_gray(TIME, STATUS, covariates=covariates, names=["x", "site"])
    rest = fine_gray(TIME, STATUS, covariates=X)
    assert fit.estimate.reasons == (None, "site does not vary among the rows at risk")
    np.testing.assert_array_equal(fit.estimate.influence[:, 0], rest.estimate.influence[:, 0])


@pytest.mark.parametrize("given", [[1.0] * 13, [1.0] * 13 + [0.0], [1.0] * 13 + [1.5]])
def test_known_censoring_distribution_must_be_one(given):
    """A hand-made G of the wrong length, 0 or above 1 would give infinite or negative weights."""
    with pytest.raises(SampleError, match="censoring_survival"):
        fine_gray(TIME, STATUS, covariates=X, censoring_survival=given)


def hazard_and_survival_before(time, status, weight):
    """q summed, and the Kaplan–Meier of censoring, just before each row's time, by hand."""
    total, survival = np.zeros(len(time)), np.ones(len(time))
    for s in np.unique(time[status == 0]):
        is_at_risk = (time > s) | ((time == s) & (status == 0))
        q = weight[(time == s) & (status == 0)].sum() / weight[is_at_risk].sum()
        total[time > s] += q
        survival[time > s] *= 1 - q
    return total, survival


ROWS = np.random.default_rng(5)
N = 40
SOME_TIME = np.ceil(ROWS.exponential(5, N)) + 1
SOME_STATUS = ROWS.choice([0, 0, 1, 1, 2], N)
SOME_X = np.column_stack([np.ones(N), ROWS.normal(size=(N, 2))])
SOME_ARM = (ROWS.random(N) < 1 / (1 + np.exp(-SOME_X[:, 1]))).astype(np.int64)


def test_weighted_censoring_distribution():
    """The option to weight G: the same as a weighted G made by hand."""
    weight = ROWS.uniform(0.2, 3, N)
    _, before = hazard_and_survival_before(SOME_TIME, SOME_STATUS, weight)
    keys = {"covariates": SOME_X[:, 1:], "censoring_term": False}
    option = fine_gray(SOME_TIME, SOME_STATUS, weight, **keys, censoring_weight=weight)
    by_hand = fine_gray(SOME_TIME, SOME_STATUS, weight, **keys, censoring_survival=before)
    plain = fine_gray(SOME_TIME, SOME_STATUS, weight, **keys)
    np.testing.assert_allclose(option.estimate.influence, by_hand.estimate.influence, atol=1e-12)
    assert np.abs(plain.estimate.value - option.estimate.value).min() > 1e-4


def propensity(multiplicity):
    """Logistic coefficients and scores when rows count ``multiplicity`` times."""
    gamma = np.zeros(SOME_X.shape[1])
    for _ in range(50):
        e = 1 / (1 + np.exp(-SOME_X @ gamma))
        information = (SOME_X * (multiplicity * e * (1 - e))[:, None]).T @ SOME_X
        gamma = gamma + np.linalg.solve(information, SOME_X.T @ (multiplicity * (SOME_ARM - e)))
    return e, information


@pytest.mark.parametrize(
    "covariates", [SOME_ARM[:, None], np.column_stack([SOME_ARM, SOME_X[:, 1]])]
)
def test_influence_is_the_derivative_in_multiplicity(covariates):
    """Wrong corrected errors: overlap weights and the censoring distribution are both re-estimated.

    d log G is −Σ dq, as Fine and Gray (1999) have it: G moves by exp(−Σ dq) around its estimate.
    """
    ones = np.ones(N)
    total, before = hazard_and_survival_before(SOME_TIME, SOME_STATUS, ones)

    def refitted(multiplicity):
        e, _ = propensity(multiplicity)
        weight = multiplicity * np.where(SOME_ARM == 1, 1 - e, e)
        moved = hazard_and_survival_before(SOME_TIME, SOME_STATUS, multiplicity)[0]
        survival = np.minimum(before * np.exp(total - moved), 1.0)
        return fine_gray(
            SOME_TIME, SOME_STATUS, weight, covariates=covariates, censoring_survival=survival
        ).estimate.value

    e, information = propensity(ones)
    phi = np.linalg.solve(information, (SOME_X * (SOME_ARM - e)[:, None]).T).T
    slope = np.where(SOME_ARM == 1, -e, 1 - e)[:, None] * SOME_X
    fit = fine_gray(
        SOME_TIME, SOME_STATUS, np.where(SOME_ARM == 1, 1 - e, e), covariates=covariates
    )
    influence = fit.estimate.corrected(Nuisance(phi, slope)).influence
    np.testing.assert_allclose(influence, derivatives(refitted, ones), atol=1e-7)


def test_row_without_weight_has_no_influence():
    """A row of weight 0 that adds to the standard error, or is counted among the censored."""
    time, status = [1, 2, 3, 4, 5, 6, 7, 4.5], [1, 2, 0, 1, 0, 1, 2]
    x, weight = [1, 1, 0, 0, 1, 0, 1, 1], np.append(np.ones(7), 0)
    without = fine_gray(time[:7], status, covariates=x[:7]).estimate
    for last in (0, 1, 2):
        with_one = fine_gray(time, [*status, last], weight, covariates=x).estimate
        assert with_one.influence[7] == 0
        np.testing.assert_allclose(with_one.value, without.value, rtol=1e-9)
        np.testing.assert_allclose(with_one.influence[:7], without.influence, atol=1e-9)


def test_a_known_censoring_distribution_adds_nothing_to_the_influence():
    """An influence through a G that was given, and not estimated."""
    time, status, x = [1, 2, 3, 4, 5, 6, 7], [1, 2, 0, 1, 0, 1, 2], [1, 1, 0, 0, 1, 0, 1]
    known = [1, 0.9, 0.9, 0.8, 0.8, 0.7, 0.6]
    with_term, without = (
        fine_gray(
            time, status, covariates=x, censoring_survival=known, censoring_term=is_added
        ).estimate.influence
        for is_added in (True, False)
    )
    np.testing.assert_array_equal(with_term, without)


def test_a_coefficient_beside_an_infinite_one_has_its_own_reason():
    """One reason for several coefficients, or a number taken for a limit that was not reached."""
    rng = np.random.default_rng(2)
    arm, x = np.repeat([0, 1], 15), rng.normal(size=30)
    status = np.where(arm == 1, rng.choice([0, 2], 30), rng.choice([0, 1, 2], 30))
    fit = fine_gray(
        np.arange(1, 31), status, covariates=np.column_stack([x, arm]), names=["x", "arm"]
    )
    assert fit.estimate.reasons == (
        "not estimable beside an infinite coefficient", "no event where arm is 1"
    )  # fmt: skip
    assert np.isnan(fit.estimate.value).all()
