"""Whether large draws follow the calibrated law.

The calibrated table was printed to one decimal from a draw of 150 000 patients. A cell agrees if it
lies within 3 standard errors, to which both draws and the rounding of the table contribute.
"""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import pytest

from spine_outcomes.clinical.simulated_covariates import SITES, draw_patients
from spine_outcomes.clinical.simulated_draw import Draw, draw_in_parts
from spine_outcomes.clinical.simulated_observation import NEVER
from spine_outcomes.clinical.simulated_truth import (
    ARMS,
    ENDPOINTS,
    ESTIMANDS,
    TIMES,
    Truth,
    truth_of,
)
from spine_outcomes.clinical.simulated_uniforms import generator

TABLE_PATIENTS = 150_000
PRINTED_TO = 0.001

CALIBRATED = {
    ("local_failure", "focal"): (0.088, 0.139, 0.199),
    ("local_failure", "extended"): (0.066, 0.106, 0.155),
    ("marginal_failure", "focal"): (0.031, 0.050, 0.074),
    ("marginal_failure", "extended"): (0.014, 0.023, 0.035),
    ("vertebral_fracture", "focal"): (0.061, 0.081, 0.101),
    ("vertebral_fracture", "extended"): (0.076, 0.100, 0.125),
}
SURVIVAL = {12: 0.71, 24: 0.51}

SIZES = [
    pytest.param(20_000, id="20000"),
    pytest.param(500_000, id="500000", marks=pytest.mark.slow),
]


@cache
def truth(n: int) -> Truth:
    """Truth in a draw of n patients."""
    return truth_of(draw_in_parts(n, seed=2))


@cache
def draw(n: int) -> tuple[Draw, ...]:
    """A draw of n patients, in parts."""
    return tuple(draw_in_parts(n, seed=3))


def joint_error(std_error: float, n: int, printed_to: float = PRINTED_TO) -> float:
    """Error of our draw, of the table's draw of the same law, and of the table's rounding."""
    return float(np.sqrt(std_error**2 * (1 + n / TABLE_PATIENTS) + printed_to**2 / 12))


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("cell", CALIBRATED, ids="-".join)
def test_latent_incidence_by_arm(n: int, cell: tuple[str, str]) -> None:
    """A hazard, a share or the frailty off, and the cohort is not the calibrated one."""
    where = (0, ENDPOINTS.index(cell[0]), ESTIMANDS.index("ATE"), ARMS.index(cell[1]))
    for k, value in enumerate(CALIBRATED[cell]):
        allowed = 3 * joint_error(truth(n).std_error[*where, k], n)
        assert truth(n).mean[*where, k] == pytest.approx(value, abs=allowed), TIMES[k]


@pytest.mark.parametrize("n", SIZES)
def test_survival_of_lesions(n: int) -> None:
    """71 and 51 % alive at 12 and 24 months, the same under both arms."""
    where = (0, ENDPOINTS.index("overall_survival_of_lesions"), 0)
    for months, value in SURVIVAL.items():
        k = TIMES.index(months)
        allowed = 3 * joint_error(truth(n).std_error[*where, 0, k], n, printed_to=0.01)
        assert 1 - truth(n).mean[*where, 0, k] == pytest.approx(value, abs=allowed)
    np.testing.assert_array_equal(truth(n).difference[*where], 0)


@pytest.mark.parametrize("n", SIZES)
def test_overall_observed_incidence(n: int) -> None:
    """Under the arm received: failure 7.7, 12.3, 17.8 %, fracture 6.7, 8.9, 11.1 %."""
    expected = {"local_failure": (0.077, 0.123, 0.178), "fracture": (0.067, 0.089, 0.111)}
    for cause, values in expected.items():
        months, patient = [], []
        for part in draw(n):
            arm, row = part.lesions.is_extended.astype(int), np.arange(len(part.lesions.patient))
            first = getattr(part.outcomes, cause)[arm, row]
            months.append(np.where(first < part.outcomes.death, first, np.inf))
            patient.append(part.lesions.patient + n * len(patient))
        for time, value in zip(TIMES, values, strict=True):
            is_event = np.concatenate(months) <= time
            error = clustered_error(is_event, np.concatenate(patient))
            assert is_event.mean() == pytest.approx(value, abs=3 * joint_error(error, n))


def clustered_error(value: np.ndarray, cluster: np.ndarray) -> float:
    """Standard error of a mean over clustered rows."""
    _, codes = np.unique(cluster, return_inverse=True)
    return float(np.sqrt((np.bincount(codes, value - value.mean()) ** 2).sum()) / len(value))


