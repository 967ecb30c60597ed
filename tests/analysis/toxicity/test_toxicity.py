"""Toxicity of a small study: counts by hand, estimates in the results, doses against R."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from spine_outcomes import Results, run
from spine_outcomes.analysis.toxicity.counts import day_range
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.cox import cox
from spine_outcomes.tables.selection import one, where
from tests.toxic_study import cohort, date, plan

ANSWERS = json.loads(
    (Path(__file__).parents[2] / "reference" / "answers" / "toxicity.json").read_text("utf-8")
)


def event(row: int, grade: int, term: str = "Rash", onset: float = 10, **keys: Any) -> Any:
    """A record assessed at day 300."""
    severe = onset if grade >= 3 else None
    absent = {"onset": None} if grade == 0 else {"onset": onset, "severe": severe}
    return {"row": row, "assessed": 300, "term": term, "grade": grade, **absent, **keys}


def study(records: list[Any], toxicity: dict[str, Any] | None = None, **keys: Any) -> Results:
    """Three patients with two lesions each in arm a, and one patient in arm b."""
    rows = [
        {"id": f"P{i}", "part": str(j), "arm": "a", "last": "2021-01-01"}
        for i in (1, 2, 3)
        for j in (1, 2)
    ]
    rows.append({"id": "P4", "part": "1", "arm": "b"})
    return run(plan(toxicity, **keys), cohort(rows, records))


@cache
def denominators() -> Results:
    """Patient 1: grades 1 and 3; patient 2: 2 and 2; patient 3: none of two; patient 4 is alone."""
    grades = [1, 3, 2, 2, 0, 0, 0]
    return study([event(row, grade) for row, grade in enumerate(grades)])


def count(results: Results, level: str, grade: str, **keys: str) -> int:
    """Count of arm a, of any term and onset unless said otherwise."""
    place = {"term": "any", "window": "any", "cause": "any", "arm": "a"} | keys
    row = one(where(results.toxicity, **place), level_unit=level, grade=grade)
    assert row is not None
    return int(row["n"])


def test_patients_and_lesions_have_their_own_denominators():
    """C54: grade 2 or more in 2 of 3 patients and 3 of 6 lesions; each patient counts once."""
    found = denominators()
    lesions = [count(found, "lesion", str(grade)) for grade in range(6)]
    patients = [count(found, "patient", str(grade)) for grade in range(6)]
    assert lesions == [2, 1, 2, 1, 0, 0]
    assert patients == [1, 0, 1, 1, 0, 0]
    assert count(found, "patient", "assessed") == 3


def test_never_assessed_is_apart_from_grade_0():
    """Three lesions without any record: not 5 of 6 free of toxicity."""
    found = study([event(0, 0), event(1, 0), event(2, 1), event(6, 0)])
    assert count(found, "lesion", "not_assessed") == 3
    assert count(found, "lesion", "0") == 2
    assert count(found, "patient", "not_assessed") == 1


def test_the_worst_term_is_that_of_any_term():
    """Terms that are not shown do not enter; those shown do."""
    records = [event(0, 1), event(0, 2, term="Cough"), event(0, 4, term="Other"), event(6, 0)]
    found = study(records, {"terms": ["Rash", "Cough"]})
    assert count(found, "lesion", "2") == 1
    assert count(found, "lesion", "4") == 0
    assert set(found.toxicity["term"]) == {"any", "Rash", "Cough"}


def proportion(results: Results, arm: str, grade: int = 2, **keys: Any) -> pd.Series[Any]:
    """The row of one proportion."""
    name = f"toxicity_any_any_grade_{grade}"
    frame = where(results.results, endpoint=name, term="any", measure="proportion", **keys)
    row = one(frame, arm=arm)
    assert row is not None
    return row


def test_a_proportion_has_limits_of_patients():
    """Lesions of a patient taken for independent: 3 of 6 by hand has influences ±½/6.

    By patient (1, −1 → 0), (½+½)/6, −(½+½)/6: the error is √(2/36), the effective number 4.5.
    """
    row = proportion(denominators(), "a")
    assert (row["n"], row["n_event"]) == (6, 3)
    np.testing.assert_allclose(row["estimate"], 0.5, rtol=1e-14)
    np.testing.assert_allclose(row["std_error"], np.sqrt(2) / 6, rtol=1e-12)
    assert row["scale"] == "korn_graubard"


def test_no_event_has_exact_limits_of_the_patients():
    """0 of 6 lesions of 3 patients taken for 6 of them: limits of 0 of 3 are 0 to 70.76 %."""
    row = proportion(denominators(), "a", grade=3)
    assert row["n_event"] == 1
    none = study([event(row, 0) for row in range(7)])
    row = proportion(none, "a")
    limits = proportion_confint(0, 3, method="beta")
    np.testing.assert_allclose([row["lower"], row["upper"]], limits, rtol=1e-9)
    assert row["scale"] == "exact"
    difference = one(none.results, id=row["id"].replace("proportion/a", "proportion_difference"))
    assert difference is not None
    assert difference["scale"] == "newcombe"
    assert -1 <= difference["lower"] < 0 < difference["upper"] <= 1


def test_rates_count_every_event_over_the_time_at_risk():
    """Two events of one lesion counted once: 3 events in 6 years of 366 days."""
    found = study([event(0, 2), event(0, 3, onset=50), event(3, 2), event(6, 0)])
    row = one(found.results, measure="event_rate", arm="a", endpoint="toxicity_any_any_grade_2")
    assert row is not None
    np.testing.assert_allclose(row["estimate"], 3 / (6 * 366 / 365.25), rtol=1e-12)
    count_row = one(found.results, measure="mean_cumulative_count", arm="a")
    assert count_row is not None
    np.testing.assert_allclose(count_row["estimate"], 3 / 6, rtol=1e-12)


DAYS = np.arange(20, 44)
DEAD = (DAYS % 5 > 1).astype(int)
FIRM = (DAYS % 3 == 0).astype(int)


@cache
def with_factors() -> Results:
    """24 patients followed 20 to 43 days, arms in turn, of weak or firm grip, most of them die."""
    rows = [
        {"id": f"P{day}", "arm": "ab"[day % 2], "grip": ["weak", "firm"][firm], "dead": dead,
         "death": date(day) if dead else None, "last": date(day)}
        for day, dead, firm in zip(DAYS.tolist(), DEAD.tolist(), FIRM.tolist(), strict=True)
    ]  # fmt: skip
    factors = [{"endpoint": "survival", "terms": ["grip"]}]
    keys = {"estimation": {"times": ["1 months"], "horizon": "1 months"}}
    return run(plan({"risk_factors": factors}, **keys), cohort(rows, [event(0, 1, onset=1)]))


def test_every_row_of_the_results_has_an_id_of_its_own():
    """Two terms, windows or grades under one name."""
    assert with_factors().results["id"].is_unique


def test_a_factor_has_the_incidence_of_its_level_and_a_ratio_given_the_arm():
    """The incidence of another level, or a hazard ratio that leaves the arm out."""
    found = where(with_factors().results, analysis="risk_factors")
    for level, own in (("weak", FIRM == 0), ("firm", FIRM == 1)):
        row = one(found, measure="cumulative_incidence", term=f"grip={level}")
        assert row is not None
        truth = aalen_johansen(DAYS[own], DEAD[own], times=[30.4375])
        np.testing.assert_allclose(row["estimate"], truth.value, rtol=1e-12)
        np.testing.assert_allclose(row["std_error"], truth.std_error(), rtol=1e-12)
        assert (row["n"], row["n_event"]) == (own.sum(), DEAD[own & (DAYS <= 30)].sum())
    ratio = one(found, measure="hazard_ratio")
    assert ratio is not None
    truth = cox(DAYS, DEAD, covariates=np.column_stack([DAYS % 2, FIRM])).estimate
    np.testing.assert_allclose(np.log(ratio["estimate"]), truth.value[1], rtol=1e-9)
    np.testing.assert_allclose(ratio["std_error"], truth.std_error()[1], rtol=1e-9)


def test_listed_events_tell_neither_patient_nor_date():
    """Severe events by running number, arm, term, grade, attribution and a range of days."""
    found = study([event(0, 3, onset=100, attribution=4), event(3, 1), event(6, 0)])
    (line,) = found.toxicity_listing.to_dict("records")
    assert line == {
        "number": 1, "arm": "a", "term": "Rash", "grade": 3, "attribution": 4, "days": "91 to 182",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("day", "text"),
    [(0, "0 to 30"), (30, "0 to 30"), (31, "31 to 90"), (800, "731 or later"), (-1, "before 0")],
)
def test_ranges_of_days_meet_without_overlap(day, text):
    """A day in two ranges, or in none."""
    assert day_range(day) == text
    assert day_range(np.nan) == "unknown"


@pytest.mark.parametrize("structure", ["independence", "exchangeable"])
def test_odds_ratio_of_a_dose_is_that_of_geeglm(structure):
    """Logistic regression of dose and arm, clustered by patient: R's geepack to its digits."""
    rows = [
        {"id": f"P{r['cluster']}", "part": str(r["row"]), "arm": "ab"[r["arm"]], "dose": r["dose"],
         "flare": r["toxic"]}
        for r in ANSWERS["rows"]
    ]  # fmt: skip
    response = {
        "name": "flare", "label": "Flare", "flag": "flare", "equals": 1,
        "dose": {"column": "dose", "spline": 3}, "correlation": structure,
    }  # fmt: skip
    found = run(plan({"dose_response": [response]}), cohort(rows, [event(0, 0)]))
    row = one(found.results, measure="odds_ratio")
    assert row is not None
    answer = ANSWERS["gee"][structure]
    # the working correlation is estimated by moments with another divisor
    rtol = 1e-6 if structure == "independence" else 0.05
    np.testing.assert_allclose(np.log(row["estimate"]), answer["dose"], rtol=rtol)
    np.testing.assert_allclose(row["std_error"], answer["se"], rtol=rtol)
    curve = where(found.dose_response, kind="curve")
    assert (curve["lower"] < curve["estimate"]).all()
    assert curve["lower"].min() >= 0
    assert curve["upper"].max() <= 1


