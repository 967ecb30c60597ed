"""What a Cox model cannot estimate has a reason in place of a number, and leaves the rest alone."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from spine_outcomes.survival.cox import cox

INFINITE = ("no event where", "separates", "every event has", "no maximum", "beside an")


def is_monotone(time, status, x, entry):
    """Whether the likelihood rises for ever in some direction, by linear programming.

    It does where z·x is largest for the event in every risk set, and not the same for all.
    """
    gaps = [
        x[i] - x[j]
        for i in np.flatnonzero(status == 1)
        for j in np.flatnonzero((time >= time[i]) & (entry < time[i]))
    ]
    gaps = np.array([gap for gap in gaps if gap.any()])
    if not len(gaps):
        return False
    best = linprog(-gaps.sum(axis=0), A_ub=-gaps, b_ub=np.zeros(len(gaps)), bounds=(-1, 1))
    return -best.fun > 1e-9


def only_reason(fit):
    assert np.isnan(fit.estimate.value).all()
    assert not fit.estimate.influence.any()
    (reason,) = set(fit.estimate.reasons)
    return reason


def test_no_event_in_an_arm():
    """C18: others print 21.94 ± 24795 or 17.78 ± 3095."""
    arm = [1, 1, 1, 0, 0, 0]
    fit = cox([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], covariates=arm, names=["arm"])
    assert only_reason(fit) == "no event where arm is 0"
    assert np.isnan(fit.information).all()
    np.testing.assert_allclose(fit.log_likelihood, -log(6), rtol=1e-12)
    test = fit.likelihood_ratio
    np.testing.assert_allclose(test.statistic, 2 * log(20), rtol=1e-12)
    np.testing.assert_allclose(test.p_value, 0.014375, atol=5e-7)
    assert test.df == 1


def test_every_event_has_the_largest_covariate():
    """Events at every dose, none infinite in its arm, and yet no finite hazard ratio."""
    fit = cox([1, 2, 3], [1, 1, 1], covariates=[3.0, 2.0, 1.0], names=["dose"])
    assert "every event has the largest dose" in only_reason(fit)


def test_exact_likelihood_of_tied_events_is_monotone():
    """A finite ratio where the exact likelihood has none (Therneau and Grambsch, data set 1).

    At 1 one of three with x = 1 and three with 0 fails, at 6 two of one with 1 and three with 0,
    one of each; at 9 one row is left. The exact likelihood is that of which set of so many fails:
    a Cox model with a stratum an event time, a row a set, its covariate the sum over the set. As β
    grows it rises to (1/3)(1/3): −2 log 3, the published limit.
    """
    sets = [[1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0], [0]]
    strata = np.repeat([0, 1, 2], [len(own) for own in sets])
    fails = np.concatenate([np.arange(len(own)) == 0 for own in sets])
    fit = cox(2 - fails, fails, covariates=np.concatenate(sets), strata=strata, names=["x"])
    assert only_reason(fit).startswith("every event has the largest x")
    np.testing.assert_allclose(fit.log_likelihood, -2 * log(3), rtol=1e-9)


def test_no_event_in_an_arm_with_late_entry():
    """The same fact is found when rows enter late."""
    fit = cox(
        [2, 3, 4, 5, 6, 7],
        [1, 1, 1, 0, 0, 0],
        covariates=[1, 1, 1, 0, 0, 0],
        entry=[0, 1, 1, 0, 2, 3],
        names=["arm"],
    )
    assert only_reason(fit) == "no event where arm is 0"


def test_no_events():
    """C21: one plain sentence, not a matrix inversion problem."""
    fit = cox([1, 2, 3], [0, 2, 0], covariates=[0, 1, 1])
    assert only_reason(fit) == "no event of cause 1"
    assert np.isnan(fit.log_likelihood)
    assert fit.likelihood_ratio.reason == "no event of cause 1"


def test_all_events_without_weight():
    """C23: events are there, but nothing that counts."""
    fit = cox([1, 2, 3], [1, 1, 0], [0, 0, 1], covariates=[0, 1, 1])
    assert only_reason(fit) == "no weighted events: every event of cause 1 has weight 0"


def test_row_without_weight_is_as_if_absent():
    """C23: weight 0 and a dropped row give the same numbers, also where the row would tie."""
    time, status = np.array([1, 1, 2, 3, 3, 5, 6]), np.array([1, 1, 1, 0, 1, 1, 0])
    x, weight = np.array([0, 1, 1, 0, 1, 0, 1.0]), np.array([1, 0, 2, 1, 1, 1, 0.5])
    fit = cox(time, status, weight, covariates=x)
    kept = weight > 0
    dropped = cox(time[kept], status[kept], weight[kept], covariates=x[kept])
    np.testing.assert_array_equal(fit.estimate.value, dropped.estimate.value)
    np.testing.assert_array_equal(fit.estimate.influence[kept], dropped.estimate.influence)
    assert fit.estimate.influence[1] == 0


ROWS = np.random.default_rng(11)
TIME, STATUS = np.ceil(ROWS.exponential(5, 40)), ROWS.choice([0, 1], 40)
ARM, AGE = ROWS.integers(0, 2, 40), ROWS.normal(60, 9, 40)


@pytest.mark.parametrize("constant", [1.0, 0.1, 1e9])
def test_constant_covariate_is_dropped_by_name(constant):
    """C33: the constant has its reason, the others the numbers they have without it."""
    covariates = np.column_stack([ARM, np.full(40, constant), AGE])
    fit = cox(TIME, STATUS, covariates=covariates, names=["arm", "site", "age"])
    rest = cox(TIME, STATUS, covariates=covariates[:, [0, 2]])
    assert fit.estimate.reasons == (None, "site does not vary among the rows at risk", None)
    np.testing.assert_array_equal(fit.estimate.value[[0, 2]], rest.estimate.value)
    np.testing.assert_array_equal(fit.estimate.influence[:, [0, 2]], rest.estimate.influence)
    assert fit.likelihood_ratio == rest.likelihood_ratio


def test_covariate_that_varies_before_the_first_event_only():
    """Rows that nobody compares with an event carry no information."""
    is_early = np.arange(40) == 0
    time = np.where(is_early, 0.5, TIME)
    fit = cox(time, STATUS * ~is_early, covariates=is_early * 1e6)
    assert only_reason(fit) == "x1 does not vary among the rows at risk"
    assert fit.likelihood_ratio.reason == "no covariate varies among the rows at risk"


def test_collinear_covariates_are_named_and_the_rest_is_estimated():
    """One of a collinear set would otherwise get a coefficient that depends on the order."""
    covariates = np.column_stack([ARM, AGE, 120 - AGE * 2, ROWS.normal(size=40)])
    fit = cox(TIME, STATUS, covariates=covariates, names=["arm", "age", "young", "x"])
    reason = "age, young are collinear: their effects cannot be told apart"
    assert fit.estimate.reasons == (None, reason, reason, None)
    rest = cox(TIME, STATUS, covariates=covariates[:, [0, 1, 3]])
    np.testing.assert_allclose(fit.estimate.value[[0, 3]], rest.estimate.value[[0, 2]], rtol=1e-9)
    np.testing.assert_allclose(
        fit.model_covariance[[0, 3], [0, 3]], rest.model_covariance[[0, 2], [0, 2]], rtol=1e-9
    )
    np.testing.assert_allclose(
        fit.estimate.influence[:, [0, 3]], rest.estimate.influence[:, [0, 2]], atol=1e-9
    )


def test_finite_coefficient_beside_an_infinite_one():
    """A rare level without events must not spoil the arm's hazard ratio.

    Its rows leave every risk set in the limit: the arm's estimate is that without them.
    """
    is_rare = np.zeros(40, dtype=bool)
    is_rare[np.flatnonzero(STATUS == 0)[:4]] = True
    fit = cox(TIME, STATUS, covariates=np.column_stack([ARM, is_rare]), names=["arm", "rare"])
    without = cox(TIME[~is_rare], STATUS[~is_rare], covariates=ARM[~is_rare])
    assert fit.estimate.reasons == (None, "no event where rare is 1")
    np.testing.assert_allclose(fit.estimate.value[0], without.estimate.value[0], rtol=1e-9)
    np.testing.assert_allclose(fit.log_likelihood, without.log_likelihood, rtol=1e-9)
    np.testing.assert_allclose(
        fit.estimate.influence[~is_rare, 0], without.estimate.influence[:, 0], atol=1e-9
    )


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_infinite_exactly_where_a_direction_separates(data):
    """A finite number where there is no maximum, or a refusal where there is one."""
    n = data.draw(st.integers(3, 12))
    p = data.draw(st.integers(1, 3))

    def integers(low, high):
        return np.array(data.draw(st.lists(st.integers(low, high), min_size=n, max_size=n)))

    time, status = integers(1, 5), integers(0, 1)
    x = np.column_stack([integers(0, 2) for _ in range(p)]).astype(float)
    if not status.any():
        return
    fit = cox(time, status, covariates=x)
    reasons = [str(reason) for reason in fit.estimate.reasons]
    if is_monotone(time, status, x, np.full(n, -1.0)):
        assert not fit.estimate.is_estimable.all()
        assert not any("no maximum" in reason for reason in reasons)
    else:
        assert not any(word in reason for reason in reasons for word in INFINITE)
    assert (np.abs(fit.estimate.value[fit.estimate.is_estimable]) < 12).all()


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_infinite_exactly_where_a_direction_separates_in_strata_and_with_late_entry(data):
    """As above where a risk set is not a part of the one before it."""
    n = data.draw(st.integers(3, 12))

    def integers(low, high):
        return np.array(data.draw(st.lists(st.integers(low, high), min_size=n, max_size=n)))

    time, status, stratum = integers(1, 5), integers(0, 1), integers(0, 2)
    is_late = data.draw(st.booleans())
    entry = time - integers(1, 5) if is_late else np.full(n, -1)
    x = np.column_stack([integers(0, 2), integers(0, 2)]).astype(float)
    if not status.any():
        return
    fit = cox(time, status, covariates=x, strata=stratum, entry=entry if is_late else None)
    shifted = 10 * stratum
    reasons = [str(reason) for reason in fit.estimate.reasons]
    if is_monotone(time + shifted, status, x, np.maximum(entry, -1) + shifted):
        assert not fit.estimate.is_estimable.all()
        assert is_late or not any("no maximum" in reason for reason in reasons)
    else:
        assert not any(word in reason for reason in reasons for word in INFINITE)


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"weight": np.where(np.arange(40) == 3, 2.5, 1.0)}, "weights"),
        ({"cluster": np.arange(40) // 2}, "clustered"),
        ({"weight": np.where(np.arange(40) == 3, 0.0, 1.0)}, None),
        ({"cluster": np.arange(40)}, None),
    ],
)
def test_likelihood_ratio_of_weights_or_clusters_is_none(keys, reason):
    """A χ² where one weight of many is not 1, or where rows belong together."""
    rng = np.random.default_rng(6)
    test = cox(rng.exponential(size=40), np.ones(40), covariates=rng.normal(size=40), **keys)
    found = test.likelihood_ratio.reason
    assert found is None if reason is None else reason in str(found)


def test_information_that_vanishes_on_the_way_is_no_crash():
    """Of its risk set the first event has the smallest x2: its coefficient runs to −∞.

    On the way there the information becomes singular to the last digit.
    """
    x = np.array([[1.0, 1.0], [0.0, 0.0], [0.0, 3.0], [1.0, 3.0]])
    weight = [100.0, 1.0, 0.01, 100.0]
    fit = cox([0, 1, 1, 2], [0, 1, 0, 1], weight, covariates=x, ties="breslow")
    assert np.isnan(fit.estimate.value).all()
    assert all("no finite hazard ratio" in str(reason) for reason in fit.estimate.reasons)


def test_an_outlier_decides_nothing_about_the_others():
    """x2 and x3 collinear in one row of 1e7 more: x1 is as without x3, whatever the unit.

    Among the others x2 and x3 differ by less than the last digits of the outlier's.
    """
    time, status = [99, 5, 1, 4, 2, 11, 3], [1, 0, 1, 0, 1, 1, 1]
    x = np.array([[0, 1e7], [2, 0], [1, 2], [1, 1], [1, 1], [0, 2], [2, 2]])
    x3 = np.array([1e7, 2, 0, 0, 1, 0, 2])
    weight = [2.0, 1, 1, 1, 0.5, 1, 3]
    fit = cox(time, status, weight, covariates=np.column_stack([x, x3]))
    alone = cox(time, status, weight, covariates=x)
    assert fit.estimate.reasons[0] is None
    assert all("x2, x3 are collinear" in reason for reason in fit.estimate.reasons[1:])
    np.testing.assert_allclose(fit.estimate.value[0], alone.estimate.value[0], rtol=1e-5)


@pytest.mark.parametrize("place", [0, 3])
def test_a_row_without_weight_gives_no_reason(place):
    """A third level, or a larger value, of a row of weight 0 in what is said of the others."""
    time, status, arm = [1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0]
    time, status, arm = (
        np.insert(values, place, own)
        for values, own in ((time, 9), (status, 0), (np.array(arm, dtype=float), 7.0))
    )
    fit = cox(time, status, np.insert(np.ones(6), place, 0), covariates=arm, names=["arm"])
    assert only_reason(fit) == "no event where arm is 0"


def test_a_set_of_collinear_covariates_has_no_coefficient():
    """A number beside its reason, for the column that was kept of the set."""
    covariates = np.column_stack([ARM, AGE, ARM + AGE])
    assert "x1, x2, x3 are collinear" in only_reason(cox(TIME, STATUS, covariates=covariates))
