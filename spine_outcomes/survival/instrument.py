"""Risk difference by an instrument: what decides the arm and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spine_outcomes.inference import Estimate, Label
from spine_outcomes.survival.absolute_risk import follow_up_reasons
from spine_outcomes.survival.by_arm import display_times
from spine_outcomes.survival.censored_response import CensoredResponse
from spine_outcomes.survival.covariates import covariates_of
from spine_outcomes.survival.risk_sets import Floats
from spine_outcomes.survival.sample import Sample, sample_of
from spine_outcomes.survival.time_order import TimeOrder

NO_INSTRUMENT = "the instrument does not vary, or tells nothing of the arm, given the covariates"
NOTHING = 1e-9  # of the spread of the instrument, and of what it tells of the arm


@dataclass(frozen=True, eq=False)
class InstrumentalFit:
    """A risk difference by an instrument, and how strong that is.

    Parameters
    ----------
    estimate
        Risk difference at each time, arm 1 − arm 0; labels ``measure`` and ``time``.
    first_stage
        Change of the probability of arm 1 with the instrument, given the covariates.
    """

    estimate: Estimate
    first_stage: Estimate

    @property
    def f_statistic(self) -> float:
        """Squared Wald statistic of the first stage, robust and clustered; below 10 it is weak."""
        error = self.first_stage.std_error()[0]
        return float((self.first_stage.value[0] / error) ** 2) if error > 0 else np.nan


def instrumental_risk_difference(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    arm: ArrayLike,
    instrument: ArrayLike,
    covariates: ArrayLike,
    cluster: ArrayLike | None = None,
    cause: int = 1,
    times: ArrayLike,
) -> InstrumentalFit:
    """Difference of the risks of the arms among those whose arm the instrument decides.

    Parameters
    ----------
    time, status, weight, cluster : array_like, shape (n,)
        As ``sample_of``; a status other than 0 and ``cause`` is a competing event.
    arm : array_like of int, shape (n,)
        0 and 1.
    instrument : array_like, shape (n,)
        Taken as given.
    covariates : array_like, shape (n, p)
        Of the instrument and the event; an intercept is added.
    times : array_like, shape (k,)
        In the unit of ``time``.

    Returns
    -------
    InstrumentalFit
        Not estimable past the follow-up of an arm, or where the instrument tells nothing.

    Notes
    -----
    Two-stage least squares with one instrument z: β = Σ w z̃ R/Σ w z̃ a, z̃ what is left of z after
    its regression on the covariates, R = 1{T ≤ t, d = cause}/G(T−) the response by inverse
    probability of censoring, G the Kaplan–Meier of censoring of the arm. Influence w z̃ e/Σ w z̃ a,
    e what is left of R − βa after its regression on the covariates, and that through G. For all
    rows only if the effect is the same in all; it needs that the instrument acts through the arm
    alone, and moves nobody away from it (Imbens and Angrist, 1994, Econometrica 62:467–475).
    """
    sample = sample_of(time, status, weight, cluster=cluster, arm=arm)
    grid = display_times("times", times)
    matrix = np.column_stack([np.ones(sample.n), covariates_of(covariates, None, sample.n)[0]])
    left, treated = _Left(matrix, sample.weight), np.asarray(arm, dtype=np.float64)
    own = left.of(np.asarray(instrument, dtype=np.float64))
    weighted, total = sample.weight * own, sample.weight.sum()
    spread, moved = weighted @ own, weighted @ treated
    if spread <= NOTHING * total or abs(moved) <= NOTHING * total:
        labels = _labels(grid, cause)
        first = [{"measure": "first_stage"}]
        return InstrumentalFit(_nothing(sample, labels), _nothing(sample, first))
    slope = moved / spread
    influence = (weighted / spread * left.of(treated - slope * own))[:, None]
    return InstrumentalFit(
        _second_stage(sample, left, weighted / moved, cause, grid),
        Estimate(np.array([slope]), influence, ({"measure": "first_stage"},), sample.cluster),
    )


def _second_stage(
    sample: Sample, left: _Left, factor: Floats, cause: int, grid: Floats
) -> Estimate:
    """Σ factor · R at each time, ``factor`` (n,) being w z̃/Σ w z̃ a."""
    assert sample.arm is not None  # noqa: S101 - given by whoever compares arms
    treated = sample.arm.astype(np.float64)
    responses = [CensoredResponse.of(sample, sample.arm == code, cause) for code in (0, 1)]
    value, influence = np.empty(len(grid)), np.empty((sample.n, len(grid)))
    for j, position in enumerate(sample.order.position(grid).tolist()):
        observed = sum(response.observed(position) for response in responses)
        value[j] = factor @ observed
        influence[:, j] = factor * left.of(observed - value[j] * treated)
        for response in responses:
            owed = response.observed_total(position, factor)
            influence[:, j] += response.influence(owed, np.zeros_like(owed))
    past = follow_up_reasons(sample, grid)
    reasons = tuple(a or b for a, b in zip(past[0], past[1], strict=True))
    is_known = np.array([reason is None for reason in reasons])
    return Estimate(
        np.where(is_known, value, np.nan), np.where(is_known, influence, 0.0),
        tuple(_labels(grid, cause)), sample.cluster, reasons,
    )  # fmt: skip


def _labels(grid: Floats, cause: int) -> list[dict[str, object]]:
    """What is estimated at each time."""
    return [{"measure": "risk_difference", "time": float(t), "cause": cause} for t in grid]


def preference(
    arm: ArrayLike,
    provider: ArrayLike,
    cluster: ArrayLike | None = None,
    weight: ArrayLike | None = None,
) -> Floats:
    """Share of arm 1 among the other patients of whoever treated a row, shape (n,).

    Parameters
    ----------
    arm : array_like of int, shape (n,)
    provider : array_like of int, shape (n,)
        Codes; below 0 where it is not known.
    cluster : array_like of int, shape (n,), optional
        Codes of the patient, whose own rows do not count; every row is its own by default.
    weight : array_like, shape (n,), optional

    Notes
    -----
    A provider without another patient, or not known, has the share of all rows.
    """
    treated, who = np.asarray(arm, dtype=np.float64), np.asarray(provider)
    w = np.ones(len(treated)) if weight is None else np.asarray(weight, dtype=np.float64)
    patient = np.arange(len(treated)) if cluster is None else np.asarray(cluster)
    _, by_provider = np.unique(who, return_inverse=True)
    _, of_both = np.unique(np.stack([who, patient]), axis=1, return_inverse=True)
    others, chosen = (
        np.bincount(by_provider, values)[by_provider] - np.bincount(of_both, values)[of_both]
        for values in (w, w * treated)
    )
    overall = (w @ treated) / w.sum()
    is_known = (who >= 0) & (others > 0)
    share = np.divide(chosen, others, where=is_known, out=np.full(len(w), overall))
    return np.asarray(share, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class _Left:
    """What is left of values after their weighted regression on a matrix."""

    matrix: Floats
    weight: Floats

    def of(self, values: NDArray[np.float64]) -> Floats:
        """Residuals, shape (n,)."""
        root = np.sqrt(self.weight)
        found, *_ = np.linalg.lstsq(root[:, None] * self.matrix, root * values, rcond=None)
        return np.asarray(values - self.matrix @ found, dtype=np.float64)


def _nothing(sample: Sample, labels: Sequence[Label]) -> Estimate:
    """Quantities that the instrument does not give."""
    k = len(labels)
    return Estimate(
        np.full(k, np.nan), np.zeros((sample.n, k)), tuple(labels), sample.cluster,
        (NO_INSTRUMENT,) * k,
    )  # fmt: skip
