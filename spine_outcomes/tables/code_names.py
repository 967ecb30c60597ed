"""What the codes of a results table are called, kept with the table for whoever compares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from spine_outcomes.tables.labels import ESTIMANDS, MEASURES, MODELS, Labels, worded
from spine_outcomes.tables.toxicity_names import outcome_names

COUNTS = ("enrolled", "events")  # measures of looks that are numbers of rows or patients


@dataclass(frozen=True)
class CodeNames:
    """Names of codes; a code without one stands as it is, in words.

    Parameters
    ----------
    endpoint, arm, term, column, table
        Name by code.
    unit
        Of the times.
    """

    endpoint: Mapping[str, str] = field(default_factory=dict)
    arm: Mapping[str, str] = field(default_factory=dict)
    term: Mapping[str, str] = field(default_factory=dict)
    column: Mapping[str, str] = field(default_factory=dict)
    table: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""

    def estimate(self, row: Mapping[Any, Any]) -> str:
        """What a row of results is: "Death, Hazard ratio, Cox, Overlap weights (ATO)"."""
        text = {
            key: "" if pd.isna(value) else str(value)
            for key, value in row.items()
            if isinstance(value, str) or pd.isna(value)
        }
        endpoint, measure, model = (text.get(key, "") for key in ("endpoint", "measure", "model"))
        base, _, variant = text.get("estimand", "").partition(":")
        contrast = " ".join(self.arm.get(word, word) for word in text.get("contrast", "").split())
        measure, _, detail = measure.partition(":")
        parts = (
            self.endpoint.get(endpoint, worded(endpoint)),
            MEASURES[measure].name if measure in MEASURES else worded(measure),
            detail,
            self.term.get(text.get("term", ""), text.get("term", "")),
            self.arm.get(text.get("arm", ""), text.get("arm", "")),
            contrast,
            f"at {float(text['time']):g} {self.unit}".strip() if text.get("time") else "",
            MODELS.get(model, worded(model)),
            ESTIMANDS.get(base, base),
            variant,
            text.get("subgroup", ""),
            text.get("analysis", ""),
        )
        return ", ".join(part for part in parts if part)

    def of_column(self, name: str) -> str:
        """A column by its label, with its name, by which a file is searched, in brackets."""
        return f"{self.column[name]} ({name})" if name in self.column else name

    def of_table(self, name: str) -> str:
        """A long table by its label; the cohort has no name."""
        return self.table.get(name, worded(name)) if name else "Cohort"


def code_names(name: Labels, arms: Mapping[str, str]) -> CodeNames:
    """Names of the codes of a run.

    Parameters
    ----------
    arms
        What arms are called, by what stands for them in the results; none where none stands there.
    """
    interim = name.plan.interim
    limits = () if interim is None else interim.safety.limits
    deviations = () if interim is None else interim.deviations
    tables = name.dictionary.tables
    columns = (*(c for table in tables for c in table.columns), *name.dictionary.columns)
    return CodeNames(
        endpoint={key: endpoint.label for key, endpoint in name.plan.endpoints.items()}
        | dict(outcome_names(name.plan)),
        arm=dict(arms),
        term={limit.name: limit.label for limit in limits}
        | {deviation.name: deviation.label for deviation in deviations},
        column={column.name: column.label for column in columns},
        table={table.name: table.label for table in tables},
        unit=name.unit,
    )


def is_count(row: Mapping[Any, Any]) -> bool:
    """Whether a row of results is a number of rows or patients."""
    return str(row["measure"]) in COUNTS
