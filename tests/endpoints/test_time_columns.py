"""Endpoints given as a column of times and one of states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from spine_outcomes.endpoints.outcome import Outcome
from spine_outcomes.errors import CohortError
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.kaplan_meier import kaplan_meier

Derive = Callable[..., Outcome]


def rows(times: list[Any], states: list[Any], column: str = "status") -> list[dict[str, Any]]:
    """Rows with a time and a state."""
    return [{"time": t, column: s} for t, s in zip(times, states, strict=True)]


def test_times_and_states_as_given(outcome: Derive, columns: dict[str, Any]) -> None:
    """Times stay in the unit of their column, states follow the plan."""
    found = outcome(rows([3, 1.5, 2], ["0", "1", "2"]), columns)
    assert found.time.tolist() == [3, 1.5, 2]
    assert found.status.tolist() == [0, 1, 2]
    assert (found.unit, found.competing) == ("months", ("death",))


def test_states_as_lists_of_codes(outcome: Derive, columns: dict[str, Any]) -> None:
    """Two codes may mean one state."""
    both = {"column": "status", "censored": 0, "event": [1, 3], "competing": {"death": ["2"]}}
    found = outcome(rows([1, 2, 3, 4], ["0", "1", "2", "3"]), columns | {"status": both})
    assert found.status.tolist() == [0, 1, 2, 1]


@pytest.mark.parametrize("column", ["status", "state", "word"])
def test_c17_without_a_censored_row_the_first_cause_stays_a_cause(
    outcome: Derive, columns: dict[str, Any], column: str
) -> None:
    """Codes as category, number or text: F1 = .25, .25, .5, .5 and F2 = 0, .25, .25, .5."""
    states = {"column": column, "censored": 0, "event": 1, "competing": {"death": 2}}
    data = rows([1, 2, 3, 4], ["1", "2", "1", "2"], column)
    found = outcome(data, columns | {"status": states})
    for cause, expected in ((1, [0.25, 0.25, 0.5, 0.5]), (2, [0, 0.25, 0.25, 0.5])):
        incidence = aalen_johansen(found.time, found.status, cause=cause, times=[1, 2, 3, 4])
        np.testing.assert_allclose(incidence.value, expected, rtol=1e-12)


def test_trap_1_one_minus_kaplan_meier_is_not_the_incidence(
    outcome: Derive, columns: dict[str, Any]
) -> None:
    """Ten times; event at 2, 5, death at 1, 3, 4, 6, 8: incidence .2 and .5333, free .2667.

    Treating deaths as censored gives 1 − KM = .2593 for the event and .6400 for death, together
    .8993: more than the .7333 that anything happened to.
    """
    states = ["2", "1", "2", "2", "1", "2", "0", "2", "0", "0"]
    found = outcome(rows(list(range(1, 11)), states), columns)
    values = [
        aalen_johansen(found.time, found.status, cause=cause, times=[10]).value[0]
        for cause in (1, 2)
    ]
    np.testing.assert_allclose(values, [0.2, 8 / 15], rtol=1e-12)
    free = kaplan_meier(found.time, found.status, times=[10]).value[0]
    np.testing.assert_allclose(free, 4 / 15, rtol=1e-12)
    naive = [
        1 - kaplan_meier(found.time, found.status == cause, times=[10]).value[0] for cause in (1, 2)
    ]
    np.testing.assert_allclose(naive, [0.2593, 0.6400], atol=5e-5)


def test_trap_2_an_event_comes_before_a_censoring_of_its_day(
    outcome: Derive, columns: dict[str, Any]
) -> None:
    """Times 5 event, 5 censored, 8 event: three at risk at 5, S(5) = 2/3 and not 1/2."""
    found = outcome(rows([5, 5, 8], ["1", "0", "1"]), columns)
    at_5 = kaplan_meier(found.time, found.status, times=[5]).value[0]
    np.testing.assert_allclose(at_5, 2 / 3, rtol=1e-12)


@pytest.mark.parametrize(
    ("time", "state", "code"),
    [
        (None, "1", "E_TIME_MISSING"),
        ("-1", "1", "E_NEGATIVE_TIME"),
        ("1", None, "E_STATUS_MISSING"),
        ("1", "3", "E_STATUS"),
    ],
)
def test_r12_r27_r34_c25_times_and_states_that_cannot_be(
    outcome: Derive, columns: dict[str, Any], time: Any, state: Any, code: str
) -> None:
    """Each is named with its row; none is guessed, dropped or taken for censored."""
    with pytest.raises(CohortError) as caught:
        outcome(rows([time, "2"], [state, "0"]), columns)
    (found,) = caught.value.problems
    assert (found.code, found.line, found.row) == (code, 2, "P000/1")


def test_r27_the_states_allowed_are_named(outcome: Derive, columns: dict[str, Any]) -> None:
    """The reader sees the unknown code beside the known ones."""
    with pytest.raises(
        CohortError, match="'3': a state that the plan gives no meaning; it names 0, 1, 2"
    ):
        outcome(rows([1], ["3"]), columns)


def test_half_a_day_in_the_unit_of_the_column(outcome: Derive, columns: dict[str, Any]) -> None:
    """Half a month would be a fortnight."""
    found = outcome(rows([0, 0, 2], ["1", "0", "1"]), columns)
    np.testing.assert_allclose(found.time, [0.5 / 30.4375, 0, 2], rtol=1e-12)


def test_a_cut_off_censors_what_lies_beyond(outcome: Derive, columns: dict[str, Any]) -> None:
    """From 2024-01-01 to 2024-03-02 are 61 days, 2.0041 months: an event at 3 is unseen."""
    data = [row | {"start": "2024-01-01"} for row in rows([3, 2, 1], ["1", "1", "0"])]
    found = outcome(data, columns, cutoff="2024-03-02")
    np.testing.assert_allclose(found.time, [61 / 30.4375, 2, 1], rtol=1e-12)
    assert found.status.tolist() == [0, 1, 0]
    assert [(f.code, f.n) for f in found.findings] == [("W_AFTER_CUTOFF", 1)]


def test_delayed_entry(outcome: Derive, columns: dict[str, Any]) -> None:
    """Entry in the unit of the time; at or after the end it is a fault (C25, R53)."""
    late = columns | {"entry": "entry"}
    data = rows([3, 2], ["1", "0"])
    found = outcome([r | {"entry": e} for r, e in zip(data, [1, -1], strict=True)], late)
    assert found.entry is not None
    assert found.entry.tolist() == [1, 0]
    with pytest.raises(CohortError, match="enters at 3 months and ends at 3"):
        outcome([r | {"entry": 3} for r in data[:1]], late)


def test_c35_index_and_storage_of_the_rows_change_nothing(
    outcome: Derive, columns: dict[str, Any]
) -> None:
    """Rows in another order, numbers as text or not: the same times and states by patient."""
    data = [r | {"id": f"Q{i}"} for i, r in enumerate(rows([3, 1, 2], ["0", "1", "2"]))]
    turned = outcome([data[2], data[0], data[1]], columns)
    straight = outcome(data, columns)
    np.testing.assert_array_equal(turned.time, straight.time)
    np.testing.assert_array_equal(turned.status, straight.status)
