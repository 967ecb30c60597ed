"""Clusters resampled or left out, everything refitted: errors that rest on no linearisation.

A resampled cohort is the cohort with a multiplicity for each row, the number of times that its
cluster was drawn. A refit takes the multiplicities as prior weights of every step (propensity,
weights, estimators), so that nothing is copied and everything that was estimated is estimated anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from spine_outcomes.errors import Finding, NotEstimableError
from spine_outcomes.inference.estimate import Estimate
from spine_outcomes.inference.hypothesis_tests import TestResult, no_test
from spine_outcomes.inference.intervals import Limits, Scale, interval

Floats = NDArray[np.float64]
Refit = Callable[[Floats], Estimate]

TASK = 50  # replicates that a process does at a time
FEW_REPLICATES = 200
WORRYING_SHARE = 0.05
TOO_MANY = 0.2
TOO_MANY_FAILED = "no standard error: not estimable in {:.0%} of the bootstrap replicates"


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """k quantities on r cohorts of clusters drawn with replacement.

    Parameters
    ----------
    estimate
        Of the cohort itself.
    replicates : ndarray, shape (r, k)
        Values on the resampled cohorts; NaN where a quantity, or the whole refit, was not
        estimable. They are counted and never drawn again.
    """

    estimate: Estimate
    replicates: Floats

    @property
    def failed(self) -> Floats:
        """Share of the replicates in which each quantity was not estimable, shape (k,)."""
        return np.asarray(np.isnan(self.replicates).mean(axis=0), dtype=np.float64)

    @property
    def error_reasons(self) -> tuple[str | None, ...]:
        """Why a quantity has no standard error: its own reason, or more than 20 % failures."""
        return tuple(
            reason or (TOO_MANY_FAILED.format(share) if share > TOO_MANY else None)
            for reason, share in zip(self.estimate.reasons, self.failed, strict=True)
        )

    def select(self, **labels: object) -> Bootstrap:
        """Keep the quantities whose labels match all of ``labels``."""
        return self.take(self.estimate.positions(**labels))

    def of(self, estimate: Estimate) -> Bootstrap:
        """Keep the quantities of another estimate, found by their labels."""
        return self.take([self.estimate.labels.index(label) for label in estimate.labels])

    def take(self, indices: Sequence[int]) -> Bootstrap:
        """Keep some of the quantities."""
        return Bootstrap(self.estimate.take(indices), self.replicates[:, list(indices)])

    def supremum_test(self) -> TestResult:
        """Test that all k quantities are 0 at once, its null law that of the replicates.

        As ``bands.supremum_test`` with |replicate − estimate|/σ in the place of the draws;
        replicates in which a quantity is not estimable do not count.
        """
        error = self.std_error()
        has_error = error > 0
        if not has_error.any():
            return no_test("no time has a bootstrap standard error above 0")
        value, error = self.estimate.value[has_error], error[has_error]
        away = np.abs(self.replicates[:, has_error] - value) / error
        suprema = away[np.isfinite(away).all(axis=1)].max(axis=1)
        statistic = float((np.abs(value) / error).max())
        n_beyond = int((suprema >= statistic).sum())
        return TestResult(statistic, None, (1 + n_beyond) / (1 + len(suprema)))

    def std_error(self) -> Floats:
        """Standard deviation of the replicates, shape (k,); NaN as ``error_reasons`` explain."""
        return self._of_usable(lambda values: np.nanstd(values, axis=0, ddof=1))

    def percentiles(self, level: float = 0.95) -> Limits:
        """Percentile limits (Efron, 1981), shape (k,): the order statistics at (r + 1) p."""
        tails = [(1 - level) / 2, (1 + level) / 2]
        lower, upper = self._of_usable(
            lambda values: np.nanquantile(values, tails, axis=0, method="weibull")
        )
        return lower, upper

    def interval(self, scale: Scale, level: float = 0.95) -> Limits:
        """Normal limits with the bootstrap's error, arguments as ``intervals.interval``."""
        value = np.exp(self.estimate.value) if scale == "log" else self.estimate.value
        return interval(value, self.std_error(), scale, level)

    def _of_usable(self, summary: Callable[[Floats], Floats]) -> Floats:
        """Rows (…, k) of a summary of the replicates; NaN for quantities without an error."""
        is_usable = np.array([reason is None for reason in self.error_reasons], dtype=bool)
        return np.where(is_usable, summary(np.where(is_usable, self.replicates, 0.0)), np.nan)

    def findings(self) -> tuple[Finding, ...]:
        """Few replicates, and replicates that failed."""
        found = []
        r = len(self.replicates)
        if r < FEW_REPLICATES:
            message = f"{r} bootstrap replicates: limits rest on the few outermost of them."
            found.append(Finding("W_FEW_REPLICATES", message, "caution", "outcomes", n=r))
        failed = self.failed[self.estimate.is_estimable]
        if len(failed) and failed.max() > WORRYING_SHARE:
            message = (
                f"Up to {failed.max():.0%} of {r} bootstrap replicates are not estimable (an arm "
                "without rows, a category in one arm only, no event): errors leave them out."
            )
            n = round(float(failed.max()) * r)
            found.append(Finding("W_BOOTSTRAP_FAILED", message, "serious", "outcomes", n=n))
        return tuple(found)


