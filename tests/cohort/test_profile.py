"""Missing values and distributions, counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from spine_outcomes.cohort.inspection import Inspection
from spine_outcomes.cohort.profile import Distribution, distributions, missing_by_arm
from spine_outcomes.cohort.read import inspect_cohort
from spine_outcomes.study.dictionary import DataDictionary

Inspect = Callable[[str], Inspection]


@pytest.fixture
def inspect(write: Callable[..., Path], dictionary: Callable[..., DataDictionary]) -> Inspect:
    """What reading a text finds."""
    return lambda text: inspect_cohort(write(text), dictionary())


def shapes(found: Inspection) -> dict[str, Distribution]:
    """Distributions by column."""
    return {shape.column.name: shape for shape in distributions(found)}


def test_missing_values_are_counted_by_arm(inspect: Inspect) -> None:
    """Values missing more often in one arm are what makes a comparison unfair."""
    found = missing_by_arm(inspect("id,part,arm,dose\nP1,1,b,\nP2,1,a,24\nP3,1,a,-8\nP4,1,,24\n"))
    dose = found[found["column"] == "dose"]
    assert dose[["arm", "n", "n_missing", "n_not_applicable"]].values.tolist() == [
        ["a", 2, 1, 1],
        ["b", 1, 1, 0],
    ]


def test_a_level_that_is_not_applicable_is_not_missing(
    write: Callable[..., Path], dictionary: Callable[..., DataDictionary]
) -> None:
    """Counted as missing, it would be called a gap; left out, nobody would see it."""
    plain = dictionary()
    asked = {"codes": {"-8": "No grade", "0": "0"}, "not_applicable": ("-8",)}
    columns = tuple(c.model_copy(update=asked) if c.name == "grade" else c for c in plain.columns)
    text = "id,part,arm,grade\nP1,1,a,-8\nP2,1,a,\nP3,1,a,0\n"
    described = plain.model_copy(update={"columns": columns})
    found = missing_by_arm(inspect_cohort(write(text), described))
    counts = found.loc[found["column"] == "grade", ["n", "n_missing", "n_not_applicable"]]
    assert counts.values.tolist()[0] == [3, 1, 1]


def test_a_table_without_arms_counts_everybody(inspect: Inspect) -> None:
    """A long table has no arm of its own."""
    found = missing_by_arm(inspect("id,part,dose\nP1,1,\nP2,1,24\n"))
    assert found.loc[found["column"] == "dose", ["arm", "n", "n_missing"]].values.tolist() == [
        ["all rows", 2, 1]
    ]


def test_a_table_that_cannot_be_read_has_neither(inspect: Inspect) -> None:
    """The page of a broken file must still come."""
    found = inspect("id,part,arm\nP1\n")
    assert missing_by_arm(found).empty
    assert not shapes(found)


def test_codes_and_few_numbers_have_a_bar_each(inspect: Inspect) -> None:
    """A code nobody has is a bar of height 0, in the order of the dictionary."""
    text = "id,part,arm,age,smoker,grade\nP1,1,a,50,1,1a\nP2,1,a,51,0,1a\nP3,1,b,50,,2\n"
    found = shapes(inspect(text))
    assert (found["grade"].labels, found["grade"].counts) == (("0", "1a", "2"), (0, 2, 1))
    assert (found["smoker"].labels, found["smoker"].counts) == (("0 No", "1 Yes"), (1, 1))
    assert (found["age"].labels, found["age"].counts) == (("50", "51"), (2, 1))
    assert found["arm"].labels == ("a A", "b B")
    assert found["grade"].is_scale
    assert not found["arm"].is_scale


def test_many_numbers_are_counted_between_round_ones(inspect: Inspect) -> None:
    """An end of the scale that is somebody's value tells it; every value is in one interval."""
    ages = [21, *range(30, 88), 89]
    text = "id,part,arm,age\n" + "".join(f"P{i},1,a,{age}\n" for i, age in enumerate(ages))
    age = shapes(inspect(text))["age"]
    assert sum(age.counts) == len(ages)
    assert age.labels[0].startswith("20 to ")
    assert age.labels[-1].endswith(" to 90")
    width = {float(label.split(" to ")[1]) - float(label.split(" to ")[0]) for label in age.labels}
    assert width == {10.0}


def test_of_dates_only_the_years_are_shown(inspect: Inspect) -> None:
    """The day on which somebody was treated stays in the file; a year without a date is a gap."""
    text = "id,part,arm,start\nP1,1,a,2020-05-17\nP2,1,a,2020-06-17\nP3,1,a,2022-05-17\n"
    start = shapes(inspect(text))["start"]
    assert (start.labels, start.counts) == (("2020", "2021", "2022"), (2, 0, 1))


def test_text_and_direct_identifiers_have_no_picture(inspect: Inspect) -> None:
    """A note or a name in a picture is a note or a name on the page."""
    assert set(shapes(inspect("id,part,arm,note\nP1,1,a,secret\n"))) == {"arm"}
