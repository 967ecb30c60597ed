"""Which tests reach which line of the package, and what they say of a copy of it.

Every run is a fork of a process that has the libraries loaded and nothing of the package. Slow
tests are left out, and property-based ones too: hypothesis draws from the constants that it finds
in the source, so that a mutant changes the samples. Tests of speed fail by chance and are left out.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import hypothesis.strategies  # noqa: F401 # the imports of every test, once for all forks
import pandas as pd  # noqa: F401
import pytest
import scipy.optimize
import scipy.stats  # noqa: F401
import sklearn.ensemble  # noqa: F401
import statsmodels.api  # noqa: F401

PACKAGE = "spine_outcomes"
OPTIONS = ["-x", "-q", "-p", "no:cacheprovider", "--assert=plain"]
CHOICE = ["-m", "not slow and not hypothesis", "--deselect", "tests/survival/test_scaling.py"]
PATIENCE = 10  # seconds of the clock for one of the processor's, on a machine at work

Lines = dict[str, list[int]]


@dataclass(eq=False)
class Tracer:
    """Lines of the package's modules that run; a function is watched until all of its have."""

    package: str
    every: dict[CodeType, set[int]] = field(default_factory=dict)
    left: dict[CodeType, set[int]] = field(default_factory=dict)

    def call(self, frame: FrameType, _event: str, _argument: object) -> Any:
        """Trace function of a frame, as ``sys.settrace`` asks for it."""
        code = frame.f_code
        if not code.co_filename.startswith(self.package):
            return None
        if code not in self.left:
            self.every[code] = {line for _, _, line in code.co_lines() if line}
            self.left[code] = self.every[code] - {frame.f_lineno}
        return self.line if self.left[code] else None

    def line(self, frame: FrameType, _event: str, _argument: object) -> Any:
        """Note a line."""
        self.left[frame.f_code].discard(frame.f_lineno)
        return self.line

    @property
    def lines(self) -> Lines:
        """Lines that ran, by the module's place in the package."""
        seen: dict[str, set[int]] = {}
        for code, every in self.every.items():
            name = str(Path(code.co_filename).relative_to(self.package))
            seen.setdefault(name, set()).update(every - self.left[code])
        return {name: sorted(lines) for name, lines in seen.items()}


@dataclass(frozen=True)
class Outcome:
    """Exit code of pytest, the tests that failed, seconds of the tests, the lines that ran."""

    code: int
    failed: list[str]
    seconds: float
    lines: Lines


@dataclass(eq=False)
class Watcher:
    """Which tests failed, and how long they all took."""

    failed: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note one test."""
        self.seconds += report.duration
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a file that cannot be imported."""
        if report.failed:
            self.failed.append(report.nodeid)


def run(
    copy: Path, stages: Sequence[Sequence[str]], seconds: float, *, traced: bool = False
) -> Outcome | None:
    """What the tests of a copy say, stage by stage until one fails; none when it took too long."""
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(
        target=_in_the_fork, args=(copy, stages, seconds, traced, there)
    )
    process.start()
    there.close()
    answer = None
    with contextlib.suppress(EOFError):
        answer = here.recv() if here.poll(PATIENCE * seconds) else None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid or 0, signal.SIGKILL)
    process.join()
    if answer is None:
        return None
    outcome, file = answer
    if file and not Path(file).is_relative_to(copy):
        raise RuntimeError(f"the tests ran {file}, not the copy in {copy}")
    return Outcome(*outcome)


def _in_the_fork(
    copy: Path, stages: Sequence[Sequence[str]], seconds: float, traced: bool, answer: Connection
) -> None:
    """Run tests in the copy, for a process of its own."""
    os.setpgrp()
    os.chdir(copy)
    sys.path.insert(0, str(copy))
    os.environ["PYTHONPATH"] = str(copy)
    # Only the first, faultless run leaves bytecode; that of a mutant could pass for the next one's.
    sys.dont_write_bytecode = not traced
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 5))
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    watcher, tracer, code = Watcher(), Tracer(f"{copy / PACKAGE}/"), 0
    options = OPTIONS[1:] if traced else OPTIONS
    sys.settrace(tracer.call if traced else None)
    for stage in stages:
        if not watcher.failed:
            code = int(pytest.main([*options, *CHOICE, *stage], plugins=[watcher]))
    sys.settrace(None)
    file = getattr(sys.modules.get(PACKAGE), "__file__", "")
    answer.send(((code, watcher.failed, watcher.seconds, tracer.lines), file))
