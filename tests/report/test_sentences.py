"""Sentences for a paper: every number beside what it needs, read off the results."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from spine_outcomes.report.sentences import paper_sentences
from tests.report.reading import Element, printed
from tests.report.synthetic import synthetic_plan, synthetic_results


def paper(**changes: Any) -> dict[str, str]:
    """Text by heading."""
    found = paper_sentences(synthetic_results(**changes))
    return {heading: " ".join(each.text for each in sentences) for heading, sentences in found}


def test_the_results_of_an_endpoint_as_a_paper_says_them() -> None:
    """By hand: 17.9% and 13.7% from the rates, 0.0080/0.0110 = 0.73 as hazard ratio."""
    text = paper()["Relapse"]
    assert "in 56 of 388 lesions with Narrow field and in 35 of 317" in text
    assert re.search(r"at 24 months \(ATE weights\) was 17\.9% \(95% CI [\d.]+ to [\d.]+\)", text)
    assert "risk difference (Wide field with margin − Narrow field) of −4.2 (95% CI −" in text
    assert "cause-specific hazard ratio (Wide field with margin / Narrow field) was 0.73" in text
    assert "Wald test p = 0.071" in text
    assert "subdistribution hazard ratio 0.76 (95% CI" in text  # 1.04 times it


def test_a_small_p_value_is_a_bound() -> None:
    """Never "p = <0.001" (C52)."""
    assert "Wald test p < 0.001" in paper()["Relapse at the edge"]


def test_a_p_value_of_the_text_has_the_digits_and_marks_of_the_table() -> None:
    """A Lancet table says 0·071, and the sentence below it "p = 0.071" or "p<0·001"."""
    plan = synthetic_plan(report={"theme": "lancet"})
    text = paper(plan=plan)
    assert "Wald test p=0·071" in text["Relapse"]
    assert re.search(r"Wald test p<0·0001|Wald test p=0·000\d", text["Relapse at the edge"])


def test_what_is_not_estimable_is_said_and_no_number_printed() -> None:
    """An arm without events has no hazard ratio: not 0.00, not NaN."""
    text = paper()["Rare harm"]
    assert "The hazard ratio is not estimable." in text
    assert "nan" not in text.lower()
    frame = synthetic_results().results
    lost = frame["measure"] == "risk_difference"
    changed = frame.assign(
        status=frame["status"].mask(lost, "not_estimable"),
        estimate=frame["estimate"].mask(lost, np.nan),
    )
    assert "not estimable in both arms" in paper(results=changed)["Relapse"]


def test_every_number_is_a_row_of_the_results_to_the_printed_digits() -> None:
    """Text and table that disagree are found by the reviewer."""
    results = synthetic_results()
    frame = results.results.set_index("id")
    columns = ["estimate", "lower", "upper", "p_value", "n", "n_event"]
    numbers = [n for _, found in paper_sentences(results) for each in found for n in each.numbers]
    assert len(numbers) > 60
    for number in numbers:
        assert printed(number.text, number.raw)
        if number.source is not None:
            assert number.raw in [float(v) for v in frame.loc[number.source, columns]]


def test_the_sentences_stand_on_the_page(tree: Element) -> None:
    """A heading an endpoint, and links to the tables."""
    parts = tree.all("div", class_="paper")
    assert len(parts) == 5
    assert all(part.all("a") for part in parts)


@pytest.mark.parametrize("word", ["trend", "significant", "N.S."])
def test_no_verdict_in_place_of_a_number(word: str) -> None:
    """SAMPL: report the value, not its side of 0.05."""
    assert not any(word in text for text in paper().values())
