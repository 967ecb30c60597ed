"""Risks predicted by Fine and Gray's model: R's ``predict.crr``, influence by differences."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from spine_outcomes.survival.fine_gray import fine_gray
from spine_outcomes.survival.subdistribution_risk import subdistribution_risk
from tests.differences import derivatives

ANSWERS = Path(__file__).parents[1] / "reference/answers"
R = json.loads((ANSWERS / "subdistribution_risk.json").read_text())
UNTIED = json.loads((ANSWERS / "regression.json").read_text())["untied"]["data"]
DATA = {name: np.array([row[name] for row in UNTIED]) for name in UNTIED[0]}
ROWS = np.random.default_rng(6)
N = 40
TIME, STATUS = np.ceil(ROWS.exponential(5, N)) + 1, ROWS.choice([0, 0, 1, 1, 2], N)
X, WEIGHT = np.column_stack([ROWS.integers(0, 2, N), ROWS.normal(size=N)]), ROWS.uniform(0.3, 3, N)
NEW, TIMES = [[0.0, 0.0], [1.0, 0.5]], [3.0, 6.0]


def risk(weight=WEIGHT, **keys):
    return subdistribution_risk(
        TIME, STATUS, weight, covariates=X, new_covariates=NEW, times=TIMES, **keys
    )


def test_predicted_risks():
    """A baseline that leaves out the rows kept after a competing event, or their weight."""
    found = subdistribution_risk(
        DATA["time"],
        DATA["status"],
        covariates=np.column_stack([DATA["arm"], DATA["x"]]),
        new_covariates=R["new_covariates"],
        times=R["time"],
    )
    expected = np.array(R["risk"]).T.ravel()
    # crr stops its own iterations at about eight digits
    np.testing.assert_allclose(found.value, expected, rtol=1e-7)


def test_influence_with_known_censoring():
    """Wrong errors of a predicted risk: not the derivative in each weight, G held."""
    found = risk(censoring_term=False)
    expected = derivatives(lambda weight: risk(weight).value, WEIGHT)
    np.testing.assert_allclose(found.influence, expected, atol=1e-8)
    np.testing.assert_allclose(found.influence.sum(axis=0), 0, atol=1e-12)


def censored_share_before(multiplicity):
    """Σ q and the Kaplan–Meier of censoring just before each row's time, by hand."""
    total, survival = np.zeros(N), np.ones(N)
    for s in np.unique(TIME[STATUS == 0]):
        is_censored = (s == TIME) & (STATUS == 0)
        q = multiplicity[is_censored].sum() / multiplicity[(s < TIME) | is_censored].sum()
        total[s < TIME] += q
        survival[s < TIME] *= 1 - q
    return total, survival


def test_influence_of_the_estimated_censoring():
    """The part that acts through G alone; d log G is −Σ dq, as in ``fine_gray``."""
    ones = np.ones(N)
    total, before = censored_share_before(ones)

    def refitted(multiplicity):
        moved = before * np.exp(total - censored_share_before(multiplicity)[0])
        return risk(censoring_survival=np.minimum(moved, 1.0)).value

    found = risk()
    np.testing.assert_allclose(found.beside_weights, derivatives(refitted, ones), atol=1e-8)
    own = risk(censoring_term=False).influence
    np.testing.assert_allclose(found.influence, own + found.beside_weights, atol=1e-14)


def test_reasons():
    """A risk past the follow-up, or of a model without a coefficient, that looks like one."""
    watched = np.where(TIME.max() == TIME, 0, STATUS)
    late = subdistribution_risk(TIME, watched, covariates=X, new_covariates=NEW, times=[3, 1e3])
    assert late.reasons[0] is None
    assert "past the last follow-up" in late.reasons[1]
    none = subdistribution_risk(TIME, STATUS * 0, covariates=X, new_covariates=NEW, times=[3])
    assert none.reasons == ("no event of cause 1",) * 2
    arm = X[:, :1]
    status = np.where((arm[:, 0] == 1) & (STATUS == 1), 0, STATUS)
    infinite = subdistribution_risk(TIME, status, covariates=arm, new_covariates=[1], times=[3])
    assert infinite.reasons == fine_gray(TIME, status, covariates=arm).estimate.reasons


def test_a_risk_that_is_not_estimable_has_no_influence():
    """An error of nothing, carried into a difference or a bootstrap."""
    status = np.where(TIME.max() == TIME, 0, STATUS)
    found = subdistribution_risk(
        TIME, status, WEIGHT, covariates=X, new_covariates=[[0.0, 0.0]], times=[3, 1000]
    )
    for influence in (found.influence, found.beside_weights):
        np.testing.assert_array_equal(influence.any(axis=0), [True, False])
    np.testing.assert_array_equal(found.is_estimable, [True, False])
