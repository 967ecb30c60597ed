"""Adjusted p values worked by hand, and the rules that every method keeps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes.inference.multiplicity import adjust_p_values

P = [0.01, 0.04, 0.03, 0.005]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        # sorted .005 .01 .03 .04 times 4 3 2 1, largest so far
        ("holm", [0.03, 0.06, 0.06, 0.02]),
        # the same products, smallest from the end
        ("hochberg", [0.03, 0.04, 0.04, 0.02]),
        ("hierarchical", [0.01, 0.04, 0.04, 0.04]),
    ],
)
def test_by_hand(method, expected):
    """Another step or another order."""
    np.testing.assert_allclose(adjust_p_values(P, method), expected, rtol=1e-14)


@pytest.mark.parametrize("method", ["holm", "hochberg", "hierarchical"])
@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_never_below_the_unadjusted_nor_above_one(method, p_values):
    """An adjustment that helps a test; one test alone needs none."""
    adjusted = adjust_p_values(p_values, method)
    assert (adjusted >= np.array(p_values) - 1e-15).all()
    assert (adjusted <= 1).all()
    if len(p_values) == 1:
        assert adjusted[0] == pytest.approx(p_values[0], rel=1e-12)


def test_a_test_that_was_not_made_helps_no_other():
    """A family that shrinks, or a sequence that goes on, when a test cannot be made."""
    found = adjust_p_values([0.01, np.nan, 0.02], "holm")
    np.testing.assert_allclose(found[[0, 2]], adjust_p_values([0.01, 1, 0.02], "holm")[[0, 2]])
    assert np.isnan(found[1])
    np.testing.assert_array_equal(
        adjust_p_values([0.01, np.nan, 0.02], "hierarchical"), [0.01, np.nan, 1]
    )


def test_no_tests_and_unknown_methods():
    """A crash without any test; a method that silently adjusts nothing."""
    assert len(adjust_p_values([], "holm")) == 0
    with pytest.raises(ValueError, match="allowed: holm, hochberg, hierarchical"):
        adjust_p_values(P, "bonferoni")
