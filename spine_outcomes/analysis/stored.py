"""Results as text that holds all their digits, and back: what a report can be drawn from again.

One JSON document a frame, column by column with the type of each, and one of the plan, the
dictionary and the provenance. Numbers are written with the shortest digits that read back as the
same number; a missing value is ``null``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from spine_outcomes.analysis.results import SCHEMA_VERSION, Results
from spine_outcomes.errors import DefinitionError, InputOutputError, Problem
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan

STUDY = "study"
KEPT_TYPES = ("float64", "int64", "bool")
_NO_FRAMES = ("plan", "dictionary", "provenance")


def stored(results: Results) -> dict[str, str]:
    """Results as JSON documents, by name.

    They hold what the results hold: hide small counts before.
    """
    study = {
        "plan": results.plan.model_dump(mode="json", by_alias=True),
        "dictionary": _without_dates(results.dictionary.model_dump(mode="json", by_alias=True)),
        "provenance": results.provenance,
    }
    frames = {f.name: getattr(results, f.name) for f in _frame_fields()}
    return {STUDY: _text(study)} | {
        name: _text({"columns": [_column(frame[column]) for column in frame]})
        for name, frame in frames.items()
    }


def restored(documents: Mapping[str, bytes]) -> Results:
    """Results from the documents that ``stored`` made.

    A frame that this release has and the one that stored did not is empty.

    Raises
    ------
    InputOutputError
        If a document is missing or is not what ``stored`` writes.
    DefinitionError
        If it is of another schema version.
    """
    known = {f.name: f for f in _frame_fields()}
    missing = [n for n in (STUDY, *known) if n not in documents and _is_needed(known.get(n))]
    if missing:
        message = f"the results lack {', '.join(missing)}"
        raise InputOutputError(Problem("E_STORED", message, fix="Write the report again."))
    study = _read(documents, STUDY)
    try:
        plan = AnalysisPlan.model_validate(study["plan"])
        dictionary = DataDictionary.model_validate(study["dictionary"])
        provenance = dict(study["provenance"])
    except (KeyError, TypeError, ValueError, ValidationError):
        raise _damaged(STUDY) from None
    frames = {name: _frame(documents, name) for name in known if name in documents}
    return Results(plan=plan, dictionary=dictionary, provenance=provenance, **frames)


def _without_dates(dictionary: dict[str, Any]) -> dict[str, Any]:
    """A dictionary without the bounds of its dates: the cut-off is the only date that leaves."""
    groups = [dictionary["columns"], *(table["columns"] for table in dictionary["tables"])]
    for column in (column for group in groups for column in group):
        if column["type"] == "date":
            column.update(hard=None, plausible=None)
    return dictionary


def _frame_fields() -> list[Field[Any]]:
    """Fields of the results that hold a frame."""
    return [f for f in fields(Results) if f.name not in _NO_FRAMES]


def _is_needed(field: Field[Any] | None) -> bool:
    """Whether results cannot do without a document; the study has no field."""
    return field is None or field.default_factory is MISSING


def _text(content: dict[str, Any]) -> str:
    """A document, its version first."""
    whole = {"schema_version": SCHEMA_VERSION, **content}
    return json.dumps(whole, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def _column(values: pd.Series[Any]) -> dict[str, Any]:
    """A column with its name and type; what is no number of its own type is kept value by value."""
    kind = str(values.dtype)
    kept = kind if kind in KEPT_TYPES else "object"
    return {"name": str(values.name), "type": kept, "values": [_value(v) for v in values]}


def _value(value: Any) -> Any:
    """One value as JSON has it; infinite numbers by their names."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, float):
        if np.isnan(plain):
            return None
        return {"number": str(plain)} if np.isinf(plain) else plain
    if isinstance(plain, str | int | bool):
        return plain
    raise TypeError(f"a frame of results holds a {type(plain).__name__}")


def _read(documents: Mapping[str, bytes], name: str) -> dict[str, Any]:
    """One document of this version."""
    try:
        found = json.loads(documents[name])
        version = found.pop("schema_version")
    except (ValueError, AttributeError, KeyError, TypeError):
        raise _damaged(name) from None
    if version != SCHEMA_VERSION:
        message = f"results of schema version {version} are not read by this release, which reads "
        fix = "Use the release that wrote them, or write the report again."
        problem = Problem("E_SCHEMA_VERSION", f"{message}{SCHEMA_VERSION}", file=name, fix=fix)
        raise DefinitionError(problem)
    return dict(found)


def _frame(documents: Mapping[str, bytes], name: str) -> pd.DataFrame:
    """A frame with its types."""
    found = _read(documents, name)
    try:
        columns = {
            column["name"]: pd.Series([_plain(v) for v in column["values"]], dtype=_type(column))
            for column in found["columns"]
        }
        return pd.DataFrame(columns, columns=[column["name"] for column in found["columns"]])
    except (KeyError, TypeError, ValueError):
        raise _damaged(name) from None


def _type(column: Mapping[str, Any]) -> str:
    """Type of a column, one of those that are written."""
    if column["type"] not in (*KEPT_TYPES, "object"):
        raise ValueError(column["type"])
    return str(column["type"])


def _plain(value: Any) -> Any:
    """A value as it stood in the frame."""
    return float(value["number"]) if isinstance(value, dict) else value


def _damaged(name: str) -> InputOutputError:
    """The error of a document that is not what was stored."""
    fix = "Write the report again."
    return InputOutputError(Problem("E_STORED", "is no stored results", file=name, fix=fix))
