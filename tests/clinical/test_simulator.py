"""The simulated cohort as a file: its bytes, its form, and whether its columns agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.clinical.simulated_covariates import BILSKY
from spine_outcomes.clinical.simulated_draw import draw_arrays
from spine_outcomes.clinical.simulator import (
    DEMO_PATIENTS,
    DEMO_SEED,
    Simulated,
    cohort_csv,
    simulate,
    truth_json,
)
from spine_outcomes.cohort.read import read_cohort
from spine_outcomes.errors import UsageError
from spine_outcomes.study.load import load_dictionary
from spine_outcomes.study.packaged import packaged_file

REGIONS = {"C": 7, "T": 12, "L": 5, "S": 5}
LEVELS = [f"{region}{i + 1}" for region, size in REGIONS.items() for i in range(size)]

# Criteria that some hospitals record, and what follows from a table of images.
NOT_DRAWN = {"expected_survival_3m", "tolerates_sbrt", "last_adjacent_image_date"}
OF_LONG_TABLES = {
    "last_adjacent_image_date", "lf_biopsy_date", "pain_response_date", "last_pain_date",
    "tox_any_max", "tox_acute_max", "tox_late_max", "tox_related_max", "tox_g3", "tox_g3_date",
    "tox_g3_late", "tox_g3_late_date", "last_tox_date",
}  # fmt: skip
"""Columns that only a long table gives."""


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    """A cohort of 3000 patients, nothing missing."""
    return simulate(3000, seed=7, missing=False)


@pytest.fixture(scope="module")
def frame(simulated: Simulated) -> pd.DataFrame:
    """Its table."""
    return simulated.frame


def numbers(frame: pd.DataFrame, column: str) -> pd.Series:
    """A column as numbers, NaN where empty."""
    return pd.to_numeric(frame[column].replace("", np.nan))


def dates(frame: pd.DataFrame, column: str) -> pd.Series:
    """A column as dates, NaT where empty."""
    return pd.to_datetime(frame[column], format="%Y-%m-%d", errors="coerce")


def test_the_packaged_demo_cohort_is_drawn_again_byte_for_byte() -> None:
    """A demo cohort that the command no longer draws has lost its truth."""
    demo = simulate(DEMO_PATIENTS, DEMO_SEED)
    for text, name in ((cohort_csv(demo), "cohort"), (truth_json(demo), "truth")):
        suffix = "csv" if name == "cohort" else "json"
        assert text.encode() == packaged_file(f"demo_{name}.{suffix}").read_bytes()
    assert (DEMO_PATIENTS, len(demo.frame)) == (500, 700)


def test_the_demo_cohort_is_read_without_an_error(tmp_path: Path) -> None:
    """Every type, code, hard range and cross-check of the dictionary holds, here and in others."""
    dictionary = load_dictionary(packaged_file("data_dictionary.yaml"))
    cohort = tmp_path / "cohort.csv"
    cohort.write_text(cohort_csv(simulate(2000, seed=11)), encoding="utf-8")
    for path in (packaged_file("demo_cohort.csv"), cohort):
        found = read_cohort(path, dictionary)
        assert found.is_simulated
        drawn = [name for name in dictionary.names if name not in NOT_DRAWN | OF_LONG_TABLES]
        assert list(found.frame.columns) == drawn
        assert not [finding for finding in found.findings if finding.severity == "serious"]


def test_truth_says_what_it_belongs_to() -> None:
    """Size, seed and options, so that a truth cannot be laid beside another cohort."""
    simulated = simulate(20, seed=1, missing=False, schedule="focal_half_yearly")
    truth = simulated.truth
    assert truth["simulator"] == {
        "n_patients": 20, "n_lesions": len(simulated.frame), "seed": 1, "missing": False,
        "schedule": "focal_half_yearly",
    }  # fmt: skip
    assert truth["conditional_hazard_ratios"] == {
        "in_field_failure": 0.90, "marginal_failure": 0.45, "vertebral_fracture": 1.25,
        "overall_survival": 1.0,
    }  # fmt: skip
    assert set(truth["sample"]) == {"latent", "detected"} < set(truth["law"])


@pytest.mark.parametrize(("n", "seed", "found"), [(0, 1, 1), (5, -1, 1), (-2, -3, 2)])
def test_a_size_or_seed_that_cannot_be(n: int, seed: int, found: int) -> None:
    """Both are told at once."""
    with pytest.raises(UsageError) as error:
        simulate(n, seed)
    assert len(error.value.problems) == found


def test_dates_come_in_order(frame: pd.DataFrame) -> None:
    """Birth, diagnosis, plan, start, end, image, contact: a cohort nobody must query."""
    start, contact = dates(frame, "sbrt_start"), dates(frame, "last_contact_date")
    for earlier, later in (
        ("birth_date", "diag_date"), ("diag_date", "mets_date"), ("mets_date", "sbrt_start"),
        ("mri_baseline_date", "sbrt_start"), ("plan_approval_date", "sbrt_start"),
        ("prior_surgery_date", "sbrt_start"), ("consent_date", "enrol_date"),
        ("enrol_date", "sbrt_start"), ("sbrt_start", "sbrt_end"), ("sbrt_end", "last_contact_date"),
        ("last_clean_mri_date", "last_imaging_date"), ("lf_date", "lf_confirm_date"),
        ("lf_date", "last_imaging_date"), ("vcf_date", "last_imaging_date"),
        ("last_imaging_date", "last_contact_date"), ("last_contact_date", "data_cutoff"),
    ):  # fmt: skip
        assert not (dates(frame, earlier) > dates(frame, later)).any(), (earlier, later)
    assert not (dates(frame, "last_clean_mri_date") >= dates(frame, "lf_date")).any()
    for column in (name for name in frame if name.endswith("_date") and "tox" in name):
        assert not (dates(frame, column) <= start).any()
        assert not (dates(frame, column) > contact).any()
    is_dead = frame["vital_status"] == "1"
    assert (frame.loc[is_dead, "death_date"] == frame.loc[is_dead, "last_contact_date"]).all()
    assert (frame.loc[~is_dead, "death_date"] == "").all()
    assert start.min() >= pd.Timestamp("2019-01-01")
    assert start.max() <= pd.Timestamp("2023-12-31")


def test_the_table_holds_the_draw(simulated: Simulated) -> None:
    """Covariates, arms and events of the table are those whose truth is known."""
    frame, draw = simulated.frame, draw_arrays(3000, seed=7)
    lesions, seen = draw.lesions, draw.observation
    start = dates(frame, "sbrt_start")
    for date, day in (
        ("lf_date", seen.local_failure), ("vcf_date", seen.fracture), ("death_date", seen.death),
        ("last_imaging_date", seen.last_image), ("last_contact_date", seen.last_contact),
    ):  # fmt: skip
        found = (dates(frame, date) - start).dt.days.fillna(10**6)
        np.testing.assert_array_equal(found, day)
    np.testing.assert_array_equal(frame["arm"] == "extended", lesions.is_extended)
    np.testing.assert_array_equal(frame["bilsky"], np.array(BILSKY)[lesions.bilsky])
    np.testing.assert_array_equal(numbers(frame, "gtv_cc"), lesions.gtv_cc)
    np.testing.assert_array_equal(numbers(frame, "sins_collapse"), lesions.collapse)
    np.testing.assert_array_equal(numbers(frame, "paraspinal_ext"), lesions.has_paraspinal)
    np.testing.assert_array_equal(numbers(frame, "age_at_sbrt"), draw.patients.age[lesions.patient])
    np.testing.assert_array_equal(numbers(frame, "ecog"), draw.patients.ecog[lesions.patient])
    np.testing.assert_allclose(
        numbers(frame, "calendar_year") - 2019, draw.patients.year[lesions.patient], atol=0.004
    )
    has_failed = frame["lf_flag"] == "1"
    is_marginal = (frame["lf_type"] == "2")[has_failed]
    np.testing.assert_array_equal(is_marginal, seen.is_marginal[has_failed])


def test_lesions_of_a_patient_share_no_level(frame: pd.DataFrame) -> None:
    """Overlapping levels on one date would be one lesion entered twice."""
    position = {name: i for i, name in enumerate(LEVELS)}
    first, last = frame["level_from"].map(position), frame["level_to"].map(position)
    levels = [
        (patient, level)
        for patient, a, b in zip(frame["patient_id"], first, last, strict=True)
        for level in range(a, b + 1)
    ]
    assert len(set(levels)) == len(levels)
    assert (last - first).between(0, 2).all()


def test_regions_keep_their_shares(frame: pd.DataFrame) -> None:
    """Cervical .12, thoracic .50, lumbar .30, sacral .08, though a patient's levels are apart."""
    shares = frame["region"].value_counts(normalize=True)
    expected = {"cervical": 0.12, "thoracic": 0.50, "lumbar": 0.30, "sacral": 0.08}
    assert set(shares.index) == set(expected)
    for region, share in expected.items():
        allowed = 3.5 * np.sqrt(share * (1 - share) / len(frame))
        assert shares[region] == pytest.approx(share, abs=allowed)


