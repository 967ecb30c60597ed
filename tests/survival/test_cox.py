"""Cox regression against cases worked by hand and the numbers that users of other systems missed.

The three small data sets are those of appendix E of Therneau and Grambsch (2000), with fractions as
in the validation vignette of R's survival package; two roundings in the vignette's text were put
right by the closed forms.
"""

from __future__ import annotations

import json
from fractions import Fraction
from math import log, sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.errors import SampleError
from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.cox_likelihood import cox_likelihood

HAND = json.loads((Path(__file__).parents[1] / "data/hand_worked.json").read_text())
TIES = ("efron", "breslow")


def fractions(texts):
    return np.array([float(Fraction(text)) for text in texts])


def hand_arrays(case):
    """Positional and keyword arguments of one hand-worked data set."""
    data = HAND[case]["data"]
    time = data.get("time", data.get("stop"))
    keys = {"covariates": data.get("x", data.get("control"))}
    if "start" in data:
        keys["entry"] = data["start"]
    return (time, data["status"], data.get("weight")), keys


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("case", ["cox_hand_1", "cox_hand_2", "cox_hand_3", "gehan_6mp"])
def test_fit_of_hand_worked_data(case, ties):
    """A wrong coefficient, likelihood or information: ties, late entry, weights, a real trial."""
    arrays, keys = hand_arrays(case)
    expected = HAND[case][ties]
    fit = cox(*arrays, **keys, ties=ties)
    np.testing.assert_allclose(fit.estimate.value, expected["beta"], rtol=1e-10)
    np.testing.assert_allclose(fit.log_likelihood, expected["loglik_hat"], rtol=1e-12)
    np.testing.assert_allclose(fit.null_log_likelihood, expected["loglik_beta0"], rtol=1e-12)
    np.testing.assert_allclose(fit.information, expected["information_hat"], rtol=1e-9)
    np.testing.assert_allclose(fit.model_covariance**0.5, [expected["model_se"]], rtol=1e-9)


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("case", ["cox_hand_1", "cox_hand_2", "cox_hand_3", "gehan_6mp"])
def test_score_and_information_at_zero(case, ties):
    """A wrong first Newton step and score test."""
    arrays, keys = hand_arrays(case)
    at = cox_likelihood([0.0], *arrays, **keys, ties=ties)
    np.testing.assert_allclose(at.score, HAND[case][ties]["score_at_0"], rtol=1e-12)
    np.testing.assert_allclose(at.information, HAND[case][ties]["information_at_0"], rtol=1e-12)


def test_breslow_coefficient_in_closed_form():
    """Six rows: the score is 0 where exp(β) solves r² − 3r − 6 = 0."""
    arrays, keys = hand_arrays("cox_hand_1")
    fit = cox(*arrays, **keys, ties="breslow")
    np.testing.assert_allclose(fit.estimate.value, log((3 + sqrt(33)) / 2), rtol=1e-12)


def test_efron_score_and_information_are_the_fractions():
    """Six rows: 52/48 and 83/144 at β = 0."""
    arrays, keys = hand_arrays("cox_hand_1")
    at = cox_likelihood([0.0], *arrays, **keys)
    np.testing.assert_allclose(at.score, 52 / 48, rtol=1e-14)
    np.testing.assert_allclose(at.information, 83 / 144, rtol=1e-14)


def test_late_entry_score_and_information_are_the_fractions():
    """Ten counting-process rows: −2/15 and 2821/1800 at β = 0."""
    arrays, keys = hand_arrays("cox_hand_2")
    at = cox_likelihood([0.0], *arrays, **keys, ties="breslow")
    np.testing.assert_allclose(at.score, -2 / 15, rtol=1e-13)
    np.testing.assert_allclose(at.information, 2821 / 1800, rtol=1e-13)


@pytest.mark.parametrize("ties", TIES)
def test_score_residuals_are_the_fractions(ties):
    """A wrong robust error: one fraction a row, at β = 0."""
    arrays, keys = hand_arrays("cox_hand_1")
    at = cox_likelihood([0.0], *arrays, **keys, ties=ties)
    expected = fractions(HAND["cox_hand_1"]["exact"][f"score_residuals_{ties}_beta0"])
    np.testing.assert_allclose(at.score_residuals[:, 0], expected, rtol=1e-13)


def test_late_entry_score_residuals_are_the_fractions():
    """A wrong robust error with counting-process rows, at β = log 2."""
    arrays, keys = hand_arrays("cox_hand_2")
    at = cox_likelihood([log(2)], *arrays, **keys, ties="breslow")
    expected = fractions(HAND["cox_hand_2"]["exact"]["score_residuals_beta_log2"])
    np.testing.assert_allclose(at.score_residuals[:, 0], expected, rtol=1e-12)


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("case", ["cox_hand_1", "cox_hand_3"])
def test_martingale_residuals_are_the_fractions(case, ties):
    """A wrong cumulative hazard of a row, with ties and weights."""
    arrays, keys = hand_arrays(case)
    at = cox_likelihood([0.0], *arrays, **keys, ties=ties)
    expected = fractions(HAND[case]["exact"][f"martingale_{ties}_beta0"])
    np.testing.assert_allclose(at.martingale_residuals, expected, rtol=1e-13)


