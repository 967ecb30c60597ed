"""Score test of equal cumulative incidence for weighted and clustered rows: a Gray-type test."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from spine_outcomes.inference import Nuisance, TestResult
from spine_outcomes.inference.hypothesis_tests import no_test
from spine_outcomes.survival.log_rank import (
    ONE_AT_RISK,
    ROUND_OFF,
    arms_compared,
    meeting,
    obstacle,
    robust_test,
)
from spine_outcomes.survival.partial_likelihood import PartialLikelihood
from spine_outcomes.survival.sample import sample_of
from spine_outcomes.survival.subdistribution import subdistribution
from spine_outcomes.survival.time_order import TimeOrder


def fine_gray_score_test(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    arm: ArrayLike,
    cause: int = 1,
    cluster: ArrayLike | None = None,
    censoring_term: bool = True,
    censoring_strata: ArrayLike | None = None,
    nuisance: Nuisance | None = None,
) -> TestResult:
    """Robust score test of no effect of the arm in a weighted Fine–Gray model.

    Parameters
    ----------
    time, status, weight, arm, cluster : array_like, shape (n,)
        As ``sample_of``.
    cause
        Code of the event; every other code above 0 competes with it.
    censoring_term, censoring_strata
        As ``fine_gray``.
    nuisance
        Estimated propensity; None takes the weights as known.

    Returns
    -------
    TestResult
        χ² on K − 1 degrees of freedom for K arms. There is no test with one arm, without an event,
        or with one cluster.

    Notes
    -----
    Uᵀ (Σ_c U_c U_cᵀ)⁻¹ U with U the score of the arms' indicators at coefficients 0 and U_c its
    sum within clusters; a row with a competing event at T stays at risk with the factor
    G(t−)/G(T−), and U_i includes its part in the estimated G. Without weights it tests what Gray's
    test does; without competing events it is ``score_test``.

    References
    ----------
    Fine and Gray (1999), J. Am. Stat. Assoc. 94; Lin and Wei (1989), J. Am. Stat. Assoc. 84.
    """
    sample = sample_of(
        time, status, weight, arm=arm, cluster=cluster, strata=censoring_strata
    )  # fmt: skip
    if sample.arm is None:
        raise AssertionError("a comparison has arms")
    if reason := obstacle(sample, cause):
        return no_test(reason)
    studied = subdistribution(sample, cause)
    arrangement, risk = studied.arrangement, studied.arrangement.risk
    own_weight, own_arm = sample.weight[arrangement.rows], sample.arm[arrangement.rows]
    indicators = np.array([own_arm == code for code in sample.arms], dtype=np.float64)
    at_risk = np.array([risk.total(own_weight * own) for own in indicators])
    compared = arms_compared([meeting(at_risk)])
    if not len(compared):
        return no_test(ONE_AT_RISK)
    likelihood = PartialLikelihood.of(
        indicators[compared], own_weight, risk, arrangement.events, "breslow"
    )
    at = likelihood.at(np.zeros(len(compared)))
    own = likelihood.score_residuals(at)
    # Differences of events seen and expected; what is left by rounding would be a covariance.
    expected = at.hazard * at.exposure
    own[np.abs(own) <= ROUND_OFF * expected] = 0.0
    residuals = np.zeros((sample.n, len(compared)))
    residuals[arrangement.rows] = own.T
    beside = studied.censoring_scores(likelihood, at).T if censoring_term else 0.0
    return robust_test(residuals, sample, nuisance, beside)
