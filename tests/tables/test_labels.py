"""Names for people."""

from __future__ import annotations

import json

import pytest

from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.tables.balance import balance
from spine_outcomes.tables.baseline import baseline
from spine_outcomes.tables.effects import effects, risks
from spine_outcomes.tables.imaging import imaging
from spine_outcomes.tables.key_results import key_results
from spine_outcomes.tables.labels import labels
from tests.report.synthetic import synthetic_results
from tests.report.synthetic_cohort import DICTIONARY


def test_no_raw_code_of_an_arm_or_column_is_shown() -> None:
    """ "wide" or "0" is for programs; a reader needs the label."""
    results = synthetic_results()
    shown = [key_results(results), baseline(results), balance(results, "lesion"), imaging(results)]
    shown += [risks(results, "relapse"), effects(results, "relapse")]
    for table in shown:
        words = {row.stub for row in table.rows} | {c.head for c in table.columns}
        words |= {column.spanner for column in table.columns}
        assert not words & {"narrow", "wide", "relapse", "0", "1", "age", "ATE"}, table.id


def test_an_arm_whose_code_is_only_yes_is_called_by_its_column() -> None:
    """ "Yes − No" says nothing of what was given."""
    dictionary = json.loads(json.dumps(DICTIONARY))
    dictionary["columns"][1]["codes"] = {"narrow": "No", "wide": "Yes"}
    name = labels(synthetic_results(dictionary=DataDictionary.model_validate(dictionary)))
    assert name.difference == "Field: yes − Field: no"


def test_levels_that_the_plan_merged_are_each_named() -> None:
    """ "2/3" is a code."""
    name = labels(synthetic_results())
    assert name.value("grade", "2/3") == "Middle, High"
    assert name.covariate("sex", "1") == "Sex: Men"
    assert name.covariate("prior", "True") == "Treated before"


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1 month"), (24.0, "24 months"), (0.5, "0.5 months")]
)
def test_times_carry_their_unit(value: float, text: str) -> None:
    """A bare 24 may be months or weeks."""
    assert labels(synthetic_results()).time(value) == text


def test_a_message_names_columns_and_arms_as_people_do() -> None:
    """ "gtv_cc" and "arm focal" are codes of a file; the name stays, to search the file by."""
    name = labels(synthetic_results())
    said = name.message("Outside: relapse_date (<5); imaging_end, in arm narrow.")
    assert said == "Outside: Date of relapse (relapse_date) (<5); imaging_end, in arm Narrow field."
    assert name.message("age is missing") == "age is missing"
