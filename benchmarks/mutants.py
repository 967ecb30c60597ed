"""Whether the tests notice deliberate faults in inference, survival and weights.

    python benchmarks/mutants.py --seed 1 --quota 6

Small faults (``mutation_operators.py``) are drawn from every module, the same by the same seed.
Each is put into a private copy of the last commit and run against the tests of its folder: those of
its own name first, then those that import it, then the others, the fast ones first. A mutant is
killed by a test that fails, by an import that fails, or by the limit of processor time. Prints a
line for each mutant and the counts.

Slow tests are left out, and property-based ones too: hypothesis draws from the constants that it
finds in the source, so that a mutant changes the samples. A survivor may still be caught by them.

Each mutant runs in a fork of one process that has the libraries loaded and nothing of the package.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import contextlib
import multiprocessing
import resource
import signal
import subprocess
import sys
import tempfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path

import hypothesis.strategies  # noqa: F401 # the imports of every test, once for all forks
import numpy as np
import pandas as pd  # noqa: F401
import pytest
import scipy.optimize
import scipy.stats  # noqa: F401
import sklearn.ensemble  # noqa: F401
import statsmodels.api  # noqa: F401
from mutation_operators import Mutant, mutants

FOLDERS = ("inference", "survival", "weights")
PACKAGE = "spine_outcomes"
EVERYWHERE = "tests/inference/test_influence.py"  # proves the estimators of every folder
TIMED = ("test_scaling.py",)  # tests of speed fail by chance on a machine at work
OPTIONS = [
    "-x",
    "-q",
    "-p",
    "no:cacheprovider",
    "-m",
    "not slow and not hypothesis",
    "--assert=plain",
]
MARGIN = 1.5  # times the time of a folder's tests, after which a mutant counts as killed


@dataclass(eq=False)
class Watcher:
    """Which tests failed, and how long each file took."""

    failed: list[str] = field(default_factory=list)
    seconds: Counter[str] = field(default_factory=Counter)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note one test."""
        self.seconds[report.nodeid.split("::")[0]] += report.duration  # type: ignore[assignment]
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a file that cannot be imported."""
        if report.failed:
            self.failed.append(report.nodeid)


def run_tests(copy: Path, arguments: list[str], seconds: float, answer: Connection) -> None:
    """Run tests in the copy, for a process of its own."""
    os.setpgrp()
    os.chdir(copy)
    sys.path.insert(0, str(copy))
    os.environ["PYTHONPATH"] = str(copy)
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 5))
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    watcher = Watcher()
    code = int(pytest.main(arguments, plugins=[watcher]))
    file = getattr(sys.modules.get(PACKAGE), "__file__", "")
    answer.send((code, watcher.failed, watcher.seconds, file))


def in_a_fork(
    copy: Path, arguments: list[str], seconds: float
) -> tuple[int, list[str], Counter[str]] | None:
    """Exit code, failed tests and seconds by file; none when it took too long or crashed."""
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(
        target=run_tests, args=(copy, arguments, seconds, there)
    )
    process.start()
    there.close()
    answer = None
    with contextlib.suppress(EOFError):
        answer = here.recv() if here.poll(20 * seconds) else None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid or 0, signal.SIGKILL)
    process.join()
    if answer is None:
        return None
    code, failed, times, file = answer
    if file and not Path(file).is_relative_to(copy):
        raise RuntimeError(f"the tests ran {file}, not the copy in {copy}")
    return code, failed, times


@dataclass(frozen=True)
class Suite:
    """The tests of the folders as they are without a fault: seconds by file, known failures."""

    copy: Path
    seconds: dict[str, float]
    failing: list[str]

    @classmethod
    def measure(cls, copy: Path) -> Suite:
        """Run everything once."""
        files = [
            str(path.relative_to(copy))
            for folder in FOLDERS
            for path in sorted((copy / "tests" / folder).glob("test_*.py"))
            if path.name not in TIMED
        ]
        answer = in_a_fork(copy, [*OPTIONS[1:], *files], 3600)
        if answer is None or not answer[2]:
            raise RuntimeError("the tests do not run without a fault either")
        return cls(copy, {name: answer[2][name] for name in files}, answer[1])

    def limit(self, folder: str) -> float:
        """Seconds of processor time after which a mutant of a folder counts as killed."""
        own = [time for name, time in self.seconds.items() if Path(name).parent.name == folder]
        return 10 + MARGIN * sum(own)

    def arguments(self, module: Path) -> list[str]:
        """Of pytest for a module: its own tests first, then those that import it, the rest."""
        folder, stem = module.parent.name, module.stem
        own, importing, rest = [], [], []
        for name in sorted(self.seconds, key=self.seconds.__getitem__):
            path = Path(name)
            if path.parent.name != folder and name != EVERYWHERE:
                continue
            if path.stem.startswith(f"test_{stem}"):
                own.append(name)
            elif f"{folder}.{stem} " in (self.copy / name).read_text(encoding="utf-8"):
                importing.append(name)
            else:
                rest.append(name)
        skipped = [argument for test in self.failing for argument in ("--deselect", test)]
        return [*OPTIONS, *skipped, *own, *importing, *rest]


def verdict(suite: Suite, module: Path, mutant: Mutant) -> str:
    """What became of the mutant: the test that killed it, a timeout, or that it survived."""
    original = module.read_text(encoding="utf-8")
    module.write_text(mutant.source + "\n", encoding="utf-8")
    try:
        answer = in_a_fork(suite.copy, suite.arguments(module), suite.limit(module.parent.name))
    finally:
        module.write_text(original, encoding="utf-8")
    if answer is None:
        return "timeout"
    code, failed, _ = answer
    if failed:
        return f"killed by {failed[0].removeprefix('tests/')}"
    if code == pytest.ExitCode.INTERNAL_ERROR:
        return "undecided"
    return "survived" if code == pytest.ExitCode.OK else "killed at import"


def copied(folder: Path, commit: str) -> Path:
    """A private copy of a commit."""
    root = Path(__file__).resolve().parents[1]
    copy = folder / "copy"
    for command in (
        ["git", "clone", "-q", "--no-checkout", str(root), str(copy)],
        ["git", "-C", str(copy), "checkout", "-q", commit],
    ):
        subprocess.run(command, check=True)  # noqa: S603 # git, with our own arguments
    return copy


def drawn(copy: Path, seed: int, quota: int, only: str) -> Iterator[tuple[Path, Mutant]]:
    """A quota of mutants of each module."""
    for folder in FOLDERS:
        for module in sorted((copy / PACKAGE / folder).glob("*.py")):
            name = f"{folder}/{module.name}"
            if only in name and module.name != "__init__.py":
                rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
                every = mutants(module.read_text(encoding="utf-8"), rng)
                yield from ((module, mutant) for mutant in islice(every, quota))


def main() -> None:
    """Draw, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quota", type=int, default=6, help="mutants of each module")
    parser.add_argument("--only", default="", help="part of the module's name")
    parser.add_argument("--commit", default="HEAD")
    arguments = parser.parse_args()
    write = sys.stdout.write
    counts: Counter[str] = Counter()
    by_folder: dict[str, Counter[str]] = defaultdict(Counter)
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(Path(folder).resolve(), arguments.commit)
        suite = Suite.measure(copy)
        write(f"without a fault: {sum(suite.seconds.values()):.0f} s, fail: {suite.failing}\n")
        for module, mutant in drawn(copy, arguments.seed, arguments.quota, arguments.only):
            result = verdict(suite, module, mutant)
            place = f"{module.parent.name}/{module.name}:{mutant.line}"
            write(f"{result} | {place} | {mutant.operator} | {mutant.text}\n")
            sys.stdout.flush()
            counts[result.split()[0]] += 1
            by_folder[module.parent.name][result.split()[0]] += 1
    for name, part in {**by_folder, "all": counts}.items():
        share = 1 - (part["survived"] + part["undecided"]) / max(part.total(), 1)
        write(f"{name}: {part.total()} mutants, {dict(part)}, {100 * share:.1f} % killed\n")


if __name__ == "__main__":
    main()
