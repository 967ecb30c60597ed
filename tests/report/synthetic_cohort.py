# ruff: noqa: E501 - wide rows of made-up numbers read better than folded ones
"""Who is in the invented study: its columns, the arms before and after weighting, the images."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spine_outcomes.analysis.results import (
    BALANCE_COLUMNS,
    BASELINE_COLUMNS,
    IMAGING_COLUMNS,
    PROPENSITY_COLUMNS,
    WEIGHT_COLUMNS,
)
from spine_outcomes.cohort.eligibility import FLOW_COLUMNS

ARMS = ("narrow", "wide")
N = {"narrow": 388, "wide": 317}
ESTIMANDS = ("unweighted", "ATE", "ATO")

DICTIONARY = {
    "table": {"row": "lesion", "patient": "patient_id", "lesion": "lesion_id"},
    "columns": [
        {"name": "patient_id", "label": "Patient", "level": "patient", "type": "string", "phase": "identifier"},
        {
            "name": "field", "label": "Field", "level": "lesion", "type": "category", "phase": "exposure",
            "codes": {"narrow": "Narrow field", "wide": "Wide field with margin"},
        },
        {"name": "age", "label": "Age at start", "level": "patient", "type": "integer", "unit": "years", "phase": "baseline"},
        {
            "name": "sex", "label": "Sex", "level": "patient", "type": "category", "phase": "baseline",
            "codes": {"0": "Women", "1": "Men"},
        },
        {
            "name": "grade", "label": "Grade", "level": "lesion", "type": "category", "phase": "baseline",
            "codes": {"1": "Low", "2": "Middle", "3": "High"},
        },
        {"name": "volume", "label": "Volume", "level": "lesion", "type": "float", "unit": "cc", "phase": "baseline"},
        {"name": "prior", "label": "Treated before", "level": "lesion", "type": "boolean", "phase": "baseline"},
        {"name": "relapse_date", "label": "Date of relapse", "level": "lesion", "type": "date", "phase": "post_baseline"},
    ],
}  # fmt: skip

COVARIATES = {
    ("age", ""): 0.31, ("sex", "0"): -0.08, ("sex", "1"): 0.08, ("grade", "1"): -0.22, ("grade", "2"): 0.05,
    ("grade", "3"): 0.19, ("volume", ""): 0.27, ("prior", "False"): -0.13, ("prior", "True"): 0.13,
}  # fmt: skip
LABELS = {column["name"]: column["label"] for column in DICTIONARY["columns"]}  # type: ignore[index]


def balance() -> pd.DataFrame:
    """Covariates of both levels, unlike before weighting and alike after."""
    rows = []
    for level_unit in ("lesion", "patient"):
        for estimand in ESTIMANDS:
            for (column, level), smd in COVARIATES.items():
                shrunk = {"unweighted": smd, "ATE": 0.12 * smd, "ATO": 1e-17 * smd}[estimand]
                rows.append(
                    {
                        "level_unit": level_unit, "estimand": estimand, "column": column,
                        "label": LABELS[column], "level": level or None, "mean_reference": 0.4,
                        "mean_comparator": 0.4 + shrunk / 2, "smd": shrunk, "variance_ratio": 1.05,
                        "ks": abs(shrunk) / 3,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows, columns=list(BALANCE_COLUMNS))


def weights() -> pd.DataFrame:
    """Weights of each estimand by arm."""
    rows = []
    for level_unit in ("lesion", "patient"):
        for estimand, top in zip(ESTIMANDS, (1.0, 6.83, 0.86), strict=True):
            for arm in ARMS:
                spread = top - 1
                rows.append(
                    {
                        "level_unit": level_unit, "estimand": estimand, "arm": arm, "n": N[arm],
                        "ess": N[arm] * (1.0 if top == 1 else 0.83), "minimum": min(1.0, top / 8),
                        "median": 1 + 0.2 * spread, "p99": 1 + 0.8 * spread, "maximum": top,
                        "largest_share": top / (1.4 * N[arm]),
                    }
                )  # fmt: skip
    return pd.DataFrame(rows, columns=list(WEIGHT_COLUMNS))


def propensity() -> pd.DataFrame:
    """Scores of each arm in twenty bins."""
    edges = np.linspace(0, 1, 21)
    middle = (edges[:-1] + edges[1:]) / 2
    rows = []
    for level_unit in ("lesion", "patient"):
        for arm, peak in zip(ARMS, (0.36, 0.56), strict=True):
            shape = np.exp(-0.5 * ((middle - peak) / 0.16) ** 2)
            counts = np.floor(shape / shape.sum() * N[arm]).astype(int)
            rows += [
                {"level_unit": level_unit, "arm": arm, "left": a, "right": b, "n": int(n)}
                for a, b, n in zip(edges[:-1], edges[1:], counts, strict=True)
            ]
    return pd.DataFrame(rows, columns=list(PROPENSITY_COLUMNS))


def baseline() -> pd.DataFrame:
    """Characteristics of each arm and of all, weighted and not."""
    rows = []
    groups = [("unweighted", "all"), *((e, arm) for e in ESTIMANDS for arm in ARMS)]
    for estimand, arm in groups:
        n = N.get(arm, sum(N.values()))
        place = {"estimand": estimand, "arm": arm}
        tilt = 0.05 if arm == "wide" and estimand == "unweighted" else 0.0
        for name, mean, sd in (("age", 60.5, 10.83), ("volume", 22.71, 17.204)):
            own = place | {"column": name, "label": LABELS[name], "n": n}
            rows.append(own | {"kind": "mean_sd", "value": mean * (1 + tilt), "lower": sd})
            rows.append(
                own
                | {"kind": "median_iqr", "value": mean - 1, "lower": mean - sd, "upper": mean + sd}
            )
        for name, shares in (
            ("sex", {"0": 0.47, "1": 0.53}),
            ("grade", {"1": 0.60, "2": 0.395, "3": 0.005}),
            ("prior", {"False": 0.75, "True": 0.25}),
        ):
            for level, share in shares.items():
                rows.append(
                    place
                    | {
                        "column": name, "label": LABELS[name], "level": level, "kind": "proportion",
                        "n": round(n * share), "value": round(n * share) / n,
                    }
                )  # fmt: skip
        rows.append(
            place
            | {"column": "grade", "label": "Grade", "kind": "missing", "n": 12, "value": 12 / n}
        )
    return pd.DataFrame(rows, columns=list(BASELINE_COLUMNS))


def flow() -> pd.DataFrame:
    """Rows left after each criterion."""
    rows = [
        ("read", "Rows read", 760, 541, 0, 0, np.nan, np.nan),
        ("E1", "Aged 18 to 90", 757, 540, 3, 1, np.nan, np.nan),
        ("E2", "First course at this place", 731, 520, 26, 20, np.nan, np.nan),
        ("E3", "One of the two fields", 719, 512, 12, 8, 395, 324),
        ("complete", "Complete covariates", 705, 503, 14, 9, 388, 317),
    ]
    return pd.DataFrame(rows, columns=list(FLOW_COLUMNS))


def imaging() -> pd.DataFrame:
    """Images of each arm."""
    rows = []
    for arm, visits, never in zip(ARMS, (6.0, 7.0), (21, 3), strict=True):
        rows += [
            {"arm": arm, "measure": "visits", "label": "Images after treatment", "n": N[arm] - never,
             "value": visits, "lower": visits - 3, "upper": visits + 3},
            {"arm": arm, "measure": "interval", "label": "Months between images", "n": N[arm] - never,
             "value": 3.21, "lower": 2.87, "upper": 4.09},
            {"arm": arm, "measure": "share_without_image", "label": "Without any image", "n": never,
             "value": never / N[arm]},
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(IMAGING_COLUMNS))
