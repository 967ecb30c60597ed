"""Fine–Gray models against R's ``finegray`` with ``coxph``, and against ``crr``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from spine_outcomes.survival.fine_gray import fine_gray

ANSWERS = Path(__file__).parents[1] / "reference/answers"
UNTIED = json.loads((ANSWERS / "regression.json").read_text())["untied"]
DATA = {name: np.array([row[name] for row in UNTIED["data"]]) for name in UNTIED["data"][0]}
TIME, STATUS, ARM = DATA["time"], DATA["status"], DATA["arm"]
BOTH = np.column_stack([ARM, DATA["x"]])


def test_subdistribution_hazard_ratio_with_known_censoring(public):
    """A wrong coefficient or clustered error; R takes the censoring distribution as known."""
    if "finegray" not in public.answers:
        pytest.skip("no competing events in this cohort")
    fit = fine_gray(
        *public.arrays, covariates=public.arm, cluster=public.cluster, censoring_term=False
    )
    for answer in ("finegray", "finegray_unwG"):
        expected = public.answers[answer]
        np.testing.assert_allclose(fit.estimate.value, expected["coef"], rtol=1e-6)
        np.testing.assert_allclose(fit.estimate.std_error(), expected["robust_se"], rtol=1e-6)


def test_crr_differs_where_censorings_tie_with_events(public):
    """crr keeps the day's events at risk of censoring: rotterdam .2110398777, here .2110413749."""
    if "crr" not in public.answers:
        pytest.skip("crr answers for unweighted cohorts with competing events only")
    fit = fine_gray(*public.arrays, covariates=public.arm)
    expected = public.answers["crr"]
    difference = abs(fit.estimate.value[0] / expected["coef"] - 1)
    assert 1e-6 < difference < 1e-4
    np.testing.assert_allclose(fit.estimate.std_error(), expected["se"], rtol=1e-4)


def test_adjusted_crr_is_near_where_censorings_tie_with_events(public):
    """The adjusted model differs by the same tie rule only."""
    if "crr" not in public.answers:
        pytest.skip("crr answers for unweighted cohorts with competing events only")
    fit = fine_gray(*public.arrays, covariates=np.column_stack([public.arm, public.covariates]))
    expected = public.answers["crr_adj"]
    error = fit.estimate.std_error()
    difference = fit.estimate.value - list(expected["coef"].values())
    np.testing.assert_allclose(difference / error, 0, atol=1e-3)
    np.testing.assert_allclose(error, expected["se"], rtol=1e-3)


@pytest.mark.parametrize(("answer", "covariates"), [("crr", ARM), ("crr_adjusted", BOTH)])
def test_crr_where_no_censoring_ties_with_an_event(answer, covariates):
    """A wrong term for the estimated censoring distribution: the error is crr's to the digits."""
    fit = fine_gray(TIME, STATUS, covariates=covariates)
    expected = UNTIED[answer]
    np.testing.assert_allclose(fit.estimate.value, expected["coef"], rtol=1e-10)
    np.testing.assert_allclose(fit.estimate.std_error(), expected["se"], rtol=1e-10)
    np.testing.assert_allclose(fit.log_likelihood, expected["loglik"], rtol=1e-11)


def test_censoring_in_strata():
    """The coefficients of crr with ``cengroup``.

    Its error is no reference: the censoring term of one group there sums the competing rows of all.
    """
    fit = fine_gray(TIME, STATUS, covariates=BOTH, censoring_strata=DATA["stratum"])
    np.testing.assert_allclose(fit.estimate.value, UNTIED["crr_strata"]["coef"], rtol=1e-10)


def test_weights_and_clusters():
    """Fractional weights, three rows a patient, two covariates."""
    fit = fine_gray(
        TIME, STATUS, DATA["w"], covariates=BOTH, cluster=DATA["patient"], censoring_term=False
    )
    expected = UNTIED["known_G"]
    np.testing.assert_allclose(fit.estimate.value, expected["coef"], rtol=1e-10)
    np.testing.assert_allclose(fit.estimate.std_error(), expected["robust_se"], rtol=1e-10)
