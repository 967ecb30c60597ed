"""Looks as a committee meets them: cut-offs, what a blinded look keeps, the ledger, exit codes.

Data are the demo cohort with its long tables, as files whose later, swapped or permuted forms are
made here by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from spine_outcomes.cohort.comparison import as_text
from spine_outcomes.cohort.known_by import known_by
from spine_outcomes.cohort.read import read_cohort
from spine_outcomes.commands.manifest import verify
from spine_outcomes.study.load import load_dictionary
from spine_outcomes.study.packaged import DEMO_COHORT, find_plan, packaged_file
from tests.commanding import Told, told

TABLES = ("imaging", "toxicity", "pain", "events")
DATED = {"imaging": "img_date", "toxicity": "assessed", "pain": "pain_date", "events": "event_date"}
FIRST = "2020-07-20"
DATES = re.compile(r"\b(?:19|20)\d\d-\d\d-\d\d\b")
KEYS = ["patient_id", "lesion_id"]
# What the target covered tells the arm, and checks compare the two: swapped arms need it gone.
COVERAGE = ["ctv_sectors", "ctv_levels_above", "ctv_levels_below", "ctv_cc"]
Data = dict[str, pd.DataFrame]


def demo() -> Data:
    """The demo cohort and its long tables, as text."""
    names = {"cohort": DEMO_COHORT, **{name: f"demo_{name}.csv" for name in TABLES}}
    return {
        name: pd.read_csv(packaged_file(file), dtype=str, keep_default_na=False)
        for name, file in names.items()
    }


@pytest.fixture(autouse=True)
def _still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")


Look = Callable[..., tuple[Told, Path]]


@pytest.fixture(name="look")
def look_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    """A look at some data in a folder of its own; the same name goes on in the same folder."""

    def run(name: str, data: Data, number: int, cutoff: str, *words: object) -> tuple[Told, Path]:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        monkeypatch.chdir(folder)
        for table, frame in data.items():
            frame.to_csv(folder / f"{table}.csv", index=False, lineterminator="\n")
        given = [word for table in TABLES for word in ("--table", f"{table}={table}.csv")]
        found = told(
            "interim", "--look", number, "--cutoff", cutoff, "--cohort", "cohort.csv", *given,
            "--jobs", 1, *words,
        )  # fmt: skip
        edition = "-unblinded" if "--unblinded" in words else ""
        return found, folder / "reports" / f"interim-{number}{edition}"

    return run


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def coded(folder: Path) -> Path:
    """The coded supplement beside the folder of a blinded look."""
    return folder.with_name(f"{folder.name}-coded")


def succeeded(found: tuple[Told, Path]) -> Path:
    """The folder of a look that was made."""
    said, folder = found
    assert said.code == 0, said.text
    return folder


def test_the_demo_looks_run_in_one_command_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """docs/interim.md: three cut-offs at which 150, 300 and 500 patients had been enrolled."""
    monkeypatch.chdir(tmp_path)
    looks = ((1, FIRST, 150), (2, "2022-01-10", 300), (3, "2024-12-31", 500))
    for number, cutoff, n in looks:
        said = told("interim", "--look", number, "--cutoff", cutoff)
        assert said.code == 0, said.text
        folder = tmp_path / "reports" / f"interim-{number}"
        flow = pd.read_csv(folder / "flow.csv")
        assert flow.loc[0, "n_patients"] == n
        assert verify(folder) == () == verify(coded(folder))
        page = (folder / "report.html").read_text(encoding="utf-8")
        n_exhibits = page.count('data-kind="table"') + page.count('data-kind="figure"')
        assert page.count(f"data cut-off <time>{cutoff}</time>") == n_exhibits > 10
        drawn = (folder / "figures").glob("*.svg")
        assert all(cutoff in picture.read_text(encoding="utf-8") for picture in drawn)
        assert "W_LOOK" not in said.text
    lines = (tmp_path / "reports" / "interim-ledger.jsonl").read_text().splitlines()
    assert [json.loads(line)["look"] for line in lines] == [1, 2, 3]
    queries = pd.read_csv(tmp_path / "reports" / "interim-3" / "queries.csv")
    assert queries["n_closed"].notna().all()


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


def plan_with(folder: Path, **changes: object) -> Path:
    """The packaged plan of the looks, with few imputations and other keys of its block."""
    keys = yaml.safe_load(find_plan("interim").read_text(encoding="utf-8"))
    keys["interim"] |= changes
    keys["missing"] = {"imputations": 2, "iterations": 2}
    del keys["tables"]
    (folder / "analyses").mkdir(parents=True, exist_ok=True)
    text = packaged_file("data_dictionary.yaml").read_text(encoding="utf-8")
    (folder / "data_dictionary.yaml").write_text(text, encoding="utf-8")
    path = folder / "analyses" / "looks.yaml"
    path.write_text(yaml.safe_dump(keys, sort_keys=False))
    return path


def test_unblinded_looks_spend_one_after_the_other(look: Look, tmp_path: Path) -> None:
    """The second boundary counts what the first look spent, which only the ledger knows."""
    plan, data = plan_with(tmp_path), demo()
    succeeded(look("one", data, 1, FIRST, plan, "--unblinded"))
    folder = succeeded(look("one", data, 2, "2022-01-10", plan, "--unblinded"))
    looks = pd.read_csv(folder / "monitoring.csv")
    held = looks[looks["is_planned"].astype(str).str.lower() == "false"]
    assert held["look"].tolist() == [1, 2]
    assert held["alpha_spent"].is_monotonic_increasing
    assert (held["fraction"] > 0).all()
    results = pd.read_csv(folder / "results.csv")
    ours = results[results["model"] == "group_sequential"].set_index("measure")
    assert ours.loc["information_fraction", "estimate"] == held["fraction"].iloc[-1]
    assert set(results["analysis"]) == {"interim:2"}
    assert results["p_value"].isna().all()  # a p value that counts no looks is no test
    assert results.loc[results["model"] == "cox", "endpoint"].unique().tolist() == ["local_failure"]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "CONFIDENTIAL, UNBLINDED" in page
    assert page.index("The boundary is ") < page.index("Enrolment against the plan")
    for name in ("events", "visits", "follow_up"):  # docs: all that is blinded, by arm
        frame = pd.read_csv(folder / f"{name}.csv")
        assert set(frame["code"]) == {"all", "focal", "extended"}, name
    events = pd.read_csv(folder / "events.csv").set_index(["code", "endpoint"])["n_event"]
    assert (events["focal"] + events["extended"]).equals(events["all"])


def test_an_edited_look_stops_the_next_one(look: Look) -> None:
    """C12: exit code 4, and nothing is written."""
    data = demo()
    folder = succeeded(look("one", data, 1, FIRST))
    path = folder / "results.csv"
    path.write_text(path.read_text().replace("150", "160"))
    said, second = look("one", data, 2, "2022-01-10")
    assert (said.code, said.paths) == (4, "")
    assert "E_LEDGER_EDITED" in said.text
    assert not second.exists()


def test_repeated_and_unplanned_looks_run_and_are_named(look: Look) -> None:
    """C12: they happen; the report must say so to whoever reads it."""
    data = demo()
    succeeded(look("one", data, 1, FIRST))
    same, _ = look("one", data, 1, FIRST)
    assert (same.code, "W_LOOK" in same.text) == (0, False)
    again, folder = look("one", data, 1, "2020-08-31", "--overwrite")
    assert (again.code, "W_LOOK_REPEATED" in again.text) == (0, True)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "was made before, with cut-off" in page
    assert "W_LOOK_REPLACED" in page
    beyond, folder = look("one", data, 4, "2024-12-31")
    assert (beyond.code, "W_LOOK_UNPLANNED" in beyond.text) == (0, True)
    assert "not planned" in (folder / "report.html").read_text(encoding="utf-8")
    ledger = folder.parent / "interim-ledger.jsonl"
    assert [json.loads(line)["look"] for line in ledger.read_text().splitlines()] == [1, 1, 4]


def test_a_look_does_not_replace_another_unasked(look: Look) -> None:
    """The ledger would name a report that is gone: neither another cut-off nor other data, which
    leave the open report's name as it is, may take its folder or that of its supplement."""
    data = demo()
    folder = succeeded(look("one", data, 1, FIRST))
    before = contents(folder), contents(coded(folder))
    cohort = data["cohort"].copy()
    early = cohort["sbrt_start"] <= FIRST
    cohort.loc[early & (cohort["arm"] == "focal"), "sbrt_end"] = ""
    for frame, cutoff, text in (
        (data["cohort"], "2020-08-31", "another cutoff"),
        (cohort, FIRST, "other data or settings"),
    ):
        said, _ = look("one", data | {"cohort": frame}, 1, cutoff)
        assert (said.code, said.paths) == (6, "")
        assert "E_OUTPUT_EXISTS" in said.text
        assert text in said.text
    assert (contents(folder), contents(coded(folder))) == before
    ledger = folder.parent / "interim-ledger.jsonl"
    assert len(ledger.read_text().splitlines()) == 1