def test_a_dose_response_of_few_events_is_not_estimable():
    """A logistic regression of three events."""
    rows = [{"id": f"P{i}", "arm": "ab"[i % 2], "dose": i, "flare": i < 3} for i in range(30)]
    rows = [row | {"flare": int(row["flare"])} for row in rows]
    response = {"name": "flare", "label": "Flare", "flag": "flare", "equals": 1, "dose": "dose"}
    found = run(plan({"dose_response": [response]}), cohort(rows, [event(0, 0)]))
    row = one(found.results, measure="odds_ratio")
    assert row is not None
    assert row["status"] == "not_estimable"
    assert "fewer than 10" in row["reason"]


def test_a_plan_without_the_block_has_no_toxicity():
    """Frames and rows of what was not asked for."""
    rows = [{"id": f"P{i}", "arm": "ab"[i % 2]} for i in range(6)]
    found = run(plan().model_copy(update={"toxicity": None}), cohort(rows))
    assert found.toxicity.empty
    assert not found.results["endpoint"].str.startswith("toxicity").any()


def test_rows_never_assessed_and_a_record_without_attribution_are_found():
    """Two of seven rows without any record, and nobody told that nothing can be related."""
    found = study([event(row, 1) for row in (0, 1, 2, 3, 6)])
    findings = found.findings.set_index("code")
    assert findings.loc["W_NOT_ASSESSED", "n"] == 2
    assert findings.loc["W_NOT_ASSESSED", "severity"] == "serious"
    assert findings.loc["N_NO_ATTRIBUTION", "severity"] == "note"
    assert set(found.toxicity["cause"]) == {"any"}
