"""The second engine beside a run: by hand, on the demo study, and when the numbers are spoilt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spine_outcomes import load_dictionary, load_plan, read_cohort, run
from spine_outcomes.analysis.fitted import fit
from spine_outcomes.analysis.prepared import prepare
from spine_outcomes.analysis.results import QUALITY_COLUMNS
from spine_outcomes.qualification.engines import incidence, log_hazard_ratio, survival
from spine_outcomes.qualification.second_engine import quality_control
from spine_outcomes.study.packaged import DEMO_COHORT, find_plan, packaged_file
from spine_outcomes.study.variants import changed

TIME = np.array([1.0, 2.0, 2.0, 3.0, 4.0, 5.0])
STATUS = np.array([1, 2, 1, 0, 1, 0])
ONE = np.ones(6)
FEW_IMPUTATIONS = {
    "missing.imputations": 2, "missing.iterations": 2, "sensitivity": {}, "subgroups": [],
}  # fmt: skip
TWO = ("local_failure", "overall_survival")


def test_curves_of_the_other_package_by_hand():
    """A curve read a step early or late, or before its first step.

    Of 6, an event at 1; at 2 an event and a competing one of 5; one censored at 3; at 4 an event of
    2.
    """
    at = [0.5, 1, 2, 3.9, 4, 9]
    expected = [0, 1 / 6, 1 / 6 + 5 / 6 / 5, 1 / 3, 1 / 3 + 1 / 2 / 2, 1 / 3 + 1 / 4]
    np.testing.assert_allclose(incidence(TIME, STATUS, ONE, at), expected, rtol=1e-13)
    free = survival(TIME, STATUS > 0, ONE, at)
    np.testing.assert_allclose(free, [1, 5 / 6, 1 / 2, 1 / 2, 1 / 4, 1 / 4], rtol=1e-13)


def test_a_row_with_weight_0_is_not_there_for_the_other_package():
    """A row of another arm counted, or a weight that makes the other package stop."""
    weight = np.array([1.0, 1, 1, 1, 0, 2])
    rows = weight > 0
    one = incidence(TIME, STATUS, weight, [4])
    np.testing.assert_array_equal(one, incidence(TIME[rows], STATUS[rows], weight[rows], [4]))
    arm = np.array([0, 1, 1, 0, 1, 0])
    with_it = log_hazard_ratio(TIME, STATUS > 0, arm, weight)
    assert with_it == log_hazard_ratio(TIME[rows], STATUS[rows] > 0, arm[rows], weight[rows])


def test_hazard_ratio_of_the_other_package_by_hand():
    """The ratio upside down.

    Events at 1 (arm 1, two of each at risk) and 2 (arm 0, two of arm 0 and one of arm 1): the score
    1 − 2r/(2 + 2r) − r/(2 + r) is 0 at r = √2.
    """
    found = log_hazard_ratio(
        np.array([1.0, 2.0, 3.0, 3.0]),
        np.array([1, 1, 0, 0]) > 0,
        np.array([1, 0, 0, 1]),
        np.ones(4),
    )
    assert found == pytest.approx(np.log(2) / 2, rel=1e-9)


@pytest.fixture(scope="module")
def demo():
    plan = changed(load_plan(find_plan("primary")), FEW_IMPUTATIONS)
    plan = plan.model_copy(
        update={"endpoints": {name: plan.endpoints[name] for name in TWO}, "toxicity": None}
    )
    dictionary = load_dictionary(packaged_file("data_dictionary.yaml"))
    return plan, read_cohort(packaged_file(DEMO_COHORT), dictionary)


@pytest.fixture(scope="module")
def fitted(demo):
    return fit(prepare(*demo))


@pytest.fixture(scope="module")
def checked(demo, fitted):
    return quality_control(fitted, demo[0])


def test_every_endpoint_agrees_with_the_other_packages(demo, checked):
    """A wrong number of the demo report: its ratios and curves are recomputed by others."""
    plan, _ = demo
    assert tuple(checked.columns) == QUALITY_COLUMNS
    assert set(checked["endpoint"]) == set(plan.endpoints)
    assert (checked["verdict"] == "agrees").all()
    curves = checked[checked["engine"].str.startswith("statsmodels")]
    assert curves["difference"].abs().max() < 1e-12
    names = checked["quantity"].str.split(", ").str[-1].unique()
    assert set(names) == {"unweighted", "ATE", "ATO"}
    assert len(curves) == len(plan.endpoints) * len(names) * 2 * len(plan.estimation.times)
    assert len(checked) - len(curves) == 2 * len(plan.endpoints)


def test_a_number_that_is_wrong_differs(demo, fitted):
    """A verdict that agrees with anything: here the hazard ratios are one per mille too large."""
    first = fitted.found[0]
    results = first.results.copy()
    is_ratio = results["measure"] == "hazard_ratio"
    results.loc[is_ratio, "estimate"] *= 1.001
    spoilt = replace(fitted, found=(replace(first, results=results), *fitted.found[1:]))
    found = quality_control(spoilt, demo[0])
    wrong = found[found["verdict"] == "differs"]
    assert len(wrong) == 2
    assert set(wrong["endpoint"]) == {next(iter(demo[0].endpoints))}
    assert wrong["quantity"].str.startswith("Hazard ratio").all()


def test_a_run_asks_the_second_engine_it_is_given(demo, checked):
    """A frame of another analysis than the primary one, or none."""
    plan, cohort = demo
    found = run(plan, cohort, second_engine=quality_control)
    assert found.quality_control.equals(checked)
