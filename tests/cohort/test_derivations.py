"""Columns derived by a named rule, on the study's own dictionary and demo cohort."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pandas as pd
import pytest

from spine_outcomes.clinical.derivations import FORMULAS
from spine_outcomes.clinical.summaries import SUMMARIES
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.derivations import definition
from spine_outcomes.cohort.read import cohort_from_frame
from spine_outcomes.errors import CohortError, DictionaryError
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.load import load_dictionary
from spine_outcomes.study.packaged import packaged_file

DICTIONARY = load_dictionary(packaged_file("data_dictionary.yaml"))
TEXT = packaged_file("demo_cohort.csv").read_text(encoding="utf-8")

Make = Callable[..., DataDictionary]


@pytest.fixture
def rows() -> pd.DataFrame:
    """The first lesions of the demo cohort, as text, with every component of the score."""
    frame = pd.read_csv(StringIO(TEXT), dtype=str, keep_default_na=False)
    is_whole = (frame.filter(regex="^sins_") != "").all(axis=1)
    return frame[is_whole].head(3).reset_index(drop=True)


def read(frame: pd.DataFrame) -> Cohort:
    """Read a table as if it were a file."""
    return cohort_from_frame(frame, DICTIONARY)


def problem(frame: pd.DataFrame, **changed: str) -> Any:
    """The one problem of the first row with some values changed."""
    for name, value in changed.items():
        frame.loc[0, name] = value
    with pytest.raises(CohortError) as caught:
        read(frame)
    (found,) = caught.value.problems
    return found


def test_every_derivation_of_the_study_exists() -> None:
    """A name that nothing computes would pass every cohort."""
    derived = [c.derivation for c in DICTIONARY.columns if c.derivation is not None]
    assert {d.name for d in derived if d.table is None} <= FORMULAS.keys()
    assert {d.name for d in derived if d.table is not None} <= SUMMARIES.keys()


def test_trap_24_x23_the_total_is_the_sum(rows: pd.DataFrame) -> None:
    """3 + 1 + 2 + 0 + 2 + 1 = 9, typed as 8: an error that shows both sides."""
    parts = {
        "sins_location": "3", "sins_pain": "1", "sins_bone": "2", "bone_type": "lytic",
        "sins_alignment": "0", "spinal_deformity": "0", "sins_collapse": "2",
        "vcf_baseline": "1", "sins_posterolateral": "1", "level_from": "T11", "level_to": "T12",
        "n_levels_involved": "2", "region": "thoracic", "vcf_flag": "0", "vcf_date": "",
        "vcf_type": "",
    }  # fmt: skip
    found = problem(rows, **parts, sins_total="8")
    assert (found.code, found.column, found.value, found.line) == (
        "E_X23", "sins_total", "8", 2,
    )  # fmt: skip
    assert "8 recorded, 9 derived" in str(found)
    assert "sins_collapse = 2" in str(found)


def test_trap_24_x24_the_location_is_that_of_the_worst_level(rows: pd.DataFrame) -> None:
    """T10 to T11 is junctional, 3, and not semirigid, 1, as T10 is."""
    at = {"level_from": "T10", "level_to": "T11", "n_levels_involved": "2", "region": "thoracic"}
    total = sum(int(rows.loc[0, c]) for c in rows.filter(regex="^sins_[^lt]"))
    found = problem(rows, **at, sins_location="1", sins_total=str(total + 1))
    assert (found.code, found.value) == ("E_X24", "1")
    assert "3 derived" in str(found)


def test_trap_20_x21_a_total_stored_as_a_fraction(rows: pd.DataFrame) -> None:
    """24 Gy in 2, with 24 stored per fraction: 48 is not 24."""
    found = problem(
        rows, dose_total_gy="24", n_fractions="2", dose_per_fx_gy="24", bed10="52.8",
        eqd2_10="44",
    )  # fmt: skip
    assert found.code == "E_X21"
    assert "24 recorded, 48 derived" in str(found)


def test_trap_20_x22_the_effective_dose_is_computed_again(rows: pd.DataFrame) -> None:
    """A BED of centigrays or of another α/β is no covariate."""
    found = problem(
        rows, dose_total_gy="24", n_fractions="2", dose_per_fx_gy="12", bed10="120", eqd2_10="44"
    )
    assert found.code == "E_X22"
    assert "120 recorded, 52.8 derived" in str(found)


@pytest.mark.parametrize(("age", "is_fault"), [("61", False), ("60", True)])
def test_trap_11_x20_age_is_counted_by_birthdays(
    rows: pd.DataFrame, age: str, is_fault: bool
) -> None:
    """Born 1962-03-01, treated 2023-03-01: 61, though days over 365.25 say 60.9993."""
    changed = {
        "birth_date": "1962-03-01", "birth_year": "1962", "sbrt_start": "2023-03-01",
        "age_at_sbrt": age,
    }  # fmt: skip
    frame = rows[list({*changed, "patient_id", "lesion_id", "arm", "last_contact_date",
                       "vital_status", "sex", "prior_rt_same_level"})].head(1)  # fmt: skip
    frame = frame.assign(**changed, last_contact_date="2024-01-01", vital_status="0")
    if is_fault:
        assert problem(frame).code == "E_X20"
    else:
        assert read(frame).frame["age_at_sbrt"].tolist() == [61.0]
    by_year = frame.drop(columns="birth_date").assign(age_at_sbrt="60")
    assert read(by_year).frame["age_at_sbrt"].tolist() == [60.0]
    assert problem(by_year.assign(age_at_sbrt="59")).code == "E_X20"


def test_what_the_file_lacks_is_filled_in(rows: pd.DataFrame) -> None:
    """A column that follows from others needs no export, even a required one; it is said."""
    names = ["age_at_sbrt", "region", "n_levels_involved", "sins_location", "sins_total", "eqd2_10"]
    whole, found = read(rows), read(rows.drop(columns=names))
    for name in names:
        recorded, derived = whole.frame[name], found.frame[name]
        assert recorded.dtype == derived.dtype
        if name == "eqd2_10":
            assert derived.to_numpy() == pytest.approx(recorded.to_numpy(), abs=0.005)
        else:
            assert recorded.tolist() == derived.tolist()
    assert tuple(found.frame.columns) == tuple(whole.frame.columns)
    (finding,) = [f for f in found.findings if f.code == "N_DERIVED"]
    assert all(name in finding.message for name in names)


def test_r16_the_arm_is_compared_and_never_filled_in(rows: pd.DataFrame) -> None:
    """An arm that disagrees with what the target covered is told; a missing one is an error."""
    covered = {"ctv_sectors": "1;2;6", "sectors_involved": "1", "ctv_levels_above": "0",
               "ctv_levels_below": "0", "ctv_cc": "", "ptv_cc": ""}  # fmt: skip
    rows = rows.assign(arm="focal", **covered)
    rows.loc[2, "arm"] = "other"
    (finding,) = [f for f in read(rows).findings if f.code == "W_X59"]
    assert (finding.n, read(rows).frame["arm"].tolist()) == (2, ["focal", "focal", "other"])
    with pytest.raises(CohortError, match="arm"):
        read(rows.drop(columns="arm"))


def test_trap_28_the_rule_of_a_pattern_is_there_to_be_printed() -> None:
    """Marginal failures range from 12 % to most, by the rule alone."""
    words = definition(DICTIONARY["lf_type"])
    assert words is not None
    assert "80 %" in words
    assert "20 %" in words
    assert definition(DICTIONARY["sex"]) is None


def test_x40_the_pattern_follows_from_the_isodose(rows: pd.DataFrame) -> None:
    """79.9 % inside is marginal; epidural failures have no pattern by volume."""
    start = pd.Timestamp(rows.loc[0, "sbrt_start"])
    day = {k: str((start + pd.Timedelta(days=d)).date()) for k, d in (("lf", 5), ("last", 9))}
    changed = {
        "lf_flag": "1", "lf_date": day["lf"], "last_imaging_date": day["last"],
        "last_clean_mri_date": "", "lf_confirm_date": "", "lf_pct_in_isodose": "79.9",
        "last_contact_date": day["last"], "vital_status": "0", "death_date": "",
    }  # fmt: skip
    keep = ["patient_id", "lesion_id", "arm", "sbrt_start", "sex", "prior_rt_same_level",
            "age_at_sbrt", "lf_type", *changed]  # fmt: skip
    frame = rows.assign(**changed, lf_type="4").head(1)[keep]
    assert read(frame).frame["lf_type"].tolist() == ["4"]
    assert read(frame.assign(lf_type="2")).frame["lf_type"].tolist() == ["2"]
    assert problem(frame, lf_type="1").code == "E_X40"


@pytest.mark.parametrize(
    ("derivation", "found"),
    [
        ({"name": "eqd3", "dose": "dose"}, "did you mean"),
        ({"name": "eqd2", "dose": "dose", "fractions": "age"}, "'alpha_beta' is missing"),
        ({"name": "eqd2", "doze": "dose", "fractions": "age", "alpha_beta": 10}, "'doze'"),
    ],
)
def test_a_derivation_that_cannot_be(make: Make, derivation: dict[str, Any], found: str) -> None:
    """A misspelt parameter left out would be another formula."""
    with pytest.raises(DictionaryError, match=found):
        cohort_from_frame(
            pd.DataFrame({"id": ["1"], "part": ["1"], "arm": ["a"]}), make(derivation)
        )


@pytest.fixture
def make(dictionary: Make) -> Callable[[dict[str, Any]], DataDictionary]:
    """The small dictionary with a derivation of a further column."""

    def with_derivation(derivation: dict[str, Any]) -> DataDictionary:
        small = dictionary()
        keys = [c.model_dump(exclude_none=True) for c in small.columns]
        new = {"name": "eqd2", "label": "E", "type": "float", "unit": "Gy", "level": "lesion",
               "phase": "treatment", "derivation": derivation}  # fmt: skip
        return dictionary(columns=[*keys, new], checks=[])

    return with_derivation
