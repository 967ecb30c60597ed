"""What a look does not see, and what a blinded one keeps: later data, arms, outcomes by arm.

Data are the demo cohort, whose later, swapped or permuted forms are made here by hand.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.cohort.comparison import as_text
from spine_outcomes.cohort.known_by import known_by
from spine_outcomes.cohort.read import read_cohort
from spine_outcomes.study.load import load_dictionary
from spine_outcomes.study.packaged import packaged_file
from tests.commands.looks import (
    FIRST,
    TABLES,
    Data,
    Look,
    coded,
    contents,
    demo,
    succeeded,
)

pytestmark = pytest.mark.usefixtures("still_clock")
DATED = {"imaging": "img_date", "toxicity": "assessed", "pain": "pain_date", "events": "event_date"}
DATES = re.compile(r"\b(?:19|20)\d\d-\d\d-\d\d\b")
KEYS = ["patient_id", "lesion_id"]
# What the target covered tells the arm, and checks compare the two: swapped arms need it gone.
COVERAGE = ["ctv_sectors", "ctv_levels_above", "ctv_levels_below", "ctv_cc"]


def as_extracted(data: Data, tmp_path: Path, day: str) -> Data:
    """The files as an extract of an earlier day would have held them."""
    for name, frame in data.items():
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    tables = {name: tmp_path / f"{name}.csv" for name in TABLES}
    dictionary = load_dictionary(packaged_file("data_dictionary.yaml"))
    whole = read_cohort(tmp_path / "cohort.csv", dictionary, tables)
    known = known_by(
        whole, pd.Timestamp(day).date(), started=("sbrt_start",), contact="last_contact_date"
    )
    frames = {"cohort": known.frame, **{name: known.long[name].frame for name in TABLES}}
    return {name: written(frame) for name, frame in frames.items()}


def written(frame: pd.DataFrame) -> pd.DataFrame:
    """A typed frame as the text of its file."""
    return pd.DataFrame(
        {
            name: frame[name].dt.strftime("%Y-%m-%d").fillna("")
            if pd.api.types.is_datetime64_any_dtype(frame[name].dtype)
            else as_text(frame[name]).fillna("")
            for name in frame
        }
    )


def without_later(data: Data, day: str) -> Data:
    """The data without patients that started, and records that were made, after a day."""
    cohort = data["cohort"]
    cohort = cohort[cohort["sbrt_start"] <= day]
    keys = set(map(tuple, cohort[KEYS].to_numpy()))
    tables = {}
    for name, column in DATED.items():
        own = data[name]
        is_known = np.array([tuple(key) in keys for key in own[KEYS].to_numpy()])
        tables[name] = own[is_known & (own[column] <= day)]
    return {"cohort": cohort, **tables}


@pytest.mark.parametrize(
    "words",
    [
        pytest.param((), id="blinded"),
        pytest.param(("--unblinded",), id="unblinded", marks=pytest.mark.slow),
    ],
)
def test_later_data_change_no_byte(look: Look, tmp_path: Path, words: tuple[str, ...]) -> None:
    """A look from the final extract is the look that was made years before, to the byte."""
    final = demo()
    then = as_extracted(final, tmp_path, FIRST)
    assert len(then["cohort"]) == len(without_later(final, FIRST)["cohort"])
    early = succeeded(look("early", then, 1, FIRST, *words))
    late = succeeded(look("late", final, 1, FIRST, *words))
    assert contents(early) == contents(late)
    if not words:
        assert contents(coded(early)) == contents(coded(late))
    ledgers = [folder.parent / "interim-ledger.jsonl" for folder in (early, late)]
    one, other = (json.loads(path.read_text()) for path in ledgers)
    assert one["data_sha256"] == other["data_sha256"]


def changed_later(data: Data, day: str) -> Data:
    """Other things happen after the day: deaths, failures, images, grades, contacts."""
    cohort, imaging = data["cohort"].copy(), data["imaging"].copy()
    dies = (cohort["death_date"] > day) & (cohort["sbrt_start"] <= day)
    patients = cohort.loc[dies, "patient_id"].unique()[::2]
    lives = cohort["patient_id"].isin(patients)
    for column, value in (("vital_status", "0"), ("death_date", ""), ("death_cause", "")):
        cohort.loc[lives, column] = value
    cohort.loc[lives, "last_contact_date"] = "2024-12-30"
    later = imaging["img_date"] > day
    imaging.loc[later, "target_cc"] = "7.5"
    return data | {"cohort": cohort, "imaging": imaging}


def test_changing_later_data_changes_no_byte(look: Look) -> None:
    """What happened afterwards, and to whom, is not known at the look."""
    final = demo()
    other = changed_later(final, FIRST)
    assert not other["cohort"].equals(final["cohort"])
    one, two = (succeeded(look(name, data, 1, FIRST)) for name, data in
                (("one", final), ("two", other)))  # fmt: skip
    assert contents(one) == contents(two)
    assert contents(coded(one)) == contents(coded(two))


def swapped(data: Data) -> Data:
    """The arms named the other way round."""
    cohort = data["cohort"].drop(columns=COVERAGE)
    other = {"focal": "extended", "extended": "focal"}
    return data | {"cohort": cohort.assign(arm=cohort["arm"].replace(other))}


def test_swapping_the_arms_leaves_the_blinded_look_as_it_is(look: Look, tmp_path: Path) -> None:
    """With the key fixed the blinded report is the same; and where the rows keep their letters,
    nothing in the coded supplement tells which arm A is."""
    plain = demo() | {"cohort": demo()["cohort"].drop(columns=COVERAGE)}
    key = tmp_path / "key.yaml"
    key.write_text("A: extended\nB: focal\n")
    one = succeeded(look("one", plain, 1, FIRST, "--key", key))
    two = succeeded(look("two", swapped(plain | {"cohort": demo()["cohort"]}), 1, FIRST,
                         "--key", key))  # fmt: skip
    assert contents(one) == contents(two)
    assert contents(coded(one)) != contents(coded(two))
    key.write_text("A: focal\nB: extended\n")
    three = succeeded(look("three", swapped(demo()), 1, FIRST, "--key", key))
    assert contents(one) == contents(three)
    assert contents(coded(one)) == contents(coded(three))


def outcomes_exchanged(data: Data) -> tuple[Data, Data]:
    """Pairs of patients, one in each arm and both with one lesion and the same first day, exchange
    everything that was recorded after it; and the data that the exchange is compared with."""
    dictionary = load_dictionary(packaged_file("data_dictionary.yaml"))
    cohort = data["cohort"].copy()
    later = [
        column.name
        for column in dictionary.columns
        if column.phase == "post_baseline" and column.name in cohort
    ]
    # These depend on what was there before treatment, which nobody exchanges.
    cohort["pain_resp_3m"] = cohort["vcf_type"] = ""
    single = cohort.groupby("patient_id")["lesion_id"].transform("size") == 1
    partners: dict[str, str] = {}
    is_low = cohort["level_from"].str[0].isin(["L", "S"])  # no gullet there: a check knows that
    for _, group in cohort[single].groupby(["sbrt_start", is_low]):
        arms = [group.loc[group["arm"] == arm, "patient_id"] for arm in ("focal", "extended")]
        for one, other in zip(*arms, strict=False):
            partners |= {one: other, other: one}
    place = {patient: at for at, patient in enumerate(cohort["patient_id"])}
    mine = [place[p] for p in partners]
    theirs = [place[p] for p in partners.values()]
    exchanged = cohort.copy()
    exchanged.iloc[mine, cohort.columns.get_indexer(later)] = cohort.iloc[theirs][later].to_numpy()
    start = dict(zip(cohort["patient_id"], cohort["sbrt_start"], strict=True))
    lesion = dict(zip(cohort["patient_id"], cohort["lesion_id"], strict=True))
    tables = {}
    for name, column in DATED.items():
        own = data[name].copy()
        is_later = own[column] > own["patient_id"].map(start)
        moves = is_later & own["patient_id"].isin(list(partners))
        own.loc[moves, "patient_id"] = own.loc[moves, "patient_id"].map(partners)
        own.loc[moves, "lesion_id"] = own.loc[moves, "patient_id"].map(lesion)
        tables[name] = own
    return data | {"cohort": cohort}, {"cohort": exchanged, **tables}


def test_permuting_outcomes_between_arms_leaves_the_blinded_look_as_it_is(look: Look) -> None:
    """What the arms differ in is in none of the bytes of a blinded report; and the coded supplement
    shows safety by letter, or it would be no use to the committee."""
    data, exchanged = outcomes_exchanged(demo())
    cutoff = "2024-12-31"
    deaths = [
        frame.loc[frame["vital_status"] == "1", "arm"].value_counts()["focal"]
        for frame in (data["cohort"], exchanged["cohort"])
    ]
    assert deaths[0] != deaths[1]
    one = succeeded(look("one", data, 3, cutoff))
    two = succeeded(look("two", exchanged, 3, cutoff))
    assert contents(one) == contents(two)
    before, after = (contents(coded(folder)) for folder in (one, two))
    assert before["accrual.csv"] == after["accrual.csv"]
    assert before["grades.csv"] != after["grades.csv"]


def test_a_blinded_report_holds_nothing_by_arm(look: Look) -> None:
    """No letter, no arm, no hash of the data, no comparison: not in any file of the folder."""
    folder = succeeded(look("one", demo(), 1, FIRST))
    for name, content in contents(folder).items():
        text = content.decode()
        assert "Arm A" not in text, name
        assert "data_sha256" not in text, name
        assert "SIM-0" not in text, name
        assert set(DATES.findall(text)) <= {FIRST, "2019-01-01", "1970-01-01"}, name
        if not name.startswith(("tables/plan", "report.html", "manifest")):
            assert "extended" not in text, name
            assert "hazard" not in text, name
    anchors = re.findall(r'\sid="([^"]+)"', (folder / "report.html").read_text(encoding="utf-8"))
    assert len(anchors) == len(set(anchors)) > 20
    results = pd.read_csv(folder / "results.csv")
    assert results["id"].is_unique
    assert (results["estimate"].isna() == (results["status"] != "ok")).all()
    assert results["arm"].isna().all()
    assert results["p_value"].isna().all()
    of_arms = ("in the arm of the first row", "A patient with rows in both arms counts in each")
    pages = [(place / "report.html").read_text("utf-8") for place in (folder, coded(folder))]
    assert [[text in page for text in of_arms] for page in pages] == [[False] * 2, [True] * 2]
    assert "Enrolment over time, Arm A" in pages[1]
    with_arms = pd.read_csv(coded(folder) / "results.csv")
    assert set(with_arms["arm"].dropna()) == {"A", "B"}
    assert set(with_arms.loc[with_arms["arm"].notna(), "measure"]) == {
        "enrolled", "rate", "early_death", "toxicity_rate", "deviation",
    }  # fmt: skip


DOCUMENTS = ("--formats", "html,docx,pdf")


def words_of(folder: Path) -> dict[str, str]:
    """What the Word file and the PDF of a look say; of the former also what is said of pictures."""
    with zipfile.ZipFile(folder / "report.docx") as parts:
        word = parts.read("word/document.xml").decode()
    pdf = ["pdftotext", "-layout", str(folder / "report.pdf"), "-"]
    said = subprocess.run(pdf, capture_output=True, text=True, check=True)
    return {"docx": word, "pdf": said.stdout}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no poppler here")
def test_the_documents_of_a_blinded_look_hold_what_its_page_does(
    look: Look, tmp_path: Path
) -> None:
    """A Word file with an arm in it unblinds whoever opens it; and so would one that swapped arms
    change. The supplement's are the committee's alone, and say so on every sheet."""
    plain = demo() | {"cohort": demo()["cohort"].drop(columns=COVERAGE)}
    key = tmp_path / "key.yaml"
    key.write_text("A: extended\nB: focal\n")
    words = (*DOCUMENTS, "--key", key)
    one = succeeded(look("one", plain, 1, FIRST, *words))
    two = succeeded(look("two", swapped(plain | {"cohort": demo()["cohort"]}), 1, FIRST, *words))
    assert contents(one) == contents(two)
    assert {"report.html", "report.docx", "report.pdf"} < set(contents(one))
    for text in words_of(one).values():
        assert "Arm A" not in text
        assert "SIM-0" not in text
        assert "hazard ratio" not in text.partition("Plan and departures")[0].lower()
        assert "CONFIDENTIAL" not in text
    assert all("Arm A" in text for text in words_of(coded(one)).values())
    with zipfile.ZipFile(coded(one) / "report.docx") as parts:
        heads = [parts.read(name).decode() for name in parts.namelist() if "header" in name]
    assert any("CONFIDENTIAL: for the study committee" in head for head in heads)
