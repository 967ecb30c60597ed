"""Hazard ratios that change over time: R's cut rows, and what a cut may not change."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from spine_outcomes.errors import SampleError
from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.time_varying import (
    constant_hazard_ratio_test,
    hazard_ratio_along,
    piecewise_hazard_ratios,
)

ANSWERS = Path(__file__).parents[1] / "reference/answers"
R = json.loads((ANSWERS / "time_varying.json").read_text())
ROWS = json.loads((ANSWERS / "stratified.json").read_text())["data"]
DATA = {name: np.array([row[name] for row in ROWS]) for name in ROWS[0]}
ARRAYS = DATA["time"], DATA["status"], DATA["w"]
KEYS = {
    "covariates": np.column_stack([DATA["arm"], DATA["x"]]),
    "entry": DATA["entry"],
    "cluster": DATA["patient"],
}
each_ties = pytest.mark.parametrize("ties", ["efron", "breslow"])


@each_ties
@pytest.mark.parametrize("is_stratified", [False, True])
def test_pieces(is_stratified, ties):
    """Rows cut at the wrong place (events tie with the cuts), or an error that counts parts."""
    strata = DATA["stratum"] if is_stratified else None
    found = piecewise_hazard_ratios(*ARRAYS, **KEYS, cuts=[5, 7], strata=strata, ties=ties)
    expected = R[ties]["pieces_strata" if is_stratified else "pieces"]
    order = [1, 2, 3, 0]  # R puts the interaction last
    np.testing.assert_allclose(found.value, np.array(expected["coef"])[order], rtol=1e-10)
    covariance = np.array(expected["covariance"])[np.ix_(order, order)]
    np.testing.assert_allclose(found.covariance(), covariance, rtol=1e-9, atol=1e-13)
    assert [(label["after"], label["until"]) for label in found.labels[:3]] == [
        (0, 5), (5, 7), (7, np.inf)
    ]  # fmt: skip


@each_ties
def test_along_the_logarithm_of_time(ties):
    """A slope along another time than that of the event."""
    found = hazard_ratio_along(*ARRAYS, **KEYS, names=["arm", "x"], ties=ties)
    assert [label["term"] for label in found.labels] == ["arm", "arm", "x"]
    np.testing.assert_allclose(found.value, R[ties]["along"]["coef"], rtol=1e-10)
    np.testing.assert_allclose(found.std_error(), R[ties]["along"]["robust_se"], rtol=1e-9)


def test_test_of_one_hazard_ratio_for_all_pieces():
    """A Wald test that forgets a covariance between pieces, which share patients."""
    pieces = piecewise_hazard_ratios(*ARRAYS, **KEYS, cuts=[5, 7])
    order = [1, 2, 3]
    value = np.array(R["efron"]["pieces"]["coef"])[order]
    covariance = np.array(R["efron"]["pieces"]["covariance"])[np.ix_(order, order)]
    contrast = np.array([[1.0, -1.0, 0.0], [0.0, 1.0, -1.0]])
    gap = contrast @ value
    expected = gap @ np.linalg.solve(contrast @ covariance @ contrast.T, gap)
    test = constant_hazard_ratio_test(pieces)
    assert test.statistic == pytest.approx(expected, rel=1e-8)
    assert test.df == 2


@pytest.mark.parametrize("cuts", [[0.5], [20.0], [3.5, 3.7, 3.8], []])
def test_cuts_where_nothing_can_change_change_nothing(cuts):
    """Clause 14: pieces before the first event, after the last time, or without a time at all."""
    found = piecewise_hazard_ratios(*ARRAYS, **KEYS, cuts=cuts)
    plain = cox(*ARRAYS, **KEYS).estimate
    is_there = found.is_estimable
    if cuts != [3.5, 3.7, 3.8]:
        np.testing.assert_allclose(found.value[is_there], plain.value, rtol=1e-10)
        np.testing.assert_allclose(found.std_error()[is_there], plain.std_error(), rtol=1e-9)
    assert sum(~is_there) == len(found) - len(found.value[is_there])


def test_pieces_are_models_of_their_own():
    """A piece that sees events or people of another: each equals a fit of its own follow-up."""
    keys = {"covariates": DATA["arm"]}
    found = piecewise_hazard_ratios(*ARRAYS, **keys, cuts=[6])
    early = cox(
        np.minimum(DATA["time"], 6), DATA["status"] * (DATA["time"] <= 6), DATA["w"], **keys
    )
    rows = DATA["time"] > 6
    late = cox(*(a[rows] for a in ARRAYS), covariates=DATA["arm"][rows])
    expected = [early.estimate.value[0], late.estimate.value[0]]
    np.testing.assert_allclose(found.value, expected, rtol=1e-10)


@pytest.mark.parametrize("empty", [0, 1])
def test_a_piece_without_events_in_one_arm_is_named_and_the_other_stays(empty):
    """A hazard ratio of the first year lost because nothing happened to one arm afterwards."""
    time, arm = np.arange(1.0, 13.0), np.tile([0, 1], 6)
    status = np.where((time > 6) & (arm == empty), 0, 1)
    found = piecewise_hazard_ratios(time, status, covariates=arm, names=["arm"], cuts=[6])
    early = cox(np.minimum(time, 6), np.where(time > 6, 0, 1), covariates=arm).estimate
    assert found.value[0] == pytest.approx(early.value[0], rel=1e-9)
    assert found.std_error()[0] == pytest.approx(early.std_error()[0], rel=1e-8)
    assert np.isnan(found.value[1])
    assert "arm after 6 until inf" in found.reasons[1]
    assert constant_hazard_ratio_test(found).reason == found.reasons[1]


def test_what_cannot_be_cut():
    """Cuts out of order, and a logarithm of time 0, are refused with their reason."""
    with pytest.raises(SampleError, match="increasing"):
        piecewise_hazard_ratios(*ARRAYS, **KEYS, cuts=[5, 5])
    with pytest.raises(SampleError, match="time 0"):
        hazard_ratio_along([0, 1, 2], [1, 1, 1], covariates=[1, 0, 1])


def test_an_event_without_weight_is_absent():
    """Cuts at an event of weight 0, whose time no function of time has."""
    keys = {"covariates": np.append(DATA["arm"], 1), "scale": "km"}
    time, status = np.append(DATA["time"], 4.5), np.append(DATA["status"], 1)
    found = hazard_ratio_along(time, status, np.append(DATA["w"], 0), **keys)
    expected = hazard_ratio_along(*ARRAYS, covariates=DATA["arm"], scale="km")
    np.testing.assert_allclose(found.value, expected.value, rtol=1e-9)
    np.testing.assert_allclose(found.std_error(), expected.std_error(), rtol=1e-9)


def test_pieces_of_strata_do_not_touch_by_round_off():
    """Rows of weight 1 in a later piece of another stratum, which swallow weights of 1e-12.

    Either stratum has people in one piece only, whose hazard ratio is then its own.
    """
    rng = np.random.default_rng(5)
    time = np.r_[rng.permutation(30) / 10 + 6, rng.permutation(30) / 10 + 0.5]
    status, arm = (rng.random(60) < 0.7).astype(int), rng.integers(0, 2, 60)
    strata = np.repeat([0, 1], 30)
    found = piecewise_hazard_ratios(
        time, status, np.where(strata == 1, 1e-12, 1.0), covariates=arm, cuts=[5], strata=strata
    )
    own = [
        cox(time[rows], status[rows], covariates=arm[rows]).estimate.value[0]
        for rows in (strata == 1, strata == 0)
    ]
    np.testing.assert_allclose(found.value, own, rtol=1e-7)
