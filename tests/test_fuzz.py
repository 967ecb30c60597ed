"""Cohorts, dictionaries and plans that nobody wrote: the command ends with a named fault, quickly.

In each example the command runs in this process with an output folder. Its plan needs a column
that no file holds, so that every table is read and checked and nothing is estimated. No example may
end in a traceback or an internal fault, take two seconds of the processor or more than 512 MB
beside what the program itself needs. ``FUZZ_EXAMPLES=200000`` makes a long run.
"""

from __future__ import annotations

import csv
import datetime
import encodings
import io
import os
import pkgutil
import resource
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.commanding import told

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "2000"))
ALLOWED = {0, 3, 4, 5, 6, 7}
SECONDS, MEGABYTES = 2.0, 512

DICTIONARY = """\
schema_version: 1
table: {row: lesion, patient: id, lesion: part, encoding: utf-8, delimiter: ",", decimal: ".",
  date_format: "%Y-%m-%d", missing: ["", NA], unknown_columns: warn, repairs: [trim]}
columns:
  - {name: id, label: Patient, level: patient, type: string, phase: identifier, phi: direct,
     required: true}
  - {name: part, label: Part, level: lesion, type: string, phase: identifier, required: true}
  - {name: arm, label: Arm, level: lesion, type: category, phase: exposure, required: true,
     codes: {a: Old, b: New}}
  - {name: age, label: Age, level: patient, type: integer, unit: years, hard: [0, 120],
     plausible: [18, 90], missing_codes: [-9], phase: baseline,
     derivation: {name: age_by_calendar, at: start, birth_date: born, check: X20}}
  - {name: dose, label: Dose, level: lesion, type: float, unit: Gy, hard: [6, 80],
     not_applicable: [-8], phase: treatment,
     derivation: {name: total_dose, fractions: n, dose_per_fraction: each, tolerance: 0.05}}
  - {name: n, label: Fractions, level: lesion, type: integer, hard: [1, 30], phase: treatment}
  - {name: each, label: Dose each, level: lesion, type: float, unit: Gy, phase: treatment}
  - {name: grade, label: Grade, level: lesion, type: category, ordered: true,
     codes: ["0", "1a", "2"], phase: baseline, aliases: [Grad], spellings: {zero: "0"}}
  - {name: smoker, label: Smoker, level: patient, type: boolean, phase: baseline}
  - {name: born, label: Born, level: patient, type: date, phase: baseline, phi: date}
  - {name: start, label: Start, level: lesion, type: date, phase: baseline,
     hard: [2000-01-01, 2030-12-31]}
  - {name: death, label: Death, level: patient, type: date, phase: post_baseline}
  - {name: died, label: Died, level: patient, type: boolean, phase: post_baseline}
  - {name: absent, label: Absent, level: lesion, type: float, unit: mm, phase: baseline}
checks:
  - {id: X01, severity: error, rule: {column: death, at_least: start}}
  - {id: X02, severity: error, rule: {column: death, present_iff: {column: died, equals: 1}}}
  - id: X03
    severity: warning
    rule: {column: dose, at_most: {column: each, times: 30, plus: 1},
      when: {column: grade, in: ["1a", "2"]}}
"""
PLAN = """\
schema_version: 1
cohort: cohort.csv
dictionary: dictionary.yaml
cutoff: 2024-06-30
arms: {column: arm, reference: a, comparator: b}
cluster: id
origin: start
population:
  name: adults
  eligibility: [{id: E1, label: Adults, rule: {column: age, at_least: 18}}]
endpoints:
  death:
    label: Death
    level: patient
    event: [{flag: died, equals: 1, date: death}]
    censor: {date: death}
propensity: {terms: [absent, {age: {spline: 3}}], estimands: [unweighted]}
estimation: {times: [12 months], horizon: 12 months}
"""
ROWS = [
    "id,part,arm,age,dose,n,each,grade,smoker,born,start,death,died",
    "P1,1,a,50,24,2,12,0,1,1973-01-01,2023-02-01,2023-09-01,1",
    "P1,2,b,50,27,3,9,1a,1,1973-01-01,2023-03-01,2023-09-01,1",
    "P2,1,b,61,30,3,10,2,0,1962-01-01,2023-05-01,,0",
    "P3,1,a,,16,1,16,,,1950-05-05,2022-05-01,,0",
]
GOOD = "\n".join(ROWS) + "\n"

