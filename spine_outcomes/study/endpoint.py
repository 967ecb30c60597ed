"""Endpoints as a plan writes them: dated sources, or a column of times and one of states."""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import Literal

from pydantic import Field, model_validator

from spine_outcomes.study.durations import PlanDuration, TimeUnit
from spine_outcomes.study.model import Code, Model
from spine_outcomes.study.population import Condition, Population

SALVAGE = "salvage"
"""Name of the competing event that a procedure is."""


class Source(Model):
    """A dated event: on ``date`` where ``flag`` equals ``equals`` (or wherever there is a date).

    Parameters
    ----------
    date
        Column of the date: the first day on which it was seen.
    flag, equals
        Column that says whether it happened, and the code or codes that mean it did.
    where, unless
        Conditions on further columns: all of ``where`` must hold, none of ``unless`` may. A
        condition on a missing value does not hold.
    plus
        Added to the date: an assessment at a planned time that has no date of its own.
    after, until
        Only what comes later than ``after``, and at most ``until``, from the origin counts.
    confirmed
        Column of the date on which it was confirmed (``dating: confirmation``).
    last_clean
        Column of the last date at which it was known not to have happened (``dating: midpoint``,
        and the bounds of interval censoring).
    """

    date: str
    flag: str | None = None
    equals: Code | tuple[Code, ...] | None = None
    where: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    plus: PlanDuration | None = None
    after: PlanDuration | None = None
    until: PlanDuration | None = None
    confirmed: str | None = None
    last_clean: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the source reads, its date first."""
        tests = (name for test in (*self.where, *self.unless) for name in test.named)
        named = (self.date, self.flag, *tests, self.confirmed, self.last_clean)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    @model_validator(mode="after")
    def _flag_and_code(self) -> Source:
        if (self.flag is None) != (self.equals is None):
            raise ValueError("flag and equals stand together, or neither")
        return self

    @model_validator(mode="after")
    def _window_and_one_date(self) -> Source:
        if self.after is not None and self.until is not None and self.after >= self.until:
            raise ValueError("after must be shorter than until")
        if self.plus is not None and (self.confirmed or self.last_clean):
            raise ValueError("plus dates what has no date of its own: no confirmed, no last_clean")
        return self


class Salvage(Model):
    """A procedure at the treated site, which may stand for an event that nobody recorded.

    Parameters
    ----------
    procedure
        Sources of it; the earliest counts.
    counts_as
        ``event``: without an earlier event of record it is the event, by proxy; ``competing``: a
        competing event called salvage; ``censoring``: observation ends.
    documented_within
        A procedure at most this long after an event of record was its consequence; others are
        counted in a finding.
    """

    procedure: tuple[Source, ...] = Field(min_length=1)
    counts_as: Literal["event", "competing", "censoring"]
    documented_within: PlanDuration = Field("60 days", validate_default=True)


class DeathGap(Model):
    """How long after the last image a death still counts.

    Parameters
    ----------
    date
        Column of the date of death; every source dated by it is meant.
    at_most
        Longest time from the last image (from the origin, where there was none) to the death. After
        a longer one the row is censored at its last image.
    """

    date: str
    at_most: PlanDuration


class CensorSource(Model):
    """The last date at which an endpoint could have been seen.

    Parameters
    ----------
    date
        Column of that date.
    or_before
        Columns of earlier dates at which it could have been seen too. Where ``date`` lies after the
        data cut-off, the latest of them at or before the cut-off takes its place; without the key,
        the cut-off itself does.
    """

    date: str
    or_before: tuple[str, ...] = ()


class TimeColumn(Model):
    """A column of times and its unit."""

    column: str
    unit: TimeUnit


class StatusColumn(Model):
    """A column of states and the meaning of its codes."""

    column: str
    censored: Code | tuple[Code, ...]
    event: Code | tuple[Code, ...]
    competing: dict[str, Code | tuple[Code, ...]] = Field(default_factory=dict)

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code that has a meaning, as text."""
        return tuple(
            str(code)
            for codes in (self.censored, self.event, *self.competing.values())
            for code in as_tuple(codes)
        )

    @model_validator(mode="after")
    def _one_meaning(self) -> StatusColumn:
        doubled = [code for code, n in Counter(self.codes).items() if n > 1]
        if doubled:
            raise ValueError(f"two meanings for {', '.join(doubled)}")
        return self


