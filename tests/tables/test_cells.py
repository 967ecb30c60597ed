"""Rows of the results as cells."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.tables import cells


def row(**values: Any) -> pd.Series[Any]:
    """A row of results with what a cell reads."""
    usual = {
        "id": "a/b", "status": "ok", "reason": None, "estimate": 0.5, "lower": 0.25, "upper": 0.75,
        "p_value": 0.2, "statistic": np.nan, "df": np.nan,
    }  # fmt: skip
    return pd.Series(usual | values, dtype=object)


def test_an_estimate_carries_its_limits_its_source_and_full_precision() -> None:
    """A printed number that lost its row could not be checked against the results."""
    cell = cells.estimate(row(estimate=0.123456789, lower=0.05, upper=0.2), "percent")
    assert cell.text == "12.3 (5.0 to 20.0)"
    assert cell.source == "a/b"
    assert [part.raw for part in cell.parts if not isinstance(part, str)] == [
        0.123456789,
        0.05,
        0.2,
    ]


def test_what_is_not_estimable_is_said_with_its_reason() -> None:
    """An empty cell, or NaN, or 17.78 with an error of 3095, would each mislead."""
    missing = row(status="not_estimable", reason="no event in arm A", estimate=np.nan)
    for cell in (cells.estimate(missing, "ratio"), cells.number_needed(missing)):
        assert cell.text == "NE"
        assert cell.reason == "no event in arm A"
    assert cells.chi_square(missing).reason == "no event in arm A"


def test_a_limit_without_a_number_is_left_out_but_the_value_stays() -> None:
    """A survival of 0 has a value and no interval."""
    assert cells.estimate(row(estimate=0.0, lower=np.nan, upper=np.nan), "percent").text == "0.0"


def test_number_needed_runs_through_infinity() -> None:
    """Risk difference −0.05 (−0.1088 to 0.0088): "9.19 to 113.6" would exclude the null inside."""
    needed = row(estimate=20.0, lower=1 / 0.1088, upper=-1 / 0.0088)
    text = cells.number_needed(needed).text
    assert text == "benefit 20 (benefit 9.19 to infinity to harm 113.6)"


def test_number_needed_on_one_side_has_plain_limits_in_order() -> None:
    """−0.05 (−0.08 to −0.02) is 20 (12.5 to 50); a harm of the same size likewise."""
    benefit = row(estimate=20.0, lower=12.5, upper=50.0)
    harm = row(estimate=-20.0, lower=-50.0, upper=-12.5)
    assert cells.number_needed(benefit).text == "benefit 20 (12.5 to 50)"
    assert cells.number_needed(harm).text == "harm 20 (12.5 to 50)"


def test_more_of_a_wanted_event_is_a_benefit() -> None:
    """Risk difference +0.05 of a response is 20 treated for one response more, and no harm."""
    needed = row(estimate=-20.0, lower=-50.0, upper=-12.5)
    assert cells.number_needed(needed, "benefit").text == "benefit 20 (12.5 to 50)"


def test_absent_rows_and_values_are_a_dash() -> None:
    """A hole in a table reads as zero."""
    absent = (cells.estimate(None, "ratio"), cells.p_value(None), cells.count(np.nan))
    assert {cell.text for cell in absent} == {"–"}


def test_a_hidden_count_stays_text() -> None:
    """ "<5" turned into a number would be a count again."""
    assert cells.count("<5").text == "<5"
    assert cells.count("<5").number is None
