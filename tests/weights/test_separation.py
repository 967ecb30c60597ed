"""Covariates that predict the arm perfectly."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from spine_outcomes.errors import SeparationError
from spine_outcomes.weights.design import assemble, categories, interaction, linear
from spine_outcomes.weights.propensity import fit_propensity
from spine_outcomes.weights.separation import separating_columns, separation

RNG = np.random.default_rng(8)
ARM = np.repeat([0, 1], 20)
FREE = RNG.normal(size=40)


def columns_of(error):
    return [problem.column for problem in error.problems]


def test_covariate_equal_to_the_arm_stops_and_is_named():
    """Weights of 1e8, or overlap weights 0/0, from a case without overlap (C40)."""
    x = np.array([0, 0, 0, 1, 1, 1])
    with pytest.raises(SeparationError) as caught:
        fit_propensity(assemble([linear("x", x)]), x)
    assert columns_of(caught.value) == ["x"]
    assert caught.value.exit_code == 5


def test_level_of_one_arm_only_is_named_with_the_arm():
    """Quasi-separation by one level passed as an estimate (R36, R37)."""
    codes = np.tile([0, 1], 20)
    codes[[3, 7]] = 2
    with pytest.raises(SeparationError) as caught:
        fit_propensity(assemble([categories("s", codes, ["a", "b", "c"]), linear("f", FREE)]), ARM)
    assert columns_of(caught.value) == ["s=c"]
    assert "all 2 rows where it is 1 are in the reference arm" in str(caught.value)


def test_every_separating_column_is_named_at_once():
    """One fault mended a run."""
    first, second = (np.where(np.isin(np.arange(40), rows), 1.0, 0.0) for rows in ([1, 2], [30]))
    design = assemble([linear("one", first), linear("two", second), linear("f", FREE)])
    with pytest.raises(SeparationError) as caught:
        fit_propensity(design, ARM)
    assert columns_of(caught.value) == ["one", "two"]


def test_number_with_a_threshold_is_named():
    """Separation by a number, which no count of a level shows."""
    x = np.where(ARM == 1, 5.0, 4.0) + RNG.uniform(-0.4, 0.4, 40)
    with pytest.raises(SeparationError, match="column size: separates the arms"):
        fit_propensity(assemble([linear("size", x), linear("f", FREE)]), ARM)


def test_one_shared_value_is_still_quasi_separation():
    """Arms that touch in one value taken for overlap."""
    x = np.concatenate([np.arange(20.0), np.arange(19.0, 39.0)])
    with pytest.raises(SeparationError, match="column x"):
        fit_propensity(assemble([linear("x", x)]), ARM)


def test_combination_is_named_without_the_innocent():
    """Columns that separate only together, unseen or hidden among all columns of the model."""
    u, v = RNG.normal(size=(2, 40))
    v = np.where((u + v > 0) == (ARM == 1), v, -2 * u - v)
    design = assemble([linear("f", FREE), linear("u", u), linear("v", v)])
    with pytest.raises(SeparationError) as caught:
        fit_propensity(design, ARM)
    assert "u, v together predict" in str(caught.value)


def test_the_smaller_of_two_sets_is_named():
    """Three columns blamed whose sum is that of two others: x + y parts the arms, and u + v + w."""
    rng = np.random.default_rng(1)
    x, y, u, v = rng.integers(0, 6, (4, 60)).astype(float)
    columns = np.column_stack([u, v, x + y - u - v, x, y])
    group = (x + y > 5).astype(np.int64)
    for order in (np.arange(5), np.arange(5)[::-1]):
        found = separating_columns(np.column_stack([np.ones(60), columns[:, order]]), group)
        assert [sorted(order[np.array(one) - 1]) for one in found] == [[3, 4]]


def test_empty_cell_of_a_crossing_is_found():
    """A cell of two factors in one arm only, though both factors overlap."""
    a, b = np.tile([0, 1, 0, 1], 10), np.tile([0, 0, 1, 1], 10)
    arm = np.where((a == 1) & (b == 1), 1, ARM)
    blocks = [categories(n, c, ["n", "y"]) for n, c in (("a", a), ("b", b))]
    with pytest.raises(SeparationError, match="a=y:b=y"):
        fit_propensity(assemble([*blocks, interaction(*blocks)]), arm)


def test_extreme_overlap_is_not_separation():
    """A large coefficient refused though the maximum exists: one row of each arm crosses."""
    x = np.concatenate([np.arange(20.0), np.arange(21.0, 41.0)])
    x[[19, 20]] = x[[20, 19]]
    fitted = fit_propensity(assemble([linear("x", x)]), ARM)
    assert np.all((fitted.score > 0) & (fitted.score < 1))


@pytest.mark.parametrize("seed", range(40))
def test_verdict_is_that_of_the_direct_linear_program(seed):
    """A verdict that depends on size or luck: maximise Σ sxβ under sxβ ≥ 0, |β| ≤ 1 (Konis)."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 2, size=(14, 3)).astype(float)
    arm = rng.integers(0, 2, 14)
    arm[:2] = 0, 1
    matrix = np.column_stack([np.ones(14), x])
    signed = (2 * arm - 1)[:, None] * matrix
    direct = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(14), bounds=(-1, 1))
    found = separation(matrix, ("intercept", "x", "y", "z"), arm)
    assert bool(found) == (direct.fun < -1e-7)


def test_the_unit_of_a_covariate_does_not_decide_which_set_is_named():
    """Grams and kilograms that blame two sets; x + y separates, as does −2 x + z with more."""
    rng = np.random.default_rng(1)
    columns = rng.integers(0, 6, (24, 3)).astype(float)
    group = (columns[:, 0] + columns[:, 1] > 5).astype(np.int64)
    for unit in (1.0, 1e-6, 1e6):
        matrix = np.column_stack([np.ones(24), columns * [unit, 1.0, 1.0]])
        assert separating_columns(matrix, group) == [(1, 2)]


def test_a_constant_column_separates_nobody():
    """0/0 in a replicate in which a level was not drawn."""
    matrix = np.column_stack([np.ones(4), np.zeros(4), [0.0, 1, 0, 1], [1.0, 2, 3, 4]])
    assert separating_columns(matrix, np.array([0, 0, 1, 1])) == [(3,)]
