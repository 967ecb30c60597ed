"""Relations between the log-rank test, Cox's likelihood at 0 and the curves, for every sample."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import assume, given

from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.cox_likelihood import cox_likelihood
from spine_outcomes.survival.log_rank import log_rank
from spine_outcomes.survival.sample import sample_of
from spine_outcomes.survival.subdistribution import subdistribution
from tests.strategies import Drawn, samples

ATOL = 1e-10


def breslow_at_0(sample: Drawn):
    """The likelihood at 0 of one arm's indicator, and the classical test."""
    assume((sample.status == 1).any())
    x = sample.arm[:, None]
    likelihood = cox_likelihood([0.0], sample.time, sample.status, covariates=x, ties="breslow")
    return likelihood, log_rank(sample.time, sample.status, arm=sample.arm)


def observed_minus_expected(sample: Drawn) -> float:
    """Events of arm 1 minus its share of all events, time by time."""
    difference = 0.0
    for t in np.unique(sample.time[sample.status == 1]):
        at_risk, event = sample.time >= t, (sample.time == t) & (sample.status == 1)
        difference += sample.arm[event].sum() - event.sum() * sample.arm[at_risk].mean()
    return difference


@given(samples())
def test_score_is_observed_minus_expected(sample):
    """A score at 0 that is not O − E, ties or none; and U²/I(0) above the log-rank χ²."""
    likelihood, test = breslow_at_0(sample)
    difference = observed_minus_expected(sample)
    np.testing.assert_allclose(likelihood.score, difference, rtol=1e-9, atol=ATOL)
    if test.reason is None:
        score_test = difference**2 / likelihood.information[0, 0]
        assert score_test <= test.statistic * (1 + 1e-9) + ATOL


@given(samples())
def test_without_ties_the_score_test_is_the_log_rank_test(sample):
    """A hypergeometric variance that differs from the information where no events tie."""
    sample = replace(sample, time=np.arange(1.0, len(sample) + 1))
    likelihood, test = breslow_at_0(sample)
    if test.reason is None:
        score_test = likelihood.score[0] ** 2 / likelihood.information[0, 0]
        np.testing.assert_allclose(score_test, test.statistic, rtol=1e-9, atol=ATOL)


@given(samples())
def test_baseline_hazard_at_0_is_that_of_nelson_and_aalen(sample):
    """Increments other than weighted events over weights at risk."""
    assume((sample.status == 1).any())
    arrays = (sample.time, sample.status, sample.weight)
    found = cox_likelihood([0.0], *arrays, covariates=sample.arm[:, None], ties="breslow")
    hazard = [
        sample.weight[(sample.time == t) & (sample.status == 1)].sum()
        / sample.weight[sample.time >= t].sum()
        for t in found.time
    ]
    np.testing.assert_allclose(found.hazard, hazard, rtol=1e-9)


@given(samples())
def test_subdistribution_hazards_make_the_incidence(sample):
    """Weights after a competing event that are not the incidence's: 1 − F = Π (1 − dN/Y*).

    Y* is who is at risk of the subdistribution; G has the weights of the curve.
    """
    assume((sample.status == 1).any())
    checked = sample_of(sample.time, sample.status, sample.weight)
    risk_sets = subdistribution(checked, 1, censoring_weight=sample.weight).arrangement
    at_risk = risk_sets.risk.total(sample.weight[risk_sets.rows])
    times = checked.order.distinct[np.diff(risk_sets.n_passed, prepend=0) > 0]
    events = [sample.weight[(sample.time == t) & (sample.status == 1)].sum() for t in times]
    incidence = aalen_johansen(sample.time, sample.status, sample.weight, times=times)
    expected = 1 - np.cumprod(1 - np.array(events) / at_risk)
    np.testing.assert_allclose(incidence.value, expected, rtol=1e-6, atol=ATOL)
