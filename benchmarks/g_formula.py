"""Whether a g-formula and a weighted curve find no effect on death where the law has none.

    python benchmarks/g_formula.py --patients 405 --draws 400

Cohorts from the law of the demo cohort, index lesions, risk difference of death at 24 months for
the ATE: g-formula, and weighted Kaplan–Meier with the estimated propensity. Prints both in
percentage points, and how often they are more than 8 points apart.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as a run of the command does

import argparse
import sys
from functools import partial

import numpy as np

from spine_outcomes.clinical.simulated_draw import Draw, draw_arrays
from spine_outcomes.clinical.simulated_observation import NEVER
from spine_outcomes.clinical.simulated_sample import simulated_sample
from spine_outcomes.inference import Estimate, concatenate, difference
from spine_outcomes.simulation.performance import performance
from spine_outcomes.simulation.replication import replicate
from spine_outcomes.study.durations import Duration
from spine_outcomes.survival.kaplan_meier import kaplan_meier
from spine_outcomes.survival.standardization import g_formula
from spine_outcomes.weights.design import Block, assemble
from spine_outcomes.weights.estimands import weigh
from spine_outcomes.weights.propensity import fit_propensity

HORIZON = Duration.parse("24 months").to("days")
APART = 0.08


def analyse(draw: Draw) -> Estimate:
    """Risk differences of death, extended − focal: g-formula, then weighted Kaplan–Meier."""
    sample, index, seen = simulated_sample(draw), draw.index_lesion, draw.observation
    is_dead = seen.death < NEVER
    last_image = np.where(seen.last_image < NEVER, seen.last_image, 0)
    time = np.where(is_dead, seen.death, last_image)[index]
    rows = (time.astype(float), is_dead[index])
    covariates, arm = sample.covariates[index], sample.arm[index]
    propensity = fit_propensity(assemble([Block(covariates, sample.names)]), arm)
    weights = weigh(propensity, arm, "ATE")
    keys = {"arm": arm, "times": [HORIZON]}
    risk = g_formula(*rows, covariates=covariates, propensity=propensity, target="ATE", **keys)
    survival = kaplan_meier(*rows, weights.value, **keys).corrected(weights.nuisance)
    return concatenate(
        difference(risk.select(arm=1), risk.select(arm=0)).relabel(model="g-formula"),
        difference(survival.select(arm=0), survival.select(arm=1)).relabel(model="Kaplan–Meier"),
    )


def table(patients: int, draws: int, seed: int) -> list[str]:
    """Lines of the table."""
    answers = replicate(partial(draw_arrays, patients), analyse, replicates=draws, seed=seed)
    found = performance(answers, np.zeros(len(answers.labels)))
    lines = [
        "| model | mean (MC error) | SD of estimates | mean SE | coverage | draws |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for k, label in enumerate(found.labels):
        numbers = (found.mean, found.mean_mc_error, found.empirical_std_error, found.mean_std_error)
        mean, error, spread, std_error = (100 * values[k] for values in numbers)
        lines.append(
            f"| {label['model']} | {mean:.2f} ({error:.2f}) | {spread:.2f} | {std_error:.2f} "
            f"| {100 * found.coverage[k]:.1f} % | {found.n[k]} |"
        )
    gap = np.abs(np.diff(answers.value[np.isfinite(answers.value).all(axis=1)]))
    return [*lines, f"\n{np.mean(gap > APART):.1%} are more than {100 * APART:g} points apart."]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, default=405)
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--seed", type=int, default=90_000)
    sys.stdout.write("\n".join(table(**vars(parser.parse_args()))) + "\n")
