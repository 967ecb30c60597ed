"""Hazard ratios that change over time: in pieces, or along a function of time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from spine_outcomes.errors import Problem, SampleError
from spine_outcomes.inference import Estimate, Label, TestResult, equality_test
from spine_outcomes.survival.covariates import covariates_of
from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.episodes import Episodes, episodes
from spine_outcomes.survival.partial_likelihood import Ties
from spine_outcomes.survival.risk_sets import Floats
from spine_outcomes.survival.sample import Sample, sample_of
from spine_outcomes.survival.time_order import TimeOrder
from spine_outcomes.survival.time_scale import TimeScale, scaled_time

LOG_RATIO = "log_hazard_ratio"
SLOPE = "log_hazard_ratio_slope"


def piecewise_hazard_ratios(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    covariates: ArrayLike,
    cuts: ArrayLike,
    names: Sequence[str] | None = None,
    cause: int = 1,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    subject: ArrayLike | None = None,
    ties: Ties = "efron",
) -> Estimate:
    """Log hazard ratios of the first covariate in each piece of time, adjusted for the others.

    Parameters
    ----------
    time, status, weight, covariates, names, cause, entry, cluster, strata, subject, ties
        As ``cox``.
    cuts : array_like (K,)
        Increasing times at which the log hazard ratio may change; an event at a cut is before it.

    Returns
    -------
    Estimate
        K + 1 quantities labelled ``{"measure": "log_hazard_ratio", "term": name, "after": start,
        "until": end}``, then one of each other covariate. A piece without events of one arm is not
        estimable; the others are.

    Notes
    -----
    A Cox model with late entry of rows cut at the times: the same likelihood as a covariate that
    changes with time (Therneau and Grambsch, 2000, chapter 3). Influences of the parts of a row are
    summed.

    Examples
    --------
    >>> pieces = piecewise_hazard_ratios(
    ...     [1, 2, 3, 4, 5, 6, 7], [1, 1, 1, 0, 1, 1, 0], covariates=[1, 0, 1, 1, 0, 1, 0], cuts=[3]
    ... )
    >>> np.round(pieces.value, 4).tolist()
    [0.4668, 0.3466]
    """
    sample = sample_of(
        time, status, weight, entry=entry, cluster=cluster, strata=strata, subject=subject
    )
    matrix, terms = covariates_of(covariates, names, sample.n)
    points = np.atleast_1d(np.asarray(cuts, dtype=np.float64))
    if not (np.isfinite(points).all() and (np.diff(points) > 0).all()):
        raise SampleError(Problem("E_CUTS", "cuts must be finite and increasing"))
    parts = episodes(sample, sample.order.position(points))
    in_piece = parts.piece[:, None] == np.arange(len(points) + 1)
    edges = [0.0, *points.tolist(), np.inf]
    pieces = list(pairwise(edges))
    own = [f"{terms[0]} after {after:g} until {until:g}" for after, until in pieces]
    labels = [
        {"measure": LOG_RATIO, "term": terms[0], "after": after, "until": until}
        for after, until in pieces
    ]
    varying = matrix[parts.row, :1] * in_piece
    return _fit(sample, parts, varying, (matrix[:, 1:], terms[1:]), (own, labels), cause, ties)


def hazard_ratio_along(
    time: ArrayLike | TimeOrder,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    covariates: ArrayLike,
    scale: TimeScale = "log",
    names: Sequence[str] | None = None,
    cause: int = 1,
    entry: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    subject: ArrayLike | None = None,
    ties: Ties = "efron",
) -> Estimate:
    """Log hazard ratio β + γ g(t) of the first covariate, adjusted for the others.

    Parameters
    ----------
    time, status, weight, covariates, names, cause, entry, cluster, strata, subject, ties
        As ``cox``.
    scale
        Function g of time (``time_scale.py``), taken as known.

    Returns
    -------
    Estimate
        β with the measure ``log_hazard_ratio``, γ with ``log_hazard_ratio_slope``, then one
        quantity of each other covariate. The Wald test of γ is that of the interaction with time.

    Notes
    -----
    Rows are cut at every event time: n × m/2 parts for n rows and m event times.

    Examples
    --------
    >>> along = hazard_ratio_along(
    ...     [1, 2, 3, 4, 5, 6, 7], [1, 1, 1, 0, 1, 1, 0], covariates=[1, 0, 1, 1, 0, 1, 0]
    ... )
    >>> along.labels[1]["measure"]
    'log_hazard_ratio_slope'
    """
    sample = sample_of(
        time, status, weight, entry=entry, cluster=cluster, strata=strata, subject=subject
    )
    matrix, terms = covariates_of(covariates, names, sample.n)
    is_event = (sample.status == cause) & (sample.weight > 0)
    positions, first = np.unique(
        sample.order.position(sample.order.time[is_event]), return_index=True
    )
    along = np.append(scaled_time(sample, cause, scale)[is_event][first], 0.0)
    parts = episodes(sample, positions)
    if not np.isfinite(along).all():
        raise SampleError(Problem("E_TIME", "an event at time 0 has no logarithm of its time"))
    x = matrix[parts.row, 0]
    varying = np.column_stack([x, x * along[parts.piece]])
    own = [terms[0], f"{terms[0]} along {scale}"]
    labels = [{"measure": measure, "term": terms[0]} for measure in (LOG_RATIO, SLOPE)]
    return _fit(sample, parts, varying, (matrix[:, 1:], terms[1:]), (own, labels), cause, ties)


def constant_hazard_ratio_test(pieces: Estimate) -> TestResult:
    """χ² test that the log hazard ratios of all pieces are one, robust and clustered.

    Parameters
    ----------
    pieces
        As ``piecewise_hazard_ratios`` gives them, corrected for an estimated propensity or not.
    """
    places = [i for i, label in enumerate(pieces.labels) if "until" in label]
    return equality_test(pieces.take(places))


def _fit(
    sample: Sample,
    parts: Episodes,
    varying: Floats,
    constant: tuple[Floats, Sequence[str]],
    own: tuple[list[str], Sequence[Label]],
    cause: int,
    ties: Ties,
) -> Estimate:
    """Cox model of the parts, with the influence of the rows."""
    matrix, terms = constant
    names, labels = own
    # Pieces never share a risk set. As strata they cannot touch each other by round-off either.
    strata = parts.piece
    if sample.strata is not None:
        strata = strata + (strata.max() + 1) * sample.strata[parts.row]
    estimate = cox(
        parts.time,
        parts.status,
        sample.weight[parts.row],
        covariates=np.hstack([varying, matrix[parts.row]]),
        names=[*names, *terms],
        cause=cause,
        entry=parts.entry,
        strata=strata,
        ties=ties,
    ).estimate
    return Estimate(
        estimate.value,
        parts.by_row(estimate.influence, sample.n),
        (*labels, *({"measure": LOG_RATIO, "term": term} for term in terms)),
        sample.cluster,
        estimate.reasons,
    )
