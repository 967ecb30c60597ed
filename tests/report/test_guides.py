"""Definitions, references and guidelines: those of the run, and every one with its place."""

from __future__ import annotations

import pytest

from spine_outcomes.report.guides import checklists, references, terms
from tests.report.reading import Element
from tests.report.synthetic import synthetic_results


@pytest.mark.parametrize(
    ("model", "author"),
    [
        ("fine_gray", "Fine JP"),
        ("aalen_johansen", "Aalen OO"),
        ("reverse_kaplan_meier", "Schemper"),
    ],
)
def test_a_paper_is_cited_only_where_its_method_ran(model: str, author: str) -> None:
    """A list of references that is the same for every run documents none."""
    results = synthetic_results()
    assert any(paper.startswith(author) for paper in references(results))
    without = synthetic_results(results=results.results[results.results["model"] != model])
    assert not any(paper.startswith(author) for paper in references(without))


def test_terms_of_methods_that_did_not_run_are_not_explained() -> None:
    """Explaining overlap weights in a report without them misleads."""
    results = synthetic_results()
    ato = {term for term, _ in terms(results) if "ATO" in term}
    only = results.results[results.results["estimand"] != "ATO"]
    assert ato
    assert not {term for term, _ in terms(synthetic_results(results=only))} & ato


def test_all_22_items_of_strobe_are_listed_once() -> None:
    """A reviewer counts them."""
    strobe = checklists(())[0]
    numbers = [item.number for item in strobe.items]
    assert len(numbers) == len(set(numbers))
    assert {int(number.rstrip("abcde")) for number in numbers} == set(range(1, 23))


def test_an_item_points_only_to_sections_that_are_there() -> None:
    """The run without subgroups must not send the reader to them; a star takes the first."""
    found = {
        item.number: item.answers
        for item in checklists([("endpoint-a", "A"), ("endpoint-b", "B")])[0].items
    }
    assert found["15"] == (("endpoint-a", "A"),)
    assert found["17"] == ()


def test_the_page_answers_every_item_or_leaves_it_to_the_paper(tree: Element) -> None:
    """An empty cell reads as forgotten."""
    section = next(e for e in tree.all("section") if e.attributes["id"] == "guidelines")
    last = [row.all("td")[-1] for row in section.all("tr") if row.all("td")]
    assert len(last) > 40
    assert all(cell.all("a") or cell.text.strip() == "the paper" for cell in last)
