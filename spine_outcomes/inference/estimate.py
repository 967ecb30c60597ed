"""The one result type of every estimator: a value and the influence of each row on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.inference.covariance import (
    clustered_covariance,
    is_one_cluster,
    std_error,
)
from spine_outcomes.inference.nuisance import Nuisance

Label = Mapping[str, object]
ROUND_OFF = 1e-14
ONE_CLUSTER = "no standard error: all rows that it rests on are of one cluster"


@dataclass(frozen=True, eq=False)
class Estimate:
    """Estimated quantities with the influence of every row on each of them.

    Errors, intervals and p values are derived from it and never stored.

    Parameters
    ----------
    value : ndarray, shape (k,)
        Estimated quantities; NaN exactly where ``reasons`` gives a reason.
    influence : ndarray, shape (n, k)
        ``w_i * d value / d w_i`` for every row, in the order of the rows. Zero where not estimable.
    labels : tuple of mapping, length k
        What each quantity is: ``measure``, ``arm``, ``time``, ``term``, ``cause``.
    cluster : ndarray of int, shape (n,), or None
        Cluster (patient) of each row; None: every row is its own.
    reasons : tuple of str or None, length k
        Why a quantity is not estimable; None where it is.
    beside_weights : ndarray, shape (n, k), or None
        The part of ``influence`` that does not act through the weights, such as that of an
        unweighted censoring distribution: an estimated propensity does not touch it. None: no part.

    Notes
    -----
    The influence of an estimator that does not change when all weights are multiplied by a constant
    sums to zero over rows.
    """

    value: NDArray[np.float64]
    influence: NDArray[np.float64]
    labels: tuple[Label, ...]
    cluster: NDArray[np.int64] | None = None
    reasons: tuple[str | None, ...] = ()
    beside_weights: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        k = len(self.value)
        if not self.reasons:
            object.__setattr__(self, "reasons", (None,) * k)
        if self.influence.ndim != 2 or self.influence.shape[1] != k:
            raise ValueError(f"influence has shape {self.influence.shape}, expected (n, {k})")
        if len(self.labels) != k or len(self.reasons) != k:
            raise ValueError(f"{k} values need {k} labels and reasons")

    def __len__(self) -> int:
        return len(self.value)

    @property
    def is_estimable(self) -> NDArray[np.bool_]:
        """Whether each quantity is estimable, shape (k,)."""
        return np.array([reason is None for reason in self.reasons], dtype=bool)

    def covariance(self) -> NDArray[np.float64]:
        """Clustered robust covariance, shape (k, k)."""
        return clustered_covariance(self.influence, self.cluster)

    @property
    def round_off(self) -> NDArray[np.float64]:
        """Influence up to this size is none, shape (k,)."""
        return ROUND_OFF * np.abs(self.value)

    @property
    def error_reasons(self) -> tuple[str | None, ...]:
        """Why each quantity has no standard error; None where it has one."""
        is_one = is_one_cluster(self.influence, self.cluster, self.round_off)
        return tuple(
            reason or (ONE_CLUSTER if one else None)
            for reason, one in zip(self.reasons, is_one, strict=True)
        )

    def std_error(self) -> NDArray[np.float64]:
        """Clustered robust standard errors, shape (k,).

        NaN where ``error_reasons`` says why: not estimable, or all rows that matter are of one
        cluster.
        """
        has_error = np.array([reason is None for reason in self.error_reasons], dtype=bool)
        return np.where(has_error, std_error(self.influence, self.cluster), np.nan)

    def corrected(self, nuisance: Nuisance | None) -> Estimate:
        """Add the influence of the estimated nuisance (propensity); the value stays."""
        if nuisance is None:
            return self
        if self.beside_weights is None:
            return replace(self, influence=nuisance.correct(self.influence))
        through = nuisance.correct(self.influence - self.beside_weights)
        return replace(self, influence=through + self.beside_weights)

    def take(self, index: Sequence[int]) -> Estimate:
        """Keep the quantities at the positions ``index``, in that order."""
        return Estimate(
            self.value[list(index)],
            self.influence[:, list(index)],
            tuple(self.labels[i] for i in index),
            self.cluster,
            tuple(self.reasons[i] for i in index),
            None if self.beside_weights is None else self.beside_weights[:, list(index)],
        )

    def positions(self, **labels: object) -> list[int]:
        """Positions of the quantities whose labels match all of ``labels``."""
        wanted = labels.items()
        return [i for i, label in enumerate(self.labels) if wanted <= label.items()]

    def select(self, **labels: object) -> Estimate:
        """Keep the quantities whose labels match all of ``labels``."""
        return self.take(self.positions(**labels))

    def relabel(self, **labels: object) -> Estimate:
        """Add these labels to, or put them in place of, those of every quantity."""
        return replace(self, labels=tuple({**label, **labels} for label in self.labels))

    def transform(
        self,
        value: NDArray[np.float64],
        jacobian: NDArray[np.float64],
        labels: Sequence[Label],
        reasons: Sequence[str | None] = (),
    ) -> Estimate:
        """Delta method: new quantities g(value) with Jacobian dg/dvalue, shape (j, k)."""
        filled = np.where(np.isfinite(jacobian), jacobian, 0.0)
        beside = None if self.beside_weights is None else self.beside_weights @ filled.T
        return Estimate(
            value, self.influence @ filled.T, tuple(labels), self.cluster, tuple(reasons), beside
        )


def concatenate(*estimates: Estimate) -> Estimate:
    """Several estimates on the same rows as one, so that covariances between them are kept."""
    first = estimates[0]
    beside = None
    if any(e.beside_weights is not None for e in estimates):
        beside = np.hstack(
            [
                np.zeros_like(e.influence) if e.beside_weights is None else e.beside_weights
                for e in estimates
            ]
        )
    return Estimate(
        np.concatenate([e.value for e in estimates]),
        np.hstack([e.influence for e in estimates]),
        tuple(label for e in estimates for label in e.labels),
        first.cluster,
        tuple(reason for e in estimates for reason in e.reasons),
        beside,
    )
