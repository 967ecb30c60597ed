"""The grammar of rules between columns."""

from __future__ import annotations

import datetime

import pytest
from pydantic import ValidationError

from spine_outcomes.study.rules import Operand, Rule


def rule(**keys: object) -> Rule:
    """A rule as a file writes it."""
    return Rule.model_validate(keys)


def test_a_bare_name_is_a_column() -> None:
    """Read as a constant, the rule would compare a date with a word."""
    found = rule(column="end", at_least="start")
    assert found.columns == ("end",)
    assert found.kind == "at_least"
    assert found.operand == Operand(column="start", plus=0, times=1)


def test_a_column_can_be_moved_and_multiplied() -> None:
    """60 days after the start, 95 % of a volume."""
    assert rule(column="end", at_most={"column": "start", "plus": 60}).operand.plus == 60
    assert rule(column="v", at_least={"column": "u", "times": 0.95}).operand.times == 0.95


def test_constants_are_numbers_or_dates() -> None:
    """A date read as text would be taken for a column."""
    assert rule(column="x", at_most=5).operand == 5
    day = datetime.date(2010, 1, 1)
    assert rule(column="x", after=day).operand == day


def test_several_columns_share_a_rule() -> None:
    """Twenty dates after one start are one rule, not twenty."""
    found = rule(column=["a", "b"], at_least="start", when={"column": "c", "equals": 1})
    assert found.columns == ("a", "b")
    assert found.named == ("a", "b", "c", "start")


def test_presence_is_a_test_of_its_own() -> None:
    """False is a demand too: there must be no value."""
    assert rule(column="x", present=False).kind == "present"
    found = rule(column="x", present_iff={"column": "y", "equals": 1})
    assert found.kind == "present_iff"
    assert found.operand.column == "y"


@pytest.mark.parametrize(
    "keys",
    [
        {"column": "x"},
        {"column": "x", "equals": 1, "at_least": 2},
        {"column": "x", "equals": 1, "present_iff": {"column": "y", "equals": 1}},
        {"column": "x", "matches": ".*"},
        {"column": "x", "present_iff": {"column": "y"}},
        {"at_least": 1},
    ],
)
def test_a_rule_is_exactly_one_known_test(keys: dict[str, object]) -> None:
    """Two tests in one rule leave open whether both or either must hold."""
    with pytest.raises(ValidationError):
        rule(**keys)


def test_a_rule_knows_what_each_of_its_columns_needs() -> None:
    """A list of dates must be checked also where the file lacks one of them."""
    found = rule(column=["a", "b"], at_most="a", when={"column": "c", "at_least": "d"})
    assert found.others == ("c", "a", "d")
