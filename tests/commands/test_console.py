"""What a command says."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from spine_outcomes.commands.console import announce, progress, say


@pytest.mark.parametrize("mark", ["\x1b[2J", "\u202e", "\x07", "\x9b", "\u200b"])
def test_a_message_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str], mark: str) -> None:
    """A value from a cohort could clear the screen, or show another text than it is."""
    say(f"value {mark}x")
    said = capsys.readouterr().err
    assert mark not in said
    assert said.endswith("x\n")


def test_steps_are_lines_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """A log file must not hold the control marks of a moving bar; stdout holds paths alone."""
    with progress() as step:
        step("Reading")
        step("Estimating")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "Reading\nEstimating\n")


def test_steps_move_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person sees what takes long."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress() as step:
        step("Estimating")
    assert "Estimating" in terminal.getvalue()


def test_paths_go_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    """A script reads the paths from stdout."""
    announce(Path("reports/primary/report.html"))
    assert capsys.readouterr().out == "reports/primary/report.html\n"
