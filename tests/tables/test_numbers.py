"""The formatter: what a reader sees of a number."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes.tables import numbers
from spine_outcomes.tables.theme import Theme, themes


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


@pytest.mark.parametrize("theme", themes().values(), ids=list(themes()))
def test_c52_every_theme_tells_both_sides_of_five_percent_apart(theme: Theme) -> None:
    """Case C52: 0.0504 and 0.0496 printed alike would read as the same verdict."""
    above, below = (numbers.p_value(p, theme).lstrip("0") for p in (0.0504, 0.0496))
    assert (above, below) == (f"{theme.decimal_mark}0504", f"{theme.decimal_mark}0496")
    tiny = numbers.p_value(2.3e-12, theme)
    assert tiny.startswith("<")
    assert "=" not in "".join(numbers.p_statement(2.3e-12, theme))
    assert not re.fullmatch(r"[0.·]*", tiny[1:])


@pytest.mark.parametrize(
    ("theme", "small", "middle", "large", "one"),
    [
        ("default", "p < 0.001", "p = 0.003", "p = 0.230", "p > 0.999"),
        ("jama", "P < .001", "P = .003", "P = .23", "P > .99"),
        ("lancet", "p=0·0002", "p=0·0031", "p=0·23", "p>0·99"),
        ("nejm", "P<0.001", "P=0.003", "P=0.23", "P>0.99"),
        ("red_journal", "P < .001", "P = .003", "P = .23", "P > .99"),
    ],
)
def test_a_p_value_in_a_sentence_follows_the_journal(
    theme: str, small: str, middle: str, large: str, one: str
) -> None:
    """ "p = < 0.001" has two signs; journals send back what is not in their style."""
    chosen = themes()[theme]
    said = ["".join(numbers.p_statement(p, chosen)) for p in (0.00024, 0.0031, 0.2304, 0.9999)]
    assert said == [small, middle, large, one]


def test_an_interval_has_the_sign_of_the_journal_between_its_limits() -> None:
    """A dash before a negative limit reads as a minus."""
    lancet, nejm = themes()["lancet"], themes()["nejm"]
    assert numbers.interval("0.60", "0.94", nejm) == "0.60 to 0.94"
    assert numbers.interval("0.60", "0.94", lancet) == "0·60–0·94"
    assert numbers.interval("−0.31", "0.94", lancet) == "−0·31 to 0·94"
    assert numbers.interval("9.19", numbers.INFINITY, lancet) == "9·19 to infinity"


def test_running_text_changes_its_numbers_and_nothing_else() -> None:
    """Versions, dates and names that hold a point are no numbers."""
    lancet, jama = themes()["lancet"], themes()["jama"]
    text = "Version 0.30.3 of file a1.csv, 2024-12-31: 12,345 rows, 23.4% (p = 0.020). No p value."
    assert numbers.in_theme(text, lancet) == (
        "Version 0.30.3 of file a1.csv, 2024-12-31: 12\u202f345 rows, 23·4% (p=0·020). No p value."
    )
    assert numbers.in_theme(text, jama) == (
        "Version 0.30.3 of file a1.csv, 2024-12-31: 12\u202f345 rows, 23.4% (P = .020). No P value."
    )
    once = numbers.in_theme(text, lancet)
    assert numbers.in_theme(once, lancet) == once


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
