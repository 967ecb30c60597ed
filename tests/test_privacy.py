"""Canaries: what identifies a person is marked in a cohort, and looked for in all that is written.

The cohort is the packaged one with other identifiers, and with columns of names, record numbers and
telephone numbers that its dictionary marks ``phi: direct``.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from spine_outcomes.cohort.read import read_cohort
from spine_outcomes.study.load import load_dictionary
from spine_outcomes.study.packaged import packaged_file
from tests.commanding import Told, told

ID, NAME, TEXT = "CANARYID", "CANARYNAME", "CANARYTEXT"
DIRECT = """\
  - {name: full_name, label: Name, level: patient, type: string, phase: identifier, phi: direct}
  - {name: record_number, label: Record, level: patient, type: string, phase: identifier,
     phi: direct}
  - {name: telephone, label: Telephone, level: patient, type: string, phase: identifier,
     phi: direct}
"""
DATE = re.compile(rb"(?<![0-9-])((?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-[0-3][0-9])(?![0-9])")
NOT_A_PATIENTS = {b"2024-12-31", b"1980-01-01"}  # the data cut-off; the date of no document


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the marked cohort, its dictionary and a plan of one endpoint of each level."""
    folder = tmp_path_factory.mktemp("canary")
    frame = pd.read_csv(packaged_file("demo_cohort.csv"), dtype=str, keep_default_na=False)
    frame["patient_id"] = ID + frame["patient_id"].str.slice(4)
    frame["full_name"] = NAME + frame["patient_id"].str.slice(8)
    frame["record_number"] = NAME + "-MRN"
    frame["telephone"] = "+86-" + NAME
    frame["histology"] = TEXT
    frame["treating_physician"] = TEXT
    frame.to_csv(folder / "cohort.csv", index=False)
    described = packaged_file("data_dictionary.yaml").read_text(encoding="utf-8")
    head, columns, rest = described.partition("\ncolumns:\n")
    (folder / "data_dictionary.yaml").write_text(head + columns + DIRECT + rest, encoding="utf-8")
    (folder / "analyses").mkdir()
    shutil.copy(packaged_file("analyses/primary.yaml"), folder / "analyses")
    (folder / "analyses" / "small.yaml").write_text(
        "schema_version: 1\nextends: primary\nmissing: {method: complete_case}\nendpoints:\n"
        + "".join(f"  {name}: null\n" for name in ("in_field_failure", "vertebral_fracture",
                                                   "local_progression_free_survival"))
        + "multiplicity: {primary: null, method: none, order: []}\n", encoding="utf-8",
    )  # fmt: skip
    return folder


def words(study: Path, *more: object) -> tuple[object, ...]:
    """The report of that plan on that cohort."""
    cohort = ("--cohort", study / "cohort.csv", "--out", study / "out")
    return ("report", study / "analyses" / "small.yaml", *cohort, "--overwrite", *more)


@pytest.fixture(scope="module")
def reported(study: Path) -> Told:
    """What the report said; its files lie in ``out``."""
    found = told(*words(study, "--formats", "html,docx,tex"))
    assert found.code == 0, found.text
    return found


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, and every part of a Word document."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()
        if path.suffix == ".docx":
            with zipfile.ZipFile(path) as document:
                yield from ((f"{path.name}/{n}", document.read(n)) for n in document.namelist())


def leaks(content: bytes, marks: tuple[str, ...] = ("CANARY",)) -> set[bytes]:
    """Marks and dates of patients in a text, plain or escaped."""
    found = {mark.encode() for mark in marks if mark.encode() in content}
    return found | (set(DATE.findall(content)) - NOT_A_PATIENTS)


def test_identifying_columns_are_not_even_read(study: Path) -> None:
    """What is not in memory can get into no product, message or traceback."""
    rows = read_cohort(study / "cohort.csv", load_dictionary(study / "data_dictionary.yaml"))
    assert not {"full_name", "record_number", "telephone"} & set(rows.frame.columns)
    assert NAME not in repr(rows.frame.to_dict())


def test_no_product_of_a_report_holds_an_identifier_or_a_date(study: Path, reported: Told) -> None:
    """Every file: tables, curves, figures, page, manifest. Only the data cut-off is a date."""
    found = {
        name: sorted(leaks(content))
        for name, content in files(study / "out")
        if name != "manifest.json" and leaks(content)
    }
    assert found == {}
    names = [name for name, _ in files(study / "out")]
    assert len(names) > 40


