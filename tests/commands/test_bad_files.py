"""Files as they should not be, through the command: exit code, place, and what the message says.

``docs/inputs.md`` lists every case with its tests; what a test of one reader holds is not repeated.
"""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from spine_outcomes.errors import MAX_VALUE_LENGTH
from tests.commanding import Told, told

DICTIONARY = """\
schema_version: 1
table: {row: lesion, patient: id, lesion: part, missing: ["", NA]%TABLE}
columns:
  - {name: id, label: Patient, level: patient, type: string, phase: identifier}
  - {name: part, label: Lesion, level: lesion, type: string, phase: identifier}
  - {name: arm, label: Arm, level: lesion, type: category, codes: {a: Old, b: New},
     phase: exposure, required: true}
  - {name: age, label: Age, level: patient, type: integer, unit: years, hard: [0, 120],
     missing_codes: [-9], phase: baseline}
  - {name: dose, label: Dose, level: lesion, type: float, unit: Gy, hard: [6, 80],
     phase: treatment}
  - {name: start, label: Start, level: lesion, type: date, phase: baseline}
  - {name: smoker, label: Smoker, level: patient, type: boolean, phase: baseline}
  - {name: note, label: Note, level: lesion, type: string, phase: baseline}
"""
HEADER = "id,part,arm,age,dose,start,smoker,note\n"
ROW = "P1,1,a,50,24,2023-01-02,1,x\n"
OTHER = "P2,1,b,60,30,2023-01-09,0,y\n"
CLEAN = HEADER + ROW + OTHER

Try = Callable[..., Told]


@pytest.fixture
def try_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Try:
    """Validate a file by the small dictionary, with more keys of its table."""
    monkeypatch.chdir(tmp_path)

    def run(content: str | bytes, *words: str, name: str = "cohort.csv", table: str = "") -> Told:
        raw = content.encode() if isinstance(content, str) else content
        Path(name).write_bytes(raw)
        text = DICTIONARY.replace("%TABLE", table and f", {table}")
        Path("dictionary.yaml").write_text(text, encoding="utf-8")
        words = ("validate", name, "--dictionary", "dictionary.yaml", "--overwrite", *words)
        return told(*words, "--min-cell", "0")

    return run


def with_value(column: str, value: str) -> str:
    """The clean file with another value of a column in its first row (line 2)."""
    at = HEADER.strip().split(",").index(column)
    cells = ROW.strip().split(",")
    return f"{HEADER}{','.join([*cells[:at], value, *cells[at + 1 :]])}\n{OTHER}"


def test_the_clean_file_is_clean(try_file: Try) -> None:
    """Every case below differs from it in one thing."""
    found = try_file(CLEAN)
    assert (found.code, found.text.count("_")) == (0, 0)


