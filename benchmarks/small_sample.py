"""Coverage of corrected intervals with and without the small-sample factor and Student's t.

    python benchmarks/small_sample.py --draws 2500

Cohorts, risk differences and truth of coverage.py. Prints a table of docs/validation.md.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np
from coverage import analyse, draw, truth

from spine_outcomes.errors import NotEstimableError
from spine_outcomes.inference import interval, small_sample


def table(draws: int, seed: int) -> list[str]:
    """Lines of the table, in per cent points."""
    values, errors, factored, degrees = [], [], [], []
    for i in range(draws):
        sample = draw(seed + i)
        try:
            estimate = analyse(sample)
        except NotEstimableError:
            continue
        # the propensity: its columns and an intercept; the difference: one more
        found = small_sample(estimate, sample.covariates.shape[1] + 2)
        values.append(estimate.value)
        errors.append(estimate.std_error())
        factored.append(found.std_error)
        degrees.append(found.df)
    value, error, factor, df = map(np.array, (values, errors, factored, degrees))
    target = truth(estimate.labels)
    large = interval(value, error, "identity")
    small = interval(value, factor, "identity", df=df)
    lines = [
        "| endpoint | estimand | SD of estimates | mean SE | coverage | SE × factor | with t |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for k, label in enumerate(estimate.labels):
        if label["variance"] == "corrected":
            held = [
                100 * ((low <= target) & (target <= high))[:, k].mean()
                for low, high in (large, small)
            ]
            spread = 100 * value[:, k].std(ddof=1)
            means = [100 * np.sqrt((se[:, k] ** 2).mean()) for se in (error, factor)]
            lines.append(
                f"| {label['endpoint']} | {label['estimand']} | {spread:.2f} "
                f"| {means[0]:.2f} | {held[0]:.1f} % | {means[1]:.2f} | {held[1]:.1f} % |"
            )
    error_of_coverage = 100 * np.sqrt(0.95 * 0.05 / len(value))
    lines.append(f"\n{len(value)} draws; Monte-Carlo error of a coverage {error_of_coverage:.1f}.")
    return lines


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=2500)
    parser.add_argument("--seed", type=int, default=100_001)
    chosen = parser.parse_args()
    sys.stdout.write("\n".join(table(chosen.draws, chosen.seed)) + "\n")
