"""Which coefficients a partial likelihood can estimate, and why not the others.

Two exact conditions. A direction z in which x z is the same for everybody in every risk set leaves
the likelihood unchanged (a constant covariate, a collinear set). A direction in which every event
has the largest x z of its risk set, and not all are equal, lets the likelihood rise for ever (no
event in an arm, separation; Bryson and Johnson, 1981): some coefficients are infinite.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr

from spine_outcomes.survival.partial_likelihood import PartialLikelihood
from spine_outcomes.survival.risk_sets import Floats, Indices

SINGULAR = 1e-11
LOADING = 1e-6
DOES_NOT_VARY = "{} does not vary among the rows at risk"

Reasons = tuple[str | None, ...]


def unidentified(information: Floats, n_event: float) -> tuple[Floats, list[int]]:
    """Directions that leave the likelihood unchanged, and columns to drop so that none is left.

    Parameters
    ----------
    information : ndarray, shape (p, p)
        Information at coefficients 0, of covariates with standard deviation 1 (or 0).
    n_event
        Weighted number of events.

    Returns
    -------
    directions : ndarray, shape (p, k)
        Constant covariates first, one a direction.
    columns : list of int, length k
    """
    share = np.diag(information) / n_event
    is_constant = share <= SINGULAR
    unit = np.sqrt(np.where(is_constant, 1.0, share))
    correlation = information / n_event / np.outer(unit, unit)
    correlation[is_constant, :] = correlation[:, is_constant] = 0.0
    correlation[is_constant, is_constant] = 1.0
    eigenvalues, vectors = np.linalg.eigh(correlation)
    if (eigenvalues > SINGULAR).all() and not is_constant.any():
        return np.zeros((len(share), 0)), []
    collinear = vectors[:, eigenvalues <= SINGULAR] / unit[:, None]
    directions = np.hstack([np.eye(len(share))[:, is_constant], collinear])
    pivots = qr(directions.T, mode="r", pivoting=True)[1]
    return directions, sorted(int(j) for j in pivots[: directions.shape[1]])


def loads_on(directions: Floats) -> NDArray[np.bool_]:
    """Which coefficients change along any of the directions (p, k), shape (p,)."""
    size = np.abs(directions)
    largest = size.max(axis=0, initial=0.0)
    is_loaded = size > LOADING * largest
    return np.array([row.any() for row in is_loaded], dtype=bool)


def flat_reasons(directions: Floats, names: Sequence[str]) -> Reasons:
    """Why coefficients that change along ``directions`` (p, k) are not estimable."""
    reasons: list[str | None] = [None] * len(names)
    if not directions.size:
        return tuple(reasons)
    is_alone = (np.abs(directions) > 0).sum(axis=0) == 1
    joint = [names[j] for j in _where(loads_on(directions[:, ~is_alone]))]
    for j in _where(loads_on(directions)):
        reasons[j] = f"{', '.join(joint)} are collinear: their effects cannot be told apart"
    for j in _where(loads_on(directions[:, is_alone])):
        reasons[j] = DOES_NOT_VARY.format(names[j])
    return tuple(reasons)


def infinite_reasons(
    direction: Floats, names: Sequence[str], covariates: Floats, events: Indices
) -> Reasons:
    """Why coefficients that run to infinity along ``direction`` (p,) are not estimable.

    ``covariates`` (r, p) are those of the rows at risk, ``events`` the rows with the event.
    """
    moving = _where(loads_on(direction[:, None]))
    reasons: list[str | None] = [None] * len(names)
    for j in moving:
        others = ", ".join(names[k] for k in moving)
        reasons[j] = f"a combination of {others} separates the events: no finite hazard ratio"
    if len(moving) == 1:
        (j,) = moving
        reasons[j] = _separation(names[j], covariates[:, j], events, rises=direction[j] > 0)
    return tuple(reasons)


def _separation(name: str, values: Floats, events: Indices, *, rises: bool) -> str:
    """How one covariate separates the events from the others at risk."""
    extreme = "largest" if rises else "smallest"
    otherwise = f"every event has the {extreme} {name} of those at risk: no finite hazard ratio"
    return level_without_event(name, values, events) or otherwise


def level_without_event(
    name: str, values: Floats, events: Indices | NDArray[np.bool_]
) -> str | None:
    """Which of the two levels of a covariate has no event; None where both have, or it has more."""
    levels, seen = np.unique(values), np.unique(values[events])
    if len(levels) == 2 and len(seen) == 1:
        return f"no event where {name} is {levels[levels != seen[0]][0]:g}"
    return None


def limit_along(likelihood: PartialLikelihood, direction: Floats) -> PartialLikelihood | None:
    """Limit of the likelihood at infinite coefficients, where it rises along ``direction``.

    In that limit a row counts only in risk sets where its x z is the largest. Going back in time a
    risk set grows and its largest x z with it, so that such a row enters late; all else stays.

    Returns
    -------
    PartialLikelihood or None
        None where the likelihood does not rise for ever: x z does not vary, or an event has not the
        largest x z of its risk set. None as well where late entry of others takes a row out of risk
        sets after it was in some: that limit is not such a likelihood.
    """
    risk = likelihood.risk
    value = np.where(loads_on(direction[:, None]), direction, 0.0) @ likelihood.covariates
    tolerance = LOADING * float(np.ptp(value))
    begin, end = np.zeros_like(risk.stop) if risk.start is None else risk.start, risk.stop.copy()
    for tail in risk.tails:
        end[tail.rows] = risk.n_times
    largest = _largest_at_risk(begin, end, value, risk.n_times)
    if (value[likelihood.events] < largest[likelihood.event_time] - tolerance).any():
        return None
    bound = value + tolerance
    start = np.minimum(np.maximum(_after_last_above(largest, end, bound), begin), risk.stop)
    first_not_above = risk.n_times - _after_last_above(-largest[::-1], risk.n_times - begin, -bound)
    if (start == begin).all() or (first_not_above < start).any():
        return None
    return replace(likelihood, risk=replace(risk, start=start))


def _largest_at_risk(begin: Indices, end: Indices, value: Floats, m: int) -> Floats:
    """Largest value of the rows with begin ≤ j < end at each event time j, shape (m,).

    Each span is two overlapping ones of a length that is a power of 2; those of the longest are
    halved into the next until all have length 1.
    """
    largest = np.full(m, -np.inf)
    power = np.frexp(end - begin)[1] - 1
    for k in range(int(power.max()), -1, -1):
        own, length = power == k, 2**k
        np.maximum.at(largest, begin[own], value[own])
        np.maximum.at(largest, end[own] - length, value[own])
        if k:
            halves = largest.copy()
            np.maximum(largest[length // 2 :], largest[: -(length // 2)], out=halves[length // 2 :])
            largest = halves
    return largest


def _after_last_above(level: Floats, end: Indices, bound: Floats) -> Indices:
    """One past the last j < end with a level (m,) above the bound of each row, 0 if none, (n,)."""
    highest = [level]
    while 2 ** len(highest) <= len(level):
        length = 2 ** (len(highest) - 1)
        highest.append(np.maximum(highest[-1][:-length], highest[-1][length:]))
    place = end.copy()
    for k in range(len(highest) - 1, -1, -1):
        before = place - 2**k
        is_clear = (before >= 0) & (highest[k][np.clip(before, 0, len(highest[k]) - 1)] <= bound)
        place[is_clear] = before[is_clear]
    return place


def _where(is_true: NDArray[np.bool_]) -> list[int]:
    """Positions of the true values."""
    return [int(j) for j in np.flatnonzero(is_true)]
