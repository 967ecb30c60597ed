"""The methods say what ran, and only that."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.report.methods_text import methods
from spine_outcomes.report.missing_text import pooling_note
from spine_outcomes.report.notes import curve_notes
from spine_outcomes.tables.plan_text import listed
from tests.report.synthetic import synthetic_plan, synthetic_results


def text(**changes: object) -> str:
    """All paragraphs of a run."""
    return " ".join(f"{p.heading}: {p.text}" for p in methods(synthetic_results(**changes)))


def test_the_model_of_the_arm_is_the_plan_s_in_words() -> None:
    """A covariate left out of the text is one that a reader believes was not adjusted for."""
    assert (
        "logistic regression on age at start (restricted cubic spline, 3 knots), sex, "
        "grade (grouped: Low; Middle, High) and logarithm of volume" in text()
    )


@pytest.mark.parametrize(
    ("trim", "rule"),
    [
        ("crump", "(Crump's rule)"),
        ({"bounds": [0.05, 0.95]}, "(0.05 to 0.95)"),
        (
            {"percentiles": [5, 95]},
            "(percentile 5 of Wide field with margin to percentile 95 of Narrow field)",
        ),
    ],
)
def test_the_rule_of_trimming_is_said(trim: object, rule: str) -> None:
    """Rows left out by a rule that the reader has to guess."""
    propensity = {"terms": ["sex"], "trim": trim}
    assert f"outside the bounds {rule}" in text(plan=synthetic_plan(propensity=propensity))


@pytest.mark.parametrize(
    ("model", "claim"),
    [
        ("fine_gray", "Fine–Gray"),
        ("log_rank", "classical log-rank"),
        ("score", "robust score test"),
        ("cox", "Cox"),
        ("kaplan_meier", "Kaplan–Meier"),
        ("aalen_johansen", "Aalen–Johansen"),
    ],
)
def test_a_method_without_a_row_in_the_results_is_not_claimed(model: str, claim: str) -> None:
    """A methods section that lists what did not run is untrue, however harmless it looks."""
    assert claim in text()
    results = synthetic_results().results
    assert claim not in text(results=results[results["model"] != model])


def test_the_test_of_the_whole_curves_is_said_where_it_was_made() -> None:
    """A supremum test that did not run."""
    assert "supremum test" not in text()
    results = synthetic_results().results
    more = results[results["model"] == "score"].assign(measure="supremum", model="kaplan_meier")
    assert "supremum test" in text(results=pd.concat([results, more], ignore_index=True))


def test_adjustment_for_several_endpoints_is_claimed_only_if_it_happened() -> None:
    """The plan may ask for Holm; without adjusted p values nothing was adjusted."""
    plan = synthetic_plan(multiplicity={"method": "holm", "order": ["relapse"]})
    assert "not adjusted" in text(plan=plan)
    adjusted = synthetic_results().results.assign(p_adjusted=0.1)
    assert "was adjusted among Relapse (Holm)" in text(plan=plan, results=adjusted)
    fixed = {"primary": "relapse", "method": "hierarchical", "order": ["relapse", "rare_harm"]}
    sequence = text(plan=synthetic_plan(multiplicity=fixed), results=adjusted)
    assert "in the order Relapse and Rare harm (fixed sequence, each tested only if" in sequence


def test_without_a_propensity_none_is_described() -> None:
    """Unweighted results were not adjusted for anything."""
    empty = synthetic_results().propensity.iloc[:0]
    assert "propensity score)" not in text(propensity=empty)


def test_the_variance_named_is_the_one_of_the_rows() -> None:
    """Robust and corrected errors differ; the text must not say one and print the other."""
    robust = synthetic_results().results.assign(variance="robust")
    assert "weights taken as known" in text(results=robust)
    assert "corrected for the estimated propensity score" in text()


def test_the_note_of_an_unweighted_curve_claims_no_propensity() -> None:
    """Nothing was estimated there but the curve."""
    results = synthetic_results()
    own = results.curves.query("endpoint == 'relapse' and cause == 'relapse'")
    notes = {
        e: " ".join(curve_notes(results, own[own["estimand"] == e])) for e in ("unweighted", "ATE")
    }
    assert "propensity" not in notes["unweighted"]
    assert "corrected for the estimated propensity score" in notes["ATE"]
    assert "Narrow field 388, Wide field with margin 317" in notes["ATE"]


def test_complete_cases_are_said_where_rows_were_left_out_for_it() -> None:
    """Imputation must not be claimed, nor complete cases where nothing was missing."""
    assert "complete cases" in text()
    assert "imputed" not in text()
    trace = pd.DataFrame(
        [{"column": "grade", "imputation": 1, "iteration": 1, "mean": 1.5, "spread": 0.1}]
    )
    plan = synthetic_plan(missing={"method": "multiple_imputation", "imputations": 7})
    found = text(imputation=trace, plan=plan)
    assert "imputed 7 times by chained equations of 10 rounds" in found
    assert "Imputed: Grade." in found


def test_the_pooling_is_said_where_something_was_pooled() -> None:
    """Too few imputations show as a Monte-Carlo error that is no small part of the error."""
    rows = pd.DataFrame(
        {
            "imputations": [20, 20],
            "fmi": [0.05, 0.214],
            "mc_error": [0.01, 0.02],
            "std_error": [1.0, 0.8],
        }
    )
    (note,) = pooling_note(rows)
    assert "20 imputations" in note
    assert "information at most 21.4%" in note
    assert "at most 2.5% of a standard error" in note
    assert pooling_note(rows.assign(fmi=np.nan)) == ()


def test_the_treatment_of_ties_is_named() -> None:
    """C09: weighted and copied rows agree under Breslow's ties and differ under Efron's."""
    assert "Efron's handling of ties" in text()
    breslow = synthetic_results().results.assign(ties="breslow")
    assert "Breslow's handling of ties" in text(results=breslow)


def test_the_rule_of_truncation_is_said() -> None:
    """C40: weights cut by a rule that nobody is told."""
    propensity = {"terms": ["sex"], "truncate": {"percentiles": [1, 99]}}
    rule = "Weights beyond percentiles 1 and 99 were set to them."
    assert rule in text(plan=synthetic_plan(propensity=propensity))
    assert "beyond percentiles" not in text()


def test_lists_read_as_english() -> None:
    """ "a, b, c" in a sentence reads as unfinished."""
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c"]) == "a, b and c"


def test_a_bootstrap_is_described_by_what_it_resampled() -> None:
    """Errors of resampled patients said to come from an influence, or limits on some scale."""
    resampled = synthetic_results().results.assign(variance="bootstrap", scale="percentile")
    words = text(results=resampled)
    assert "bootstrap cohorts" in words
    assert "limits are percentiles" in words
    assert "pointwise, on these scales" not in words


def test_small_sample_errors_are_described() -> None:
    """A factor and a t reference that nobody would know of."""
    plan = synthetic_plan()
    estimation = plan.estimation.model_copy(update={"small_sample": True})
    small = plan.model_copy(update={"estimation": estimation})
    assert "Student's t on G − p degrees of freedom" in text(plan=small)
    assert "Student's t" not in text(plan=plan)


def test_a_step_that_was_not_applied_is_not_said_to_have_selected() -> None:
    """A criterion of the study that the file could not show, claimed as met."""
    steps = [
        {"id": "E1", "label": "Aged 18 to 90", "rule": {"column": "age", "between": [18, 90]}},
        {
            "id": "E9", "label": "Able to tolerate it", "optional": True,
            "rule": {"column": "sex", "equals": "1"},
        },
    ]  # fmt: skip
    plan = synthetic_plan(population={"name": "all rows", "eligibility": steps})
    assert (
        "Analysed were all rows, selected in this order: aged 18 to 90. Not applied, as the file "
        "lacks what they ask for: able to tolerate it." in text(plan=plan)
    )
