"""The arm as recorded against the arm by rule."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from spine_outcomes.analysis.misclassification import (
    arm_agreement,
    misclassification_findings,
    with_derived_arm,
)
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.read import cohort_from_frame
from spine_outcomes.endpoints.derive import derive
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan

RULE = {
    "name": "arm_by_coverage", "involved": "held", "covered": "covered",
    "levels_above": "above", "levels_below": "below",
    "fill": False, "severity": "warning", "kept": ["other"],
}  # fmt: skip
COLUMNS: list[dict[str, Any]] = [
    {"name": "id", "type": "string", "level": "patient", "phase": "identifier"},
    {"name": "part", "type": "string", "level": "lesion", "phase": "identifier"},
    {"name": "arm", "type": "category", "level": "lesion", "phase": "exposure",
     "codes": ["focal", "extended", "other"], "derivation": RULE},
    *({"name": n, "type": "string", "level": "lesion", "phase": "baseline"}
      for n in ("held", "covered")),
    *({"name": n, "type": "integer", "level": "lesion", "phase": "baseline"}
      for n in ("above", "below")),
    {"name": "time", "type": "float", "unit": "months", "level": "lesion",
     "phase": "post_baseline"},
    {"name": "state", "type": "integer", "level": "lesion", "phase": "post_baseline"},
]  # fmt: skip
PLAN = AnalysisPlan.model_validate(
    {
        "arms": {"column": "arm", "reference": "focal", "comparator": "extended"},
        "endpoints": {
            "relapse": {
                "label": "Relapse", "level": "lesion",
                "time": {"column": "time", "unit": "months"},
                "status": {"column": "state", "censored": 0, "event": 1},
            }
        },
        "estimation": {"times": ["12 months"], "horizon": "12 months"},
    }
)  # fmt: skip
# Arm recorded, sectors with tumour, sectors covered, levels above, relapse: of two patients.
ROWS = [
    ("focal", "1", "1", "0", 0),
    ("focal", "1", "1;2", "0", 1),  # covers more than it says
    ("focal", "1", "1", "0", 0),
    ("extended", "1", "1;6", "0", 0),
    ("extended", "1", "1", "0", 1),  # covers nothing more
    ("extended", "1", "1", "1", 0),
    ("extended", "1", "", "0", 1),  # not known
    ("other", "1", "1;2", "0", 0),
]


def cohort(rows: list[tuple[Any, ...]] = ROWS, **drop: Any) -> Cohort:
    """The rows as a cohort."""
    frame = pd.DataFrame(rows, columns=["arm", "held", "covered", "above", "state"])
    frame = frame.assign(id=["P1", "P2"] * 4, below="0", time=24 - 18 * frame["state"])
    frame["part"] = [str(i) for i in range(len(frame))]
    described = [{"label": c["name"].capitalize(), **c} for c in COLUMNS]
    table = {"row": "lesion", "patient": "id", "lesion": "part"}
    dictionary = DataDictionary.model_validate({"table": table, "columns": described})
    return cohort_from_frame(frame.drop(columns=list(drop)).astype("string"), dictionary)


def agreement(rows: Cohort) -> dict[tuple[str, str], tuple[int, int]]:
    """Rows and patients by both arms."""
    found = arm_agreement(rows, PLAN)
    return {
        (recorded, derived): (n, patients)
        for recorded, derived, n, patients in found.itertuples(index=False)
    }


def test_both_arms_are_counted_against_each_other() -> None:
    """By hand. A row of which too little is known is no disagreement."""
    assert agreement(cohort()) == {
        ("focal", "focal"): (2, 1),
        ("focal", "extended"): (1, 1),
        ("extended", "extended"): (2, 1),
        ("extended", "focal"): (1, 1),
        ("extended", "unknown"): (1, 1),
        ("other", "extended"): (1, 1),
    }


def test_by_rule_where_it_says_one_and_as_recorded_elsewhere() -> None:
    """The arm of a row whose coverage is not known is never guessed."""
    sorted_rows = with_derived_arm(cohort(), PLAN).frame.sort_values("part")
    assert sorted_rows["arm"].tolist() == [
        "focal", "extended", "focal", "extended", "focal", "extended", "extended", "extended",
    ]  # fmt: skip


def test_the_finding_says_each_way_and_what_hangs_on_it() -> None:
    """Relapse 1/3 against 2/4 as recorded; 1/3 against 2/5 by rule, unclear row included."""
    rows = cohort()
    (finding,) = misclassification_findings(rows, PLAN, [derive(rows, PLAN, "relapse")])
    text = finding.text()
    assert (finding.code, finding.severity, finding.n) == ("W_ARM_BY_RULE", "serious", 3)
    assert "1 recorded focal and extended by rule" in text
    assert "1 recorded extended and focal by rule" in text
    assert "relapse at 12 months is 16.7 percentage points with it and 6.7 " in text
    assert "a sector without tumour or another level" in text


@pytest.mark.parametrize("rows", [cohort(above=0), cohort([ROWS[0]] * 8)])
def test_nothing_is_said_without_a_rule_or_a_disagreement(rows: Cohort) -> None:
    """A column that the rule reads is not in the file; or both agree."""
    assert not list(misclassification_findings(rows, PLAN, [derive(rows, PLAN, "relapse")]))
    assert with_derived_arm(rows, PLAN).frame["arm"].equals(rows.frame["arm"])
