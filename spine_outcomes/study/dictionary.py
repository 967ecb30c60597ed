"""What each column of the cohort is: the data dictionary."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from spine_outcomes.errors import printable
from spine_outcomes.study.checks import Check as Check
from spine_outcomes.study.key_path import did_you_mean
from spine_outcomes.study.model import Code as Code
from spine_outcomes.study.model import Model as Model
from spine_outcomes.study.table import Redcap as Redcap
from spine_outcomes.study.table import Table as Table

ColumnType = Literal["string", "integer", "float", "category", "boolean", "date"]
Phase = Literal["identifier", "baseline", "exposure", "treatment", "post_baseline"]
Permission = Literal["allowed", "forbidden", "sensitivity_only"]
Bound = float | datetime.date | None


def _labelled(codes: Any) -> Any:
    """Codes given as a list are their own labels."""
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        return codes
    doubled = [code for code, n in Counter(codes).items() if n > 1]
    if doubled:
        raise ValueError(f"{', '.join(map(repr, doubled))} stands twice")
    return {code: code for code in codes}


class Derivation(BaseModel):
    """A named derivation of ``clinical/`` with its parameters.

    A parameter that is text names a column; a number or a list is a constant.

    Parameters
    ----------
    table
        The long table that it summarises: its parameters name columns of it or of the cohort. None:
        a row is derived from its own columns.
    tolerance
        Largest difference between a recorded and a derived number that agree.
    check, severity
        Id of the check that they agree, and what a disagreement is.
    fill
        Whether the column is derived where the file lacks it.
    kept
        Recorded codes that the derivation cannot give: they agree with anything.
    """

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)
    name: str
    table: str | None = None
    tolerance: float = Field(0.0, ge=0)
    check: str | None = None
    severity: Literal["error", "warning"] = "error"
    fill: bool = True
    kept: tuple[Code, ...] = ()

    @property
    def parameters(self) -> dict[str, Any]:
        """What is handed to the derivation: every key that is not described above."""
        return dict(self.model_extra or {})

    @property
    def inputs(self) -> dict[str, str]:
        """Columns that it reads, by parameter."""
        return {key: name for key, name in self.parameters.items() if isinstance(name, str)}


class Column(Model):
    """One column: its meaning, type, allowed values and part in the analysis.

    Parameters
    ----------
    hard, plausible
        Lowest and highest value (None: no limit); numbers, or dates for a date. Outside ``hard`` is
        an error, outside ``plausible`` a warning.
    missing_codes, not_applicable
        Texts that mean a missing value, and that the question does not arise. One of the latter
        that is a code as well is a level of its own, never missing.
    aliases
        Other names under which a file may have the column.
    spellings
        Texts that stand for a code in a file, and the code.
    propensity
        Whether the column may explain the arm; by default a baseline column may, another may not.
    required
        Whether the column must be there and every row must have a value.
    """

    name: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.]*$")
    label: str = Field(min_length=1)
    level: Literal["patient", "lesion"]
    type: ColumnType
    unit: str | None = None
    codes: Annotated[dict[str, str] | None, BeforeValidator(_labelled)] = None
    ordered: bool = False
    hard: tuple[Bound, Bound] | None = None
    plausible: tuple[Bound, Bound] | None = None
    missing_codes: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    phase: Phase
    propensity: Permission = "forbidden"
    required: bool = False
    unique: bool = False
    phi: Literal["direct", "date", "quasi"] | None = None
    derivation: Derivation | None = None
    redcap_field: str | None = None
    aliases: tuple[str, ...] = ()
    spellings: dict[str, str] = Field(default_factory=dict)
    checks: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _default_permission(cls, keys: Any) -> Any:
        if isinstance(keys, dict) and "propensity" not in keys:
            permission = "allowed" if keys.get("phase") == "baseline" else "forbidden"
            return {**keys, "propensity": permission}
        return keys

    @property
    def is_numeric(self) -> bool:
        """Whether values are numbers."""
        return self.type in ("integer", "float")

    @property
    def inapplicable(self) -> tuple[str, ...]:
        """Codes of rows in which the question does not arise."""
        return tuple(code for code in self.not_applicable if code in (self.codes or {}))

    @property
    def has_ordered_numbers(self) -> bool:
        """Whether values can be cut at a number: numbers, or an ordered category coded by them."""
        is_coded = all(_is_number(code) for code in self.codes or {}) and not self.inapplicable
        return self.is_numeric or (self.ordered and is_coded)

    def has_code(self, code: object) -> bool:
        """Whether a row can have this code: by the codes, or by the hard range of a number."""
        if self.type == "boolean":
            return str(code) in ("0", "1")
        if self.is_numeric:
            low, high = self.hard if self.hard is not None else (None, None)
            return _is_number(code) and _is_between(float(str(code)), low, high)
        return self.codes is None or str(code) in self.codes


class LongTable(Model):
    """A table beside the cohort, any number of rows a lesion or patient: images, visits, events.

    Its first columns are the cohort's keys; none of its own has a name of the cohort's.

    Parameters
    ----------
    level
        What a row belongs to: a ``lesion`` (both key columns) or a ``patient``.
    date
        Column that dates a row: one dated after a data cut-off is unseen there.
    unique
        Columns that, with the keys, stand once; empty: only a row that repeats another is refused.
    columns
        As of the cohort; level and phase are by default the table's and ``post_baseline``.
    checks
        Rules between its columns; they may name the cohort's too.
    lesion_field
        In a REDCap export, where the table is the repeating instrument of its name: its field that
        holds the lesion's key; None: the field with the name of that key.
    """

    name: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    label: str = Field(min_length=1)
    level: Literal["patient", "lesion"]
    date: str
    unique: tuple[str, ...] = ()
    columns: tuple[Column, ...] = Field(min_length=1)
    checks: tuple[Check, ...] = ()
    lesion_field: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _default_columns(cls, keys: Any) -> Any:
        if not (isinstance(keys, dict) and isinstance(keys.get("columns"), list | tuple)):
            return keys
        defaults = {"level": keys.get("level"), "phase": "post_baseline"}
        columns = [defaults | c if isinstance(c, dict) else c for c in keys["columns"]]
        return {**keys, "columns": columns}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its own columns, in order."""
        return tuple(column.name for column in self.columns)


