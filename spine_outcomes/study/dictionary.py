"""What each column of the cohort is: the data dictionary."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Model(BaseModel):
    """Frozen, and refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Table(Model):
    """How the cohort table is written and what one of its rows is."""

    row: Literal["lesion", "patient"]
    patient: str
    lesion: str | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."
    date_format: str = "%Y-%m-%d"
    missing: tuple[str, ...] = ("", "NA")
    unknown_columns: Literal["warn", "error"] = "warn"
    repairs: tuple[Literal["trim", "nfkc", "case"], ...] = ()


class Derivation(BaseModel):
    """A named derivation of ``clinical/`` with its parameters."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)
    name: str
    tolerance: float = 0.0


ColumnType = Literal["string", "integer", "float", "category", "boolean", "date"]
Phase = Literal["identifier", "baseline", "exposure", "treatment", "post_baseline"]
Permission = Literal["allowed", "forbidden", "sensitivity_only"]


class Column(Model):
    """One column: its meaning, type, allowed values and part in the analysis."""

    name: str
    label: str
    level: Literal["patient", "lesion"]
    type: ColumnType
    unit: str | None = None
    codes: dict[str, str] | None = None
    ordered: bool = False
    hard: tuple[float | None, float | None] | None = None
    plausible: tuple[float | None, float | None] | None = None
    missing_codes: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    phase: Phase
    propensity: Permission = "forbidden"
    required: bool = False
    unique: bool = False
    phi: Literal["direct", "date", "quasi"] | None = None
    derivation: Derivation | None = None
    redcap_field: str | None = None
    checks: tuple[str, ...] = ()


class Check(Model):
    """A rule between columns that is data rather than knowledge."""

    id: str
    severity: Literal["error", "warning"]
    rule: dict[str, Any]


class DataDictionary(Model):
    """Every column of a cohort table.

    Examples
    --------
    >>> dictionary = load_dictionary("data_dictionary.yaml")  # doctest: +SKIP
    >>> dictionary["ecog"].label  # doctest: +SKIP
    'ECOG performance status'
    """

    schema_version: Literal[1] = 1
    table: Table
    columns: tuple[Column, ...]
    checks: tuple[Check, ...] = ()

    def __getitem__(self, name: str) -> Column:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}
