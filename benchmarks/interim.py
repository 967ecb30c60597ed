"""Level and power of the monitored comparison: three looks at accumulating weighted data.

    python benchmarks/interim.py --draws 2000
    python benchmarks/interim.py --table

Cohorts of 500 patients from the law of the demo cohort, once with the same failures in both arms
and once with failures that come later under extended volumes. Looks on the days on which patient
150 and patient 300 start, and at the cut-off: later patients, images and deaths are unseen. Each
look fits the propensity again (overlap weights), then the log hazard ratio of local failure and the
log subdistribution hazard ratio with their corrected clustered errors; their information sets the
bounds, the last look spends what is left. Writes what it found to benchmarks/results/interim.json;
``--table`` prints that as docs/validation.md has it.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as a run of the command does

import argparse
import itertools
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.clinical.simulated_covariates import draw_lesions, draw_patients
from spine_outcomes.clinical.simulated_draw import Draw
from spine_outcomes.clinical.simulated_observation import (
    CUTOFF,
    NEVER,
    STUDY_START,
    detect,
    observe,
)
from spine_outcomes.clinical.simulated_outcomes import draw_outcomes
from spine_outcomes.clinical.simulated_sample import simulated_sample
from spine_outcomes.clinical.simulated_uniforms import generator
from spine_outcomes.errors import NotEstimableError
from spine_outcomes.inference import interval, small_sample
from spine_outcomes.interim.monitoring import SequentialDesign, boundaries_at_looks
from spine_outcomes.interim.recursion import adds_information, crossing_probabilities
from spine_outcomes.interim.spending import Spending
from spine_outcomes.simulation.replication import Answers, replicate
from spine_outcomes.simulation.stored import store, stored
from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.fine_gray import fine_gray
from spine_outcomes.weights.design import assemble, linear
from spine_outcomes.weights.estimands import weigh
from spine_outcomes.weights.propensity import fit_propensity

N_PATIENTS = 500
LOOKS = (150, 300, N_PATIENTS)
LAWS = {"no effect": 1.0, "failures come twice as late": 2.0}
MODELS: dict[str, Callable[..., Any]] = {
    "hazard ratio": cox,
    "subdistribution hazard ratio": fine_gray,
}
FAMILIES: dict[Spending, str] = {"obrien_fleming": "O'Brien–Fleming", "pocock": "Pocock"}
MAXIMUM_INFORMATION = 28.0
ERRORS = ("corrected", "few clusters")
LAST_DAY = int((CUTOFF - STUDY_START).astype(np.int64))
RESULTS = Path(__file__).parent / "results" / "interim.json"
Floats = NDArray[np.float64]


def draw(seed: int, *, later: float) -> Draw:
    """One cohort in which failures come ``later`` times as late under extended volumes."""
    rng = generator(seed, "law", 0)
    patients = draw_patients(rng, N_PATIENTS)
    lesions = draw_lesions(rng, patients)
    latent = draw_outcomes(rng, patients, lesions)
    times = np.array([[1.0], [later]])
    latent = replace(
        latent, in_field=times * latent.in_field[0], marginal=times * latent.marginal[0]
    )
    detection = detect(rng, lesions, latent, "equal")
    observation = observe(rng, patients, lesions, detection)
    return Draw(patients, lesions, latent, detection, observation)


def seen_at(cohort: Draw, day: int) -> tuple[Draw, NDArray[np.bool_]]:
    """The cohort with nothing seen after a day of the study, and the lesions that had started."""
    started = cohort.patients.start_day[cohort.lesions.patient]
    left, seen = day - started, cohort.observation

    def until(days: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.where(days <= left, days, NEVER)

    visits = np.where(seen.visits <= left[:, None], seen.visits, NEVER)
    last = np.where(visits < NEVER, visits, -1).max(axis=1)
    observation = replace(
        seen,
        visits=visits,
        local_failure=until(seen.local_failure),
        fracture=until(seen.fracture),
        death=until(seen.death),
        last_image=np.where(last < 0, NEVER, last),
    )
    return replace(cohort, observation=observation), started <= day


def look_days(cohort: Draw) -> list[int]:
    """Days of the looks: the start of the patients counted, and the end of the study."""
    started = np.sort(cohort.patients.start_day)
    return [*(int(started[n - 1]) for n in LOOKS[:-1]), LAST_DAY]


def analyse(cohort: Draw) -> Answers:
    """Both log ratios with both errors at each look, NaN where not estimable."""
    labels = tuple(
        {"look": look, "model": model, "error": error}
        for look in LOOKS
        for model in MODELS
        for error in ERRORS
    )
    found = np.array([numbers for day in look_days(cohort) for numbers in at_look(cohort, day)])
    value, std_error = found.T
    return Answers(labels, value, std_error, *interval(value, std_error, "identity"))


def at_look(cohort: Draw, day: int) -> Iterator[tuple[float, float]]:
    """Log ratio of each model on one day, with its corrected error and with that for few clusters.

    The second allows for the columns of the propensity, its intercept and the ratio itself.
    """
    cut, rows = seen_at(cohort, day)
    sample = simulated_sample(cut)
    arm, patient = sample.arm[rows], sample.patient[rows]
    time, status = (part[rows] for part in sample.outcomes["local_failure"])
    columns = zip(sample.names, sample.covariates[rows].T, strict=True)
    try:
        design = assemble([linear(name, column) for name, column in columns if np.ptp(column)])
        weights = weigh(fit_propensity(design, arm), arm, "ATO")
    except NotEstimableError:
        yield from [(np.nan, np.nan)] * (len(MODELS) * len(ERRORS))
        return
    for model in MODELS.values():
        fit = model(time, status, weights.value, covariates=arm[:, None], cluster=patient)
        estimate = fit.estimate.corrected(weights.nuisance)
        few = small_sample(estimate, design.matrix.shape[1] + 1)
        for std_error in (estimate.std_error(), few.std_error):
            yield float(estimate.value[0]), float(std_error[0])


class Study(NamedTuple):
    """How one study went under the bounds.

    Parameters
    ----------
    crossed
        1 for a benefit (a ratio below 1), −1 for harm, 0 for neither.
    is_early
        Whether it ended before its last look.
    expected
        Probability of a benefit and of harm at looks with this information.
    """

    crossed: int
    is_early: bool
    expected: tuple[float, float]


def monitor(value: Floats, std_error: Floats, family: Spending, effect: float) -> Study | None:
    """Monitor one study by the estimates (looks,) of its looks; None without one at the end.

    A look without an estimate, or without new information, is left out. The expected share is of
    all its looks, as if it went on after a crossing, were ``effect`` the log ratio.
    """
    if not np.isfinite(std_error[-1]):
        return None
    kept = list[int]()
    for k in np.flatnonzero(np.isfinite(value) & np.isfinite(std_error)):
        if not kept or adds_information(std_error[kept[-1]] ** -2, std_error[k] ** -2):
            kept.append(int(k))
    design = SequentialDesign(MAXIMUM_INFORMATION, family)
    information, z = std_error[kept] ** -2, value[kept] / std_error[kept]
    bounds = boundaries_at_looks(design, information, final=kept[-1] == len(value) - 1)
    is_outside = np.abs(z) >= bounds.z
    last = int(is_outside.argmax()) if is_outside.any() else len(kept) - 1
    crossing = crossing_probabilities(information, bounds.z, drift=-effect)
    crossed = -int(np.sign(z[last])) if is_outside.any() else 0
    expected = float(crossing.upper.sum()), float(crossing.lower.sum())
    return Study(crossed, last < len(kept) - 1, expected)


def cells(draws: int, seed: int, jobs: int = 1) -> Iterator[dict[str, Any]]:
    """What the monitored procedure did under each law, for each model, error and spending."""
    for law, later in LAWS.items():
        drawn = partial(draw, later=later)
        answers = replicate(drawn, analyse, replicates=draws, seed=seed, jobs=jobs)
        for model, error in itertools.product(MODELS, ERRORS):
            index = [
                i for i, label in enumerate(answers.labels)
                if (label["model"], label["error"]) == (model, error)
            ]  # fmt: skip
            estimates = answers.value[:, index], answers.std_error[:, index]
            about = {"law": law, "model": model, "error": error, **described(*estimates)}
            effect = 0.0 if later == 1 else float(about["mean_estimate"])
            for family in FAMILIES:
                yield {**about, "family": family, **counted(*estimates, family, effect)}


def described(value: Floats, std_error: Floats) -> dict[str, Any]:
    """The looks without decisions: information, spread of Z, its correlation from look to look."""
    whole = np.isfinite(value).all(axis=1) & np.isfinite(std_error).all(axis=1)
    information = std_error[whole] ** -2
    z = (value[whole] - value[whole].mean(axis=0)) / std_error[whole]
    root = np.sqrt(information)
    pairs = [(0, 1), (0, 2), (1, 2)]
    correlation = np.corrcoef(z.T)
    return {
        "looks_estimable": np.isfinite(value).mean(axis=0).round(4).tolist(),
        "information": information.mean(axis=0).round(3).tolist(),
        "mean_estimate": round(float(np.nanmean(value[:, -1])), 5),
        "sd_of_z": z.std(axis=0, ddof=1).round(4).tolist(),
        "correlation": [round(float(correlation[pair]), 4) for pair in pairs],
        "expected_correlation": [
            round(float(np.mean(root[:, i] / root[:, j])), 4) for i, j in pairs
        ],
    }


def counted(value: Floats, std_error: Floats, family: Spending, effect: float) -> dict[str, Any]:
    """Decisions of the studies, beside what normal increments promise at their information."""
    studies = [monitor(v, e, family, effect) for v, e in zip(value, std_error, strict=True)]
    ended = [study for study in studies if study is not None]
    shares = {
        "benefit": [study.crossed == 1 for study in ended],
        "harm": [study.crossed == -1 for study in ended],
        "early": [study.is_early for study in ended],
    }
    benefit, harm = np.mean([study.expected for study in ended], axis=0)
    cell: dict[str, Any] = {"expected_benefit": round(benefit, 6), "expected_harm": round(harm, 6)}
    for name, of in shares.items():
        share = float(np.mean(of))
        cell[name] = round(share, 6)
        cell[f"{name}_mc_error"] = round(float(np.sqrt(share * (1 - share) / len(ended))), 6)
    return {**cell, "n": len(ended), "n_failed": len(studies) - len(ended)}


def table(found: Mapping[str, Any]) -> Iterator[str]:
    """Lines of the table, in per cent: one a law, ratio and spending, both errors side by side."""
    yield (
        "| arms | ratio | spending | expected: benefit | harm | corrected error: benefit | harm "
        "| before the last look | error for few clusters: benefit | harm | before the last look |"
    )
    yield "|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|"

    def share(cell: Mapping[str, Any], name: str) -> str:
        return f"{100 * cell[name]:.1f} ({100 * cell[f'{name}_mc_error']:.1f})"

    def key(cell: Mapping[str, Any]) -> tuple[Any, ...]:
        return list(LAWS).index(cell["law"]), cell["model"], cell["family"]

    for (_, model, family), group in itertools.groupby(sorted(found["cells"], key=key), key):
        cells = sorted(group, key=lambda cell: ERRORS.index(cell["error"]))
        counted = (share(cell, name) for cell in cells for name in ("benefit", "harm", "early"))
        expected = (f"{100 * cells[0][f'expected_{side}']:.1f}" for side in ("benefit", "harm"))
        line = (cells[0]["law"], model, FAMILIES[family], *expected, *counted)
        yield f"| {' | '.join(line)} |"


def main() -> None:
    """Run the study and keep it, or print what was kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--table", action="store_true", help="print what was kept")
    chosen = vars(parser.parse_args())
    if not chosen.pop("table"):
        study = {"patients": LOOKS, "maximum_information": MAXIMUM_INFORMATION}
        study |= {name: chosen[name] for name in ("draws", "seed")}
        store(RESULTS, study, cells(**chosen))
    sys.stdout.write("\n".join(table(stored(RESULTS))) + "\n")


if __name__ == "__main__":
    main()
