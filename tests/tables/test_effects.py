"""Estimates of one endpoint."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from spine_outcomes.tables.effects import effects, risks
from tests.report.synthetic import synthetic_results
from tests.report.synthetic_law import incidence
from tests.tables.reading import line, texts


def test_risks_stand_under_their_arm_time_and_weights() -> None:
    """A risk in the wrong column would turn the comparison around."""
    table = risks(synthetic_results(), "relapse")
    for group, estimand in (("Unweighted", "unweighted"), ("ATE weights", "ATE")):
        row = line(table, group, "24 months")
        for cell, arm in zip(row.cells[:2], ("narrow", "wide"), strict=True):
            expected = 100 * float(incidence("relapse", arm, estimand, 24.0))
            assert cell.text.startswith(f"{expected:.1f} (")
    assert table.direction is not None
    assert "Wide field with margin − Narrow field" in table.direction


def test_the_difference_has_the_sign_that_the_head_states() -> None:
    """Comparator − reference: 13.7 − 17.9 is −4.2."""
    row = line(risks(synthetic_results(), "relapse"), "ATE weights", "24 months")
    assert texts(row)[2].startswith("−4.2 (")


def test_survival_is_shown_as_survival_and_its_risk_contrasts_are_explained() -> None:
    """Survival by arm beside a difference of risks reads backwards unless it is said."""
    table = risks(synthetic_results(), "overall_survival")
    row = line(table, "Unweighted", "24 months")
    alive = 100 * (1 - float(incidence("overall_survival", "narrow", "unweighted", 24.0)))
    assert texts(row)[0].startswith(f"{alive:.1f} (")
    assert any("100 minus" in note for note in table.notes)


def test_what_is_not_estimable_keeps_its_row_and_says_why() -> None:
    """A row that vanishes reads as an endpoint that was not looked at."""
    table = effects(synthetic_results(), "rare_harm")
    row = line(table, "Cause-specific hazard ratio (Cox)", "ATE weights")
    assert texts(row)[2:] == ["NE", "–"]
    assert table.reasons == ("no event in arm Wide field with margin",)


def test_the_test_of_the_whole_curves_has_its_line() -> None:
    """A test that is computed and nowhere shown, or shown with degrees of freedom it has not."""
    rows = synthetic_results().results
    score = rows[rows["model"] == "score"]
    more = score.assign(measure="supremum", model="aalen_johansen", statistic=2.3149)
    more["df"] = np.nan
    table = effects(synthetic_results(results=pd.concat([rows, more])), "relapse")
    row = line(table, "Supremum test of the difference of the curves", "ATE weights")
    assert texts(row) == ["", "", "2.31 SE", "0.080"]


def test_both_hazard_ratios_are_named_for_what_they_are() -> None:
    """A subdistribution ratio read as cause-specific is a known trap: 1.01 beside 0.67."""
    table = effects(synthetic_results(), "relapse")
    names = [row.stub for row in table.rows if row.is_group]
    assert "Cause-specific hazard ratio (Cox)" in names
    assert "Subdistribution hazard ratio (Fine–Gray)" in names
    alone = [row.stub for row in effects(synthetic_results(), "overall_survival").rows]
    assert "Hazard ratio (Cox)" in alone


def test_p_values_beside_five_percent_stay_distinct_in_the_table() -> None:
    """0.0504 printed as 0.050 would sit on the wrong side for half the readers."""
    row = line(
        effects(synthetic_results(), "relapse"),
        "Difference in restricted mean time lost to 24 months, months",
        "ATE weights",
    )
    assert texts(row)[3] == "0.0504"


def test_the_complement_is_shown_where_the_plan_names_it() -> None:
    """Clinicians speak of control; it is 100 − 17.9 = 82.1 for the reference."""
    table = effects(synthetic_results(), "relapse")
    assert texts(line(table, "Control, %", "ATE weights, 24 months"))[0].startswith("82.1 (")
    assert not [r for r in effects(synthetic_results(), "edge_relapse").rows if "Control" in r.stub]


def test_a_wanted_event_is_a_benefit_where_there_is_more_of_it() -> None:
    """Fewer responses printed as a benefit: the same 4.2 points less, of a response."""
    plain = synthetic_results()
    endpoints = dict(plain.plan.endpoints)
    endpoints["relapse"] = endpoints["relapse"].model_copy(update={"event_is": "benefit"})
    wanted = replace(plain, plan=plain.plan.model_copy(update={"endpoints": endpoints}))
    for results, side in ((plain, "benefit"), (wanted, "harm")):
        table = effects(results, "relapse")
        assert texts(line(table, "NNT at 24 months", "ATE weights"))[2].startswith(side)
        assert f"one event {'fewer' if side == 'benefit' else 'more'} (benefit)" in table.notes[0]
