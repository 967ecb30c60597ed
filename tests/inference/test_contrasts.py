"""Comparator against reference."""

from __future__ import annotations

import numpy as np
import pytest

from spine_outcomes.inference import (
    Estimate,
    difference,
    interval,
    log_ratio,
    number_needed_to_treat,
)


def two_arms(values, reasons=(None, None), measure="cumulative_incidence"):
    """Two rows an arm, influence of ± a tenth and a fifth."""
    influence = np.array([[0.1, 0], [-0.1, 0], [0, 0.2], [0, -0.2]])
    labels = tuple({"measure": measure, "arm": a, "time": 6.0} for a in (0, 1))
    both = Estimate(np.array(values), influence, labels, None, reasons)
    return both.select(arm=1), both.select(arm=0)


def test_difference_by_hand():
    """The sign turned round, or the variance of one arm forgotten: .5 − .2, error √(.08 + .02)."""
    contrast = difference(*two_arms([0.2, 0.5]))
    assert contrast.value == pytest.approx([0.3])
    assert contrast.std_error() == pytest.approx([np.sqrt(0.08 + 0.02)])
    expected = {"measure": "risk_difference", "comparator": 1, "reference": 0, "time": 6.0}
    assert contrast.labels == (expected,)


def test_log_ratio_by_hand():
    """log(.5/.2) with error √(.08/.25 + .02/.04)."""
    contrast = log_ratio(*two_arms([0.2, 0.5]))
    assert contrast.value == pytest.approx([np.log(2.5)])
    assert contrast.std_error() == pytest.approx([np.sqrt(0.08 / 0.25 + 0.02 / 0.04)])
    assert contrast.labels[0]["measure"] == "log_risk_ratio"


def test_shared_patients_are_not_independent():
    """Arms that share patients treated as independent: equal influence cancels in a difference."""
    influence = np.array([[0.1, 0.1], [-0.1, -0.1]])
    labels = tuple({"measure": "survival", "arm": a} for a in (0, 1))
    both = Estimate(np.array([0.4, 0.6]), influence, labels)
    contrast = difference(both.select(arm=1), both.select(arm=0))
    assert contrast.std_error() == pytest.approx([0.0])
    assert contrast.labels[0]["measure"] == "survival_difference"


def test_swapping_arms_flips_the_sign():
    """A contrast that depends on which arm is named first in more than its sign."""
    comparator, reference = two_arms([0.2, 0.5])
    for contrast in (difference, log_ratio):
        one, other = contrast(comparator, reference), contrast(reference, comparator)
        np.testing.assert_allclose(one.value, -other.value)
        np.testing.assert_allclose(one.std_error(), other.std_error())


@pytest.mark.parametrize("contrast", [difference, log_ratio])
def test_reasons_propagate(contrast):
    """A contrast with an arm that has no estimate looks estimated."""
    found = contrast(*two_arms([0.2, np.nan], reasons=(None, "no rows")))
    assert np.isnan(found.value).all()
    assert np.isnan(found.std_error()).all()
    assert found.reasons == ("no rows",)
    assert not found.influence.any()


def test_ratio_of_0_is_not_estimable():
    """log 0 as −∞, or a ratio of 0 with an error."""
    found = log_ratio(*two_arms([0.2, 0.0]))
    assert found.reasons == ("no ratio: the estimate is 0 in the comparator arm",)
    both = log_ratio(*two_arms([0.0, 0.0]))
    assert "the comparator and the reference arm" in both.reasons[0]


def test_quantities_that_do_not_match_are_refused():
    """Survival at 6 subtracted from survival at 12."""
    comparator, reference = two_arms([0.2, 0.5])
    with pytest.raises(ValueError, match="cannot be compared"):
        difference(comparator, reference.relabel(time=12.0))
    with pytest.raises(ValueError, match="shapes"):
        difference(comparator, reference.take([0, 0]))


def test_number_needed_to_treat_runs_through_infinity():
    """A difference of −.05 ± .0588: benefit 9.19 to infinity to harm 113.6, not 9.2 to 113.6."""
    lower, upper = interval(-0.05, 0.03, "identity")
    needed = number_needed_to_treat(-0.05, float(lower), float(upper))
    assert needed.passes_infinity
    assert needed.value == pytest.approx(20)
    assert needed.lower == pytest.approx(9.19, abs=0.005)
    assert needed.upper == pytest.approx(-113.6, abs=0.1)  # from a limit of .0088 as printed


def test_number_needed_to_treat_of_a_clear_difference():
    """Limits not exchanged by the reciprocal, or a harm shown as a benefit."""
    benefit = number_needed_to_treat(-0.1, -0.2, -0.05)
    assert (benefit.value, benefit.lower, benefit.upper) == pytest.approx((10, 5, 20))
    harm = number_needed_to_treat(0.1, 0.05, 0.2)
    assert (harm.value, harm.lower, harm.upper) == pytest.approx((-10, -20, -5))
    assert not benefit.passes_infinity
    assert not harm.passes_infinity


def test_number_needed_to_treat_of_no_difference():
    """Division by zero."""
    assert number_needed_to_treat(0.0, -0.1, 0.1).value == np.inf
    harm = number_needed_to_treat(0.1, 0.0, 0.2)
    assert (harm.lower, harm.upper, harm.passes_infinity) == (np.inf, -5, True)
    benefit = number_needed_to_treat(-0.1, -0.2, 0.0)
    assert (benefit.lower, benefit.upper, benefit.passes_infinity) == (5, np.inf, True)
