"""Whether the tests notice deliberate faults in inference, survival and weights.

    python benchmarks/mutants.py --seed 1 2 --quota 4 --record mutants.jsonl --store

Small faults (``mutation_places.py``) are drawn from every module, the same by the same seed.
Each is put into a private copy of a commit and judged by the test files that run its line
(``mutation_tests.py``): those of the module's own name first, then the others, the fast ones first.
A mutant is killed by a test that fails, by an import that fails, or by the limit of processor time.

Every verdict is added to the record, a file of JSON lines, and a run that was interrupted goes on
where it stopped. A later commit takes over from it what was killed in modules that have not
changed, and judges the survivors again. Prints a line for each mutant, and the counts of
``mutation_table.py``; ``--store`` keeps what they are made of.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import ast
import json
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mutation_operators import tolerances_of
from mutation_places import Mutant, mutants
from mutation_table import FOLDERS, RESULTS, SURVIVED, table
from mutation_tests import PACKAGE, run

LIMIT = (20.0, 5.0)  # seconds of processor time, and as many times those of the tests
LENGTH = 100  # characters of a statement that are kept


@dataclass(frozen=True)
class Tests:
    """A test file without a fault: its seconds, the tests that fail, the lines that it runs."""

    file: str
    seconds: float
    failing: list[str]
    lines: dict[str, list[int]]

    @classmethod
    def measure(cls, copy: Path, file: str) -> Tests:
        """Run the file once."""
        outcome = run(copy, [[file]], 600, traced=True)
        if outcome is None:
            raise RuntimeError(f"{file} does not run without a fault either")
        return cls(file, outcome.seconds, outcome.failed, outcome.lines)

    def stage(self, module: str) -> tuple[bool, float]:
        """Order in which the files judge a module's mutants: the quick ones of its own name first.

        ``module`` is its place in the package, ``survival/cox.py``.
        """
        folder, stem = Path(module).parent.name, Path(module).stem
        is_own = self.file.startswith(f"tests/{folder}/test_{stem}")
        return not is_own, self.seconds


def verdict(copy: Path, suite: list[Tests], module: str, mutant: Mutant) -> str:
    """What became of the mutant: the test that killed it, a timeout, or that it survived."""
    reaching = [one for one in suite if mutant.span & set(one.lines.get(module, ()))]
    if not reaching:
        return "no test runs the line"
    reaching.sort(key=lambda one: one.stage(module))
    stages: list[list[str]] = [[], []]
    for one in reaching:
        is_other, _ = one.stage(module)
        stages[is_other] += [one.file, *(f"--deselect={test}" for test in one.failing)]
    limit = LIMIT[0] + LIMIT[1] * sum(one.seconds for one in reaching)
    path = copy / PACKAGE / module
    original, before = path.read_text(encoding="utf-8"), path.stat()
    path.write_text(mutant.source + "\n", encoding="utf-8")
    try:
        outcome = run(copy, [stage for stage in stages if stage], limit)
    finally:
        path.write_text(original, encoding="utf-8")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    if outcome is None:
        return "timeout"
    if outcome.failed:
        return f"killed by {outcome.failed[0].removeprefix('tests/')}"
    if outcome.code == pytest.ExitCode.INTERNAL_ERROR:
        return "undecided"
    return "survived" if outcome.code == pytest.ExitCode.OK else "killed at import"


def copied(folder: Path, commit: str) -> tuple[Path, str]:
    """A private copy of a commit, and the commit's name."""
    root, copy = Path(__file__).resolve().parents[1], folder / "copy"
    for command in (
        ["git", "clone", "-q", "--no-checkout", str(root), str(copy)],
        ["git", "-C", str(copy), "checkout", "-q", commit],
    ):
        subprocess.run(command, check=True)  # noqa: S603 # git, with our own arguments
    name = ["git", "-C", str(copy), "rev-parse", "--short", "HEAD"]
    return copy, subprocess.run(name, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603


def drawn(
    copy: Path, seeds: Sequence[int], quota: int, only: str
) -> Iterator[tuple[int, str, Mutant]]:
    """A quota of mutants of each module by each seed, those that an earlier seed drew left out."""
    paths = [path for name in FOLDERS for path in sorted((copy / PACKAGE / name).glob("*.py"))]
    sources = {f"{path.parent.name}/{path.name}": path.read_text("utf-8") for path in paths}
    named = (tolerances_of(ast.parse(source)) for source in sources.values())
    tolerances = {name for names in named for name in names if name.isupper()}
    seen = set()
    for seed, (module, source) in product(seeds, sources.items()):
        if only in module and not module.endswith("__init__.py"):
            rng = np.random.default_rng([seed, zlib.crc32(module.encode())])
            for mutant in islice(mutants(source, rng, tolerances), quota):
                if (module, mutant.source) not in seen:
                    seen.add((module, mutant.source))
                    yield seed, module, mutant


@dataclass(eq=False)
class Record:
    """What was found so far, in memory and in the file, if there is one."""

    path: Path | None
    commit: str

    def __post_init__(self) -> None:
        """Read the file."""
        self.found: dict[str, Any] = {}
        if self.path is not None and self.path.exists():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                entry = json.loads(line)
                self.found[entry["key"]] = entry["value"]

    def add(self, key: str, value: object) -> None:
        """Remember, and write down at once."""
        self.found[key] = value
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, "value": value}) + "\n")

    def suite(self, copy: Path) -> list[Tests]:
        """The tests of the folders as they are without a fault."""
        files = {path for name in FOLDERS for path in (copy / "tests" / name).glob("test_*.py")}
        suite = []
        for file in sorted(str(path.relative_to(copy)) for path in files):
            key = f"{self.commit} {file}"
            if key not in self.found:
                self.add(key, asdict(Tests.measure(copy, file)))
            suite.append(Tests(**self.found[key]))
        return suite

    def judge(self, copy: Path, suite: list[Tests], module: str, mutant: Mutant) -> str:
        """The verdict of now, or one that still holds."""
        killed, here = (
            f"{word} {module} {zlib.crc32(mutant.source.encode())}" for word in ("", self.commit)
        )
        if killed not in self.found and here not in self.found:
            result = verdict(copy, suite, module, mutant)
            self.add(here if result in SURVIVED else killed, result)
        return str(self.found.get(killed, self.found.get(here)))


