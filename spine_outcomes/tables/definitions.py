"""What each endpoint is: its event, what competes, when observation ends, by which rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spine_outcomes.analysis.results import Results
from spine_outcomes.cohort.derivations import definition
from spine_outcomes.study.endpoint import Endpoint, Source, as_tuple
from spine_outcomes.study.model import Code
from spine_outcomes.study.population import Condition
from spine_outcomes.study.rules import Operand
from spine_outcomes.tables import cells
from spine_outcomes.tables.labels import NO, YES, Labels, labels, worded
from spine_outcomes.tables.table import Column, Row, Table, identifier

Line = tuple[str, str]

DATING = {
    "first_image": "the day it was first seen",
    "confirmation": "the day it was confirmed; the first image where no confirmation is on record",
    "midpoint": "midway between the last image without it and the first with it",
}
ENDS = {
    "last_scan": "",
    "last_contact": ", at the last contact in its place",
    "scan_plus_interval": " and one planned interval after it, at most the last contact",
}
PROCEDURE = {
    "event": "counts as the event on its day",
    "competing": "counts as a competing event",
    "censoring": "ends observation",
}
DAY_ZERO = {
    "error": "is an error",
    "half_day": "is moved to half a day",
    "keep": "is kept at time 0",
}
TESTS = {
    "at_least": "at least", "at_most": "at most", "after": "more than", "before": "less than",
}  # fmt: skip


def definitions(results: Results, endpoint: str) -> Table:
    """The definition of one endpoint, in words, from the plan and the dictionary that ran."""
    name, planned = labels(results), results.plan.endpoints[endpoint]
    lines = _dated(planned, name) if planned.is_dated else _in_columns(planned, name)
    who = [("At risk", _population(planned))] if planned.population is not None else []
    if planned.negative_control:
        who.append(
            ("Negative control", "The arm cannot act on it: a ratio away from 1 is confounding")
        )
    if planned.event_is == "benefit":
        who.append(("Direction", "The event is wanted: more of it is a benefit"))
    rules = [("Rule", rule) for rule in rules_of(results, endpoint)]
    return Table(
        id=identifier("definition", endpoint),
        title=f"{planned.label}: definition",
        stub_head="Part",
        columns=(Column("What counts", align="left"),),
        rows=tuple(Row(head, (cells.words(text),)) for head, text in (*who, *lines, *rules)),
    )


def rules_of(results: Results, endpoint: str) -> tuple[str, ...]:
    """Rules by which columns of an endpoint were derived: to stand wherever it appears.

    Where several hold, each begins with what it holds for.
    """
    planned, dictionary = results.plan.endpoints[endpoint], results.dictionary
    name = labels(results)
    named = [(s.flag or s.date, column) for s in planned.sources for column in s.columns]
    named += [] if planned.status is None else [(planned.status.column,) * 2]
    found: dict[str, dict[str, None]] = {}
    for whose, column in named:
        rule = definition(dictionary[column]) if column in dictionary else None
        if rule is not None:
            found.setdefault(rule, {})[name.column(whose)] = None
    if len(found) < 2:
        return tuple(found)
    return tuple(f"{'; '.join(whose)}: {rule}" for rule, whose in found.items())


def observation_end(endpoint: Endpoint, name: Labels) -> str:
    """Until when a row without an event is observed."""
    if endpoint.censor is not None:
        return name.column(endpoint.censor.date) + ENDS[endpoint.imaging_end]
    return name.column(endpoint.time.column) if endpoint.time is not None else ""


def _dated(endpoint: Endpoint, name: Labels) -> Iterator[Line]:
    """Lines of an endpoint made of dates."""
    yield "Event", _any(endpoint.event, name)
    if any(source.confirmed or source.last_clean for source in endpoint.event):
        yield "Date of the event", worded(DATING[endpoint.dating])
    for other, sources in endpoint.competing.items():
        yield f"Competing: {worded(other).lower()}", _any(sources, name)
    if endpoint.salvage is not None:
        effect = PROCEDURE[endpoint.salvage.counts_as]
        text = _any(endpoint.salvage.procedure, name)
        yield "Procedure", f"{text}. Without an earlier event of record it {effect}."
    if endpoint.death_gap is not None:
        longest = endpoint.death_gap.at_most
        yield "Death counts", f"At most {longest} after the last image; later the row ends there"
    if endpoint.censor is not None:
        text = observation_end(endpoint, name)
        if endpoint.censor.or_before and name.plan.cutoff is not None:
            earlier = ", ".join(name.column(column) for column in endpoint.censor.or_before)
            text += f". Where it lies after the data cut-off, the latest before that of: {earlier}"
        yield "Follow-up ends", text
    yield "Event on day 0", worded(DAY_ZERO[endpoint.time_zero])
    yield from _entry(endpoint, name)


def _in_columns(endpoint: Endpoint, name: Labels) -> Iterator[Line]:
    """Lines of an endpoint whose times and states are columns."""
    if endpoint.time is None or endpoint.status is None:
        return
    status = endpoint.status
    yield "Time", name.column(endpoint.time.column)
    yield "Event", _is(status.column, status.event, name)
    for other, codes in status.competing.items():
        yield f"Competing: {worded(other).lower()}", _is(status.column, codes, name)
    yield "Censored", _is(status.column, status.censored, name)
    yield from _entry(endpoint, name)


def _entry(endpoint: Endpoint, name: Labels) -> Iterator[Line]:
    """When rows come under observation, if later than the origin, and from when they count."""
    if endpoint.entry is not None:
        yield "Delayed entry", name.column(endpoint.entry)
    if endpoint.landmark is not None:
        yield "Landmark", f"Counted from {endpoint.landmark}, among the rows still at risk then"
    if endpoint.horizon is not None:
        yield "Horizon", f"Observation ends at {endpoint.horizon}"


def _population(endpoint: Endpoint) -> str:
    """The endpoint's own population and the steps that make it."""
    who = endpoint.population
    if who is None:
        return ""
    return f"{worded(who.name)} ({'; '.join(step.label for step in who.eligibility)})"


