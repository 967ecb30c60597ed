"""Names of columns: missing, doubled, misspelt, unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.study.dictionary import DataDictionary

Read = Callable[..., Cohort]
Problems = Callable[..., Any]


def test_f13_a_doubled_name(problems: Problems) -> None:
    """Of two columns of one name, nobody knows which is meant."""
    (found,) = problems("id,part,arm,age,age\nP1,1,a,50,60\n")
    assert found.code == "E_DUPLICATE_COLUMN"
    assert "columns 4 and 5" in found.message


@pytest.mark.parametrize("name", ["Age", "age ", " AGE", "ａge"])
def test_f14_a_name_that_only_looks_different(problems: Problems, name: str) -> None:
    """Guessing a column is guessing data: the rename is the reader's."""
    (found,) = problems(f"id,part,arm,{name}\nP1,1,a,50\n")
    assert found.code == "E_COLUMN_NAME"
    assert "'age'" in found.message


def test_f15_all_missing_columns_with_the_nearest_name(problems: Problems) -> None:
    """One missing column at a time makes a day of it."""
    found = problems("ident,prt,arms\nP1,1,a\n")
    assert [(p.code, p.column) for p in found] == [
        ("E_MISSING_COLUMN", "id"),
        ("E_MISSING_COLUMN", "part"),
        ("E_MISSING_COLUMN", "arm"),
    ]
    assert "'arms'" in found[2].fix


def test_missing_columns_come_together_with_bad_values(problems: Problems) -> None:
    """A fault of a name must not hide the faults of the values."""
    found = problems("id,part,age\nP1,1,x\n")
    assert [p.code for p in found] == ["E_MISSING_COLUMN", "E_NUMBER"]


def test_f16_an_unknown_column_is_left_out_and_listed(read: Read) -> None:
    """What nobody described cannot be understood, and must not be lost in silence."""
    cohort = read("id,part,arm,zodiac\nP1,1,a,lion\n")
    assert "zodiac" not in cohort.frame
    (found,) = cohort.findings
    assert found.code == "W_EXTRA_COLUMN"
    assert "zodiac" in found.message


def test_f16_an_unknown_column_is_a_fault_where_the_dictionary_says_so(
    problems: Problems, dictionary: Callable[..., DataDictionary]
) -> None:
    """A study may forbid columns that it did not agree on."""
    (found,) = problems("id,part,arm,agee\nP1,1,a,5\n", dictionary(unknown_columns="error"))
    assert (found.code, found.fix) == ("E_UNKNOWN_COLUMN", "Did you mean 'age'?")


def test_a_column_without_a_name(problems: Problems) -> None:
    """Row names of a statistics program shift nothing, but must be named or left out."""
    (found,) = problems(",id,part,arm\n1,P1,1,a\n")
    assert found.code == "E_COLUMN_NAME"
    assert "column 1" in found.message


def test_too_many_columns(problems: Problems) -> None:
    """A transposed table is not a cohort."""
    names = ",".join(f"c{i}" for i in range(6000))
    found = problems(f"id,part,arm,{names}\nP1,1,a,{',' * 5999}\n")
    assert [p.code for p in found] == ["E_TOO_LARGE"]


def test_f14_a_declared_alias_is_the_column(
    read: Read, problems: Problems, dictionary: Callable[..., DataDictionary]
) -> None:
    """A file in another language is read without a copy with other headers; never both at once."""
    plain = dictionary()
    other = {"age": ("年龄",)}
    columns = [c.model_copy(update={"aliases": other.get(c.name, ())}) for c in plain.columns]
    aliased = DataDictionary(table=plain.table, columns=tuple(columns))
    assert read("id,part,arm,年龄\nP1,1,a,50\n", aliased).frame["age"].tolist() == [50]
    (found,) = problems("id,part,arm,年龄,age\nP1,1,a,50,60\n", aliased)
    assert (found.code, found.column) == ("E_DUPLICATE_COLUMN", "age")
