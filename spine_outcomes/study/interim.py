"""Looks at accumulating data: the block ``interim`` of a plan."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

from pydantic import Field, model_validator

from spine_outcomes.study.durations import PlanDuration
from spine_outcomes.study.key_path import KeyPath
from spine_outcomes.study.model import Model, refuse
from spine_outcomes.study.population import Condition

AMOUNTS = ("patients", "events", "information")
"""What a look may wait for."""

Family = Literal["obrien_fleming", "pocock", "hwang_shih_decani", "power"]
NEEDS_PARAMETER = ("hwang_shih_decani", "power")


class Look(Model):
    """A planned look: exactly one of the amounts that it waits for.

    Parameters
    ----------
    patients
        Patients enrolled.
    events
        Events of the monitored endpoint, both arms together.
    information
        Fraction of the maximum information.
    """

    name: str | None = None
    patients: int | None = Field(None, ge=1)
    events: int | None = Field(None, ge=1)
    information: float | None = Field(None, gt=0, le=1)

    @property
    def kind(self) -> str:
        """Which amount the look waits for."""
        return next(name for name in AMOUNTS if getattr(self, name) is not None)

    @property
    def amount(self) -> float:
        """How much of it."""
        return float(getattr(self, self.kind))

    @model_validator(mode="after")
    def _exactly_one(self) -> Look:
        n = sum(getattr(self, name) is not None for name in AMOUNTS)
        if n != 1:
            raise ValueError(f"{n} amounts; write exactly one of {', '.join(AMOUNTS)}")
        return self


class PlannedAccrual(Model):
    """How enrolment was to go: evenly, from ``start``, over ``duration``.

    Parameters
    ----------
    date
        Column of the date on which a patient counts as enrolled.
    patients
        The target.
    """

    date: str
    patients: int = Field(ge=1)
    start: datetime.date
    duration: PlanDuration


class Visits(Model):
    """Planned visits, and the long table that holds those that took place.

    Parameters
    ----------
    table
        Of the dictionary; its records carry the date of a visit.
    times
        After the origin.
    window
        A visit counts where a record lies at most this far from its time.
    """

    table: str
    times: tuple[PlanDuration, ...] = Field(min_length=1)
    window: PlanDuration

    @model_validator(mode="after")
    def _ascend(self) -> Visits:
        if any(later.days <= earlier.days for earlier, later in pairwise(self.times)):
            raise ValueError("times must ascend")
        return self


class Monitoring(Model):
    """The comparison that an unblinded look makes, and the error that looks may spend on it.

    Parameters
    ----------
    endpoint
        Key of the endpoint.
    estimand
        Weights of the hazard ratio; one of the plan's estimands.
    measure
        ``hazard_ratio`` (cause-specific) or ``subdistribution_hazard_ratio``.
    family, parameter
        Spending function, and γ of Hwang, Shih and DeCani or ρ of the power family.
    alpha, sides
        Level of the whole test, and whether it looks to both sides.
    maximum_information
        Information at the planned end: 1 / variance of the log hazard ratio.
    hazard_ratio
        The one for which conditional power is given, beside that seen.
    """

    endpoint: str
    estimand: str = "ATO"
    measure: Literal["hazard_ratio", "subdistribution_hazard_ratio"] = "hazard_ratio"
    family: Family = "obrien_fleming"
    parameter: float | None = None
    alpha: float = Field(0.05, gt=0, lt=1)
    sides: Literal[1, 2] = 2
    maximum_information: float = Field(gt=0)
    hazard_ratio: float = Field(gt=0)

    @model_validator(mode="after")
    def _parameter(self) -> Monitoring:
        if (self.family in NEEDS_PARAMETER) != (self.parameter is not None):
            needs = "needs" if self.family in NEEDS_PARAMETER else "has no"
            raise ValueError(f"the family {self.family} {needs} parameter")
        if self.hazard_ratio == 1:
            raise ValueError("hazard_ratio must be another than 1: conditional power under it")
        return self


class SafetyLimit(Model):
    """A toxicity whose rate must stay below a limit.

    Parameters
    ----------
    term, grade, window
        The toxicity: a term of the record (None: any that is shown) at this grade or more, in a
        window of the block ``toxicity``.
    rate
        The acceptable proportion of patients.
    posterior
        Above this probability that the rate is larger, the limit is crossed.
    prior
        a and b of the beta distribution of the rate before any data.
    """

    name: str = Field(min_length=1)
    label: str = Field(min_length=1)
    term: str | None = None
    grade: int = Field(ge=1, le=5)
    window: Literal["any", "acute", "late"] = "any"
    rate: float = Field(gt=0, lt=1)
    posterior: float = Field(0.9, gt=0, lt=1)
    prior: tuple[float, float] = (0.5, 0.5)

    @model_validator(mode="after")
    def _proper(self) -> SafetyLimit:
        if min(self.prior) <= 0:
            raise ValueError("prior: both numbers must lie above 0")
        return self


class Deviation(Model):
    """Rows that were not treated as the protocol says: those in which the rule holds."""

    name: str = Field(min_length=1)
    label: str = Field(min_length=1)
    rule: Condition


class Safety(Model):
    """What the committee watches of harm, beside the grades of the block ``toxicity``.

    Parameters
    ----------
    early_deaths, death
        Deaths at most so long after the origin are counted, and the column of their date.
    limits
        Rates that must stay below a limit.
    """

    early_deaths: tuple[PlanDuration, ...] = ()
    death: str | None = None
    limits: tuple[SafetyLimit, ...] = ()


class Blinded(Model):
    """What the coded supplement of a blinded look may show by arm code.

    The blinded report itself shows nothing by arm.
    """

    by_code: tuple[Literal["accrual", "safety", "deviations"], ...] = ()


class Interim(Model):
    """Planned looks and what each of them shows.

    Parameters
    ----------
    looks
        In their order; all wait for the same kind of amount, each for more than the one before.
    silent_after
        A last contact longer before the cut-off than this is counted.
    needed
        Events that the final analysis needs, by endpoint, both arms together.
    """

    looks: tuple[Look, ...] = Field(min_length=1)
    accrual: PlannedAccrual
    visits: Visits | None = None
    silent_after: PlanDuration = Field("6 months", validate_default=True)
    needed: dict[str, int] = Field(default_factory=dict)
    monitoring: Monitoring | None = None
    safety: Safety = Safety()
    deviations: tuple[Deviation, ...] = ()
    blinded: Blinded = Blinded()

    @model_validator(mode="after")
    def _keys_agree(self) -> Interim:
        refuse(_disagreements(self))
        return self


def _disagreements(interim: Interim) -> Iterator[tuple[KeyPath, str]]:
    """Looks that do not follow one another, and names that stand twice."""
    kinds = list(dict.fromkeys(look.kind for look in interim.looks))
    if len(kinds) > 1:
        yield ("looks",), f"all looks wait for the same amount, not for {' and '.join(kinds)}"
    else:
        for i, (before, look) in enumerate(pairwise(interim.looks), start=1):
            if look.amount <= before.amount:
                yield (
                    ("looks", i, look.kind),
                    f"{look.amount:g} is no more than the {before.amount:g} of the look before",
                )
    for key, names in (
        ("deviations", [deviation.name for deviation in interim.deviations]),
        ("safety", [limit.name for limit in interim.safety.limits]),
    ):
        for name, n in Counter(names).items():
            if n > 1:
                yield (key,), f"{name!r} stands {n} times"
    if interim.safety.early_deaths and interim.safety.death is None:
        yield ("safety", "death"), "early_deaths need the column of the date of death"
