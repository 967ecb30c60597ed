"""A small study in a folder of its own, and the command run as a person runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.commands.looks import look_fixture, still_clock

__all__ = ["look_fixture", "still_clock"]  # fixtures

DICTIONARY = """\
schema_version: 1
table: {row: patient, patient: id, encoding: utf-8}
columns:
  - {name: id, label: Patient, level: patient, type: string, phase: identifier, phi: direct,
     required: true, unique: true}
  - {name: arm, label: Treatment, level: patient, type: category, phase: exposure, required: true,
     codes: {a: Old, b: New}}
  - {name: age, label: Age, level: patient, type: float, unit: years, hard: [0, 120],
     phase: baseline, propensity: allowed}
  - {name: stage, label: Stage, level: patient, type: category, codes: {"1": One, "2": Two},
     phase: baseline, propensity: allowed}
  - {name: time, label: Follow-up, level: patient, type: float, unit: months, hard: [0, 200],
     phase: post_baseline, required: true}
  - {name: status, label: State, level: patient, type: integer, hard: [0, 2],
     phase: post_baseline, required: true}
"""

PLAN = """\
schema_version: 1
study: {id: S1, title: A small study}
cohort: cohort.csv
dictionary: dictionary.yaml
arms: {column: arm, reference: a, comparator: b, level: patient}
cluster: id
endpoints:
  relapse:
    label: Relapse
    level: patient
    time: {column: time, unit: months}
    status: {column: status, censored: 0, event: 1, competing: {death: 2}}
propensity: {terms: [age, stage], estimands: [unweighted, ATE, ATO]}
estimation: {unit: months, times: [6 months, 12 months], horizon: 12 months}
report: {min_cell: 0}
"""

Command = Callable[..., subprocess.CompletedProcess[str]]


def cohort_lines(n: int = 120) -> list[str]:
    """Lines of a cohort with two comparable arms, all states, and follow-up past a year."""
    rng = np.random.default_rng(1)
    lines = ["id,arm,age,stage,time,status"]
    for i in range(n):
        arm, age, stage = "ab"[i % 2], 40 + int(rng.integers(40)), 1 + int(rng.integers(2))
        time, status = int(rng.integers(1, 24)), int(rng.integers(3))
        lines.append(f"P{i:03d},{arm},{age},{stage},{time},{status}")
    return lines


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder with ``plan.yaml``, ``dictionary.yaml`` and ``cohort.csv``; the working folder."""
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "plan.yaml").write_text(PLAN)
    (folder / "dictionary.yaml").write_text(DICTIONARY)
    (folder / "cohort.csv").write_text("\n".join(cohort_lines()) + "\n")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def command() -> Command:
    """``python -m spine_outcomes …`` in a process of its own; keywords go to the environment."""

    def run(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "spine_outcomes", *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **environment},
        )

    return run
