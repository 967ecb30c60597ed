"""Forest plots of endpoints, of sensitivity analyses and of subgroups."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from spine_outcomes.analysis.results import Results
from spine_outcomes.report.forests import forest_pictures
from spine_outcomes.report.picture import Picture
from spine_outcomes.report.render import render_report
from spine_outcomes.tables.suppression import protected
from tests.report.further import further_results
from tests.report.synthetic import synthetic_results


def pictures(results: Results) -> dict[str, Picture]:
    """Forest plots by id."""
    return {picture.id: picture for picture in forest_pictures(results)}


def words(picture: Picture) -> list[str]:
    """Texts of a drawing, in its order."""
    drawn = re.findall(r"<text[^>]*>([^<]*)</text>", picture.svg)
    return [text.strip() for text in drawn if text.strip()]


def test_one_of_all_endpoints_then_two_of_every_endpoint_that_has_more() -> None:
    """Ids are anchors and file names: two plots under one name overwrite each other."""
    assert list(pictures(further_results())) == [
        "forest", "forest-sensitivity-relapse", "forest-subgroups-relapse",
    ]  # fmt: skip
    assert list(pictures(synthetic_results())) == ["forest"]


def test_without_a_hazard_ratio_there_is_none() -> None:
    """An empty frame around nothing."""
    frame = synthetic_results().results
    assert pictures(synthetic_results(results=frame[frame["model"] != "cox"])) == {}


def test_endpoints_are_heads_and_weights_their_lines() -> None:
    """A ratio under the endpoint next to its own."""
    found = words(pictures(synthetic_results())["forest"])
    heads = [found.index(e) for e in ("Relapse", "Relapse at the edge", "Overall survival")]
    assert heads == sorted(heads)
    assert len([text for text in found if text.startswith("ATE weights (")]) == 4
    assert "Endpoint, weights (events/rows)" in found
    assert "Hazard ratio (95% CI)" in found


@pytest.mark.parametrize(
    ("key", "name", "numbers"),
    [
        ("forest-sensitivity-relapse", "Trimmed scores", "0.61 (0.40 to 0.94)"),
        ("forest-sensitivity-relapse", "Primary analysis", "NE"),
        ("forest-subgroups-relapse", "Grade in two", "1.21 (0.66 to 2.22)"),
        ("forest-subgroups-relapse", "Men (9/374)", "NE"),
        ("forest-subgroups-relapse", "All rows (122/705)", "0.52 (0.31 to 0.87)"),
    ],
)
def test_names_and_numbers_are_those_of_the_table(key: str, name: str, numbers: str) -> None:
    """What is not estimable keeps its line here as it does there."""
    found = words(pictures(further_results())[key])
    assert name in found
    assert numbers in found


def test_both_sides_name_the_arm_that_has_fewer_events() -> None:
    """ "Favours A" is read backwards where the outcome is a good one."""
    found = " ".join(words(pictures(further_results())["forest-subgroups-relapse"]))
    assert "lower hazard with Wide field with margin" in found
    assert "higher hazard with Wide field with margin" in found


def test_notes_explain_ne_and_hazards() -> None:
    """NE without a word on it, or a word on it where all is known."""
    results = further_results()
    is_known = results.results["endpoint"] != "rare_harm"
    found = pictures(synthetic_results(plan=results.plan, results=results.results[is_known]))
    for key, picture in found.items():
        assert any("cause-specific where events compete, Efron's ties" in n for n in picture.notes)
        assert any("NE: not estimable" in n for n in picture.notes) == (key != "forest")


def test_every_plot_stands_in_its_section() -> None:
    """Drawn, exported, and shown nowhere."""
    page = render_report(further_results())
    for key, section in (
        ("forest", "forest-section"),
        ("forest-sensitivity-relapse", "sensitivity-section"),
        ("forest-subgroups-relapse", "subgroups-section"),
    ):
        before = page[: page.index(f'id="{key}"')]
        assert f'id="{section}"' in before.rpartition("<section")[2]


def test_events_and_rows_stand_beside_every_ratio() -> None:
    """C51: a ratio that is not estimable and does not say that one of two arms had no event."""
    found = words(pictures(further_results())["forest-sensitivity-relapse"])
    assert "ATE weights (78/640)" in found
    for key in ("forest", "forest-sensitivity-relapse", "forest-subgroups-relapse"):
        drawn = pictures(further_results())[key]
        n_ratios = len(
            [text for text in words(drawn) if re.fullmatch(r"NE|[\d.]+ \(.* to .*\)", text)]
        )
        assert len([text for text in words(drawn) if re.search(r"\(\d+/\d+\)$", text)]) == n_ratios


def test_the_interaction_stands_beside_the_name_of_its_subgroup() -> None:
    """Levels that look different, without the test of whether they are."""
    found = words(pictures(further_results())["forest-subgroups-relapse"])
    assert found.count("p of interaction 0.038") == 1
    assert found.count("p of interaction NE") == 1


def test_a_small_count_is_hidden_in_the_plot_too() -> None:
    """Masked in the table and printed in the drawing."""
    results = further_results()
    few = results.results.assign(
        n_event=results.results["n_event"].where(results.results["subgroup"] != "Men", 3)
    )
    shown = protected(replace(results, results=few))
    found = words(pictures(shown)["forest-subgroups-relapse"])
    assert "Men (&lt;5/374)" in found
    assert not any("(3/374)" in text for text in found)
