"""Parameters that a derivation cannot take: a fault of the dictionary, named with its column."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.errors import CohortError, DictionaryError
from spine_outcomes.study.dictionary import DataDictionary
from tests.cohort.conftest import COLUMNS

Read = Callable[..., Cohort]
HEADER = "id,part,arm,dose,n,each,grade\n"
COURSE: list[dict[str, Any]] = [
    {"name": "n", "type": "integer", "level": "lesion", "phase": "treatment"},
    {"name": "each", "type": "float", "unit": "Gy", "level": "lesion", "phase": "treatment"},
]


def described(make: Callable[..., DataDictionary], column: str, **rule: Any) -> DataDictionary:
    """The small dictionary with one of its columns derived."""
    columns = [c | {"derivation": rule} if c["name"] == column else c for c in COLUMNS]
    return make(columns=[*columns, *COURSE], checks=[])


@pytest.mark.parametrize(
    ("column", "rule", "said"),
    [
        ("dose", {"fractions": {"a": 1}, "dose_per_fraction": "each"}, "'fractions' is the name"),
        ("dose", {"fractions": 3, "dose_per_fraction": "each"}, "'fractions' is the name"),
        ("dose", {"fractions": "grade", "dose_per_fraction": "each"}, "must hold numbers or dates"),
        ("dose", {"fractions": "n"}, "'dose_per_fraction' is missing"),
        ("dose", {"fractions": "n", "dose_per_fraction": "each", "unit": 1}, "no parameter 'unit'"),
        ("dose", {"name": "bed", "dose": "each", "fractions": "n", "alpha_beta": "n"},
         "'alpha_beta' is a number"),
        ("dose", {"name": "region", "level_from": "n", "level_to": "grade"}, "codes or text"),
        ("dose", {"name": "region", "level_from": "grade", "level_to": "grade"}, "it gives codes"),
        ("grade", {"name": "radiosensitivity", "primary_site": "arm", "resistant": "b"},
         "'resistant' is a list"),
    ],
)  # fmt: skip
def test_a_parameter_of_another_kind_is_named(
    read: Read,
    dictionary: Callable[..., DataDictionary],
    column: str,
    rule: dict[str, Any],
    said: str,
) -> None:
    """Computed all the same, it would stop the program or give a number that means nothing."""
    rule = {"name": "total_dose", **rule}
    with pytest.raises(DictionaryError, match=said) as caught:
        read(HEADER + "P1,1,a,24,2,12,0\n", described(dictionary, column, **rule))
    assert caught.value.exit_code == 4
    assert {problem.column for problem in caught.value.problems} == {column}


def test_a_product_beyond_all_numbers_disagrees_and_warns_nobody(
    read: Read, dictionary: Callable[..., DataDictionary]
) -> None:
    """2 × 1e308 is no dose: a fault of the row, and not a warning of NumPy on the terminal."""
    rule = {"name": "total_dose", "fractions": "n", "dose_per_fraction": "each"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(CohortError, match="24 recorded, inf derived"):
            read(HEADER + "P1,1,a,24,2,1e308,0\n", described(dictionary, "dose", **rule))