SHAPES = {
    "F02": ("", ("E_EMPTY", "a header and rows are expected")),
    "F02 blank": ("\n \n", ("E_EMPTY", "a header is expected")),
    "F03": (HEADER, ("E_NO_ROWS", "line 1", "0 rows")),
    "F04": (HEADER + ROW + "\n" + OTHER, ("E_BLANK_LINE", "line 3")),
    "F06": (CLEAN.encode("utf-16"), ("E_ENCODING", "UTF-16", "Save the file as UTF-8")),
    "F07": (
        with_value("note", "André").encode("cp1252"),
        ("E_ENCODING", "line 2", "0xE9", "cp1252"),
    ),
    "F09": (CLEAN.replace(",", ";"), ("E_DELIMITER", "line 1", "1 column found", "';'")),
    "F10": (CLEAN.replace(",", "\t"), ("E_DELIMITER", "a tab", "table.delimiter")),
    "F11": (with_value("dose", '"24,5"'), ("E_NUMBER", "line 2", "P1/1", "dose", "decimal: ','")),
    "F12": (with_value("dose", '"1,234"'), ("E_NUMBER", "'1,234'", "1234", "thousands")),
    "F12 space": (with_value("dose", "1 234"), ("E_NUMBER", "'1 234'", "1234", "thousands")),
    "F13": (CLEAN.replace("note", "age"), ("E_DUPLICATE_COLUMN", "line 1", "columns 4 and 8")),
    "F14": (CLEAN.replace("age", "Age "), ("E_COLUMN_NAME", "'age'", "names are not guessed")),
    "F15": (
        CLEAN.replace("part", "parts").replace("arm", "armm"),
        ("E_MISSING_COLUMN", "column part", "column arm", "'parts'", "'armm'"),
    ),
    "F17 many": (HEADER + ROW + "P2,1,b,60,30,,0,y,z\n", ("E_FIELDS", "line 3", "8", "9")),
    "F17 few": (HEADER + "P2,1\n" + ROW, ("E_FIELDS", "line 2", "found: 2")),
    "F19": (with_value("note", "x\0y"), ("E_NUL", "line 2", "byte")),
    "F20": (with_value("note", "x" * 10_000_000), ("E_CELL_LENGTH", "line 2", "65536")),
    "F22 NBSP": (with_value("arm", "a\u00a0"), ("E_CHARACTER", "U+00A0", "Remove")),
    "F22 zero width": (with_value("arm", "a\u200b"), ("E_CHARACTER", "U+200B")),
    "F22 space": (with_value("arm", "a "), ("E_SPACES", "repairs: [trim]")),
    "F23": (with_value("arm", "A"), ("E_CODE", "allowed: a, b", "repairs: [case]")),
    "F25": (with_value("start", "45123"), ("E_DATE", "Excel serial number", "2023-07-16")),
    "F26": (
        HEADER
        + ROW.replace("2023-01-02", "03/04/2023")
        + OTHER.replace("2023-01-09", "25/04/2023"),
        ("E_DATE", "'03/04/2023'", "1 can only start with the day", "0 only with the month"),
    ),
    "F27": (
        HEADER + ROW.replace("2023-01-02", "02.01.2023") + OTHER,
        ("E_DATE", "line 2", "'02.01.2023'", "YYYY-MM-DD"),
    ),
    "F28": (with_value("start", "2023-01-05T23:30Z"), ("E_DATE", "Export the day alone")),
    "F29 no day": (with_value("start", "2023-02-30"), ("E_DATE", "no such day")),
    "F29 zeros": (with_value("start", "0000-00-00"), ("E_DATE", "start")),
    "F29 sentinel": (with_value("start", "9999-12-31"), ("E_DATE", "code for a missing date")),
    "F30": (with_value("start", "02/01/23"), ("E_DATE", "four digits")),
    "F31 N/A": (with_value("age", "N/A"), ("E_NUMBER", "'N/A'", "missing_codes")),
    "F31 99": (with_value("dose", "99"), ("E_RANGE", "6 to 80 Gy", "missing_codes")),
    "F32 NaN": (with_value("dose", "NaN"), ("E_NUMBER", "'NaN'")),
    "F32 inf": (with_value("dose", "inf"), ("E_NUMBER", "'inf'")),
    "F32 overflow": (with_value("dose", "1e400"), ("E_NUMBER", "too large")),
    "F32 hex": (with_value("dose", "0x1A"), ("E_NUMBER", "'0x1A'")),
    "F32 underscore": (with_value("dose", "1_000"), ("E_NUMBER", "'1_000'")),
    "F32 sign": (with_value("dose", "+5"), ("E_NUMBER", "'+5'")),
    "F32 width": (with_value("dose", "５"), ("E_CHARACTER", "U+FF15", "repairs: [nfkc]")),
    "F34": (with_value("age", "3.5"), ("E_INTEGER", "a whole number is expected")),
    "F35": (with_value("smoker", "yes"), ("E_CODE", "allowed: 0, 1")),
    "F42 workbook": (b"PK\x03\x04" + bytes(40), ("E_FILE_KIND", "Excel workbook, not text")),
    "F42 gzip": (b"\x1f\x8b\x08" + bytes(40), ("E_FILE_KIND", "gzip")),
    "F42 page": (b"<!DOCTYPE html><p>", ("E_FILE_KIND", "HTML")),
}


