"""Covariates missing by arm and outcome: complete cases, imputation and the whole data.

    python benchmarks/imputation.py --jobs 4
    python benchmarks/imputation.py --table

Draws cohorts of patients with one to three rows each. A covariate of the row and one of the patient
confound the arm of the row and its failure; death of the patient competes. Either covariate is
missing with a probability that depends on what is always known: arms, and whether failure was seen.
Each cohort is analysed by a plan, from the selection of its rows to the pooled answer, and once
more with covariates imputed as if no outcome were known. The truth is an integral over the law.
Writes what it found to benchmarks/results/imputation.json; ``--table`` prints that as
docs/validation.md has it.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as a run of the command does

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit

from spine_outcomes.analysis.completed import completed
from spine_outcomes.analysis.endpoint_results import Who
from spine_outcomes.analysis.fitted import fit
from spine_outcomes.analysis.prepared import Prepared, prepare
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.simulation.performance import performance
from spine_outcomes.simulation.replication import Answers, joined, replicate
from spine_outcomes.simulation.stored import store, stored
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.variants import changed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

IMPUTING = {
    "missing.method": "multiple_imputation", "missing.imputations": 5, "missing.iterations": 5,
}  # fmt: skip
N_ROWS = (0.6, 0.25, 0.15)  # probabilities of one, two and three rows
SHARED = 0.4  # part of the variance of x that rows of a patient share
ARM_MODEL = (0.7, 0.5)  # of x and z
FAILURE = (0.03, 0.7, 0.4, -0.4)  # base, x, z, arm
FRAILTY = 0.4  # standard deviation, of the patient
DEATH = (0.012, 0.5)  # base, z
CENSORING = (6.0, 42.0)  # uniform between
X_MISSING = ((0.15, 0.45), (0.35, 0.05))  # by arm, then by failure of the row
Z_MISSING = ((0.10, 0.35), (0.30, 0.05))  # by any row in the comparator arm, then by any failure
TIME = 12.0
NODES = 60
METHODS = (
    "nothing missing", "imputation", "imputation without outcomes", "complete cases"
)  # fmt: skip
STUDIES = ((500, 1000, 1, 4), (500, 1000, 1_000_001, 2), (4000, 100, 2_000_001, 4))
"""Patients of a cohort, cohorts, the seed of the first, and how many of the methods are tried."""
NAMES = ("measure", "method")
MEASURES = ("risk_difference", "log_hazard_ratio")
RESULTS = Path(__file__).parent / "results" / "imputation.json"

DICTIONARY = DataDictionary.model_validate(
    {
        "table": {"row": "lesion", "patient": "patient", "lesion": "row"},
        "columns": [
            {"name": name, "label": name, "level": level, "type": kind, "phase": phase, **more}
            for name, level, kind, phase, more in (
                ("patient", "patient", "string", "identifier", {"required": True}),
                ("row", "lesion", "string", "identifier", {"required": True}),
                ("arm", "lesion", "integer", "exposure", {"hard": [0, 1]}),
                ("x", "lesion", "float", "baseline", {"unit": "SD"}),
                ("z", "patient", "float", "baseline", {"unit": "SD"}),
                ("time", "lesion", "float", "post_baseline", {"unit": "months"}),
                ("status", "lesion", "integer", "post_baseline", {"hard": [0, 2]}),
            )
        ],
    }
)
PLAN = AnalysisPlan.model_validate(
    {
        "arms": {"column": "arm", "reference": 0, "comparator": 1, "level": "lesion"},
        "cluster": "patient",
        "endpoints": {
            "failure": {
                "label": "failure",
                "level": "lesion",
                "time": {"column": "time", "unit": "months"},
                "status": {
                    "column": "status", "censored": 0, "event": 1, "competing": {"death": 2}
                },
            }
        },
        "propensity": {"terms": ["x", "z"], "estimands": ["ATE"]},
        "estimation": {"unit": "months", "times": [f"{TIME:g} months"], "horizon": "12 months"},
    }
)  # fmt: skip


def draw(seed: int, patients: int = 500) -> tuple[int, pd.DataFrame, pd.DataFrame]:
    """The seed, a cohort with nothing missing, and the same with what is missing."""
    rng = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patients), 1 + rng.choice(3, patients, p=N_ROWS))
    n = len(patient)
    shared, z, frailty = rng.normal(size=(3, patients))
    x = np.sqrt(SHARED) * shared[patient] + np.sqrt(1 - SHARED) * rng.normal(size=n)
    arm = (rng.random(n) < expit(ARM_MODEL[0] * x + ARM_MODEL[1] * z[patient])).astype(np.int64)
    hazard = failure_hazard(FAILURE[1] * x + FRAILTY * frailty[patient], z[patient], arm)
    end = rng.uniform(*CENSORING, size=patients)
    death = rng.exponential(1 / death_hazard(z))
    times = [end[patient], rng.exponential(1 / hazard), death[patient]]
    frame = pd.DataFrame(
        {
            "patient": pd.array([f"P{i:04}" for i in patient], dtype="string"),
            "row": pd.array([f"R{i:04}" for i in range(n)], dtype="string"),
            "arm": arm.astype(np.float64),
            "x": x,
            "z": z[patient],
            "time": np.min(times, axis=0),
            "status": np.argmin(times, axis=0).astype(np.float64),
        }
    )
    return seed, frame, _with_missing(frame, patient, rng)


def _with_missing(frame: pd.DataFrame, patient: Ints, rng: np.random.Generator) -> pd.DataFrame:
    """The cohort without the values that the arms and the failures take away."""
    arm, failed = frame["arm"] == 1, frame["status"] == 1
    of_x = np.array(X_MISSING)[arm.astype(int), failed.astype(int)]
    some_arm, some_failed = (
        np.bincount(patient, column).astype(bool).astype(int) for column in (arm, failed)
    )
    of_z = np.array(Z_MISSING)[some_arm, some_failed]
    x_is_known = rng.random(len(frame)) >= of_x
    z_is_known = rng.random(len(of_z)) >= of_z
    return frame.assign(x=frame["x"].where(x_is_known), z=frame["z"].where(z_is_known[patient]))


def failure_hazard(own: Floats, z: Floats, arm: Ints | int) -> Floats:
    """Hazard of failure, given what x and the frailty add to its logarithm."""
    base, _, of_z, effect = FAILURE
    return np.asarray(base * np.exp(own + of_z * z + effect * arm))


def death_hazard(z: Floats) -> Floats:
    """Hazard of death."""
    return np.asarray(DEATH[0] * np.exp(DEATH[1] * z))


def truth() -> dict[str, float]:
    """Risk difference at ``TIME`` and limit of the marginal Cox log hazard ratio, by quadrature.

    Both as if every row were followed under both arms. The log hazard ratio b solves
    ∫ G (f₁ − (f₀ + f₁) S₁ eᵇ / (S₀ + S₁ eᵇ)) dt = 0 (Struthers and Kalbfleisch, 1986, Biometrika
    73), with S the probability that nothing has happened, f the density of failure and G of being
    uncensored.
    """
    node, weight = np.polynomial.hermite_e.hermegauss(NODES)
    spread = np.hypot(FAILURE[1], FRAILTY)  # x and frailty are normal: so is what they add
    own, z = (side.ravel() for side in np.meshgrid(spread * node, node))
    mass = np.outer(weight, weight).ravel() / weight.sum() ** 2
    nodes, lengths = _times()
    free = np.clip((CENSORING[1] - nodes) / (CENSORING[1] - CENSORING[0]), 0.0, 1.0)
    risk, survival, density = [], [], []
    for arm in (0, 1):
        failure = failure_hazard(own, z, arm)
        total = failure + death_hazard(z)
        risk.append(mass @ (failure / total * -np.expm1(-total * TIME)))
        intact = np.exp(-np.outer(nodes, total))
        survival.append(intact @ mass)
        density.append(intact @ (mass * failure))

    def score(b: float) -> float:
        at_risk = np.exp(b) * survival[1]
        share = at_risk / (survival[0] + at_risk)
        return float(lengths @ (free * (density[1] - (density[0] + density[1]) * share)))

    difference = float(risk[1] - risk[0])
    return dict(zip(MEASURES, (difference, float(brentq(score, -3.0, 3.0))), strict=True))


def _times() -> tuple[Floats, Floats]:
    """Gauss–Legendre nodes and weights on each side of the first censoring."""
    node, weight = np.polynomial.legendre.leggauss(NODES)
    bounds = ((0.0, CENSORING[0]), CENSORING)
    parts = [((b - a) / 2 * node + (a + b) / 2, (b - a) / 2 * weight) for a, b in bounds]
    nodes, lengths = zip(*parts, strict=True)
    return np.concatenate(nodes), np.concatenate(lengths)


def analyse(
    drawn: tuple[int, pd.DataFrame, pd.DataFrame], *, methods: Sequence[str] = METHODS
) -> Answers:
    """Risk difference and log hazard ratio by each method."""
    seed, full, recorded = drawn
    imputing = changed(PLAN, IMPUTING | {"seed": seed})
    ways = {
        "nothing missing": lambda: _prepared(full, PLAN),
        "imputation": lambda: _prepared(recorded, imputing),
        "imputation without outcomes": lambda: _unaware(_prepared(recorded, PLAN), imputing),
        "complete cases": lambda: _prepared(recorded, PLAN),
    }
    return joined(*(_answers(ways[method]()).relabel(method=method) for method in methods))


def _unaware(prepared: Prepared, imputing: AnalysisPlan) -> Prepared:
    """A draw imputed as if no outcome were known."""
    data = completed(prepared.selection.cohort, imputing, ())
    return replace(prepared, plan=imputing, data=data)


def _prepared(frame: pd.DataFrame, plan: AnalysisPlan) -> Prepared:
    """A draw, made ready for a plan."""
    return prepare(plan, Cohort(frame, DICTIONARY, "draw", ""))


def _answers(prepared: Prepared) -> Answers:
    """What the plan finds in a cohort."""
    found = fit(prepared, who=Who("simulation")).results.set_index("measure")
    rows = found.loc[["risk_difference", "hazard_ratio"]]
    numbers = rows[["estimate", "std_error", "lower", "upper"]].to_numpy(np.float64).T
    numbers[[0, 2, 3], 1] = np.log(numbers[[0, 2, 3], 1])
    return Answers(tuple({"measure": measure} for measure in MEASURES), *numbers)


def study(
    patients: int, draws: int, seed: int, methods: int = len(METHODS), *, jobs: int = 1
) -> Iterator[dict[str, Any]]:
    """Performance of the first methods over the cohorts ``seed``, ``seed`` + 1 and so on."""
    drawn = partial(draw, patients=patients)
    analysis = partial(analyse, methods=METHODS[:methods])
    answers = replicate(drawn, analysis, replicates=draws, seed=seed, jobs=jobs)
    return ({"patients": patients, "seed": seed} | cell for cell in cells(answers))


def cells(answers: Answers) -> Iterator[dict[str, Any]]:
    """Performance of each method, and its mean distance from the first in the same cohorts.

    A draw in which chance moves the whole data moves what is made of it as well: the distance has a
    tenth of the Monte-Carlo variance.
    """
    true = truth()
    goal = np.array([true[str(label["measure"])] for label in answers.labels])
    whole = np.tile(answers.value[:, : len(MEASURES)], len(goal) // len(MEASURES))
    apart = pd.DataFrame(answers.value - whole)
    found = performance(answers, goal).cells(NAMES)
    for cell, mean, error in zip(found, apart.mean(), apart.sem(), strict=True):
        yield cell | {"apart": round(mean, 8), "apart_mc_error": round(error, 8)}


def table(found: Mapping[str, Any]) -> Iterator[str]:
    """Lines of the table; 100 times the numbers."""
    yield (
        "| patients | first draw | measure | method | truth | mean (MC error) | bias / MC error "
        "| from nothing missing (MC error) | SD of estimates | mean SE | coverage (MC error) |"
    )
    yield "|---:|---:|---|---|---:|---:|---:|---:|---:|---:|---:|"
    for cell in found["cells"]:
        bias = (cell["mean"] - cell["truth"]) / cell["mean_mc_error"]
        yield (
            f"| {cell['patients']} | {cell['seed']} | {cell['measure']} | {cell['method']} "
            f"| {100 * cell['truth']:.2f} "
            f"| {100 * cell['mean']:.2f} ({100 * cell['mean_mc_error']:.2f}) | {bias:+.1f} "
            f"| {100 * cell['apart']:+.2f} ({100 * cell['apart_mc_error']:.2f}) "
            f"| {100 * cell['empirical_std_error']:.2f} | {100 * cell['mean_std_error']:.2f} "
            f"| {100 * cell['coverage']:.1f} % ({100 * cell['coverage_mc_error']:.1f}) |"
        )


def main() -> None:
    """Run the studies and keep them, or print what was kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--table", action="store_true", help="print what was kept")
    chosen = parser.parse_args()
    if not chosen.table:
        keep(cell for one in STUDIES for cell in study(*one, jobs=chosen.jobs))
    sys.stdout.write("\n".join(table(stored(RESULTS))) + "\n")


def keep(found: Iterable[Mapping[str, Any]]) -> None:
    """Write the cells of all studies, measure by measure."""
    made = {"studies": STUDIES, "time": TIME} | IMPUTING
    store(RESULTS, made, sorted(found, key=lambda cell: MEASURES.index(cell["measure"])))


if __name__ == "__main__":
    main()
