"""Errors from few clusters: by hand, against the classical t interval, and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from spine_outcomes.inference import Estimate
from spine_outcomes.inference.few_clusters import small_sample
from spine_outcomes.inference.intervals import interval

RNG = np.random.default_rng(1)


def mean_of(values, cluster=None) -> Estimate:
    values = np.asarray(values, dtype=float)
    influence = (values - values.mean())[:, None] / len(values)
    return Estimate(np.array([values.mean()]), influence, ({"measure": "mean"},), cluster)


def test_the_mean_has_the_classical_t_interval():
    """A factor or degrees of freedom other than n/(n − 1) and n − 1."""
    values = RNG.normal(3, 2, 9)
    estimate = mean_of(values)
    found = small_sample(estimate)
    limits = interval(estimate.value, found.std_error, "identity", df=found.df)
    expected = stats.t.interval(0.95, 8, values.mean(), stats.sem(values))
    np.testing.assert_allclose(np.ravel(limits), expected, rtol=1e-12)


def test_clusters_are_counted_not_rows():
    """Six rows of three patients with 5 degrees of freedom."""
    estimate = mean_of([0, 1, 4, 5, 9, 2], np.array([0, 0, 1, 1, 2, 2]))
    found = small_sample(estimate)
    assert found.df[0] == 2
    np.testing.assert_allclose(found.std_error, np.sqrt(3 / 2) * estimate.std_error(), rtol=1e-14)


def test_regression_coefficients_have_the_errors_of_hc1():
    """A factor that forgets the coefficients: HC1 is n/(n − p) times HC0."""
    x = np.column_stack([np.ones(12), RNG.normal(size=(12, 2))])
    y = x @ [1, 2, 0] + RNG.normal(size=12)
    beta, *_ = np.linalg.lstsq(x, y, rcond=None)
    influence = (x * (y - x @ beta)[:, None]) @ np.linalg.inv(x.T @ x)
    found = small_sample(Estimate(beta, influence, ({},) * 3), n_parameters=3)
    bread = np.linalg.inv(x.T @ x)
    meat = x.T @ (x * ((y - x @ beta) ** 2)[:, None])
    np.testing.assert_allclose(
        found.std_error**2, np.diag(bread @ meat @ bread) * 12 / 9, rtol=1e-10
    )
    assert (found.df == 9).all()


@pytest.mark.parametrize("n_parameters", [3, 4])
def test_no_error_from_as_many_parameters_as_clusters(n_parameters):
    """A division by 0, or by less, that looks like an error."""
    found = small_sample(mean_of([1, 2, 4]), n_parameters)
    assert np.isnan([found.std_error[0], found.df[0]]).all()
    assert found.reasons == (f"no standard error: 3 clusters for {n_parameters} parameters",)


def test_one_cluster_and_reasons_pass_through():
    """An error of 0 from one patient, or a second reason in place of the first."""
    one = mean_of([1, 2, 4], np.array([7, 7, 7]))
    assert np.isnan(one.std_error()[0])
    words = "no standard error: all rows that it rests on are of one cluster"
    assert one.error_reasons == small_sample(one).reasons == (words,)
    nothing = Estimate(np.array([np.nan]), np.zeros((3, 1)), ({},), None, ("no event",))
    assert small_sample(nothing).reasons == nothing.error_reasons == ("no event",)
    assert mean_of([1, 2, 4]).error_reasons == (None,)
