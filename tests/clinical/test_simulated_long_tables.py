"""The simulated images, visits and events: they give the cohort's own columns, and nothing else."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.clinical.simulated_long_tables import long_table_csvs, long_tables
from spine_outcomes.clinical.simulator import (
    DEMO_PATIENTS,
    DEMO_SEED,
    Simulated,
    cohort_csv,
    simulate,
)
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.data_cut import cohort_as_of
from spine_outcomes.cohort.read import read_cohort
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.load import load_dictionary
from spine_outcomes.study.packaged import packaged_file

TABLES = ("imaging", "toxicity", "pain", "events")


@pytest.fixture(scope="module")
def dictionary() -> DataDictionary:
    """The study's own."""
    return load_dictionary(packaged_file("data_dictionary.yaml"))


def read_with_tables(simulated: Simulated, folder: Path, dictionary: DataDictionary) -> Cohort:
    """Write a cohort and its long tables, and read them."""
    cohort = folder / "cohort.csv"
    cohort.write_text(cohort_csv(simulated), encoding="utf-8")
    for name, text in long_table_csvs(simulated).items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return read_cohort(cohort, dictionary, {name: folder / f"{name}.csv" for name in TABLES})


@pytest.mark.parametrize(("n", "seed"), [(500, 1), (300, 2), (300, 3)])
def test_the_tables_give_the_columns_of_the_cohort(
    tmp_path: Path, dictionary: DataDictionary, n: int, seed: int
) -> None:
    """A rule of the dictionary or of the simulator that is off by a day shows here."""
    simulated = simulate(n, seed)
    found = read_with_tables(simulated, tmp_path, dictionary)
    warned = {finding.code for finding in found.findings} & {f"W_X{i}" for i in range(62, 67)}
    assert not warned
    derived = [c for c in dictionary.columns if c.derivation is not None and c.derivation.table]
    compared = [c.name for c in derived if c.name in simulated.frame]
    assert len(compared) == 23


def test_the_packaged_tables_are_drawn_again_byte_for_byte() -> None:
    """Tables of another draw would sum up to other columns than those of the demo cohort."""
    for name, text in long_table_csvs(simulate(DEMO_PATIENTS, DEMO_SEED)).items():
        assert text.encode() == packaged_file(f"demo_{name}").read_bytes()


def test_they_do_not_touch_the_cohort_and_have_a_stream_of_their_own() -> None:
    """The bytes of the demo cohort are pinned; its tables depend on its seed alone."""
    simulated = simulate(40, seed=5)
    before = cohort_csv(simulated)
    one, two = long_table_csvs(simulated), long_table_csvs(simulate(40, seed=5))
    assert one == two
    assert cohort_csv(simulated) == before
    assert one != long_table_csvs(simulate(40, seed=6))
    bare = long_table_csvs(simulate(40, seed=5, missing=False))
    assert bare["imaging.csv"] == one["imaging.csv"]


def test_what_makes_images_hard_is_there() -> None:
    """Swelling that goes, failures confirmed later, images nobody can judge, and some before."""
    simulated = simulate(500, seed=1)
    tables = long_tables(simulated)
    keys = ["patient_id", "lesion_id"]
    lesions = simulated.frame[[*keys, "lf_flag", "lf_date", "sbrt_start"]]
    images = tables["imaging"].merge(lesions, on=keys)
    is_doubt = images["status"] == "1"
    assert (is_doubt & (images["lf_flag"] == "0")).sum() > 20
    assert (is_doubt & (images["img_date"] == images["lf_date"])).sum() > 20
    assert ((images["status"] == "9") & (images["modality"] == "2")).sum() > 10
    assert (images["img_date"] < images["sbrt_start"]).sum() == len(lesions)
    assert (tables["events"]["event_kind"] == "5").sum() > 10
    severe = tables["toxicity"]["grade3_date"] != ""
    assert severe.sum() > 10
    assert (tables["toxicity"]["onset"][severe] <= tables["toxicity"]["grade3_date"][severe]).all()


def test_at_a_cut_off_nothing_later_is_known(tmp_path: Path, dictionary: DataDictionary) -> None:
    """Of the real columns too: no date that a table gives lies after the day."""
    cohort = read_with_tables(simulate(200, seed=4), tmp_path, dictionary)
    day = datetime.date(2022, 6, 30)
    cut = cohort_as_of(cohort, day)
    given = [c.name for c in dictionary.columns
             if c.type == "date" and c.derivation is not None and c.derivation.table]  # fmt: skip
    assert len(given) > 12
    for name in given:
        assert not (cut.frame[name] > pd.Timestamp(day)).any(), name
    has_failed = cut.frame["lf_flag"].fillna(False).to_numpy(bool)
    np.testing.assert_array_equal(has_failed, cut.frame["lf_date"].notna())
    assert cut.frame.loc[~has_failed, ["lf_type", "lf_confirm_date"]].isna().all(axis=None)
    started = cut.frame["sbrt_start"] <= pd.Timestamp(day)
    assert 0 < has_failed.sum() < cohort.frame["lf_flag"].sum()
    assert not has_failed[~started].any()
