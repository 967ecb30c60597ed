"""The flow as a table."""

from __future__ import annotations

import json

from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.tables.flow import flow
from tests.report.synthetic import synthetic_results
from tests.report.synthetic_cohort import DICTIONARY
from tests.tables.reading import line, texts


def test_each_step_counts_what_it_left_and_what_remains() -> None:
    """A step that is not counted is a loss that nobody can explain."""
    table = flow(synthetic_results())
    assert texts(line(table, "First course at this place"))[:4] == ["731", "520", "26", "20"]
    assert texts(line(table, "Complete covariates"))[-2:] == ["388", "317"]


def test_where_a_row_is_a_patient_patients_are_counted_once() -> None:
    """Two columns called Patients with the same numbers make the reader look for the difference."""
    dictionary = json.loads(json.dumps(DICTIONARY))
    dictionary["table"] = {"row": "patient", "patient": "patient_id"}
    table = flow(synthetic_results(dictionary=DataDictionary.model_validate(dictionary)))
    heads = [column.head for column in table.columns]
    assert heads == ["Patients", "Patients", "Narrow field", "Wide field with margin"]
    assert len(texts(line(table, "Rows read"))) == 4
