"""Every sensitivity analysis of an endpoint under the primary one."""

from __future__ import annotations

from spine_outcomes.tables.sensitivity import (
    sensitivity,
    sensitivity_endpoints,
    sensitivity_lines,
)
from spine_outcomes.tables.suppression import protected
from tests.report.further import further_results
from tests.report.synthetic import synthetic_results
from tests.tables.reading import line, texts


def test_only_endpoints_that_were_estimated_again_have_a_table() -> None:
    """A table with nothing in it but the primary analysis; a subgroup taken for an analysis."""
    assert sensitivity_endpoints(further_results()) == ["relapse"]
    assert sensitivity_endpoints(synthetic_results()) == []


def test_the_primary_analysis_comes_first_and_one_without_rows_is_left_out() -> None:
    """What changed can be read only against what it changed from."""
    lines = sensitivity_lines(further_results(), "relapse")
    assert [label for label, _ in lines] == ["Primary analysis", "Trimmed scores"]
    assert set(lines[0][1]["analysis"]) == {"primary"}
    assert lines[0][1]["subgroup"].isna().all()


def test_numbers_stand_under_their_analysis_and_weights() -> None:
    """A ratio of the primary analysis under the name of another one."""
    table = sensitivity(further_results(), "relapse")
    assert texts(line(table, "Trimmed scores", "ATE weights")) == [
        "640", "78", "0.61 (0.40 to 0.94)", "−5.1 (−9.6 to −0.6)",
    ]  # fmt: skip
    assert line(table, "Primary analysis", "ATE weights").cells[0].text == "705"


def test_a_risk_by_another_method_has_a_line_and_rows_of_its_own() -> None:
    """A doubly robust difference beside the hazard ratio of another model on other rows."""
    table = sensitivity(further_results(), "relapse")
    assert texts(line(table, "Trimmed scores", "ATE weights, doubly robust (AIPTW)")) == [
        "639", "78", "–", "−4.9 (−9.3 to −0.4)",
    ]  # fmt: skip


def test_what_is_not_estimable_keeps_its_line() -> None:
    """An analysis that failed for one set of weights, silently gone."""
    table = sensitivity(further_results(), "relapse")
    cell = line(table, "Trimmed scores", "Overlap weights (ATO)").cells[2]
    assert (cell.text, cell.reason) == ("NE", "no event in an arm")


def test_small_counts_are_hidden_here_too() -> None:
    """Nine events of one analysis, eleven of another: two tables that give two people away."""
    results = further_results()
    frame = results.results.copy()
    frame.loc[frame["analysis"] == "sensitivity:trimmed", "n_event"] = 3
    shown = protected(synthetic_results(plan=results.plan, results=frame))
    assert (
        line(sensitivity(shown, "relapse"), "Trimmed scores", "ATE weights").cells[1].text == "<5"
    )
