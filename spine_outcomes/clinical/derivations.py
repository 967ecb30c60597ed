"""The derivations that a data dictionary may name, each from columns of the same row.

A dictionary writes ``derivation: {name: eqd2, dose: dose_total_gy, fractions: n_fractions,
alpha_beta: 10}``: text names a column, anything else is a constant. Each function takes them as
keywords: numbers and booleans as floats (n,) with NaN, dates as days since 1970-01-01, codes and
text as ``Categorical``. It gives floats for numbers, booleans and dates, text for codes, empty
where the value cannot be known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import wraps
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.clinical import sins
from spine_outcomes.clinical.age import completed_years
from spine_outcomes.clinical.coverage import arm_by_coverage, sector_sets
from spine_outcomes.clinical.dose import biologically_effective_dose, equivalent_dose_2gy
from spine_outcomes.clinical.failure_pattern import by_distance, by_isodose, by_level
from spine_outcomes.clinical.formula import Bools, Codes, Floats, Values, by_code
from spine_outcomes.clinical.formula import Derived as Derived
from spine_outcomes.clinical.formula import Formula as Formula
from spine_outcomes.clinical.formula import Kind as Kind
from spine_outcomes.clinical.fracture import fracture_type
from spine_outcomes.clinical.levels import level_positions, n_levels, regions
from spine_outcomes.clinical.pain_response import pain_response

DAYS_PER_MONTH = 30.4375

Ints = NDArray[np.int64]


def _age(
    *, at: Floats, birth_date: Floats | None = None, birth_year: Floats | None = None
) -> Derived:
    """Completed years; within a year where only the year of birth is known."""
    nothing = np.full(len(at), np.nan)
    birth = nothing if birth_date is None else birth_date
    is_unknown = np.isnan(birth + at)
    years = np.where(is_unknown, np.nan, completed_years(_dates(birth), _dates(at)))
    turned = _year(at) - (nothing if birth_year is None else birth_year)
    return Derived(
        years,
        lowest=np.where(is_unknown, turned - 1, years),
        highest=np.where(is_unknown, turned, years),
    )


def _months_between(*, start: Floats, end: Floats) -> Floats:
    return (end - start) / DAYS_PER_MONTH


def _decimal_year(*, date: Floats) -> Floats:
    """Calendar year, with the part of it that has passed."""
    year = _dates(date).astype("M8[Y]")
    first, following = year.astype("M8[D]"), (year + 1).astype("M8[D]")
    return np.asarray(_year(date) + (_dates(date) - first) / (following - first))


def _total_dose(*, fractions: Floats, dose_per_fraction: Floats) -> Floats:
    return fractions * dose_per_fraction


def _radiosensitivity(*, primary_site: Codes, resistant: Iterable[str]) -> Values:
    """1 where the primary is one of the resistant ones, else 0 (the rule of the trial SC.24)."""
    known = {str(site) for site in resistant}
    return by_code(primary_site, (str(int(s in known)) for s in primary_site.categories), "")


def _n_levels(*, level_from: Codes, level_to: Codes) -> Floats:
    first, last, is_known = _levels(level_from, level_to)
    return np.where(is_known, n_levels(first, last), np.nan)


def _region(*, level_from: Codes, level_to: Codes) -> Values:
    first, last, is_known = _levels(level_from, level_to)
    return np.where(is_known, regions(first, last), "")


def _sins_location(*, level_from: Codes, level_to: Codes) -> Values:
    first, last, is_known = _levels(level_from, level_to)
    return np.where(is_known, sins.location(first, last).astype("U1"), "")


def _sins_total(
    *,
    location: Codes,
    pain: Codes,
    bone: Codes,
    alignment: Codes,
    collapse: Codes,
    posterolateral: Codes,
) -> Floats:
    """Sum of the components, each coded by its points."""
    components = (location, pain, bone, alignment, collapse, posterolateral)
    return sins.total(
        np.column_stack([by_code(c, map(float, c.categories), np.nan) for c in components])
    )


def _arm(*, involved: Codes, covered: Codes, levels_above: Floats, levels_below: Floats) -> Values:
    sets = [by_code(texts, sector_sets(texts.categories), -1) for texts in (involved, covered)]
    return arm_by_coverage(sets[0], sets[1], levels_above, levels_below)


def _pattern_by_level(
    *, level: Codes, level_from: Codes, level_to: Codes, marginal_at_most: int = 1
) -> Values:
    first, last, _ = _levels(level_from, level_to)
    return by_level(_position(level), first, last, marginal_at_most=marginal_at_most)


@wraps(fracture_type)
def _fracture(**given: Any) -> Floats:
    """1 where there is a fracture, new or progressive; 0 where not."""
    kind = fracture_type(**given)
    return np.select([kind == "", kind == "0"], [np.nan, 0.0], 1.0)


@wraps(fracture_type)
def _fracture_type(**given: Any) -> Values:
    """Type of the fracture; empty where there is none."""
    kind = fracture_type(**given)
    return np.where(kind == "0", "", kind)


def _isodose_words(given: Mapping[str, Any]) -> str:
    in_field, marginal = given["in_field_at_least"], given["marginal_at_least"]
    return (
        f"In-field: at least {in_field:g} % of the failure's volume inside the isodose of the "
        f"prescription; marginal: {marginal:g} % to under {in_field:g} %; less is outside. The "
        "cut-points are borrowed from other sites."
    )


def _level_words(given: Mapping[str, Any]) -> str:
    n = given["marginal_at_most"]
    return (
        "In-field: at a treated level; marginal: within "
        f"{n:g} level{'s' if n > 1 else ''} above or below; further away is outside."
    )


def _distance_words(given: Mapping[str, Any]) -> str:
    return (
        "In-field: centre of the failure inside the planning target; marginal: within "
        f"{given['marginal_at_most']:g} mm of its edge; further away is outside."
    )


def _fracture_words(given: Mapping[str, Any]) -> str:
    return (
        f"New fracture: at least {given['new_at_least']:g} % of the height lost without a fracture "
        f"before; progression: at least {given['progression_at_least']:g} percentage points more "
        "than before."
    )


def _pain_words(given: Mapping[str, Any]) -> str:
    return (
        "Pain response by the international consensus of 2012, in those with pain of "
        f"{given['evaluable_from']:g} or more before treatment."
    )


def _arm_words(_: Mapping[str, Any]) -> str:
    return "Extended: the target covers a sector without tumour or another level; focal: neither."


FORMULAS: Mapping[str, Formula] = {
    "age_by_calendar": Formula(_age),
    "months_between": Formula(_months_between),
    "decimal_year": Formula(_decimal_year),
    "total_dose": Formula(_total_dose),
    "bed": Formula(biologically_effective_dose),
    "eqd2": Formula(equivalent_dose_2gy),
    "radiosensitivity": Formula(_radiosensitivity),
    "n_levels": Formula(_n_levels),
    "region": Formula(_region),
    "sins_location": Formula(_sins_location),
    "sins_total": Formula(_sins_total),
    "sins_class": Formula(sins.stability),
    "arm_by_coverage": Formula(_arm, _arm_words),
    "failure_pattern_by_isodose": Formula(by_isodose, _isodose_words),
    "failure_pattern_by_adjacent_level": Formula(_pattern_by_level, _level_words),
    "failure_pattern_by_distance_mm": Formula(by_distance, _distance_words),
    "fracture": Formula(_fracture, _fracture_words),
    "fracture_type": Formula(_fracture_type, _fracture_words),
    "pain_response": Formula(pain_response, _pain_words),
}
"""Derivations by the name that a dictionary gives them."""


def _dates(days: Floats) -> NDArray[np.datetime64]:
    """Days since 1970-01-01 as dates; 1970-01-01 where missing."""
    return np.nan_to_num(days).astype("int64").astype("M8[D]")


def _year(days: Floats) -> Floats:
    """Calendar year of days since 1970-01-01; NaN where missing."""
    year = _dates(days).astype("M8[Y]").astype(np.float64) + 1970.0
    return np.where(np.isnan(days), np.nan, year)


def _position(level: Codes) -> Ints:
    """Position of each row's level, −1 where there is none."""
    return by_code(level, level_positions(level.categories), -1)


def _levels(level_from: Codes, level_to: Codes) -> tuple[Ints, Ints, Bools]:
    """Positions of the upper and the lower level, and whether they are levels in that order."""
    first, last = _position(level_from), _position(level_to)
    return first, last, (first >= 0) & (last >= first)
