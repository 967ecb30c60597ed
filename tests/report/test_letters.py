"""A name with letters that no shipped font has is known before a figure shows a box for it."""

from __future__ import annotations

import pytest

from spine_outcomes.report.letters import letter_findings
from spine_outcomes.study.load import load_dictionary, load_plan
from spine_outcomes.study.packaged import find_plan, packaged_file
from spine_outcomes.study.plan import AnalysisPlan
from tests.report.synthetic import PLAN, synthetic_plan, synthetic_results

DICTIONARY = synthetic_results().dictionary
FLASK = "\U0001f9ea"
RARE = "\U00020bb7"  # a letter of a family name, beyond the 20 000 of the Chinese font


def relabelled(label: str) -> AnalysisPlan:
    """The invented plan, one endpoint called otherwise."""
    endpoints = PLAN["endpoints"]
    return synthetic_plan(
        endpoints={**endpoints, "relapse": {**endpoints["relapse"], "label": label}}
    )


def test_the_letter_and_the_key_are_named() -> None:
    """A box, and nobody told which word to change."""
    (finding,) = letter_findings(relabelled(f"Relapse {FLASK}"), DICTIONARY)
    assert (finding.code, finding.severity) == ("W_GLYPH", "caution")
    assert "endpoints.relapse.label" in finding.message
    assert f"{FLASK} (U+1F9EA)" in finding.message


def test_a_word_of_the_study_in_another_language_counts() -> None:
    """The Chinese page alone with boxes."""
    plan = synthetic_plan(report={"language": "zh", "words": {"Narrow field": f"窄{RARE}"}})
    (finding,) = letter_findings(plan, DICTIONARY)
    assert "report.words.Narrow field" in finding.message
    assert "U+20BB7" in finding.message


def test_a_code_of_the_dictionary_goes_by_the_name_of_its_column() -> None:
    """The 14th of 120 columns."""
    columns = [column.model_dump() for column in DICTIONARY.columns]
    place = next(i for i, column in enumerate(columns) if column["name"] == "sex")
    columns[place]["codes"] = {"0": "Women", "1": f"Men {FLASK}"}
    changed = type(DICTIONARY).model_validate({"table": DICTIONARY.table, "columns": columns})
    (finding,) = letter_findings(synthetic_plan(), changed)
    assert "columns.sex.codes.1" in finding.message


def test_many_places_are_counted() -> None:
    """A finding longer than the table that it stands in."""
    endpoints = {
        key: {**each, "label": f"{each['label']} {FLASK}"}
        for key, each in PLAN["endpoints"].items()
    }
    (finding,) = letter_findings(synthetic_plan(endpoints=endpoints), DICTIONARY)
    assert " and 1 more: " in finding.message


@pytest.mark.parametrize("label", ["Rückfall ≥ 5 − 相邻椎体", "复发", "Récidive → 2²"])
def test_other_scripts_that_the_fonts_have_are_no_finding(label: str) -> None:
    """A warning that everybody learns to skip."""
    assert letter_findings(relabelled(label), DICTIONARY) == ()


@pytest.mark.parametrize("name", ["primary", "chinese", "toxicity", "sensitivity", "endpoints"])
def test_the_plans_that_come_with_the_program_have_no_such_letter(name: str) -> None:
    """A finding in every report."""
    plan = load_plan(find_plan(name))
    dictionary = load_dictionary(packaged_file("data_dictionary.yaml"))
    assert letter_findings(plan, dictionary) == ()
