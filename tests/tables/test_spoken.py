"""A table in another language keeps its numbers, also where they change places."""

from __future__ import annotations

from spine_outcomes.tables.language import Catalogue, Translator
from spine_outcomes.tables.spoken import in_parts, spoken
from spine_outcomes.tables.table import Cell, Column, Number, Row, Table

TEXTS = {
    "Key results": "主要结果",
    "Endpoint": "终点",
    "Death": "死亡",
    "Risk, %": "风险（%）",
    "{n} of {m} rows": "{m}行中{n}行",
    "No event": "无事件",
    "Note": "注",
}
SAY = Translator(Catalogue("zh-CN", "", "", {" to ": "至"}, "（）", "。", TEXTS))


def test_numbers_keep_their_values_where_they_change_places() -> None:
    """The raw value of another number under the one that is printed."""
    few, all_rows = Number("3", 3.0), Number("40", 40.0)
    assert in_parts((few, " of ", all_rows, " rows"), SAY) == (all_rows, "行中", few, "行")
    assert in_parts((few, " (", few, " to ", all_rows, ")"), SAY) == (
        few, "（", few, "至", all_rows, "）",
    )  # fmt: skip


def test_every_text_of_a_table_is_said() -> None:
    """A head in one language over rows in another."""
    cells = (Cell(("x",), reason="No event"),)
    table = Table(
        "a", "Key results", "Endpoint", (Column("Risk, %"),), (Row("Death", cells),), ("Note.",)
    )
    said = spoken(table, SAY)
    assert (said.title, said.stub_head, said.notes) == ("主要结果", "终点", ("注。",))
    assert (said.columns[0].head, said.rows[0].stub) == ("风险（%）", "死亡")
    assert said.rows[0].cells[0].reason == "无事件"


def test_what_files_hold_stays() -> None:
    """A key of the plan that no plan has."""
    table = Table("a", "Key results", "Endpoint", (), (Row("Death", ()),), is_verbatim=True)
    assert spoken(table, SAY).rows[0].stub == "Death"
