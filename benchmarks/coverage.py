"""Bias and coverage of weighted risk differences on simulated cohorts with a known truth.

    python benchmarks/coverage.py --draws 4000 --resampled 4000 --jobs 2
    python benchmarks/coverage.py --table

Draws cohorts of 500 patients, nothing missing, and compares the risk differences at 24 months,
unweighted and for ATE, ATT and ATO, with the detected truth of the law: with errors that take the
weights as known (robust) or as estimated (corrected), with the small-sample factor and Student's t,
and with patients resampled and everything fitted again (normal and percentile limits). Writes what
it found to benchmarks/results/coverage.json; ``--table`` prints that as docs/validation.md has it.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as a run of the command does

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.clinical.simulated_draw import draw_arrays
from spine_outcomes.clinical.simulated_sample import SimulatedSample, simulated_sample
from spine_outcomes.clinical.simulator import LAW_TRUTH
from spine_outcomes.inference import Estimate, Label, bootstrap, interval, small_sample
from spine_outcomes.simulation.performance import Performance, performance
from spine_outcomes.simulation.replication import Answers, joined, replicate
from spine_outcomes.simulation.risk_differences import risk_differences
from spine_outcomes.simulation.stored import store, stored
from spine_outcomes.study.durations import Duration
from spine_outcomes.study.packaged import packaged_file
from spine_outcomes.survival.time_order import TimeOrder
from spine_outcomes.weights.design import Block, Design, assemble
from spine_outcomes.weights.propensity import fit_propensity
from spine_outcomes.weights.refit import PropensityRefit

N_PATIENTS = 500
WEIGHTED = ("ATE", "ATT", "ATO")
ESTIMANDS = ("unweighted", *WEIGHTED)
MONTHS = 24
HORIZON = Duration.parse(f"{MONTHS} months").to("days")
NAMES = ("endpoint", "estimand", "variance")
RESULTS = Path(__file__).parent / "results" / "coverage.json"


def draw(seed: int) -> SimulatedSample:
    """One cohort."""
    return simulated_sample(draw_arrays(N_PATIENTS, seed))


def numbered(seed: int) -> tuple[int, SimulatedSample]:
    """One cohort with its number."""
    return seed, draw(seed)


def analyse(sample: SimulatedSample) -> Estimate:
    """Risk differences, extended − focal, at 24 months."""
    return risk_differences(
        fit_propensity(_design(sample), sample.arm),
        sample.arm,
        sample.patient,
        sample.outcomes,
        estimands=ESTIMANDS,
        at=HORIZON,
    )


class Refit:
    """The weighted risk differences alone, given how often each row counts."""

    def __init__(self, sample: SimulatedSample) -> None:
        self.sample = sample
        self.propensity = PropensityRefit.of(_design(sample), sample.arm)
        self.outcomes = {
            endpoint: (TimeOrder.of(time), status)
            for endpoint, (time, status) in sample.outcomes.items()
        }

    def __call__(self, multiplicity: NDArray[np.float64]) -> Estimate:
        """Fit the propensity again, weigh and estimate."""
        propensity = replace(self.propensity(multiplicity), influence=None)  # values only
        rows = (self.sample.arm, self.sample.patient, self.outcomes)
        return risk_differences(propensity, *rows, estimands=WEIGHTED, at=HORIZON)


def intervals(drawn: tuple[int, SimulatedSample]) -> Answers:
    """Limits by the influence: weights known, weights estimated, small-sample factor with t."""
    _, sample = drawn
    estimate = analyse(sample)
    corrected = estimate.select(variance="corrected")
    # the propensity: its columns and an intercept; the difference: one more
    small = small_sample(corrected, sample.covariates.shape[1] + 2)
    limits = interval(corrected.value, small.std_error, "identity", df=small.df)
    factored = Answers(corrected.labels, corrected.value, small.std_error, *limits)
    return joined(Answers.of(estimate), factored.relabel(variance="small sample"))


def bootstrap_intervals(drawn: tuple[int, SimulatedSample], *, replicates: int) -> Answers:
    """Limits by the bootstrap, with a seed of its own for each cohort."""
    seed, sample = drawn
    found = bootstrap(Refit(sample), sample.patient, replicates=replicates, seed=seed, jobs=1)
    numbers = found.estimate.labels, found.estimate.value, found.std_error()
    normal = Answers(*numbers, *found.interval("identity"))
    percentile = Answers(*numbers, *found.percentiles())
    return joined(
        normal.relabel(variance="bootstrap, normal"),
        percentile.relabel(variance="bootstrap, percentile"),
    )


def truth(labels: tuple[Label, ...]) -> NDArray[np.float64]:
    """Detected truth of each quantity; the unweighted difference is held against the ATE."""
    law = json.loads(packaged_file(LAW_TRUTH).read_text(encoding="utf-8"))["equal"]["detected"]
    target = {"unweighted": "ATE"}
    return np.array(
        [
            law[target.get(str(label["estimand"]), label["estimand"])][label["endpoint"]][
                "risk_difference"
            ][str(MONTHS)]
            for label in labels
        ]
    )


def study(
    analysis: Callable[[tuple[int, SimulatedSample]], Answers],
    *,
    draws: int,
    seed: int,
    jobs: int = 1,
) -> Performance:
    """Performance over ``draws`` cohorts."""
    answers = replicate(numbered, analysis, replicates=draws, seed=seed, jobs=jobs)
    return performance(answers, truth(answers.labels))


def table(found: Mapping[str, Any]) -> Iterator[str]:
    """Lines of the table, in per cent points."""
    yield (
        "| endpoint | estimand | interval | truth | mean | bias / MC error | SD of estimates "
        "| mean SE | coverage (MC error) | draws | failed |"
    )
    yield "|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    for cell in sorted(found["cells"], key=_place):
        bias = (cell["mean"] - cell["truth"]) / cell["mean_mc_error"]
        yield (
            f"| {cell['endpoint']} | {cell['estimand']} | {cell['variance']} "
            f"| {100 * cell['truth']:.2f} | {100 * cell['mean']:.2f} | {bias:+.1f} "
            f"| {100 * cell['empirical_std_error']:.2f} | {100 * cell['mean_std_error']:.2f} "
            f"| {100 * cell['coverage']:.1f} % ({100 * cell['coverage_mc_error']:.1f}) "
            f"| {cell['n']} | {cell['n_failed']} |"
        )


def _place(cell: Mapping[str, Any]) -> tuple[str, int]:
    """Where a cell stands in the table: by endpoint, then estimand; intervals as they come."""
    return cell["endpoint"], ESTIMANDS.index(cell["estimand"])


def _design(sample: SimulatedSample) -> Design:
    """Columns of the propensity model."""
    return assemble([Block(sample.covariates, sample.names)])


def main() -> None:
    """Run the study and keep it, or print what was kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=4000)
    parser.add_argument("--resampled", type=int, default=4000, help="of them, with the bootstrap")
    parser.add_argument("--replicates", type=int, default=200, help="of the bootstrap")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--table", action="store_true", help="print what was kept")
    chosen = vars(parser.parse_args())
    if not chosen.pop("table"):
        keys = {"seed": chosen["seed"], "jobs": chosen.pop("jobs")}
        resample = partial(bootstrap_intervals, replicates=chosen["replicates"])
        found = study(intervals, draws=chosen["draws"], **keys)
        resampled = study(resample, draws=chosen["resampled"], **keys)
        made = {"patients": N_PATIENTS, "months": MONTHS, **chosen}
        store(RESULTS, made, [*found.cells(NAMES), *resampled.cells(NAMES)])
    sys.stdout.write("\n".join(table(stored(RESULTS))) + "\n")


if __name__ == "__main__":
    main()
