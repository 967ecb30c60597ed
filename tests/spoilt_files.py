"""A study of three files and ways to spoil them: bytes, cells, and values of a YAML file."""

from __future__ import annotations

import csv
import datetime
import encodings
import io
import pkgutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import strategies as st

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
