"""Standard errors and limits of an estimate: of its influence, for few clusters, or resampled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.inference import Bootstrap, Estimate, Nuisance, small_sample

Floats = NDArray[np.float64]


class Uncertainty(NamedTuple):
    """Errors of k quantities.

    Parameters
    ----------
    std_error : ndarray, shape (k,)
    df : ndarray, shape (k,)
        Degrees of freedom of Student's t; NaN for the normal distribution.
    limits : ndarray, shape (2, k)
        Limits on the scale of the value, of percentiles or of a profile; NaN where they follow from
        the error.
    reasons : tuple of str or None, length k
        Why a quantity is not shown.
    fraction_missing : ndarray, shape (k,), or None
        Share of the information that missing values took, where they were imputed.
    monte_carlo_error : ndarray, shape (k,), or None
        Standard error of the value for the finite number of imputations, in the unit of
        ``std_error``.
    limits_scale
        What ``limits`` are, in the words of the results table.
    """

    std_error: Floats
    df: Floats
    limits: Floats
    reasons: tuple[str | None, ...]
    fraction_missing: Floats | None = None
    monte_carlo_error: Floats | None = None
    limits_scale: str = "percentile"

    def take(self, indices: Sequence[int]) -> Uncertainty:
        """Those of some of the quantities."""
        own = list(indices)
        missing, monte_carlo = self.fraction_missing, self.monte_carlo_error
        return Uncertainty(
            self.std_error[own],
            self.df[own],
            self.limits[:, own],
            tuple(self.reasons[i] for i in own),
            None if missing is None else missing[own],
            None if monte_carlo is None else monte_carlo[own],
            self.limits_scale,
        )


def of_influence(estimate: Estimate) -> Uncertainty:
    """Large-sample errors from the influence of the rows."""
    nothing = np.full((3, len(estimate)), np.nan)
    return Uncertainty(estimate.std_error(), nothing[0], nothing[1:], estimate.reasons)


def by_influence(estimate: Estimate, nuisance: Nuisance | None, *, is_small: bool) -> Uncertainty:
    """Errors of an influence corrected for ``nuisance``, of few clusters where ``is_small``."""
    if not is_small:
        return of_influence(estimate)
    return of_few_clusters(estimate, 0 if nuisance is None else nuisance.influence.shape[1])


def of_few_clusters(estimate: Estimate, n_nuisance: int) -> Uncertainty:
    """Errors and degrees of freedom that count what was estimated from the same clusters.

    These are the ``n_nuisance`` parameters of the propensity and the coefficients of a regression,
    the quantities of one ``model`` that have a ``term``; one for a risk or a mean, and the
    ``n_beside`` parameters of other models that the label of a quantity counts.
    """
    std_error, df = (np.full(len(estimate), np.nan) for _ in range(2))
    reasons = list(estimate.reasons)
    models = [
        (label["model"] if label.get("term") else None, int(str(label.get("n_beside", 0))))
        for label in estimate.labels
    ]
    for model in dict.fromkeys(models):
        own = [i for i, other in enumerate(models) if other == model]
        n_coefficients = 1 if model[0] is None else len(own)
        found = small_sample(estimate.take(own), n_nuisance + model[1] + n_coefficients)
        std_error[own], df[own] = found.std_error, found.df
        for i, reason in zip(own, found.reasons, strict=True):
            reasons[i] = reason
    return Uncertainty(std_error, df, np.full((2, len(estimate)), np.nan), tuple(reasons))


def of_bootstrap(resampled: Bootstrap, level: float) -> Uncertainty:
    """Errors and percentile limits of the replicates."""
    nothing = np.full(len(resampled.estimate), np.nan)
    limits = np.stack(resampled.percentiles(level))
    return Uncertainty(resampled.std_error(), nothing, limits, resampled.error_reasons)