def cumulative_hazard_variance(at):
    """Variance of the cumulative baseline hazard, coefficients estimated."""
    slope = np.cumsum(at.hazard_slope, axis=0)
    of_coefficients = np.einsum("mp,pq,mq->m", slope, np.linalg.inv(at.information), slope)
    return np.cumsum(at.hazard_variance) + of_coefficients


@pytest.mark.parametrize("ties", TIES)
def test_variance_of_the_baseline_hazard_is_the_fraction(ties):
    """Wrong increments of the baseline hazard, or their slope in the coefficients.

    With Efron's ties at time 6: 1/36 + 1/16 + 1/9 + (1/12 + 1/16 + 1/18)² 144/83 = 203/747, as R's
    ``survfit`` of a ``coxph`` that is held at 0.
    """
    arrays, keys = hand_arrays("cox_hand_1")
    at = cox_likelihood([0.0], *arrays, **keys, ties=ties)
    expected = HAND["cox_hand_1"]["exact"][f"var_cumhaz_{ties}_beta0_x0"]
    np.testing.assert_array_equal(at.time, [float(time) for time in expected])
    np.testing.assert_allclose(
        cumulative_hazard_variance(at), fractions(expected.values()), rtol=1e-12
    )


def test_variance_of_the_weighted_baseline_hazard():
    """The same with weights at β = log 2, printed to seven decimals."""
    arrays, keys = hand_arrays("cox_hand_3")
    at = cox_likelihood([log(2)], *arrays, **keys, ties="breslow")
    expected = HAND["cox_hand_3"]["exact"]["var_cumhaz_breslow_beta_log2_x0"]
    np.testing.assert_allclose(cumulative_hazard_variance(at), expected, atol=5.1e-8)


C06 = {
    "time": [1, 1, 2, 2, 3, 4],
    "status": [1, 1, 1, 0, 1, 1],
    "weight": np.array([2, 1, 1, 3, 1, 2]),
    "arm": np.array([1, 0, 1, 0, 0, 1]),
}


@pytest.mark.parametrize("factor", [1, 5])
def test_scale_of_the_weights_changes_no_robust_error(factor):
    """C06: only the model-based error shrinks when all weights grow."""
    fit = cox(C06["time"], C06["status"], factor * C06["weight"], covariates=C06["arm"])
    np.testing.assert_allclose(fit.estimate.value, 0.374156, atol=5e-7)
    np.testing.assert_allclose(fit.estimate.std_error(), 1.095043, atol=5e-7)
    naive = {1: 0.924091, 5: 0.413266}[factor]
    np.testing.assert_allclose(fit.model_covariance**0.5, naive, atol=5e-7)


@pytest.mark.parametrize(
    ("ties", "weighted", "replicated", "clustered_error"),
    [("breslow", 0.337293, 0.337293, 1.037051), ("efron", 0.374156, 0.387642, None)],
)
def test_weight_is_not_always_replication(ties, weighted, replicated, clustered_error):
    """C09: a weight of k is k rows under Breslow's ties, and is not under Efron's."""
    fit = cox(C06["time"], C06["status"], C06["weight"], covariates=C06["arm"], ties=ties)
    rows = np.repeat(np.arange(6), C06["weight"])
    copies = cox(
        np.array(C06["time"])[rows],
        np.array(C06["status"])[rows],
        covariates=C06["arm"][rows],
        cluster=rows,
        ties=ties,
    )
    np.testing.assert_allclose(fit.estimate.value, weighted, atol=5e-7)
    np.testing.assert_allclose(copies.estimate.value, replicated, atol=5e-7)
    if clustered_error is not None:
        np.testing.assert_allclose(fit.estimate.std_error(), clustered_error, atol=5e-7)
        np.testing.assert_allclose(copies.estimate.std_error(), clustered_error, atol=5e-7)


C10 = {
    "time": [1, 1, 1, 2, 2, 3, 3, 3, 4, 4],
    "status": [1, 1, 0, 1, 1, 1, 1, 0, 1, 0],
    "weight": [1.5, 0.8, 1.2, 2, 0.6, 1, 1.7, 0.9, 1.1, 0.5],
    "arm": [1, 0, 1, 1, 0, 1, 0, 1, 0, 0],
    "cluster": [1, 1, 2, 3, 3, 4, 5, 5, 6, 6],
}


