"""Effects inside the levels of each subgroup, and whether they differ."""

from __future__ import annotations

from dataclasses import replace

from spine_outcomes.tables.subgroups import subgroup_endpoints, subgroups
from spine_outcomes.tables.table import Row, Table
from tests.report.further import FEW, further_results
from tests.report.synthetic import synthetic_plan, synthetic_results
from tests.tables.reading import line, texts


def relapse() -> Table:
    """The table of the relapse."""
    return subgroups(further_results(), "relapse")


def named(stub: str) -> Row:
    """The row with a name, the heads of subgroups included."""
    (row,) = [row for row in relapse().rows if row.stub == stub]
    return row


def test_only_endpoints_of_some_subgroup_have_a_table() -> None:
    """A table of everybody alone."""
    assert subgroup_endpoints(further_results()) == ["relapse"]
    assert subgroup_endpoints(synthetic_results()) == []


def test_everybody_then_every_subgroup_by_its_label_and_its_levels_in_order() -> None:
    """Without a label a subgroup is called as its column; levels stand as the plan lists them."""
    assert [row.stub for row in relapse().rows] == [
        "Everybody", "Sex", "Women", "Men", "Grade in two", "Low", "Higher",
    ]  # fmt: skip
    assert [row.stub for row in relapse().rows if row.is_indented] == [
        "Women", "Men", "Low", "Higher",
    ]  # fmt: skip


def test_levels_have_the_first_weights_however_their_score_was_fitted() -> None:
    """ATE:firth is the ATE; unweighted rows beside it are another estimate."""
    assert texts(named("Women")) == [
        "331", "70", "0.52 (0.31 to 0.87)", "−8.3 (−15.1 to −1.6)", "",
    ]  # fmt: skip
    assert named("Low").cells[2].text == "0.44 (0.21 to 0.92)"
    assert texts(named("Everybody"))[0] == "705"


def test_a_level_with_few_events_keeps_its_line_and_says_why() -> None:
    """A forest of subgroups without the small ones shows the effects that came out."""
    men = named("Men")
    assert texts(men)[:4] == ["374", "9", "NE", "NE"]
    assert {cell.reason for cell in men.cells if cell.reason} == {FEW}


def test_the_test_of_interaction_stands_once_beside_the_name_of_the_subgroup() -> None:
    """A p value beside a level would read as that of its effect."""
    assert texts(named("Grade in two")) == ["", "", "", "", "0.038"]
    interaction = named("Sex").cells[4]
    assert (interaction.text, interaction.reason) == ("NE", "not every level is estimable")
    assert line(relapse(), "Higher").cells[4].text == ""


def noted(*subgroups_of_plan: dict[str, object]) -> Table:
    """The table of the relapse where the plan says more of its subgroups."""
    plan = synthetic_plan(subgroups=list(subgroups_of_plan))
    return subgroups(replace(further_results(), plan=plan), "relapse")


def test_what_divides_the_rows_and_was_decided_with_the_arm_says_so() -> None:
    """A dose that went with the arm would read as a patient's own trait."""
    dose = {"name": "sex", "column": "sex", "levels": {"Women": "0", "Men": "1"}}
    reason = "Centres differ in what they prescribe."
    table = noted(dose | {"override": reason})
    assert table.rows[1].stub == "Sex (decided with the arm)"
    (note,) = [note for note in table.notes if "decided together with the arm" in note]
    assert note.startswith("Sex was decided together with the arm, not before it: Centres differ")
    assert not [note for note in relapse().notes if "decided" in note]


def test_whose_median_it_is_stands_below_the_table() -> None:
    """Half of the rows of whom? A median of everybody or of the level would divide otherwise."""
    table = noted({"name": "sex", "label": "Age in two", "column": "age", "cuts": "median"})
    assert any(note.startswith("A median is that of the rows analysed") for note in table.notes)
    assert not [note for note in relapse().notes if "median" in note]
