"""Bias and coverage of weighted risk differences on simulated cohorts with a known truth.

    python benchmarks/coverage.py --draws 2000 --jobs 2

Draws cohorts of 500 patients, nothing missing, and compares the risk differences at 24 months,
unweighted, ATE and ATO, with the detected truth of the law. Prints the table of docs/validation.md.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator

import numpy as np

from spine_outcomes.clinical.simulated_draw import draw_arrays
from spine_outcomes.clinical.simulated_sample import SimulatedSample, simulated_sample
from spine_outcomes.clinical.simulator import LAW_TRUTH
from spine_outcomes.inference import Estimate, Label
from spine_outcomes.simulation.performance import Performance, performance
from spine_outcomes.simulation.replication import replicate
from spine_outcomes.simulation.risk_differences import risk_differences
from spine_outcomes.study.durations import Duration
from spine_outcomes.study.packaged import packaged_file
from spine_outcomes.weights.design import Block, assemble

N_PATIENTS = 500
ESTIMANDS = ("unweighted", "ATE", "ATO")
MONTHS = 24
HORIZON = Duration.parse(f"{MONTHS} months")


def draw(seed: int) -> SimulatedSample:
    """One cohort."""
    return simulated_sample(draw_arrays(N_PATIENTS, seed))


def analyse(sample: SimulatedSample) -> Estimate:
    """Risk differences, extended − focal, at 24 months."""
    return risk_differences(
        assemble([Block(sample.covariates, sample.names)]),
        sample.arm,
        sample.patient,
        sample.outcomes,
        estimands=ESTIMANDS,
        at=HORIZON.to("days"),
    )


def truth(labels: tuple[Label, ...]) -> np.ndarray:
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


def study(draws: int, seed: int, jobs: int) -> Performance:
    """Performance over ``draws`` cohorts."""
    replications = replicate(draw, analyse, replicates=draws, seed=seed, jobs=jobs)
    return performance(replications, truth(replications.labels))


def table(found: Performance) -> Iterator[str]:
    """Lines of the table, in per cent points."""
    yield (
        "| endpoint | estimand | variance | truth | mean | bias / MC error | SD of estimates "
        "| mean SE | coverage (MC error) | draws | failed |"
    )
    yield "|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    for k, label in enumerate(found.labels):
        yield (
            f"| {label['endpoint']} | {label['estimand']} | {label['variance']} "
            f"| {100 * found.truth[k]:.2f} | {100 * found.mean[k]:.2f} "
            f"| {found.bias_in_mc_errors[k]:+.1f} | {100 * found.empirical_std_error[k]:.2f} "
            f"| {100 * found.mean_std_error[k]:.2f} | {100 * found.coverage[k]:.1f} % "
            f"({100 * found.coverage_mc_error[k]:.1f}) | {found.n[k]} | {found.n_failed[k]} |"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    chosen = parser.parse_args()
    start = time.perf_counter()
    lines = list(table(study(chosen.draws, chosen.seed, chosen.jobs)))
    seconds = (time.perf_counter() - start) / chosen.draws
    lines.append(f"\n{chosen.draws} draws from seed {chosen.seed}, {seconds:.3f} s a draw.")
    print("\n".join(lines))  # noqa: T201  what a benchmark is for
