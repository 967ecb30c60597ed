"""One dirty cohort as other programs export it: what is read is what was written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from spine_outcomes.clinical.simulated_dirty import Dirty, plant
from spine_outcomes.clinical.simulated_long_tables import long_tables
from spine_outcomes.clinical.simulator import simulate
from spine_outcomes.cohort.dictionary_draft import draft
from spine_outcomes.cohort.inspection import Inspection
from spine_outcomes.cohort.read import inspect_cohort
from spine_outcomes.cohort.redcap_fields import read_fields
from spine_outcomes.simulation.exports import exports
from spine_outcomes.simulation.redcap_export import ROW, UNKNOWN_CODE
from spine_outcomes.study.load import load_dictionary
from spine_outcomes.study.packaged import packaged_file

DICTIONARY = load_dictionary(packaged_file("data_dictionary.yaml"))
FORMS = (
    "cohort_gb18030.csv",
    "cohort.xlsx",
    "cohort.xpt",
    "cohort.sav",
    "cohort.dta",
    "redcap.csv",
)
KEYS = ["patient_id", "lesion_id"]


def written(frame: pd.DataFrame, folder: Path, seed: int) -> Path:
    """A folder with every form of a cohort, and the dictionary of each."""
    for name, content in exports(frame, DICTIONARY, seed).items():
        (folder / name).write_bytes(content)
    return folder


def plain(frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """A clean cohort, typed, as read from plain text; by its keys."""
    frame.to_csv(folder / "plain.csv", index=False)
    found = inspect_cohort(folder / "plain.csv", DICTIONARY).frame
    assert found is not None
    return found.set_axis(keys_of(found))


@pytest.fixture(scope="module")
def dirty() -> Dirty:
    """The cohort of seed 1 with planted errors."""
    return plant(simulate(500, seed=1).frame, seed=1)


@pytest.fixture(scope="module")
def folder(dirty: Dirty, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every form of it."""
    return written(dirty.frame, tmp_path_factory.mktemp("dirty"), seed=1)


def keys_of(frame: pd.DataFrame) -> pd.Index:
    """Patient and lesion of each row."""
    return pd.Index(frame[KEYS[0]] + "/" + frame[KEYS[1]])


def check_form(file: Path, clean: pd.DataFrame, planted: pd.DataFrame) -> None:
    """Rows without a planted error equal the clean cohort; every error is found, and no other."""
    found = inspect_cohort(file, load_dictionary(f"{file}.yaml"))
    assert [str(problem) for problem in found.problems] == []
    assert found.frame is not None
    keys, spoilt = keys_of(found.frame), set(keys_of(planted))
    errors = [breach for breach in found.breaches if breach.severity == "error"]
    assert {keys[row] for breach in errors for row in breach.rows} == spoilt
    at = {(breach.rule, keys[row], breach.column) for breach in errors for row in breach.rows}
    cells = zip(planted["check"], keys_of(planted), planted["column"], strict=True)
    is_found = pd.Series([cell in at for cell in cells], dtype=bool)
    assert is_found.groupby(planted["id"].to_numpy()).any().all()
    sound = found.frame.set_axis(keys)[~keys.isin(spoilt)].sort_index()
    pd.testing.assert_frame_equal(sound, clean[~clean.index.isin(spoilt)].sort_index())


@pytest.mark.parametrize("file", FORMS)
def test_every_form_is_the_same_cohort(
    file: str, folder: Path, dirty: Dirty, tmp_path: Path
) -> None:
    """A form that changes a value in silence gives another answer than the one beside it."""
    check_form(folder / file, plain(simulate(500, seed=1).frame, tmp_path), dirty.planted)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 4))
def test_other_cohorts_are_the_same_in_every_form(seed: int, tmp_path: Path) -> None:
    """As before, on other cohorts; and where nothing is planted, nothing is found."""
    frame = simulate(500, seed).frame
    clean, dirty = plain(frame, tmp_path), plant(frame, seed)
    written(dirty.frame, tmp_path, seed)
    for file in FORMS:
        check_form(tmp_path / file, clean, dirty.planted)
    written(frame, tmp_path, seed)
    for file in FORMS:
        check_form(tmp_path / file, clean, dirty.planted.iloc[:0])


@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_handful_of_patients_is_written_too(n: int, tmp_path: Path) -> None:
    """Columns without any value must keep their type in every form."""
    frame = simulate(n, seed=11).frame
    written(frame, tmp_path, seed=11)
    for file in FORMS:
        check_form(tmp_path / file, plain(frame, tmp_path), plant(frame, 11).planted.iloc[:0])


def test_the_same_seed_gives_the_same_bytes(dirty: Dirty, folder: Path) -> None:
    """Files that change by the clock could not be told from files that were edited."""
    for name, content in exports(dirty.frame, DICTIONARY, seed=1).items():
        assert content == (folder / name).read_bytes(), name


def test_declared_rules_are_needed(folder: Path) -> None:
    """Text with full-width digits and odd spaces is refused where nothing declares their repair."""
    declared = load_dictionary(folder / "cohort_gb18030.csv.yaml")
    table = declared.table.model_copy(update={"repairs": ()})
    strict = declared.model_copy(update={"table": table})
    found = inspect_cohort(folder / "cohort_gb18030.csv", strict)
    assert {"E_CHARACTER", "E_SPACES", "E_CODE"} <= {breach.rule for breach in found.breaches}
    wide = next(b for b in found.breaches if (b.rule, b.column) == ("E_CHARACTER", "weight_kg"))
    assert found.places is not None
    assert "U+FF" in str(found.places.shown(wide)[0])


