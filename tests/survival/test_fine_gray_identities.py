"""What must not change a Fine–Gray model, and what must change with it: identities on samples."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spine_outcomes.survival.censoring_distribution import CensoringDistribution
from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.fine_gray import FineGrayFit, fine_gray
from spine_outcomes.survival.sample import sample_of
from tests.strategies import samples

some = settings(max_examples=40, deadline=None)
each_variance = pytest.mark.parametrize("censoring_term", [True, False])


@dataclass(frozen=True)
class Rows:
    """Arguments of a fit of the arm."""

    time: Any
    status: Any
    weight: Any
    arm: Any
    cluster: Any = None

    def fit(self, censoring_term: bool = True, **keys: Any) -> FineGrayFit:
        return fine_gray(
            self.time,
            self.status,
            self.weight,
            covariates=self.arm,
            cluster=self.cluster,
            censoring_term=censoring_term,
            **keys,
        )

    def take(self, index: Any) -> Rows:
        parts = (self.time, self.status, self.weight, self.arm, self.cluster)
        return Rows(*(None if part is None else part[index] for part in parts))


@st.composite
def regressions(draw: st.DrawFn) -> Rows:
    """Rows with a finite coefficient; weights within a factor of 1e4 keep eight digits in it."""
    drawn = draw(samples(min_rows=5))
    weight = drawn.weight ** (1 / 3)
    rows = Rows(drawn.time, drawn.status, weight, drawn.arm.astype(float), drawn.cluster)
    assume(rows.fit().estimate.is_estimable.all())
    return rows


def assert_same(one: Any, other: Any, error: float = 1.0) -> None:
    np.testing.assert_allclose(other.estimate.value, one.estimate.value, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(
        other.estimate.std_error(), error * one.estimate.std_error(), rtol=1e-7, atol=1e-8
    )


@each_variance
@some
@given(rows=regressions())
def test_without_competing_events_it_is_cox_with_breslow(censoring_term, rows):
    """Clause 30: the same coefficient and robust error; the censoring term is 0."""
    status = np.where(rows.status == 2, 0, rows.status)
    plain = cox(
        rows.time,
        status,
        rows.weight,
        covariates=rows.arm,
        cluster=rows.cluster,
        ties="breslow",
    )
    fit = replace(rows, status=status).fit(censoring_term)
    assert fit.estimate.reasons == plain.estimate.reasons
    assert_same(plain, fit)


@each_variance
@some
@given(rows=regressions())
def test_without_censoring_it_is_cox_with_competing_rows_kept(censoring_term, rows):
    """Clause 30: a competing event is a time past the last event."""
    status = np.where(rows.status == 0, 2, rows.status)
    late = np.where(status == 2, rows.time.max() + 1, rows.time)
    plain = cox(
        late,
        status == 1,
        rows.weight,
        covariates=rows.arm,
        cluster=rows.cluster,
        ties="breslow",
    )
    fit = replace(rows, status=status).fit(censoring_term)
    assert fit.estimate.reasons == plain.estimate.reasons
    assert_same(plain, fit)


@some
@given(drawn=samples())
def test_weights_after_a_competing_event_never_grow(drawn):
    """Clause 32: G(t−)/G(T−) is 1 at T, falls with t and stays above 0."""
    sample = sample_of(drawn.time, drawn.status)
    everybody = np.ones(len(drawn), dtype=bool)
    survival = CensoringDistribution.of(sample, everybody, np.ones(len(drawn))).survival
    assert survival[0] == 1
    assert (np.diff(survival) <= 0).all()
    assert (survival > 0).all()


@each_variance
@some
@given(rows=regressions(), factor=st.floats(1e-3, 1e3))
def test_scale_of_weights(censoring_term, rows, factor):
    """Clause 1: robust errors do not know the unit of the weights."""
    scaled = replace(rows, weight=factor * rows.weight)
    assert_same(rows.fit(censoring_term), scaled.fit(censoring_term))


@each_variance
@some
@given(rows=regressions(), data=st.data())
def test_weights_are_replications_where_they_enter_the_censoring(censoring_term, rows, data):
    """Clauses 3, 5 and 6: copies as clusters, rows with weight 0 left out."""
    n = len(rows.time)
    count = np.array(data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)))
    assume(count.any())
    one = replace(rows, weight=count, cluster=None).fit(censoring_term, censoring_weight=count)
    assume(one.estimate.is_estimable.all())
    index = np.repeat(np.arange(n), count)
    copies = replace(replace(rows, weight=None).take(index), cluster=index)
    assert_same(one, copies.fit(censoring_term))


@each_variance
@some
@given(rows=regressions(), data=st.data())
def test_order_of_the_rows(censoring_term, rows, data):
    """Clause 8: rows, and the names of clusters, in any order."""
    moved = rows.take(np.array(data.draw(st.permutations(range(len(rows.time))))))
    moved = replace(moved, cluster=1000 - 7 * moved.cluster)
    assert_same(rows.fit(censoring_term), moved.fit(censoring_term))


@each_variance
@some
@given(rows=regressions())
def test_swapped_arms(censoring_term, rows):
    """Clause 9: only the sign changes."""
    one = rows.fit(censoring_term).estimate
    other = replace(rows, arm=1 - rows.arm).fit(censoring_term).estimate
    np.testing.assert_allclose(other.value, -one.value, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(other.std_error(), one.std_error(), rtol=1e-7, atol=1e-8)


@each_variance
@some
@given(rows=regressions())
def test_increasing_map_of_time(censoring_term, rows):
    """Clauses 10 and 11: only the order of the times counts."""
    one = rows.fit(censoring_term)
    assert_same(one, replace(rows, time=rows.time / 30.4375).fit(censoring_term))
    assert_same(one, replace(rows, time=3 + rows.time**2).fit(censoring_term))


@each_variance
@some
@given(rows=regressions())
def test_censoring_just_after_its_time(censoring_term, rows):
    """Clause 16: censorings follow the events of their time, in the risk sets and in G."""
    later = np.where(rows.status == 0, rows.time + 0.25, rows.time)
    assert_same(rows.fit(censoring_term), replace(rows, time=later).fit(censoring_term))


@each_variance
@some
@given(rows=regressions())
def test_clusters_of_one_and_doubled_data(censoring_term, rows):
    """Clauses 17 and 18: no small-sample factor; twice the data, an error smaller by √2.

    The censoring distribution is that of the doubled data, and the same.
    """
    n = len(rows.time)
    one = replace(rows, cluster=None)
    assert_same(one.fit(censoring_term), replace(rows, cluster=np.arange(n)).fit(censoring_term))
    twice = one.take(np.tile(np.arange(n), 2))
    assert_same(one.fit(censoring_term), twice.fit(censoring_term), 0.5**0.5)


@each_variance
@some
@given(rows=regressions())
def test_influence_sums_to_zero(censoring_term, rows):
    """Clause 19: both parts of the influence."""
    estimate = rows.fit(censoring_term).estimate
    size = np.abs(estimate.influence).max()
    np.testing.assert_allclose(estimate.influence.sum(axis=0), 0, atol=1e-8 * size)


@some
@given(rows=regressions())
def test_code_of_the_competing_cause(rows):
    """All other causes compete alike."""
    other = replace(rows, status=np.where(rows.status == 2, 5, rows.status))
    np.testing.assert_array_equal(rows.fit().estimate.influence, other.fit().estimate.influence)


@some
@given(drawn=samples())
def test_anything_drawn_has_a_number_or_a_reason(drawn):
    """Weights from 1e-6 to 1e6, one event, an arm without events: never a crash, never both."""
    rows = Rows(drawn.time, drawn.status, drawn.weight, drawn.arm, drawn.cluster)
    estimate = rows.fit().estimate
    assert np.isfinite(estimate.value[0]) == (estimate.reasons[0] is None)
    assert np.isfinite(estimate.influence).all()
