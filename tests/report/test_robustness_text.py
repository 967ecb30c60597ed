"""The words on what the result withstands, and on the analyses beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from spine_outcomes.analysis.results import Results
from spine_outcomes.report.methods_text import methods
from spine_outcomes.report.robustness_text import further_text, robustness_text
from tests.report.further import GRADES, further_results
from tests.report.synthetic import synthetic_plan, synthetic_results

PLACE = {"endpoint": "relapse", "level_unit": "lesion", "estimand": "ATE", "time": 24.0}
CLAIMS = {
    "e_values": "E-values",
    "bias_grid": "binary confounder",
    "influential": "without each of them",
    "tipping_point": "tipping point",
}


def with_row(name: str, **row: Any) -> Results:
    """The invented run with one more frame of one row."""
    columns = getattr(synthetic_results(), name).columns
    return synthetic_results(**{name: pd.DataFrame([PLACE | row], columns=columns)})


@pytest.mark.parametrize("name", CLAIMS)
def test_what_a_frame_holds_is_said_and_nothing_else(name: str) -> None:
    """A methods section that claims a tipping point which was not estimable, or hides one."""
    text = robustness_text(with_row(name, measure="risk_ratio"))
    assert [key for key, claim in CLAIMS.items() if claim in text] == [name]
    assert robustness_text(synthetic_results()) == ""


def test_the_endpoint_and_the_time_are_those_of_the_frame() -> None:
    """The tipping point of another endpoint than the one that was computed."""
    text = robustness_text(with_row("tipping_point", time=12.0))
    assert "The risk difference of relapse at 12 months" in text


def test_a_hazard_ratio_is_no_risk_ratio_where_the_event_is_common() -> None:
    """Which form was used decides the E-value: 2.72 or 2.20 for 0.60."""
    assert "15%" in robustness_text(with_row("e_values", measure="hazard_ratio"))
    assert "15%" not in robustness_text(with_row("e_values", measure="risk_ratio"))


def test_sensitivity_analyses_are_those_that_ran() -> None:
    """One of the two of the plan has no rows: counted as run it would be a claim."""
    text = further_text(further_results())
    assert "1 sensitivity analysis (1 more could not be made; the findings say why)" in text
    assert "more than 1.25, or a risk difference at the last time by more than 5 percentage" in text
    assert "Subgroups: Sex; Grade in two." in text
    assert "fewer than 10 events" in text
    assert further_text(synthetic_results()) == ""


def test_how_the_weights_of_a_level_were_made_is_said() -> None:
    """A penalised score inside the levels under the name of the primary one."""
    firth = GRADES | {"change": {"propensity.learner": "firth"}}
    results = replace(further_results(), plan=synthetic_plan(subgroups=[firth]))
    assert "made anew by Firth's penalised logistic likelihood" in further_text(results)
    assert "Firth" not in further_text(further_results())


def test_a_subgroup_that_was_decided_with_the_arm_is_named() -> None:
    """The reader takes a subgroup for a trait of the patient."""
    dose = GRADES | {"override": "Centres differ in what they prescribe."}
    results = replace(further_results(), plan=synthetic_plan(subgroups=[dose]))
    assert "Decided together with the arm, and not before it: Grade in two." in further_text(
        results
    )


def test_both_are_paragraphs_of_the_methods() -> None:
    """Text that no report prints."""
    further = [p.text for p in methods(further_results()) if p.heading.startswith("Sensitivity")]
    assert further == [further_text(further_results())]
    robust = with_row("e_values", measure="risk_ratio")
    assert robustness_text(robust) in [p.text for p in methods(robust)]
