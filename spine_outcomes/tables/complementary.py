"""Further counts to hide, so that no hidden one follows from the sums that are printed.

A reader knows every printed count, the rules that tie counts together, that a small hidden count is
from 1 to k − 1 and that any other hidden one is at least k. A small count is safe if it might as
well be 1, or k − 1: if for both there is another set of counts that keeps every rule and differs
from the true one in hidden counts alone. Such a set is sought by an integer program that changes
few, small and cheap printed counts; those that it changes are hidden too, and may then have two
values themselves (Cox 1980; Fischetti and Salazar-González 2001).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array, hstack

Key = Hashable
Floats = NDArray[np.float64]
Places = NDArray[np.intp]

LIGHT = 1e-3  # cost of changing what is hidden anyway, against a count of one


@dataclass(frozen=True)
class Rule:
    """A weighted sum of counts that everybody knows to be ``total``, or at most that."""

    terms: Mapping[Any, int]
    total: int = 0
    is_equal: bool = True


@dataclass(frozen=True)
class Cells:
    """Counts that are printed, and what ties them together.

    Parameters
    ----------
    counts
        Every count by its key.
    rules
        What everybody knows of them; true of ``counts``.
    fixed
        Counts that stand in too many places to be hidden for the sake of others.
    weights
        How dear it is to hide a count, against others of its size: 1 where it is not named.
    """

    counts: Mapping[Any, int]
    rules: tuple[Rule, ...] = ()
    fixed: frozenset[Any] = frozenset()
    weights: Mapping[Any, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Hidden:
    """Small counts, others hidden for their sake, and small ones that nothing protects fully."""

    primary: frozenset[Any]
    complementary: frozenset[Any]
    narrow: frozenset[Any]


@dataclass(frozen=True)
class _Tied:
    """Counts that hang together: how each may change, and what changes keep the rules.

    ``matrix`` times the changes lies between ``lower`` and ``upper``. ``cost`` is that of changing,
    and so of hiding, a count that is printed.
    """

    keys: tuple[Key, ...]
    place: Mapping[Key, int]
    counts: Floats
    cost: Floats
    matrix: Any
    lower: Floats
    upper: Floats


def hide(cells: Cells, k: int) -> Hidden:
    """Which counts to hide so that those from 1 to ``k − 1`` cannot be worked out."""
    primary = tuple(key for key, n in cells.counts.items() if 0 < n < k)
    hidden, narrow = dict.fromkeys(primary), []
    rules_of = _rules_of(cells)
    known: dict[Key, _Tied] = {}
    seen: set[tuple[Key, int]] = set()  # values that hidden counts may have, by a change found
    for key in primary:
        tied = known.get(key) or _tied(key, cells, rules_of)
        known |= dict.fromkeys(tied.keys, tied)
        for extreme in (k - 1, 1):  # others have less room downwards, so that comes first
            if (key, extreme) in seen:
                continue
            changed, is_reached = _witness(key, extreme, tied, hidden, k)
            hidden |= changed
            seen |= changed.items()
            narrow += [] if is_reached else [key]
    return Hidden(frozenset(primary), frozenset(hidden) - frozenset(primary), frozenset(narrow))


def _rules_of(cells: Cells) -> dict[Key, list[Rule]]:
    """The rules in which each count stands."""
    rules_of: dict[Key, list[Rule]] = {}
    for rule in cells.rules:
        for each in rule.terms:
            rules_of.setdefault(each, []).append(rule)
    return rules_of


def _tied(key: Key, cells: Cells, rules_of: Mapping[Key, list[Rule]]) -> _Tied:
    """``key`` and every count that may change with it; zeros and fixed counts never do."""
    found: dict[Key, int] = {key: 0}
    rules: dict[int, Rule] = {}
    waiting = [key]
    while waiting:
        for rule in rules_of.get(waiting.pop(), ()):
            rules[id(rule)] = rule
            for each in rule.terms:
                if each not in found and each not in cells.fixed and cells.counts[each]:
                    found[each] = len(found)
                    waiting.append(each)
    held = tuple(rules.values())
    entries = [
        (row, found[each], n)
        for row, rule in enumerate(held)
        for each, n in rule.terms.items()
        if each in found
    ]
    rows, columns, weights = np.array(entries, dtype=float).reshape(-1, 3).T
    shape = (len(held), len(found))
    return _Tied(
        tuple(found),
        found,
        np.array([cells.counts[each] for each in found], dtype=float),
        np.array([max(cells.weights.get(each, 1) * cells.counts[each], LIGHT) for each in found]),
        csc_array((weights, (rows.astype(int), columns.astype(int))), shape),
        np.array([0 if rule.is_equal else -np.inf for rule in held]),
        np.array([_slack(rule, cells) for rule in held], dtype=float),
    )


def _slack(rule: Rule, cells: Cells) -> int:
    """By how much a sum may grow: nothing, or up to its bound."""
    value = sum(n * cells.counts[key] for key, n in rule.terms.items())
    return 0 if rule.is_equal else rule.total - value


def _witness(
    key: Key, extreme: int, tied: _Tied, hidden: Collection[Key], k: int
) -> tuple[dict[Key, int], bool]:
    """Counts that change where ``key`` were ``extreme``, or as near to it as rules allow.

    Returns
    -------
    changed, is_reached
        The counts that have to be hidden, with what they might be, and whether ``extreme`` can be
        reached.
    """
    place = tied.place[key]
    n = int(tied.counts[place])
    is_hidden = np.array([each in hidden for each in tied.keys])
    cost = np.where(is_hidden, LIGHT, tied.cost)
    step = 1 if extreme < n else -1
    for value in range(extreme, n, step):
        for free in (np.flatnonzero(is_hidden), np.arange(len(is_hidden))):  # most need no others
            told = _told(tied, free, cost, (place, value), k)
            if told is not None:
                changed = {tied.keys[i]: int(told[i]) for i in np.flatnonzero(told != tied.counts)}
                return changed, value == extreme
    return {}, n == extreme


def _told(
    tied: _Tied, free: Places, cost: Floats, wanted: tuple[int, int], k: int
) -> Floats | None:
    """All counts as the cheapest change of those ``free`` makes one as ``wanted``; None: no way."""
    place, value = wanted
    counts = tied.counts[free]
    is_small = counts < k
    most = np.where(is_small, k - 1 - counts, np.inf)
    least = counts - np.where(is_small, 1, k)
    by, at = value - tied.counts[place], free == place
    most[at], least[at] = max(by, 0), max(-by, 0)
    found = milp(
        np.tile(cost[free], 2),
        integrality=np.ones(2 * len(free), dtype=np.int_),
        bounds=Bounds(np.where(np.tile(at, 2), [*most, *least], 0), np.concatenate((most, least))),
        constraints=LinearConstraint(
            hstack((tied.matrix[:, free], -tied.matrix[:, free])), tied.lower, tied.upper
        ),
    )
    if not found.success:
        return None
    up, down = np.rint(found.x).reshape(2, -1)
    told = tied.counts.copy()
    told[free] += up - down
    return told
