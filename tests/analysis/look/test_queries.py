"""Queries from one look to the next: open, new and closed."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from spine_outcomes.analysis.look.queries import AskedBefore, asked_now, placed
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.read import cohort_from_frame
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.load import load_plan
from spine_outcomes.study.packaged import find_plan

DICTIONARY = DataDictionary.model_validate(
    {
        "table": {"row": "patient", "patient": "id"},
        "columns": [
            {"name": "id", "label": "Id", "level": "patient", "type": "string",
             "phase": "identifier", "required": True},
            {"name": "arm", "label": "Arm", "level": "patient", "type": "category",
             "codes": {"focal": "Focal", "extended": "Extended"}, "phase": "exposure"},
            {"name": "weight", "label": "Weight", "level": "patient", "type": "float",
             "plausible": [40, 120], "phase": "baseline"},
            {"name": "volume", "label": "Volume", "level": "patient", "type": "float",
             "plausible": [0, 800], "phase": "treatment"},
        ],
        "checks": [
            {"id": "C1", "severity": "warning",
             "rule": {"column": "volume", "at_most": 50,
                      "when": {"column": "arm", "equals": "focal"}}},
        ],
    }
)  # fmt: skip
PLAN = load_plan(find_plan("interim"))


def cohort(weights: list[str], volumes: list[str], arms: list[str]) -> Cohort:
    """Patients p0, p1, …"""
    ids = [f"p{i}" for i in range(len(weights))]
    frame = pd.DataFrame({"id": ids, "arm": arms, "weight": weights, "volume": volumes})
    return cohort_from_frame(frame, DICTIONARY)


def counts(frame: pd.DataFrame) -> dict[str, tuple[object, ...]]:
    """Open, new and closed queries by rule."""
    return {
        row.rule: (row.n_open, row.n_new, row.n_closed) for row in frame.itertuples(index=False)
    }


FIRST = AskedBefore(lambda text: f"<{text}>", None)


def test_queries_are_open_new_and_closed() -> None:
    """Two weights are odd at the first look; one is mended, another comes: one new, one closed."""
    arms = ["extended"] * 3
    one = asked_now(cohort(["20", "30", "70"], ["1"] * 3, arms), PLAN, FIRST, blinded=False)
    assert counts(one.frame) == {"W_IMPLAUSIBLE": (2, None, None)}
    later = cohort(["60", "30", "200"], ["1"] * 3, arms)
    two = asked_now(later, PLAN, replace(FIRST, open=one.open), blinded=False)
    assert counts(two.frame) == {"W_IMPLAUSIBLE": (2, 1, 1)}


def test_queries_are_counted_by_column() -> None:
    """One code stands for the range of every column: whoever mends must know which."""
    found = asked_now(cohort(["20", "70"], ["1", "900"], ["focal"] * 2), PLAN, FIRST, blinded=True)
    rows = {row.column: (row.rule, row.n_open) for row in found.frame.itertuples()}
    assert rows == {"weight": ("W_IMPLAUSIBLE", 1), "volume": ("W_IMPLAUSIBLE", 1)}
    demands = found.frame.set_index("column")["demand"]
    assert demands["weight"] != demands["volume"]


def test_a_rule_whose_queries_are_all_closed_is_still_listed() -> None:
    """What was mended is what the committee asks for."""
    one = asked_now(cohort(["20"], ["1"], ["focal"]), PLAN, FIRST, blinded=False)
    two = asked_now(
        cohort(["70"], ["1"], ["focal"]), PLAN, replace(FIRST, open=one.open), blinded=False
    )
    assert counts(two.frame) == {"W_IMPLAUSIBLE": (0, 0, 1)}


@pytest.mark.parametrize("blinded", [True, False])
def test_queries_about_the_arm_are_left_out_of_a_blinded_look(blinded: bool) -> None:
    """Their number depends on which arm is which: volumes above 50 are odd in one arm only."""
    own = cohort(["70", "70"], ["60", "60"], ["focal", "extended"])
    found = counts(asked_now(own, PLAN, FIRST, blinded=blinded).frame)
    assert found == ({} if blinded else {"C1": (1, None, None)})


def test_what_is_kept_of_a_query_is_its_fingerprint_and_rule() -> None:
    """A file beside the ledger must not list who has which odd value."""
    found = asked_now(cohort(["20"], ["1"], ["focal"]), PLAN,
                      AskedBefore(lambda text: "hashed", None), blinded=False)  # fmt: skip
    assert found.open == {"hashed": placed("W_IMPLAUSIBLE", "weight")}
