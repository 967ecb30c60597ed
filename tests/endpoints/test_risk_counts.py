"""Numbers under a curve: they add up, and nobody is counted twice."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes.endpoints.risk_counts import risk_counts


def test_trap_25_who_ends_at_a_tick_is_at_risk_there_and_nowhere_else() -> None:
    """Times 6 event, 12 event, 12 censored, 18 censored at 12: 3 at risk, 1 event, 0 censored.

    Counting risk by ≥ and events by ≤ would give 3 + 2 + 1 = 6 of 4.
    """
    found = risk_counts([6, 12, 12, 18], [1, 1, 0, 0], [12])
    assert (found.n_risk[0], found.n_event[0], found.n_censored[0], found.n_competing[0]) == (
        3, 1, 0, 0,
    )  # fmt: skip


def test_c07_at_risk_is_counted_before_what_happens() -> None:
    """Times 1, 2, 2, 3, 5 at ticks 0, 1, 2, 3, 5, 6: 5, 5, 4, 2, 1, 0."""
    found = risk_counts([1, 2, 2, 3, 5], [1, 1, 0, 1, 0], [0, 1, 2, 3, 5, 6])
    assert found.n_risk.tolist() == [5, 5, 4, 2, 1, 0]


def test_a_tick_met_by_round_off_is_met() -> None:
    """0.1 + 0.2 months is 0.3 months."""
    assert risk_counts([0.1 + 0.2], [1], [0.3]).n_risk.tolist() == [1]
    assert risk_counts([0.3], [1], [0.1 + 0.2]).n_risk.tolist() == [1]


def test_c26_delayed_entry_is_counted_apart() -> None:
    """Entry 0, 0, 2, 3 and times 4, 5, 6, 3.5: at risk 2, 3, 4, 3, 2 at 1, 2.5, 3.2, 4, 4.5."""
    found = risk_counts([4, 5, 6, 3.5], [1] * 4, [0, 1, 2.5, 3.2, 4, 4.5], entry=[0, 0, 2, 3])
    assert found.n_risk.tolist() == [2, 2, 3, 4, 3, 2]
    assert found.n_to_enter.tolist() == [2, 2, 1, 0, 0, 0]


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 3), st.integers(0, 40)),
        min_size=1,
        max_size=60,
    ),
    st.lists(st.integers(0, 45), min_size=1, max_size=8),
)
def test_at_every_tick_the_numbers_sum_to_all_rows(
    rows: list[tuple[int, int, int]], ticks: list[int]
) -> None:
    """A table whose columns do not add up hides or doubles people."""
    time, status, before = (np.array(values) for values in zip(*rows, strict=True))
    found = risk_counts(time, status, ticks)
    ended = found.n_event + found.n_competing + found.n_censored
    assert (found.n_risk + ended == len(rows)).all()
    entry = np.minimum(before, time - 1).clip(min=0)
    kept = entry < time
    if kept.any():
        later = risk_counts(time[kept], status[kept], ticks, entry=entry[kept])
        ended = later.n_event + later.n_competing + later.n_censored
        assert (later.n_risk + ended + later.n_to_enter == kept.sum()).all()
        assert (later.n_risk >= 0).all()
