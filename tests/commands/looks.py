"""Looks at the demo cohort with its long tables, as files that a test may change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml

from spine_outcomes.study.packaged import DEMO_COHORT, find_plan, packaged_file
from tests.commanding import Told, told

TABLES = ("imaging", "toxicity", "pain", "events")
FIRST = "2020-07-20"
Data = dict[str, pd.DataFrame]
Look = Callable[..., tuple[Told, Path]]


def demo() -> Data:
    """The demo cohort and its long tables, as text."""
    names = {"cohort": DEMO_COHORT, **{name: f"demo_{name}.csv" for name in TABLES}}
    return {
        name: pd.read_csv(packaged_file(file), dtype=str, keep_default_na=False)
        for name, file in names.items()
    }


@pytest.fixture
def still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run at the same second."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")


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
