"""Columns of the lesion before treatment in the simulated cohort."""

from __future__ import annotations

import numpy as np

from spine_outcomes.clinical import levels, sins
from spine_outcomes.clinical.simulated_covariates import BILSKY, Lesions
from spine_outcomes.clinical.simulated_text import (
    Columns,
    Dates,
    Text,
    coded,
    dated,
    fixed,
    only_where,
    whole,
)
from spine_outcomes.clinical.simulated_uniforms import (
    Floats,
    Ints,
    Uniforms,
    category,
    integer,
    uniforms,
)

_DRAWS = (
    *("body", "side", "height_loss", "pain", "opioid", "frankel"),
    *("surgery", "surgery_day", "cord", "oesophagus", "mri", "physician"),
)

PAIN_POINTS = np.array([0, 1, 3])
ALIGNMENT_POINTS = np.array([0, 2, 4])
POSTEROLATERAL_POINTS = np.array([0, 1, 3])

FIRST_LUMBAR = levels.LEVELS.index("L1")


def draw_levels(rng: np.random.Generator, lesions: Lesions) -> tuple[Ints, Ints]:
    """Upper and lower level, as positions; a patient's lesions share no level.

    The lesions of a patient in one region divide it into stretches of their own. Within its stretch
    a lesion starts anywhere, and one in five reaches one or two levels further where there is room.
    """
    u = uniforms(rng, len(lesions.patient), ("first", "extra"))
    rank, n_sharing = _rank_in_region(lesions)
    size = np.array(list(levels.REGION_SIZES.values()))[lesions.region]
    top = np.array(levels.REGION_STARTS)[lesions.region]
    begin, end = rank * size // n_sharing, (rank + 1) * size // n_sharing - 1
    first = integer(u["first"], begin, end)
    last = np.minimum(first + category(u["extra"], (0.80, 0.15, 0.05)), end)
    return top + first, top + last


def lesion_columns(
    rng: np.random.Generator, lesions: Lesions, level: tuple[Ints, Ints], start: Dates
) -> Columns:
    """Every baseline column of the lesion, one value a lesion, in the dictionary's order.

    Parameters
    ----------
    rng
        Generator of the columns without a law.
    lesions
        The lesions drawn.
    level : pair of ndarray of int, shape (m,)
        Upper and lower level.
    start : ndarray of datetime64, shape (m,)
        First day of treatment.
    """
    u = uniforms(rng, len(lesions.patient), _DRAWS)
    return (
        _anatomy(lesions, *level)
        | _stability(lesions, *level)
        | _extent(u, lesions)
        | _condition(u, lesions)
        | _before_treatment(u, lesions, level[0], start)
    )


def sectors_involved(lesions: Lesions, side: Floats) -> Text:
    """Sectors that hold tumour: the body, and the pedicle of one side or of both."""
    one_side = np.where(side < 0.5, "1;2", "1;6")
    return np.select(
        [lesions.posterolateral == 0, lesions.posterolateral == 1], ["1", one_side], "1;2;6"
    )


def _rank_in_region(lesions: Lesions) -> tuple[Ints, Ints]:
    """Rank of a lesion among those of its patient in its region, and their number."""
    key = lesions.patient * len(levels.REGION_SIZES) + lesions.region
    order = np.argsort(key, kind="stable")
    _, start, count = np.unique(key[order], return_index=True, return_counts=True)
    rank, n_sharing = np.empty_like(key), np.empty_like(key)
    rank[order] = np.arange(len(key)) - np.repeat(start, count)
    n_sharing[order] = np.repeat(count, count)
    return rank, n_sharing


def _anatomy(lesions: Lesions, first: Ints, last: Ints) -> Columns:
    """Where the lesion is."""
    return {
        "lesion_id": np.char.add("L", whole(lesions.number + 1)),
        "level_from": coded(first, levels.LEVELS),
        "level_to": coded(last, levels.LEVELS),
        "n_levels_involved": whole(levels.n_levels(first, last)),
        "region": levels.regions(first, last),
    }


