"""Whether the endpoints of a plan fit the dictionary: dates, flags, codes, who is at risk."""

from __future__ import annotations

from collections.abc import Iterator

from spine_outcomes.study.column_checks import codes, condition, date, existing, number, population
from spine_outcomes.study.covariate_checks import Fault
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.endpoint import Endpoint, Source, StatusColumn, as_tuple
from spine_outcomes.study.key_path import KeyPath
from spine_outcomes.study.plan import AnalysisPlan


def endpoint_faults(plan: AnalysisPlan, dictionary: DataDictionary) -> Iterator[Fault]:
    """Dates that are dates, flags that have their codes, times that are numbers."""
    for name, endpoint in plan.endpoints.items():
        here: KeyPath = ("endpoints", name)
        if endpoint.level == "lesion" and dictionary.table.row == "patient":
            yield (*here, "level"), "E_LEVEL", "lesion, in a table whose rows are patients"
        has_order = plan.origin is not None or plan.index.earliest is not None
        if endpoint.level == "patient" and dictionary.table.row == "lesion" and not has_order:
            text = "needs index.earliest or origin: which row stands for its patient"
            yield (*here, "level"), "E_LEVEL", text
        yield from _columns(here, endpoint, dictionary)


def _columns(here: KeyPath, endpoint: Endpoint, dictionary: DataDictionary) -> Iterator[Fault]:
    """Columns of one endpoint."""
    if endpoint.population is not None:
        yield from population((*here, "population"), endpoint.population, dictionary)
    for path, sources in _groups(here, endpoint):
        for i, source in enumerate(sources):
            yield from _source((*path, i), source, dictionary)
    if endpoint.censor is not None:
        yield from date((*here, "censor", "date"), endpoint.censor.date, dictionary)
        for i, name in enumerate(endpoint.censor.or_before):
            yield from date((*here, "censor", "or_before", i), name, dictionary)
    if endpoint.entry is not None:
        needed = date if endpoint.is_dated else number
        yield from needed((*here, "entry"), endpoint.entry, dictionary)
    if endpoint.time is not None:
        yield from number((*here, "time", "column"), endpoint.time.column, dictionary)
    if endpoint.status is not None:
        yield from _states((*here, "status", "column"), endpoint.status, dictionary)


def _groups(here: KeyPath, endpoint: Endpoint) -> Iterator[tuple[KeyPath, tuple[Source, ...]]]:
    """Where each list of sources stands."""
    yield (*here, "event"), endpoint.event
    for name, sources in endpoint.competing.items():
        yield (*here, "competing", name), sources
    if endpoint.salvage is not None:
        yield (*here, "salvage", "procedure"), endpoint.salvage.procedure


def _source(path: KeyPath, source: Source, dictionary: DataDictionary) -> Iterator[Fault]:
    """Dates, flag and conditions of one source."""
    for key in ("date", "confirmed", "last_clean"):
        yield from date((*path, key), getattr(source, key), dictionary)
    if source.flag is not None and source.equals is not None:
        yield from existing((*path, "flag"), source.flag, dictionary)
        if source.flag in dictionary:
            named = as_tuple(source.equals)
            yield from codes((*path, "equals"), dictionary[source.flag], named)
    for key in ("where", "unless"):
        for i, test in enumerate(getattr(source, key)):
            yield from condition((*path, key, i), test, dictionary)


def _states(path: KeyPath, status: StatusColumn, dictionary: DataDictionary) -> Iterator[Fault]:
    """A column of states whose codes all have a meaning."""
    yield from existing(path, status.column, dictionary)
    if status.column in dictionary:
        column = dictionary[status.column]
        yield from codes(path, column, status.codes)
        for code in column.codes or ():
            if code not in status.codes:
                text = f"the code {code!r} of {column.name!r} has no meaning in this endpoint"
                yield path, "E_CODE", text
