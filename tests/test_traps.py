"""Traps of time-to-event data, each with its numbers, that no test of one module holds.

``docs/inputs.md`` lists all of them with their tests; the last test here reads that list.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spine_outcomes import aalen_johansen, cox, kaplan_meier, restricted_mean_survival
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.eligibility import select
from spine_outcomes.cohort.read import cohort_from_frame
from spine_outcomes.endpoints.derive import derive
from spine_outcomes.errors import CohortError, PlanError
from spine_outcomes.inference.intervals import exact_upper, interval
from spine_outcomes.inference.pooling import pool
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.load import check_plan, load_dictionary, load_plan
from spine_outcomes.study.packaged import find_plan, packaged_file
from spine_outcomes.study.variants import changed
from tests.endpoints.conftest import FAILURE, SURVIVAL, make_cohort, make_plan

ROOT = Path(__file__).parents[1]
MONTH = 30.4375


def day(months: float, start: str = "2022-01-01") -> str:
    """A date so many months after the start."""
    return str((pd.Timestamp(start) + pd.Timedelta(days=round(months * MONTH))).date())


@pytest.fixture(scope="module")
def dictionary() -> DataDictionary:
    """The study's own dictionary."""
    return load_dictionary(packaged_file("data_dictionary.yaml"))


@pytest.fixture(scope="module")
def demo(dictionary: DataDictionary) -> pd.DataFrame:
    """The packaged cohort as text."""
    return pd.read_csv(packaged_file("demo_cohort.csv"), dtype="string", keep_default_na=False)


# --- 6: the living are frozen at their last visit, the dead come from a register ------------------


def frozen_survivors() -> Cohort:
    """100 rows: 10 dead at 6 months, 10 at 18; 80 alive, last seen at 10 months."""
    dead = [{"dead": "1", "death": day(m), "last_contact": day(m)} for m in [6] * 10 + [18] * 10]
    alive = [{"dead": "0", "death": None, "last_contact": day(10)} for _ in range(80)]
    return make_cohort([{"start": day(0)} | row for row in dead + alive])


def test_trap_6_survivors_nobody_updated_are_said() -> None:
    """S(24) reads 0 where it is .80: the ten alive to the register are all that is at risk."""
    plan = make_plan(SURVIVAL, cutoff=day(24))
    found = derive(frozen_survivors(), plan, "endpoint")
    curve = kaplan_meier(found.time, found.status, times=[24 * MONTH])
    np.testing.assert_allclose(curve.value, [0.0], atol=1e-12)
    finding = {f.code: f for f in found.findings}["W_FOLLOWED_LESS"]
    assert (finding.n, finding.severity) == (10, "serious")


def test_trap_6_one_cut_off_for_the_living_and_the_dead() -> None:
    """At the last day on which all were looked for, 10 of 100 are dead: S(10) = .90, no more."""
    plan = make_plan(SURVIVAL, cutoff=day(10))
    found = derive(frozen_survivors(), plan, "endpoint")
    assert "W_FOLLOWED_LESS" not in {f.code for f in found.findings}
    curve = kaplan_meier(found.time, found.status, times=[10 * MONTH - 1, 24 * MONTH])
    np.testing.assert_allclose(curve.value[0], 0.9, rtol=1e-12)
    assert np.isnan(curve.value[1])


# --- 7: the arm is what was planned, not what was found later -------------------------------------


def test_trap_7_a_later_column_decides_neither_who_is_analysed_nor_who_is_at_risk(
    dictionary: DataDictionary,
) -> None:
    """Requiring the three-month scan leaves 88 of 100 and 68 % where 60 % are alive."""
    plan = load_plan(find_plan("primary"))
    step = [{"id": "E9", "label": "Scanned", "rule": {"column": "n_fu_mri", "at_least": 1}}]
    who = {"name": "scanned", "eligibility": step}
    for key in ("population", "endpoints.local_failure.population"):
        with pytest.raises(PlanError) as caught:
            check_plan(changed(plan, {key: who}), dictionary)
        (problem,) = caught.value.problems
        assert problem.code == "E_NOT_BASELINE"
        assert "n_fu_mri" in problem.message


# --- 8: one arm is imaged half as often ----------------------------------------------------------


