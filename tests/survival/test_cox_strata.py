"""Stratified Cox models: R's ``coxph`` with strata, and what a stratum may and may not change."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from spine_outcomes.survival.cox import cox

R = json.loads((Path(__file__).parents[1] / "reference/answers/stratified.json").read_text())
DATA = {name: np.array([row[name] for row in R["data"]]) for name in R["data"][0]}
COVARIATES = np.column_stack([DATA["arm"], DATA["x"]])
each_ties = pytest.mark.parametrize("ties", ["efron", "breslow"])


@each_ties
@pytest.mark.parametrize("case", ["stratified", "weighted", "late_entry"])
def test_strata_weights_clusters_and_late_entry_together(case, ties):
    """Risk sets that reach across strata, or an error that forgets clusters across them.

    One stratum has no event, another one arm only; times are heavily tied within and between.
    """
    fit = cox(
        DATA["time"],
        DATA["status"],
        None if case == "stratified" else DATA["w"],
        covariates=COVARIATES,
        entry=DATA["entry"] if case == "late_entry" else None,
        cluster=DATA["patient"],
        strata=DATA["stratum"],
        ties=ties,
    )
    expected = R[ties][case]
    np.testing.assert_allclose(fit.estimate.value, expected["coef"], rtol=1e-11)
    np.testing.assert_allclose(fit.estimate.std_error(), expected["robust_se"], rtol=1e-11)
    errors = np.diag(fit.model_covariance) ** 0.5
    np.testing.assert_allclose(errors, expected["model_se"], rtol=1e-11)
    likelihoods = [fit.null_log_likelihood, fit.log_likelihood]
    np.testing.assert_allclose(likelihoods, expected["loglik"], rtol=1e-12)


@each_ties
def test_one_stratum_is_none(ties):
    """Clause 20: any number of late entries, and one code for all, change nothing."""
    keys = {"covariates": COVARIATES, "entry": DATA["entry"], "ties": ties}
    arrays = DATA["time"], DATA["status"], DATA["w"]
    none, one = cox(*arrays, **keys), cox(*arrays, **keys, strata=np.full(len(COVARIATES), 7))
    np.testing.assert_allclose(one.estimate.value, none.estimate.value, rtol=1e-12)
    np.testing.assert_allclose(one.estimate.influence, none.estimate.influence, atol=1e-12)


@each_ties
@pytest.mark.parametrize("stratum", [3, 4])
def test_stratum_without_events_or_with_one_arm_adds_nothing(stratum, ties):
    """Clause 20: such a stratum has score 0, and its rows no influence."""
    is_other = DATA["stratum"] != stratum

    def fit(rows):
        arrays = (DATA[name][rows] for name in ("time", "status", "w"))
        return cox(
            *arrays, covariates=DATA["arm"][rows], strata=DATA["stratum"][rows], ties=ties
        ).estimate

    everybody, others = fit(np.ones(len(is_other), dtype=bool)), fit(is_other)
    np.testing.assert_allclose(everybody.value, others.value, rtol=1e-12)
    np.testing.assert_allclose(everybody.influence[is_other], others.influence, atol=1e-13)
    np.testing.assert_allclose(everybody.influence[~is_other], 0, atol=1e-13)


def test_strata_where_competing_rows_stay_at_risk():
    """C15: .424091 in R; nobody is censored, so that rows with the other cause stay to the end."""
    status, stratum = np.array([1, 1, 2, 2, 1, 1, 2, 1]), np.tile([0, 1], 4)
    time = np.where(status == 2, 99.0, np.arange(1, 9))
    fit = cox(time, status, covariates=[0, 1, 1, 0, 1, 0, 0, 1], strata=stratum)
    np.testing.assert_allclose(fit.estimate.value, 0.424091, atol=5e-7)


def test_strata_are_their_own_baselines():
    """Times of one stratum in another unit: only the order within a stratum may matter."""
    stretched = DATA["time"] * np.where(DATA["stratum"] == 1, 365.25, 1.0)
    keys = {"covariates": COVARIATES, "strata": DATA["stratum"]}
    plain = cox(DATA["time"], DATA["status"], DATA["w"], **keys).estimate
    other = cox(stretched, DATA["status"], DATA["w"], **keys).estimate
    np.testing.assert_allclose(other.value, plain.value, rtol=1e-13)
    np.testing.assert_allclose(other.std_error(), plain.std_error(), rtol=1e-13)
