"""How often limits for rare toxicities are crossed over three looks, exactly and by simulation.

    python benchmarks/safety.py
    python benchmarks/safety.py --table

Looks at 150, 300 and 500 assessed patients; rates that must not be exceeded of 2 and 5 %, as in the
packaged plan of interim looks. Two rules: posterior probability above 0.9 that the rate is larger,
and exact limits that cross in at most 5 % at the rate itself. Writes what it found to
benchmarks/results/safety.json; ``--table`` prints that as docs/validation.md has it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spine_outcomes.interim.safety import (
    SafetyBoundary,
    bayesian_boundary,
    exact_boundary,
    operating_characteristics,
)
from spine_outcomes.simulation.stored import store, stored

LOOKS = (150, 300, 500)
LIMITS = (0.02, 0.05)
MULTIPLES = (0.5, 1.0, 1.5, 2.0, 3.0)
RULES: dict[str, Callable[..., SafetyBoundary]] = {
    "posterior above 0.9": bayesian_boundary,
    "exact, 5 % in all": exact_boundary,
}
RESULTS = Path(__file__).parent / "results" / "safety.json"


def cells(studies: int, seed: int) -> Iterator[dict[str, Any]]:
    """Each rule at each true rate: probability of having crossed by each look, mean patients."""
    rng = np.random.default_rng(seed)
    for limit in LIMITS:
        for rule, make in RULES.items():
            boundary = make(LOOKS, limit)
            rates = np.array(MULTIPLES) * limit
            exact = operating_characteristics(boundary, rates)
            for k, rate in enumerate(rates):
                simulated = crossed(boundary, float(rate), studies, rng)
                error = np.sqrt(simulated * (1 - simulated) / studies)
                yield {
                    "limit": limit,
                    "rule": rule,
                    "events": boundary.events.tolist(),
                    "rate": round(float(rate), 6),
                    "crossed": exact.crossed[k].round(6).tolist(),
                    "expected_n": round(float(exact.expected_n[k]), 3),
                    "simulated": round(float(simulated), 6),
                    "mc_error": round(float(error), 6),
                }


def crossed(boundary: SafetyBoundary, rate: float, studies: int, rng: np.random.Generator) -> float:
    """Share of simulated studies that cross at any look, patient by patient."""
    patients = rng.random((studies, int(boundary.n[-1]))) < rate
    counts = np.cumsum(patients, axis=1)[:, boundary.n - 1]
    return float((counts >= boundary.events).any(axis=1).mean())


def table(found: Mapping[str, Any]) -> Iterator[str]:
    """Lines of the table."""
    yield (
        "| limit | rule | patients with it that cross | true rate | crossed by look 1, 2, 3 (%) "
        "| simulated (MC error) | patients at the end |"
    )
    yield "|---:|---|---|---:|---|---:|---:|"
    for cell in found["cells"]:
        by_look = ", ".join(f"{100 * share:.1f}" for share in cell["crossed"])
        events = ", ".join(map(str, cell["events"]))
        yield (
            f"| {100 * cell['limit']:g} % | {cell['rule']} | {events} | {100 * cell['rate']:g} % "
            f"| {by_look} | {100 * cell['simulated']:.1f} ({100 * cell['mc_error']:.1f}) "
            f"| {cell['expected_n']:.0f} |"
        )


def main() -> None:
    """Run the study and keep it, or print what was kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--table", action="store_true", help="print what was kept")
    chosen = vars(parser.parse_args())
    if not chosen.pop("table"):
        store(RESULTS, {"looks": LOOKS, **chosen}, cells(**chosen))
    sys.stdout.write("\n".join(table(stored(RESULTS))) + "\n")


if __name__ == "__main__":
    main()
