"""Endpoints as a plan writes them: dated sources, or a column of times and one of states."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from pydantic import Field, model_validator

from spine_outcomes.study.durations import TimeUnit
from spine_outcomes.study.model import Code, Model


class Source(Model):
    """A dated event: on ``date`` where ``flag`` equals ``equals`` (or wherever there is a date)."""

    date: str
    flag: str | None = None
    equals: Code | tuple[Code, ...] | None = None

    @model_validator(mode="after")
    def _flag_and_code(self) -> Source:
        if (self.flag is None) != (self.equals is None):
            raise ValueError("flag and equals stand together, or neither")
        return self


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

    ``complement`` names one minus its incidence, where people speak of that (control).
    """

    label: str = Field(min_length=1)
    level: Literal["lesion", "patient"]
    event: tuple[Source, ...] = ()
    competing: dict[str, tuple[Source, ...]] = Field(default_factory=dict)
    censor: CensorSource | None = None
    imaging_end: Literal["last_scan", "last_contact", "scan_plus_interval"] = "last_scan"
    time_zero: Literal["error", "half_day", "keep"] = "half_day"
    entry: str | None = None
    time: TimeColumn | None = None
    status: StatusColumn | None = None
    complement: str | None = None

    @property
    def is_dated(self) -> bool:
        """Whether the endpoint is made of dates."""
        return self.time is None

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources of the event, then of its competitors, in order."""
        return (*self.event, *(source for group in self.competing.values() for source in group))

    @model_validator(mode="after")
    def _dates_or_columns(self) -> Endpoint:
        dated = bool(self.event) and self.censor is not None
        in_columns = self.time is not None and self.status is not None
        has_dates = bool(self.event or self.competing) or self.censor is not None
        has_columns = self.time is not None or self.status is not None
        if dated == in_columns or (has_dates and has_columns):
            raise ValueError("give either event and censor (dates), or time and status (columns)")
        if not all(self.competing.values()):
            raise ValueError("every competing event needs a source")
        return self


def as_tuple(codes: Code | tuple[Code, ...]) -> tuple[Code, ...]:
    """One code or several, as several."""
    return codes if isinstance(codes, tuple) else (codes,)
