"""What an endpoint is, in words, from the plan and the dictionary that ran."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from spine_outcomes.analysis.results import Results
from spine_outcomes.report.exhibits import tables
from spine_outcomes.study.dictionary import Column, DataDictionary
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.tables.definitions import definitions, rules_of
from tests.report.synthetic import PLAN, synthetic_results
from tests.report.synthetic_cohort import DICTIONARY
from tests.tables.reading import line, texts

PATTERN = {
    "name": "pattern", "label": "Pattern", "level": "lesion", "type": "category",
    "codes": {"1": "Inside", "2": "Margin", "3": "Outside"}, "phase": "post_baseline",
    "derivation": {
        "name": "failure_pattern_by_distance_mm", "from_edge": "distance", "marginal_at_most": 7,
    },
}  # fmt: skip
RULE = (
    "In-field: centre of the failure inside the planning target; marginal: within 7 mm of its "
    "edge; further away is outside."
)


def results_with(**keys: Any) -> Results:
    """The made-up run with its first endpoint defined otherwise."""
    endpoint = {**PLAN["endpoints"]["relapse"], **keys}  # type: ignore[index]
    plan = {**PLAN, "endpoints": {**PLAN["endpoints"], "relapse": endpoint}}  # type: ignore[dict-item]
    columns = {**DICTIONARY, "columns": [*DICTIONARY["columns"], PATTERN]}  # type: ignore[dict-item]
    return replace(
        synthetic_results(),
        plan=AnalysisPlan.model_validate(plan),
        dictionary=DataDictionary.model_validate(columns),
    )


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({}, "Date of relapse"),
        (
            {"flag": "pattern", "equals": ["2", "3"]},
            "Pattern: Margin, Outside, dated by: Date of relapse",
        ),
        (
            {"flag": "prior", "equals": 1, "after": "90 days", "plus": "3 months"},
            "Treated before: yes, dated by: Date of relapse + 3 months, later than 90 days from "
            "time zero",
        ),
        (
            {"where": [{"column": "age", "at_least": 18}], "until": "14 days"},
            "Date of relapse [Age at start, years: at least 18], up to 14 days from time zero",
        ),
        (
            {"unless": [{"column": "grade", "in": ["1", "2"]}]},
            "Date of relapse [not Grade: Low, Middle]",
        ),
        (
            {"where": [{"column": "volume", "before": {"column": "age", "plus": 5}}]},
            "Date of relapse [Volume, cc: less than Age at start, years +5]",
        ),
    ],
)
def test_what_counts_is_said_in_the_words_of_the_dictionary(
    source: dict[str, Any], words: str
) -> None:
    """A definition that leaves out a condition describes another endpoint."""
    results = results_with(event=[{"date": "relapse_date", **source}])
    assert texts(line(definitions(results, "relapse"), "Event")) == [words]


def test_every_switch_of_a_definition_has_its_line() -> None:
    """Two reports whose endpoints differ by one key must not read alike."""
    results = results_with(
        event=[{"date": "relapse_date", "confirmed": "sure_date"}, {"date": "second_date"}],
        dating="confirmation",
        salvage={"procedure": [{"date": "surgery_date"}], "counts_as": "censoring"},
        death_gap={"date": "death_date", "at_most": "183 days"},
        population={
            "name": "the treated",
            "eligibility": [
                {"id": "A", "label": "Treated", "rule": {"column": "prior", "equals": 1}}
            ],
        },
        entry="entry_date",
        time_zero="error",
    )
    found = {row.stub: row.cells[0].text for row in definitions(results, "relapse").rows}
    assert found == {
        "At risk": "The treated (Treated)",
        "Event": "Date of relapse; or Second date (the earliest counts)",
        "Date of the event": "The day it was confirmed; the first image where no confirmation is "
        "on record",
        "Competing: death": "Death date",
        "Procedure": "Surgery date. Without an earlier event of record it ends observation.",
        "Death counts": "At most 183 days after the last image; later the row ends there",
        "Follow-up ends": "Last date",
        "Event on day 0": "Is an error",
        "Delayed entry": "Entry date",
    }


def test_an_endpoint_in_columns_is_defined_by_its_codes() -> None:
    """Which code is the event is the definition there."""
    results = results_with(
        event=(), competing={}, censor=None,
        time={"column": "volume", "unit": "days"},
        status={"column": "grade", "censored": "1", "event": "2", "competing": {"death": "3"}},
    )  # fmt: skip
    rows = {row.stub: row.cells[0].text for row in definitions(results, "relapse").rows}
    assert rows == {
        "Time": "Volume, cc", "Event": "Grade: Middle", "Competing: death": "Grade: High",
        "Censored": "Grade: Low",
    }  # fmt: skip


def test_trap_28_the_rule_of_a_pattern_stands_under_every_table_of_its_endpoint() -> None:
    """The share of marginal failures follows the rule: without it two papers cannot be compared."""
    results = results_with(event=[{"flag": "pattern", "equals": "2", "date": "relapse_date"}])
    assert rules_of(results, "relapse") == (RULE,)
    assert rules_of(results, "overall_survival") == ()
    under = {table.id: " ".join(table.notes) for table in tables(results)}
    assert RULE in under["risks-relapse"]
    assert RULE in under["effects-relapse"]
    assert f"Relapse: {RULE}" in under["key-results"]
    assert RULE not in under["risks-overall_survival"]
    rule = line(next(t for t in tables(results) if t.id == "definition-relapse"), "Rule")
    assert texts(rule) == [RULE]


def test_of_several_rules_each_says_what_it_holds_for() -> None:
    """Three rules side by side, each true of another column, read as three that contradict."""
    further = {**PATTERN, "name": "further", "label": "Further pattern"}
    further["derivation"] = {**PATTERN["derivation"], "marginal_at_most": 9}  # type: ignore[dict-item]
    flags = [{"flag": c, "equals": "2", "date": "relapse_date"} for c in ("pattern", "further")]
    results = results_with(event=flags)
    columns = [*results.dictionary.columns, Column.model_validate(further)]
    results = replace(
        results, dictionary=results.dictionary.model_copy(update={"columns": columns})
    )
    first, second = rules_of(results, "relapse")
    assert first == f"Pattern: {RULE}"
    assert second == f"Further pattern: {RULE.replace('7 mm', '9 mm')}"
