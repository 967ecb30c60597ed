"""Further cells to hide: what a reader can work out is enumerated, or sought by another program."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linprog

from spine_outcomes.tables.complementary import Cells, Rule, hide


def two_way(counts: NDArray[np.int64], *, fixed: bool = False) -> Cells:
    """A table with its margins and its total, all printed."""
    rows, columns = counts.shape
    whole = np.zeros((rows + 1, columns + 1), dtype=np.int64)
    whole[:-1, :-1] = counts
    whole[-1] = whole.sum(axis=0)
    whole[:, -1] = whole.sum(axis=1)
    sums = [{(i, j): 1 for j in range(columns)} | {(i, columns): -1} for i in range(rows + 1)]
    sums += [{(i, j): 1 for i in range(rows)} | {(rows, j): -1} for j in range(columns + 1)]
    margins = [(i, columns) for i in range(rows + 1)] + [(rows, j) for j in range(columns)]
    named = {(i, j): int(whole[i, j]) for i in range(rows + 1) for j in range(columns + 1)}
    return Cells(named, tuple(Rule(terms) for terms in sums), frozenset(margins if fixed else ()))


def enumerated(cells: Cells, hidden: Collection[object], k: int) -> Iterator[dict[object, int]]:
    """Every set of values of the hidden counts that a reader must reckon with."""
    keys = list(hidden)
    most = max(cells.counts.values())
    ranges = [range(1, k) if cells.counts[key] < k else range(k, most + 1) for key in keys]
    for values in itertools.product(*ranges):
        told = {**cells.counts, **dict(zip(keys, values, strict=True))}
        if all(sum(n * told[key] for key, n in rule.terms.items()) == 0 for rule in cells.rules):
            yield told


def interval(cells: Cells, hidden: Collection[object], k: int, key: object) -> tuple[float, float]:
    """Least and largest value of a count by linear programming; margins make it whole."""
    keys = list(hidden)
    equal = np.array([[rule.terms.get(each, 0) for each in keys] for rule in cells.rules])
    shown = [
        -sum(n * cells.counts[each] for each, n in rule.terms.items() if each not in hidden)
        for rule in cells.rules
    ]
    bounds = [(1, k - 1) if cells.counts[each] < k else (k, None) for each in keys]
    goal = np.array([each == key for each in keys], dtype=float)
    low, high = (linprog(sign * goal, A_eq=equal, b_eq=shown, bounds=bounds) for sign in (1, -1))
    return round(low.fun, 6), round(-high.fun, 6) if high.status == 0 else np.inf


def test_one_small_count_beside_a_total_takes_the_smallest_other_with_it() -> None:
    """3 + 20 + 30 = 53: alone it is 53 − 20 − 30."""
    counts = {"a": 3, "b": 20, "c": 30, "all": 53}
    rule = Rule({"a": 1, "b": 1, "c": 1, "all": -1})
    hidden = hide(Cells(counts, (rule,), fixed=frozenset({"all"})), 5)
    assert (hidden.primary, hidden.complementary) == ({"a"}, {"b"})
    assert not hidden.narrow


def test_a_dear_count_stays_where_a_cheap_one_may_go() -> None:
    """Smaller, yet the events of the primary endpoint: 40 others are hidden instead of its 20."""
    rule = Rule({"a": 1, "primary": 1, "others": 1}, total=63)
    counts = {"a": 3, "primary": 20, "others": 40}
    cells = Cells(counts, (rule,), weights={"primary": 1000.0})
    assert hide(cells, 5).complementary == {"others"}


def test_a_companion_too_near_the_threshold_is_not_enough() -> None:
    """3 + 5 = 8 with 5 said to be 5 or more leaves 1 to 3 for the 3, not 1 to 4."""
    counts = {"a": 3, "b": 5, "c": 30}
    rule = Rule({"a": 1, "b": 1, "c": 1}, total=38)
    hidden = hide(Cells(counts, (rule,)), 5)
    assert hidden.complementary == {"c"}
    alone = hide(Cells({"a": 3, "b": 5}, (Rule({"a": 1, "b": 1}, total=8),)), 5)
    assert alone.narrow == {"a"}


def test_zeros_stay_and_orders_count() -> None:
    """An earlier count is at most a later one: 7, hidden and 7 again would be 7."""
    counts = {"small": 2, "zero": 0, "early": 7, "middle": 7, "late": 7, "others": 40}
    rules = (
        Rule({"small": 1, "zero": 1, "middle": 1, "others": 1}, total=49),
        Rule({"early": 1, "middle": -1}, is_equal=False),
        Rule({"middle": 1, "late": -1}, is_equal=False),
    )
    assert hide(Cells(counts, rules), 5).complementary == {"early", "middle", "late"}
    fixed = frozenset({"early", "late"})
    assert hide(Cells(counts, rules, fixed), 5).complementary == {"others"}


def test_nothing_small_hides_nothing() -> None:
    """A table without small counts must stay whole."""
    hidden = hide(two_way(np.array([[10, 20], [0, 40]])), 5)
    assert not hidden.primary | hidden.complementary


@pytest.mark.parametrize("seed", range(25))
def test_every_small_count_of_a_small_table_may_be_anything_below_the_threshold(seed: int) -> None:
    """Enumerated: whoever tries every table in mind finds each value from 1 to k − 1."""
    k = 3
    counts = np.random.default_rng(seed).integers(0, 9, size=(3, 3))
    cells = two_way(counts, fixed=True)
    found = hide(cells, k)
    hidden = found.primary | found.complementary
    told = list(enumerated(cells, hidden, k))
    for key in hidden:
        values = {each[key] for each in told}
        assert len(values) > 1 or key in found.narrow
        if key in found.primary - found.narrow:
            assert values == set(range(1, k))


@pytest.mark.parametrize("seed", range(25))
def test_with_margins_that_may_be_hidden_no_interval_is_too_narrow(seed: int) -> None:
    """By another linear program: the interval of each hidden count holds all it must."""
    k = 5
    counts = np.random.default_rng(100 + seed).integers(0, 30, size=(4, 3))
    cells = two_way(counts)
    found = hide(cells, k)
    assert not found.narrow
    hidden = found.primary | found.complementary
    for key in hidden:
        low, high = interval(cells, hidden, k, key)
        assert low < high
        if key in found.primary:
            assert (low, high) == (1, k - 1)


def test_few_counts_go_for_the_sake_of_others() -> None:
    """In a table with one small count three more make the smallest rectangle that protects it."""
    found = hide(two_way(np.array([[2, 30, 40], [50, 60, 70], [80, 90, 95]]), fixed=True), 5)
    assert len(found.complementary) == 3
