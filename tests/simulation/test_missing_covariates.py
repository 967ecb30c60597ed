"""Covariates missing by arm and outcome: what imputation repairs and complete cases do not."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from spine_outcomes.simulation.stored import stored
from spine_outcomes.survival.cox import cox

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks/imputation.py"))
DRAWS = 80
MEASURES = SCRIPT["MEASURES"]
GATE = 4.0


Cell = dict[str, float]


@pytest.fixture(scope="module")
def found() -> dict[tuple[str, str], Cell]:
    """The numbers of each measure and method over the draws."""
    return by_method(SCRIPT["study"](500, DRAWS, seed=500_001))


@pytest.fixture(scope="module", params=SCRIPT["STUDIES"], ids=str)
def kept(request: pytest.FixtureRequest) -> dict[tuple[str, str], Cell]:
    """The numbers of one stored study, whose table docs/validation.md prints."""
    patients, draws, seed, methods = request.param
    cells = stored(SCRIPT["RESULTS"])["cells"]
    own = [c for c in cells if (c["patients"], c["n"], c["seed"]) == (patients, draws, seed)]
    assert len(own) == len(MEASURES) * methods
    return by_method(own)


def by_method(cells) -> dict[tuple[str, str], Cell]:
    """Cells with the bias in Monte-Carlo errors beside their numbers."""
    return {
        (cell["measure"], cell["method"]): cell
        | {"bias": (cell["mean"] - cell["truth"]) / cell["mean_mc_error"]}
        for cell in cells
    }


def test_truth_by_simulation():
    """A wrong integral: 200 000 rows whose arm is drawn by a coin, so that nothing confounds."""
    n, rng = 200_000, np.random.default_rng(8)
    x, z, frailty = rng.normal(size=(3, n))
    arm = rng.integers(2, size=n)
    own = SCRIPT["FAILURE"][1] * x + SCRIPT["FRAILTY"] * frailty
    failure = rng.exponential(1 / SCRIPT["failure_hazard"](own, z, arm))
    death = rng.exponential(1 / SCRIPT["death_hazard"](z))
    failed = (failure < death) & (failure <= SCRIPT["TIME"])
    risk = [failed[arm == a].mean() for a in (0, 1)]
    error = np.sqrt(sum(r * (1 - r) / (arm == a).sum() for a, r in enumerate(risk)))
    expected = SCRIPT["truth"]()
    assert abs(risk[1] - risk[0] - expected["risk_difference"]) < GATE * error
    times = np.stack([rng.uniform(*SCRIPT["CENSORING"], size=n), failure, death])
    # No term for the error of proportional hazards: the model is wrong here, its limit is not.
    fit = cox(times.min(axis=0), times.argmin(axis=0), covariates=arm[:, None].astype(float))
    gap = fit.estimate.value[0] - expected["log_hazard_ratio"]
    assert abs(gap) < GATE * fit.estimate.std_error()[0]


def test_missing_by_what_is_known():
    """Another law than the page says: shares of missing values by arm and failure, 40 draws."""
    drawn = [SCRIPT["draw"](seed)[2] for seed in range(40)]
    for arm in (0, 1):
        for failed in (0, 1):
            x = np.concatenate(
                [f["x"][(f["arm"] == arm) & ((f["status"] == 1) == failed)] for f in drawn]
            )
            share = SCRIPT["X_MISSING"][arm][failed]
            assert abs(np.isnan(x).mean() - share) < GATE * np.sqrt(share * (1 - share) / len(x))
    for frame in drawn:  # a column of the patient is missing in all rows of the patient or in none
        assert (frame["z"].isna().groupby(frame["patient"]).nunique() == 1).all()


@pytest.mark.slow
@pytest.mark.parametrize("measure", MEASURES)
def test_imputation_repairs_and_covers(found, measure):
    """Imputed covariates that move the answer, or intervals too short for clustered patients.

    So few draws see a bias of half a standard error, not the fifth that 1000 draws found.
    """
    for method in ("nothing missing", "imputation"):
        cell = found[measure, method]
        assert cell["n_failed"] == 0
        assert abs(cell["bias"]) < GATE
        assert cell["coverage"] > 0.95 - GATE * np.sqrt(0.95 * 0.05 / DRAWS)


@pytest.mark.slow
@pytest.mark.parametrize("measure", MEASURES)
def test_complete_cases_are_biased(found, measure):
    """A law so mild that the test before would pass for anything."""
    assert abs(found[measure, "complete cases"]["bias"]) > 5


@pytest.mark.parametrize("measure", MEASURES)
def test_stored_studies_say_what_the_page_says(kept, measure):
    """A page that claims more than was found: less than a tenth of the standard error is left."""
    imputed = kept[measure, "imputation"]
    assert abs(imputed["apart"]) < imputed["mean_std_error"] / 10
    assert imputed["coverage"] >= 0.93
    assert imputed["n_failed"] == 0
    if (measure, "complete cases") in kept:
        assert kept[measure, "complete cases"]["bias"] > 5
        assert abs(imputed["apart"]) < kept[measure, "complete cases"]["apart"] / 40
        assert kept[measure, "imputation without outcomes"]["apart"] > 4 * abs(imputed["apart"])
