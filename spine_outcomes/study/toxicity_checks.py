"""Whether the toxicity block of a plan fits the dictionary."""

from __future__ import annotations

from collections.abc import Iterator

from spine_outcomes.study.column_checks import codes, date, existing, number
from spine_outcomes.study.covariate_checks import Fault, term_faults
from spine_outcomes.study.dictionary import DataDictionary, LongTable
from spine_outcomes.study.key_path import KeyPath, did_you_mean
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.toxicity import DoseResponse, Toxicity, ToxicityTable

TYPES = {
    "term": ("string", "category"),
    "grade": ("integer", "float"),
    "assessed": ("date",),
    "onset": ("date",),
    "severe": ("date",),
    "attribution": ("integer", "float"),
}


def toxicity_faults(plan: AnalysisPlan, dictionary: DataDictionary) -> Iterator[Fault]:
    """Columns that are not there or of another type, and an origin that is missing."""
    toxicity = plan.toxicity
    if toxicity is None:
        return
    here: KeyPath = ("toxicity",)
    if plan.origin is None:
        yield here, "E_NO_ORIGIN", "needs the key origin, the column of dates to count days from"
    yield from _source(here, toxicity, dictionary)
    yield from date((*here, "until"), toxicity.until, dictionary)
    yield from date((*here, "death"), toxicity.death, dictionary)
    for i, factors in enumerate(toxicity.risk_factors):
        yield from term_faults((*here, "risk_factors", i, "terms"), factors.terms, dictionary)
    for i, response in enumerate(toxicity.dose_response):
        yield from _response((*here, "dose_response", i), response, dictionary)


def _source(here: KeyPath, toxicity: Toxicity, dictionary: DataDictionary) -> Iterator[Fault]:
    """Where grades come from: a long table, or columns of the cohort."""
    if toxicity.table is not None:
        tables = {table.name: table for table in dictionary.tables}
        if toxicity.table.name in tables:
            yield from _table((*here, "table"), toxicity.table, tables[toxicity.table.name])
        elif not toxicity.columns:
            text = f"no table {toxicity.table.name!r}{did_you_mean(toxicity.table.name, tables)}"
            yield (*here, "table"), "E_TABLE", f"the dictionary has {text}"
    for i, own in enumerate(toxicity.columns):
        yield from number((*here, "columns", i, "grade"), own.grade, dictionary)
        yield from date((*here, "columns", i, "date"), own.date, dictionary)


def _table(here: KeyPath, named: ToxicityTable, table: LongTable) -> Iterator[Fault]:
    """Columns of the long table."""
    types = {column.name: column.type for column in table.columns}
    for key, allowed in TYPES.items():
        name = getattr(named, key)
        if name is None:
            continue
        if name not in types:
            text = f"the table {table.name!r} has no column {name!r}{did_you_mean(name, types)}"
            yield (*here, key), "E_UNKNOWN_COLUMN", text
        elif types[name] not in allowed:
            text = f"{name!r} is of type {types[name]}; needed is {' or '.join(allowed)}"
            yield (*here, key), "E_TYPE", text


def _response(here: KeyPath, response: DoseResponse, dictionary: DataDictionary) -> Iterator[Fault]:
    """Dose, flag and further terms of a dose response."""
    yield from number((*here, "dose"), response.column, dictionary)
    yield from term_faults((*here, "adjust"), response.adjust, dictionary)
    if response.flag is not None:
        yield from existing((*here, "flag"), response.flag, dictionary)
        if response.flag in dictionary:
            yield from codes((*here, "equals"), dictionary[response.flag], response.codes)
