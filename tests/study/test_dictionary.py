"""What a dictionary's keys become."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from spine_outcomes.errors import DictionaryError
from spine_outcomes.study.dictionary import Column
from spine_outcomes.study.load import load_dictionary

Change = Callable[..., Path]


def column(**keys: object) -> Column:
    """A column with the keys it must have, and these."""
    needed = {"name": "x", "label": "X", "level": "lesion", "type": "integer", "phase": "baseline"}
    return Column.model_validate({**needed, **keys})


@pytest.mark.parametrize(
    ("phase", "permission"),
    [
        ("baseline", "allowed"),
        ("identifier", "forbidden"),
        ("exposure", "forbidden"),
        ("treatment", "forbidden"),
        ("post_baseline", "forbidden"),
    ],
)
def test_only_baseline_may_explain_the_arm_by_default(phase: str, permission: str) -> None:
    """Another default would let an outcome into the propensity for want of a key."""
    assert column(phase=phase).propensity == permission


def test_codes_are_text_in_the_written_order(study: Path) -> None:
    """An order lost makes "2" come before "1a" in tables and cuts."""
    stage = load_dictionary(study / "data_dictionary.yaml")["stage"]
    assert list(stage.codes or {}) == ["0", "1a", "2"]
    assert stage.has_code(0)
    assert stage.has_code("1a")
    assert not stage.has_code("1")


def test_listed_codes_are_their_own_labels() -> None:
    """Long lists of names need not be written twice."""
    assert column(type="category", codes=["C1", "C2"]).codes == {"C1": "C1", "C2": "C2"}


def test_booleans_have_the_codes_0_and_1() -> None:
    """A plan that asks for 2 of a yes-or-no column must be refused."""
    boolean = column(type="boolean")
    assert boolean.has_code(1)
    assert boolean.has_code("0")
    assert not boolean.has_code(2)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"type": "integer"}, True),
        ({"type": "category", "ordered": True, "codes": ["0", "1", "3"]}, True),
        ({"type": "category", "ordered": True, "codes": ["0", "1a"]}, False),
        ({"type": "category", "codes": ["0", "1"]}, False),
        (
            {
                "type": "category",
                "ordered": True,
                "codes": ["-8", "0", "1"],
                "not_applicable": ["-8"],
            },
            False,
        ),
    ],
)
def test_only_ordered_numbers_can_be_cut(keys: dict[str, object], expected: bool) -> None:
    """A cut through unordered or lettered codes means nothing."""
    assert column(**keys).has_ordered_numbers is expected


def test_dates_have_ranges_of_dates(dictionary_with: Change) -> None:
    """Without them a date of 1900, an old code for unknown, passes."""
    path = dictionary_with(
        "type: date, phase: post_baseline",
        "type: date, hard: [2010-01-01, null], phase: post_baseline",
    )
    assert load_dictionary(path)["event_date"].hard == (datetime.date(2010, 1, 1), None)


def test_a_derivation_keeps_its_parameters() -> None:
    """A parameter lost is a derivation with another formula."""
    derivation = column(derivation={"name": "eqd2", "dose": "d", "alpha_beta": 10}).derivation
    assert derivation is not None
    assert derivation.parameters == {"dose": "d", "alpha_beta": 10}
    assert derivation.tolerance == 0


@pytest.mark.parametrize("name", ["a b", "1a", "", "<x>", "a\nb"])
def test_names_of_columns_are_plain(name: str) -> None:
    """A name with a space or a tag ends in file names, formulas of models and HTML."""
    with pytest.raises(ValidationError):
        column(name=name)


def test_a_dictionary_cannot_be_changed(study: Path) -> None:
    """What was validated is what runs."""
    dictionary = load_dictionary(study / "data_dictionary.yaml")
    with pytest.raises(ValidationError):
        dictionary["age"].label = "Other"  # type: ignore[misc]
    assert "age" in dictionary
    assert "agee" not in dictionary


@pytest.mark.parametrize(
    ("codes", "said"), [("[a, b, a]", "'a' stands twice"), ("[{x: 1}, a]", "codes")]
)
def test_f49_listed_codes_are_texts_that_stand_once(
    dictionary_with: Callable[..., Path], codes: str, said: str
) -> None:
    """Read as one code, the second would hide a slip; a mapping in a list is no code."""
    path = dictionary_with("codes: {a: Old, b: New}", f"codes: {codes}")
    with pytest.raises(DictionaryError, match=said):
        load_dictionary(path)
