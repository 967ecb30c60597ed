"""Bias, precision and coverage over draws, each with its Monte-Carlo error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.inference import Label
from spine_outcomes.simulation.replication import Answers

_NUMBERS = (
    "truth", "mean", "mean_mc_error", "empirical_std_error", "mean_std_error", "coverage",
    "coverage_mc_error",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Performance:
    """How k quantities behaved over draws; every array has shape (k,).

    Parameters
    ----------
    labels
        What the quantities are.
    truth
        What they estimate.
    n
        Draws in which the quantity was estimable.
    n_failed
        Draws in which it was not; they are in no other column.
    mean, mean_mc_error
        Mean estimate and its Monte-Carlo error.
    empirical_std_error
        Standard deviation of the estimates.
    mean_std_error
        Root of the mean squared standard error.
    coverage, coverage_mc_error
        Share of intervals that hold the truth.
    """

    labels: tuple[Label, ...]
    truth: NDArray[np.float64]
    n: NDArray[np.int64]
    n_failed: NDArray[np.int64]
    mean: NDArray[np.float64]
    mean_mc_error: NDArray[np.float64]
    empirical_std_error: NDArray[np.float64]
    mean_std_error: NDArray[np.float64]
    coverage: NDArray[np.float64]
    coverage_mc_error: NDArray[np.float64]

    @property
    def bias(self) -> NDArray[np.float64]:
        """Mean estimate − truth."""
        return self.mean - self.truth

    @property
    def bias_in_mc_errors(self) -> NDArray[np.float64]:
        """Bias as a multiple of its Monte-Carlo error."""
        return self.bias / self.mean_mc_error

    def cells(self, names: Sequence[str]) -> Iterator[dict[str, object]]:
        """Labels of these names, numbers and counts of each quantity, as a file holds them."""
        for k, label in enumerate(self.labels):
            numbers = {name: round(float(getattr(self, name)[k]), 8) for name in _NUMBERS}
            counts = {name: int(getattr(self, name)[k]) for name in ("n", "n_failed")}
            yield {name: label[name] for name in names} | numbers | counts


def performance(answers: Answers, truth: NDArray[np.float64]) -> Performance:
    """Performance of estimates, errors and intervals.

    Parameters
    ----------
    answers
        Of r draws about k quantities.
    truth : ndarray, shape (k,)

    Notes
    -----
    Monte-Carlo errors: s/√r of the mean, √(c(1 − c)/r) of a coverage c (Morris, White and Crowther,
    2019, table 6). Draws without an estimate are counted, never replaced.
    """
    is_estimable = np.isfinite(answers.value) & np.isfinite(answers.std_error)
    n = is_estimable.sum(axis=0)
    value = np.where(is_estimable, answers.value, np.nan)
    variance = np.where(is_estimable, answers.std_error**2, np.nan)
    is_covered = is_estimable & (answers.lower <= truth) & (truth <= answers.upper)
    empirical = np.nanstd(value, axis=0, ddof=1)
    coverage = is_covered.sum(axis=0) / n
    return Performance(
        labels=answers.labels,
        truth=truth,
        n=n,
        n_failed=len(value) - n,
        mean=np.nanmean(value, axis=0),
        mean_mc_error=empirical / np.sqrt(n),
        empirical_std_error=empirical,
        mean_std_error=np.sqrt(np.nanmean(variance, axis=0)),
        coverage=coverage,
        coverage_mc_error=np.sqrt(coverage * (1.0 - coverage) / n),
    )
