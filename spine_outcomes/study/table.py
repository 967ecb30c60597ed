"""How a cohort table is written, and what one of its rows is."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from spine_outcomes.study.model import Model


class Simulated(Model):
    """How a simulated cohort is recognised: by a code in one of its columns."""

    column: str
    equals: str


class Redcap(Model):
    """How a raw export of a REDCap project becomes one table.

    Parameters
    ----------
    record_id
        Name of the record identifier in the project; None: that of the patient's column.
    row
        Repeating instrument, or repeating event, whose instances are the rows; None where a row is
        a patient.
    events
        Events that hold what does not repeat; empty: all.
    missing_codes
        Missing-data codes of the project, which may stand in every field.
    date_shifted
        Whether the export moved each record's dates: then calendar dates mean nothing.
    """

    record_id: str | None = None
    row: str | None = None
    events: tuple[str, ...] = ()
    missing_codes: tuple[str, ...] = ()
    date_shifted: bool = False


class Table(Model):
    """How the cohort table is written and what one of its rows is."""

    row: Literal["lesion", "patient"]
    patient: str
    lesion: str | None = None
    encoding: str = "utf-8"
    delimiter: str = Field(",", min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."
    date_format: str = "%Y-%m-%d"
    missing: tuple[str, ...] = ("", "NA")
    unknown_columns: Literal["warn", "error"] = "warn"
    repairs: tuple[Literal["trim", "nfkc", "case"], ...] = ()
    simulated: Simulated | None = None
    sheet: str | None = None
    value_labels: Literal["codes", "labels"] = "codes"
    redcap: Redcap | None = None
