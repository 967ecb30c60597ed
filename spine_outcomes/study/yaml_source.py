"""Plans and dictionaries as text that people write: strict YAML, with the line of every key.

The YAML library constructs nothing: its parser's events are read one by one, so that a tag, a bomb
or a doubled key is met before anything is built from it. Of YAML 1.1's guesses only those of the
1.2 core remain (``yes``, ``no``, ``010`` and ``1_000`` stay text), every key is text, and scalars
under the caller's ``text_keys`` keep the text they were written with.
"""

from __future__ import annotations

import datetime
import math
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from spine_outcomes.errors import (
    DefinitionError,
    InputOutputError,
    Problem,
    RefusedError,
    printable,
)
from spine_outcomes.study.key_path import KeyPath, Position, dotted, nearest

MAX_BYTES = 1_000_000
MAX_DEPTH = 30
MAX_NODES = 100_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = re.compile(r"null|Null|NULL|~|")
_BOOLEAN = re.compile(r"true|True|TRUE|false|False|FALSE")
_INTEGER = re.compile(r"[-+]?(0|[1-9]\d*)", re.ASCII)
_FLOAT = re.compile(r"[-+]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True)
class YamlSource:
    """A YAML mapping and where each of its keys stands.

    Parameters
    ----------
    data
        The mapping: keys are text, values None, bool, int, float, date, text, list or mapping.
    positions
        Position of each key path, such as ``("columns", 3, "hard")``.
    file
        Name of the file, without its folder.
    """

    data: dict[str, Any]
    positions: Mapping[KeyPath, Position]
    file: str

    def position(self, path: KeyPath) -> Position:
        """Position of a key, or of the nearest key that contains it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.positions:
                return self.positions[path[:length]]
        return Position(self.file, 1)


def read_yaml(
    path: Path, error: type[DefinitionError], *, text_keys: frozenset[str] = frozenset()
) -> YamlSource:
    """Read one YAML file whose root is a mapping.

    Parameters
    ----------
    path
        The file.
    error
        What to raise for a fault in the text: ``PlanError`` or ``DictionaryError``.
    text_keys
        Keys under which every scalar keeps its written text.

    Raises
    ------
    InputOutputError
        If the file is missing, unreadable or not a regular file.
    RefusedError
        If it is larger than ``MAX_BYTES``, nested deeper than ``MAX_DEPTH``, grows beyond
        ``MAX_NODES`` through aliases, or carries a tag.
    DefinitionError
        (as ``error``) For syntax, a tab used to indent, a doubled key, a root that is no mapping.
    """
    text = _decode(_read_bytes(path), path, error)
    return parse_yaml(text, path.name, error, text_keys=text_keys)


def parse_yaml(
    text: str, file: str, error: type[DefinitionError], *, text_keys: frozenset[str] = frozenset()
) -> YamlSource:
    """Read YAML text; as ``read_yaml``."""
    builder = _Builder(file, text_keys, error)
    try:
        data = builder.document(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as fault:
        problem = _syntax_problem(fault, text, file)
        # libyaml looks ahead: it may meet its own limit before the events reach ours.
        is_too_deep = "nesting depth" in problem.message
        raise (RefusedError if is_too_deep else error)(problem) from None
    except yaml.YAMLError as fault:  # a character that no YAML holds, such as NUL
        raise error(Problem("E_YAML", printable(fault), file=file)) from None
    if builder.problems:
        raise error(*builder.problems)
    if not isinstance(data, dict):
        raise error(Problem("E_YAML", "the file must hold keys and their values", file=file))
    return YamlSource(data, builder.positions, file)


def _read_bytes(path: Path) -> bytes:
    """Bytes of a regular file of bounded size."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InputOutputError(Problem("E_NOT_A_FILE", "not a regular file", file=str(path)))
        if status.st_size > MAX_BYTES:
            message = f"{status.st_size} bytes; at most {MAX_BYTES} are read"
            raise RefusedError(Problem("E_TOO_LARGE", message, file=path.name))
        return path.read_bytes()
    except FileNotFoundError:
        siblings = sorted(p.name for p in path.parent.glob("*.y*ml"))
        close = nearest(path.name, siblings)
        fix = f"Did you mean {close}?" if close else None
        problem = Problem("E_NO_FILE", "no such file", file=str(path.absolute()), fix=fix)
        raise InputOutputError(problem) from None
    except OSError as fault:
        message = fault.strerror or "cannot be read"
        raise InputOutputError(Problem("E_UNREADABLE", message, file=str(path))) from None


def _decode(raw: bytes, path: Path, error: type[DefinitionError]) -> str:
    """Text of a UTF-8 file, a leading byte-order mark dropped."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        message = f"byte {fault.start} is not UTF-8"
        problem = Problem("E_ENCODING", message, file=path.name, fix="Save the file as UTF-8.")
        raise error(problem) from None


def _syntax_problem(fault: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    """Where and why the text is not YAML."""
    message = printable(fault.problem or "not YAML")
    mark = fault.problem_mark
    if mark is None:
        return Problem("E_YAML", message, file=file)
    line = text.splitlines()[mark.line] if mark.line < len(text.splitlines()) else ""
    is_tab = line[mark.column : mark.column + 1] == "\t"
    message = f"character {mark.column + 1}: {message}"
    fix = "Indent with spaces, never with tabs." if is_tab else None
    return Problem("E_YAML", message, file=file, line=mark.line + 1, fix=fix)


@dataclass
class _Builder:
    """Turns parser events into values; counts what it builds, and what aliases would make of it."""

    file: str
    text_keys: frozenset[str]
    error: type[DefinitionError]
    positions: dict[KeyPath, Position] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    anchors: dict[str, tuple[Any, int]] = field(default_factory=dict)
    n_nodes: int = 0

    def document(self, events: Iterator[yaml.Event]) -> Any:
        """Value of the only document; None where the file is empty."""
        value = None
        n_documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                n_documents += 1
                if n_documents > 1:
                    self.problems.append(self._problem("E_YAML", "a second document", event))
                value = self._value(next(events), events, (), is_text=False)
        return value

    def _value(
        self, event: yaml.Event, events: Iterator[yaml.Event], path: KeyPath, *, is_text: bool
    ) -> Any:
        """One node, whatever it is."""
        if len(path) > MAX_DEPTH:
            self._refuse("E_TOO_DEEP", f"nested deeper than {MAX_DEPTH} levels", event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        tag = getattr(event, "tag", None)
        if tag is not None:
            message = f"the tag {printable(tag)!r}; tags are never followed"
            self._refuse("E_TAG", message, event)
        before = self.n_nodes
        self._count(1, event)
        if isinstance(event, yaml.MappingStartEvent):
            value: Any = self._mapping(events, path, is_text=is_text)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(events, path, is_text=is_text)
        else:
            value = _scalar(event, is_text=is_text)
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            self.anchors[anchor] = (value, self.n_nodes - before)
        return value

    def _mapping(
        self, events: Iterator[yaml.Event], path: KeyPath, *, is_text: bool
    ) -> dict[str, Any]:
        """Keys and values up to the end of a mapping; a doubled key is a problem."""
        mapping: dict[str, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event, events, path)
            if key in mapping:
                self.problems.append(self._duplicate((*path, key), event))
            self.positions[(*path, key)] = self._position(event)
            inside = next(events)
            # `codes: null` is no codes; the scalars inside codes are text.
            keeps = is_text or (key in self.text_keys and not isinstance(inside, yaml.ScalarEvent))
            mapping[key] = self._value(inside, events, (*path, key), is_text=keeps)
        return mapping

    def _key(self, event: yaml.Event, events: Iterator[yaml.Event], path: KeyPath) -> str:
        """Text of a key; anything else stops the reading, since its value cannot be placed."""
        if not isinstance(event, yaml.ScalarEvent):
            raise self.error(self._problem("E_YAML", "a key must be plain text", event))
        if event.value == "<<" and event.style in (None, ""):  # quoted it is a code as any other
            raise self.error(self._problem("E_YAML", "merge keys (<<) are not followed", event))
        return str(self._value(event, events, path, is_text=True))

    def _sequence(self, events: Iterator[yaml.Event], path: KeyPath, *, is_text: bool) -> list[Any]:
        """Items up to the end of a sequence."""
        items: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            here = (*path, len(items))
            self.positions[here] = self._position(event)
            items.append(self._value(event, events, here, is_text=is_text))
        return items

    def _alias(self, event: yaml.AliasEvent) -> Any:
        """Value of a complete anchor, counted as often as it is named."""
        anchor = str(event.anchor)
        if anchor not in self.anchors:
            self._refuse("E_ALIAS", f"the alias {printable(anchor)!r} has no value yet", event)
        value, size = self.anchors[anchor]
        self._count(size, event)
        return value

    def _count(self, n: int, event: yaml.Event) -> None:
        """Refuse a text that makes too much of little."""
        self.n_nodes += n
        if self.n_nodes > MAX_NODES:
            self._refuse("E_TOO_LARGE", f"more than {MAX_NODES} values, aliases followed", event)

    def _duplicate(self, path: KeyPath, event: yaml.Event) -> Problem:
        first = self.positions[path].line
        message = f"{dotted(path)}: this key stands already in line {first}"
        return self._problem("E_DUPLICATE_KEY", message, event)

    def _problem(self, code: str, message: str, event: yaml.Event) -> Problem:
        mark: Any = event.start_mark
        message = f"character {mark.column + 1}: {message}"
        return Problem(code, message, file=self.file, line=mark.line + 1)

    def _position(self, event: yaml.Event) -> Position:
        mark: Any = event.start_mark
        return Position(self.file, mark.line + 1)

    def _refuse(self, code: str, message: str, event: yaml.Event) -> None:
        raise RefusedError(self._problem(code, message, event))


def _scalar(event: yaml.Event, *, is_text: bool) -> Any:
    """Value of a scalar: quoted is text; plain is null, boolean, number, date, or text."""
    text = str(getattr(event, "value", ""))
    if is_text or getattr(event, "style", None) not in (None, ""):
        return text
    if _NULL.fullmatch(text):
        return None
    if _BOOLEAN.fullmatch(text):
        return text.lower() == "true"
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= 18 else text
    if _FLOAT.fullmatch(text):
        return float(text) if math.isfinite(float(text)) else text
    if _DATE.fullmatch(text):
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            return text
    return text
