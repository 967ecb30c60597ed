"""Texts of a page in another language; programs, names of files and tags stay."""

from __future__ import annotations

from spine_outcomes.report.spoken_page import letters_of, script_words, spoken_page
from spine_outcomes.tables.language import Catalogue, Translator

FONT = "DroidSansFallback-GB2312.ttf"
SAY = Translator(
    Catalogue(
        "zh-CN",
        "'PingFang SC'",
        FONT,
        {},
        "（）",
        "。",
        {"Local failure": "局部失败", "Age & sex": "甲<乙", ",": "、", ".": "。"},
    )
)


def test_texts_between_tags_and_labels_are_said() -> None:
    """A heading left in English, or a label that only the blind would miss."""
    page = '<html lang="en"><h2 aria-label="Local failure">Local failure</h2><p>x</p></html>'
    assert spoken_page(page, SAY) == (
        '<html lang="zh-CN"><h2 aria-label="局部失败">局部失败</h2><p>x</p></html>'
    )


def test_what_programs_read_stays() -> None:
    """A script that says another thing than its hash in the policy."""
    page = "<script>if (a<b) 'Local failure'</script><style>p>a{}</style><code>Local failure</code>"
    page += '<td translate="no"><b>Local failure</b></td>'
    assert spoken_page(page, SAY) == page


def test_a_list_of_links_has_the_marks_and_no_blanks_of_the_language() -> None:
    """Commas and full stops of two kinds in one line."""
    page = '<p>Local failure <a href="#a">Local failure</a>, <a href="#b">Local failure</a>.</p>'
    assert spoken_page(page, SAY) == (
        '<p>局部失败<a href="#a">局部失败</a>、<a href="#b">局部失败</a>。</p>'
    )


def test_what_stands_between_two_numbers_was_said_with_its_table() -> None:
    """An interval whose comma became that of a list."""
    page = '<td>(<span data-raw="1">1.0</span>, <span data-raw="2">2.0</span>)</td>'
    assert spoken_page(page, SAY) == page


def test_the_scripts_are_told_what_to_say() -> None:
    """A button in English on a Chinese page; a page in English needs to be told nothing."""
    script = 'page.word("Local failure"); page.word("{n} found", { n: 3 }); say("Age & sex");'
    assert script_words(script, SAY) == {"Local failure": "局部失败", "{n} found": "{n} found"}
    assert script_words(script, None) == {}


def test_marks_stay_marks() -> None:
    """A text that becomes a tag."""
    assert spoken_page("<p>Age &amp; sex</p>", SAY) == "<p>甲&lt;乙</p>"


def test_the_letters_come_before_those_of_the_reader() -> None:
    """Empty boxes where the reader has no Chinese letters."""
    rules = letters_of("局部失败", SAY)
    assert rules.index("@font-face") < rules.index("font-family:Arial")
    assert "'PingFang SC'" in rules
