"""Size of the tests: how often each rejects at 5 % where the arms do not differ.

    python benchmarks/size.py --draws 4000
    python benchmarks/size.py --table

80 or 500 patients with 3 rows each in whole months, so with ties of all kinds; two causes, a
covariate and a shared frailty that act on both, censoring. The arm does nothing. It is drawn by row
and without regard to the covariate for the tests of independent rows without weights; by patient
and with the covariate for those of weighted and clustered rows, which get ATE weights with their
estimated propensity. Writes what it found to benchmarks/results/size.json; ``--table`` prints that
as docs/validation.md has it.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as a run of the command does

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from spine_outcomes.inference import TestResult, difference, supremum_test
from spine_outcomes.simulation.stored import store, stored
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.fine_gray_score import fine_gray_score_test
from spine_outcomes.survival.gray import gray_test
from spine_outcomes.survival.log_rank import log_rank, score_test
from spine_outcomes.survival.proportional_hazards import proportional_hazards
from spine_outcomes.survival.time_weights import gehan
from spine_outcomes.weights.design import assemble, linear
from spine_outcomes.weights.estimands import Weights, weigh
from spine_outcomes.weights.propensity import fit_propensity

LEVEL = 0.05
FEW, MANY = 80, 500
ROWS = 3
GRID = np.arange(1.0, 13.0)
RESULTS = Path(__file__).parent / "results" / "size.json"
EXCHANGEABLE, CONFOUNDED = "arms by row", "arms by patient, confounded"


@dataclass(frozen=True)
class Draw:
    """Patients with 3 rows each; the arm does nothing, x and a shared frailty do."""

    time: NDArray[np.float64]
    status: NDArray[np.int64]
    arm: NDArray[np.int64]
    patient: NDArray[np.int64]
    weights: Weights


def draw(
    seed: int, *, patients: int = FEW, confounding: float = 1.0, by_patient: bool = True
) -> Draw:
    """One cohort."""
    rng = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patients), ROWS)
    x, frailty = rng.normal(size=patients)[patient], rng.gamma(1.0, size=patients)[patient]
    uniform = rng.random(patients)[patient] if by_patient else rng.random(len(patient))
    arm = (uniform < 1 / (1 + np.exp(-confounding * x))).astype(np.int64)
    hazards = frailty[:, None] * np.exp(np.outer(x, [0.7, -0.3])) * [0.10, 0.06]
    events = rng.exponential(1 / hazards)
    censored = rng.uniform(2, 20, len(x))
    time = np.minimum(events.min(axis=1), censored)
    status = np.where(time == censored, 0, 1 + events.argmin(axis=1))
    propensity = fit_propensity(assemble([linear("x", x)]), arm)
    return Draw(np.ceil(time), status, arm, patient, weigh(propensity, arm, "ATE"))


LAWS: dict[str, Callable[..., Draw]] = {
    EXCHANGEABLE: partial(draw, confounding=0.0, by_patient=False),
    CONFOUNDED: draw,
}


def classical(d: Draw, test: Callable[..., TestResult], **keys: Any) -> TestResult:
    """A test of rows without weights."""
    return test(d.time, d.status, arm=d.arm, **keys)


def weighted(
    d: Draw, test: Callable[..., TestResult], clustered: bool = True, **keys: Any
) -> TestResult:
    """A test of weighted and clustered rows."""
    cluster = d.patient if clustered else None
    rows = {"arm": d.arm, "cluster": cluster, "nuisance": d.weights.nuisance}
    return test(d.time, d.status, d.weights.value, **rows, **keys)


def supremum(d: Draw) -> TestResult:
    """Largest difference of the incidence curves in standard errors, over months 1 to 12."""
    rows = {"arm": d.arm, "cluster": d.patient, "times": GRID}
    curves = aalen_johansen(d.time, d.status, d.weights.value, **rows).corrected(d.weights.nuisance)
    gap = difference(curves.select(arm=1), curves.select(arm=0))
    return supremum_test(gap.take(np.flatnonzero(gap.is_estimable).tolist()), seed=1, draws=2000)


def proportional(d: Draw) -> TestResult:
    """The arm's hazard ratio does not change; model-based, along the Kaplan–Meier curve."""
    return proportional_hazards(d.time, d.status, covariates=d.arm[:, None]).model_based_global


def weighted_proportional(d: Draw) -> TestResult:
    """The same, robust."""
    rows = {"covariates": d.arm[:, None], "cluster": d.patient, "nuisance": d.weights.nuisance}
    return proportional_hazards(d.time, d.status, d.weights.value, **rows).robust_global


TESTS: dict[str, tuple[str, Callable[[Draw], TestResult]]] = {
    "log-rank": (EXCHANGEABLE, partial(classical, test=log_rank)),
    "Gray": (EXCHANGEABLE, partial(classical, test=gray_test)),
    "proportional hazards, model-based": (EXCHANGEABLE, proportional),
    "weighted log-rank": (CONFOUNDED, partial(weighted, test=score_test)),
    "weighted log-rank, Gehan": (CONFOUNDED, partial(weighted, test=score_test, time_weight=gehan)),
    "weighted Gray-type": (CONFOUNDED, partial(weighted, test=fine_gray_score_test)),
    "supremum of the difference of incidence": (CONFOUNDED, supremum),
    "proportional hazards, robust": (CONFOUNDED, weighted_proportional),
}


def p_values(seed: int, patients: int) -> list[float]:
    """P value of each test on the cohort of this seed, NaN where there was no test."""
    cohorts = {law: drawn(seed, patients=patients) for law, drawn in LAWS.items()}
    return [float(test(cohorts[law]).p_value) for law, test in TESTS.values()]


def cells(draws: int, seed: int, patients: int, jobs: int = 1) -> list[dict[str, Any]]:
    """Share of rejections of each test with its Monte-Carlo error."""
    tasks = (delayed(p_values)(seed + i, patients) for i in range(draws))
    p = np.array(Parallel(n_jobs=jobs)(tasks))
    n = np.isfinite(p).sum(axis=0)
    size = (p < LEVEL).sum(axis=0) / n
    error = np.sqrt(size * (1 - size) / n)
    return [
        {"test": name, "law": law, "patients": patients, "size": float(size[k]),
         "mc_error": round(float(error[k]), 8), "n": int(n[k]), "n_failed": int(draws - n[k])}
        for k, (name, (law, _)) in enumerate(TESTS.items())
    ]  # fmt: skip


def table(found: Mapping[str, Any]) -> Iterator[str]:
    """Lines of the table."""
    yield f"| test | cohorts | {FEW} patients | {MANY} patients |"
    yield "|---|---|---:|---:|"
    for name, (law, _) in TESTS.items():
        sizes = (
            f"{100 * cell['size']:.1f} % ({100 * cell['mc_error']:.1f})"
            for cell in found["cells"]
            if cell["test"] == name
        )
        yield f"| {name} | {law} | {' | '.join(sizes)} |"


def main() -> None:
    """Run the study and keep it, or print what was kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--table", action="store_true", help="print what was kept")
    chosen = vars(parser.parse_args())
    if not chosen.pop("table"):
        found = [cell for patients in (FEW, MANY) for cell in cells(patients=patients, **chosen)]
        store(RESULTS, {"level": LEVEL, **{k: chosen[k] for k in ("draws", "seed")}}, found)
    sys.stdout.write("\n".join(table(stored(RESULTS))) + "\n")


if __name__ == "__main__":
    main()
