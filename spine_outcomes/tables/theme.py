"""Journal themes: how each journal wants its numbers printed, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import yaml


@dataclass(frozen=True)
class Theme:
    """How numbers are printed.

    Parameters
    ----------
    decimal_mark, thousands, percent
        Signs: "." or "·"; between groups of three digits; the percent sign with its blank.
    between
        What stands between the limits of an interval; " to " wherever one of them is negative or
        infinite, as a dash would read as a minus.
    p_sign, p_blanks, p_leading_zero
        Letter of a p value, whether blanks surround the sign after it, and whether "0.02" keeps
        its zero.
    p_decimals
        Pairs of a bound and the decimals of p values from there up, the largest bound first; below
        the last one stands "<" and that bound.
    """

    decimal_mark: str = "."
    thousands: str = ","
    percent: str = "%"
    between: str = " to "
    p_sign: str = "p"
    p_blanks: bool = True
    p_leading_zero: bool = True
    p_decimals: tuple[tuple[float, int], ...] = ((0.001, 3),)


# What cells and CSV files hold: ASCII marks, which every theme is made from.
PLAIN = Theme()


@cache
def themes() -> Mapping[str, Theme]:
    """Every theme by name, from ``themes.yaml`` beside this file."""
    text = files("spine_outcomes.tables").joinpath("themes.yaml").read_text(encoding="utf-8")
    kept = Theme.__dataclass_fields__
    read = {
        name: {key: value for key, value in block.items() if key in kept}
        for name, block in yaml.safe_load(text).items()
    }
    found = {
        name: Theme(**{**block, "p_decimals": _falling(block["p_decimals"])})
        for name, block in read.items()
    }
    return MappingProxyType(found)


def _falling(decimals: Mapping[float, int]) -> tuple[tuple[float, int], ...]:
    """Bounds with their decimals, the largest first."""
    return tuple(sorted(decimals.items(), reverse=True))
