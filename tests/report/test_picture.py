"""What the figures of a report say beside their curves, and what they keep back in print."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from spine_outcomes.figures.journals import find_journal, sheet_of
from spine_outcomes.figures.style import REPORT
from spine_outcomes.figures.typeface import texts
from spine_outcomes.report.picture import Picture
from spine_outcomes.report.pictures import pictures
from tests.report.synthetic import synthetic_results


def found(key: str) -> Picture:
    """One figure of the invented report."""
    return next(picture for picture in pictures(synthetic_results()) if picture.id == key)


def words(picture: Picture) -> list[str]:
    """Its texts."""
    return [text.get_text() for text in texts(picture.figure)]


def counts_below(picture: Picture, name: str) -> list[str]:
    """Numbers of the rows of that name in the table of people, arm after arm."""
    table = picture.figure.axes[1]
    lines = [text.xy[1] for text in table.texts if text.get_text() == name]
    at = {text.get_position()[1] for text in table.texts} & set(lines)
    return [text.get_text() for text in table.texts if text.get_position()[1] in at]


def test_people_under_a_competing_event_are_named_for_what_is_plotted() -> None:
    """Deaths are plotted, and the row "Events" below held the relapses."""
    plain = found("curve-relapse-ATE")
    competing = replace(found("curve-relapse-ATE-death"), sheet=REPORT)
    assert {"Events", "Competing events"} < set(words(plain))
    assert not {"Events", "Competing events"} & set(words(competing))
    assert [w for w in words(competing) if w in ("Death", "Relapse")] == ["Death", "Relapse"] * 2
    deaths = counts_below(plain, "Competing events")
    assert len(deaths) > 4
    assert counts_below(competing, "Death") == deaths
    assert counts_below(competing, "Relapse") == counts_below(plain, "Events")


def test_half_a_figure_counts_those_at_risk_only() -> None:
    """Four states of each arm stand under the first curve; below the others they take its room."""
    half = found("curve-relapse-ATO")
    assert half.is_half
    assert not {"Events", "Censored", "Competing events"} & set(words(half))
    assert counts_below(half, "At risk")
    assert len(words(found("curve-relapse-ATE"))) > len(words(half))


def test_a_figure_is_drawn_only_when_it_is_looked_at() -> None:
    """Fifty figures drawn for the one that was asked for."""

    def refuse(_: object) -> None:
        pytest.fail("drawn")

    [first, *_] = pictures(synthetic_results())
    assert replace(first, draw=refuse, title="Another").title == "Another"


def test_a_plot_of_balance_in_a_journal_has_its_largest_differences() -> None:
    """Sixty covariates are taller than a page; one that weighting left apart must stay."""
    balance = synthetic_results().balance
    unit = balance["level_unit"].iloc[0]
    first = balance[balance["level_unit"] == unit].drop_duplicates("estimand")
    apart = 0.5 * (first["estimand"] == "ATE")
    many = [
        first.assign(column=f"c{i}", level=None, smd=apart if i == 0 else 0.01 * i)
        for i in range(30)
    ]
    results = synthetic_results(balance=pd.concat(many, ignore_index=True))
    love = next(p for p in pictures(results) if p.id.startswith("love"))
    printed = replace(love, sheet=sheet_of(find_journal("elsevier"), "double"))
    assert len(love.figure.axes[0].get_yticks()) == 30
    shown = {text.get_text() for text in printed.figure.axes[0].get_yticklabels()}
    assert shown == {"C0", *(f"C{i}" for i in range(11, 30))}
    assert love.print_notes[0].startswith("The 20 largest of 30 differences")
