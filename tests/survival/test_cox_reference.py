"""Cox models of public cohorts, and of small data made to be difficult, against R's ``coxph``.

The answers for the cohorts carry ten digits and rest on R's own convergence (its default stops at a
relative 1e-9 of the likelihood), hence 1e-6 there; the small data were fitted to the last digit.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from spine_outcomes.survival.cox import cox

ANSWERS = Path(__file__).parents[1] / "reference/answers"
TIED = json.loads((ANSWERS / "regression.json").read_text())["tied"]
each_ties = pytest.mark.parametrize("ties", ["efron", "breslow"])


@each_ties
def test_hazard_ratio_of_the_arm(public, ties):
    """A wrong log hazard ratio, or its clustered or model-based error."""
    fit = cox(*public.arrays, covariates=public.arm, cluster=public.cluster, ties=ties)
    expected = public.answers[f"cox_{ties}"]
    np.testing.assert_allclose(fit.estimate.value, expected["coef"], rtol=1e-6)
    np.testing.assert_allclose(fit.estimate.std_error(), expected["robust_se"], rtol=1e-6)
    np.testing.assert_allclose(fit.model_covariance**0.5, expected["model_se"], rtol=1e-6)


@each_ties
def test_adjusted_hazard_ratios(public, ties):
    """Wrong coefficients or clustered errors with up to nine covariates."""
    covariates = np.column_stack([public.arm, public.covariates])
    fit = cox(*public.arrays, covariates=covariates, cluster=public.cluster, ties=ties)
    expected = public.answers[f"coxadj_{ties}"]
    np.testing.assert_allclose(fit.estimate.value, list(expected["coef"].values()), rtol=1e-6)
    np.testing.assert_allclose(fit.estimate.std_error(), expected["robust_se"], rtol=1e-6)


@each_ties
@pytest.mark.parametrize("case", ["weighted", "late_entry", "late_entry_rows", "unweighted"])
def test_ties_late_entry_weights_and_clusters_together(case, ties):
    """Forty rows at seven times: what is rare in a cohort is everywhere here."""
    data = {name: np.array([row[name] for row in TIED["data"]]) for name in TIED["data"][0]}
    fit = cox(
        data["time"],
        data["status"],
        None if case == "unweighted" else data["w"],
        covariates=np.column_stack([data["arm"], data["x"]]),
        entry=data["entry"] if "late" in case else None,
        cluster=None if "rows" in case else data["patient"],
        ties=ties,
    )
    expected = TIED[ties][case]
    np.testing.assert_allclose(fit.estimate.value, expected["coef"], rtol=1e-11)
    np.testing.assert_allclose(fit.estimate.std_error(), expected["robust_se"], rtol=1e-11)
    np.testing.assert_allclose(
        np.diag(fit.model_covariance) ** 0.5, expected["model_se"], rtol=1e-11
    )
    likelihoods = [fit.null_log_likelihood, fit.log_likelihood]
    np.testing.assert_allclose(likelihoods, expected["loglik"], rtol=1e-12)
