"""Absolute risk of one cause given covariates, from Cox models of the hazards of all causes.

Forward: the risks of b rows at every time. Backward: the derivative, in the parameters of all
models, of any number made of these risks; with it the influence of each row on that number costs no
more than the risks themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spine_outcomes.inference import Estimate
from spine_outcomes.survival.baseline_hazard import HazardModel, hazard_model
from spine_outcomes.survival.by_arm import display_times
from spine_outcomes.survival.covariates import covariates_of
from spine_outcomes.survival.kaplan_meier import past_follow_up
from spine_outcomes.survival.life_table import life_tables
from spine_outcomes.survival.partial_likelihood import Ties
from spine_outcomes.survival.risk_sets import Floats, quotient
from spine_outcomes.survival.sample import Sample, sample_of
from spine_outcomes.survival.time_order import TimeOrder

CELLS = 2**15  # numbers a block: its arrays stay in the cache


@dataclass(frozen=True, eq=False)
class CauseSpecificModels:
    """Cox models of the hazards of all causes, that of interest first.

    Parameters
    ----------
    models
        One a cause, on one sample.
    n_times
        Number of distinct times of the sample that predictions go through, from the first.
    """

    models: Sequence[HazardModel]
    n_times: int

    @property
    def reason(self) -> str | None:
        """Why predictions have no value; None where they have."""
        return next((model.reason for model in self.models if model.reason is not None), None)

    @property
    def baseline(self) -> Floats:
        """Increments of the baseline hazards, shape (K, n_times)."""
        return np.array([model.hazard[: self.n_times] for model in self.models])

    def predict(self, covariates: Floats) -> AbsoluteRisk:
        """Risks of rows with ``covariates`` (b, p)."""
        relative = np.array([model.relative_hazard(covariates) for model in self.models])
        baseline = self.baseline
        kept = np.maximum(1.0 - relative.T @ baseline, 0.0)
        before = np.ones_like(kept)
        np.cumprod(kept[:, :-1], axis=1, out=before[:, 1:])
        risk = np.cumsum(before * baseline[0], axis=1) * relative[0][:, None]
        return AbsoluteRisk(self, covariates, relative, kept, before, risk)

    def influence(self, slopes: Slopes) -> Floats:
        """Influence of each row (n,) on a number with these derivatives in the models."""
        missing = len(self.models[0].hazard) - self.n_times
        padded = np.pad(slopes.hazard, ((0, 0), (0, missing)))
        parts = zip(self.models, padded, slopes.coefficients, strict=True)
        rows = [model.influence(hazard, slope) for model, hazard, slope in parts]
        return np.asarray(np.sum(rows, axis=0))

    def no_slopes(self) -> Slopes:
        """Derivatives of a constant."""
        return Slopes(
            np.zeros((len(self.models), self.n_times)),
            np.array([np.zeros_like(model.coefficients) for model in self.models]),
        )

    def blocks(self, is_kind: NDArray[np.bool_]) -> Iterator[NDArray[np.intp]]:
        """Rows of one kind, then those of the other, in parts that keep the memory bounded."""
        size = max(1, CELLS // max(1, self.n_times))
        for rows in (np.flatnonzero(is_kind), np.flatnonzero(~is_kind)):
            for begin in range(0, len(rows), size):
                yield rows[begin : begin + size]


@dataclass(frozen=True, eq=False)
class Slopes:
    """Derivatives of a number in the hazards (K, m) and the coefficients (K, p) of the models."""

    hazard: Floats
    coefficients: Floats

    def __add__(self, other: Slopes) -> Slopes:
        return Slopes(self.hazard + other.hazard, self.coefficients + other.coefficients)


@dataclass(frozen=True, eq=False)
class AbsoluteRisk:
    """Risks of b rows at m times.

    Parameters
    ----------
    by
        The models that predict.
    covariates : ndarray, shape (b, p)
    relative : ndarray, shape (K, b)
        Relative hazards.
    kept : ndarray, shape (b, m)
        Share of those at risk that has no event at each time, not below 0.
    before : ndarray, shape (b, m)
        S(t−), the product of the shares kept before t.
    risk : ndarray, shape (b, m)
        F(t).
    """

    by: CauseSpecificModels
    covariates: Floats
    relative: Floats
    kept: Floats
    before: Floats
    risk: Floats

    def at(self, position: int) -> Floats:
        """F at one of the times, 0 before the first (−1), shape (b,)."""
        return self.risk[:, position] if position >= 0 else np.zeros(len(self.risk))

    def pull_back_at(self, position: int, slope: Floats) -> Slopes:
        """Derivatives in the models of a number with derivatives (b,) in F at one of the times."""
        if position < 0:
            return self.by.no_slopes()
        risk_slope = np.zeros_like(self.risk)
        risk_slope[:, position] = slope
        return self.pull_back(risk_slope)

    def pull_back(self, risk_slope: Floats, before_slope: Floats | None = None) -> Slopes:
        """Derivatives in the models of a number with derivatives (b, m) in F(t) and in S(t−)."""
        baseline = self.by.baseline
        from_here = _from_here(risk_slope)
        step = self.relative[0][:, None] * from_here
        slope = step * baseline[0]
        if before_slope is not None:
            slope += before_slope
        # log S(t−) = Σ log(share kept) over the times before t
        slope *= self.before
        later = _from_here(slope) - slope
        in_hazard = -quotient(later, self.kept)
        hazard = self.relative @ in_hazard
        hazard[0] += np.einsum("bm,bm->m", step, self.before)
        in_relative = baseline @ in_hazard.T
        in_relative[0] += (from_here * self.before) @ baseline[0]
        in_relative *= self.relative
        rows = zip(in_relative, self.by.models, strict=True)
        return Slopes(
            hazard, np.array([own @ (self.covariates - model.centre) for own, model in rows])
        )


def cause_specific_models(
    sample: Sample, covariates: Floats, names: Sequence[str], cause: int, ties: Ties, last: float
) -> CauseSpecificModels:
    """Fit the hazards of ``cause`` and of every other cause, for predictions up to ``last``."""
    others = np.setdiff1d(sample.status[sample.weight > 0], [0, cause])
    models = [
        hazard_model(sample, covariates, names, int(k), ties) for k in (cause, *others.tolist())
    ]
    return CauseSpecificModels(models, int(sample.order.position(last)) + 1)


def absolute_risk(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    covariates: ArrayLike,
    new_covariates: ArrayLike,
    names: Sequence[str] | None = None,
    cause: int = 1,
    cluster: ArrayLike | None = None,
    ties: Ties = "efron",
    times: ArrayLike,
) -> Estimate:
    """Risk of one cause at given covariates, with the influence of every row.

    Parameters
    ----------
    time, status, weight, covariates, names, cluster, ties
        As ``cox``; one model is fitted for each cause.
    new_covariates : array_like (q, p)
        Covariates for which the risk is wanted.
    cause
        Cause whose risk is wanted; the others compete with it.
    times : array_like (k,)
        Times at which the risk is wanted.

    Returns
    -------
    Estimate
        Labels ``{"measure": "risk", "row": r, "time": t, "cause": cause}``, by row of
        ``new_covariates``. Not estimable after the last time of the sample, and where a coefficient
        of a model is not.

    Raises
    ------
    SampleError
        For arrays that cannot be used, with every fault.

    Notes
    -----
    F(t | x) = Σ_{s ≤ t} S(s− | x) dΛ_k(s | x), S(s− | x) = Π_{u < s} (1 − Σ_k dΛ_k(u | x)), the
    product form: risks and survival sum to 1. Where covariates make a share kept negative it is 0.

    References
    ----------
    Benichou and Gail (1990), Biometrics 46; Ozenne et al. (2017), The R Journal 9(2).

    Examples
    --------
    >>> time, status = [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 1, 1, 2, 0, 1, 1]
    >>> male = [0, 1, 1, 0, 0, 1, 1, 0]
    >>> absolute_risk(
    ...     time, status, covariates=male, new_covariates=[0, 1], times=[4]
    ... ).value.round(3)
    array([0.357, 0.395])
    """
    sample = sample_of(time, status, weight, cluster=cluster)
    matrix, terms = covariates_of(covariates, names, sample.n)
    grid = display_times("times", times)
    wanted, _ = covariates_of(new_covariates, terms, np.shape(new_covariates)[0])
    models = cause_specific_models(sample, matrix, terms, cause, ties, grid.max())
    positions = sample.order.position(grid)
    reasons = [models.reason or reason for reason in follow_up_reasons(sample, grid)[0]]
    values = np.full((len(wanted), len(grid)), np.nan)
    influence = np.zeros((sample.n, len(wanted), len(grid)))
    for r, row in enumerate(wanted):
        predicted = models.predict(row[None, :])
        for k, (position, reason) in enumerate(zip(positions, reasons, strict=True)):
            if reason is None:
                values[r, k] = predicted.at(position)[0]
                influence[:, r, k] = models.influence(predicted.pull_back_at(position, np.ones(1)))
    labels = tuple(
        {"measure": "risk", "row": r, "time": float(t), "cause": cause}
        for r in range(len(wanted))
        for t in grid
    )
    return Estimate(
        values.ravel(),
        influence.reshape(sample.n, -1),
        labels,
        sample.cluster,
        tuple(reasons) * len(wanted),
    )


def follow_up_reasons(sample: Sample, times: Floats) -> dict[int, list[str | None]]:
    """Why there is no risk at each of ``times``, by arm (0 where there is none): nobody is left."""
    reasons: dict[int, list[str | None]] = {}
    for label, table in life_tables(sample):
        if table is None:
            raise AssertionError("an arm has a row with a weight above 0")
        end = past_follow_up(table)
        reasons[label.get("arm", 0)] = [end if table.past_follow_up(t) else None for t in times]
    return reasons


def _from_here(steps: Floats) -> Floats:
    """Sums over each time and all later ones, along the rows."""
    return np.cumsum(steps[:, ::-1], axis=1)[:, ::-1]
