"""Against R: another package's recursion, and multivariate normal probabilities."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from spine_outcomes.interim.boundaries import group_sequential
from spine_outcomes.interim.futility import futility_bounds
from spine_outcomes.interim.monitoring import SequentialDesign, assess
from spine_outcomes.interim.power import promise, required_information
from spine_outcomes.interim.prospects import prospects
from spine_outcomes.interim.recursion import crossing_probabilities
from spine_outcomes.interim.safety import posterior_exceeds

ANSWERS = json.loads(
    (Path(__file__).parents[1] / "reference" / "answers" / "interim.json").read_text()
)
FAMILY = {
    "asOF": "obrien_fleming", "asP": "pocock", "asHSD": "hwang_shih_decani", "asKD": "power",
    "OF": "classical_obrien_fleming", "P": "classical_pocock",
}  # fmt: skip
ONE_SIDED = {"family": "obrien_fleming", "alpha": 0.025, "sides": 1}


def named(answer):
    """Family and looks of an answer."""
    parts = (FAMILY[answer["type"]], answer["gamma"], answer["sides"], answer["fraction"])
    return " ".join(map(str, parts))


@pytest.mark.parametrize("answer", ANSWERS["bounds"], ids=named)
def test_bounds(answer):
    """A bound of any family, at any looks, with one or two sides.

    R's integration is coarser where one look follows closely on another, and has no digits left for
    a bound of 6 or 8: the bounds agree to 1e-5.
    """
    found = group_sequential(
        np.atleast_1d(answer["fraction"]),
        family=FAMILY[answer["type"]],
        alpha=answer["alpha"],
        sides=answer["sides"],
        parameter=answer["gamma"],
    )
    z = np.atleast_1d(np.array(answer["z"], dtype=float))
    np.testing.assert_allclose(found.z[np.isfinite(z)], z[np.isfinite(z)], rtol=1e-5)
    spent = np.atleast_1d(answer["spent"])
    np.testing.assert_allclose(found.alpha_spent, spent, rtol=2e-6, atol=2e-8)


@pytest.mark.parametrize("answer", ANSWERS["crossing"], ids=lambda a: f"drift {a['drift']}")
def test_first_crossings_are_multivariate_normal_probabilities(answer):
    """A density carried from look to look with the wrong mean, spread or bounds.

    The bounds of futility and of benefit differ, with and without a drift.
    """
    found = crossing_probabilities(
        answer["information"], answer["upper"], answer["lower"], drift=answer["drift"]
    )
    np.testing.assert_allclose(found.upper, answer["above"], atol=1e-9)
    np.testing.assert_allclose(found.lower, answer["below"], atol=1e-9)


def test_two_looks_by_the_bivariate_normal_distribution():
    """The same by scipy at bounds of our own, so that two methods agree on the whole path.

    Tolerance: scipy's integration.
    """
    fraction = np.array([0.6, 1.0])
    bounds = group_sequential(fraction, family="pocock")
    law = stats.multivariate_normal(cov=[[1, np.sqrt(0.6)], [np.sqrt(0.6), 1]])
    inside = law.cdf(bounds.z, lower_limit=-bounds.z)
    assert 1 - inside == pytest.approx(0.05, abs=1e-7)
    assert bounds.crossing_probability[-1] == pytest.approx(0.05, abs=1e-12)


def test_futility():
    """Bounds that spend the error of the second kind at another drift than that of the power."""
    answer = ANSWERS["futility"]
    upper = group_sequential(np.arange(1, 5) / 4, **ONE_SIDED)
    found = futility_bounds(upper, beta=0.1, family="hwang_shih_decani", parameter=-2.0)
    np.testing.assert_allclose(found.z[:-1], answer["lower"], rtol=2e-6)
    assert found.drift == pytest.approx(answer["drift"], rel=1e-6)
    assert promise(upper, found.drift, found.z).power == pytest.approx(0.9, abs=1e-10)


def test_power_and_mean_information():
    """A power that forgets the earlier looks, and a mean over the looks that forgets the last."""
    answer = ANSWERS["power"]
    bounds = group_sequential(answer["fraction"], **ONE_SIDED)
    found = [promise(bounds, drift) for drift in answer["drift"]]
    np.testing.assert_allclose([one.power for one in found], answer["power"], rtol=1e-7)
    expected = [one.expected_fraction for one in found]
    np.testing.assert_allclose(expected, answer["expected_fraction"], rtol=1e-7)
    # R solves for its drift with a tolerance of 1e-8 or so
    needed = required_information(bounds, -0.5, 0.9)
    assert needed == pytest.approx((answer["drift_for_90"] / 0.5) ** 2, rel=1e-6)


def test_the_end_of_a_study():
    """P value, estimate, limits and repeated interval at a second look past its bound.

    R's roots are to 1e-6 or so.
    """
    answer = ANSWERS["final"]
    information = np.array(answer["information"])
    design = SequentialDesign(100.0, effect=0.4, **ONE_SIDED)
    look = assess(design, information, answer["z"][1] / np.sqrt(information[1]))
    assert look.crossed == "benefit"
    expected = [answer[name] for name in ("p", "estimate", "lower", "upper")]
    np.testing.assert_allclose(look.stagewise, expected, rtol=1e-5)
    repeated = [answer["repeated_lower"], answer["repeated_upper"]]
    np.testing.assert_allclose(look.repeated, repeated, rtol=1e-5)


def test_conditional_and_predictive_power_with_two_looks_to_come():
    """Power from here that sees only the last look, or averages over the wrong posterior."""
    answer = ANSWERS["conditional"]
    bound = group_sequential([0.4, 0.7, 1.0], **ONE_SIDED).z[1:]
    null, trend, planned = answer["effects"]
    found = prospects(
        (40.0, trend), np.array([70.0, 100.0]), bound, sides=1, direction=1, planned=planned
    )
    # R's bounds are to 1e-7 or so
    expected = [answer["power"][1], answer["power"][2], answer["power"][0], answer["predictive"]]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert null == 0


@pytest.mark.parametrize("name", ["jeffreys", "uniform"])
def test_posterior_of_a_rate(name):
    """The tail of the beta distribution on the wrong side, or a prior counted twice."""
    prior = {"jeffreys": (0.5, 0.5), "uniform": (1.0, 1.0)}[name]
    for answer in ANSWERS["safety"]:
        found = posterior_exceeds(answer["events"], answer["n"], answer["rate"], prior)
        assert found == pytest.approx(answer[name], rel=1e-11)
