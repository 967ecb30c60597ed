"""The shipped dictionary: complete, and strict where a slip would bias a comparison."""

from __future__ import annotations

import pytest

from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.load import load_dictionary
from spine_outcomes.study.packaged import packaged_file

N_COLUMNS = 152


@pytest.fixture(scope="module")
def dictionary() -> DataDictionary:
    """The dictionary at the top of the repository."""
    return load_dictionary(packaged_file("data_dictionary.yaml"))


def test_every_column_of_the_study_is_there(dictionary: DataDictionary) -> None:
    """127 numbered columns, of which some bundle several."""
    assert len(dictionary.columns) == N_COLUMNS


def test_consequences_of_the_arm_may_never_explain_it(dictionary: DataDictionary) -> None:
    """The target volume predicts the arm perfectly: adjusting for it removes the effect."""
    never = [
        "ctv_cc",
        "ptv_cc",
        "ctv_sectors",
        "ctv_levels_above",
        "ctv_levels_below",
        "ptv_v95_pct",
        "gtv_dmin_gy",
        "cord_dmax_gy",
        "oesoph_dmax_gy",
    ]
    assert {dictionary[name].propensity for name in never} == {"forbidden"}


def test_dose_needs_a_sensitivity_analysis(dictionary: DataDictionary) -> None:
    """Dose is decided together with the arm: in the primary analysis it would be a mediator."""
    dose = ["dose_total_gy", "n_fractions", "dose_per_fx_gy", "bed10", "eqd2_10"]
    assert {dictionary[name].propensity for name in dose} == {"sensitivity_only"}


def test_baseline_columns_that_are_no_covariates_are_forbidden(dictionary: DataDictionary) -> None:
    """Dates, near-duplicates and the candidate instrument are baseline, and still no covariates."""
    never = [
        "birth_year",
        "birth_date",
        "histology",
        "diag_date",
        "mets_date",
        "consent_date",
        "enrol_date",
        "prior_surgery_date",
        "prior_rt_same_level",
        "mri_baseline_date",
        "treating_physician",
        "plan_approval_date",
        "sbrt_start",
    ]
    assert {dictionary[name].phase for name in never} == {"baseline"}
    assert {dictionary[name].propensity for name in never} == {"forbidden"}


def test_follow_up_is_post_baseline(dictionary: DataDictionary) -> None:
    """A follow-up column with another phase could enter eligibility or the propensity."""
    start = dictionary.names.index("last_imaging_date")
    assert {column.phase for column in dictionary.columns[start:]} == {"post_baseline"}


def test_every_flag_has_its_date_and_its_rule(dictionary: DataDictionary) -> None:
    """An event without its rule could lack its date, and would be dropped."""
    ruled = {
        (rule.columns[0], rule.present_iff.column)
        for rule in (check.rule for check in dictionary.checks)
        if rule is not None and rule.present_iff is not None
    }
    events = ["lf", "epid", "adj", "vcf", "retreat"]
    assert {(f"{name}_date", f"{name}_flag") for name in events} <= ruled
    terms = ["myelitis", "radiculitis", "oesoph_acute", "oesoph_late", "other"]
    assert {(f"tox_{name}_date", f"tox_{name}_max") for name in terms} <= ruled
    assert ("death_date", "vital_status") in ruled


def test_dates_of_patients_are_marked(dictionary: DataDictionary) -> None:
    """A date that is not marked could leave in a report."""
    dates = [column for column in dictionary.columns if column.type == "date"]
    assert {column.phi for column in dates} == {"date"}
    assert [column.name for column in dictionary.columns if column.phi == "direct"] == [
        "patient_id"
    ]


def test_grades_keep_their_letters_and_order(dictionary: DataDictionary) -> None:
    """A spreadsheet turns 0, 2 and 3 into numbers and leaves 1a: the codes must be text."""
    assert list(dictionary["bilsky"].codes or {}) == ["-8", "0", "1a", "1b", "1c", "2", "3"]
    assert dictionary["bilsky"].ordered
    assert dictionary["bilsky"].codes == dictionary["bilsky_fu"].codes


def test_codes_follow_the_protocol(dictionary: DataDictionary) -> None:
    """Swapped codes swap the sexes, or the arms."""
    assert dictionary["sex"].codes == {"0": "Female", "1": "Male"}
    assert list(dictionary["arm"].codes or {}) == ["focal", "extended", "other"]
    assert dictionary.table.simulated is not None
    assert dictionary.table.simulated.equals in (dictionary["site_id"].codes or {})


def test_checks_named_by_columns_have_the_form_of_an_id(dictionary: DataDictionary) -> None:
    """Ids tie a message to the protocol's list of checks."""
    ids = {name for column in dictionary.columns for name in column.checks}
    ids |= {check.id for check in dictionary.checks}
    assert all(name[0] == "X" and name[1:].isdigit() for name in ids)