CELLS = [
    "",
    "NA",
    "NaN",
    "inf",
    "-inf",
    "1e400",
    "1e-400",
    "-0",
    "+5",
    "0x1A",
    "1_000",
    "１２",
    "٣",
    "1,5",
    "1.5.5",
    "--1",
    "1e",
    "9" * 21,
    "9" * 400,
    "1e308",
    '"',
    '""',
    '"a\nb"',
    'a"b',
    "'",
    "=cmd()",
    "\t",
    "\r",
    "\n",
    "\r\n",
    "\0",
    "\x1b[31m",
    "\u202e",
    "\ufeff",
    "\u200b",
    "\u2028",
    "\x85",
    "\x1c",
    "\U0001f600",
    "é",
    "ﬁ",
    "İ",
    "ß",
    "2023-02-30",
    "0000-00-00",
    "9999-12-31",
    "10000-01-01",
    "0001-01-01",
    "1677-09-20",
    "2262-04-12",
    "45123",
    "03/04/2023",
    "2023-1-5",
    "٢٠٢٣-٠١-٠١",
    "2023-01-05T00:00Z",
    "a",
    "b",
    "A",
    "1A",
    "zero",
    "ZERO",
    "-8",
    "-9",
    "-9.0",
    "TRUE",
    "yes",
    " a",
    "a ",
    "\xa0a",
    "⟪x⟫",
    "⟦3⟧",
    "<script>",
    "${x}",
    "%s",
    "{0}",
    "x" * 70_000,
]
CODECS = [module.name for module in pkgutil.iter_modules(encodings.__path__)]
NODES: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    1.5,
    float("nan"),
    float("inf"),
    10**30,
    "",
    "x",
    "0",
    [],
    {},
    [[]],
    {"x": 1},
    [None],
    ["a", "a"],
    [1, "a"],
    [{"1": 2}],
    datetime.date(2023, 1, 1),
    "12 months",
    "age",
    "arm",
    "id",
    "part",
    "born",
    "death",
    "start",
    "dose",
    [0, 0],
    [5, 1],
    [None, None],
    ["a", "b"],
    {"column": "age", "plus": 1e308},
    {"column": "age"},
    "%",
    "%Y",
    "%Q",
    "%d.%m.%y",
    "%j",
    "%s",
    "%Y%Y",
    "%H:%M",
    ";",
    "\t",
    '""',
    '"',
    "\n",
    ",.",
    "5",
    "e",
    "-",
    "\U0001f600",
    "⟪",
    "x" * 5000,
    {"a": "b"},
    {"1": 2},
    "total_dose",
    "age_by_calendar",
    "sins_total",
    "pain_response",
    "fracture",
    "region",
    "failure_pattern_by_isodose",
    "n_levels",
    "last_image",
    "../x",
    *CODECS,
]
TOKENS = [
    b",",
    b";",
    b"\t",
    b'"',
    b"\n",
    b"\r",
    b":",
    b"-",
    b"[",
    b"{",
    b"#",
    b"&a ",
    b"*a",
    b"!!x ",
    b"|",
    b">",
    b"? ",
    b"%",
    b"@",
    b"null",
    b"true",
    b"[]",
    b"{}",
    b"-1",
    b"1e999",
    b".nan",
    b"2023-01-01",
    b"~",
    b"9" * 30,
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\0",
    b"<<: ",
    *(cell.encode() for cell in CELLS),
]


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of everything inside a value."""
    yield path
    if isinstance(value, dict | list):
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths(child, (*path, key))


def placed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The same with one place replaced."""
    if not path:
        return new
    first, *rest = path
    if isinstance(value, dict):
        return {k: placed(v, tuple(rest), new) if k == first else v for k, v in value.items()}
    return [placed(v, tuple(rest), new) if k == first else v for k, v in enumerate(value)]


