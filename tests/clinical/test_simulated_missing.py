"""The missing layer: its rates, what it depends on, and that it changes nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.clinical.simulator import simulate

RATES = {
    "ecog": 0.03,
    "hb_g_l": 0.05,
    "alb_g_l": 0.09,
    "driver_mutation": 0.30,
    "pain_baseline": 0.12,
    "omed_baseline": 0.18,
    "gtv_cc": 0.02,
    "bilsky": 0.04,
}
COMPONENTS = ("pain", "bone", "alignment", "collapse", "posterolateral")


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """A cohort large enough for rates."""
    return simulate(4000, seed=2).frame


@pytest.fixture(scope="module")
def complete() -> pd.DataFrame:
    """The same with the layer off."""
    return simulate(4000, seed=2, missing=False).frame


@pytest.mark.parametrize(("column", "rate"), RATES.items())
def test_rates(frame: pd.DataFrame, column: str, rate: float) -> None:
    """The calibrated share of each covariate is missing; patients' columns count patients."""
    rows = frame.drop_duplicates("patient_id") if frame_is_by_patient(column) else frame
    assert (rows[column] == "").mean() == pytest.approx(
        rate, abs=4 * np.sqrt(rate * (1 - rate) / len(rows))
    )


def frame_is_by_patient(column: str) -> bool:
    """Whether a column holds a patient's value."""
    return column in {"ecog", "hb_g_l", "alb_g_l", "driver_mutation"}


@pytest.mark.parametrize("component", COMPONENTS)
def test_score_components_miss_6_to_10_percent(frame: pd.DataFrame, component: str) -> None:
    """With the total: a sum of unknown parts is unknown."""
    is_missing = frame[f"sins_{component}"] == ""
    assert 0.05 < is_missing.mean() < 0.11
    assert (frame.loc[is_missing, "sins_total"] == "").all()


def test_without_the_layer_the_rest_stays(frame: pd.DataFrame, complete: pd.DataFrame) -> None:
    """The switch must not move a draw: where a value is given, it is the same value."""
    is_given = (frame != "").to_numpy()
    np.testing.assert_array_equal(frame.to_numpy()[is_given], complete.to_numpy()[is_given])
    changed = frame.columns[(frame != complete).any()]
    assert set(changed) == {
        *RATES, *(f"sins_{c}" for c in COMPONENTS), "sins_total", "bone_type", "pain_resp_3m",
    }  # fmt: skip
    for column in changed.drop("pain_resp_3m"):
        assert (complete[column] != "").all()


def test_missing_depends_on_year_and_site_alone(
    frame: pd.DataFrame, complete: pd.DataFrame
) -> None:
    """More is missing early and at some sites; given both, not more in one arm (at random)."""
    is_missing = (frame["sins_posterolateral"] == "").astype(float)
    year = complete["calendar_year"].astype(float) - 2019
    well = complete["primary_site"].isin(["breast", "prostate", "thyroid"])
    expected = 0.10 * (1.5 - 0.2 * year) * np.where(well, 0.7, 1.1)
    n = len(frame)
    for group in (year < 1, year > 4, well, complete["arm"] == "extended"):
        share, target = is_missing[group].mean(), expected[group].mean()
        assert share == pytest.approx(target, abs=3.5 * np.sqrt(target / group.sum())), n
    assert expected[year < 1].mean() > 2 * expected[year > 4].mean()
