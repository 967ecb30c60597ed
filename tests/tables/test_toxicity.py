"""Tables of toxicity: from a study by hand to the page, with and without small cells."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd

from spine_outcomes import Results, run
from spine_outcomes.report.render import render_report
from spine_outcomes.report.summary import summary
from spine_outcomes.tables.suppressed import suppressed
from spine_outcomes.tables.suppression import protected
from spine_outcomes.tables.toxicity import listing, proportions, rates, term_name, worst_grades
from tests.report.reading import read
from tests.tables.reading import line, texts
from tests.toxic_study import cohort, plan


def record(row: int, grade: int) -> dict[str, Any]:
    """A rash at day 10, assessed at day 300."""
    onset = None if grade == 0 else 10
    severe = onset if grade >= 3 else None
    place = {"row": row, "assessed": 300, "term": "Rash", "grade": grade}
    return place | {"onset": onset, "severe": severe, "attribution": None if grade == 0 else 4}


@cache
def results() -> Results:
    """Arm a: 20 lesions of 20 patients, grades 0 × 10, 1 × 6, 3 × 2, two not assessed; b: 8 × 3."""
    grades = [0] * 10 + [1] * 6 + [3] * 2
    rows = [{"id": f"A{i:02}", "arm": "a"} for i in range(20)]
    rows += [{"id": f"B{i:02}", "arm": "b"} for i in range(8)]
    records = [record(row, grade) for row, grade in enumerate(grades)]
    records += [record(20 + i, 3) for i in range(8)]
    return run(plan(), cohort(rows, records))


def shared() -> Results:
    """The same with counts under five hidden."""
    found = results()
    report = found.plan.report.model_copy(update={"min_cell": 5})
    return protected(replace(found, plan=found.plan.model_copy(update={"report": report})))


def test_rows_and_patients_stand_side_by_side_with_those_not_assessed_apart() -> None:
    """Denominators mixed up, or the two not assessed among the ten of grade 0."""
    table = worst_grades(results(), "any", "any")
    own = [str(n) for n in (18, 10, 6, 0, 2, 0, 0, 2)]
    assert texts(line(table, "a")) == [*own, *own]
    assert [s.text for s in table.spanners] == ["Lesions", "Patients"]


def test_the_log_of_hidden_counts_names_toxicities_in_words() -> None:
    """ "toxicity_any_any_grade_3" is a name in the results, of nothing that a reader knows."""
    stubs = [row.stub for row in suppressed(shared()).rows]
    assert "Toxicity of grade 3 or more: any onset, any cause" in stubs
    assert {"Any term", "Rash"} <= set(stubs)
    assert not [stub for stub in stubs if "_" in stub and not stub.startswith("W_")]


def test_a_hidden_count_does_not_follow_from_the_others() -> None:
    """ "<5" of grade 3 beside a total of 18 and grades that are all shown is 2."""
    cells = texts(line(worst_grades(shared(), "any", "any"), "a"))[:8]
    assert cells[4] == "<5"
    assert cells.count("≥5") + cells.count("<5") >= 2
    assert "2" not in cells


def test_an_unweighted_proportion_of_few_is_not_shown() -> None:
    """2/18 printed as 11.1 % gives the hidden 2 back."""
    table = proportions(shared(), "any", "any")
    text = texts(line(table, "Grade 3 or more, Unweighted"))
    assert text[0] == "<5/18"
    assert text[1] == "(hidden)"
    assert texts(line(proportions(results(), "any", "any"), "Grade 3 or more, Unweighted"))[
        1
    ].startswith("11.1 (")


def test_events_too_rare_to_be_listed_are_left_out() -> None:
    """The two severe events of arm a listed in a shared report; those of b are eight alike."""
    assert len(listing(results()).rows) == 10
    table = listing(shared())
    assert [row.cells[0].text for row in table.rows] == ["b"] * 8
    assert "left out" in " ".join(table.notes)


def test_rates_are_per_100() -> None:
    """Events a year printed as per 100, or a proportion as a rate: 2 in 20 years of 366 days."""
    text = texts(line(rates(results()), "Unweighted"))
    assert text[:2][0] == "2; 20"
    assert text[1].startswith("10.0 (")


def test_a_list_has_no_column_that_says_nothing() -> None:
    """Attribution and days hidden in every line leave two columns of dashes."""
    found = shared()
    events = found.toxicity_listing.assign(attribution=None, days=None)
    heads = [column.head for column in listing(replace(found, toxicity_listing=events)).columns]
    assert heads == ["Arm", "Term", "Grade"]
    assert len(listing(results()).columns) == 5


def test_events_that_recur_are_no_share_of_the_rows() -> None:
    """ "41/369" of events that one row has twice reads as a proportion."""
    table = rates(results())
    assert [column.head for column in table.columns][:1] == ["Events; rows"]


def test_terms_are_spelt_as_the_rest_of_the_page() -> None:
    """Esophagitis in one table and oesophageal toxicity in the next."""
    assert term_name("Esophagitis") == "Oesophagitis"
    assert term_name("Radiculitis") == "Radiculitis"


def test_a_weighted_proportion_of_few_is_hidden_with_its_difference() -> None:
    """0.3 % of 369, weighted, is one event; and the difference gives a hidden arm back."""
    found = results()
    weighted = found.results.assign(estimand="ATE")
    weighted["id"] = weighted["id"].str.replace("unweighted", "ATE")
    both = replace(found, results=pd.concat([found.results, weighted], ignore_index=True))
    report = found.plan.report.model_copy(update={"min_cell": 5})
    shown = protected(replace(both, plan=found.plan.model_copy(update={"report": report}))).results
    own = shown[(shown["endpoint"] == "toxicity_any_any_grade_3") & (shown["term"] == "any")]
    of_few = own[own["measure"].isin(["proportion", "proportion_difference", "rate_difference"])]
    assert set(of_few["estimand"]) == {"unweighted", "ATE"}
    is_open = (of_few["arm"] == "b") & (of_few["n_event"] == 8)
    assert of_few.loc[~is_open, "estimate"].isna().all()


def test_the_summary_says_how_many_had_a_severe_toxicity() -> None:
    """A report of toxicity whose summary is silent about it; 2 of 18 is about 11 of 100."""
    text = " ".join(each.text for each in summary(results()))
    assert (
        "Toxicity of grade 3 or more, at any time and of any cause, was recorded in 2 of 18 (about "
        "11 of 100) lesions with a and in 8 of 8 (about 100 of 100) with b" in text
    )
    assert "<5 of 18 lesions with a" in " ".join(each.text for each in summary(shared()))


def test_what_is_folded_is_numbered_after_what_is_in_view() -> None:
    """Figure 3 between 1 and 2 sends the reader looking for what is missing."""
    tree = read(render_report(results()))
    for kind in ("Table", "Figure"):
        heads = [e.text for e in tree.all("a", class_="number") if e.text.startswith(kind)]
        numbers = [int(head.split()[1]) for head in heads]
        assert numbers == sorted(numbers)
