"""The columns that a plan reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from spine_outcomes.study.load import load_dictionary, load_plan
from spine_outcomes.study.packaged import packaged_file
from spine_outcomes.study.plan_columns import columns_read

Change = Callable[..., Path]


def test_every_column_is_listed_with_its_key(plan_with: Change) -> None:
    """A column that is read but not listed is found missing by a crash, in the middle of a run."""
    add = (
        "population: {eligibility: [{id: E, label: E, rule: {column: pain, at_least: 1}}]}\n"
        "baseline_table: [age, stage]\nimaging: {visits: score, last: last_scan}\n"
        "index: {then_largest: volume}\n"
    )
    found = columns_read(load_plan(plan_with(add=add)))
    assert list(found) == [
        "arm", "id", "start", "pain", "event_date", "event", "last_scan", "age", "stage", "score",
        "volume", "sex",
    ]  # fmt: skip
    assert found["event"] == ("endpoints", "relapse")
    assert found["sex"] == ("propensity", "terms")


def test_the_shipped_plan_reads_only_what_the_dictionary_has() -> None:
    """Every one of them is named in the dictionary, or the list is wrong."""
    plan = load_plan(packaged_file("analyses/primary.yaml"))
    dictionary = load_dictionary(packaged_file("data_dictionary.yaml"))
    assert set(columns_read(plan)) <= set(dictionary.names)
    assert {"lf_type", "last_clean_mri_date", "gtv_cc", "n_fu_mri"} <= set(columns_read(plan))
