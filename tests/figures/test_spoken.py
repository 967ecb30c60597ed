"""Texts of a figure are said in its language before they are measured and folded."""

from __future__ import annotations

from spine_outcomes.figures.spoken import speaking, spoken
from spine_outcomes.figures.style import house_style
from spine_outcomes.figures.text_width import folded, text_width, widest

WORDS = {"Vertebral compression fracture": "椎体压缩性骨折", "Age": "治疗时年龄"}


def say(text: str) -> str:
    """The word, where there is one."""
    return WORDS.get(text, text)


def test_what_is_measured_is_what_will_stand_there() -> None:
    """Margins for the English names leave holes, or names that run into the plot."""
    with house_style(), speaking(say):
        assert widest(["Age"], 8) == text_width("治疗时年龄", 8)
        assert folded("Vertebral compression fracture", 30, 8).replace("\n", "") == "椎体压缩性骨折"
        assert "\n" in folded("Vertebral compression fracture", 30, 8)


def test_the_language_ends_with_its_block() -> None:
    """An English figure drawn after a Chinese one, in Chinese."""
    with speaking(say), speaking(None):
        assert spoken("Age") == "Age"
    assert spoken("Age") == "Age"
