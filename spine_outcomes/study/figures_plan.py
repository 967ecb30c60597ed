"""The plan of a publication's figures, and what a journal asks of them."""

from __future__ import annotations

import datetime
from collections import Counter
from os import PathLike, fspath
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from spine_outcomes.errors import PlanError
from spine_outcomes.study.key_path import did_you_mean
from spine_outcomes.study.model import Model
from spine_outcomes.study.packaged import find_plan
from spine_outcomes.study.plan import Estimand
from spine_outcomes.study.validation import build
from spine_outcomes.study.yaml_source import read_yaml

Columns = Literal["single", "one_and_half", "double"]
FileFormat = Literal["pdf", "svg", "png", "tiff", "eps"]
FigureKind = Literal[
    "flow", "overlap", "love", "weights", "imputation", "curve", "difference", "stacked", "effect",
    "forest",
]  # fmt: skip
OF_AN_ENDPOINT = ("curve", "difference", "stacked", "effect")
Points = Annotated[float, Field(gt=0, le=72)]
Dpi = Annotated[int, Field(ge=300, le=1000)]


class TypeSizes(Model):
    """Type sizes in points; nothing is smaller than ``least``."""

    least: Points
    text: Points
    small: Points
    title: Points

    @model_validator(mode="after")
    def _none_too_small(self) -> TypeSizes:
        if min(self.text, self.small, self.title) < self.least:
            raise ValueError(f"no type may be smaller than least, {self.least:g} pt")
        return self


class Resolution(Model):
    """Pixels per inch of drawings, of drawings with tints and letters, and of pictures."""

    line: Dpi
    combination: Dpi
    halftone: Dpi


class Journal(Model):
    """What a journal asks of figures.

    Parameters
    ----------
    columns
        Widths in millimetres, by name.
    line
        Width of curves in points.
    theme
        How its numbers are printed.
    source, read, certainty
        Where this comes from, when that was looked at, and how sure it is.
    """

    label: str = Field(min_length=1)
    columns: dict[Columns, Annotated[float, Field(gt=40, le=300)]] = Field(min_length=1)
    type: TypeSizes
    line: Annotated[float, Field(gt=0, le=1.5)]
    resolution: Resolution
    theme: str
    source: str = ""
    read: datetime.date | None = None
    certainty: Literal["publisher", "second-hand", "unverified"] = "unverified"

    def width(self, columns: Columns) -> float:
        """Width of so many columns in millimetres; the nearest that the journal has."""
        return self.columns.get(columns, max(self.columns.values()))


class FigureItem(Model):
    """One figure of the publication.

    Parameters
    ----------
    id
        Name of its file.
    kind, endpoint, estimand
        What it shows; by default the estimand of the report's headline.
    columns
        Width, by name; by default what its kind needs.
    with_difference
        A curve with the difference of the arms over time below it.
    weighted_counts
        A curve with the sums of the weights under it instead of the people.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")
    kind: FigureKind
    endpoint: str | None = None
    estimand: Estimand | None = None
    columns: Columns | None = None
    with_difference: bool = False
    weighted_counts: bool = False

    @model_validator(mode="after")
    def _endpoint_where_needed(self) -> FigureItem:
        if (self.endpoint is None) == (self.kind in OF_AN_ENDPOINT):
            verb = "needs" if self.endpoint is None else "has no"
            raise ValueError(f"a figure of kind {self.kind} {verb} endpoint")
        if self.kind != "curve" and (self.with_difference or self.weighted_counts):
            raise ValueError("only a curve has with_difference and weighted_counts")
        return self


class FiguresPlan(Model):
    """Figures of a publication, in order, and the journal they are made for.

    Parameters
    ----------
    journal
        Name of a preset; None: as in the report.
    journals
        Presets of the user; a name that the program has replaces its own. ``like`` names a preset
        whose keys hold where a block has none.
    figures
        Empty: every figure of the report.
    """

    schema_version: Literal[1] = 1
    journal: str | None = None
    formats: tuple[FileFormat, ...] = ("pdf", "svg")
    journals: dict[str, Journal] = Field(default_factory=dict)
    figures: tuple[FigureItem, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _like_others(cls, keys: Any) -> Any:
        return {**keys, "journals": alike(keys["journals"])} if "journals" in keys else keys

    @model_validator(mode="after")
    def _named_once(self) -> FiguresPlan:
        twice = [name for name, n in Counter(f.id for f in self.figures).items() if n > 1]
        if twice:
            raise ValueError(f"a figure's id stands once, not {', '.join(twice)} twice")
        return self


def alike(blocks: Any) -> Any:
    """Presets with the keys of those that they are ``like``, in the order in which they stand."""
    if not isinstance(blocks, dict) or not all(isinstance(b, dict) for b in blocks.values()):
        return blocks
    found: dict[str, Any] = {}
    for name, block in blocks.items():
        other = block.get("like")
        if other is not None and other not in found:
            message = f"{name} is like {other!r}, which does not stand above it"
            raise ValueError(message + did_you_mean(str(other), found))
        own = {key: value for key, value in block.items() if key != "like"}
        found[name] = {**found.get(other, {}), **own}
    return found


def load_figures_plan(path: str | PathLike[str]) -> FiguresPlan:
    """Read a plan of figures.

    Parameters
    ----------
    path
        A YAML file, or a bare name: in ``./analyses``, else packaged.

    Raises
    ------
    PlanError
        Naming at once, each with file, line and key, every key that is unknown, missing or wrong.
    InputOutputError
        If the file is missing or unreadable.
    """
    return build(FiguresPlan, read_yaml(find_plan(fspath(path)), PlanError), PlanError)
