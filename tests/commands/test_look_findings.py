"""What the ledger gives a reader of a look to know."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from spine_outcomes.commands.ledger import Entry
from spine_outcomes.commands.look_findings import folder_findings, look_findings
from spine_outcomes.study.interim import Interim

INTERIM = Interim.model_validate(
    {
        "looks": [{"patients": 150}, {"patients": 300}],
        "accrual": {"date": "entry", "patients": 300, "start": "2020-01-01", "duration": "2 years"},
    }
)


def entry(look: int, cutoff: str, **changes: Any) -> Entry:
    """A look of the ledger."""
    keys: dict[str, Any] = {
        "entry": 1, "look": look, "cutoff": cutoff, "edition": "blinded", "seed": 1,
        "plan_sha256": "p", "dictionary_sha256": "d", "data_sha256": "x", "folder": "f",
        "results_sha256": "r", "fingerprints_sha256": "q", "information": None, "z": None,
        "written": "",
    }  # fmt: skip
    return Entry(**{**keys, **changes})


FIRST = entry(1, "2021-01-31")


def codes(
    number: int, cutoff: str, known: list[Entry], seed: int = 1, plan: str = "p"
) -> list[str]:
    """Codes of the findings of a look."""
    day = datetime.date.fromisoformat(cutoff)
    return [f.code for f in look_findings(number, day, INTERIM, seed, plan, known)]


@pytest.mark.parametrize(
    ("number", "cutoff", "known", "expected"),
    [
        (1, "2021-01-31", [], []),
        (2, "2022-01-31", [FIRST], []),
        (3, "2023-01-31", [FIRST, entry(2, "2022-01-31")], ["W_LOOK_UNPLANNED"]),
        (1, "2021-02-28", [FIRST], ["W_LOOK_REPEATED"]),
        (1, "2021-01-31", [entry(1, "2021-01-31", data_sha256="y")], ["W_LOOK_REPEATED"]),
        (1, "2021-01-31", [entry(2, "2022-01-31")], ["W_LOOK_ORDER"]),
        (2, "2021-01-31", [FIRST], ["W_LOOK_ORDER"]),
        (2, "2022-01-31", [], ["N_LOOK_MISSED"]),
    ],
)
def test_looks_out_of_the_plan_are_named(
    number: int, cutoff: str, known: list[Entry], expected: list[str]
) -> None:
    """An unplanned, repeated or misplaced look runs, and its report says what it is."""
    assert codes(number, cutoff, known) == expected


def test_another_seed_or_plan_is_named() -> None:
    """Imputations drawn anew until they please would leave no other trace."""
    assert codes(2, "2022-01-31", [FIRST], seed=2) == ["W_LOOK_SEED"]
    assert codes(2, "2022-01-31", [FIRST], plan="changed") == ["W_LOOK_PLAN"]


def test_a_folder_that_another_look_takes_or_nobody_finds_is_named(tmp_path: Path) -> None:
    """A line of the ledger whose report is no longer there must not look like one that is."""
    known = [
        entry(1, "2021-01-31", entry=1, folder="interim-1"),
        entry(1, "2021-02-28", entry=2, folder="interim-1"),
        entry(2, "2022-01-31", entry=3, folder="interim-2"),
    ]
    (tmp_path / "interim-1").mkdir()
    found = list(folder_findings("interim-3", tmp_path, known))
    assert [f.code for f in found] == ["W_LOOK_GONE"]
    assert "interim-2 of look 2 (blinded, cut-off 2022-01-31, line 3" in found[0].message
    taken = list(folder_findings("interim-1", tmp_path, known[:1]))
    assert [f.code for f in taken] == ["W_LOOK_REPLACED"]
    assert "line 1 of the ledger" in taken[0].message