def main() -> None:
    """Draw, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    parser.add_argument("--quota", type=int, default=4, help="mutants of each module and seed")
    parser.add_argument("--only", default="", help="part of the module's name")
    parser.add_argument("--commit", default="HEAD")
    parser.add_argument("--record", type=Path, help="file of the verdicts, to go on from")
    parser.add_argument("--store", action="store_true", help=f"write {RESULTS.name}")
    arguments = parser.parse_args()
    write = sys.stdout.write
    with tempfile.TemporaryDirectory() as folder:
        copy, commit = copied(Path(folder).resolve(), arguments.commit)
        record = Record(arguments.record, commit)
        suite = record.suite(copy)
        failing = [test for one in suite for test in one.failing]
        seconds = sum(one.seconds for one in suite)
        write(f"{commit} without a fault: {seconds:.0f} s traced, fail: {failing}\n")
        cells = []
        for seed, module, mutant in drawn(copy, arguments.seed, arguments.quota, arguments.only):
            result = record.judge(copy, suite, module, mutant)
            write(f"{result} | {module}:{mutant.line} | {mutant.operator} | {mutant.text}\n")
            sys.stdout.flush()
            change = {"operator": mutant.operator, "text": mutant.text[:LENGTH]}
            place = {"seed": seed, "module": module, "line": mutant.line}
            cells.append({**place, **change, "verdict": result})
    study = {"commit": commit, "seeds": arguments.seed, "quota": arguments.quota}
    if arguments.store:
        # Not above: a fork that judges must find nothing of the package loaded.
        from spine_outcomes.simulation.stored import store

        store(RESULTS, study, cells)
    write("\n".join(["", *table({"study": study, "cells": cells}), ""]))


if __name__ == "__main__":
    main()
