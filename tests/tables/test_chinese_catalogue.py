"""The Chinese catalogue and the words of the study: whole, writable, and written as Chinese is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
import yaml

from spine_outcomes.figures.style import REPORT
from spine_outcomes.figures.typeface import lacking
from spine_outcomes.study.load import load_dictionary, load_plan
from spine_outcomes.study.packaged import find_plan, packaged_file
from spine_outcomes.tables.language import Translator, translator

CATALOGUE = (
    files("spine_outcomes.tables").joinpath("languages", "zh.yaml").read_text(encoding="utf-8")
)
TEXTS: dict[str, str] = yaml.safe_load(CATALOGUE)["texts"]
WORDS = load_plan(find_plan("chinese")).report.words
GAP = re.compile(r"\{(\w+)\}")
OWN = "[\u2e80-\u9fff]"


def say() -> Translator:
    """What says texts of the packaged study in Chinese."""
    found = translator("zh", WORDS)
    assert found is not None
    return found


@pytest.mark.parametrize("texts", [TEXTS, WORDS], ids=["catalogue", "study"])
def test_a_gap_of_the_chinese_is_one_of_the_english(texts: dict[str, str]) -> None:
    """A number that is lost, or a brace on the page."""
    assert [text for text in texts if set(GAP.findall(texts[text])) - set(GAP.findall(text))] == []


def test_no_text_is_translated_twice() -> None:
    """Two translations of which the later one wins, whoever corrects the first."""
    loader = yaml.SafeLoader(CATALOGUE)
    root = loader.get_single_node()
    block = next(value for key, value in root.value if key.value == "texts")
    keys = [key.value for key, _ in block.value]
    assert sorted(key for key in set(keys) if keys.count(key) > 1) == []


@pytest.mark.parametrize("texts", [TEXTS, WORDS], ids=["catalogue", "study"])
def test_the_shipped_fonts_can_write_every_text(texts: dict[str, str]) -> None:
    """A box in every figure of every Chinese report."""
    assert lacking(texts.values(), REPORT) == ()


@pytest.mark.parametrize("texts", [TEXTS, WORDS], ids=["catalogue", "study"])
def test_marks_are_those_of_chinese(texts: dict[str, str]) -> None:
    """A comma of another width in the midst of Chinese, or a blank before a full stop."""
    marks = re.compile(rf"{OWN}[,;:!?()]|[,;:!?(]{OWN}|\s[。，；：、）]|{OWN}\.$")
    assert [said for said in texts.values() if marks.search(said)] == []


@pytest.mark.parametrize("plan", ["primary", "endpoints", "toxicity", "sensitivity"])
def test_every_label_of_the_study_has_a_word(plan: str) -> None:
    """One English name in the midst of a Chinese table."""
    block = load_plan(find_plan(plan)).model_dump(mode="json")
    assert [label for label in labels(block) if english(say()(label))] == []


def test_every_label_of_the_dictionary_has_a_word() -> None:
    """The column that the next plan adjusts for, in English."""
    columns = load_dictionary(packaged_file("data_dictionary.yaml")).columns
    named = [text for each in columns for text in (each.label, *(each.codes or {}).values())]
    assert [label for label in named if english(say()(label))] == []


def labels(value: Any) -> Iterator[str]:
    """What a plan calls its parts."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key in ("label", "complement", "title") and isinstance(item, str):
                yield item
            elif key == "population" and isinstance(item, dict):
                yield item["name"]
            yield from labels(item)
    elif isinstance(value, list):
        for item in value:
            yield from labels(item)


def english(text: str) -> bool:
    """Whether a text holds words and none in Chinese: names of genes and vertebrae may stay."""
    return bool(re.search("[a-z]{2}", text)) and not re.search(OWN, text)


@pytest.mark.parametrize(
    ("english_text", "chinese"),
    [
        ("0.74 (0.50 to 1.10)", "0.74 (0.50, 1.10)"),
        ("benefit 74.13 (benefit 13.75 to infinity to harm 21.85)",
         "获益74.13（获益13.75经无穷至危害21.85）"),
        ("4.07 (1 df)", "4.07（自由度1）"),
        ("Not drawn, as it would give back a count from 1 to 4: Focal, 1 to 11 months.",
         "未绘出，因其会泄露1至4的计数：局部勾画，1至11个月。"),
        ("Incidence at 6 months, Focal, ATE weights", "6个月时发生率，局部勾画，ATE加权"),
        ("Cumulative incidence: death before local failure, ATE weights. Unweighted.",
         "累积发生率：局部失败之前的死亡，ATE加权。未加权。"),
        ("≥5 rows (<5 in arm Focal, ≥5 in arm Extended) have no follow-up (Date last known alive, "
         "or of death (last_contact_date)): they are censored at time 0 and add nothing.",
         "≥5行（局部勾画组<5、扩大勾画组≥5）无随访（末次确认存活日期或死亡日期，last_contact_date）："
         "在时间0删失，不提供信息。"),
        ("Population: eligible lesions, 700 lesions, 500 patients; data cut-off 2024-12-31.",
         "人群：符合入选标准的病灶，700个病灶，500名患者；数据截止日期2024-12-31。"),
        ("700 lesions, 500 patients", "700个病灶、500名患者"),
        ("Surgery before (23/132)", "既往有手术（23/132）"),
        ("12 of 331 (about 4 of 100)", "331个中12个（每100个约4个）"),
        ("Overall survival at 24 months: about 50 of 100 patients with Focal and about 51 of 100 "
         "with Extended, had all been treated so.",
         "24个月时总生存：若全部如此治疗，每100名患者中，局部勾画约50名，扩大勾画约51名。"),
    ],
)  # fmt: skip
def test_sentences_stand_in_the_order_of_chinese(english_text: str, chinese: str) -> None:
    """Chinese words in the order of English, or a sentence of which half is said."""
    assert say()(english_text) == chinese
