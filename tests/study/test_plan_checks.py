"""A plan against its dictionary: wrong columns, codes, types and permissions, all by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from spine_outcomes.errors import PlanError
from spine_outcomes.study.load import check_plan, load_dictionary, load_plan

Change = Callable[..., Path]
TERM = "    - sex\n"
OVERRIDE = "propensity.override: {column: dose, reason: decided with the arm}"


def problems(plan: Path) -> str:
    """Every problem of a plan against the study's dictionary."""
    dictionary = load_dictionary(plan.parent.parent / "data_dictionary.yaml")
    with pytest.raises(PlanError) as fault:
        check_plan(load_plan(plan), dictionary)
    assert fault.value.exit_code == 4
    return str(fault.value)


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("sxe", "no column 'sxe'; did you mean 'sex'?"),
        ("\"__import__('os').system('touch made')\"", "no column"),
        ("C(sex)", "no column 'C(sex)'; did you mean 'sex'?"),
        ("arm", "'arm' is the arm, not a covariate"),
        ("id", "'id' is the cluster, not a covariate"),
        ("row_id", "'row_id' identifies rows; a covariate must be baseline"),
        ("event", "'event' is known only after treatment; a covariate must be baseline"),
        ("event_date", "is known only after treatment"),
        ("margin", "'margin' was decided with or after the arm; a covariate must be baseline"),
        ("start", "the dictionary forbids 'start' as a covariate"),
        ("dose", "'dose' enters only a named sensitivity analysis"),
        ("note", "'note' is a string, which no model can use"),
        ("stage: {spline: 3}", "a spline needs a number, and 'stage' is a category"),
        ("stage: {cuts: [1]}", "cuts need numbers, and 'stage' is a category"),
        ("pain: {log: true}", "a logarithm needs a hard range above 0, which 'pain' has not"),
        ("stage: {levels: [[0], [1b, 2]]}", "'1b': no code of 'stage'"),
        ("stage: {levels: [[0], [2]]}", "levels leave out '1a' of 'stage'"),
        ("pain: {levels: [[0], [1]]}", "levels need codes, and 'pain' is a integer"),
        ("interaction: [age, sexx]", "no earlier term 'sexx'"),
        ("interaction: [age, pain]", "no earlier term 'pain'"),
    ],
)
def test_a_term_that_cannot_explain_the_arm(plan_with: Change, term: str, words: str) -> None:
    """An outcome or a consequence of the arm in the propensity takes the effect away."""
    found = problems(plan_with(TERM, f"    - {term}\n"))
    assert words in found
    assert "propensity.terms[1]" in found
    assert "plan.yaml, line 16" in found


@pytest.mark.parametrize(
    "term",
    [
        "score: {cuts: [1]}",
        "stage: {levels: [[0], [1a, 2]]}",
        "volume: {log: true}",
        "stage",
        "pain",
    ],
)
def test_terms_that_fit(plan_with: Change, term: str) -> None:
    """What is right must pass."""
    plan = load_plan(plan_with(TERM, f"    - {term}\n"))
    assert plan.file is not None
    check_plan(plan, load_dictionary(plan.file.dictionary))


@pytest.mark.parametrize("key", ["adjusted_models", "censoring_weights"])
def test_terms_of_other_models_are_checked_likewise(plan_with: Change, key: str) -> None:
    """Adjusting for a consequence of the arm is no better outside the propensity."""
    path = plan_with("horizon: 12 months", f"horizon: 12 months, {key}: {{terms: [age, event]}}")
    assert f"estimation.{key}.terms[1]: 'event' is known only after" in problems(path)


