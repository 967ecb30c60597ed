"""Fields of a REDCap project as columns of a dictionary, with what somebody must confirm."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from spine_outcomes.cohort.redcap_fields import RedcapField
from spine_outcomes.errors import printable

MARK = "TO_CONFIRM"

_TAG = re.compile(r"<[^<>]{0,200}>")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_ABSENT = re.compile(
    r"\b(unknown|unk|missing|refused|declined|n/?a"
    r"|not (known|done|applicable|available|recorded))\b"
    "|未知|不详|不明|不适用|未查|缺失",
    re.IGNORECASE,
)
_WITHOUT_VALUE = ("descriptive", "file", "signature")
_WHO = ("email", "phone", "ssn", "mrn", "postalcode", "zipcode", "vmrn")

Keys = dict[str, Any]


class Entry(NamedTuple):
    """One column of a draft.

    Parameters
    ----------
    keys
        Its keys in the dictionary.
    notes
        What to confirm, or to know, one line each.
    """

    keys: Keys
    notes: tuple[str, ...]


def columns_of(field: RedcapField) -> Iterator[Entry]:
    """Columns that the export has for a field: none, one, or one for each box of a checkbox.

    Nothing in a project says when a value is fixed: the draft takes ``post_baseline``, which no
    model of the arm may use.
    """
    if field.kind in _WITHOUT_VALUE:
        return
    if field.kind == "checkbox":
        yield from _boxes(field)
        return
    keys, notes = _KINDS.get(field.kind, _unknown)(field)
    yield Entry(_column(field.name, _label(field), keys, field), (*notes, *_remarks(field)))


def plain(text: str) -> str:
    """Text on one line, without tags and without what people do not see."""
    bare = _TAG.sub(" ", text)
    return " ".join("".join(c if c.isprintable() else " " for c in bare).split())


def _label(field: RedcapField) -> str:
    return plain(field.label) or field.name


def _column(name: str, label: str, keys: Keys, field: RedcapField) -> Keys:
    """Keys of a column, in the order in which dictionaries have them."""
    phase = {"phase": "post_baseline"}
    kind = keys["type"]
    if field.is_identifier:
        phase = (
            phase | {"phi": "date"} if kind == "date" else {"phase": "identifier", "phi": "direct"}
        )
    elif field.kind == "notes" or field.validation in _WHO:
        phase["phi"] = "direct"
    return {"name": name, "label": label, "level": "patient", **keys, **phase}


def _remarks(field: RedcapField) -> Iterator[str]:
    """What the project says beside the values."""
    if field.kind == "notes" and not field.is_identifier:
        yield f"{MARK}: free text may name people; phi: direct is never read"
    if field.logic:
        yield f"shown only if {printable(plain(field.logic))}"
    if field.is_required:
        yield "REDCap asks for a value, and takes none for an answer"
    if field.note:
        yield f"note in REDCap: {printable(plain(field.note))}"


def _boxes(field: RedcapField) -> Iterator[Entry]:
    """A column for each box: the code in lower case, other signs as underscores."""
    choices, notes = _choices(field.choices)
    for code, label in choices.items():
        suffix = re.sub("[^a-z0-9]", "_", code.lower())
        keys = _column(
            f"{field.name}___{suffix}", f"{_label(field)}: {label}", {"type": "boolean"}, field
        )
        yield Entry(keys, (*notes, *_remarks(field)))
        notes = []


def _choices(text: str) -> tuple[dict[str, str], list[str]]:
    """Codes and labels, each label once; what is odd about them."""
    found: dict[str, str] = {}
    notes: list[str] = []
    for part in re.split(r"\||\r?\n", text):
        code, comma, label = (piece.strip() for piece in part.partition(","))
        code, label = plain(code), plain(label) or plain(code)
        if not code:
            continue
        if code in found:
            notes.append(f"{MARK}: the code {printable(code)} stands twice; the second is left out")
            continue
        if not comma:
            notes.append(f"{MARK}: the choice {printable(code)} has no label")
        found[code] = label if label not in found.values() else f"{label} ({code})"
        if _ABSENT.search(label):
            notes.append(f"{MARK}: {printable(code)} ({printable(label)}) may be a missing code")
    return found, notes


Written = tuple[Keys, list[str]]


def _unknown(field: RedcapField) -> Written:
    return {"type": "string"}, [f"{MARK}: type; in REDCap {printable(plain(field.kind))!r}"]


def _text(field: RedcapField) -> Written:
    """A text, by what it must be."""
    validation = field.validation
    if validation == "integer":
        return _limited({"type": "integer"}, field)
    if validation.startswith("number"):
        keys, notes = _limited({"type": "float", "unit": MARK}, field)
        if "comma" in validation:
            notes.append(f"{MARK}: written with a decimal comma")
        return keys, notes
    if validation.startswith("date_"):
        return _limited({"type": "date"}, field)
    notes = [f"{MARK}: in REDCap {printable(plain(validation))}"] if validation else []
    return {"type": "string"}, notes


def _category(field: RedcapField) -> Written:
    choices, notes = _choices(field.choices)
    if not choices:
        return {"type": "string"}, [f"{MARK}: type; a choice without choices"]
    return {"type": "category", "codes": choices}, notes


def _formula(field: RedcapField) -> Written:
    formula = printable(plain(field.choices))
    return {"type": "float", "unit": MARK}, [f"{MARK}: REDCap computes {formula}: derivation"]


def _slider(field: RedcapField) -> Written:
    keys, notes = _limited({"type": "integer"}, field)
    return {"type": "integer", "hard": [0, 100]} | keys, notes


def _limited(keys: Keys, field: RedcapField) -> Written:
    """Keys with the limits that REDCap has, where they are plain."""
    limits, notes = [], []
    for key, text in (("low", field.low), ("high", field.high)):
        limit = _limit(text, keys["type"])
        limits.append(limit)
        if text and limit is None:
            notes.append(f"{MARK}: limit {key} in REDCap {printable(plain(text))!r}")
    if None not in limits and limits[0] > limits[1]:
        return keys, [*notes, f"{MARK}: limits upside down, {field.low} and {field.high}"]
    has_limit = any(limit is not None for limit in limits)
    return (keys | {"hard": limits} if has_limit else keys), notes


def _limit(text: str, kind: str) -> Any:
    """A limit as a number or a date; None where it is neither."""
    if kind == "date":
        try:
            return datetime.date.fromisoformat(text) if len(text) == 10 else None
        except ValueError:
            return None
    if not _NUMBER.fullmatch(text):
        return None
    return float(text) if "." in text else int(text)


_KINDS: dict[str, Callable[[RedcapField], Written]] = {
    "text": _text,
    "notes": lambda _: ({"type": "string"}, []),
    "radio": _category,
    "dropdown": _category,
    "yesno": lambda _: ({"type": "boolean"}, []),
    "truefalse": lambda _: ({"type": "boolean"}, []),
    "calc": _formula,
    "slider": _slider,
}
