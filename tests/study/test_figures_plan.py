"""Plans of figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from spine_outcomes.errors import PlanError
from spine_outcomes.study.figures_plan import load_figures_plan
from spine_outcomes.study.load import load_plan

ROOT = Path(__file__).parents[2]


def plan(tmp_path: Path, text: str) -> Path:
    """A file with that text."""
    file = tmp_path / "figures.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_shipped_plan_shows_what_the_primary_plan_estimates() -> None:
    """A figure of an endpoint that no report has would stop the command."""
    primary = load_plan(ROOT / "analyses" / "primary.yaml")
    shown = load_figures_plan(ROOT / "analyses" / "figures.yaml")
    assert len(shown.figures) > 5
    for item in shown.figures:
        assert item.endpoint is None or item.endpoint in primary.endpoints
        assert item.estimand is None or item.estimand in primary.propensity.estimands


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("figures: [{id: a, kind: curv}]", "kind"),
        ("figures: [{id: a, kind: curve}]", "needs endpoint"),
        ("figures: [{id: a, kind: love, endpoint: x}]", "has no endpoint"),
        ("figures: [{id: a, kind: flow}, {id: a, kind: love}]", "a twice"),
        ("figures: [{id: ../a, kind: flow}]", "id"),
        ("figures: [{id: a, kind: love, weighted_counts: true}]", "only a curve"),
        ("figurs: []", "did you mean 'figures'"),
        ("journals: {mine: {like: nobody}}", "does not stand above it"),
        (
            "journals: {m: {label: M, theme: t, columns: {single: 90}, line: 1, resolution: "
            "{line: 600, combination: 600, halftone: 300}, type: {least: 7, text: 6, small: 7, "
            "title: 8}}}",
            "no type may be smaller than least, 7 pt",
        ),
    ],
)
def test_what_cannot_be_is_named(tmp_path: Path, text: str, said: str) -> None:
    """A key that is not understood would leave a figure out, or draw another."""
    with pytest.raises(PlanError, match=said):
        load_figures_plan(plan(tmp_path, text))


def test_a_journal_like_another_differs_in_what_it_says(tmp_path: Path) -> None:
    """One line for a journal of the same publisher."""
    file = plan(
        tmp_path,
        "journals:\n"
        "  one: {label: One, theme: default, columns: {single: 90}, line: 1,\n"
        "        resolution: {line: 600, combination: 600, halftone: 300},\n"
        "        type: {least: 7, text: 7, small: 7, title: 8}}\n"
        "  two: {like: one, label: Two, columns: {single: 80}}\n",
    )
    found = load_figures_plan(file).journals
    assert found["two"].columns == {"single": 80}
    assert found["two"].type == found["one"].type