def test_dose_enters_a_sensitivity_analysis_with_its_reason(plan_with: Change) -> None:
    """And nothing else that was decided with the arm."""
    change = f"{{propensity.terms: [age, sex, dose], {OVERRIDE}}}"
    plan = load_plan(plan_with(add=f"sensitivity: [{{name: with dose, change: {change}}}]\n"))
    assert plan.file is not None
    check_plan(plan, load_dictionary(plan.file.dictionary))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("{propensity.terms: [age, dose]}", "'dose' enters only a named sensitivity analysis"),
        ("{propensity.terms: [age, event]}", "'event' is known only after treatment"),
        (
            "{propensity.override: {column: margin, reason: because we may}}",
            "'margin' is forbidden",
        ),
        ("{propensity.override: {column: doze, reason: because we may}}", "did you mean 'dose'?"),
    ],
)
def test_a_sensitivity_analysis_is_checked_by_name(
    plan_with: Change, change: str, words: str
) -> None:
    """A sensitivity analysis must not be the back door."""
    found = problems(plan_with(add=f"sensitivity: [{{name: dosed, change: {change}}}]\n"))
    assert "in the sensitivity analysis 'dosed'" in found
    assert words in found


def test_an_override_needs_a_sensitivity_analysis(plan_with: Change) -> None:
    """In the primary analysis no reason is good enough."""
    text = "propensity:\n  override: {column: dose, reason: decided with the arm}\n"
    found = problems(plan_with("propensity:\n", text))
    assert "an override stands only in the change of a named sensitivity analysis" in found


def test_an_override_without_reason_is_refused(plan_with: Change) -> None:
    """The reason is printed in the report."""
    text = "sensitivity: [{name: x, change: {propensity.override: {column: dose, reason: ''}}}]\n"
    with pytest.raises(PlanError, match="reason"):
        load_plan(plan_with(add=text))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("column: arm", "column: amr", "did you mean 'arm'?"),
        ("column: arm", "column: sex", "the arm must have phase exposure"),
        ("reference: a", "reference: c", "'c' is not a code of 'arm'; allowed: a, b"),
        ("cluster: id", "cluster: di", "no column 'di'"),
        ("origin: start", "origin: age", "'age' is an integer; a date is needed"),
        ("date: event_date", "date: event", "'event' is a boolean; a date is needed"),
        ("date: event_date", "date: event_dat", "did you mean 'event_date'?"),
        ("flag: event,", "flag: evnt,", "did you mean 'event'?"),
        ("equals: 1", "equals: 2", "'2' is not a code of 'event'; allowed: 0, 1"),
        ("date: last_scan", "date: lst_scan", "did you mean 'last_scan'?"),
        ("{date: last_scan}", "{date: last_scan}\n    entry: age", "a date is needed"),
    ],
)
def test_columns_and_codes_of_arms_and_endpoints(
    plan_with: Change, old: str, new: str, words: str
) -> None:
    """A flag that equals a code no row can have is an endpoint without events."""
    assert words in problems(plan_with(old, new))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("{column: event, equals: 0}", "'event' has phase post_baseline"),
        ("{column: dose, at_least: 1}", "'dose' has phase treatment"),
        ("{column: sexx, equals: f}", "did you mean 'sex'?"),
        ("{column: sex, equals: x}", "'x' is not a code of 'sex'"),
        ("{column: arm, in: [a, c]}", "'c' is not a code of 'arm'"),
        ("{column: sex, at_least: 1}", "'sex' is a category; a number is needed"),
    ],
)
def test_eligibility_looks_at_nothing_later(plan_with: Change, rule: str, words: str) -> None:
    """Requiring a scan at 3 months makes the first 3 months immortal."""
    step = f"population: {{eligibility: [{{id: E1, label: Step, rule: {rule}}}]}}\n"
    found = problems(plan_with(add=step))
    assert words in found
    assert "population.eligibility[0].rule" in found


