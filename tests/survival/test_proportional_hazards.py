"""Tests of proportional hazards: R's ``cox.zph``, and the robust test by differences."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from spine_outcomes.inference import Nuisance
from spine_outcomes.survival.cox import cox
from spine_outcomes.survival.proportional_hazards import proportional_hazards
from spine_outcomes.survival.schoenfeld import effect_over_time
from tests.differences import derivatives

R = json.loads((Path(__file__).parents[1] / "reference/answers/stratified.json").read_text())
DATA = {name: np.array([row[name] for row in R["data"]]) for name in R["data"][0]}
VETERAN = R["veteran"]
each_ties = pytest.mark.parametrize("ties", ["efron", "breslow"])
each_scale = pytest.mark.parametrize("scale", ["km", "rank", "identity", "log"])


def small(case="one_stratum", **keys):
    """Test of the sixty tied rows as R made it."""
    keys.setdefault("covariates", np.column_stack([DATA["arm"], DATA["x"]]))
    return proportional_hazards(
        DATA["time"],
        DATA["status"],
        None if case == "stratified" else DATA["w"],
        entry=DATA["entry"] if case == "late_entry" else None,
        strata=None if case == "one_stratum" else DATA["stratum"],
        **keys,
    )


def statistics(test):
    return [one.statistic for one in (*test.model_based, test.model_based_global)]


def test_public_cohorts(public):
    """A model-based statistic of the arm that is not ``cox.zph``'s, weighted or not."""
    test = proportional_hazards(*public.arrays, covariates=public.arm, cluster=public.cluster)
    expected = public.answers["zph_km"]
    assert test.model_based[0].statistic == pytest.approx(expected["chisq"], rel=1e-6)
    assert test.model_based[0].p_value == pytest.approx(expected["p"], rel=1e-6)


@each_scale
@pytest.mark.parametrize("case", ["unweighted", "weighted"])
def test_veterans(case, scale):
    """Published data on which weights were ignored by other programs: .288, 2.168, 12.138, 18.073;
    with weights 1.65, 4.53, 13.94, 26.96 (transform km).
    """
    data = {name: np.array([row[name] for row in VETERAN["data"]]) for name in VETERAN["data"][0]}
    test = proportional_hazards(
        data["time"],
        data["status"],
        1 + data["squamous"] if case == "weighted" else None,
        covariates=np.column_stack([data["trt"], data["prior"], data["karno"]]),
        scale=scale,
    )
    np.testing.assert_allclose(statistics(test), VETERAN[scale][case], rtol=1e-9)


@each_ties
@each_scale
@pytest.mark.parametrize("case", ["stratified", "weighted", "late_entry", "one_stratum"])
def test_ties_strata_late_entry_and_weights(case, scale, ties):
    """The score or the information of the interaction in any of the harder designs."""
    expected = R[ties][case]["zph"][scale]
    test = small(case, ties=ties, scale=scale)
    np.testing.assert_allclose(statistics(test), expected["chisq"], rtol=1e-9)
    p_values = [one.p_value for one in (*test.model_based, test.model_based_global)]
    np.testing.assert_allclose(p_values, expected["p"], rtol=1e-9)


@each_ties
def test_scaled_schoenfeld_residuals(ties):
    """Residuals, their times and their place along g, in any order of the tied events."""
    expected = R[ties]["one_stratum"]["zph"]["km"]
    found = small(ties=ties).residuals
    theirs = np.column_stack([expected["time"], expected["x"], expected["y"]])
    ours = np.column_stack([found.time, found.along, found.value])
    order = np.lexsort((ours[:, 3], ours[:, 0])), np.lexsort((theirs[:, 3], theirs[:, 0]))
    np.testing.assert_allclose(ours[order[0]], theirs[order[1]], rtol=1e-9, atol=1e-12)


def test_smooth_through_the_residuals():
    """The spline of R's ``ns`` through the residuals, and its pointwise error."""
    smooth = effect_over_time(small().residuals, n_points=7)
    for name in ("along", "value", "std_error"):
        np.testing.assert_allclose(getattr(smooth, name), R["smooth"][name], rtol=1e-9)


def interaction_score(weight):
    """Score of arm × rank of time in Breslow's likelihood at the estimate, by its definition."""
    covariate = DATA["arm"]
    beta = cox(DATA["time"], DATA["status"], weight, covariates=covariate, ties="breslow")
    hazard = weight * np.exp(covariate * beta.estimate.value[0])
    rank = np.array(
        [(DATA["time"] < t).sum() + (DATA["time"] == t).sum() / 2 for t in DATA["time"]]
    )
    events = DATA["status"] == 1
    total = 0.0
    for i in np.flatnonzero(events):
        at_risk = DATA["time"] >= DATA["time"][i]
        mean = np.average(covariate[at_risk], weights=hazard[at_risk])
        total += weight[i] * rank[i] * (covariate[i] - mean)
    return total


