"""What a command says to a person: progress and messages on stderr, paths written on stdout."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from spine_outcomes.analysis.progress import Step

if TYPE_CHECKING:
    import pandas as pd


def say(text: str) -> None:
    """Write to stderr; control and bidirectional marks are escaped, a closed stderr is no error."""
    with _quiet_pipe(2):
        sys.stderr.write(_safe(text) + "\n")
        sys.stderr.flush()


def warn(findings: pd.DataFrame) -> None:
    """Write every finding that is more than a note to stderr, with the endpoint it is about."""
    for finding in findings.itertuples():
        if finding.severity != "note":
            about = f" {finding.endpoint}:" if isinstance(finding.endpoint, str) else ""
            say(f"{finding.code}{about} {finding.message}")


def tell(text: str) -> None:
    """Write a line of an answer to stdout; a closed stdout is no error."""
    with _quiet_pipe(1):
        sys.stdout.write(f"{_safe(text)}\n")
        sys.stdout.flush()


def announce(path: Path) -> None:
    """Write the path of something made to stdout; a closed stdout is no error."""
    with _quiet_pipe(1):
        sys.stdout.write(f"{path}\n")
        sys.stdout.flush()


@contextmanager
def progress() -> Iterator[Step]:
    """Show the step that runs: with a clock in a terminal, as one line each elsewhere."""
    if not sys.stderr.isatty():
        yield say
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")
        yield lambda step: bar.update(task, description=step)


def _safe(text: str) -> str:
    """Text whose control and bidirectional marks are escaped."""
    return "".join(
        c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text
    )


@contextmanager
def _quiet_pipe(descriptor: int) -> Iterator[None]:
    """Send the stream nowhere once its reader is gone, so that the exit itself does not fail."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
