"""What the ledger gives a reader of a look to know."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from spine_outcomes.commands.ledger import Entry
from spine_outcomes.commands.look_findings import look_findings
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