def test_the_manifest_holds_one_moment_and_no_patient(study: Path, reported: Told) -> None:
    """When the run was is its only date besides the cut-off."""
    manifest = (study / "out" / "manifest.json").read_bytes()
    assert b"CANARY" not in manifest
    assert len(leaks(manifest)) <= 1


def test_nothing_said_by_a_report_holds_an_identifier_or_a_date(reported: Told) -> None:
    """Progress, findings and paths: a log of a run travels."""
    assert leaks(f"{reported.text}{reported.paths}".encode()) == set()


def test_verify_says_nothing_of_patients(study: Path, reported: Told) -> None:
    """Names of files and hashes, whether they agree or not."""
    assert leaks(told("verify", study / "out").text.encode()) == set()


@pytest.fixture
def spoilt(study: Path, tmp_path: Path) -> tuple[object, ...]:
    """The report of a cohort in which one patient's cells are wrong in many ways."""
    frame = pd.read_csv(study / "cohort.csv", dtype=str, keep_default_na=False)
    row = frame.index[frame["patient_id"] == f"{ID}0002"][0]
    wrong = {
        "vcf_flag": "1", "vcf_date": "1999-03-04", "age_at_sbrt": "7x", "arm": TEXT, "ecog": "x",
        "gtv_cc": "1,5", "sbrt_end": "12/13/2021", "level_from": "T77", "height_cm": "3",
        "death_date": "", "vital_status": "1", "birth_date": "1939-11-31",
    }  # fmt: skip
    for column, value in wrong.items():
        frame.loc[row, column] = value
    frame.loc[row + 5] = frame.loc[row]  # and stands twice
    frame.to_csv(tmp_path / "cohort.csv", index=False)
    plan = study / "analyses" / "small.yaml"
    return ("report", plan, "--cohort", tmp_path / "cohort.csv", "--out", tmp_path / "out")


def test_an_error_names_the_row_and_what_is_wrong_with_it_and_no_other(
    spoilt: tuple[object, ...],
) -> None:
    """The identifier, so that it can be found, and the values compared: of that patient alone."""
    found = told(*spoilt)
    assert found.code == 3
    assert NAME not in found.text
    assert set(re.findall(rf"{ID}\d+", found.text)) == {f"{ID}0002"}


def test_redacted_errors_hold_neither_identifier_nor_value(spoilt: tuple[object, ...]) -> None:
    """--redact: line, column, rule and way out can be sent to anybody."""
    found = told(*spoilt, "--redact")
    assert found.code == 3
    assert leaks(found.text.encode()) == set()
    for value in ("7x", "'x'", "1,5", "12/13/2021", "T77"):
        assert value not in found.text
    assert "line 4" in found.text
    assert "column vcf_date" in found.text


@pytest.mark.parametrize("redact", [(), ("--redact",)])
def test_validation_shows_dates_and_identifiers_in_its_queries_alone(
    study: Path, tmp_path: Path, redact: tuple[str, ...], spoilt: tuple[object, ...]
) -> None:
    """Queries go to the data manager; the page may go further. Redacted, both may."""
    cohort, dictionary = spoilt[3], study / "data_dictionary.yaml"
    options = ("--dictionary", dictionary, "--out", tmp_path / "checked")
    found = told("validate", cohort, *options, *redact)
    assert found.code == 3
    written = dict(files(tmp_path / "checked"))
    assert NAME.encode() not in b"".join(written.values())
    page = leaks(written["validation.html"])
    assert page == set()
    if redact:
        assert leaks(written["queries.csv"]) == set()
    assert leaks(found.paths.encode()) == set()


def test_a_fault_of_the_program_shows_no_value(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text of an exception may hold a row: only its kind and place are said."""

    def fail(*_: object, **__: object) -> None:
        raise KeyError(f"{ID}0002 {NAME} 1999-03-04")

    monkeypatch.setattr(pd, "factorize", fail)
    found = told(*words(study))
    assert found.code == 1
    assert "E_INTERNAL KeyError" in found.text
    assert leaks(found.text.encode()) == set()


def test_a_simulated_cohort_says_that_it_is_one(tmp_path: Path) -> None:
    """Its identifiers and dates are nobody's: the files may be shared, and say so."""
    assert told("simulate", "--n", "20", "--out", tmp_path / "drawn").code == 0
    frame = pd.read_csv(tmp_path / "drawn" / "cohort.csv", dtype=str)
    assert frame["patient_id"].str.startswith("SIM").all()
    assert (frame["site_id"] == "SIMULATED").all()