def test_corrected_history_is_named(look: Look) -> None:
    """Data of an earlier look that changed since are a fact that a committee must know."""
    data = demo()
    succeeded(look("one", data, 1, FIRST))
    cohort = data["cohort"].copy()
    first = cohort["sbrt_start"].to_numpy().argmin()
    cohort.loc[first, "gtv_cc"] = str(float(cohort.loc[first, "gtv_cc"] or 10) + 1)
    said, _ = look("one", data | {"cohort": cohort}, 2, "2022-01-10")
    assert (said.code, "W_HISTORY_CHANGED" in said.text) == (0, True)


def test_an_early_look_is_named(look: Look) -> None:
    """C11: fewer patients than planned is no error."""
    said, folder = look("one", demo(), 1, "2020-03-31")
    assert said.code == 0, said.text
    assert "W_LOOK_EARLY" in (folder / "findings.csv").read_text()


def test_without_long_tables_a_look_says_what_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A last image that a later one overwrote is no reason to forget that the row was watched."""
    monkeypatch.chdir(tmp_path)
    file = packaged_file(DEMO_COHORT)
    said = told("interim", "--look", 2, "--cutoff", "2022-01-10", "--cohort", file)
    assert said.code == 0, said.text
    assert "W_NO_LONG_TABLES" in said.text
    folder = tmp_path / "reports" / "interim-2"
    events = pd.read_csv(folder / "events.csv").set_index("endpoint")
    assert events.loc["local_failure", "n_event"] > 30
    follow_up = pd.read_csv(folder / "follow_up.csv").set_index("measure")
    assert follow_up.loc["median_follow_up:local_failure", "value"] > 12


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("--cutoff", FIRST), 2, "--look"),
        (("--look", 1), 2, "--cutoff"),
        (("--look", 0, "--cutoff", FIRST), 2, "--look"),
        (("primary", "--look", 1, "--cutoff", FIRST), 4, "E_NO_INTERIM"),
        (("--look", 1, "--cutoff", "2018-01-01"), 4, "E_CUTOFF"),
        (("--look", 1, "--cutoff", FIRST, "--key", "none.yaml"), 6, "none.yaml"),
        (("--look", 1, "--cutoff", FIRST, "--strict"), 5, "E_STRICT"),
    ],
)
def test_exit_codes(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[object, ...],
    code: int,
    text: str,
) -> None:
    """A script that makes looks must know why one was not made; nothing is then entered."""
    monkeypatch.chdir(tmp_path)
    said = told("interim", *words)
    assert said.code == code, said.text
    assert text in said.text
    assert said.paths == ""
    assert not (tmp_path / "reports" / "interim-ledger.jsonl").exists()


def test_a_plan_of_looks_has_no_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else whoever wants to compare the arms before time runs report: no boundary, no ledger."""
    monkeypatch.chdir(tmp_path)
    said = told("report", "interim")
    assert (said.code, said.paths) == (4, "")
    assert "E_PLAN_OF_LOOKS" in said.text
    assert "interim interim --look K" in said.text
    assert not (tmp_path / "reports").exists()


def test_small_counts_are_hidden_where_it_is_asked_for(look: Look) -> None:
    """A copy that goes further must not hold a cell of one patient, nor its share."""
    folder = succeeded(look("one", demo(), 1, FIRST, "--min-cell", 5))
    for place in (folder, coded(folder)):
        for name in ("grades", "deaths", "limits", "deviations"):
            frame = pd.read_csv(place / f"{name}.csv", dtype=str, keep_default_na=False)
            counts = frame[[c for c in ("n", "n_event") if c in frame]].to_numpy().ravel()
            assert not set(counts) & {"1", "2", "3", "4"}
            if "value" in frame:
                hidden = frame["n_event"].str.startswith("<")
                assert (frame.loc[hidden, "value"] == "").all()
    assert np.isin("<5", pd.read_csv(folder / "grades.csv", dtype=str)["n"])
