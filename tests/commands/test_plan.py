"""plan lock: what was decided, held fast."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def locked(study: Path, command: Command) -> Path:
    """The plan of the small study, locked."""
    done = command("plan", "lock", "plan.yaml", SOURCE_DATE_EPOCH="1700000000")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["plan.yaml", "plan.lock.json"]
    assert "2023-11-14" in (study / "plan.yaml").read_text()
    return study / "plan.yaml"


def departures(command: Command, *words: str) -> list[str]:
    """Messages of the departures that a report lists."""
    done = command("report", "plan.yaml", "--out", "out", "--overwrite", *words)
    assert done.returncode == 0, done.stderr
    findings = pd.read_csv("out/findings.csv")
    return list(findings.loc[findings["code"] == "W_PLAN_DEPARTURE", "message"])


def test_a_locked_plan_departs_from_nothing(locked: Path, command: Command) -> None:
    """A plan that is followed must not be reported as changed."""
    assert locked.is_file()
    assert departures(command) == []


def test_an_edited_key_is_listed(locked: Path, command: Command) -> None:
    """A horizon chosen after the outcomes were seen must be seen as such."""
    locked.write_text(locked.read_text().replace("horizon: 12 months", "horizon: 6 months"))
    (message,) = departures(command)
    assert "estimation.horizon" in message
    assert "6 months" in message


def test_an_option_of_the_command_is_listed(locked: Path, command: Command) -> None:
    """An option is a change of the plan like any other."""
    assert locked.is_file()
    (message,) = departures(command, "--seed", "7")
    assert "seed" in message


def test_a_plan_that_cannot_be_followed_cannot_be_locked(study: Path, command: Command) -> None:
    """A lock on a plan with a typo would hold the typo fast."""
    plan = study / "plan.yaml"
    plan.write_text(plan.read_text().replace("[age, stage]", "[agee]"))
    done = command("plan", "lock", "plan.yaml")
    assert done.returncode == 4
    assert "agee" in done.stderr
    assert "lock:" not in plan.read_text()


def test_a_plan_that_is_not_there(study: Path, command: Command) -> None:
    """Exit 6, with the name asked for."""
    done = command("plan", "lock", "nothing.yaml")
    assert done.returncode == 6
    assert "nothing.yaml" in done.stderr
    assert not (study / "nothing.yaml").exists()
