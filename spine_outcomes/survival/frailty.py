"""Cox model with a gamma frailty that the rows of a patient share: a sensitivity to clustering."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats

from spine_outcomes.errors import Problem, SampleError
from spine_outcomes.inference import Estimate, TestResult
from spine_outcomes.inference.hypothesis_tests import no_test
from spine_outcomes.survival.covariates import covariates_of
from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.partial_likelihood import Evaluation, PartialLikelihood, Ties
from spine_outcomes.survival.regression import standardised
from spine_outcomes.survival.risk_sets import Floats, Indices, arrange
from spine_outcomes.survival.sample import Sample, sample_of
from spine_outcomes.survival.time_order import TimeOrder

MAX_STEPS = 50
MAX_HALVINGS = 30
TOLERANCE = 1e-10
# Variances between which the largest likelihood is sought; found near the lower, there is none.
VARIANCES = (1e-4, 20.0)
NEGLIGIBLE = 2e-4


@dataclass(frozen=True, eq=False)
class FrailtyFit:
    """A fitted shared-frailty model.

    Parameters
    ----------
    estimate
        Log hazard ratios within patients, labelled ``measure`` (``conditional_log_hazard_ratio``)
        and ``term``, with the influence of every row at the given variance of the frailty.
    model_covariance : ndarray, shape (p, p)
        Inverse of the penalised information, as R's ``coxph`` reports it.
    variance
        θ, the variance of the frailty (its mean is 1); 0 where none is found.
    frailty : ndarray, shape (G,)
        Estimated frailty of each cluster.
    log_likelihood, without
        Marginal log partial likelihood at θ, and at θ = 0 (Cox).
    test
        Likelihood-ratio test of θ = 0; half of the null distribution is at 0.
    """

    estimate: Estimate
    model_covariance: Floats
    variance: float
    frailty: Floats
    log_likelihood: float
    without: float
    test: TestResult


def cox_frailty(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    *,
    covariates: ArrayLike,
    cluster: ArrayLike,
    names: Sequence[str] | None = None,
    cause: int = 1,
    ties: Ties = "efron",
    variance: float | None = None,
) -> FrailtyFit:
    """Log hazard ratios within patients, whose rows share a gamma frailty; rows are not weighted.

    Parameters
    ----------
    time, status, covariates, names, cause, ties
        As ``cox``.
    cluster : array_like, shape (n,)
        Patient of each row.
    variance
        θ ≥ 0, held (0: Cox); None: that of the largest marginal likelihood.

    Returns
    -------
    FrailtyFit

    Raises
    ------
    SampleError
        For arrays that cannot be used, or a negative variance.

    Notes
    -----
    Row i of patient c has the hazard λ₀(t) z_c exp(x_i β), z_c gamma with mean 1 and variance θ =
    1/ν. With ω = log z, β and ω maximise log PL(β, ω) + ν Σ_c (ω_c − exp ω_c), which is where the
    EM algorithm ends (exactly so with Breslow's ties); the marginal log likelihood is that maximum
    plus Σ_c [d_c + ν + ν log ν − (d_c + ν) log(d_c + ν) + log Γ(d_c + ν) − log Γ(ν)], d_c the
    events of the patient (Therneau and Grambsch, 2000, section 9.6). A hazard ratio given the
    frailty is not the marginal one of ``cox``: it is further from 1.

    References
    ----------
    Klein (1992), Biometrics 48; Therneau, Grambsch and Pankratz (2003), J. Comput. Graph. Stat. 12.
    """
    if variance is not None and not variance >= 0:
        message = f"variance must be 0 or more; found {variance}"
        raise SampleError(Problem("E_VARIANCE", message))
    sample = sample_of(time, status, cluster=cluster)
    matrix, terms = covariates_of(covariates, names, sample.n)
    plain = cox(
        time, status, covariates=matrix, names=terms, cause=cause, cluster=cluster, ties=ties
    )
    estimate = plain.estimate.relabel(measure="conditional_log_hazard_ratio")
    codes = np.arange(sample.n) if sample.cluster is None else sample.cluster
    without = FrailtyFit(
        estimate, plain.model_covariance, 0.0, np.ones(int(codes.max()) + 1), plain.log_likelihood,
        plain.log_likelihood, _test(0.0),
    )  # fmt: skip
    reason = next(filter(None, estimate.reasons), None)
    if reason is not None:
        return replace(without, variance=np.nan, test=no_test(reason))
    penalised = _Penalised.of(sample, codes, matrix, cause, ties)
    variance = penalised.best_variance() if variance is None else variance
    if variance == 0.0:
        return without
    fit = penalised.fit(variance)
    p, unit = len(terms), penalised.unit
    inverse = np.linalg.inv(fit.information)[:p] / unit[:, None]
    influence = np.zeros((sample.n, p))
    influence[penalised.rows] = (inverse @ penalised.scores(fit, variance)).T
    return FrailtyFit(
        replace(estimate, value=fit.coefficients[:p] / unit, influence=influence),
        inverse[:, :p] / unit,
        variance,
        np.exp(fit.coefficients[p:]),
        fit.marginal,
        plain.log_likelihood,
        _test(2 * (fit.marginal - plain.log_likelihood)),
    )


def _test(statistic: float) -> TestResult:
    """Test of a variance at the edge of its range: half of χ² on one degree of freedom."""
    positive = max(statistic, 0.0)
    p_value = 1.0 if positive == 0.0 else float(stats.chi2.sf(positive, 1)) / 2
    return TestResult(positive, 1.0, p_value)


@dataclass(frozen=True, eq=False)
class _Fit:
    """Maximum of the penalised likelihood at one variance of the frailty."""

    coefficients: Floats
    at: Evaluation
    information: Floats
    marginal: float


@dataclass(frozen=True, eq=False)
class _Penalised:
    """Partial likelihood of p covariates and of an indicator of each of G clusters."""

    likelihood: PartialLikelihood
    unit: Floats
    rows: Indices
    cluster: Indices
    n_event: Floats

    @classmethod
    def of(
        cls, sample: Sample, codes: Indices, matrix: Floats, cause: int, ties: Ties
    ) -> _Penalised:
        """Standardise the covariates and add the indicators."""
        arrangement = arrange(sample, cause)
        plain, unit = standardised(arrangement, sample.weight, matrix, ties)
        n_clusters = int(codes.max()) + 1
        cluster = codes[arrangement.rows]
        indicators = (np.arange(n_clusters)[:, None] == cluster).astype(np.float64)
        joint = replace(plain, covariates=np.vstack([plain.covariates, indicators]))
        n_event = np.bincount(cluster[arrangement.events], minlength=n_clusters)
        return cls(joint, unit, arrangement.rows, cluster, n_event.astype(np.float64))

    def best_variance(self) -> float:
        """Variance θ of the largest marginal likelihood, 0 where it is ``NEGLIGIBLE``."""
        low, high = (float(np.log(variance)) for variance in VARIANCES)
        found = optimize.minimize_scalar(
            lambda log_variance: -self.fit(float(np.exp(log_variance))).marginal,
            bounds=(low, high),
            method="bounded",
            options={"xatol": 1e-7},
        )
        variance = float(np.exp(found.x))
        return 0.0 if variance < NEGLIGIBLE else variance

    def fit(self, variance: float) -> _Fit:
        """Newton's method, a step halved while it lowers the penalised likelihood."""
        shape = 1.0 / variance
        coefficients = np.zeros(len(self.unit) + len(self.n_event))
        at = self.likelihood.at(coefficients)
        for _ in range(MAX_STEPS):
            step = np.linalg.solve(*self._equations(coefficients, at, shape))
            lowest = self._objective(coefficients, at, shape)
            lowest -= TOLERANCE * abs(lowest)
            for _ in range(MAX_HALVINGS):
                at = self.likelihood.at(coefficients + step)
                if self._objective(coefficients + step, at, shape) >= lowest:
                    break
                step = step / 2
            coefficients = coefficients + step
            if np.abs(step).max() <= TOLERANCE:
                break
        information, _ = self._equations(coefficients, at, shape)
        marginal = self._objective(coefficients, at, shape) + self._correction(shape)
        return _Fit(coefficients, at, information, marginal)

    def _objective(self, coefficients: Floats, at: Evaluation, shape: float) -> float:
        """Penalised log likelihood."""
        logs = coefficients[len(self.unit) :]
        return at.log_likelihood + shape * float((logs - np.exp(logs)).sum())

    def _equations(
        self, coefficients: Floats, at: Evaluation, shape: float
    ) -> tuple[Floats, Floats]:
        """Penalised information and score."""
        p = len(self.unit)
        penalty = shape * np.exp(coefficients[p:])
        information = at.information + np.diag(np.append(np.zeros(p), penalty))
        return information, at.score + np.append(np.zeros(p), shape - penalty)

    def _correction(self, shape: float) -> float:
        """What the marginal likelihood has beyond the penalised one."""
        total = self.n_event + shape
        terms = self.n_event + shape + shape * np.log(shape) - special.xlogy(total, total)
        return float((terms + special.gammaln(total) - special.gammaln(shape)).sum())

    def scores(self, fit: _Fit, variance: float) -> Floats:
        """Score of each row (p + G, r), that of the penalty shared by the rows of a cluster."""
        p, shape = len(self.unit), 1.0 / variance
        scores = self.likelihood.score_residuals(fit.at)
        n_rows = np.bincount(self.cluster, minlength=len(self.n_event))
        penalty = shape * (1.0 - np.exp(fit.coefficients[p:])) / np.maximum(n_rows, 1)
        scores[p + self.cluster, np.arange(len(self.cluster))] += penalty[self.cluster]
        return scores