class DataDictionary(Model):
    """Every column of a cohort table, and of the long tables beside it.

    Examples
    --------
    >>> from spine_outcomes.study.load import load_dictionary
    >>> from spine_outcomes.study.packaged import packaged_file
    >>> load_dictionary(packaged_file("data_dictionary.yaml"))["ecog"].label
    'ECOG performance status'
    """

    schema_version: Literal[1] = 1
    table: Table
    columns: tuple[Column, ...] = Field(min_length=1)
    checks: tuple[Check, ...] = ()
    tables: tuple[LongTable, ...] = ()

    def __getitem__(self, name: str) -> Column:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def beside(self, table: LongTable) -> DataDictionary:
        """The dictionary of a long table: the keys that it shares with the cohort, then its own."""
        is_of_lesions = table.level == "lesion"
        lesion = self.table.lesion if is_of_lesions else None
        changed: dict[str, Any] = {
            "row": table.level,
            "lesion": lesion,
            "simulated": None,
            "sheet": None,
        }
        if self.table.redcap is not None:
            changed["redcap"] = self.table.redcap.model_copy(update={"row": table.name})
            changed["unknown_columns"] = "warn"  # the file holds the cohort's fields as well
        keys = [self[self.table.patient]]
        if lesion is not None:
            named = {"redcap_field": table.lesion_field or lesion}
            keys.append(self[lesion].model_copy(update=named))
        return DataDictionary(
            table=self.table.model_copy(update=changed),
            columns=(*keys, *table.columns),
            checks=table.checks,
        )

    def coming_with(self, tables: Collection[str]) -> DataDictionary:
        """The dictionary of a cohort that comes with some of its long tables only.

        Nothing is derived from the others.
        """
        return DataDictionary(
            table=self.table,
            columns=tuple(
                column
                if column.derivation is None or column.derivation.table in (None, *tables)
                else column.model_copy(update={"derivation": None})
                for column in self.columns
            ),
            checks=self.checks,
            tables=tuple(table for table in self.tables if table.name in tables),
        )

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}


def unknown_column(name: str, dictionary: DataDictionary) -> str:
    """Words for a column that a dictionary does not define, with the nearest one."""
    return f"no column {printable(name)!r}{did_you_mean(name, dictionary.names)}"


def unknown_table(name: str, dictionary: DataDictionary) -> str:
    """Words for a long table that a dictionary does not describe, with the nearest one."""
    known = [table.name for table in dictionary.tables]
    return f"the dictionary has no table {printable(name)!r}{did_you_mean(name, known)}"


def _is_between(value: float, low: Any, high: Any) -> bool:
    """Whether a number lies inside limits; None is no limit."""
    return (low is None or value >= low) and (high is None or value <= high)


def _is_number(code: object) -> bool:
    """Whether a code reads as a number."""
    try:
        float(str(code))
    except ValueError:
        return False
    return True
