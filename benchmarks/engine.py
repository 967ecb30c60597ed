"""Speed and memory of the estimators, as multiples of a physical limit measured beside them.

    python benchmarks/engine.py

L(n) is one ``argsort`` plus five passes over n numbers. NumPy sorts several times faster where the
processor has AVX-512, which changes L but little else; ratios to an L with the portable stable sort
stand beside. Rows have weights; times are continuous, or
whole days. Each entry is the processor time of the best of a few runs, estimate and robust errors
included, on arrays that no estimator has sorted. Prints the tables of docs/performance.md.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as a run of the command does

import argparse
import platform
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.inference import Estimate
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.fine_gray import fine_gray
from spine_outcomes.survival.kaplan_meier import kaplan_meier
from spine_outcomes.survival.time_order import TimeOrder

Floats = NDArray[np.float64]
SIZES = (10_000, 100_000, 1_000_000)
LANDMARKS = (0.5, 1.0, 2.0)


@dataclass(frozen=True)
class Cohort:
    """Simulated rows with competing events, weights and nine covariates, the arm first."""

    time: Floats
    status: NDArray[np.int64]
    weight: Floats
    covariates: Floats
    cluster: NDArray[np.int64]
    landmarks: Floats

    @classmethod
    def draw(cls, n: int, *, whole_days: bool) -> Cohort:
        """Draw n rows, about two a cluster."""
        rng = np.random.default_rng(1)
        arm = (rng.random(n) < 0.4).astype(np.float64)
        time = rng.exponential(size=n) / np.exp(0.3 * arm)
        days = 365.0 if whole_days else 1.0
        return cls(
            np.ceil(time * days) if whole_days else time,
            rng.integers(0, 3, n),
            rng.uniform(0.5, 2.0, n),
            np.column_stack([arm, rng.normal(size=(n, 8))]),
            rng.integers(0, max(n // 2, 1), n),
            np.array(LANDMARKS) * days,
        )

    @property
    def arm(self) -> NDArray[np.int64]:
        """Arm of each row."""
        return self.covariates[:, 0].astype(np.int64)


Job = Callable[[Cohort, NDArray[np.int64] | None], list[Estimate]]


@dataclass(frozen=True)
class Row:
    """One line of the table: what is run, how many covariates it has, its target in L."""

    name: str
    n_covariates: int
    target: float
    job: Job


def curves(cohort: Cohort, cluster: NDArray[np.int64] | None) -> list[Estimate]:
    """Survival and incidence of both arms at three times, the rows sorted once for both."""
    arrays = (TimeOrder.of(cohort.time), cohort.status, cohort.weight)
    keys = {"arm": cohort.arm, "cluster": cluster, "times": cohort.landmarks}
    return [kaplan_meier(*arrays, **keys), aalen_johansen(*arrays, **keys)]  # type: ignore[arg-type]


def hazard_ratios(n_covariates: int) -> Job:
    """Cox's model of the first covariates, Efron's ties."""

    def job(cohort: Cohort, cluster: NDArray[np.int64] | None) -> list[Estimate]:
        arrays = (cohort.time, cohort.status, cohort.weight)
        x = cohort.covariates[:, :n_covariates]
        return [cox(*arrays, covariates=x, cluster=cluster).estimate]

    return job


def subdistribution_hazard_ratio(
    cohort: Cohort, cluster: NDArray[np.int64] | None
) -> list[Estimate]:
    """Fine–Gray model of the arm, the censoring distribution estimated."""
    arrays = (cohort.time, cohort.status, cohort.weight)
    return [fine_gray(*arrays, covariates=cohort.covariates[:, 0], cluster=cluster).estimate]


TABLE = (
    Row("Kaplan–Meier and Aalen–Johansen, 3 times", 1, 8, curves),
    Row("Cox, 1 covariate", 1, 5, hazard_ratios(1)),
    Row("Cox, 9 covariates", 9, 28, hazard_ratios(9)),
    Row("Fine–Gray, 1 covariate", 1, 8, subdistribution_hazard_ratio),
)


def run(row: Row, cohort: Cohort, cluster: NDArray[np.int64] | None) -> None:
    """Estimate, and derive the errors."""
    for estimate in row.job(cohort, cluster):
        estimate.std_error()


def best_time(job: Callable[[], object], n_runs: int) -> float:
    """Processor time of the shortest of a few runs, in seconds: other work does not count."""
    times = []
    for _ in range(n_runs):
        start = time.process_time()
        job()
        times.append(time.process_time() - start)
    return min(times)


def limit(cohort: Cohort, n_runs: int, *, stable: bool = False) -> float:
    """L: one argsort plus five passes over n numbers, in seconds."""
    result = np.empty_like(cohort.weight)
    sort = best_time(lambda: np.argsort(cohort.time, kind="stable" if stable else None), n_runs)
    return sort + 5 * best_time(lambda: np.add(cohort.weight, 1.0, out=result), n_runs)


def peak_bytes(row: Row, cohort: Cohort) -> int:
    """Peak of the memory that one run asks for, the arrays it is given not counted."""
    tracemalloc.start()
    run(row, cohort, None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def measured(
    row: Row, cohorts: list[Cohort], limits: list[float], stable: float, n_runs: int
) -> str:
    """One line of the table."""
    alone = [best_time(lambda c=c: run(row, c, None), n_runs) for c in cohorts]  # type: ignore[misc]
    last = cohorts[-1]
    clustered = best_time(lambda: run(row, last, last.cluster), n_runs)
    n = len(last.time)
    memory = peak_bytes(row, last) / (n * (row.n_covariates + 10))
    ratios = [f"{seconds / limit_:.1f}" for seconds, limit_ in zip(alone, limits, strict=True)]
    cells = [
        row.name,
        *ratios,
        f"{alone[-1] / stable:.1f}",
        f"{row.target:g}",
        f"{clustered / limits[-1]:.1f}",
        f"{alone[1] / alone[0]:.1f}",
        f"{alone[-1]:.2f}",
        f"{memory:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=5, help="runs of which the best counts")
    n_runs = parser.parse_args().runs
    write = sys.stdout.write
    write(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, ")
    write(f"NumPy {np.__version__}, {os.environ['OPENBLAS_NUM_THREADS']} thread\n")
    for whole_days in (False, True):
        cohorts = [Cohort.draw(n, whole_days=whole_days) for n in SIZES]
        limits = [limit(cohort, n_runs) for cohort in cohorts]
        stable = limit(cohorts[-1], n_runs, stable=True)
        milliseconds = ", ".join(f"{1000 * seconds:.3g}" for seconds in limits)
        write(f"\n{'Whole days' if whole_days else 'Continuous times'}; L = {milliseconds} ms")
        write(f", with a stable sort {1000 * stable:.3g} ms at 1e6\n\n")
        sizes = " | ".join(f"n = {n:.0e}".replace("e+0", "e") for n in SIZES)
        write(
            f"| in units of L | {sizes} | stable | target | clustered | t(1e5)/t(1e4) | s at 1e6 |"
        )
        write(" bytes/(n (p + 10)) |\n|---|" + "---|" * 9 + "\n")
        for row in TABLE:
            write(measured(row, cohorts, limits, stable, n_runs) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
