"""A draft of a data dictionary from the fields of a REDCap project, which loads as it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from spine_outcomes.cohort.redcap_columns import MARK, Entry, columns_of, plain
from spine_outcomes.cohort.redcap_fields import RedcapField
from spine_outcomes.errors import CohortError, Problem, UsageError, printable
from spine_outcomes.study.key_path import did_you_mean
from spine_outcomes.study.yaml_source import MAX_BYTES

LESION = "lesion_id"

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_HEAD = f"""\
# A draft, made of the data dictionary of a REDCap project. It loads as it is, and nothing in it
# explains the arm yet. What the project does not say is marked {MARK}:
#   phase    when each value is fixed: baseline, exposure (the arm), treatment, or post_baseline
#   level    patient or lesion; a form that repeats beside them belongs under tables
#   unit     of each measurement
#   hard, plausible, missing_codes, required, propensity, derivation, checks: docs/dictionary.md
schema_version: 1
"""


def draft(fields: Sequence[RedcapField], file: str, row: str | None = None) -> str:
    """Write the text of a draft.

    Parameters
    ----------
    fields
        Fields of the project, the record identifier first.
    file
        Name of their file, for messages.
    row
        Form that repeats for each lesion; None: a row is a patient.

    Raises
    ------
    CohortError
        If a field cannot be the name of a column, two columns have one name, or the draft is longer
        than a dictionary may be.
    UsageError
        If no form has the name ``row``.
    """
    forms = list(dict.fromkeys(field.form for field in fields))
    if row is not None and row not in forms:
        listed = ", ".join(map(printable, forms))
        message = f"--row: no form {printable(row)!r}{did_you_mean(row, forms)}"
        raise UsageError(Problem("E_USAGE", message, fix=f"Forms: {listed}."))
    record, *others = fields
    key = record.name
    lines = [*_table(key, row, fields), *_column(_key(key, "patient", "Patient"))]
    if row is not None and all(field.name != LESION for field in others):
        lines += _column(_key(LESION, "lesion", "Lesion"))
    names = [key]
    for form in forms:
        lines.append(f"  # --- {plain(form)} ---")
        for entry in (e for field in others if field.form == form for e in columns_of(field)):
            if form == row:
                entry = _of_lesion(entry)
            names.append(entry.keys["name"])
            lines += _column(entry)
    text = _HEAD + "\n".join(lines) + "\n"
    _check(names, text, file)
    return text


def _table(key: str, row: str | None, fields: Sequence[RedcapField]) -> Iterator[str]:
    """Lines of the table, and the head of its columns."""
    left = sum(not any(True for _ in columns_of(field)) for field in fields)
    yield "table:"
    yield f"  row: {'patient' if row is None else 'lesion'}  # {MARK}"
    yield f"  patient: {_yaml(key)}"
    if row is not None:
        yield f"  lesion: {LESION}"
    yield '  missing: [""]'
    yield "  redcap:"
    yield f"    row: {_yaml(row)}  # {MARK}: the form that repeats for each row"
    yield f"    events: []  # {MARK}: events that hold what does not repeat, as exported"
    yield f"    missing_codes: []  # {MARK}: missing data codes of the project"
    yield "columns:"
    if left:
        yield f"  # {left} fields without a value (text, files) are left out."


def _key(name: str, level: str, label: str) -> Entry:
    """A key column."""
    keys = {"name": name, "label": label, "level": level, "type": "string", "phase": "identifier"}
    return Entry(keys | {"phi": "direct"} if level == "patient" else keys, ())


def _of_lesion(entry: Entry) -> Entry:
    """The column of a form that repeats for each lesion; its key is text."""
    keys = entry.keys | {"level": "lesion"}
    if keys["name"] == LESION:
        keys = _key(LESION, "lesion", keys["label"]).keys | {"redcap_field": LESION}
    return Entry(keys, entry.notes)


def _column(entry: Entry) -> Iterator[str]:
    """Lines of one column."""
    yield from (f"  # {note}" for note in entry.notes)
    for i, (key, value) in enumerate(entry.keys.items()):
        mark = f"  # {MARK}" if (key, value) == ("phase", "post_baseline") else ""
        yield f"  {' ' if i else '-'} {key}: {_yaml(value)}{mark}"


class _Dumper(yaml.SafeDumper):
    """Quotes every text that does not begin with a letter: ``0E0`` is a number to some readers."""


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if _NAME.match(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _quoted)


def _yaml(value: Any) -> str:
    """A value on one line of YAML, quoted where it must be."""
    text: str = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=True, allow_unicode=True, sort_keys=False,
        width=10**9,
    )  # fmt: skip
    return text.removesuffix("...\n").strip()


def _check(names: Sequence[str], text: str, file: str) -> None:
    """Refuse names that no column can have, and a text that no dictionary may be."""
    problems = [
        Problem("E_COLUMN_NAME", "a name of letters, digits and underscores is expected",
                file=file, value=name)
        for name in names if not _NAME.fullmatch(name)
    ]  # fmt: skip
    for name, times in Counter(names).items():
        if times > 1:
            message = f"{times} columns of the export would have this name"
            problems.append(Problem("E_DUPLICATE_COLUMN", message, file=file, value=name))
    size = len(text.encode())
    if size > MAX_BYTES:
        message = f"the draft has {size} bytes; a dictionary has at most {MAX_BYTES}"
        fix = "Take the forms that the study does not need out of the file."
        problems.append(Problem("E_TOO_LARGE", message, file=file, fix=fix))
    if problems:
        raise CohortError(*problems)
