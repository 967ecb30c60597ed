"""What a plan may say: wrong values are refused with their key, contradictions too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from spine_outcomes.errors import PlanError
from spine_outcomes.study.load import load_plan
from spine_outcomes.study.plan import AnalysisPlan, Interaction, Term

Change = Callable[..., Path]
ESTIMATION = "estimation: {times: [6 months, 12 months], horizon: 12 months}"
CENSOR = "    censor: {date: last_scan}\n"
LABEL = "    label: Relapse\n"
SEX = "    - sex\n"
AGE = "    - age: {spline: 3}\n"


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("12 months]", "12]", "estimation.times[1]", "write a number and its unit"),
        ("horizon: 12 months", "horizon: 12", "estimation.horizon", "12 is not a length of time"),
        ("horizon: 12 months", "horizon: 0 months", "estimation.horizon", "longer than nothing"),
        ("[6 months, 12 months]", "[]", "estimation.times", "needs at least 1"),
        ("[6 months, 12 months]", "[6 months, 6 months]", "estimation.times", "2 times"),
        (ESTIMATION, ESTIMATION[:-1] + ", level: 95}", "estimation.level", "less than 1"),
        (ESTIMATION, ESTIMATION[:-1] + ", tiems: breslow}", "estimation", "did you mean 'ties'?"),
        (ESTIMATION, ESTIMATION[:-1] + ", ties: exact}", "estimation.ties", "'efron' or 'breslow'"),
        ("comparator: b", "comparator: a", "arms.comparator", "the two arms are one"),
        ("origin: start\n", "", "endpoints.relapse", "needs the key origin"),
        ("origin: start\n", "cutoff: 2024-12-31\n", "cutoff", "needs the key origin"),
        (CENSOR, "", "endpoints.relapse", "either event and censor"),
        (CENSOR, CENSOR + "    time: {column: x, unit: days}\n", "endpoints.relapse", "either"),
        (CENSOR, CENSOR + "    imaging_end: last_contact\n", "endpoints.relapse.imaging_end",
         "needs imaging.last_contact"),
        (CENSOR, CENSOR + "    competing: {relapse: [{date: last_scan}]}\n",
         "endpoints.relapse.competing", "competes with itself"),
        (CENSOR, CENSOR + "    competing: {death: []}\n", "endpoints.relapse", "needs a source"),
        ("flag: event, ", "", "endpoints.relapse.event[0]", "stand together"),
        (LABEL, LABEL.replace("label", "lable"), "endpoints.relapse", "did you mean 'label'?"),
        (SEX, SEX * 2, "propensity.terms", "'sex' stands 2 times"),
        (AGE, "    - age: {splin: 3}\n", "propensity.terms[0]", "did you mean 'spline'?"),
        (AGE, "    - age: {spline: 2}\n", "propensity.terms[0]", "greater than or equal to 3"),
        (AGE, "    - age: {spline: 3, log: true}\n", "propensity.terms[0]", "one form a term"),
        (AGE, "    - age: {cuts: [70, 50]}\n", "propensity.terms[0]", "cuts must ascend"),
        (AGE, "    - age: {levels: [[a], [a]]}\n", "propensity.terms[0]", "each code in one"),
        (AGE, "    - age: {levels: [[a]]}\n", "propensity.terms[0]", "two groups"),
        (AGE, "    - interaction: [age]\n", "propensity.terms[0]", ""),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_at_its_key(
    plan_with: Change, old: str, new: str, key: str, words: str
) -> None:
    """What a plan says wrongly must stop it, where it says so."""
    with pytest.raises(PlanError) as fault:
        load_plan(plan_with(old, new))
    found = [p for p in fault.value.problems if p.message.startswith(key)]
    assert found, fault.value
    assert any(words in problem.message for problem in found), found
    assert {problem.file for problem in found} == {"plan.yaml"}
    assert all(problem.line for problem in found)
    assert fault.value.exit_code == 4


@pytest.mark.parametrize(
    ("add", "key", "words"),
    [
        ("missing: {imputations: 1}", "missing.imputations", "greater than or equal to 2"),
        ("missing: {imputations: 0}", "missing.imputations", "greater than or equal to 2"),
        ("cutof: 2024-12-31", "cutof", "did you mean 'cutoff'?"),
        ("cutoff: 31.12.2024", "cutoff", "date"),
        ("cutoff: 2024-02-30", "cutoff", "date"),
        ("seed: -1", "seed", "greater than or equal to 0"),
        ("report: {min_cell: -1}", "report.min_cell", "greater than or equal to 0"),
        ("multiplicity: {order: [relaps]}", "multiplicity.order[0]", "did you mean 'relapse'?"),
        ("multiplicity: {primary: death}", "multiplicity.primary", "no endpoint 'death'"),
        ("multiplicity: {method: hierarchical}", "multiplicity.order", "need their order"),
        ("required: [{endpoint: relaps, measure: rmst}]", "required[0].endpoint", "'relapse'?"),
        ("required: [{endpoint: relapse, measure: risk_diference}]", "required[0].measure", ""),
        ("required: [{endpoint: relapse, measure: rmst, time: 9 months}]", "required[0].time",
         "not among the times"),
        ("required: [{endpoint: relapse, measure: rmst, estimand: ATT}]", "required[0].estimand",
         "not among the estimands"),
        ("subgroups: [{name: x, column: sex, levels: {one: f}}]", "subgroups[0].levels", ""),
        ("subgroups: [{name: x, column: age, levels: {a: f, b: m}, cuts: median}]", "subgroups[0]",
         "either levels (codes), or cuts"),
        ("subgroups: [{name: x, column: age}]", "subgroups[0]", "either levels (codes), or cuts"),
        ("subgroups: [{name: x, column: age, cuts: [65, 50]}]", "subgroups[0]", "must ascend"),
        ("subgroups: [{name: x, column: age, cuts: []}]", "subgroups[0]", "there must be one"),
        ("subgroups: [{name: x, column: age, cuts: half}]", "subgroups[0].cuts", "median"),
        ("subgroups: [{name: x, column: sex, levels: {a: [f, m], b: m}}]", "subgroups[0]",
         "a code stands in one level only, not m"),
        ("subgroups: [{name: x, column: sex, levels: {a: [], b: m}}]", "subgroups[0]",
         "every level needs a code"),
        ("subgroups: [{name: x, column: sex, levels: {a: f, b: m}, endpoints: [relaps]}]",
         "subgroups[0].endpoints[0]", "did you mean 'relapse'?"),
        ("subgroups: [{name: x, column: sex, levels: {a: f, b: m}, change: {origin: start}}]",
         "subgroups[0]", "and estimation, and missing.imputations, not origin"),
        ("subgroups: [{name: x, column: sex, levels: {a: f, b: m}, "
         "change: {propensity.trimm: crump}}]", "subgroups[0].change", "did you mean 'trim'?"),
        ("sensitivity: [{name: x, endpoints: [relaps], change: {propensity.trim: crump}}]",
         "sensitivity[0].endpoints[0]", "did you mean 'relapse'?"),
        ("population: {eligibility: [{id: E, label: E, rule: {column: age}}]}",
         "population.eligibility[0].rule", "exactly one of"),
        ("population: {eligibility: [{id: E, label: E, rule: {column: age, between: [9, 1]}}]}",
         "population.eligibility[0].rule", "must ascend"),
        ("population: {eligibility: [{id: E, label: E, rule: \"age > 18\"}]}",
         "population.eligibility[0].rule", ""),
        ("lock: {hash: abc, date: 2024-01-01}", "lock.hash", "pattern"),
        ("sensitivity: [{name: x, change: {propensity.trimm: crump}}]", "sensitivity[0].change",
         "did you mean 'trim'?"),
        ("sensitivity: [{name: x, change: {propensity.trim: {bounds: [0.9, 0.1]}}}]",
         "sensitivity[0].change", "must ascend"),
    ],
)  # fmt: skip
def test_a_wrong_added_key_is_named(plan_with: Change, add: str, key: str, words: str) -> None:
    """The same for the keys that the small plan leaves to their defaults."""
    with pytest.raises(PlanError) as fault:
        load_plan(plan_with(add=add + "\n"))
    found = [p for p in fault.value.problems if p.message.startswith(key)]
    assert found, fault.value
    assert words in found[0].message


@pytest.mark.parametrize(
    ("key", "value", "is_right"),
    [
        ("trim", "{bounds: [0.05, 0.95]}", True),
        ("trim", "crump", True),
        ("trim", "{bounds: [0, 1]}", True),
        ("trim", "{bounds: [0.95, 0.05]}", False),
        ("trim", "{bounds: [5, 95]}", False),
        ("trim", "crumb", False),
        ("trim", "{percentiles: [5, 95]}", True),
        ("trim", "{percentiles: [95, 5]}", False),
        ("trim", "{percentiles: [5, 101]}", False),
        ("trim", "{percentiles: [5, 95] , bounds: [0.1, 0.9]}", False),
        ("trim", "{}", False),
        ("truncate", "{percentiles: [1, 99]}", True),
        ("truncate", "{percentiles: [99, 1]}", False),
        ("truncate", "{percentiles: [1, 101]}", False),
        ("estimands: [ATE, ATE], stabilise", "true", False),
        ("estimands: [ATX], stabilise", "true", False),
        ("estimands: [], stabilise", "true", False),
    ],
)
def test_bounds(plan_with: Change, key: str, value: str, is_right: bool) -> None:
    """Percentiles as bounds of a score would leave out nobody, silently."""
    path = plan_with("propensity:\n", f"propensity:\n  {key}: {value}\n".replace("], ", "]\n  "))
    if is_right:
        load_plan(path)
    else:
        with pytest.raises(PlanError, match="propensity"):
            load_plan(path)


def test_every_fault_is_reported_at_once(plan_with: Change) -> None:
    """One fault a run makes a correction take as many runs as there are faults."""
    path = plan_with(ESTIMATION, "estimation: {times: [6], horizon: 12}", add="sede: 1\ncutof: 1\n")
    with pytest.raises(PlanError) as fault:
        load_plan(path)
    assert len(fault.value.problems) == 4
    assert [p.line for p in fault.value.problems] == sorted(
        p.line or 0 for p in fault.value.problems
    )


def test_terms_have_four_forms_and_interactions(plan_with: Change) -> None:
    """A term read in another form is another model."""
    terms = (
        "    - age: {spline: 4}\n    - volume: {log: true}\n    - pain: {cuts: [4, 7]}\n"
        '    - stage: {levels: [[0], ["1a", 2]]}\n    - note\n    - interaction: [age, stage]\n'
    )
    plan = load_plan(plan_with(AGE, terms))
    assert plan.propensity.terms[:6] == (
        Term(column="age", spline=4),
        Term(column="volume", log=True),
        Term(column="pain", cuts=(4.0, 7.0)),
        Term(column="stage", levels=(("0",), ("1a", "2"))),
        Term(column="note"),
        Interaction(interaction=("age", "stage")),
    )


def test_every_default_is_visible_and_the_dump_is_the_plan(study: Path) -> None:
    """A report prints the dump: it must hold every key, and mean the same plan."""
    plan = load_plan(study / "analyses" / "plan.yaml")
    keys = plan.model_dump(mode="json", by_alias=True)
    assert keys["missing"] == {
        "method": "complete_case",
        "imputations": 20,
        "iterations": 10,
        "auxiliary": [],
    }
    assert keys["estimation"]["times"] == ["6 months", "12 months"]
    again = AnalysisPlan.model_validate(keys)
    assert again.model_dump(mode="json", by_alias=True) == keys


def test_columns_of_times_and_states(plan_with: Change) -> None:
    """A code in two meanings would be an event and a censoring."""
    columns = (
        "  alive:\n    label: Alive\n    level: lesion\n    time: {column: t, unit: months}\n"
        "    status: {column: s, censored: [0, 3], event: 1, competing: {death: 2}}\n"
    )
    plan = load_plan(plan_with("propensity:\n", columns + "propensity:\n"))
    status = plan.endpoints["alive"].status
    assert status is not None
    assert status.codes == ("0", "3", "1", "2")
    assert not plan.endpoints["alive"].is_dated
    with pytest.raises(PlanError, match="two meanings for 1"):
        load_plan(plan_with("propensity:\n", columns.replace("[0, 3]", "[0, 1]") + "propensity:\n"))


def test_another_schema_version_stops_with_a_note(plan_with: Change) -> None:
    """A plan of another version must not be half understood."""
    with pytest.raises(PlanError, match=r"schema_version: version 2 .*CHANGELOG"):
        load_plan(plan_with("schema_version: 1", "schema_version: 2\nnew_key: 1"))


def test_a_plan_cannot_be_changed(study: Path) -> None:
    """What was validated is what runs."""
    plan = load_plan(study / "analyses" / "plan.yaml")
    with pytest.raises(ValueError, match="frozen"):
        plan.seed = 1  # type: ignore[misc]


def test_a_random_seed_is_drawn_once_and_kept(plan_with: Change) -> None:
    """C16: drawn again by each part, no number could be repeated."""
    plan = load_plan(plan_with("propensity:\n", "seed: random\npropensity:\n"))
    again = AnalysisPlan.model_validate(plan.model_dump(mode="json", by_alias=True))
    assert again.seed == plan.seed
    other = load_plan(plan_with("propensity:\n", "seed: random\npropensity:\n"))
    assert other.seed != plan.seed