@pytest.mark.parametrize("n", SIZES)
def test_median_survival(n: int) -> None:
    """24.9 months: as many lives end before as after, within the error of a share of one half."""
    months = np.concatenate([part.outcomes.death for part in draw(n)])
    patient = np.concatenate([part.lesions.patient + n * i for i, part in enumerate(draw(n))])
    error = clustered_error(months <= 24.9, patient)
    density = ((months > 22.9) & (months <= 26.9)).mean() / 4.0
    allowed = 3 * np.hypot(error * np.sqrt(1 + n / TABLE_PATIENTS), 0.1 / np.sqrt(12) * density)
    assert (months <= 24.9).mean() == pytest.approx(0.5, abs=allowed)


@pytest.mark.parametrize("n", SIZES)
def test_propensity(n: int) -> None:
    """45 % extended; percentiles 1, 50, 99 of the true propensity .14, .44, .84: good overlap."""
    propensity = np.concatenate([part.lesions.propensity for part in draw(n)])
    is_extended = np.concatenate([part.lesions.is_extended for part in draw(n)])
    found = np.quantile(propensity, [0.01, 0.5, 0.99])
    np.testing.assert_allclose(found, [0.14, 0.44, 0.84], rtol=0, atol=0.005 + 0.5 / np.sqrt(n))
    assert is_extended.mean() == pytest.approx(propensity.mean(), abs=4 / np.sqrt(len(propensity)))
    assert is_extended.mean() == pytest.approx(0.45, abs=0.01)


@pytest.mark.parametrize("n", SIZES)
def test_lesions_and_arms_in_a_patient(n: int) -> None:
    """1.41 lesions a patient; 16 % of patients have lesions in both arms."""
    both = np.concatenate([is_in_both_arms(part) for part in draw(n)])
    lesions = sum(len(part.lesions.patient) for part in draw(n))
    assert both.mean() == pytest.approx(0.16, abs=0.005 + 3 * np.sqrt(0.16 * 0.84 / n))
    assert lesions / n == pytest.approx(1.41, abs=3 * 0.75 / np.sqrt(n))


def is_in_both_arms(part: Draw) -> np.ndarray:
    """Whether a patient has lesions in both arms."""
    n_extended = np.bincount(part.lesions.patient, part.lesions.is_extended)
    return (n_extended > 0) & (n_extended < part.patients.n_lesions)


@pytest.mark.parametrize("n", SIZES)
def test_events_in_a_cohort_of_500(n: int) -> None:
    """About 121 failures and 77 fractures are seen; the follow-up here is 12 to 72 months."""
    failures = sum((part.observation.local_failure < NEVER).sum() for part in draw(n))
    fractures = sum((part.observation.fracture < NEVER).sum() for part in draw(n))
    assert failures * 500 / n == pytest.approx(121, rel=0.08)
    assert fractures * 500 / n == pytest.approx(77, rel=0.08)


def test_survival_has_its_closed_form() -> None:
    """Death depends on four categorical covariates: its mixture of Weibull laws sums exactly."""
    site_hazard = (1, 0.6, 0.8, 0.6, 0.5, 1.6, 1.4, 1.1, 1.3, 0.35)
    months = np.array(TIMES, dtype=float)
    expected = np.zeros(3)
    for (name, share), hazard in zip(SITES.items(), site_hazard, strict=True):
        male = {"prostate": 1.0, "breast": 0.0}.get(name, (0.53 - 0.07) / 0.81)
        visceral = 0.0 if name == "primary_spine" else 0.35
        for is_male, is_visceral, is_poor in itertools.product((0, 1), repeat=3):
            weight = share * np.prod([
                probability if fact else 1 - probability
                for fact, probability in ((is_male, male), (is_visceral, visceral), (is_poor, 0.25))
            ])  # fmt: skip
            ratio = hazard * 1.25**is_male * 1.9**is_visceral * 2.0**is_poor
            expected += weight * np.exp(-0.0163 * months**1.05 * ratio)
    where = (0, ENDPOINTS.index("overall_survival"), 0, 0, slice(0, 3))
    found = truth(20_000)
    std_error = np.sqrt(expected * (1 - expected) / found.n_patients)
    assert np.abs((1 - found.mean[where] - expected) / std_error).max() < 3


def test_frailty_is_gamma_with_mean_1_and_variance_04() -> None:
    """A frailty that is not centred moves every local failure."""
    frailty = draw_patients(generator(5, "law"), 200_000).frailty
    assert frailty.mean() == pytest.approx(1.0, abs=3 * np.sqrt(0.4 / 200_000))
    kurtosis = 3 + 6 * 0.4
    assert frailty.var() == pytest.approx(0.4, abs=3 * 0.4 * np.sqrt((kurtosis - 1) / 200_000))
