"""Small cohorts that other programs get wrong: codes of the arms, percentages, empty arms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spine_outcomes import Results, run
from spine_outcomes.tables.baseline import baseline
from spine_outcomes.tables.selection import where
from tests.analysis.conftest import read_study

DICTIONARY = """\
schema_version: 1
table: {{row: patient, patient: id}}
columns:
  - {{name: id, label: Patient, level: patient, type: string, phase: identifier, required: true}}
  - {{name: arm, label: Arm, level: patient, phase: exposure, required: true, {arm}}}
  - {{name: age, label: Age, level: patient, type: float, unit: years, phase: baseline}}
  - {{name: grade, label: Grade, level: patient, type: category, phase: baseline,
     codes: {{"1": One, "2": Two, "3": Three, "4": Four}}}}
  - {{name: time, label: Time, level: patient, type: float, unit: months, phase: post_baseline}}
  - {{name: status, label: State, level: patient, type: integer, hard: [0, 1],
     phase: post_baseline}}
"""
PLAN = """\
schema_version: 1
cohort: cohort.csv
dictionary: dictionary.yaml
arms: {{column: arm, reference: "{reference}", comparator: "{comparator}", level: patient}}
cluster: id
endpoints:
  death:
    label: Death
    level: patient
    time: {{column: time, unit: months}}
    status: {{column: status, censored: 0, event: 1}}
propensity: {{terms: {terms}, estimands: [unweighted{weighted}]}}
baseline_table: [grade]
estimation: {{unit: months, times: [3 months], horizon: 3 months}}
report: {{min_cell: 0}}
"""
CODINGS = {
    "text": ("type: category, codes: {A: Old, B: New}", ("A", "B")),
    "words": ('type: category, codes: {"False": Old, "True": New}', ("False", "True")),
    "boolean": ("type: boolean", ("0", "1")),
    "number": ("type: integer, hard: [0, 1]", ("0", "1")),
}
SIX_EACH = [  # arm, age, grade, time, status
    (k % 2, 50 + (7 * k) % 19, 1 + k % 4, 1 + (5 * k) % 11, int(k % 3 > 0)) for k in range(24)
]


def run_rows(
    folder: Path, rows: list[tuple[object, ...]], coding: str = "text", reference: int = 0, **plan
) -> Results:
    """Run rows of (arm 0 or 1, age, grade, time, status) with the arms written as ``coding``."""
    kind, codes = CODINGS[coding]
    lines = ["id,arm,age,grade,time,status"]
    for i, (arm, *others) in enumerate(rows):
        lines.append(",".join(str(value) for value in (f"P{i:02}", codes[arm], *others)))
    named = {"reference": codes[reference], "comparator": codes[1 - reference]}
    planned = PLAN.format(**{"terms": "[]", "weighted": "", **named, **plan})
    described, text = DICTIONARY.format(arm=kind), "\n".join(lines) + "\n"
    return run(*read_study(folder, text, dictionary=described, plan=planned))


@pytest.mark.parametrize("coding", ["words", "boolean", "number"])
def test_how_the_arms_are_written_does_not_matter(tmp_path: Path, coding: str) -> None:
    """C39: the treated of the ATT found by the order of the codes; here the plan names them."""
    weighted = {"terms": "[age]", "weighted": ", ATT, ATC"}
    one = run_rows(tmp_path, SIX_EACH, **weighted).results
    other = run_rows(tmp_path, SIX_EACH, coding, **weighted).results
    numbers = ["estimate", "std_error", "lower", "upper", "p_value", "n", "ess"]
    np.testing.assert_array_equal(
        one[numbers].to_numpy(np.float64), other[numbers].to_numpy(np.float64)
    )


def test_the_plan_says_who_the_treated_are(tmp_path: Path) -> None:
    """C39: with the arms exchanged, the ATT is the ATC of before with the other sign."""
    weighted = {"terms": "[age]", "weighted": ", ATT, ATC"}
    found = [
        where(
            run_rows(tmp_path, SIX_EACH, reference=reference, **weighted).results,
            measure="risk_difference",
        ).set_index("estimand")["estimate"]
        for reference in (0, 1)
    ]
    assert found[0]["ATT"] != pytest.approx(found[0]["ATC"], abs=1e-6)
    assert found[1]["ATT"] == pytest.approx(-found[0]["ATC"], rel=1e-9)


def test_events_stand_beside_a_ratio_that_is_not_estimable(tmp_path: Path) -> None:
    """C51 and C18: 3 of 3 against 0 of 3, which is why there is no ratio."""
    rows = [(arm, 50, 1, 4 - 3 * arm + k, arm) for arm in (0, 1) for k in range(3)]
    results = run_rows(tmp_path, rows).results
    ratio = where(results, measure="hazard_ratio").iloc[0]
    assert ratio["status"] == "not_estimable"
    assert ratio["n"] == 6
    assert ratio["n_event"] == 3
    by_arm = where(results, measure="survival").set_index("arm")
    assert by_arm["n"].tolist() == [3, 3]
    assert by_arm["n_event"].to_dict() == {"A": 0, "B": 3}


def test_percentages_are_of_known_values(tmp_path: Path) -> None:
    """C55: grade 3 in one of two known and two missing rows is 50 %, not 25 %, and says so."""
    grades = [(0, 1), (0, 2), (1, 3), (1, 4), (1, ""), (1, "")]
    rows = [(arm, 50, grade, 2 + k, k % 2) for k, (arm, grade) in enumerate(grades)]
    results = run_rows(tmp_path, rows)
    own = where(results.baseline, arm="B").set_index(["kind", "level"])
    assert own.loc[("proportion", "3"), ["n", "value"]].tolist() == [1, 0.5]
    missing = own.loc["missing"].iloc[0]
    assert [missing["n"], missing["value"]] == [2, 0.5]
    table = baseline(results)
    (three,) = (row for row in table.rows if row.stub == "Three")
    assert "1 (50.0%)" in ["".join(getattr(p, "text", p) for p in c.parts) for c in three.cells]
    assert any("of rows whose value is known" in note for note in table.notes)
