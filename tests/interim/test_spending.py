"""Spending functions: where they start, end and bend, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes.errors import DefinitionError, SampleError
from spine_outcomes.interim.spending import spent

FAMILIES = [
    ("obrien_fleming", None), ("pocock", None), ("hwang_shih_decani", -4.0),
    ("hwang_shih_decani", 0.0), ("hwang_shih_decani", 2.0), ("power", 0.5), ("power", 3.0),
]  # fmt: skip


@pytest.mark.parametrize(("family", "parameter"), FAMILIES)
def test_all_is_spent_at_the_maximum_and_nothing_before_the_start(family, parameter):
    """Alpha left over at the end, or spent beyond it."""
    found = spent(family, [0.0, 1.0, 1.3], 0.025, parameter=parameter)
    np.testing.assert_allclose(found, [0.0, 0.025, 0.025], atol=1e-16)


@pytest.mark.parametrize(("family", "parameter"), FAMILIES)
@given(fraction=st.lists(st.floats(0, 1), min_size=2, max_size=6).map(sorted))
def test_spending_never_goes_back(family, parameter, fraction):
    """Less spent at a later look than at an earlier one."""
    found = spent(family, fraction, 0.05, parameter=parameter)
    assert (np.diff(found) >= -1e-17).all()
    assert ((found >= 0) & (found <= 0.05)).all()


def test_parameters_that_make_one_family_another():
    """γ = 0 and ρ = 1 both spend in proportion; γ near 0 must not divide 0 by 0."""
    t = np.linspace(0, 1, 7)
    for family, parameter in (("hwang_shih_decani", 0.0), ("power", 1.0)):
        np.testing.assert_allclose(
            spent(family, t, 0.05, parameter=parameter), 0.05 * t, rtol=1e-14
        )
    near = spent("hwang_shih_decani", t, 0.05, parameter=1e-9)
    np.testing.assert_allclose(near, 0.05 * t, rtol=1e-8)


def test_the_error_of_a_very_early_look_keeps_its_digits():
    """A tail as 1 minus a number next to 1 has few digits or none; the numbers are R's pnorm."""
    assert spent("obrien_fleming", 0.09, 0.025) == pytest.approx(7.938078629e-14, rel=1e-8)
    assert spent("obrien_fleming", 0.01, 0.025) == pytest.approx(2.872483371e-111, rel=1e-8)


@pytest.mark.parametrize(
    ("family", "alpha", "parameter", "said"),
    [
        ("obrien", 0.05, None, "allowed: obrien_fleming, pocock"),
        ("pocock", 0.0, None, "must lie between 0 and 1"),
        ("pocock", np.nan, None, "must lie between 0 and 1"),
        ("pocock", 0.05, 1.0, "has no parameter"),
        ("power", 0.05, None, "needs a parameter"),
        ("power", 0.05, 0.0, "needs a parameter"),
        ("power", 0.05, np.nan, "needs a parameter"),
        ("hwang_shih_decani", 0.05, np.inf, "needs a parameter"),
    ],
)
def test_settings_that_cannot_be(family, alpha, parameter, said):
    """A setting with a typing error that gives some number all the same."""
    with pytest.raises(DefinitionError, match=said):
        spent(family, 0.5, alpha, parameter=parameter)


@pytest.mark.parametrize("fraction", [-0.1, np.nan, np.inf, [0.2, np.nan]])
def test_fractions_that_cannot_be(fraction):
    """Error spent by information that is not there."""
    with pytest.raises(SampleError, match="below 0 or not finite"):
        spent("pocock", fraction, 0.05)
