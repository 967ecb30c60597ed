"""The same rows through the engine, R (survival, cmprsk) and lifelines: answers and times.

    python benchmarks/peers.py [--without-r]

Rows are those of ``engine.py``, whole days at n = 500 and continuous times beyond, written once as
CSV. One thread, processor time of the best of a few batches, robust errors included, each program
on rows that it has not sorted. Prints how many times as long as the engine each peer takes, and how
far its answers lie from the engine's in standard errors (test statistics: relative). Fails where
answers differ by more than their tolerance or a goal is missed.

What R found and how long it took is kept in ``peers.json``, with its versions and the processor; it
is rewritten where R is installed, and compared with where it is not. Lifelines runs at n = 500 only
(its Cox model of 1e5 rows takes minutes), and what of it is known to differ is listed in
``peers_jobs.py``.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as a run of the command does

import argparse
import hashlib
import importlib.util
import json
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from engine import Cohort
from peers_jobs import JOBS, NAMES, Answer, Job

STORED = Path(__file__).with_suffix(".json")
SCRIPT = Path(__file__).with_suffix(".R")
SMALL = 500
BATCH, N_BATCHES, LONG = 0.1, 5, 5.0  # seconds of a batch; of a run that is not repeated


@dataclass(frozen=True)
class Case:
    """One line of the table: a job on n rows."""

    name: str
    n: int

    @property
    def job(self) -> Job:
        """What is run."""
        return JOBS[self.name]

    @property
    def key(self) -> str:
        """Name of the line."""
        return f"{self.name}-{self.n}"

    @property
    def whole_days(self) -> bool:
        """Whether times are whole days."""
        return self.n == SMALL and not self.job.is_continuous

    @property
    def file(self) -> str:
        """Name of the rows."""
        return f"{'whole_days' if self.whole_days else 'continuous'}-{self.n}.csv"


CASES = tuple(Case(name, n) for name, job in JOBS.items() for n in job.goals)


def processor() -> str:
    """Name of the processor."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.exists() else []
    named = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def rows_as_csv(rows: Cohort) -> bytes:
    """The rows to the last digit."""
    frame = pd.DataFrame(rows.covariates, columns=list(NAMES))
    frame = frame.assign(time=rows.time, status=rows.status, weight=rows.weight, arm=rows.arm)
    return frame.to_csv(index=False, float_format="%.17g").encode()


def ask_r(cohorts: dict[str, Cohort]) -> dict[str, Any]:
    """Answers and times of R, with what it ran on."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        hashes = {}
        for file, rows in cohorts.items():
            content = rows_as_csv(rows)
            (folder / file).write_bytes(content)
            hashes[file] = hashlib.sha256(content).hexdigest()
        jobs = [
            {
                "key": case.key,
                "job": case.name,
                "rows": case.file,
                "times": cohorts[case.file].landmarks.tolist(),
            }
            for case in CASES
        ]
        (folder / "jobs.json").write_text(json.dumps(jobs))
        program = str(shutil.which("Rscript"))
        subprocess.run([program, str(SCRIPT), str(folder)], check=True)  # noqa: S603 # our script
        answers = json.loads((folder / "answers.json").read_text())
    return {**answers, "processor": processor(), "rows": hashes}


def stored_r(cohorts: dict[str, Cohort]) -> dict[str, Any]:
    """What R said before, of these very rows."""
    stored: dict[str, Any] = json.loads(STORED.read_text())
    for file, rows in cohorts.items():
        if hashlib.sha256(rows_as_csv(rows)).hexdigest() != stored["rows"][file]:
            raise SystemExit(f"{STORED.name} is of other rows than {file}: R is needed")
    return stored


def timed(run: Callable[[], Answer]) -> tuple[Answer, float]:
    """The answer, and the seconds of the best batch."""
    start = time.process_time()
    found = run()
    first = time.process_time() - start
    if first > LONG:
        return found, first

    def seconds(n_runs: int) -> float:
        start = time.process_time()
        for _ in range(n_runs):
            run()
        return (time.process_time() - start) / n_runs

    n_runs = max(1, round(BATCH / seconds(1)))  # the first run also imports
    return found, min(seconds(n_runs) for _ in range(N_BATCHES))


def distance(ours: Answer, theirs: Answer) -> float:
    """Largest difference of values, and of errors, in standard errors or relative."""
    unit = np.abs(ours.value) if ours.error is None else ours.error
    differences = [np.abs(theirs.value - ours.value) / unit]
    if ours.error is not None and theirs.error is not None:
        differences.append(np.abs(theirs.error - ours.error) / unit)
    return float(np.max(differences))


def answer_of_r(stored: dict[str, Any]) -> Answer:
    """One of R's answers."""
    error = stored.get("error")
    return Answer(np.atleast_1d(stored["value"]), None if error is None else np.atleast_1d(error))


def compared(case: Case, rows: Cohort, r: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Cells of one line, and what is wrong with it."""
    job, wrong = case.job, []
    ours, seconds = timed(lambda: job.engine(rows))
    ratio, difference = r["seconds"] / seconds, distance(ours, answer_of_r(r))
    if difference > job.tolerance:
        wrong.append(f"{case.key}: R differs by {difference:.1e}")
    if ratio < job.goals[case.n]:
        wrong.append(f"{case.key}: R takes {ratio:.1f} times as long")
    cells = [job.title, f"{case.n:.0e}".replace("e+0", "e"), f"{1000 * seconds:.3g}"]
    cells += [f"{1000 * r['seconds']:.3g}", f"{ratio:.1f}", f"{job.goals[case.n]:g}"]
    cells += [f"{difference:.0e}", "", ""]
    peer = job.lifelines
    if peer is not None and case.n == SMALL and importlib.util.find_spec("lifelines"):
        theirs, peer_seconds = timed(lambda: peer(rows))
        difference = distance(ours, theirs)
        cells[-2:] = f"{peer_seconds / seconds:.0f}", f"{difference:.0e}"
        if job.lifelines_tolerance is not None and difference > job.lifelines_tolerance:
            wrong.append(f"{case.key}: lifelines differs by {difference:.1e}")
    return cells, wrong


def main() -> None:
    """Run all three and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--without-r", action="store_true", help="compare with R's stored answers")
    use_stored = parser.parse_args().without_r or shutil.which("Rscript") is None
    cohorts = {case.file: Cohort.draw(case.n, whole_days=case.whole_days) for case in CASES}
    r = stored_r(cohorts) if use_stored else ask_r(cohorts)
    if not use_stored:
        STORED.write_text(json.dumps(r, indent=1) + "\n")
    write = sys.stdout.write
    write(f"{processor()}, Python {platform.python_version()}, NumPy {np.__version__}; ")
    write(f"{r['R']}, survival {r['survival']}, cmprsk {r['cmprsk']} on {r['processor']}\n\n")
    write("| | n | engine, ms | R, ms | R / engine | goal | R differs by | lifelines / engine |")
    write(" lifelines differs by |\n|---|" + "---:|" * 8 + "\n")
    failures = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lifelines warns of weights that are no whole numbers
        for case in CASES:
            cells, wrong = compared(case, cohorts[case.file], r["answers"][case.key])
            write(f"| {' | '.join(cells)} |\n")
            sys.stdout.flush()
            failures += wrong
    sys.exit("\n".join(failures) or 0)


if __name__ == "__main__":
    main()
