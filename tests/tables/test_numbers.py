"""The formatter: what a reader sees of a number."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes.tables import numbers


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (2.3e-12, "<0.001"),
        (0.000999, "<0.001"),
        (0.001, "0.001"),
        (0.0123, "0.012"),
        (0.0494, "0.049"),
        (0.0496, "0.0496"),
        (0.05, "0.050"),
        (0.0504, "0.0504"),
        (0.049996, "0.049996"),
        (0.0506, "0.051"),
        (0.2, "0.200"),
        (0.9996, ">0.999"),
        (1.0, ">0.999"),
    ],
)
def test_p_values_keep_the_side_of_five_percent(p: float, text: str) -> None:
    """Two values on both sides of 0.05 that read alike would give one verdict for two."""
    assert numbers.p_value(p) == text


@given(st.floats(0, 1))
def test_a_p_value_is_never_printed_as_zero_or_on_the_wrong_side(p: float) -> None:
    """ "0.000" is no probability; "0.050" for 0.0499 would hide a verdict."""
    text = numbers.p_value(p)
    assert float(text.lstrip("<>")) > 0
    if text[0] not in "<>" and abs(p - 0.05) > 1e-7:
        assert (float(text) > 0.05) == (p > 0.05)


@pytest.mark.parametrize(("p", "text"), [(2.3e-12, "p < 0.001"), (0.023, "p = 0.023")])
def test_a_p_value_in_a_sentence_has_one_sign(p: float, text: str) -> None:
    """ "p = < 0.001" has two."""
    assert numbers.p_statement(p) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (-0.31, 2, "−0.31"),
        (-0.0004, 2, "0.00"),
        (0.005, 1, "0.0"),
        (12.345, 1, "12.3"),
        (math.inf, 2, "infinity"),
        (-math.inf, 2, "−infinity"),
    ],
)
def test_decimals_have_a_true_minus_and_no_negative_zero(
    value: float, digits: int, text: str
) -> None:
    """ "-0.0" reads as a direction that is not there."""
    assert numbers.decimal(value, digits) == text


def test_counts_are_whole_or_refused() -> None:
    """A weighted sum printed as a count would look like people."""
    assert numbers.count(388.0) == "388"
    assert numbers.count(12345) == "12,345"
    assert numbers.count("<5") == "<5"
    with pytest.raises(ValueError, match="not a count"):
        numbers.count(6.5)


def test_a_ratio_near_zero_is_not_printed_as_zero() -> None:
    """A hazard ratio of 0.00 claims that nothing can happen."""
    assert numbers.ratio(0.004) == "<0.01"
    assert numbers.ratio(0.825) == "0.82"
    assert numbers.ratio(0.0) == "0.00"


def test_percent_has_one_decimal_and_no_sign() -> None:
    """The sign stands in the head of the column, once."""
    assert numbers.percent(0.04567) == "4.6"


@pytest.mark.parametrize(
    ("value", "text", "side"),
    [
        (20.0, "20", "benefit"),
        (1 / 0.1088, "9.19", "benefit"),
        (-1 / 0.0088, "113.6", "harm"),
        (math.inf, "infinity", "benefit"),
    ],
)
def test_a_number_needed_has_its_side_in_words(value: float, text: str, side: str) -> None:
    """Published example: risk difference −0.05 with limits −0.1088 and 0.0088."""
    assert numbers.number_needed(value) == text
    assert numbers.side(value) == side