@dataclass(frozen=True, eq=False)
class Jackknife:
    """k quantities on the cohort without each of its G clusters.

    Parameters
    ----------
    estimate
        Of the cohort itself.
    replicates : ndarray, shape (G, k)
        Values without each cluster; NaN where not estimable.
    """

    estimate: Estimate
    replicates: Floats

    @property
    def df(self) -> int:
        """Degrees of freedom of the t interval that goes with the errors."""
        return len(self.replicates) - 1

    def std_error(self) -> Floats:
        """√((G − 1)/G Σ (θ₍c₎ − θ)²), shape (k,): NaN where one cluster decides what is estimable.

        The error called CV3 or CR3 of a linear regression (MacKinnon, Nielsen and Webb, 2023,
        Journal of Applied Econometrics 38): on the safe side with few or unequal clusters, where
        the influence is too small. Differences are from θ, not from the mean of the θ₍c₎.
        """
        n = len(self.replicates)
        squares = np.square(self.replicates - self.estimate.value).sum(axis=0)
        return np.sqrt((n - 1) / n * squares) if n > 1 else np.full(len(self.estimate), np.nan)


def bootstrap(
    refit: Refit, cluster: NDArray[np.int64], *, replicates: int, seed: int, jobs: int | None = None
) -> Bootstrap:
    """Draw as many clusters as there are, with replacement, and refit.

    Parameters
    ----------
    refit
        Gives the estimate when row i counts ``multiplicity[i]`` times; always the same quantities
        in the same order. ``NotEstimableError`` makes a replicate fail.
    cluster : ndarray of int, shape (n,)
        Codes 0 … G−1 of the clusters; ``arange(n)`` where every row is its own.
    replicates
        How many draws.
    seed
        Each replicate has a seed of its own spawned from it: ``jobs`` does not change a byte.
    jobs
        Processes; None: as joblib is configured, one if it is not.

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 4.0, 5.0])
    >>> def mean(m):
    ...     m = m / m.sum()
    ...     return Estimate(np.array([m @ x]), (m * (x - m @ x))[:, None], ({"measure": "mean"},))
    >>> bootstrap(mean, np.arange(4), replicates=2000, seed=1).std_error().round(1)
    array([0.8])
    """
    estimate = refit(np.ones(len(cluster)))
    seeds = np.random.SeedSequence(seed).spawn(replicates)
    tasks = (seeds[start : start + TASK] for start in range(0, replicates, TASK))
    parts = Parallel(n_jobs=jobs)(delayed(_resampled)(refit, cluster, task) for task in tasks)
    return Bootstrap(estimate, _filled(parts, len(estimate)))


def jackknife(refit: Refit, cluster: NDArray[np.int64], *, jobs: int | None = None) -> Jackknife:
    """Leave out each cluster in turn and refit; arguments as ``bootstrap``."""
    estimate = refit(np.ones(len(cluster)))
    n = int(cluster.max()) + 1
    tasks = (range(start, min(start + TASK, n)) for start in range(0, n, TASK))
    parts = Parallel(n_jobs=jobs)(delayed(_without)(refit, cluster, task) for task in tasks)
    return Jackknife(estimate, _filled(parts, len(estimate)))


def _resampled(
    refit: Refit, cluster: NDArray[np.int64], seeds: Iterable[np.random.SeedSequence]
) -> list[Floats | None]:
    """Values of the replicates of these seeds."""
    n = int(cluster.max()) + 1
    with threadpool_limits(limits=1):  # a worker has other threads than the main process
        return [
            _value(refit, np.random.default_rng(s).multinomial(n, np.full(n, 1 / n))[cluster])
            for s in seeds
        ]


def _without(
    refit: Refit, cluster: NDArray[np.int64], left_out: Iterable[int]
) -> list[Floats | None]:
    """Values without each of these clusters."""
    with threadpool_limits(limits=1):
        return [_value(refit, cluster != c) for c in left_out]


def _value(refit: Refit, multiplicity: NDArray[np.generic]) -> Floats | None:
    """Value of one refit; None where it is not estimable as a whole, as when nobody is left."""
    if not multiplicity.any():
        return None
    try:
        return refit(multiplicity.astype(np.float64)).value
    except NotEstimableError:
        return None


def _filled(parts: Iterable[list[Floats | None]], k: int) -> Floats:
    """Rows of k values, NaN for refits without any."""
    values = [value for part in parts for value in part]
    return np.array([np.full(k, np.nan) if v is None else v for v in values]).reshape(-1, k)
