"""Texts of a report in another language: entries, gaps, and texts taken apart."""

from __future__ import annotations

import pytest

from spine_outcomes.tables.language import Catalogue, Translator

JOINTS = {"; ": "；", ": ": "：", ", ": "，", " and ": "和"}


def say(text: str, **texts: str) -> str:
    """A text by a small catalogue."""
    entries = {
        "Local failure": "局部失败",
        "Death": "死亡",
        "Patients": "患者",
        "{n} of {total} rows were left out": "{total}行中剔除{n}行",
        "{endpoint}, {kind} weights": "{endpoint}（{kind}加权）",
        "overlap": "重叠",
        "({text})": "（{text}）",
        **texts,
    }
    return Translator(Catalogue("zh-CN", "", "", JOINTS, "（）", "。", entries))(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Local failure", "局部失败"),
        ("local failure", "局部失败"),  # the same words inside a sentence
        (" patients ", " 患者 "),  # words between two numbers of a cell keep their blanks
        ("12.5 (3–40)", "12.5 (3–40)"),  # nothing to say
        ("3 of 40 rows were left out", "40行中剔除3行"),  # the gaps may change places
        ("Local failure, overlap weights", "局部失败（重叠加权）"),
        ("3 of 40 rows were left out.", "40行中剔除3行。"),
        ("3 of 4 rows were left out. Local failure.", "4行中剔除3行。局部失败。"),
        ("Local failure; death", "局部失败；死亡"),
        ("Local failure: death, patients", "局部失败：死亡，患者"),
        ("Local failure, death and patients", "局部失败，死亡和患者"),
        ("Local failure (death; patients), death", "局部失败（死亡；患者），死亡"),
        ("(death)", "（死亡）"),
    ],
)
def test_a_text_is_said_by_its_entry_or_by_its_pieces(text: str, said: str) -> None:
    """A page half in another language."""
    assert say(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Vertebral fracture", "Vertebral fracture"),
        ("Vertebral fracture. Death.", "Vertebral fracture. 死亡。"),
        ("Vertebral fracture, death", "Vertebral fracture, death"),
    ],
)
def test_what_no_entry_has_stays(text: str, said: str) -> None:
    """Words lost, or a gap filled with English in the midst of another language."""
    assert say(text) == said


def test_the_entry_with_the_longer_words_is_the_closer_one() -> None:
    """A general entry that takes what a special one says better."""
    said = say(
        "Incidence at 12 months",
        **{
            "{what} at {time} months": "{time}个月时{what}",
            "Incidence at {time} months": "{time}月发生率",
        },
    )
    assert said == "12月发生率"


def test_a_brace_in_a_text_is_no_gap_of_the_catalogue() -> None:
    """A text of a cohort run as a format."""
    assert say("Local failure: {0}", **{"Local failure": "局部失败"}) == "局部失败：{0}"
