"""Lengths of time with their unit, as a plan writes them: ``"24 months"``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, PlainSerializer

TimeUnit = Literal["days", "weeks", "months", "years"]

DAYS_PER_UNIT: dict[str, float] = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}

_FORM = re.compile(r"(?P<number>\d+(?:\.\d+)?) (?P<unit>day|week|month|year)s?")


@dataclass(frozen=True, order=True)
class Duration:
    """A length of time that remembers the unit it was written in.

    Parameters
    ----------
    days
        Length in days (a month is 30.4375 days, a year 365.25).
    text
        As written in the plan.
    """

    days: float
    text: str = ""

    @classmethod
    def parse(cls, text: object) -> Duration:
        """Read ``"24 months"``.

        Raises
        ------
        ValueError
            If there is no number, no unit, or another unit.
        """
        if isinstance(text, Duration):
            return text
        written = text.strip() if isinstance(text, str) else ""
        match = _FORM.fullmatch(written)
        if match is None:
            raise ValueError(
                f"{text!r} is not a length of time: "
                "write a number and its unit, such as '24 months'"
            )
        unit = match["unit"] + "s"
        return cls(float(match["number"]) * DAYS_PER_UNIT[unit], written)

    def to(self, unit: TimeUnit) -> float:
        """Length in ``unit``."""
        return self.days / DAYS_PER_UNIT[unit]

    def __str__(self) -> str:
        return self.text or f"{self.days:g} days"


def _positive(duration: Duration) -> Duration:
    """Refuse a length of nothing."""
    if duration.days <= 0:
        raise ValueError("must be longer than nothing")
    return duration


PlanDuration = Annotated[
    Duration, BeforeValidator(Duration.parse), AfterValidator(_positive), PlainSerializer(str)
]


def convert(value: float, source: TimeUnit, target: TimeUnit) -> float:
    """Express a length of time in another unit."""
    return value * DAYS_PER_UNIT[source] / DAYS_PER_UNIT[target]
