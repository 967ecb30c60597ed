"""Entropy balancing: exact balance, what changes nothing, what cannot be balanced."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.errors import DefinitionError, NotEstimableError, SampleError
from spine_outcomes.weights.design import assemble, linear
from spine_outcomes.weights.entropy_balancing import entropy_weights

TARGETS = {"ATE": (0, 1), "ATT": (1,), "ATC": (0,)}


@pytest.mark.parametrize("estimand", TARGETS)
def test_moments_of_each_arm_are_those_of_the_target(drawn, estimand):
    """Arms that are not balanced exactly, or to another population."""
    weight = entropy_weights(drawn.design, drawn.arm, estimand).value
    target = drawn.design.matrix[np.isin(drawn.arm, TARGETS[estimand])].sum(axis=0)
    for arm in (0, 1):
        own = drawn.arm == arm
        np.testing.assert_allclose(weight[own] @ drawn.design.matrix[own], target, rtol=1e-9)


def test_two_reference_rows_by_hand():
    """Shares s of x = 1 with mean 1/2 in the comparator arm: one row at 0, two at 1."""
    design = assemble([linear("x", np.array([0.0, 1, 1, 0, 1]))])
    weight = entropy_weights(design, np.array([0, 0, 0, 1, 1]), "ATT").value
    np.testing.assert_allclose(weight, [1, 0.5, 0.5, 1, 1], rtol=1e-9)


@pytest.mark.parametrize(("estimand", "arm"), [("ATT", 1), ("ATC", 0)])
def test_the_target_arm_keeps_its_weights(drawn, estimand, arm):
    """Rows of the target that are weighted."""
    prior = np.linspace(0.5, 2, len(drawn.arm))
    weights = entropy_weights(drawn.design, drawn.arm, estimand, prior)
    own = drawn.arm == arm
    np.testing.assert_array_equal(weights.value[own], prior[own])
    assert not weights.nuisance.log_derivative[own].any()


def test_shift_and_scale_of_a_covariate_change_nothing(drawn):
    """Weights that depend on the unit: kilograms, days since 1900."""
    x = drawn.design.matrix[:, 1]
    plain, moved = (
        entropy_weights(assemble([linear("x", z)]), drawn.arm, "ATE").value
        for z in (x, 1e6 + 1e3 * x)
    )
    np.testing.assert_allclose(moved, plain, rtol=1e-8)


def test_least_entropy_of_all_balancing_weights(drawn):
    """Balanced weights that are more unequal than need be: any move that keeps balance is worse."""
    own = drawn.arm == 0
    weight = entropy_weights(drawn.design, drawn.arm, "ATT").value[own]
    matrix = drawn.design.matrix[own]
    free = np.linalg.svd(matrix.T)[2][matrix.shape[1] :]
    entropy = weight @ np.log(weight)
    for direction in free[:5]:
        for step in (-1e-3, 1e-3):
            moved = weight + step * direction
            assert moved @ np.log(moved) > entropy


def test_a_prior_weight_is_copies_of_the_row(drawn):
    """Bootstrap draws by weight that differ from those by copies."""
    copies = np.arange(len(drawn.arm)) % 3
    index = np.repeat(np.arange(len(drawn.arm)), copies)
    repeated = assemble([linear(f"x{j}", drawn.design.matrix[index, j]) for j in range(1, 4)])
    expected = entropy_weights(repeated, drawn.arm[index], "ATE").value
    weighted = entropy_weights(drawn.design, drawn.arm, "ATE", copies.astype(float)).value
    np.testing.assert_allclose((weighted / np.maximum(copies, 1))[index], expected, rtol=1e-8)


def test_a_mean_out_of_reach_is_named(drawn):
    """Weights that pretend to balance what no weights can; one column and the arm are named."""
    arm = drawn.arm
    x = np.where(arm == 1, 10.0, 0.0) + np.arange(len(arm)) % 5
    design = assemble([linear("dose", x), linear("x", drawn.design.matrix[:, 1])])
    with pytest.raises(NotEstimableError, match=r"dose .* in the target: no weights of the refer"):
        entropy_weights(design, arm, "ATT")


def test_means_out_of_reach_together_are_named():
    """A target outside the hull, though each mean is inside the range of the arm."""
    x = np.array([0.0, 1, 0, 1, 0.2, 0.9, 0.8, 0.9, 0.85, 0.9])
    z = np.array([0.0, 0, 1, 1, 0.1, 0.1, 0.9, 0.8, 0.95, 0.7])
    arm = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
    x[3] = z[3] = 0.5
    design = assemble([linear("age", x), linear("volume", z)])
    with pytest.raises(
        NotEstimableError, match=r"age 0\.\d+, volume 0\.\d+ in the target"
    ) as fault:
        entropy_weights(design, arm, "ATT")
    assert fault.value.problems[0].code == "E_BALANCE"


def test_a_mean_on_the_edge_is_out_of_reach():
    """A share of 0 reached by weights that run to 0: what looks solved is no solution."""
    x = np.array([0.0, 1, 0, 1, 0, 0, 0])
    z = np.array([0.0, 1, 2, 0, 1, 2, 0.5])
    design = assemble([linear("smoker", x), linear("z", z)])
    with pytest.raises(NotEstimableError, match="smoker 0 in the target"):
        entropy_weights(design, np.array([0, 0, 0, 0, 1, 1, 1]), "ATT")


@pytest.mark.parametrize("factor", [1e-100, 1e100])
def test_prior_weights_of_any_size_balance(drawn, factor):
    """Prior weights that count people in another unit, from which no step leads to the balance."""
    found = entropy_weights(drawn.design, drawn.arm, "ATE", np.full(len(drawn.arm), factor))
    expected = entropy_weights(drawn.design, drawn.arm, "ATE").value
    np.testing.assert_allclose(found.value / factor, expected, rtol=1e-6)


def test_a_row_of_the_target_may_lie_anywhere():
    """A target refused because of the weight that one of its own rows, at −30, would have had.

    Forty rows at 1 and this one have mean 10/41: of a weight of 41 the reference rows at 1 share
    10, and those at 0 the rest.
    """
    x = np.r_[np.zeros(2), np.ones(2), np.ones(40), -30.0]
    found = entropy_weights(assemble([linear("x", x)]), np.repeat([0, 1], [4, 41]), "ATT")
    np.testing.assert_allclose(found.value[:4], [15.5, 15.5, 5, 5], rtol=1e-9)


@pytest.mark.parametrize("estimand", ["ATO", "ATM"])
def test_populations_without_means_of_their_own_are_refused(drawn, estimand):
    """Overlap weights that are some other weights."""
    with pytest.raises(DefinitionError, match=f"no {estimand} weights; allowed are ATE, ATT"):
        entropy_weights(drawn.design, drawn.arm, estimand)


def test_arms_are_checked(drawn):
    """Arms that are no codes 0 and 1."""
    with pytest.raises(SampleError, match="neither 0 nor 1"):
        entropy_weights(drawn.design, drawn.arm + 1, "ATE")


@pytest.mark.parametrize("factor", [1.0, 1e-50, 1e50])
def test_a_step_that_overshoots_is_halved(factor):
    """Weights far apart, whose first step leads so far out that no later one comes back."""
    x, arm = np.array([0.0, 1, -8, 0, -14, 1]), np.array([0, 0, 0, 1, 1, 1])
    prior = factor * np.array([1e-5, 1, 1e-4, 1e-3, 1e-3, 0.1])
    weight = entropy_weights(assemble([linear("x", x)]), arm, "ATT", prior).value
    for values in (np.ones(6), x):
        assert weight[:3] @ values[:3] == pytest.approx(weight[3:] @ values[3:], rel=1e-9)
