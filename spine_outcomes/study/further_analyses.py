"""Analyses that a plan lists beside the primary one: subgroups and sensitivity analyses."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from spine_outcomes.study.endpoint import as_tuple
from spine_outcomes.study.model import Code, Model

FEWER = "missing.imputations"


class Subgroup(Model):
    """A pre-listed subgroup.

    Parameters
    ----------
    levels
        The name of each level, and its code or codes in ``column``.
    cuts
        In place of ``levels`` numbers that divide a column of numbers (a value at a cut is above
        it), or ``median``: that of the rows analysed.
    override
        Why a column that was decided together with the arm divides the rows; any other must be
        known before that.
    label
        Text for people; by default the label of the column.
    change
        Keys under ``propensity`` or ``estimation`` that are other inside the levels, as in a
        sensitivity analysis: a propensity that few rows can carry. ``missing.imputations`` takes
        the first so many of those drawn.
    endpoints
        Those that are estimated; all by default.
    """

    kind: ClassVar[str] = "the subgroup"

    name: str = Field(min_length=1)
    column: str
    levels: dict[str, Code | tuple[Code, ...]] = Field(default_factory=dict)
    cuts: tuple[float, ...] | Literal["median"] | None = None
    override: str | None = Field(None, min_length=10)
    label: str | None = None
    change: dict[str, Any] = Field(default_factory=dict)
    endpoints: tuple[str, ...] | None = None

    @property
    def codes(self) -> dict[str, tuple[Code, ...]]:
        """The codes of each level."""
        return {name: as_tuple(codes) for name, codes in self.levels.items()}

    @field_validator("levels")
    @classmethod
    def _several(cls, levels: dict[str, Any]) -> dict[str, Any]:
        if len(levels) == 1:
            raise ValueError("a subgroup needs two levels or more")
        return levels

    @model_validator(mode="after")
    def _levels_or_cuts(self) -> Subgroup:
        if bool(self.levels) == (self.cuts is not None):
            raise ValueError("give either levels (codes), or cuts (numbers, or median)")
        cuts = () if self.cuts is None or self.cuts == "median" else self.cuts
        if self.cuts == () or any(after <= before for before, after in pairwise(cuts)):
            raise ValueError("cuts must ascend, and there must be one")
        return self

    @model_validator(mode="after")
    def _apart(self) -> Subgroup:
        named = Counter(str(code) for codes in self.codes.values() for code in codes)
        shared = [code for code, times in named.items() if times > 1]
        if shared:
            raise ValueError(f"a code stands in one level only, not {', '.join(shared)} twice")
        if not all(self.codes.values()):
            raise ValueError("every level needs a code")
        return self

    @model_validator(mode="after")
    def _same_rows(self) -> Subgroup:
        other = [
            key
            for key in self.change
            if key.split(".")[0] not in ("propensity", "estimation") and key != FEWER
        ]
        if other:
            raise ValueError(
                f"change may hold keys under propensity and estimation, and {FEWER}, not "
                f"{', '.join(other)}: rows and endpoints are those of the plan"
            )
        return self


class Sensitivity(Model):
    """A named change to the plan.

    Parameters
    ----------
    name, label
        Key in the results, and text for people (by default the name).
    change
        Dotted keys and their new values; a list is extended where the key ends with ``+``.
    endpoints
        Those that are estimated again; all by default.
    """

    kind: ClassVar[str] = "the sensitivity analysis"

    name: str = Field(min_length=1)
    label: str | None = None
    change: dict[str, Any]
    endpoints: tuple[str, ...] | None = None


class Margins(Model):
    """How far a sensitivity analysis may lie from the primary one before it is a finding."""

    risk_difference: float = Field(0.05, gt=0)
    hazard_ratio: float = Field(1.25, gt=1)
