"""Truth from potential outcomes: by a plain loop, by its identities, and in the packaged file."""

from __future__ import annotations

import json

import numpy as np
import pytest

from spine_outcomes.clinical.simulated_draw import Draw, draw_arrays, draw_in_parts
from spine_outcomes.clinical.simulated_observation import NEVER
from spine_outcomes.clinical.simulated_truth import (
    ENDPOINTS,
    ESTIMANDS,
    KINDS,
    as_dictionary,
    errors_as_dictionary,
    truth_of,
)
from spine_outcomes.clinical.simulator import LAW_TRUTH
from spine_outcomes.study.packaged import packaged_file

DAYS = 30.4375


@pytest.fixture(scope="module")
def draw() -> Draw:
    """A small cohort."""
    return draw_arrays(150, seed=6)


@pytest.fixture(scope="module")
def law() -> dict[str, dict]:
    """The packaged truth of the law, by schedule."""
    return json.loads(packaged_file(LAW_TRUTH).read_text(encoding="utf-8"))


def event_month(draw: Draw, kind: str, endpoint: str, arm: int, row: int) -> float:
    """Month of an endpoint's event of one lesion under one arm, by hand."""
    latent = kind == "latent"
    death = draw.outcomes.death[row] if latent else np.ceil(draw.outcomes.death[row] * DAYS) / DAYS
    in_field, marginal = draw.outcomes.in_field[arm, row], draw.outcomes.marginal[arm, row]
    if latent:
        failure, fracture = min(in_field, marginal), draw.outcomes.fracture[arm, row]
    else:
        days = (draw.detection.local_failure[arm, row], draw.detection.fracture[arm, row])
        failure, fracture = (day / DAYS if day < NEVER else np.inf for day in days)
    failure = failure if failure < death else np.inf
    return {
        "local_failure": failure,
        "in_field_failure": failure if in_field <= marginal else np.inf,
        "marginal_failure": failure if marginal < in_field else np.inf,
        "vertebral_fracture": fracture if fracture < death else np.inf,
        "local_progression_free_survival": min(failure, death),
        "overall_survival_of_lesions": death,
        "overall_survival": death,
    }[endpoint]


def weight_of(estimand: str, e: float) -> float:
    """Weight of a row with propensity e in a target population."""
    return {"ATE": 1.0, "ATT": e, "ATC": 1 - e, "ATO": e * (1 - e)}[estimand]


def index_rows(draw: Draw) -> list[int]:
    """Row of the largest lesion of each patient."""
    rows: dict[int, int] = {}
    for row, patient in enumerate(draw.lesions.patient):
        best = rows.setdefault(int(patient), row)
        if draw.lesions.gtv_cc[row] > draw.lesions.gtv_cc[best]:
            rows[int(patient)] = row
    return list(rows.values())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("estimand", ESTIMANDS)
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_truth_by_hand(draw: Draw, kind: str, estimand: str, endpoint: str) -> None:
    """Every cell from a loop over lesions; file values are rounded to 6 decimals."""
    found = as_dictionary(truth_of([draw]))[kind][estimand][endpoint]
    everyone = range(len(draw.lesions.patient))
    rows = index_rows(draw) if endpoint == "overall_survival" else everyone
    weights = np.array([weight_of(estimand, draw.lesions.propensity[row]) for row in rows])
    is_survival = "survival" in endpoint
    probability, mean = ("survival", "rmst") if is_survival else ("cumulative_incidence", "rmtl")
    risk, lost = np.empty((2, 3)), np.empty(2)
    for arm in (0, 1):
        months = np.array([event_month(draw, kind, endpoint, arm, row) for row in rows])
        risk[arm] = [np.average(months <= t, weights=weights) for t in (6, 12, 24)]
        lost[arm] = np.average(np.maximum(24 - months, 0), weights=weights)
    shown, kept = (1 - risk, 24 - lost) if is_survival else (risk, lost)
    for arm, name in enumerate(("focal", "extended")):
        np.testing.assert_allclose(list(found[probability][name].values()), shown[arm], atol=6e-7)
        assert found[mean][name]["24"] == pytest.approx(kept[arm], abs=6e-7)
    np.testing.assert_allclose(
        list(found["risk_difference"].values()), risk[1] - risk[0], atol=6e-7
    )
    assert found[f"{mean}_difference"]["24"] == pytest.approx(kept[1] - kept[0], abs=6e-7)


def test_one_draw_has_no_monte_carlo_error(draw: Draw) -> None:
    """An error of 0 would make a sample's truth look like the law's."""
    assert np.isnan(truth_of([draw]).std_error).all()


def test_the_parts_of_a_draw_add_up() -> None:
    """Truth over parts is the weighted mean over all their patients, not the mean of means."""
    parts = [draw_arrays(n, seed=1, part=n) for n in (30, 170)]
    separate, joint = [truth_of([part]) for part in parts], truth_of(parts)
    n = [truth.n_lesions for truth in separate]
    expected = sum(k * truth.mean[:, :-1, 0] for k, truth in zip(n, separate, strict=True)) / sum(n)
    np.testing.assert_allclose(joint.mean[:, :-1, 0], expected, rtol=1e-12)
    assert (joint.n_lesions, joint.n_patients) == (sum(n), 200)


def test_the_error_is_that_of_a_share() -> None:
    """Survival of index lesions is a plain share of n patients: error √(S(1−S)/n).

    From 100 parts the error is itself known to 7 %: three times that is allowed.
    """
    truth = truth_of(draw_in_parts(100_000, seed=4))
    where = (0, ENDPOINTS.index("overall_survival"), 0, 0, slice(0, 3))
    share = truth.mean[where]
    expected = np.sqrt(share * (1 - share) / 100_000)
    np.testing.assert_allclose(truth.std_error[where], expected, rtol=0.21)


@pytest.mark.parametrize("schedule", ["equal", "focal_half_yearly"])
def test_the_packaged_truth_is_that_of_the_law(law: dict[str, dict], schedule: str) -> None:
    """A fresh draw agrees in every cell within 3 errors of both, where it is not exact."""
    fresh = truth_of(draw_in_parts(60_000, seed=12, schedule=schedule))
    pairs = zip(
        leaves(as_dictionary(fresh)),
        leaves({kind: law[schedule][kind] for kind in KINDS}),
        leaves(errors_as_dictionary(fresh)),
        leaves(law[schedule]["std_error"]),
        strict=True,
    )
    z = [(a - b) / np.hypot(c, d) if c or d else a - b for a, b, c, d in pairs]
    assert len(z) > 600
    assert np.abs(z).max() < 3


def leaves(tree: dict | float) -> list[float]:
    """Values of a nested dictionary, in order."""
    return [tree] if isinstance(tree, float) else [x for v in tree.values() for x in leaves(v)]


def test_a_longer_interval_between_images_hides_failures(law: dict[str, dict]) -> None:
    """Imaged every 6 months instead of 3, focal lesions seem to fail 1.5 months later, or never
    where death comes first; the latent truth and the extended arm stay as they are."""
    equal, uneven = law["equal"], law["focal_half_yearly"]
    assert equal["latent"] == uneven["latent"]
    every_3, every_6 = (s["detected"]["ATE"]["local_failure"] for s in (equal, uneven))
    assert every_3["rmtl"]["extended"] == every_6["rmtl"]["extended"]
    failures = every_3["cumulative_incidence"]["focal"]["24"]
    assert every_6["cumulative_incidence"]["focal"]["24"] < failures
    gain = every_3["rmtl"]["focal"]["24"] - every_6["rmtl"]["focal"]["24"]
    assert 1.5 < gain / failures < 3.0
