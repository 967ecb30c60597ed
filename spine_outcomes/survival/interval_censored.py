"""Risk of an event that is only known to lie between two looks: Turnbull's estimate."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spine_outcomes.errors import NotEstimableError, Problem, SampleError
from spine_outcomes.inference import Estimate
from spine_outcomes.survival.by_arm import Quantity, display_times, estimate_by_arm, not_estimable
from spine_outcomes.survival.life_table import LifeTable
from spine_outcomes.survival.sample import Sample, sample_of
from spine_outcomes.survival.time_order import TIE_TOLERANCE, TimeOrder

MAX_STEPS = 20_000
GAP = 1e-9  # of the mean log likelihood from its maximum, at most
SMALLEST = 1e-3  # share of its mass that an extrapolation leaves to an interval at least
NOTHING = 1e-6

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class IntervalSample:
    """Rows with the bounds of their event.

    Parameters
    ----------
    sample
        Time, status, weight, cluster and arm.
    lower, upper : ndarray, shape (n,)
        Last time known free of the event, first time known with it. ``upper`` is infinite without
        the event; then ``lower`` is the time until which the row is known to be free of it.
    is_exact : ndarray of bool, shape (n,)
        Events whose bounds are one time.
    """

    sample: Sample
    lower: Floats
    upper: Floats
    is_exact: NDArray[np.bool_]


def interval_sample(
    time: ArrayLike,
    status: ArrayLike,
    weight: ArrayLike | None,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    arm: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
) -> IntervalSample:
    """Check rows with bounds; arguments as ``turnbull``.

    Raises
    ------
    SampleError
        As ``sample_of``, or if bounds are missing, negative or the wrong way round.
    """
    sample = sample_of(time, status, weight, arm=arm, cluster=cluster)
    low, high = (np.asarray(bound, dtype=np.float64) for bound in (lower, upper))
    if low.shape != (sample.n,) or high.shape != (sample.n,):
        message = f"bounds have shapes {low.shape} and {high.shape}; expected ({sample.n},)"
        raise SampleError(Problem("E_LENGTH", message))
    is_event, competed = sample.status == 1, sample.status > 1
    low = np.where(competed, sample.order.time, low)
    high = np.where(is_event, high, np.inf)
    is_right = (low >= 0) & np.isfinite(low) & (high >= low) & (~is_event | np.isfinite(high))
    if not is_right.all():
        rows = ", ".join(map(str, np.flatnonzero(~is_right)[:10]))
        message = f"bounds must be 0 <= lower <= upper, finite for events; not so in rows {rows}"
        raise SampleError(Problem("E_BOUNDS", message, fix="Rows are counted from 0."))
    return IntervalSample(sample, low, high, is_event & (high * (1 - TIE_TOLERANCE) <= low))


def turnbull(
    time: ArrayLike,
    status: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    lower: ArrayLike,
    upper: ArrayLike,
    arm: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    times: ArrayLike,
) -> Estimate:
    """Cumulative incidence of an interval-censored event, the non-parametric maximum likelihood.

    Parameters
    ----------
    time, status, weight : array_like, shape (n,)
        As ``aalen_johansen``: status 0 censored, 1 the event, from 2 on events that compete and are
        seen when they happen. The time of an event of status 1 is not read.
    lower, upper : array_like, shape (n,)
        Of rows with the event the last time known free of it and the first known with it: it lies
        in (lower, upper], or at that time where both are one. Of censored rows ``lower`` is the
        last time known free of the event, no later than ``time``. Not read elsewhere.
    arm, cluster : array_like, shape (n,), optional
        As ``aalen_johansen``.
    times : array_like
        Times at which the incidence is wanted.

    Returns
    -------
    Estimate
        Labels ``measure`` cumulative_incidence, ``cause`` 1, ``time`` and ``arm``. The influence of
        the rows is NaN, for the estimate has none: its error is that of a bootstrap. Not estimable
        after the last time known free where mass is left, and where the search found no maximum.

    Notes
    -----
    A row says that its event is of one cause and in one interval, or of either cause and later; the
    estimate maximises the weighted likelihood of these sets (Turnbull, 1976, JRSS B 38; with
    competing causes Hudgens, Satten and Longini, 2001, Biometrics 57). Mass lies in the innermost
    intervals only. Where it lies inside one cannot be told: here it is spread evenly. Maximised by
    self-consistency with squared extrapolation (Varadhan and Roland, 2008), until no shift of mass
    can raise the mean log likelihood by 1e-9 (Gentleman and Geyer, 1994).

    Examples
    --------
    >>> bounds = {"lower": [0, 2, 8], "upper": [3, 6, 8]}
    >>> turnbull([3, 6, 8], [1, 1, 0], **bounds, times=[3, 6]).value.round(3)
    array([0.667, 0.667])
    """
    rows = interval_sample(time, status, weight, lower, upper, arm=arm, cluster=cluster)
    grid = display_times("times", times)

    def quantities(table: LifeTable) -> Iterator[Quantity]:
        return _incidence(rows, np.sort(table.rows), grid)

    labels = [{"measure": "cumulative_incidence", "time": float(t), "cause": 1} for t in grid]
    return estimate_by_arm(rows.sample, labels, quantities)


def _incidence(rows: IntervalSample, own: Indices, grid: Floats) -> Iterator[Quantity]:
    """Incidence at each time among the rows ``own``, or why there is none."""
    support = _Support.of(rows, own)
    try:
        mass = support.maximise(rows.sample.weight[own])
    except NotEstimableError as fault:
        yield from [not_estimable(fault.problems[0].message)] * len(grid)
        return
    m = len(support.left)
    beyond = mass[-1] if support.has_tail else 0.0
    width = np.where(support.right > support.left, support.right - support.left, 1.0)
    for t in grid:
        is_past = t * (1 + TIE_TOLERANCE) >= support.right
        share = np.where(is_past, 1.0, np.clip((t - support.left) / width, 0.0, 1.0))
        if beyond > NOTHING and t > support.last * (1 + TIE_TOLERANCE):
            yield not_estimable(f"beyond the last time known free of the event ({support.last:g})")
        else:
            yield Quantity(min(float(share @ mass[:m]), 1.0), None, np.nan)


@dataclass(frozen=True, eq=False)
class _Support:
    """Where mass can lie: intervals of the event (m of them), times of competitors, and later.

    Row i of n covers the positions from ``begin[i]`` to ``end[i]``, and from ``begin[n + i]`` on to
    ``end[n + i]``.
    """

    left: Floats
    right: Floats
    begin: Indices
    end: Indices
    size: int
    has_tail: bool
    last: float

    @classmethod
    def of(cls, rows: IntervalSample, own: Indices) -> _Support:
        """Find it for the rows ``own``."""
        status, time = rows.sample.status[own], rows.sample.order.time[own]
        lower, upper = rows.lower[own], rows.upper[own]
        is_event, competed, censored = status == 1, status > 1, status == 0
        begin, end = np.zeros((2, 2, len(status)), dtype=np.intp)
        spans, size, has_tail = [], 0, bool(censored.any())
        for block, (is_seen, left, right, is_exact) in enumerate(
            ((is_event, lower, upper, rows.is_exact[own]), (competed, time, time, competed))
        ):
            seen = is_seen | censored
            right = np.where(is_seen, right, np.inf)
            span, first, last = _innermost(left[seen], right[seen], (is_exact & is_seen)[seen])
            begin[block, seen], end[block, seen] = size + first, size + last
            size += span.shape[1]
            # What lies after all that is censored covers every row that the rest of time covers.
            if span.shape[1] and has_tail:
                has_tail = not (first[censored[seen]] < span.shape[1]).all()
            spans.append(span)
        if has_tail:
            end[1, censored] = size + 1
        known = float(lower[censored].max(initial=0.0))
        left, right = spans[0]
        return cls(left, right, begin.ravel(), end.ravel(), size + has_tail, has_tail, known)

    def maximise(self, weight: Floats) -> Floats:
        """Mass of each position, shape (size,).

        Raises
        ------
        NotEstimableError
            If it is not at its maximum after 20 000 steps.
        """
        share = weight / weight.sum()
        mass = np.full(self.size, 1 / self.size)
        once, height, gap = self._step(mass, share)
        for _ in range(MAX_STEPS):
            if gap <= GAP:
                return np.where(mass > GAP, mass, 0.0)
            twice = self._step(once, share)[0]
            change, bend = once - mass, twice - 2 * once + mass
            size = math.sqrt(bend @ bend)
            far = max(1.0, math.sqrt(change @ change) / size) if size > 0 else 1.0
            bold = np.maximum(mass + 2 * far * change + far**2 * bend, SMALLEST * twice)
            bold /= bold.sum()
            tried = self._step(bold, share)
            mass = bold if tried[1] >= height else twice
            once, height, gap = tried if mass is bold else self._step(mass, share)
        message = f"the likelihood of the intervals is not at its maximum after {MAX_STEPS} steps"
        raise NotEstimableError(Problem("E_TURNBULL", message))

    def _step(self, mass: Floats, share: Floats) -> tuple[Floats, float, float]:
        """Self-consistent masses, the mean log likelihood before, and its gap to the maximum."""
        n, total = len(share), np.concatenate(([0.0], mass.cumsum()))
        each = total[self.end] - total[self.begin]
        covered = each[:n] + each[n:]
        pull = share / covered
        pull = np.concatenate((pull, pull))
        rises = np.bincount(self.begin, pull, self.size + 1)
        rises -= np.bincount(self.end, pull, self.size + 1)
        slope = rises.cumsum()[:-1]
        return mass * slope, float(share @ np.log(covered)), float(slope.max()) - 1.0


def _innermost(
    left: Floats, right: Floats, is_exact: NDArray[np.bool_]
) -> tuple[Floats, Indices, Indices]:
    """Innermost intervals (2, m), and the first and one past the last that each row covers.

    At one time an exact event begins first, then intervals end, then others begin after it.
    """
    n, is_finite = len(left), np.isfinite(right)
    bounds = TimeOrder.of(np.concatenate([left, np.where(is_finite, right, left)]))
    place = np.empty(2 * n, dtype=np.intp)
    place[bounds.order] = bounds.group
    begins = 3 * place[:n] + np.where(is_exact, 0, 2)
    ends = np.where(is_finite, 3 * place[n:] + 1, 3 * (2 * n + 1))
    keys = np.unique(np.concatenate([begins, ends[is_finite]]))
    at = np.flatnonzero((keys[:-1] % 3 != 1) & (keys[1:] % 3 == 1))
    span = bounds.distinct[np.stack([keys[at], keys[at + 1]]) // 3]
    return span, np.searchsorted(keys[at], begins), np.searchsorted(keys[at + 1], ends, "right")
