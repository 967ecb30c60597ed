"""Whether a g-formula and a weighted curve find no effect on death where the law has none.

    python benchmarks/g_formula.py --patients 405 --draws 400

Cohorts from the law of the demo cohort, index lesions, risk difference of death at 24 months for
the ATE: g-formula, and weighted Kaplan–Meier with the estimated propensity. Prints both in
percentage points, and how often they are more than 8 points apart; for the g-formula also errors
that count the parameters of its model, and with ``--resamples`` those of a bootstrap.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as a run of the command does

import argparse
import sys
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.clinical.simulated_draw import Draw, draw_arrays
from spine_outcomes.clinical.simulated_observation import NEVER
from spine_outcomes.clinical.simulated_sample import simulated_sample
from spine_outcomes.inference import (
    Estimate,
    bootstrap,
    concatenate,
    difference,
    interval,
    small_sample,
)
from spine_outcomes.simulation.performance import performance
from spine_outcomes.simulation.replication import Answers, joined, replicate
from spine_outcomes.study.durations import Duration
from spine_outcomes.survival.absolute_risk import cause_specific_models
from spine_outcomes.survival.kaplan_meier import kaplan_meier
from spine_outcomes.survival.sample import sample_of
from spine_outcomes.survival.standardization import g_formula
from spine_outcomes.weights.design import Block, Design, assemble
from spine_outcomes.weights.estimands import weigh
from spine_outcomes.weights.propensity import fit_propensity

HORIZON = Duration.parse("24 months").to("days")
APART = 0.08
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Deaths:
    """Index lesions of a draw: time to death and the covariates of both models."""

    time: Floats
    is_dead: NDArray[np.bool_]
    arm: NDArray[np.int64]
    covariates: Floats
    design: Design

    @classmethod
    def of(cls, draw: Draw) -> Deaths:
        """Follow the index lesions to death or the last image."""
        sample, index, seen = simulated_sample(draw), draw.index_lesion, draw.observation
        is_dead = seen.death < NEVER
        last_image = np.where(seen.last_image < NEVER, seen.last_image, 0)
        time = np.where(is_dead, seen.death, last_image)[index].astype(float)
        covariates = sample.covariates[index]
        design = assemble([Block(covariates, sample.names)])
        return cls(time, is_dead[index], sample.arm[index], covariates, design)

    def differences(self) -> tuple[Estimate, Estimate]:
        """Risk differences, extended − focal: g-formula and weighted Kaplan–Meier."""
        rows, keys = (self.time, self.is_dead), {"arm": self.arm, "times": [HORIZON]}
        propensity = fit_propensity(self.design, self.arm)
        risk = g_formula(*rows, covariates=self.covariates, propensity=propensity, **keys)
        weights = weigh(propensity, self.arm, "ATE")
        survival = kaplan_meier(*rows, weights.value, **keys).corrected(weights.nuisance)
        return (
            difference(risk.select(arm=1), risk.select(arm=0)).relabel(model="g-formula"),
            difference(survival.select(arm=0), survival.select(arm=1)).relabel(
                model="Kaplan–Meier"
            ),
        )

    def refit(self, multiplicity: Floats) -> Estimate:
        """The difference by the g-formula alone, when rows count so many times: no influence."""
        sample = sample_of(self.time, self.is_dead, multiplicity)
        covariates = np.column_stack([self.arm, self.covariates]).astype(float)
        names = [str(j) for j in range(covariates.shape[1])]
        models = cause_specific_models(sample, covariates, names, 1, "efron", HORIZON)
        risks = []
        for arm in (0, 1):
            covariates[:, 0] = arm
            predicted = models.predict(covariates).at(int(sample.order.position(HORIZON)))
            risks.append(np.average(predicted, weights=multiplicity))
        value = np.nan if models.reason else risks[1] - risks[0]
        nothing = np.zeros((sample.n, 1))
        return Estimate(np.array([value]), nothing, ({},), reasons=(models.reason,))


def analyse(drawn: tuple[int, Draw], *, resamples: int) -> Answers:
    """Risk differences with errors of the influence, for few clusters, and resampled."""
    seed, draw = drawn
    deaths = Deaths.of(draw)
    found, weighted = deaths.differences()
    # the arm and the covariates of its one model of the outcome, and the difference
    small = small_sample(found, deaths.covariates.shape[1] + 2)
    limits = interval(found.value, small.std_error, "identity", df=small.df)
    factored = Answers(found.labels, found.value, small.std_error, *limits)
    parts = [Answers.of(concatenate(found, weighted)), factored.relabel(errors="small sample")]
    if resamples:
        rows = np.arange(len(deaths.arm))
        drawn_again = bootstrap(deaths.refit, rows, replicates=resamples, seed=seed, jobs=1)
        error = drawn_again.std_error()
        for name, limits in (
            ("normal", interval(found.value, error, "identity")),
            ("percentile", drawn_again.percentiles(0.95)),
        ):
            own = Answers(found.labels, found.value, error, *limits)
            parts.append(own.relabel(errors=f"bootstrap, {name}"))
    return joined(*parts)


def seeded(patients: int, seed: int) -> tuple[int, Draw]:
    """A draw and its seed."""
    return seed, draw_arrays(patients, seed)


def table(patients: int, draws: int, resamples: int, seed: int) -> list[str]:
    """Lines of the table."""
    answers = replicate(
        partial(seeded, patients), partial(analyse, resamples=resamples), replicates=draws,
        seed=seed,
    )  # fmt: skip
    found = performance(answers, np.zeros(len(answers.labels)))
    lines = [
        "| model | errors | mean (MC error) | SD of estimates | mean SE | coverage (MC error) "
        "| draws |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for k, label in enumerate(found.labels):
        numbers = (
            found.mean, found.mean_mc_error, found.empirical_std_error, found.mean_std_error,
            found.coverage, found.coverage_mc_error,
        )  # fmt: skip
        mean, error, spread, std_error, coverage, of_coverage = (100 * v[k] for v in numbers)
        lines.append(
            f"| {label['model']} | {label.get('errors', 'corrected')} | {mean:.2f} ({error:.2f}) "
            f"| {spread:.2f} | {std_error:.2f} | {coverage:.1f} % ({of_coverage:.1f}) "
            f"| {found.n[k]} |"
        )
    both = answers.value[:, :2]
    gap = np.abs(np.diff(both[np.isfinite(both).all(axis=1)]))
    return [*lines, f"\n{np.mean(gap > APART):.1%} are more than {100 * APART:g} points apart."]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, default=405)
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--resamples", type=int, default=0, help="of the bootstrap of each draw")
    parser.add_argument("--seed", type=int, default=90_000)
    sys.stdout.write("\n".join(table(**vars(parser.parse_args()))) + "\n")