def test_volumes_and_doses_agree(frame: pd.DataFrame) -> None:
    """Target within target, and doses that are functions of one another."""
    gtv, ctv, ptv = (numbers(frame, f"{name}_cc") for name in ("gtv", "ctv", "ptv"))
    assert ((gtv <= ctv) & (ctv <= ptv)).all()
    dose, n, each = (
        numbers(frame, name) for name in ("dose_total_gy", "n_fractions", "dose_per_fx_gy")
    )
    np.testing.assert_allclose(dose, n * each, atol=0.0051 * 5)
    np.testing.assert_allclose(numbers(frame, "bed10"), dose * (1 + each / 10), atol=0.011)
    np.testing.assert_allclose(numbers(frame, "eqd2_10"), dose * (each + 10) / 12, atol=0.011)
    is_focal = frame["arm"] == "focal"
    assert (frame.loc[is_focal, ["ctv_levels_above", "ctv_levels_below"]] == "0").all().all()
    assert (frame.loc[is_focal, "ctv_sectors"] == frame.loc[is_focal, "sectors_involved"]).all()
    assert (frame.loc[~is_focal, "ctv_sectors"] != frame.loc[~is_focal, "sectors_involved"]).all()


def test_score_and_what_follows_from_it(frame: pd.DataFrame) -> None:
    """Total, fracture, deformity and bone type are functions of the components."""
    parts = [name for name in frame if name.startswith("sins_") and name != "sins_total"]
    assert len(parts) == 6
    total = sum(numbers(frame, name) for name in parts)
    np.testing.assert_array_equal(numbers(frame, "sins_total"), total)
    is_fractured = numbers(frame, "sins_collapse") >= 2
    np.testing.assert_array_equal(frame["vcf_baseline"] == "1", is_fractured)
    np.testing.assert_array_equal(
        frame["spinal_deformity"] == "1", frame["sins_alignment"].isin(["2", "4"])
    )
    has_new, has_more = frame["vcf_type"] == "1", frame["vcf_type"] == "2"
    assert has_new.any()
    assert has_more.any()
    assert not (has_new & is_fractured).any()
    assert not (has_more & ~is_fractured).any()


def test_prostate_cancer_in_men_and_breast_cancer_in_women(frame: pd.DataFrame) -> None:
    """And 53 % men over all."""
    patients = frame.drop_duplicates("patient_id")
    assert (patients.loc[patients["primary_site"] == "prostate", "sex"] == "1").all()
    assert (patients.loc[patients["primary_site"] == "breast", "sex"] == "0").all()
    assert (patients["sex"] == "1").mean() == pytest.approx(0.53, abs=3.5 * 0.5 / np.sqrt(3000))


def test_columns_without_a_law_are_independent_of_the_outcome(frame: pd.DataFrame) -> None:
    """A laboratory value that predicted failure would be a confounder nobody knows of."""
    has_failed, is_fractured = frame["lf_flag"] == "1", frame["vcf_flag"] == "1"
    for column in ("height_cm", "weight_kg", "hb_g_l", "alb_g_l", "alp_u_l", "gtv_oesoph_dist_mm"):
        value = numbers(frame, column)
        for event in (has_failed, is_fractured):
            difference = value[event].mean() - value[~event].mean()
            assert abs(difference) < 3.5 * value.std() * np.sqrt(
                1 / event.sum() + 1 / (~event).sum()
            )
