"""Errors of Turnbull's risks by resampled rows, beside the spread of the estimates.

``python benchmarks/turnbull.py --draws 140 --seed 11`` draws cohorts of 200 rows from a law with an
event and a competing death, both exponential, looks about every three months, and prints truth,
mean, spread, mean error of 25 resampled cohorts, and how often log(−log) limits hold the truth.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.inference.intervals import interval
from spine_outcomes.survival.interval_censored import turnbull

Floats = NDArray[np.float64]
RATE, DEATH_RATE, TIMES, ROWS, RESAMPLES = 0.02, 0.02, (12.0, 24.0), 200, 25


def cohort(rng: np.random.Generator) -> dict[str, Floats]:
    """Rows whose event is seen at the first look after it, unless death or the end comes before."""
    event, death = rng.exponential(1 / RATE, ROWS), rng.exponential(1 / DEATH_RATE, ROWS)
    end = rng.uniform(12, 48, ROWS)
    gaps = np.clip(3 + rng.normal(0, 0.5, (ROWS, 20)), 1, None)
    looks = gaps.cumsum(axis=1).round(2)
    is_made = looks <= np.minimum(death, end)[:, None]
    is_after = is_made & (looks >= event[:, None])
    is_seen = is_after.any(axis=1)
    first = np.where(is_after, looks, np.inf).min(axis=1)
    clean = np.where(is_made & ~is_after, looks, 0.0).max(axis=1)
    status = np.where(is_seen, 1, np.where(death < end, 2, 0))
    time = np.where(status == 1, first, np.where(status == 2, death, clean))
    return {"time": time, "status": status, "lower": clean, "upper": first}


def main() -> None:
    """Draw, resample and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=140)
    parser.add_argument("--seed", type=int, default=11)
    chosen = parser.parse_args()
    rng = np.random.default_rng(chosen.seed)
    both = RATE + DEATH_RATE
    truth = RATE / both * (1 - np.exp(-both * np.array(TIMES)))
    found = []
    for _ in range(chosen.draws):
        rows = cohort(rng)
        draws = [rng.multinomial(ROWS, np.full(ROWS, 1 / ROWS)) for _ in range(RESAMPLES)]
        values = [turnbull(**rows, weight=w, times=TIMES).value for w in (np.ones(ROWS), *draws)]
        found.append((values[0], np.nanstd(values[1:], axis=0, ddof=1)))
    value, error = (np.array(part) for part in zip(*found, strict=True))
    lower, upper = interval(value, error, "log(-log)")
    held = ((lower <= truth) & (truth <= upper)).mean(axis=0)
    for name, numbers in (
        ("truth", truth), ("mean", np.nanmean(value, axis=0)),
        ("spread", np.nanstd(value, axis=0, ddof=1)), ("mean error", np.nanmean(error, axis=0)),
        ("limits hold", held),
    ):  # fmt: skip
        text = "  ".join(f"{number:.4f}" for number in numbers)
        sys.stdout.write(f"{name:12} {text}\n")


if __name__ == "__main__":
    main()