@pytest.mark.parametrize(
    ("ties", "beta", "naive", "robust", "clustered"),
    [
        ("efron", 0.521519, 0.749616, 0.653472, 0.618219),
        ("breslow", 0.477736, 0.750144, 0.587319, 0.533317),
    ],
)
def test_robust_error_with_tied_events(ties, beta, naive, robust, clustered):
    """C10: others are up to 40 % too small here."""
    arrays = C10["time"], C10["status"], C10["weight"]
    alone = cox(*arrays, covariates=C10["arm"], ties=ties)
    together = cox(*arrays, covariates=C10["arm"], cluster=C10["cluster"], ties=ties)
    np.testing.assert_allclose(alone.estimate.value, beta, atol=5e-7)
    np.testing.assert_allclose(alone.model_covariance**0.5, naive, atol=5e-7)
    np.testing.assert_allclose(alone.estimate.std_error(), robust, atol=5e-7)
    np.testing.assert_allclose(together.estimate.std_error(), clustered, atol=5e-7)


def test_robust_error_of_unweighted_clusters():
    """C10 without weights: .725406 under Efron's ties."""
    fit = cox(C10["time"], C10["status"], covariates=C10["arm"], cluster=C10["cluster"])
    np.testing.assert_allclose(fit.estimate.std_error(), 0.725406, atol=5e-7)


def test_strata_as_disjoint_stretches_of_time():
    """C15: a stratum is a stretch of time of its own, with late entry; .424091 in R."""
    time = np.arange(1, 9.0)
    status, stratum = np.array([1, 1, 2, 2, 1, 1, 2, 1]), np.tile([0, 1], 4)
    arm = [0, 1, 1, 0, 1, 0, 0, 1]
    kept = np.where(status == 2, 99.0, time)
    fit = cox(
        kept + 100 * stratum, status == 1, covariates=arm, entry=100.0 * stratum, ties="breslow"
    )
    np.testing.assert_allclose(fit.estimate.value, 0.424091, atol=5e-7)


def test_weighted_hazard_of_a_competing_cause():
    """Ten rows, cause 2 modelled, −1.4567 (robust 1.071, naive .930)."""
    status = [2, 1, 2, 2, 1, 2, 0, 2, 0, 0]
    arm = [0, 1, 0, 1, 1, 0, 1, 0, 1, 0]
    weight = [1.2, 2.0, 1.1, 1.5, 1.8, 1.4, 1.3, 1.6, 2.5, 1.2]
    time = np.arange(1, 11)
    fit = cox(time, status, weight, covariates=arm, cause=2)
    np.testing.assert_allclose(fit.estimate.value, -1.4567, atol=5e-5)
    np.testing.assert_allclose(fit.estimate.std_error(), 1.071, atol=5e-4)
    np.testing.assert_allclose(fit.model_covariance**0.5, 0.930, atol=5e-4)
    plain = cox(time, status, covariates=arm, cause=2)
    np.testing.assert_allclose(plain.estimate.value, -1.2595, atol=5e-5)
    np.testing.assert_allclose(plain.model_covariance**0.5, 1.128, atol=5e-4)


def test_missing_values_are_refused_by_name():
    """C36: a missing covariate or cluster is named, not dropped in silence."""
    arm = np.array(C10["arm"], dtype=float)
    arm[3] = np.nan
    with pytest.raises(SampleError, match=r"column arm.*row\(s\): 3"):
        cox(C10["time"], C10["status"], covariates=arm, names=["arm"])
    cluster = np.array(C10["cluster"], dtype=float)
    cluster[3] = np.nan
    with pytest.raises(SampleError, match="cluster is missing in row 3"):
        cox(C10["time"], C10["status"], covariates=C10["arm"], cluster=cluster)


@pytest.mark.parametrize(
    ("covariates", "names"),
    [(["a"] * 10, None), (np.ones((9, 1)), None), (np.ones((10, 2)), ["one"])],
)
def test_covariates_that_cannot_be_used_are_refused(covariates, names):
    """Text, a wrong number of rows or of names would fail later, without saying where."""
    with pytest.raises(SampleError, match=r"covariates|names"):
        cox(C10["time"], C10["status"], covariates=covariates, names=names)


def test_columns_of_pandas_in_any_order_give_the_same_digits():
    """Rows read by a repeated index, or nullable and categorical columns read as text (C35)."""
    frame = pd.DataFrame(C10, index=[0] * 5 + [1] * 5).sample(frac=1, random_state=3)
    fit = cox(
        frame["time"].astype("Int64"),
        frame["status"].astype("boolean"),
        frame["weight"].astype("Float64"),
        covariates=frame[["arm"]].astype("float64"),
        cluster=frame["cluster"].astype("category"),
    )
    assert fit.estimate.value[0] == pytest.approx(0.521519, abs=1e-6)
    assert fit.estimate.std_error()[0] == pytest.approx(0.618219, abs=1e-6)


def test_no_event_leaves_an_information_of_the_right_shape():
    """A covariance that does not fit the coefficients."""
    fit = cox([1, 2, 3], [0, 2, 0], covariates=np.eye(3)[:, :2])
    for matrix in (fit.information, fit.model_covariance):
        assert matrix.shape == (2, 2)
        assert np.isnan(matrix).all()