def test_what_is_repaired_is_counted(folder: Path) -> None:
    """A repair in silence is a guess."""
    declared = load_dictionary(folder / "cohort_gb18030.csv.yaml")
    found = inspect_cohort(folder / "cohort_gb18030.csv", declared)
    counted = {finding.code for finding in found.findings}
    assert {"N_NORMALISED", "W_TRIMMED", "N_CASE", "N_SPELLING", "N_MISSING_CODES"} <= counted


def test_the_chinese_file_needs_its_dictionary(folder: Path) -> None:
    """Headers and codes in Chinese mean nothing that is not declared, and another encoding less."""
    text = (folder / "cohort_gb18030.csv").read_bytes().decode("gb18030")
    assert text.startswith("患者编号,")
    assert ",男," in text
    assert ",是," in text
    (problem, *_) = inspect_cohort(folder / "cohort_gb18030.csv", DICTIONARY).problems
    assert problem.code == "E_ENCODING"


def test_the_redcap_export_has_the_lines_of_a_project(folder: Path, dirty: Dirty) -> None:
    """One line a record with the patient's fields alone, one a lesion without them, numbered."""
    export = pd.read_csv(folder / "redcap.csv", dtype=str, keep_default_na=False)
    is_base = export["redcap_repeat_instrument"] == ""
    assert export.columns[:3].tolist() == [
        "record_id", "redcap_repeat_instrument", "redcap_repeat_instance",
    ]  # fmt: skip
    assert is_base.sum() == dirty.frame["patient_id"].nunique()
    assert (~is_base).sum() == len(dirty.frame)
    assert (export.loc[is_base, ["lesion_id", "sbrt_start", "lesion_complete"]] == "").all(
        axis=None
    )
    assert (export.loc[~is_base, ["sex", "birth_date", "patient_complete"]] == "").all(axis=None)
    instances = export[~is_base].groupby("record_id")["redcap_repeat_instance"]
    assert instances.apply(lambda n: n.tolist() == [str(i + 1) for i in range(len(n))]).all()
    assert (folder / "redcap.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_dictionary_of_the_project_describes_every_field(folder: Path) -> None:
    """18 columns, the record first, a form's fields together, choices as REDCap writes them."""
    fields = pd.read_csv(folder / "redcap_dictionary.csv", dtype=str, keep_default_na=False)
    export = pd.read_csv(folder / "redcap.csv", dtype=str, nrows=1)
    assert fields.shape[1] == 18
    names = fields["Variable / Field Name"].tolist()
    assert names[0] == "record_id"
    added = {"redcap_repeat_instrument", "redcap_repeat_instance"}
    assert set(export.columns) - {f"{form}_complete" for form in fields["Form Name"]} - added == {
        *names
    }
    forms = fields["Form Name"]
    assert (forms != forms.shift()).sum() == forms.nunique()
    line = fields.set_index("Variable / Field Name").loc["sex"]
    assert line["Choices, Calculations, OR Slider Labels"] == "0, Female | 1, Male"
    assert line["Field Type"] == "radio"
    assert fields.set_index("Variable / Field Name").loc["sbrt_start"].iloc[6] == "date_ymd"


def test_long_tables_are_instruments_of_the_project(tmp_path: Path) -> None:
    """A long table read from the export has the rows that went in, each with its lesion."""
    simulated = simulate(120, seed=2)
    long, dirty = long_tables(simulated), plant(simulated.frame, seed=2)
    for name, content in exports(dirty.frame, DICTIONARY, 2, long).items():
        (tmp_path / name).write_bytes(content)
    file = tmp_path / "redcap.csv"
    found = inspect_cohort(file, load_dictionary(f"{file}.yaml"), dict.fromkeys(long, file))
    assert not found.problems
    assert set(found.long) == {"imaging", "toxicity", "pain", "events"}
    for name, table in long.items():
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    simulated.frame.to_csv(tmp_path / "cohort.csv", index=False)
    files = {name: tmp_path / f"{name}.csv" for name in long}
    plain = inspect_cohort(tmp_path / "cohort.csv", DICTIONARY, files)
    for name, read in found.long.items():
        assert not read.problems
        assert not [breach for breach in read.breaches if breach.severity == "error"]
        pd.testing.assert_frame_equal(in_order(read), in_order(plain.long[name]))


def test_a_draft_from_the_project_reads_its_export(
    folder: Path, dirty: Dirty, tmp_path: Path
) -> None:
    """What the project says of its fields is enough to read them; the missing code is confirmed."""
    fields = read_fields(folder / "redcap_dictionary.csv")
    text = draft(fields, "redcap_dictionary.csv", ROW)
    assert "missing_codes: []" in text
    (tmp_path / "draft.yaml").write_text(
        text.replace("missing_codes: []", f"missing_codes: [{UNKNOWN_CODE}]"), encoding="utf-8"
    )
    found = inspect_cohort(folder / "redcap.csv", load_dictionary(tmp_path / "draft.yaml"))
    assert not found.problems
    assert found.frame is not None
    assert len(found.frame) == len(dirty.frame)
    errors = {breach.rule: len(breach.rows) for breach in found.breaches}
    n = dirty.planted.groupby("kind")["id"].nunique()
    assert errors == {"E_RANGE": n["dose_in_cgy"], "X50": n["duplicate"]}


def in_order(table: Inspection) -> pd.DataFrame:
    """Rows of a table in an order of their own."""
    assert table.frame is not None
    return table.frame.sort_values(list(table.frame.columns), ignore_index=True)