def imaged_every(days: int) -> Cohort:
    """120 rows, 24 failing on days 15, 45, …, 705, seen at the next image; the others at 720."""
    true = [15 + 30 * k for k in range(24)]
    seen = [(t // days + 1) * days for t in true]
    rows = [
        {"failed": "1", "seen": on, "clean_image": on - days, "last_image": on} for on in seen
    ] + [{"failed": "0", "seen": None, "clean_image": 720, "last_image": 720} for _ in range(96)]
    dates = ("seen", "clean_image", "last_image")
    written = [
        {k: day(v / MONTH) if k in dates and v is not None else v for k, v in row.items()}
        for row in rows
    ]
    return make_cohort([{"start": day(0), "dead": "0", "death": None} | row for row in written])


def test_trap_8_a_schedule_of_one_arm_is_a_gain_that_is_not_there() -> None:
    """20 % fail at the same days; seen every 90 or 180 days: .20 × 45 days of mean time gained.

    The mean delay is half the interval, 45 or 90 days. The interval between the last clean image
    and the first with the failure holds the true day in both arms.
    """
    event = FAILURE["event"][0] | {"last_clean": "clean_image"}
    plan = make_plan(FAILURE | {"event": [event]})
    means = []
    for days in (90, 180):
        found = derive(imaged_every(days), plan, "endpoint")
        means.append(restricted_mean_survival(found.time, found.status, horizon=720).value[0])
        true = np.arange(15, 720, 30)
        assert ((found.lower[:24] < true) & (true <= found.upper[:24])).all()
    np.testing.assert_allclose(means[1] - means[0], 0.20 * 45, rtol=1e-12)


# --- 10: lesions are not vertebrae ---------------------------------------------------------------


def test_trap_10_the_unit_of_a_share_is_said(dictionary: DataDictionary) -> None:
    """15 fractures: 15 % of 100 lesions, 10 % of the 150 vertebrae in them."""
    broken, levels = np.arange(100) < 15, np.where(np.arange(100) < 50, 2, 1)
    per_lesion = aalen_johansen(np.full(100, 5.0), broken.astype(int), times=[5]).value[0]
    vertebra = np.repeat(np.arange(100), levels)
    is_first = np.diff(vertebra, prepend=-1) > 0
    per_vertebra = aalen_johansen(
        np.full(150, 5.0), (broken[vertebra] & is_first).astype(int), times=[5]
    ).value[0]
    assert (per_lesion, per_vertebra) == (pytest.approx(0.15), pytest.approx(0.10))
    assert {e.level for e in load_plan(find_plan("primary")).endpoints.values()} == {
        "lesion", "patient",
    }  # fmt: skip
    assert dictionary.table.row == "lesion"


# --- 14: a code for missing is no value ----------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("kps", "999", None),  # declared: missing
        ("death_date", "1900-01-01", "E_DATE"),
        ("tox_myelitis_max", "9", "E_RANGE"),
        ("hb_g_l", "-9", None),
    ],
)
def test_trap_14_a_sentinel_is_missing_or_a_fault_and_never_a_number(
    demo: pd.DataFrame, dictionary: DataDictionary, column: str, value: str, code: str | None
) -> None:
    """999 as a status, 1900 as a death (−45 000 days), grade 9 as at least 3."""
    rows = demo.drop_duplicates("patient_id", keep=False).head(40).reset_index(drop=True)
    rows.loc[0, column] = value
    if code is None:
        assert cohort_from_frame(rows, dictionary).frame[column].isna().iloc[0]
        return
    with pytest.raises(CohortError) as caught:
        cohort_from_frame(rows, dictionary)
    assert {p.code for p in caught.value.problems if p.column == column} >= {code}


# --- 15: what follows the arm does not explain it ------------------------------------------------


@pytest.mark.parametrize(
    "column",
    ["ptv_cc", "ctv_sectors", "n_fu_mri", "systemic_post", "lf_confirm_date", "last_imaging_date",
     "planned_fx_completed", "arm", "patient_id"],
)  # fmt: skip
def test_trap_15_a_consequence_of_the_arm_is_no_covariate(
    dictionary: DataDictionary, column: str
) -> None:
    """Exit 4, before any row is read: the target's volume alone predicts the arm."""
    plan = load_plan(find_plan("primary"))
    for key in ("propensity.terms", "estimation.adjusted_models"):
        terms = ["age_at_sbrt", column]
        value = terms if key == "propensity.terms" else {"terms": terms}
        with pytest.raises(PlanError) as caught:
            check_plan(changed(plan, {key: value}), dictionary)
        assert {p.code for p in caught.value.problems} <= {
            "E_NOT_BASELINE",
            "E_FORBIDDEN",
            "E_TYPE",
        }
        assert any(column in p.message for p in caught.value.problems)
        assert caught.value.exit_code == 4


# --- 16: weights are not counts of people --------------------------------------------------------


