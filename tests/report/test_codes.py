"""Codes within sentences."""

from __future__ import annotations

from spine_outcomes.report.codes import coded


def test_a_word_with_an_underscore_is_code_and_nothing_else_is_touched() -> None:
    """A column's name read as a word; a script, an attribute or a figure's text that is broken."""
    page = (
        '<title>a_b</title><script>let a_b = "x_y";</script><p id="a_b">Volume (gtv_cc), of '
        'my_file.csv, W_STEP. <code>c_d</code></p><svg><text>e_f</text></svg><dl translate="no">'
        "<dt>g_h</dt></dl>"
    )
    marked = page.replace("gtv_cc", "<code>gtv_cc</code>")
    assert coded(page) == marked.replace("my_file.csv", "<code>my_file.csv</code>")