@st.composite
def edited(draw: st.DrawFn, content: bytes) -> bytes:
    """A file with bytes cut out, put in, written over, repeated, or cut off."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.sampled_from([0, 1, 2, 5, 40])))
        new = draw(st.sampled_from(TOKENS) | st.binary(max_size=4))
        tail = b"" if draw(st.integers(0, 30)) == 0 else content[end:]
        content = content[:start] + new * draw(st.sampled_from([1, 1, 1, 50])) + tail
    return content


@st.composite
def respelt(draw: st.DrawFn) -> bytes:
    """The rows with other cells, as a program would write them or as a careless hand would."""
    rows = [row.split(",") for row in ROWS]
    for _ in range(draw(st.sampled_from([1, 2, 5, 20]))):
        row = draw(st.sampled_from(rows))
        row[draw(st.integers(0, len(row) - 1))] = draw(st.sampled_from(CELLS) | st.text(max_size=6))
    if draw(st.integers(0, 9)) == 0:
        draw(st.sampled_from(rows)).append(draw(st.sampled_from(CELLS)))
    if draw(st.booleans()):
        text = "\n".join(",".join(row) for row in rows)
    else:
        written = io.StringIO()
        csv.writer(written).writerows(rows)
        text = written.getvalue()
    return text.encode("utf-8", "replace")


@st.composite
def regrown(draw: st.DrawFn, text: str, within: tuple[Any, ...] = ()) -> bytes:
    """A YAML file with other values in some of its places."""
    tree = yaml.safe_load(text)
    for _ in range(draw(st.sampled_from([1, 1, 2, 4]))):
        places = [path for path in paths(tree) if path[: len(within)] == within]
        if places:
            tree = placed(tree, draw(st.sampled_from(places)), draw(st.sampled_from(NODES)))
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False).encode("utf-8", "replace")


@cache
def of_another_program(suffix: str) -> bytes:
    """The rows as another program writes them."""
    pyreadstat = pytest.importorskip("pyreadstat")
    frame = pd.read_csv(io.StringIO(GOOD), dtype=str, keep_default_na=False)
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / f"good.{suffix}"
        write = {
            "xlsx": lambda: frame.to_excel(path, index=False),
            "parquet": lambda: frame.to_parquet(path),
            "sav": lambda: pyreadstat.write_sav(frame, path),
            "dta": lambda: pyreadstat.write_dta(frame, path),
            "xpt": lambda: pyreadstat.write_xport(frame, path, table_name="COHORT"),
        }
        write[suffix]()
        return path.read_bytes()


def fuzz(share: float) -> settings:
    """So large a part of all examples; without a search for the smallest, which costs minutes."""
    return settings(
        max_examples=int(share * EXAMPLES),
        deadline=None,
        derandomize=EXAMPLES == 2000,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the study; the program is loaded before anything is measured."""
    before, place = Path.cwd(), tmp_path_factory.mktemp("fuzz")
    os.chdir(place)
    ends(place)
    yield place
    os.chdir(before)


def ends(
    folder: Path,
    cohort: bytes = GOOD.encode(),
    dictionary: bytes = DICTIONARY.encode(),
    plan: bytes = PLAN.encode(),
    *,
    name: str = "cohort.csv",
) -> int:
    """Run the command and check how it ends; give its exit code."""
    (folder / name).write_bytes(cohort)
    (folder / "dictionary.yaml").write_bytes(dictionary)
    (folder / "plan.yaml").write_bytes(plan)
    start = time.process_time()
    found = told("report", "plan.yaml", "--cohort", name, "--out", "out")
    assert found.code in ALLOWED, found.text
    assert "Traceback" not in found.text
    assert found.code == 0 or found.text.strip(), "a failure that says nothing"
    if folder.joinpath("measured").exists():
        assert time.process_time() - start < SECONDS
        assert used() - int((folder / "measured").read_text()) < MEGABYTES
    else:
        (folder / "measured").write_text(str(used()))
    return found.code


def used() -> int:
    """Most memory the process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


pytestmark = pytest.mark.xdist_group("fuzz")


@fuzz(0.30)
@given(content=edited(GOOD.encode()))
def test_any_bytes_for_a_cohort(folder: Path, content: bytes) -> None:
    """Cut off, repeated, in another encoding: a traceback could hold what was in the file."""
    assert ends(folder, content) == 3


@fuzz(0.25)
@given(content=respelt())
def test_any_text_in_the_cells(folder: Path, content: bytes) -> None:
    """Numbers, dates, quotes and characters of every kind in every type of column."""
    assert ends(folder, content) == 3


@pytest.mark.parametrize("suffix", ["xlsx", "parquet", "sav", "dta", "xpt"])
@given(content=st.data())
@fuzz(0.01)
def test_any_bytes_for_a_file_of_another_program(
    folder: Path, suffix: str, content: st.DataObject
) -> None:
    """A damaged workbook or statistical file must not take the program down with it."""
    raw = content.draw(edited(of_another_program(suffix)))
    assert ends(folder, raw, name=f"cohort.{suffix}") in {3, 7}


@fuzz(0.20)
@given(content=regrown(DICTIONARY))
def test_any_value_in_a_dictionary(folder: Path, content: bytes) -> None:
    """A key with another type of value, a derivation that does not exist, a rule about nothing."""
    assert ends(folder, dictionary=content) in {3, 4}


@fuzz(0.08)
@given(content=regrown(DICTIONARY, ("table",)), cohort=edited(GOOD.encode()) | respelt())
def test_any_way_of_writing_a_table(folder: Path, content: bytes, cohort: bytes) -> None:
    """Encodings, delimiters and formats of dates that nobody would declare."""
    assert ends(folder, cohort, content) in {3, 4}


@fuzz(0.09)
@given(content=edited(DICTIONARY.encode()))
def test_any_bytes_for_a_dictionary(folder: Path, content: bytes) -> None:
    """YAML that ends early, holds tags, bombs or other alphabets."""
    assert ends(folder, dictionary=content) in {3, 4, 7}


@fuzz(0.08)
@given(content=regrown(PLAN) | edited(PLAN.encode()))
def test_any_plan(folder: Path, content: bytes) -> None:
    """Nothing in a plan is run, and nothing in it stops the program without a name."""
    ends(folder, plan=content)
