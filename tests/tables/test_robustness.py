"""Tables of what the primary result withstands."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.analysis.results import (
    BIAS_COLUMNS,
    E_VALUE_COLUMNS,
    INFLUENTIAL_COLUMNS,
    TIPPING_COLUMNS,
    Results,
)
from spine_outcomes.tables.e_values import bias_grid, e_values
from spine_outcomes.tables.influential import influential
from spine_outcomes.tables.key_results import key_results
from spine_outcomes.tables.robustness import robustness
from spine_outcomes.tables.suppression import protected
from spine_outcomes.tables.tipping_point import SHOWN, tipping_point
from tests.report.synthetic import synthetic_results
from tests.tables.reading import line, texts

PLACE = {"endpoint": "relapse", "level_unit": "lesion", "estimand": "ATE", "time": 24.0}


def with_frame(name: str, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> Results:
    """The invented run with one more frame."""
    frame = pd.DataFrame([PLACE | row for row in rows], columns=list(columns))
    return synthetic_results(**{name: frame})


def with_e_values() -> Results:
    """Both ratios of one endpoint, and a hazard ratio of another that is not estimable."""
    found = {"estimate": 0.6, "lower": 0.4, "upper": 0.85, "status": "ok"}
    rows: list[dict[str, Any]] = [
        {"id": "h", "measure": "hazard_ratio", "time": np.nan, "outcome": "common", "e_value": 2.2,
         "e_value_limit": 1.48, **found},
        {"id": "r", "measure": "risk_ratio", "e_value": 2.72, "e_value_limit": 1.63, **found},
        {"id": "n", "measure": "hazard_ratio", "time": np.nan, "outcome": "rare",
         "endpoint": "rare_harm", "status": "not_estimable", "reason": "no event in wide"},
    ]  # fmt: skip
    return with_frame("e_values", rows, E_VALUE_COLUMNS)


def test_e_values_stand_beside_the_ratios_that_they_are_of() -> None:
    """A ratio without a value keeps its row, and its reason."""
    table = e_values(with_e_values())
    ratio = "0.60 (0.40 to 0.85)"
    shown = texts(line(table, "Relapse", "ATE weights"))
    assert shown == [ratio, "2.20", "1.48", ratio, "2.72", "1.63"]
    missing = line(table, "Rare harm", "ATE weights")
    assert texts(missing) == ["NE", "–", "–", "–", "–", "–"]
    assert missing.cells[0].reason == "no event in wide"
    assert "Events in more than 15 % of the rows (relapse)" in table.notes[1]


def test_the_key_results_show_the_e_value_of_the_hazard_ratio() -> None:
    """How fragile a ratio is stands beside it; where it has none, nothing does."""
    table = key_results(with_e_values())
    assert table.columns[-1].head == "E-value (limit)"
    assert [texts(row)[-1] for row in table.rows] == ["2.20 (1.48)", "–", "–", "–"]


def test_the_grid_marks_what_a_confounder_takes_away() -> None:
    """The interval first, then the estimate; where nothing explains it, no number is given."""
    values = [(0.1, 0.7, 0.95, None), (0.3, 0.8, 1.1, "interval"), (0.5, 1.05, 1.3, "estimate")]
    rows = [
        {"outcome_ratio": ratio, "prevalence_reference": 0.5 + d / 2, "lower": 0.5,
         "prevalence_comparator": 0.5 - d / 2, "estimate": estimate, "upper": upper,
         "explains": explains, "explaining_difference": least}
        for ratio, least in ((1.5, np.nan), (3.0, -0.434))
        for d, estimate, upper, explains in values
    ]  # fmt: skip
    table = bias_grid(with_frame("bias_grid", rows, BIAS_COLUMNS))
    assert [column.head for column in table.columns[:3]] == ["10 points", "30 points", "50 points"]
    shown = ["0.70 (0.50 to 0.95)", "0.80 (0.50 to 1.10) *", "1.05 (0.50 to 1.30) †"]
    assert texts(line(table, "ATE weights", "1.50")) == [*shown, "–"]
    assert texts(line(table, "ATE weights", "3.00")) == [*shown, "43.4"]


def test_a_patient_who_is_like_few_others_is_not_described() -> None:
    """Two rows in both arms, as four patients have: who it is could be looked up."""
    change = {
        "hazard_ratio": 0.78, "log_hazard_ratio_change": np.log(0.95),
        "log_hazard_ratio_change_exact": np.log(0.92), "risk_difference_change": -0.004,
        "risk_difference_change_exact": np.nan,
    }  # fmt: skip
    rows = [
        {"rank": rank, "n_rows": n, "arms": arms, "n_alike": alike, **change}
        for rank, n, arms, alike in ((1, 1, "narrow", 5), (2, 2, "both", 4))
    ]
    results = with_frame("influential", rows, INFLUENTIAL_COLUMNS)
    changes = ["−5.0", "−8.0", "−0.4", "–"]
    table = influential(protected(results))
    assert texts(line(table, "1")) == ["1", "Narrow field", *changes]
    assert texts(line(table, "2")) == ["not shown", "not shown", *changes]
    assert texts(line(influential(results), "2"))[:2] == ["2", "both"]


def test_where_the_conclusion_is_another_it_is_marked() -> None:
    """Against that at 1 and 1; here the interval holds 0 from 2 in the comparator on."""
    rows = [
        {"delta_reference": r, "delta_comparator": c, "estimate": -0.06, "lower": -0.1,
         "upper": 0.01 if c >= 2 else -0.02, "conclusion": 0 if c >= 2 else -1}
        for r in SHOWN for c in SHOWN
    ]  # fmt: skip
    table = tipping_point(with_frame("tipping_point", rows, TIPPING_COLUMNS))
    assert [column.head for column in table.columns] == ["0", "0.5", "1", "2", "5", "infinity"]
    kept, tipped = "−6.0 (−10.0 to −2.0)", "−6.0 (−10.0 to 1.0) †"
    assert texts(line(table, "ATE weights", "infinity")) == [kept] * 3 + [tipped] * 3


def test_a_run_that_did_not_look_has_no_empty_table() -> None:
    """Results of an older version, or of a plan without an estimable ratio."""
    assert not list(robustness(synthetic_results()))
    assert [table.id for table in robustness(with_e_values())] == ["sensitivity-e-values"]