def test_trap_16_a_weight_of_two_adds_no_information() -> None:
    """Weights of mean 2 read as counts make the model's error too small by √2; the robust stays."""
    rng = np.random.default_rng(7)
    time, status = rng.exponential(1, 200), rng.integers(0, 2, 200)
    arm = rng.integers(0, 2, 200).astype(float)[:, None]
    once, twice = (
        cox(time, status, np.full(200, w), covariates=arm, ties="breslow") for w in (1.0, 2.0)
    )
    np.testing.assert_allclose(twice.estimate.value, once.estimate.value, rtol=1e-9)
    np.testing.assert_allclose(twice.estimate.std_error(), once.estimate.std_error(), rtol=1e-9)
    naive = [1 / np.sqrt(fit.information[0, 0]) for fit in (once, twice)]
    np.testing.assert_allclose(naive[0] / naive[1], np.sqrt(2), rtol=1e-9)


# --- 18: scores are not averaged over imputations ------------------------------------------------


def test_trap_18_effects_are_pooled_not_scores() -> None:
    """Log ratios −.30, −.25, −.38, variances .040, .042, .041: ratio .733, .480 to 1.120."""
    found = pool([[-0.30], [-0.25], [-0.38]], np.sqrt([[0.040], [0.042], [0.041]]))
    assert found.value[0] == pytest.approx(-0.31, abs=1e-12)
    assert found.within[0] == pytest.approx(0.041, abs=1e-12)
    assert found.between[0] == pytest.approx(0.0043, abs=1e-12)
    assert found.std_error[0] == pytest.approx(0.2162, abs=5e-5)
    limits = interval(np.exp(found.value), found.std_error, "log")
    np.testing.assert_allclose(
        [np.exp(found.value), *limits], [[0.733], [0.480], [1.120]], atol=5e-4
    )


# --- 22: one person in both arms -----------------------------------------------------------------


def test_trap_22_a_patient_in_both_arms_dies_once_in_the_arm_of_the_index_row() -> None:
    """Two lesions, two arms: counted twice, survival by arm has no meaning."""
    rows = [
        {"id": "P1", "part": "1", "arm": "a", "start": day(0), "death": day(9)},
        {"id": "P1", "part": "2", "arm": "b", "start": day(3), "death": day(9)},
        {"id": "P2", "part": "1", "arm": "b", "start": day(0), "death": day(8)},
    ]
    seen = [row | {"dead": "1", "last_contact": row["death"]} for row in rows]
    cohort = make_cohort(seen)
    selection = select(cohort, make_plan(SURVIVAL))
    assert {f.code: f.n for f in selection.findings}["N_BOTH_ARMS"] == 1
    found = derive(selection.cohort, make_plan(SURVIVAL), "endpoint")
    assert selection.cohort.frame["arm"].iloc[found.rows].tolist() == ["a", "b"]
    assert found.status.tolist() == [1, 1]


# --- 26: nothing happened ------------------------------------------------------------------------


def test_trap_26_no_event_has_an_exact_limit_and_no_ratio() -> None:
    """0 of 500: at most .74 % (two-sided 95 %), .60 % one-sided (the rule of three)."""
    assert exact_upper(500) == pytest.approx(0.0074, abs=5e-5)
    assert exact_upper(500, 0.90) == pytest.approx(0.0060, abs=5e-5)
    time, status = np.arange(1.0, 501), np.zeros(500, dtype=int)
    status[:9] = 1
    arm = (np.arange(500) > 8).astype(float)[:, None]  # every event in one arm
    fit = cox(time, status, covariates=arm)
    assert np.isnan(fit.estimate.value[0])
    assert fit.estimate.reasons[0]


# --- the list ------------------------------------------------------------------------------------


def listed_tests(heading: str) -> dict[str, list[str]]:
    """Tests of each case (path below tests, and name), as a table in docs/inputs.md lists them."""
    text = (ROOT / "docs" / "inputs.md").read_text(encoding="utf-8")
    section = text.split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| ([RCF0-9, ]+) \|.*\| (.*) \|$", section, re.MULTILINE)
    return {
        case: re.findall(r"`([^`]+::[^`]+)`", tests)
        for cases, tests in rows
        for case in cases.split(", ")
    }


@pytest.mark.parametrize(
    "heading",
    ["Traps", "Wrong files, case by case", "Wrong rows and plans, case by case"],
)
def test_every_case_of_the_documentation_has_tests_that_exist(heading: str) -> None:
    """A list that names a test which is gone promises what nothing holds."""
    found = listed_tests(heading)
    if heading == "Traps":
        assert list(found) == [str(number) for number in range(1, 29)]
    if heading.startswith("Wrong files"):
        left_out = {18, 24, 38, 45, 46, 48}  # numbers that the catalogue does not give
        assert list(found) == [f"F{n:02}" for n in range(1, 50) if n not in left_out]
    for case, names in found.items():
        assert names, case
        for name in names:
            path, test = name.split("::")
            assert f"def {test}(" in (ROOT / "tests" / path).read_text(encoding="utf-8"), name
