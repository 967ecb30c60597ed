"""What keeps data from becoming program."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes.report.environment import css_string, raw_number
from spine_outcomes.report.security import json_block


@given(st.text())
def test_json_in_a_script_element_cannot_end_it_and_reads_back(text: str) -> None:
    """ "</script>" inside a string ends the element, whatever JSON thinks of it."""
    block = str(json_block({text: text}))
    assert not set(block) & set("<>&\u2028\u2029")
    assert json.loads(block) == {text: text}


@given(st.text())
def test_a_css_string_holds_nothing_that_could_end_it(text: str) -> None:
    """A study title in the print margin must not become a rule."""
    inside = str(css_string(text))[1:-1]
    assert all(c.isascii() and (c.isalnum() or c in " \\") for c in inside)


@pytest.mark.parametrize(("value", "text"), [(388.0, "388"), (0.1, "0.1"), (1 / 3, repr(1 / 3))])
def test_raw_values_keep_every_digit(value: float, text: str) -> None:
    """A raw value that was rounded is no raw value."""
    assert raw_number(value) == text
    assert float(raw_number(value)) == value
