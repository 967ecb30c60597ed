"""What must not change a Cox model, and what must change with it: identities on drawn samples."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spine_outcomes.survival.cox import CoxFit, cox
from spine_outcomes.survival.cox_likelihood import cox_likelihood
from tests.strategies import samples

TIES = ("efron", "breslow")
each_ties = pytest.mark.parametrize("ties", TIES)
some = settings(max_examples=40, deadline=None)


@dataclass(frozen=True)
class Rows:
    """Arguments of a fit with two covariates."""

    time: Any
    status: Any
    weight: Any
    x: Any
    cluster: Any = None
    entry: Any = None

    def fit(self, ties: str, **keys: Any) -> CoxFit:
        return cox(
            self.time,
            self.status,
            self.weight,
            covariates=self.x,
            cluster=self.cluster,
            entry=self.entry,
            ties=ties,
            **keys,
        )

    def take(self, index: Any) -> Rows:
        parts = (self.time, self.status, self.weight, self.x, self.cluster)
        return Rows(*(part[index] for part in parts))


@st.composite
def regressions(draw: st.DrawFn) -> Rows:
    """Rows with finite coefficients; weights within a factor of 1e4 keep eight digits in them."""
    drawn = draw(samples(min_rows=6))
    n = len(drawn)
    score = np.array(draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)))
    x = np.column_stack([drawn.arm, score]).astype(float)
    rows = Rows(drawn.time, drawn.status, drawn.weight ** (1 / 3), x, drawn.cluster)
    assume(rows.fit("efron").estimate.is_estimable.all())
    return rows


def assert_same(one: CoxFit, other: CoxFit, error: float = 1.0) -> None:
    # Weights 1e12 apart put a maximum beyond e^25, where the likelihood is flatter than rounding.
    assume(np.nanmax(np.abs(one.estimate.value), initial=0.0) < 25)
    np.testing.assert_allclose(other.estimate.value, one.estimate.value, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(
        other.estimate.std_error(), error * one.estimate.std_error(), rtol=1e-7, atol=1e-8
    )


@each_ties
@some
@given(rows=regressions(), factor=st.floats(1e-3, 1e3))
def test_scale_of_weights(ties, rows, factor):
    """Clause 1: the model-based variance alone is divided by the factor."""
    one, scaled = rows.fit(ties), replace(rows, weight=factor * rows.weight).fit(ties)
    assert_same(one, scaled)
    np.testing.assert_allclose(
        factor * scaled.model_covariance, one.model_covariance, rtol=1e-7, atol=1e-8
    )


@some
@given(rows=regressions(), factor=st.floats(1e-3, 1e3))
def test_scale_of_weights_in_the_breslow_likelihood(rows, factor):
    """Clause 2: l(β; c w) = c l(β; w) − c log(c) Σ w d."""
    one = rows.fit("breslow").log_likelihood
    events = rows.weight @ (rows.status == 1)
    scaled = replace(rows, weight=factor * rows.weight).fit("breslow").log_likelihood
    expected = factor * one - factor * np.log(factor) * events
    np.testing.assert_allclose(scaled, expected, rtol=1e-8, atol=1e-8 * factor)


@some
@given(rows=regressions(), data=st.data())
def test_weights_are_replications_under_breslow(rows, data):
    """Clauses 3 and 5: copies have the same estimate, and as clusters the same robust error."""
    n = len(rows.time)
    count = np.array(data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)))
    assume(count.any())
    one = replace(rows, weight=count, cluster=None).fit("breslow")
    assume(one.estimate.is_estimable.all())
    copies = replace(rows, weight=np.ones(n)).take(np.repeat(np.arange(n), count))
    copies = replace(copies, cluster=np.repeat(np.arange(n), count)).fit("breslow")
    assert_same(one, copies)
    np.testing.assert_allclose(copies.model_covariance, one.model_covariance, rtol=1e-7, atol=1e-12)


@each_ties
@some
@given(rows=regressions(), data=st.data())
def test_order_of_the_rows(ties, rows, data):
    """Clause 8: rows, and the names of clusters, in any order."""
    order = np.array(data.draw(st.permutations(range(len(rows.time)))))
    moved = rows.take(order)
    assert_same(rows.fit(ties), replace(moved, cluster=1000 - 7 * moved.cluster).fit(ties))


@each_ties
@some
@given(rows=regressions())
def test_swapped_arms(ties, rows):
    """Clause 9: only the sign changes."""
    one = rows.fit(ties)
    other = replace(rows, x=np.column_stack([1 - rows.x[:, 0], rows.x[:, 1]])).fit(ties)
    sign = np.array([-1, 1])
    np.testing.assert_allclose(
        other.estimate.value, sign * one.estimate.value, rtol=1e-8, atol=1e-9
    )
    np.testing.assert_allclose(
        other.estimate.std_error(), one.estimate.std_error(), rtol=1e-7, atol=1e-8
    )
    np.testing.assert_allclose(other.log_likelihood, one.log_likelihood, rtol=1e-10, atol=1e-10)


@each_ties
@some
@given(rows=regressions())
def test_increasing_map_of_time(ties, rows):
    """Clauses 10 and 11: days or months, or their squares, make no difference."""
    one = rows.fit(ties)
    assert_same(one, replace(rows, time=rows.time / 30.4375).fit(ties))
    assert_same(one, replace(rows, time=3 + rows.time**2).fit(ties))


@each_ties
@some
@given(rows=regressions())
def test_linear_map_of_covariates(ties, rows):
    """Clause 12: x A + b has the coefficients A⁻¹ β, and the same likelihood."""
    a = np.array([[2.0, 0.5], [-1.0, 0.25]])
    one, mapped = rows.fit(ties), replace(rows, x=rows.x @ a + [100, -7]).fit(ties)
    np.testing.assert_allclose(a @ mapped.estimate.value, one.estimate.value, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(
        a @ mapped.estimate.covariance() @ a.T, one.estimate.covariance(), rtol=1e-6, atol=1e-8
    )
    np.testing.assert_allclose(mapped.log_likelihood, one.log_likelihood, rtol=1e-9, atol=1e-9)


@each_ties
@some
@given(rows=regressions(), cut=st.sampled_from([0.5, 2, 3.5, 5]))
def test_split_rows(ties, rows, cut):
    """Clause 14: a row cut in two, the halves one cluster."""
    n = len(rows.time)
    before, after = np.arange(n), np.flatnonzero(rows.time > cut)
    parts = np.concatenate([before, after])
    is_cut = np.zeros(n, dtype=bool)
    is_cut[after] = True
    split = Rows(
        np.concatenate([np.where(is_cut, cut, rows.time), rows.time[after]]),
        np.concatenate([np.where(is_cut, 0, rows.status), rows.status[after]]),
        rows.weight[parts],
        rows.x[parts],
        parts,
        np.concatenate([np.full(n, -1.0), np.full(len(after), cut)]),
    )
    split = replace(split, time=split.time + 1, entry=split.entry + 1)
    one, halves = replace(rows, cluster=None).fit(ties), split.fit(ties)
    assert_same(one, halves)
    np.testing.assert_allclose(halves.log_likelihood, one.log_likelihood, rtol=1e-9, atol=1e-9)


@each_ties
@some
@given(rows=regressions())
def test_censoring_just_after_its_time(ties, rows):
    """Clause 16: who is censored at an event's time is at risk there."""
    later = np.where(rows.status == 0, rows.time + 0.25, rows.time)
    assert_same(rows.fit(ties), replace(rows, time=later).fit(ties))


