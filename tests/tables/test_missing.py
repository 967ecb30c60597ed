"""Missing values by arm and pattern, the small ones hidden."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.tables.missing import MOST_PATTERNS, missing, missing_patterns
from spine_outcomes.tables.suppression import protected
from tests.report.synthetic import synthetic_plan, synthetic_results
from tests.report.synthetic_cohort import ARMS
from tests.tables.reading import line


def results() -> Results:
    """Fifty rows an arm; volume missing in 20 and 2, sex in 10 and none, three rows in both."""
    by_column = [("volume", 20, 2), ("sex", 10, 0)]
    missing_rows = [
        {"column": column, "label": column, "arm": arm, "n": 50, "n_missing": n}
        for column, *counts in by_column
        for arm, n in zip(ARMS, counts, strict=True)
    ]
    patterns = {"": (23, 48), "volume": (17, 2), "sex": (7, 0), "sex + volume": (3, 0)}
    triples = combinations(["age", "sex", "grade", "volume", "prior"], 3)
    rare = {" + ".join(names): (1, 0) for names in triples}
    pattern_rows = [
        {"pattern": pattern, "arm": arm, "n": n}
        for pattern, counts in (patterns | rare).items()
        for arm, n in zip(ARMS, counts, strict=True)
    ]
    frames = {"missing": pd.DataFrame(missing_rows), "missing_patterns": pd.DataFrame(pattern_rows)}
    return protected(synthetic_results(**frames))


def test_shares_are_of_the_arm_and_small_counts_have_none() -> None:
    """A share of both arms would hide what one arm lacks; "4.0%" of 50 gives 2 back."""
    table = missing(results())
    assert [cell.text for cell in line(table, "Volume, cc").cells] == ["20 (40.0%)", "<5"]
    assert [cell.text for cell in line(table, "Sex").cells] == ["10 (20.0%)", "0 (0.0%)"]


def test_columns_that_only_help_to_impute_are_told_apart() -> None:
    """A table that lacks 305 rows beside a sentence that says 135: which of them is wrong?"""
    imputing = {"method": "multiple_imputation", "auxiliary": ["sex"]}
    plan = synthetic_plan(propensity={"terms": ["volume"], "estimands": ["ATE"]}, missing=imputing)
    for table in (missing, missing_patterns):
        assert table(replace(results(), plan=plan)).notes[1] == (
            "Auxiliary columns, which only help to impute and which no model holds: Sex."
        )
        assert len(table(results()).notes) == 1


def test_patterns_name_their_columns_and_the_rare_are_counted() -> None:
    """Raw column names, or a table as long as the cohort."""
    table = missing_patterns(results())
    assert [row.stub for row in table.rows[:4]] == ["Nothing", "Volume", "Sex", "Sex, Volume"]
    assert [cell.text for cell in table.rows[3].cells] == ["<5", "0"]
    assert len(table.rows) == MOST_PATTERNS
    assert f"{4 + 10 - MOST_PATTERNS} rarer patterns are not shown" in table.notes[0]