def _any(sources: Sequence[Source], name: Labels) -> str:
    """Sources of one event, of which the earliest counts."""
    text = "; or ".join(_source(source, name) for source in sources)
    return f"{text} (the earliest counts)" if len(sources) > 1 else text


def _source(source: Source, name: Labels) -> str:
    """One source: what says that it happened, and on which day."""
    date = name.column(source.date)
    happened = "" if source.flag is None else f"{_is(source.flag, source.equals, name)}, dated by: "
    text = happened + date
    text += f" + {source.plus}" if source.plus is not None else ""
    tests = [_condition(test, name) for test in source.where]
    tests += [f"not {_condition(test, name)}" for test in source.unless]
    text += f" [{'; '.join(tests)}]" if tests else ""
    text += f", later than {source.after} from time zero" if source.after is not None else ""
    return text + (f", up to {source.until} from time zero" if source.until is not None else "")


def _is(column: str, codes: Code | tuple[Code, ...] | None, name: Labels) -> str:
    """A column and the codes that count; the label alone where a yes counts."""
    found = as_tuple(codes) if codes is not None else ()
    if name.is_boolean(column):
        yes = [name.value(column, YES if str(code) == "1" else NO).lower() for code in found]
        return f"{name.column(column)}: {', '.join(yes)}"
    return f"{name.column(column)}: {', '.join(name.value(column, str(code)) for code in found)}"


def _condition(test: Condition, name: Labels) -> str:
    """A condition on a column, in words."""
    if test.codes:
        return _is(test.column, test.codes, name)
    label = name.column(test.column)
    if test.between is not None:
        return f"{label}: {test.between[0]} to {test.between[1]}"
    if test.present is not None:
        return f"{label}: {'known' if test.present else 'missing'}"
    return f"{label}: {TESTS[test.kind]} {_operand(test.operand, name)}"


def _operand(operand: object, name: Labels) -> str:
    """What a value is compared with."""
    if not isinstance(operand, Operand):
        return str(operand)
    text = f"{operand.times:g} × {name.column(operand.column)}"
    return text.removeprefix("1 × ") + (f" {operand.plus:+g}" if operand.plus else "")