class Endpoint(Model):
    """One endpoint: either dated sources, or a column of times and one of states.

    ``complement`` names one minus its incidence, where people speak of that (control);
    ``population`` narrows the rows at risk by columns known before treatment; ``landmark`` counts
    from that long after the origin, among the rows still at risk then; at its ``horizon``
    observation ends, and with it its curves, times and tables; ``negative_control`` says
    that the arm cannot act on it; ``event_is`` whether the event is wanted, as a response is.
    """

    label: str = Field(min_length=1)
    level: Literal["lesion", "patient"]
    population: Population | None = None
    event: tuple[Source, ...] = ()
    competing: dict[str, tuple[Source, ...]] = Field(default_factory=dict)
    censor: CensorSource | None = None
    dating: Literal["first_image", "confirmation", "midpoint"] = "first_image"
    salvage: Salvage | None = None
    death_gap: DeathGap | None = None
    imaging_end: Literal["last_scan", "last_contact", "scan_plus_interval"] = "last_scan"
    time_zero: Literal["error", "half_day", "keep"] = "half_day"
    entry: str | None = None
    landmark: PlanDuration | None = None
    horizon: PlanDuration | None = None
    time: TimeColumn | None = None
    status: StatusColumn | None = None
    complement: str | None = None
    negative_control: bool = False
    event_is: Literal["harm", "benefit"] = "harm"

    @property
    def is_dated(self) -> bool:
        """Whether the endpoint is made of dates."""
        return self.time is None

    @property
    def is_at_one_time(self) -> bool:
        """Whether every event is dated by a planned time: one day, on which no hazard stands."""
        return bool(self.event) and all(source.plus is not None for source in self.event)

    @property
    def competitors(self) -> tuple[str, ...]:
        """Names of the competing events, in the order of their states from 2 on."""
        named = self.competing if self.status is None else self.status.competing
        is_more = self.salvage is not None and self.salvage.counts_as == "competing"
        return (*named, *((SALVAGE,) if is_more else ()))

    @property
    def sources_by_state(self) -> tuple[tuple[Source, int], ...]:
        """Each dated source and the state it leads to, in the order that decides on one day."""
        groups = [(self.event, 1), *zip(self.competing.values(), count(2), strict=False)]
        if self.salvage is not None:
            states = {"event": 1, "competing": len(self.competing) + 2, "censoring": 0}
            groups.append((self.salvage.procedure, states[self.salvage.counts_as]))
        return tuple((source, state) for group, state in groups for source in group)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources of the event, of its competitors, then of a procedure, in order."""
        return tuple(source for source, _ in self.sources_by_state)

    @model_validator(mode="after")
    def _dates_or_columns(self) -> Endpoint:
        dated = bool(self.event) and self.censor is not None
        in_columns = self.time is not None and self.status is not None
        has_dates = bool(self.event or self.competing) or self.censor is not None
        has_columns = self.time is not None or self.status is not None
        if dated == in_columns or (has_dates and has_columns):
            raise ValueError("give either event and censor (dates), or time and status (columns)")
        if self.horizon is not None and self.entry is not None:
            raise ValueError("horizon does not stand beside entry: rows could enter after it")
        if not all(self.competing.values()):
            raise ValueError("every competing event needs a source")
        return self


def as_tuple(codes: Code | tuple[Code, ...]) -> tuple[Code, ...]:
    """One code or several, as several."""
    return codes if isinstance(codes, tuple) else (codes,)
