"""Hostile and careless YAML: refused by name and line, never half understood."""

from __future__ import annotations

import datetime
import os
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes.errors import DictionaryError, InputOutputError, PlanError, RefusedError
from spine_outcomes.study.yaml_source import MAX_BYTES, parse_yaml, read_yaml


def data(text: str, **options: frozenset[str]) -> object:
    """Values of a YAML text."""
    return parse_yaml(text, "plan.yaml", PlanError, **options).data


@pytest.mark.parametrize(
    "payload",
    [
        "a: !!python/object/apply:os.system ['touch made']",
        "a: !!python/name:os.system",
        "!!python/object/new:type {}",
        "a: !local 1",
        "a: !!binary aGk=",
        "a: !!str 1",
    ],
)
def test_tags_are_refused(payload: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A followed tag would run code or make objects that no key asked for."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RefusedError, match=r"E_TAG plan\.yaml, line 1"):
        data(payload)
    assert not (tmp_path / "made").exists()


def laughs(levels: int = 9) -> str:
    """Each line ten times the one before: a billion values from a few hundred bytes."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for i in range(1, levels):
        lines.append(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]")
    return "\n".join(lines)


@pytest.mark.parametrize(
    "bomb",
    [
        laughs(),
        "a: " + "[" * 10_000,
        "a: " + "{b: " * 10_000,
        "- " * 10_000,
        "\n".join(" " * i + "a:" for i in range(2_000)),
        "a: &a [*a]",
        "a: *nowhere",
    ],
    ids=["laughs", "brackets", "braces", "dashes", "indents", "self", "nothing"],
)
def test_bombs_are_refused_within_a_second(bomb: str) -> None:
    """Following it would take all memory, or end in a recursion error."""
    start = time.perf_counter()
    with pytest.raises(RefusedError):
        data(bomb)
    assert time.perf_counter() - start < 1


def test_a_file_over_the_limit_is_refused_unread(tmp_path: Path) -> None:
    """100 MB must not be read before they are counted: the file is sparse and holds no YAML."""
    path = tmp_path / "plan.yaml"
    with path.open("wb") as file:
        file.truncate(100 * MAX_BYTES)
    with pytest.raises(RefusedError, match="E_TOO_LARGE"):
        read_yaml(path, PlanError)


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    """Opening a FIFO would hang for ever."""
    path = tmp_path / "plan.yaml"
    os.mkfifo(path)
    with pytest.raises(InputOutputError, match="not a regular file"):
        read_yaml(path, PlanError)


def test_a_missing_file_names_its_neighbour(tmp_path: Path) -> None:
    """Without the neighbour's name a typo costs a search."""
    (tmp_path / "primary.yaml").touch()
    with pytest.raises(InputOutputError, match=r"Did you mean primary\.yaml\?"):
        read_yaml(tmp_path / "primery.yaml", PlanError)


def test_every_doubled_key_is_named_with_both_lines() -> None:
    """PyYAML keeps the last and says nothing: half of a plan would vanish."""
    with pytest.raises(PlanError) as fault:
        data("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\na: 4\n")
    first, second = fault.value.problems
    assert (first.line, second.line) == (5, 6)
    assert "b.c: this key stands already in line 3" in first.message
    assert "a: this key stands already in line 1" in second.message


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a:\n\tb: 1\n", 2, "Indent with spaces"),
        ("a: 1\n b: 2\n", 2, "character"),
        ("a: 'open\n", 2, "character"),
        ("a: [1, 2\nb: 3\n", 2, "character"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("? [a, b]\n: 1\n", 1, "plain text"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", 3, "merge keys"),
    ],
)
def test_faults_of_the_text_name_their_line(text: str, line: int, words: str) -> None:
    """A fault without its line is a search through the file."""
    with pytest.raises(PlanError) as fault:
        data(text)
    (problem,) = fault.value.problems
    assert problem.line == line
    assert problem.file == "plan.yaml"
    assert words in str(problem)


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n- b\n", "just text\n"])
def test_a_file_without_keys_is_an_error(text: str) -> None:
    """An empty plan must not run with every default."""
    with pytest.raises(PlanError, match="keys and their values"):
        data(text)


def test_control_characters_are_an_error_and_not_printed() -> None:
    """A NUL or an escape sequence must neither pass nor reach the terminal."""
    for text in ("a: \x00b", "a: \x1b[31mred"):
        with pytest.raises(PlanError) as fault:
            data(text)
        assert str(fault.value).isprintable()


def test_bytes_that_are_not_utf8_are_an_error(tmp_path: Path) -> None:
    """A guessed encoding would change labels silently."""
    path = tmp_path / "dictionary.yaml"
    path.write_bytes(b"label: caf\xe9\n")
    with pytest.raises(DictionaryError, match="byte 10 is not UTF-8"):
        read_yaml(path, DictionaryError)


def test_a_byte_order_mark_is_dropped(tmp_path: Path) -> None:
    """Otherwise the first key is unknown to everybody."""
    path = tmp_path / "plan.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_yaml(path, PlanError).data == {"a": 1}


def test_plain_scalars_follow_the_yaml_1_2_core() -> None:
    """YAML 1.1 reads no as false, 010 as 8, 1_000 as 1000, 12:30 as 750 and 1e3 as text."""
    text = (
        "a: no\nb: 010\nc: 1_000\nd: 12:30\ne: 1e3\nf: -2.50\ng: .5\nh: 2020-02-29\n"
        "i: 2020-02-30\nj: ~\nk:\nl: true\nm: '1'\nn: 1e999\no: 0x1F\np: .inf\nq: 1.\n"
    )
    assert data(text) == {
        "a": "no", "b": "010", "c": "1_000", "d": "12:30", "e": 1000.0, "f": -2.5, "g": 0.5,
        "h": datetime.date(2020, 2, 29), "i": "2020-02-30", "j": None, "k": None, "l": True,
        "m": "1", "n": "1e999", "o": "0x1F", "p": ".inf", "q": 1.0,
    }  # fmt: skip


def test_codes_keep_their_written_text() -> None:
    """A code 0, 1a, no or 2020-01-01 that became a number, a boolean or a date fits no cell."""
    text = "x:\n  codes: {0: No, 1a: 1, no: yes, 2020-01-01: null}\n  missing: [NA, -9, 1e3, ~]\n"
    keys = frozenset({"codes", "missing"})
    assert data(text, text_keys=keys) == {
        "x": {
            "codes": {"0": "No", "1a": "1", "no": "yes", "2020-01-01": "null"},
            "missing": ["NA", "-9", "1e3", "~"],
        }
    }


def test_no_codes_is_no_codes() -> None:
    """``codes: null`` must not become the text null."""
    assert data("codes: null", text_keys=frozenset({"codes"})) == {"codes": None}


def test_an_alias_is_the_value_it_names() -> None:
    """Long lists of codes are written once in a dictionary."""
    assert data("a: &x {b: 1}\nc: *x\n") == {"a": {"b": 1}, "c": {"b": 1}}


def test_the_line_of_every_key_is_known() -> None:
    """Messages about values stand on this."""
    source = parse_yaml("a:\n  - b: 1\n    c: 2\n  - d: {e: 3}\n", "plan.yaml", PlanError)
    assert source.position(("a", 0, "c")).line == 3
    assert source.position(("a", 1, "d", "e")).line == 4
    assert source.position(("a", 1, "d", "absent")).line == 4
    assert source.position(()).line == 1


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text("abcXYZ 01", max_size=8),
    lambda inside: (
        st.lists(inside, max_size=4) | st.dictionaries(st.text("ab", min_size=1), inside)
    ),
    max_leaves=15,
)


@given(st.dictionaries(st.text("abc", min_size=1), VALUES))
def test_what_the_library_writes_is_read_back(keys: dict[str, object]) -> None:
    """The reader is our own: on plain values it must agree with the library's writer."""
    assert data(yaml.safe_dump(keys) if keys else "a: 1") == (keys or {"a": 1})