def test_robust_test_is_the_score_over_its_influence():
    """A robust statistic with another variance: clusters, β estimated, by differences."""
    slopes = derivatives(interaction_score, DATA["w"])
    by_patient = np.bincount(DATA["patient"], slopes)
    expected = interaction_score(DATA["w"]) ** 2 / (by_patient**2).sum()
    test = small(covariates=DATA["arm"], cluster=DATA["patient"], ties="breslow", scale="rank")
    assert test.robust[0].statistic == pytest.approx(expected, rel=1e-6)
    assert test.robust_global.statistic == pytest.approx(expected, rel=1e-6)


def test_corrected_test_refits_the_weights():
    """A robust statistic that takes estimated weights as known: w = exp(γ x), γ the mean of x."""
    x = DATA["x"]

    def refitted(multiplicity):
        gamma = np.average(x, weights=multiplicity)
        return interaction_score(np.exp(gamma * x) * multiplicity)

    ones, gamma = np.ones(len(x)), x.mean()
    nuisance = Nuisance((x - gamma)[:, None] / len(x), x[:, None])
    expected = refitted(ones) ** 2 / (derivatives(refitted, ones) ** 2).sum()
    test = proportional_hazards(
        DATA["time"], DATA["status"], np.exp(gamma * x), covariates=DATA["arm"], ties="breslow",
        scale="rank", nuisance=nuisance,
    )  # fmt: skip
    assert test.robust[0].statistic == pytest.approx(expected, rel=1e-6)


def test_the_unit_of_time_does_not_matter():
    """Times in another unit whose squares and fourth powers no number holds."""
    one, other = (
        proportional_hazards(
            unit * DATA["time"], DATA["status"], covariates=DATA["x"], scale="identity"
        )
        for unit in (1.0, 1e100)
    )
    np.testing.assert_allclose(statistics(other), statistics(one), rtol=1e-9)
    curves = [effect_over_time(test.residuals) for test in (one, other)]
    np.testing.assert_allclose(curves[1].value, curves[0].value, rtol=1e-9)
    np.testing.assert_allclose(curves[1].std_error, curves[0].std_error, rtol=1e-9)


def test_reasons():
    """A number where there is no test: no event, one event time, one cluster, no variation."""
    ones = np.ones(4)
    times, x = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.0, 1.0, 1.0, 0.0])
    nothing = proportional_hazards(times, [0, 0, 0, 0], covariates=x)
    assert nothing.robust[0].reason == "no event of cause 1"
    assert nothing.residuals is None
    once = proportional_hazards([1, 1, 3, 4], [1, 1, 0, 0], covariates=x)
    assert once.model_based_global.reason == "the events are at one time"
    at_zero = proportional_hazards([0, 2, 3, 4], [1, 1, 1, 0], covariates=x, scale="log")
    assert "time 0" in at_zero.robust[0].reason
    alone = proportional_hazards(times, [1, 1, 1, 0], covariates=x, cluster=ones)
    assert alone.robust[0].reason == "all rows are of one cluster"
    flat = proportional_hazards(times, [1, 1, 1, 0], covariates=np.column_stack([x, ones]))
    assert "does not vary" in flat.robust[1].reason
    assert flat.robust[0].reason is None
    infinite = proportional_hazards(times, [1, 1, 0, 0], covariates=[1, 1, 0, 0])
    assert "no event where" in infinite.robust[0].reason
    assert infinite.robust_global.reason == "no coefficient is estimable"


def test_weighted_residuals_average_to_the_coefficient_on_any_scale_of_the_weights():
    """A smooth that is flattened by large weights and blown up by small ones.

    Σ w (x − x̄) = 0 at β: the residuals' mean is β, and a factor of all weights changes nothing.
    """
    rng = np.random.default_rng(31)
    time, status = rng.permutation(60) + 1.0, (rng.random(60) < 0.7).astype(int)
    arm, weight = rng.integers(0, 2, 60), rng.uniform(0.2, 3.0, 60)
    found = [
        proportional_hazards(time, status, factor * weight, covariates=arm).residuals
        for factor in (1.0, 0.1)
    ]
    beta = cox(time, status, weight, covariates=arm).estimate.value
    np.testing.assert_allclose(found[0].weighted.mean(axis=0), beta, rtol=1e-9)
    np.testing.assert_allclose(found[1].weighted, found[0].weighted, rtol=1e-9)


def test_events_at_one_late_time_have_no_test():
    """Round-off in the mean of 1e7 days taken for a spread of the event times."""
    late = 1e7 / 3
    time = [late, late, late, 2 * late, 2 * late, 2 * late]
    found = proportional_hazards(
        time, [1, 1, 1, 0, 0, 0], [0.1, 0.7, 0.3, 1, 1, 1], covariates=[0, 1, 1, 0, 1, 0],
        scale="identity",
    )  # fmt: skip
    assert found.model_based[0].reason == "the events are at one time"
