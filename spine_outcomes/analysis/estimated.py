"""What is found in one completed cohort, and how it is pooled over the imputations of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.analysis.uncertainty import Uncertainty, by_influence
from spine_outcomes.inference import Estimate, TestResult
from spine_outcomes.inference.hypothesis_tests import no_test
from spine_outcomes.inference.pooling import pool, pool_statistics
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.weights.estimands import Weights

Floats = NDArray[np.float64]


class Estimated(NamedTuple):
    """k quantities with their errors.

    Parameters
    ----------
    estimate
        Labels as ``endpoint_estimate``; ``scale`` is that on which quantities are pooled.
    uncertainty
    variance
        Kind of the errors: ``corrected``, ``robust`` or ``bootstrap``.
    """

    estimate: Estimate
    uncertainty: Uncertainty
    variance: str

    def take(self, indices: Sequence[int]) -> Estimated:
        """Some of the quantities."""
        return Estimated(self.estimate.take(indices), self.uncertainty.take(indices), self.variance)


class Tested(NamedTuple):
    """A test of no difference between the arms; ``measure`` names its statistic."""

    test: TestResult
    model: str
    measure: str
    variance: str


Found = Estimated | Tested


def under_weights(estimate: Estimate, weights: Weights, plan: AnalysisPlan) -> Estimated:
    """Errors of the influence, the propensity counted as estimated where the plan wants it."""
    is_known = plan.estimation.variance == "robust" or weights.are_taken_as_known
    nuisance = None if is_known else weights.nuisance
    corrected = estimate.corrected(nuisance)
    errors = by_influence(corrected, nuisance, is_small=plan.estimation.small_sample)
    return Estimated(corrected, errors, "robust" if is_known else "corrected")


def pooled(found: Sequence[Found]) -> Found:
    """One answer from the answers of m completed cohorts; the answer itself where m is 1."""
    first = found[0]
    if len(found) == 1:
        return first
    if isinstance(first, Estimated):
        return pooled_estimates([part for part in found if isinstance(part, Estimated)])
    tests = [part.test for part in found if isinstance(part, Tested)]
    return first._replace(test=pooled_test(tests))


def pooled_estimates(found: Sequence[Estimated]) -> Estimated:
    """Pool m estimates of the same k quantities by Rubin's rules.

    Parameters
    ----------
    found
        One a completed cohort. A quantity that some of them cannot give is not estimable.

    Returns
    -------
    Estimated
        The influence is the mean one: it keeps how the quantities go together, not their error.
        Limits follow from the error, those of a bootstrap too.

    Notes
    -----
    Probabilities are pooled as log(−log), the complement of a risk as the risk, so that a pooled
    curve stays between 0 and 1; ratios as logarithms; differences and times as they are. A
    probability of 0 or 1, where nothing or everything has happened, is so in every cohort.
    """
    # Profile limits are of rows without weights, which imputed covariates do not touch.
    if len(found) == 1 or found[0].uncertainty.limits_scale == "profile":
        return found[0]
    first = found[0].estimate
    parts = [part.uncertainty for part in found]
    scale = _Scale.of(first, np.stack([part.estimate.value for part in found]))
    errors = scale.error(np.stack([part.std_error for part in parts]))
    df = np.stack([part.df for part in parts]).mean(axis=0)
    answer = pool(scale.value, errors, np.where(np.isnan(df), np.inf, df))
    reasons = tuple(_reason(own) for own in zip(*(p.reasons for p in parts), strict=True))
    is_known = np.array([reason is None for reason in reasons], dtype=bool)
    value = np.where(is_known, scale.back(answer.value), np.nan)
    influence = np.mean([part.estimate.influence for part in found], axis=0)
    return found[0]._replace(
        estimate=Estimate(
            value, np.where(is_known, influence, 0.0), first.labels, first.cluster, reasons
        ),
        uncertainty=Uncertainty(
            np.where(is_known, answer.std_error * scale.slope(answer.value), np.nan),
            np.where(np.isfinite(answer.df), answer.df, np.nan),
            np.full((2, len(value)), np.nan),
            reasons,
            np.where(is_known, answer.fraction_missing, np.nan),
            np.where(is_known, answer.monte_carlo_error * scale.slope(answer.value), np.nan),
        ),
    )


def _reason(reasons: Sequence[str | None]) -> str | None:
    """Why a quantity has no pooled value: the first cohort's reason, and in how many."""
    given = [reason for reason in reasons if reason is not None]
    if not given or len(set(reasons)) == 1:
        return reasons[0]
    return f"in {len(given)} of {len(reasons)} imputations: {given[0]}"


def pooled_test(tests: Sequence[TestResult]) -> TestResult:
    """Pool the χ² statistics of m completed cohorts by the rule D2; one as it is."""
    if len(tests) == 1:
        return tests[0]
    reason = _reason([test.reason for test in tests])
    if reason is not None:
        return no_test(reason)
    return pool_statistics([test.statistic for test in tests], float(tests[0].df or np.nan))


@dataclass(frozen=True, eq=False)
class _Scale:
    """The scale on which each of k quantities is pooled, and m values (m, k) on it."""

    value: Floats
    is_probability: NDArray[np.bool_]
    is_complement: NDArray[np.bool_]

    @classmethod
    def of(cls, labelled: Estimate, values: Floats) -> _Scale:
        """The scales that the labels name."""
        inside = ((values > 0) & (values < 1)).all(axis=0)
        scales = np.array([label.get("scale") == "log(-log)" for label in labelled.labels])
        measures = [str(label["measure"]) for label in labelled.labels]
        complement = np.array([name.startswith("one_minus") for name in measures])
        is_probability = scales.astype(bool) & inside
        original = np.where(is_probability & complement, 1 - values, values)
        chance = np.where(is_probability, original, 0.5)
        value = np.where(is_probability, np.log(-np.log(chance)), original)
        return cls(value, is_probability, is_probability & complement)

    def error(self, std_error: Floats) -> Floats:
        """Standard errors on the scale of pooling, shape (m, k)."""
        return std_error / self.slope(self.value)

    def slope(self, value: Floats) -> Floats:
        """How fast the quantity changes with the pooled one: p |log p| for p = exp(−exp(value))."""
        rate = np.exp(np.where(self.is_probability, value, 0.0))
        return np.where(self.is_probability, np.exp(-rate) * rate, 1.0)

    def back(self, value: Floats) -> Floats:
        """Quantities (k,) from values on the scale of pooling."""
        chance = np.exp(-np.exp(np.where(self.is_probability, value, 0.0)))
        found = np.where(self.is_probability, chance, value)
        return np.where(self.is_complement, 1 - found, found)
