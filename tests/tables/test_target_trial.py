"""The target trial beside its emulation, from plan and dictionary alone."""

from __future__ import annotations

import pytest

from spine_outcomes import load_dictionary, load_plan
from spine_outcomes.report.exhibits import tables
from spine_outcomes.study.packaged import find_plan, packaged_file
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.tables.table import Table
from spine_outcomes.tables.target_trial import target_trial
from tests.report.synthetic import synthetic_plan, synthetic_results
from tests.tables.reading import line, texts

COMPONENTS = [
    "Eligibility",
    "Treatment strategies",
    "Assignment",
    "Time zero",
    "Follow-up",
    "Outcomes",
    "Estimand",
    "Assumptions",
    "Analysis",
]


def table(**changes: object) -> Table:
    """The table of the invented study with other keys."""
    return target_trial(synthetic_plan(**changes), synthetic_results().dictionary)


@pytest.mark.parametrize("name", ["primary", "sensitivity", "endpoints"])
def test_every_packaged_plan_has_every_component(name: str) -> None:
    """A protocol without its time zero, or a cell left empty where a plan says nothing."""
    dictionary = load_dictionary(packaged_file("data_dictionary.yaml"))
    plan = load_plan(find_plan(name))
    found = target_trial(plan, dictionary)
    assert [row.stub for row in found.rows] == COMPONENTS
    assert all(all(texts(row)) for row in found.rows)
    assert "Date of the first fraction" in texts(line(found, "Time zero"))[1]
    assert "nothing after 2024-12-31 counts" in texts(line(found, "Follow-up"))[1]
    assert f"imputed {plan.missing.imputations} times" in texts(line(found, "Analysis"))[1]


def test_eligibility_names_the_steps_that_a_file_may_lack() -> None:
    """A criterion that was never applied would read as met."""
    rule = {"column": "age", "at_least": 18}
    steps = [
        {"id": "E1", "label": "Adults", "rule": rule},
        {"id": "E2", "label": "Able to lie", "rule": rule, "optional": True},
    ]
    population = {"name": "adults", "eligibility": steps}
    trial, here = texts(line(table(population=population), "Eligibility"))
    assert trial == "Adults; Able to lie"
    assert here.startswith("Adults: the same")
    assert here.endswith("Only where the file has the column: Able to lie")


def test_assignment_rests_on_the_covariates_that_were_weighted_for() -> None:
    """An exchangeability claim on covariates that nothing adjusts for."""
    assert texts(line(table(), "Assignment"))[1] == (
        "By decision, taken to be as good as random given age at start, sex, grade and volume"
    )
    naive = table(propensity={"terms": ["sex"], "estimands": ["unweighted"]})
    assert texts(line(naive, "Assignment"))[1] == "By decision, taken as if at random"
    assert texts(line(naive, "Analysis"))[1].startswith("The same without weights")


def test_the_unit_of_assignment_is_the_plan_s() -> None:
    """Lesions of one patient in both arms, or not: two different trials."""
    assert (
        "one for each lesion, so that a patient may have both"
        in line(table(), "Treatment strategies").cells[0].text
    )
    arms = {"column": "field", "reference": "narrow", "comparator": "wide", "level": "patient"}
    found = line(table(arms=arms), "Treatment strategies").cells[0].text
    assert found == "Narrow field (reference) or Wide field with margin, one for each patient"


def test_endpoints_with_one_end_of_follow_up_stand_together() -> None:
    """Death followed to last contact and images to the last image, said as one."""
    plan = synthetic_plan().model_dump(mode="json", by_alias=True)
    plan["endpoints"]["overall_survival"]["censor"] = {"date": "contact_date"}
    found = target_trial(AnalysisPlan.model_validate(plan), synthetic_results().dictionary)
    assert texts(line(found, "Follow-up"))[1] == (
        "Last date (Relapse, Relapse at the edge, Rare harm); Contact date (Overall survival); "
        "nothing after 2024-12-31 counts"
    )
    assert "Relapse (per lesion; competing: death)" in texts(line(found, "Outcomes"))[0]


def test_it_is_a_table_of_the_report_and_needs_no_data() -> None:
    """A table that is shown but not exported, or one that results could change."""
    results = synthetic_results()
    (shown,) = [own for own in tables(results) if own.id == "target-trial"]
    assert shown == target_trial(results.plan, results.dictionary)


def test_what_has_to_be_assumed_is_said() -> None:
    """Assumptions that a reader has to guess, or positivity claimed where nothing is weighted."""
    trial, here = texts(line(table(), "Assumptions"))
    assert "no interference" in trial
    for word in ("exchangeability", "positivity", "consistency"):
        assert word in here
    plain = texts(line(table(propensity={"terms": [], "estimands": ["unweighted"]}), "Assumptions"))
    assert "positivity" not in plain[1]
    assert "missing at random" not in here
    imputed = texts(line(table(missing={"method": "multiple_imputation"}), "Assumptions"))[1]
    assert "missing at random" in imputed
    given = {"censoring_weights": {"terms": ["sex"]}}
    estimation = synthetic_plan().estimation.model_dump(mode="json") | given
    assert "observed on, given sex" in texts(line(table(estimation=estimation), "Assumptions"))[0]


def test_the_primary_endpoint_and_how_tests_are_adjusted_are_said() -> None:
    """Which of several endpoints the error is spent on, found nowhere in the protocol."""
    tests = {"primary": "relapse", "method": "hierarchical", "order": ["relapse", "rare_harm"]}
    found = table(multiplicity=tests)
    assert texts(line(found, "Outcomes"))[0].startswith("Relapse (primary; per lesion")
    assert "p values of Relapse and" in texts(line(found, "Analysis"))[1]
    assert "each tested only if all before it reject" in texts(line(found, "Analysis"))[1]
    nothing = {"primary": None, "method": "none", "order": []}
    assert "p values" not in texts(line(table(multiplicity=nothing), "Analysis"))[1]