@pytest.mark.parametrize("case", SHAPES)
def test_a_wrong_file_is_refused_with_its_place(try_file: Try, case: str) -> None:
    """Exit code 3, the file by its name, and words that say where, what is allowed, what helps."""
    content, words = SHAPES[case]
    found = try_file(content)
    assert found.code == 3, found.text
    assert "cohort.csv" in found.text
    assert [word for word in words if word not in found.text] == []
    assert "Traceback" not in found.text
    assert max(map(len, found.lines)) < 500 + MAX_VALUE_LENGTH


READ = {
    "F04 end": (CLEAN + "\n\n", "", ()),
    "F05": ("\ufeff" + CLEAN, "", ()),
    "F06 declared": (CLEAN.encode("utf-16"), "encoding: utf-16", ()),
    "F07 declared": (with_value("note", "André").encode("cp1252"), "encoding: cp1252", ()),
    "F08": (CLEAN.replace("\n", "\r\n"), "", ()),
    "F08 CR": (CLEAN.replace("\n", "\r"), "", ()),
    "F09 declared": (CLEAN.replace(",", ";"), "delimiter: ;", ()),
    "F11 declared": (
        with_value("dose", "24,5").replace("a,50,24,5", 'a,50,"24,5"'), 'decimal: ","', (),
    ),
    "F22 declared": (with_value("arm", "a "), "repairs: [trim]", ()),
    "F23 declared": (with_value("arm", "A"), "repairs: [case]", ()),
    "F31 declared": (with_value("age", "-9"), "", ()),
    "F33": (with_value("id", "12345678901234567890"), "", ()),
    "F33 exponent": (with_value("id", "1E5"), "", ()),
    "F36": (with_value("note", "=cmd|'/c calc'!A0"), "", ()),
    "F37": (with_value("note", "<script>alert(1)</script>"), "", ()),
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_an_odd_file_is_read(try_file: Try, case: str) -> None:
    """What is declared, or means one thing only, is no fault."""
    content, table, words = READ[case]
    found = try_file(content, table=table)
    assert found.code == 0, found.text
    assert [word for word in words if word not in found.text] == []


def test_f16_an_unknown_column_is_said_or_refused(try_file: Try) -> None:
    """A column that nobody described may be the one that was meant."""
    wide = CLEAN.replace("note\n", "note,shoe\n").replace("x\n", "x,1\n").replace("y\n", "y,2\n")
    assert try_file(wide).code == 0
    found = try_file(wide, table="unknown_columns: error")
    assert found.code == 3
    assert "E_UNKNOWN_COLUMN cohort.csv, line 1, column shoe" in found.text


def test_all_faults_come_at_once_in_the_order_of_the_lines(try_file: Try) -> None:
    """Ten exports to find ten faults is what nobody does."""
    content = HEADER + ROW.replace("50", "x").replace(",a,", ",c,") + OTHER.replace("30", "300")
    found = try_file(content)
    assert found.code == 3
    lines = [int(line.split("line ")[1].split(",")[0]) for line in found.lines if "line " in line]
    assert lines == sorted(lines)
    assert [code in found.text for code in ("E_NUMBER", "E_CODE", "E_RANGE")] == [True] * 3


def test_values_are_cut_escaped_and_hidden_on_demand(try_file: Try) -> None:
    """A value of a file may be a novel, a trick on the terminal, or a name."""
    found = try_file(with_value("arm", "Ada\x1b[31m\u202e" + "x" * 500))
    assert "x1b[31m" in found.text
    assert "u202e" in found.text
    assert "\u202e" not in found.text
    assert "\x1b" not in found.text
    assert "x" * 100 not in found.text
    assert "Ada" not in try_file(with_value("arm", "Ada"), "--redact").text


def test_f01_a_missing_file_has_exit_code_6(try_file: Try) -> None:
    assert try_file(CLEAN).code == 0
    found = told("validate", "cohort.cvs", "--dictionary", "dictionary.yaml", "--overwrite")
    assert found.code == 6
    assert str(Path.cwd() / "cohort.cvs") in found.text
    assert "Did you mean cohort.csv?" in found.text
    assert told("validate", ".", "--dictionary", "dictionary.yaml", "--overwrite").code == 6


@pytest.mark.parametrize("kind", ["pipe", "device", "link"])
def test_f43_what_is_no_file_has_exit_code_6(try_file: Try, kind: str) -> None:
    """A pipe nobody writes to, a device without end, a circle of links: none may hang."""
    assert try_file(CLEAN).code == 0
    path = Path("other.csv")
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero" if kind == "device" else path)
    found = told("validate", path, "--dictionary", "dictionary.yaml", "--overwrite")
    assert found.code == 6
    assert "other.csv" in found.text


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "lock", "loop.yaml"),
        ("report", "loop.yaml"),
        ("validate", "cohort.csv", "--dictionary", "loop.yaml"),
        ("validate", "cohort.csv", "--dictionary", "dictionary.yaml", "--out", "loop.yaml/x"),
        ("dictionary", "from-redcap", "loop.csv"),
    ],
)
def test_f43_a_circle_of_links_has_exit_code_6_wherever_it_stands(
    try_file: Try, words: tuple[str, ...]
) -> None:
    """Asking where such a link leads is an error of its own."""
    assert try_file(CLEAN).code == 0
    for name in ("loop.yaml", "loop.csv"):
        Path(name).symlink_to(name)
    found = told(*words)
    assert found.code == 6, found.text
    assert "loop" in found.text


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs a file without a size")
def test_f44_a_file_that_is_not_what_it_was_has_exit_code_6(try_file: Try) -> None:
    """Its size before and after reading differ: what is hashed would not be what is analysed."""
    assert try_file(CLEAN).code == 0
    Path("other.csv").symlink_to("/proc/self/status")
    found = told("validate", "other.csv", "--dictionary", "dictionary.yaml", "--overwrite")
    assert found.code == 6
    assert "E_CHANGED" in found.text


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("schema_version: 1", "schema_version: [1", ("line 2",)),
        ("  - {name: part", "\t- {name: part", ("line 5", "tab")),
        ("{name: age, ", "{name: age, name: age2, ", ("line 8", "name")),
        ("hard: [0, 120]", "hard: [120, 0]", ("columns[3].hard", "lowest value 120")),
        ("codes: {a: Old, b: New}", "codes: {a: Old, b: Old}", ("columns[2].codes",)),
        ("unit: Gy, ", "", ("columns[4].unit", "needs a unit")),
        ("phase: treatment}", "phaze: treatment}", ("unknown key", "did you mean 'phase'")),
    ],
)
def test_f47_f49_a_wrong_dictionary_has_exit_code_4(
    try_file: Try, old: str, new: str, words: tuple[str, ...]
) -> None:
    """Broken YAML and contradictions, each with line or key."""
    assert try_file(CLEAN).code == 0
    path = Path("dictionary.yaml")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = told("validate", "cohort.csv", "--dictionary", path, "--overwrite")
    assert found.code == 4, found.text
    assert "dictionary.yaml" in found.text
    assert [word for word in words if word not in found.text] == []