@pytest.mark.parametrize(
    ("add", "words"),
    [
        ("subgroups: [{name: s, column: sx, levels: {a: f, b: m}}]", "did you mean 'sex'?"),
        ("subgroups: [{name: s, column: sex, levels: {a: f, b: x}}]", "'x' is not a code"),
        ("subgroups: [{name: s, column: sex, levels: {a: f, b: [m, x]}}]", "levels.b: 'x' is not"),
        (
            "subgroups: [{name: s, column: sex, levels: {a: f, b: m}, "
            "change: {propensity.terms: [agee]}}]",
            "did you mean 'age'?",
        ),
        ("subgroups: [{name: s, column: event, levels: {a: 0, b: 1}}]", "must be baseline"),
        ("subgroups: [{name: s, column: sex, cuts: median}]", "a number is needed"),
        ("subgroups: [{name: s, column: dose, cuts: [30]}]", "decided together with the arm"),
        (
            "subgroups: [{name: s, column: event, levels: {a: 0, b: 1}, override: no good reason}]",
            "must be baseline",
        ),
        ("baseline_table: [age, agee]", "did you mean 'age'?"),
        ("baseline_table: [age, event]", "describes no one at baseline"),
        ("imaging: {visits: start, last: last_scan}", "a number is needed"),
        ("imaging: {visits: pain, last: age}", "a date is needed"),
        ("index: {then_largest: sex}", "a number is needed"),
    ],
)
def test_columns_of_the_other_parts(plan_with: Change, add: str, words: str) -> None:
    """A misspelt column would leave an empty table or subgroup."""
    assert words in problems(plan_with(add=add + "\n"))


STATE = """\
  state:
    label: State
    level: lesion
    time: {column: pain, unit: months}
    status: {column: score, censored: 0, event: 1, competing: {death: 3}}
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("death: 3", "death: 2", "'2' is not a code of 'score'; allowed: 0, 1, 3"),
        (", competing: {death: 3}", "", "the code '3' of 'score' has no meaning"),
        ("column: pain,", "column: sex,", "'sex' is a category; a number is needed"),
        ("column: score,", "column: pain,", ""),
        ("{column: score, censored: 0, event: 1, competing: {death: 3}}",
         "{column: pain, censored: 0, event: 11}",
         "'11' is not a code of 'pain'; allowed: 0 to 10"),
    ],
)  # fmt: skip
def test_every_state_has_a_meaning(plan_with: Change, old: str, new: str, words: str) -> None:
    """A state without meaning would be censored, or an event, by chance."""
    path = plan_with("propensity:\n", STATE.replace(old, new) + "propensity:\n")
    if words:
        assert words in problems(path)
    else:
        plan = load_plan(path)
        assert plan.file is not None
        check_plan(plan, load_dictionary(plan.file.dictionary))


def test_an_endpoint_of_patients_needs_an_index_row(plan_with: Change) -> None:
    """Without an order the row that stands for its patient would be the first in the file."""
    state = STATE.replace("level: lesion", "level: patient")
    path = plan_with("propensity:\n", state + "propensity:\n")
    text = path.read_text()
    start, end = text.index("  relapse:"), text.index("  state:")
    path.write_text((text[:start] + text[end:]).replace("origin: start\n", ""))
    assert "endpoints.state.level: needs index.earliest or origin" in problems(path)


def test_a_sensitivity_analysis_is_checked_in_every_part(plan_with: Change) -> None:
    """Not only its covariates: an endpoint or a population may be what changes."""
    change = "{endpoints.relapse.censor.date: lst_scan, arms.reference: c}"
    found = problems(plan_with(add=f"sensitivity: [{{name: other, change: {change}}}]\n"))
    assert "in the sensitivity analysis 'other', endpoints.relapse.censor.date: no column" in found
    assert "in the sensitivity analysis 'other', arms.reference: 'c' is not a code" in found


def test_every_problem_is_reported_at_once(plan_with: Change) -> None:
    """One problem a run makes a correction take as many runs as there are problems."""
    found = problems(plan_with(TERM, "    - event\n    - sxe\n", add="baseline_table: [agee]\n"))
    assert len(found.splitlines()) == 3


def test_rows_of_patients_have_no_lesions(dictionary_with: Change, study: Path) -> None:
    """In a table of patients a lesion endpoint would count people as lesions."""
    path = dictionary_with(
        "{row: lesion, patient: id, lesion: row_id}", "{row: patient, patient: id}"
    )
    path.write_text(path.read_text().replace("level: lesion", "level: patient"))
    found = problems(study / "analyses" / "plan.yaml")
    assert "arms.level: lesion, in a table whose rows are patients" in found
    assert "endpoints.relapse.level: lesion, in a table whose rows are patients" in found
