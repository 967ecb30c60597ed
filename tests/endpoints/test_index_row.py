"""One row a patient: which of a patient's rows stands for the patient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spine_outcomes.endpoints.outcome import Outcome

Derive = Callable[..., Outcome]

ROWS = [
    {"id": "P1", "part": "1", "start": "2024-03-01", "size": "90"},
    {"id": "P1", "part": "2", "start": "2024-01-01", "size": "10"},
    {"id": "P1", "part": "3", "start": "2024-01-01", "size": "20"},
    {"id": "P2", "part": "1", "start": "2024-01-01", "size": "20"},
    {"id": "P2", "part": "2", "start": "2024-01-01", "size": "20"},
    {"id": "P3", "part": "1", "start": "2024-01-01", "size": None},
    {"id": "P3", "part": "2", "start": "2024-01-01", "size": "1"},
]
SEEN = {"last_contact": "2024-06-01", "dead": "0", "death": None}


def test_the_earliest_then_the_largest_then_the_first(
    outcome: Derive, survival: dict[str, Any]
) -> None:
    """P1: parts 2 and 3 start first, 3 is larger. P2: equal, the first. P3: a size comes first."""
    found = outcome([r | SEEN for r in ROWS], survival, index={"then_largest": "size"})
    assert found.rows.tolist() == [2, 3, 6]


def test_without_a_size_the_first_of_the_day(outcome: Derive, survival: dict[str, Any]) -> None:
    """The default knows only the origin."""
    assert outcome([r | SEEN for r in ROWS], survival).rows.tolist() == [1, 3, 5]


def test_trap_9_a_patient_dies_once(outcome: Derive, survival: dict[str, Any]) -> None:
    """100 patients, 40 deaths; 30 have two rows, 18 of those die: not 130 rows and 58 deaths."""
    rows: list[dict[str, Any]] = []
    for i in range(100):
        is_dead = i < 18 or 30 <= i < 52
        parts = ("1", "2") if i < 30 else ("1",)
        rows += [
            {
                "id": f"P{i:03}",
                "part": part,
                "start": f"2024-01-0{part}",
                "dead": "1" if is_dead else "0",
                "death": "2024-06-01" if is_dead else None,
                "last_contact": "2024-12-31",
            }
            for part in parts
        ]
    found = outcome(rows, survival)
    assert len(rows) == 130
    assert (len(found.time), int(found.status.sum())) == (100, 40)
    by_row = outcome(rows, survival | {"level": "lesion"})
    assert (len(by_row.time), int(by_row.status.sum())) == (130, 58)


def test_columns_of_times_have_their_first_row(outcome: Derive, columns: dict[str, Any]) -> None:
    """Without dates the first row of each patient stands for the patient."""
    rows = [{"id": r["id"], "part": r["part"], "time": "1", "status": "0"} for r in ROWS]
    found = outcome(rows, columns | {"level": "patient"}, origin=None)
    assert found.rows.tolist() == [0, 3, 5]
