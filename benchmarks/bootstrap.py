"""Speed of a clustered bootstrap that refits everything.

    python benchmarks/bootstrap.py

500 replicates at about 500 rows of 355 patients, 20 columns: propensity, overlap weights, incidence
by arm at three times, hazard ratio. Prints wall and processor seconds, in one process and in two
that have started already.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as a run of the command does

import sys
import time

import numpy as np

from spine_outcomes.clinical.simulated_draw import draw_arrays
from spine_outcomes.clinical.simulated_sample import SimulatedSample, simulated_sample
from spine_outcomes.inference import Estimate, bootstrap, concatenate
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.time_order import TimeOrder
from spine_outcomes.weights.design import Block, assemble
from spine_outcomes.weights.estimands import weigh
from spine_outcomes.weights.refit import PropensityRefit

N_PATIENTS, REPLICATES, DAYS = 355, 500, (182.0, 365.0, 730.0)


class Procedure:
    """The whole analysis of one endpoint, given how often each row counts."""

    def __init__(self, sample: SimulatedSample) -> None:
        time_to_event, self.status = sample.outcomes["local_failure"]
        self.order = TimeOrder.of(time_to_event)
        self.arm = sample.arm
        self.propensity = PropensityRefit.of(
            assemble([Block(sample.covariates, sample.names)]), self.arm
        )

    def __call__(self, multiplicity: np.ndarray) -> Estimate:
        """Refit everything."""
        weights = weigh(self.propensity(multiplicity), self.arm, "ATO")
        rows = (self.order, self.status, weights.value)
        incidence = aalen_johansen(*rows, arm=self.arm, times=DAYS)
        return concatenate(incidence, cox(*rows, covariates=self.arm[:, None]).estimate)


def seconds(sample: SimulatedSample, jobs: int) -> tuple[float, float, float]:
    """Wall and processor seconds, and the share of replicates that failed."""
    procedure = Procedure(sample)
    bootstrap(procedure, sample.patient, replicates=2 * jobs, seed=0, jobs=jobs)  # starts workers
    wall, processor = time.perf_counter(), time.process_time()
    found = bootstrap(procedure, sample.patient, replicates=REPLICATES, seed=1, jobs=jobs)
    elapsed = time.perf_counter() - wall, time.process_time() - processor
    return *elapsed, float(found.failed.max())


if __name__ == "__main__":
    cohort = simulated_sample(draw_arrays(N_PATIENTS, 1))
    lines = [
        "| processes | wall s | processor s (this process) | failed |",
        "|---:|---:|---:|---:|",
    ]
    for jobs in (1, 2):
        wall, processor, failed = min(seconds(cohort, jobs) for _ in range(3))
        lines.append(f"| {jobs} | {wall:.2f} | {processor:.2f} | {failed:.1%} |")
    lines.append(f"\n{len(cohort.arm)} rows, {cohort.covariates.shape[1]} columns.")
    sys.stdout.write("\n".join(lines) + "\n")
