"""Texts of a page in another language; programs, names of files and tags stay."""

from __future__ import annotations

from spine_outcomes.report.spoken_page import letters_of, spoken_page
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
        {"Local failure": "局部失败", "Age & sex": "甲<乙"},
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


def test_marks_stay_marks() -> None:
    """A text that becomes a tag."""
    assert spoken_page("<p>Age &amp; sex</p>", SAY) == "<p>甲&lt;乙</p>"


def test_the_letters_come_before_those_of_the_reader() -> None:
    """Empty boxes where the reader has no Chinese letters."""
    rules = letters_of("局部失败", SAY)
    assert rules.index("@font-face") < rules.index("font-family:Arial")
    assert "'PingFang SC'" in rules