def _stability(lesions: Lesions, first: Ints, last: Ints) -> Columns:
    """The instability score and its components."""
    points = {
        "location": sins.location(first, last),
        "pain": PAIN_POINTS[lesions.pain],
        "bone": lesions.bone,
        "alignment": ALIGNMENT_POINTS[lesions.alignment],
        "collapse": lesions.collapse,
        "posterolateral": POSTEROLATERAL_POINTS[lesions.posterolateral],
    }
    total = sins.total(np.stack([points[name] for name in sins.COMPONENTS], axis=-1))
    by_component = {f"sins_{name}": whole(points[name]) for name in sins.COMPONENTS}
    return by_component | {"sins_total": whole(total)}


def _extent(u: Uniforms, lesions: Lesions) -> Columns:
    """How far the tumour reaches, and what it has done to the bone."""
    is_fractured = lesions.collapse >= 2
    lowest, highest = np.array([(5, 50), (51, 100), (5, 100), (5, 100)])[lesions.collapse].T
    least, most = np.array([(0, 0), (0, 0), (5, 49), (50, 60)])[lesions.collapse].T
    return {
        "bilsky": coded(lesions.bilsky, BILSKY),
        "paraspinal_ext": whole(lesions.has_paraspinal),
        "bone_type": coded(lesions.bone, ("blastic", "mixed", "lytic")),
        "pct_body_involved": whole(integer(u["body"], lowest, highest)),
        "sectors_involved": sectors_involved(lesions, u["side"]),
        "vcf_baseline": whole(is_fractured),
        "vcf_baseline_pct": whole(integer(u["height_loss"], least, most)),
        "spinal_deformity": whole(lesions.has_deformity),
    }


def _condition(u: Uniforms, lesions: Lesions) -> Columns:
    """Pain, opioid and neurological grade; without pain there is no opioid for it."""
    lowest, highest = np.array([(0, 0), (1, 7), (3, 10)])[lesions.pain].T
    opioid = 5 * integer(u["opioid"], 0, 40) * (lesions.pain > 0) * (u["opioid"] > 0.3)
    return {
        "pain_baseline": whole(integer(u["pain"], lowest, highest)),
        "omed_baseline": whole(opioid),
        "frankel_asia": coded(category(u["frankel"], (0.01, 0.01, 0.04, 0.12, 0.82)), "ABCDE"),
    }


def _before_treatment(u: Uniforms, lesions: Lesions, first: Ints, start: Dates) -> Columns:
    """Earlier surgery, size and distances, baseline image; nobody had radiotherapy there before."""
    day_of_surgery = start - integer(u["surgery_day"], 14, 29).astype("timedelta64[D]")
    kind = category(u["surgery"], (0.40, 0.25, 0.20, 0.15)) + 1
    nearest, farthest = np.array([(1, 15), (0, 3), (0, 2), (0, 0), (0, 0), (0, 0)])[
        lesions.bilsky
    ].T
    near, far = np.where(first < FIRST_LUMBAR, 2, 60), np.where(first < FIRST_LUMBAR, 40, 80)
    year = start.astype("datetime64[Y]")
    length = (year + 1).astype("datetime64[D]") - year.astype("datetime64[D]")
    return {
        "prior_surgery": whole(kind * lesions.had_surgery),
        "prior_surgery_date": only_where(lesions.had_surgery, dated(day_of_surgery)),
        "prior_rt_same_level": whole(np.zeros_like(first)),
        "gtv_cc": fixed(lesions.gtv_cc, 2),
        "gtv_cord_dist_mm": fixed(nearest + u["cord"] * (farthest - nearest), 1),
        "gtv_oesoph_dist_mm": fixed(near + u["oesophagus"] * (far - near), 1),
        "mri_baseline_date": dated(start - integer(u["mri"], 3, 28).astype("timedelta64[D]")),
        "treating_physician": np.char.add("P", whole(integer(u["physician"], 1, 6))),
        "calendar_year": fixed(
            1970 + year.astype(np.int64) + (start - year.astype("datetime64[D]")) / length, 3
        ),
    }
