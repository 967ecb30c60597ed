"""Presets of journals."""

from __future__ import annotations

import pytest

from spine_outcomes.errors import UsageError
from spine_outcomes.figures.journals import find_journal, journals, sheet_of
from spine_outcomes.study.figures_plan import FiguresPlan
from spine_outcomes.tables.theme import themes

WIDTHS = {  # millimetres, as the publishers' pages and custom have them
    "elsevier": (90, 190), "ijrobp": (90, 190), "radiotherapy_and_oncology": (90, 190),
    "lancet_oncology": (75, 154), "jama_oncology": (127, 178), "jco": (84, 178),
}  # fmt: skip


@pytest.mark.parametrize("name", WIDTHS)
def test_widths_are_those_of_the_journal(name: str) -> None:
    """A figure at another width is scaled in print, and its type with it."""
    found = find_journal(name).columns
    assert (found["single"], found["double"]) == WIDTHS[name]


def test_every_preset_says_where_it_comes_from_and_has_a_theme() -> None:
    """A number without a source cannot be checked when the journal changes it."""
    for journal in journals().values():
        assert journal.source
        assert journal.read is not None
        assert journal.theme in themes()
        assert journal.line <= 1.5


def test_elsevier_asks_for_7_points_and_its_resolutions() -> None:
    """The publisher's artwork pages: 7 pt letters, 1000, 500 and 300 dpi."""
    found = find_journal("Elsevier")
    assert found.type.least == 7
    shown = found.resolution
    assert (shown.line, shown.combination, shown.halftone) == (1000, 500, 300)


def test_a_name_may_be_written_with_hyphens_and_a_wrong_one_gets_the_nearest() -> None:
    """`lancet-oncology` is what one types."""
    assert find_journal("Lancet-Oncology").columns["single"] == 75
    with pytest.raises(UsageError, match="did you mean 'lancet_oncology'"):
        find_journal("lancet_oncolgy")


def test_a_user_changes_a_preset_and_adds_one_like_another() -> None:
    """A journal that changed its columns yesterday is a matter of two lines."""
    own = find_journal("jco").model_dump() | {"columns": {"single": 80}}
    mine = {"like": "jco", "label": "Mine", "theme": "lancet"}
    plan = FiguresPlan.model_validate({"journals": {"jco": own, "mine": mine}})
    assert find_journal("jco", plan).columns == {"single": 80}
    assert find_journal("mine", plan).theme == "lancet"
    assert find_journal("jco").columns["single"] == 84


def test_a_width_that_a_journal_does_not_have_is_its_widest() -> None:
    """One and a half columns where there are only one and two."""
    assert sheet_of(find_journal("jco"), "one_and_half").width == pytest.approx(178 / 25.4)