@pytest.mark.parametrize(
    ("name", "code"), [("bomb.xlsx", "E_ZIP_BOMB"), ("cohort.xlsm", "E_MACROS")]
)
def test_f39_f40_a_workbook_that_could_harm_has_exit_code_7(
    try_file: Try, name: str, code: str
) -> None:
    """Refused for safety, before it is unpacked."""
    pytest.importorskip("python_calamine")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 50_000_000)
    found = try_file(packed.getvalue(), name=name)
    assert found.code == 7, found.text
    assert f"{code} {name}" in found.text


def test_f36_f37_no_text_of_a_file_becomes_a_formula_or_an_element(try_file: Try) -> None:
    """The list of queries is opened in a spreadsheet program, the page in a browser."""
    for payload in ("=cmd|'/c calc'!A0", "@SUM(A1)", "<img src=x onerror=alert(1)>"):
        assert try_file(with_value("arm", f'"{payload}"')).code == 3
        folder = Path("reports/validation")
        page = (folder / "validation.html").read_text(encoding="utf-8")
        assert "<img src=x" not in page
        with (folder / "queries.csv").open(encoding="utf-8") as file:
            cells = [cell for line in csv.reader(file) for cell in line]
        assert not [cell for cell in cells if cell.startswith(("=", "@"))]
        assert any(payload in cell for cell in cells)