@each_ties
@some
@given(rows=regressions())
def test_clusters_of_one(ties, rows):
    """Clause 17: no small-sample factor."""
    one = replace(rows, cluster=None).fit(ties).estimate.std_error()
    other = replace(rows, cluster=np.arange(len(rows.time))).fit(ties).estimate.std_error()
    np.testing.assert_allclose(other, one, rtol=1e-13)


@some
@given(rows=regressions())
def test_doubled_data(rows):
    """Clause 18: the same Breslow estimate, and an error smaller by √2."""
    rows = replace(rows, cluster=None)
    n = len(rows.time)
    twice = replace(rows, cluster=np.arange(n)).take(np.tile(np.arange(n), 2))
    assert_same(rows.fit("breslow"), replace(twice, cluster=None).fit("breslow"), 0.5**0.5)


@each_ties
@some
@given(rows=regressions())
def test_residuals_sum_to_zero(ties, rows):
    """Clause 19: weighted score and martingale residuals at the estimate."""
    fit = rows.fit(ties)
    at = cox_likelihood(
        fit.estimate.value, rows.time, rows.status, rows.weight, covariates=rows.x, ties=ties
    )
    scale = rows.weight.sum()
    np.testing.assert_allclose(rows.weight @ at.score_residuals, 0, atol=1e-9 * scale)
    np.testing.assert_allclose(rows.weight @ at.martingale_residuals, 0, atol=1e-9 * scale)
    influence = fit.estimate.influence
    np.testing.assert_allclose(influence.sum(0), 0, atol=1e-8 * np.abs(influence).max())


@each_ties
@some
@given(rows=regressions())
def test_code_of_another_cause(ties, rows):
    """Clause 28: a competing event and a censoring are one to a cause-specific hazard."""
    one = rows.fit(ties)
    for code in (0, 7):
        status = np.where(rows.status == 2, code, rows.status)
        np.testing.assert_array_equal(
            replace(rows, status=status).fit(ties).estimate.influence, one.estimate.influence
        )
    swapped = np.array([0, 2, 1])[rows.status]
    np.testing.assert_array_equal(
        replace(rows, status=swapped).fit(ties, cause=2).estimate.value, one.estimate.value
    )


@some
@given(drawn=samples())
def test_anything_drawn_has_a_number_or_a_reason(drawn):
    """Weights from 1e-6 to 1e6, one event, an arm without events: never a crash, never both."""
    fit = cox(
        *(drawn.time, drawn.status, drawn.weight), covariates=drawn.arm, cluster=drawn.cluster
    )
    (reason,) = fit.estimate.reasons
    assert np.isfinite(fit.estimate.value[0]) == (reason is None)
    assert np.isfinite(fit.estimate.influence).all()
