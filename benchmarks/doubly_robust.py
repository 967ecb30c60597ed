"""Bias of standardised risk differences where models are right and where they are wrong.

    python benchmarks/doubly_robust.py --draws 1000

prints a table in percentage points. 500 rows a draw, two confounders, two causes with proportional
hazards and censoring that depends on the arm. A wrong model leaves the second confounder out. The
truth is an integral over the law of the confounders.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.inference import Estimate, concatenate, difference
from spine_outcomes.simulation.performance import Performance, performance
from spine_outcomes.simulation.replication import replicate
from spine_outcomes.survival.standardization import aiptw, g_formula, iptw_risk
from spine_outcomes.weights.design import assemble, linear
from spine_outcomes.weights.propensity import Propensity, fit_propensity

Floats = NDArray[np.float64]

N = 500
TIME = 12.0
ARM_MODEL = np.array([0.4, 0.8])
HAZARDS = ((0.04, np.array([0.6, 0.8]), -0.5), (0.02, np.array([0.0, 0.3]), 0.2))
CENSORING = (0.02, 0.03)
NODES = 60


@dataclass(frozen=True, eq=False)
class Draw:
    """One cohort."""

    x: Floats
    arm: NDArray[np.int64]
    time: Floats
    status: NDArray[np.int64]


def draw(seed: int) -> Draw:
    """Draw a cohort of ``N`` rows."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(N, 2))
    arm = (rng.random(N) < score(x)).astype(np.int64)
    times = [rng.exponential(1 / hazard) for hazard in hazards(x, arm)]
    times.insert(0, rng.exponential(1 / np.where(arm == 1, CENSORING[1], CENSORING[0])))
    return Draw(x, arm, np.min(times, axis=0), np.argmin(times, axis=0))


def score(x: Floats) -> Floats:
    """Probability of the comparator."""
    return np.asarray(1 / (1 + np.exp(-x @ ARM_MODEL)))


def hazards(x: Floats, arm: NDArray[np.int64] | int) -> list[Floats]:
    """Hazard of each cause."""
    return [base * np.exp(x @ slope + effect * arm) for base, slope, effect in HAZARDS]


def truth() -> dict[str, float]:
    """Risk difference in each population, by Gauss–Hermite quadrature."""
    node, weight = np.polynomial.hermite_e.hermegauss(NODES)
    x = np.stack(np.meshgrid(node, node), axis=-1).reshape(-1, 2)
    mass = np.outer(weight, weight).ravel()
    risk = []
    for arm in (0, 1):
        own, other = hazards(x, arm)
        risk.append(own / (own + other) * -np.expm1(-(own + other) * TIME))
    tilt = {"ATE": np.ones(len(x)), "ATO": score(x) * (1 - score(x))}
    return {
        name: float(np.average(risk[1] - risk[0], weights=mass * h)) for name, h in tilt.items()
    }


def analyse(drawn: Draw) -> Estimate:
    """All estimators under right and wrong models of the arm and the outcome."""
    arrays = (drawn.time, drawn.status)
    covariates = {"right": drawn.x, "wrong": drawn.x[:, :1]}
    propensities = {name: _propensity(x, drawn.arm) for name, x in covariates.items()}
    keys = {"arm": drawn.arm, "times": [TIME]}
    parts = []
    for target in ("ATE", "ATO"):
        for arm_model in ("right", "wrong") if target == "ATE" else ("right",):
            own = keys | {"propensity": propensities[arm_model], "target": target}
            parts.append(_contrast(iptw_risk(*arrays, **own), target, "iptw", arm_model, "-"))
            for outcome_model in covariates:
                risk = aiptw(*arrays, covariates=covariates[outcome_model], **own)
                parts.append(_contrast(risk, target, "aipw", arm_model, outcome_model))
        for outcome_model in covariates:
            own = keys | {"propensity": propensities["right"], "target": target}
            risk = g_formula(*arrays, covariates=covariates[outcome_model], **own)
            arm_model = "-" if target == "ATE" else "right"
            parts.append(_contrast(risk, target, "g_formula", arm_model, outcome_model))
    return concatenate(*parts)


def _propensity(x: Floats, arm: NDArray[np.int64]) -> Propensity:
    """Logistic propensity on the columns of ``x``."""
    return fit_propensity(assemble([linear(f"x{j}", column) for j, column in enumerate(x.T)]), arm)


def _contrast(risk: Estimate, target: str, model: str, arm_model: str, outcome: str) -> Estimate:
    """Comparator − reference."""
    contrast = difference(risk.select(arm=1), risk.select(arm=0))
    return contrast.relabel(estimand=target, model=model, arm_model=arm_model, outcome=outcome)


def study(draws: int, seed: int, jobs: int = 1) -> Performance:
    """Performance of all estimators over ``draws`` cohorts."""
    replications = replicate(draw, analyse, replicates=draws, seed=seed, jobs=jobs)
    true = truth()
    expected = np.array([true[str(label["estimand"])] for label in replications.labels])
    return performance(replications, expected)


def table(found: Performance) -> str:
    """The study as a table in percentage points."""
    lines = [
        "| population | estimator | propensity | outcome models | truth | mean | bias / MC error "
        "| SD of estimates | mean SE | coverage (MC error) |",
        "|---|---|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for i, label in enumerate(found.labels):
        names = " | ".join(str(label[key]) for key in ("estimand", "model", "arm_model", "outcome"))
        numbers = " | ".join(f"{100 * values[i]:.2f}" for values in (found.truth, found.mean))
        spread = " | ".join(
            f"{100 * values[i]:.2f}" for values in (found.empirical_std_error, found.mean_std_error)
        )
        coverage = f"{100 * found.coverage[i]:.1f} % ({100 * found.coverage_mc_error[i]:.1f})"
        bias = f"{found.bias_in_mc_errors[i]:+.1f}"
        lines.append(f"| {names} | {numbers} | {bias} | {spread} | {coverage} |")
    return "\n".join(lines)


def main() -> None:
    """Run the study and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    print(table(study(options.draws, options.seed, options.jobs)))  # noqa: T201  what a benchmark is for


if __name__ == "__main__":
    main()
