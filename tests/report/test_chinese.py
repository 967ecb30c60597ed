"""The Chinese report is Chinese: every text of the invented run and of the demo."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from spine_outcomes.analysis.results import Results
from spine_outcomes.report.environment import read_asset
from spine_outcomes.report.exhibits import exhibits
from spine_outcomes.report.head import head
from spine_outcomes.report.render import SCRIPTS, as_printed, page, render_report
from spine_outcomes.report.word import word_document
from spine_outcomes.tables.suppression import protected
from tests.commanding import told
from tests.report.further import further_results
from tests.report.untranslated import english, is_english

QUICK = "missing: {imputations: 2, iterations: 2}\n"
MOST_BYTES = 3_000_000
# The words of the invented study, as its plan would hold them.
WORDS = {
    "Narrow or wide field: an invented study": "窄野与宽野：虚构研究",
    "all rows": "全部行",
    "Field": "照射野",
    "Narrow field": "窄野",
    "Wide field with margin": "带边界的宽野",
    "Relapse": "复发",
    "Relapse at the edge": "边缘复发",
    "Control": "控制",
    "Overall survival": "总生存",
    "Rare harm": "罕见危害",
    "death": "死亡",
    "Age at start": "起始年龄",
    "Sex": "性别",
    "Women": "女",
    "Men": "男",
    "Grade": "分级",
    "Low": "低",
    "Middle": "中",
    "High": "高",
    "Higher": "较高",
    "Grade in two": "二分类分级",
    "Volume": "体积",
    "Treated before": "既往治疗",
    "Date of relapse": "复发日期",
    "Start date": "起始日期",
    "Last date": "末次日期",
    "Death date": "死亡日期",
    "Aged 18 to 90": "年龄18至90岁",
    "First course at this place": "该处首次治疗",
    "One of the two fields": "两种照射野之一",
    "Trimmed scores": "截取评分",
    "Without result": "无结果",
    "14 of 719 rows are left out: grade missing": "719行中剔除14行：分级缺失",
    "82 of 503 clusters have rows in both arms": "503个聚类中82个在两组均有行",
}


def chinese(results: Results, words: Mapping[str, str]) -> Results:
    """The results with a plan that asks for a Chinese report, and the words of its study."""
    report = results.plan.report.model_copy(update={"language": "zh", "words": dict(words)})
    return replace(results, plan=results.plan.model_copy(update={"report": report}))


def invented(endpoints: Sequence[str] = tuple(WORDS), **unsaid: str) -> Results:
    """The invented run in Chinese; of some endpoints only, where these are named."""
    shown = chinese(further_results(), WORDS | unsaid)
    kept = {key: each for key, each in shown.plan.endpoints.items() if each.label in endpoints}
    return replace(shown, plan=shown.plan.model_copy(update={"endpoints": kept}))


@cache
def invented_page() -> str:
    """The Chinese page of the whole invented run."""
    return render_report(invented())


def test_no_text_of_the_invented_run_is_english() -> None:
    """A page half in another language, in what is seen, heard, printed or said by its scripts."""
    assert english(invented_page()) == []


def test_an_entry_that_is_missing_is_found_wherever_its_text_stands() -> None:
    """A list that is empty for every page.

    A text that is an entry for itself is one that the catalogue lacks.
    """
    lacking = (
        "Key results",  # a heading
        "Status of this report",  # heard
        "Time, months",  # drawn
        "Copy this table as shown",  # said by a script
        "DRAFT, not for decision",  # printed
        "fewer than {n} events in the subgroup",  # below a table
        "Robust score test",  # in a table
    )
    found = english(render_report(invented(["Relapse"], **{text: text for text in lacking})))
    starts = [text.partition(" {")[0] for text in lacking]
    assert [start for start in starts if not any(start in text for text in found)] == []


def test_the_scripts_say_nothing_that_is_not_a_word_of_the_page() -> None:
    """A button that no catalogue can say."""
    script = "".join(map(read_asset, SCRIPTS))
    others = re.sub(r'word\("[^"]+"', "", script)
    assert re.findall(r'["`]([A-Z][a-z][^"`]*)["`]', others) == ["Escape"]  # a key of the keyboard


def test_what_the_word_document_says_around_its_exhibits_is_chinese() -> None:
    """Chinese tables between English captions and notes.

    The sentences for a paper, the plan and the references stay in English, as on the page.
    """
    docx = pytest.importorskip("docx")
    shown = protected(invented(["Relapse"]))
    found = exhibits(shown)
    made = word_document(page(shown, found), as_printed(shown, found), head(shown))
    document = docx.Document(io.BytesIO(made))
    kept = document.paragraphs
    said = [part.text for part in document.sections[0].header.paragraphs]
    said += [part.text for part in kept if part.style.name in ("Caption", "Title", "Heading 1")]
    said += [part.text for part in kept if re.search("[\u4e00-\u9fff]", part.text)]
    said += [e.get("descr", "") for e in document.element.body.iter() if e.tag.endswith("docPr")]
    assert len(said) > 50
    assert [text for text in said if is_english(text)] == []


@pytest.mark.slow
def test_nothing_that_the_scripts_make_is_english(tmp_path: Path) -> None:
    """Buttons, their hints, the search and what is read out, made after the page was written."""
    pytest.importorskip("playwright")
    from tests.report import browser

    if browser.BROWSER is None:
        pytest.skip("no Chromium on this machine")
    with (
        browser.chromium() as chromium,
        browser.visit(chromium, invented_page(), tmp_path, "desktop") as found,
    ):
        seen = found.page
        said = seen.locator("[role=status]")
        seen.fill("#search", "复发")
        assert re.fullmatch(r"找到\d+项，显示12项", said.inner_text())
        seen.fill("#search", "")
        slider = seen.locator("#curve-relapse-ATE input[type=range]")
        slider.focus()
        seen.keyboard.press("End")
        assert "60个月；窄野：" in str(slider.get_attribute("aria-valuetext"))
        seen.locator("td [data-raw]").first.click()
        assert said.inner_text().startswith("已复制")
        assert english(seen.content()) == []
        browser.unfold(seen)
        assert browser.overlaps(browser.text_boxes(seen)) == []
        assert browser.cut_off(browser.figures(seen)) == []


@pytest.mark.slow
def test_no_text_of_the_demo_is_english_and_the_file_stays_small(tmp_path: Path) -> None:
    """The report that goes to the site in Beijing, in two languages, or too large to mail."""
    plan = tmp_path / "plan.yaml"
    plan.write_text("schema_version: 1\nextends: chinese\n" + QUICK, encoding="utf-8")
    assert told("report", plan, "--out", tmp_path / "out").code == 0
    made = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert english(made) == []
    assert len(made.encode()) < MOST_BYTES
