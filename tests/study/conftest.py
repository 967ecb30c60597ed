"""A small study in a folder of its own: one dictionary, one plan, changed key by key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

DICTIONARY = """\
schema_version: 1
table: {row: lesion, patient: id, lesion: row_id}
columns:
  - {name: id, label: Patient, level: patient, type: string, phase: identifier}
  - {name: row_id, label: Row, level: lesion, type: string, phase: identifier}
  - {name: arm, label: Arm, level: lesion, type: category, codes: {a: Old, b: New}, phase: exposure}
  - {name: start, label: Start, level: lesion, type: date, phase: baseline, propensity: forbidden}
  - {name: age, label: Age, level: patient, type: integer, hard: [18, 110], phase: baseline}
  - {name: sex, label: Sex, level: patient, type: category, codes: {f: Female, m: Male},
     phase: baseline}
  - {name: volume, label: Volume, level: lesion, type: float, unit: cc, hard: [0.1, 900],
     phase: baseline}
  - {name: pain, label: Pain, level: lesion, type: integer, hard: [0, 10], phase: baseline}
  - {name: stage, label: Stage, level: lesion, type: category, ordered: true,
     codes: {"0": None, "1a": Some, "2": Much}, phase: baseline}
  - {name: score, label: Score, level: lesion, type: category, ordered: true,
     codes: {"0": None, "1": Some, "3": Much}, phase: baseline}
  - {name: note, label: Note, level: lesion, type: string, phase: baseline}
  - {name: dose, label: Dose, level: lesion, type: float, unit: Gy, phase: treatment,
     propensity: sensitivity_only}
  - {name: margin, label: Margin, level: lesion, type: float, unit: mm, phase: treatment}
  - {name: event, label: Event, level: lesion, type: boolean, phase: post_baseline}
  - {name: event_date, label: Date of event, level: lesion, type: date, phase: post_baseline}
  - {name: last_scan, label: Last scan, level: lesion, type: date, phase: post_baseline}
"""

PLAN = """\
schema_version: 1
cohort: cohort.csv
dictionary: ../data_dictionary.yaml
arms: {column: arm, reference: a, comparator: b}
cluster: id
origin: start
endpoints:
  relapse:
    label: Relapse
    level: lesion
    event: [{flag: event, equals: 1, date: event_date}]
    censor: {date: last_scan}
propensity:
  terms:
    - age: {spline: 3}
    - sex
estimation: {times: [6 months, 12 months], horizon: 12 months}
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Folder with ``data_dictionary.yaml`` and ``analyses/plan.yaml``."""
    (tmp_path / "analyses").mkdir()
    (tmp_path / "data_dictionary.yaml").write_text(DICTIONARY, encoding="utf-8")
    (tmp_path / "analyses" / "plan.yaml").write_text(PLAN, encoding="utf-8")
    return tmp_path


Change = Callable[..., Path]


@pytest.fixture
def plan_with(study: Path) -> Change:
    """Write the plan with lines replaced: ``plan_with("sex", "sax")``; or lines added."""

    def write(old: str = "", new: str = "", *, add: str = "") -> Path:
        assert old in PLAN
        path = study / "analyses" / "plan.yaml"
        path.write_text(PLAN.replace(old, new, 1) + add, encoding="utf-8")
        return path

    return write


@pytest.fixture
def dictionary_with(study: Path) -> Change:
    """Write the dictionary with one text replaced, or lines added."""

    def write(old: str = "", new: str = "", *, add: str = "") -> Path:
        assert old in DICTIONARY
        path = study / "data_dictionary.yaml"
        path.write_text(DICTIONARY.replace(old, new, 1) + add, encoding="utf-8")
        return path

    return write
