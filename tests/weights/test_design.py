"""The columns of a model."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.errors import DefinitionError, NotEstimableError, SampleError
from spine_outcomes.weights.design import (
    assemble,
    categories,
    cut,
    interaction,
    linear,
    logarithm,
    restricted_cubic_spline,
)
from spine_outcomes.weights.propensity import fit_propensity

X = np.array([0.3, 1.2, 2.0, 2.5, 3.1, 4.7, 5.5, 6.0, 7.7, 9.1])


def codes_of(findings):
    return [finding.code for finding in findings]


@pytest.mark.parametrize("n_knots", [3, 4, 5])
def test_spline_columns_are_those_of_hmisc(pbc, weights_answers, n_knots):
    """Knots at other quantiles, or a basis with another norm."""
    answer = next(a for a in weights_answers["spline"] if a["n_knots"] == n_knots)
    block = restricted_cubic_spline("age", pbc["age"].to_numpy(), n_knots)
    rows = weights_answers["rows"]
    np.testing.assert_allclose(block.matrix[rows], answer["basis"], rtol=1e-9, atol=1e-12)
    assert block.names == ("age", "age'", "age''", "age'''")[: n_knots - 1]


def test_spline_worked_by_hand():
    """With x = 0, …, 10 the three knots are 1, 5, 9; x = 6 gives (125 − 2·1)/64, x = 11 gives 11.

    At 11: (10³ − 2·6³ + 2³)/64 = 576/64 = 9. At 10: (9³ − 2·5³ + 1)/64 = 480/64 = 7.5: linear from
    the last knot on, slope 1.5.
    """
    block = restricted_cubic_spline("x", np.arange(11.0), 3)
    np.testing.assert_allclose(block.matrix[[0, 1, 6, 9, 10], 1], [0, 0, 123 / 64, 6, 7.5])


def test_spline_with_coinciding_knots_is_refused_by_name():
    """A division by zero that reaches a table."""
    with pytest.raises(NotEstimableError, match=r"fractions.*coincide"):
        restricted_cubic_spline("fractions", np.repeat([1.0, 3.0, 5.0], [80, 10, 10]), 3)


def test_spline_of_a_number_below_1_by_hand():
    """A share taken for a constant because its knots, 0.1, 0.5 and 0.9, are less than 1 apart."""
    block = restricted_cubic_spline("share", np.linspace(0, 1, 11), 3)
    np.testing.assert_allclose(block.matrix[[0, 6, 10], 1], [0, 12.3 / 64, 0.75], atol=1e-15)


def test_spline_with_seven_knots_is_refused():
    """A number of knots without an agreed placement, placed somehow."""
    with pytest.raises(DefinitionError, match="3, 4 or 5"):
        restricted_cubic_spline("age", X, 7)


def test_logarithm_of_zero_names_column_and_count():
    """−∞ in a model, or rows dropped without a word."""
    with pytest.raises(SampleError, match=r"volume.*2 of 4 values are not positive.*-1"):
        logarithm("volume", np.array([1.0, 0.0, -1.0, 2.0]))


def test_first_level_is_the_reference():
    """Coefficients against another level than the dictionary's first."""
    block = categories("stage", np.array([0, 1, 2, 1]), ["I", "II", "III"])
    assert block.names == ("stage=II", "stage=III")
    np.testing.assert_array_equal(block.matrix, [[0, 0], [1, 0], [0, 1], [1, 0]])


def test_level_without_rows_gives_no_column_but_a_finding():
    """A zero column in the model (R42), or a reference level that nobody has (C32)."""
    codes = np.array([1, 3] * 10)
    block = categories("stage", codes, ["0", "I", "II", "III"])
    assert block.names == ("stage=III",)
    assert codes_of(block.findings) == ["N_EMPTY_LEVEL"]
    assert "0, II" in block.findings[0].message


@pytest.mark.parametrize("code", [-1, 2])
def test_row_without_a_level_is_refused(code):
    """A missing category that counts as the reference."""
    with pytest.raises(SampleError, match=r"stage.*1 rows belong to none"):
        categories("stage", np.array([0, code, 1]), ["I", "II"])


@pytest.mark.parametrize("rare", [[1] + [0] * 30, [1] * 4 + [0] * 30])
def test_rare_level_is_a_finding_without_its_count(rare):
    """A coefficient that rests on one patient (R41), or a small cell printed."""
    for block in (
        categories("stage", np.array(rare), ["I", "II"]),
        linear("stage", np.array(rare, float)),
    ):
        assert codes_of(block.findings) == ["W_RARE_LEVEL"]
        assert "fewer than 5" in block.findings[0].message


def test_level_of_five_rows_is_not_rare():
    """A finding where the report would print the count."""
    assert categories("stage", np.array([1] * 5 + [0] * 30), ["I", "II"]).findings == ()


def test_cut_puts_the_cut_point_in_the_upper_class():
    """ECOG 2 counted with 0 and 1."""
    block = cut("ecog", np.array([0, 1, 2, 3, 2, 1.0]), [2])
    assert block.names == ("ecog=2+",)
    np.testing.assert_array_equal(block.matrix[:, 0], [0, 0, 1, 1, 1, 0])


def test_cuts_make_classes():
    """Classes that overlap or leave a gap."""
    block = cut("age", np.array([40, 50, 64, 65, 80.0]), [65, 50])
    assert block.names == ("age=50 to under 65", "age=65+")
    np.testing.assert_array_equal(block.matrix, [[0, 0], [1, 0], [1, 0], [0, 1], [0, 1]])


def test_interaction_is_every_product():
    """A column missing from, or misnamed in, an interaction."""
    a = categories("a", np.array([0, 1, 2]), ["0", "1", "2"])
    b = linear("b", np.array([5.0, 6.0, 7.0]))
    block = interaction(a, b)
    assert block.names == ("a=1:b", "a=2:b")
    np.testing.assert_array_equal(block.matrix, [[0, 0], [6, 0], [0, 7]])


def test_constant_column_is_dropped_by_name_and_changes_nothing():
    """A stop, or a changed result, because of a column without information (C33, R40)."""
    arm = np.array([0, 1, 0, 1, 0, 0, 1, 1, 0, 1])
    plain = assemble([linear("x", X)])
    with_constant = assemble([linear("site", np.ones(10)), linear("x", X)])
    assert codes_of(with_constant.findings) == ["W_CONSTANT"]
    assert "site" in with_constant.findings[0].message
    assert with_constant.names == plain.names
    np.testing.assert_array_equal(
        fit_propensity(with_constant, arm).score, fit_propensity(plain, arm).score
    )


def test_category_with_one_level_is_constant():
    """A column that disappears without a word (R40)."""
    block = categories("sex", np.zeros(20, dtype=int), ["f", "m"])
    assert block.matrix.shape == (20, 0)
    assert codes_of(block.findings) == ["W_CONSTANT", "N_EMPTY_LEVEL"]
    assert assemble([block]).names == ("intercept",)


def test_missing_values_are_named_for_all_columns_at_once():
    """NaN in a model, or one message per run."""
    bad = X.copy()
    bad[[2, 5]] = [np.nan, np.inf]
    with pytest.raises(SampleError) as caught:
        assemble([linear("x", bad), linear("y", bad[::-1])])
    assert [problem.column for problem in caught.value.problems] == ["x", "y"]
    assert "2 of 10" in str(caught.value)


def test_model_without_terms_is_refused():
    """A crash in place of a sentence."""
    with pytest.raises(DefinitionError, match="at least one term"):
        assemble([])
