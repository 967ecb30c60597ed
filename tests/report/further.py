"""The invented run with analyses beside the primary one: one changed plan, two subgroups.

Only the relapse is estimated again. Numbers are written here by hand, none by formula.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.analysis.results import RESULT_COLUMNS, Results
from tests.report.synthetic import synthetic_plan, synthetic_results

Row = dict[str, Any]
TRIMMED = {"name": "trimmed", "label": "Trimmed scores", "change": {"propensity.trim": "crump"}}
UNRUN = {"name": "unrun", "label": "Without result", "change": {"propensity.stabilise": True}}
SEX = {"name": "sex", "column": "sex", "levels": {"Women": "0", "Men": "1"}}
GRADES = {
    "name": "grades",
    "label": "Grade in two",
    "column": "grade",
    "levels": {"Low": "1", "Higher": ["2", "3"]},
}
FEW = "fewer than 10 events in the subgroup"


def further_results() -> Results:
    """Results with every kind of row that a table or forest plot beside the primary one shows."""
    plan = synthetic_plan(sensitivity=[TRIMMED, UNRUN], subgroups=[SEX, GRADES])
    rows = pd.DataFrame(_sensitivity() + _subgroups()).reindex(columns=list(RESULT_COLUMNS))
    rows["endpoint"], rows["level_unit"], rows["level"] = "relapse", "lesion", 0.95
    rows["variance"], rows["ties"] = "corrected", "efron"
    rows["status"] = np.where(rows["reason"].isna(), "ok", "not_estimable")
    rows["id"] = [f"further/{position}" for position in range(len(rows))]
    primary = synthetic_results().results
    filled = rows.dropna(axis=1, how="all")
    return synthetic_results(plan=plan, results=pd.concat([primary, filled], ignore_index=True))


def _sensitivity() -> list[Row]:
    """Two sets of weights, a doubly robust risk beside the first, and an NE of the second."""
    here = {"analysis": "sensitivity:trimmed", "n": 640, "n_event": 78}
    return [
        here | _hazard("ATE", 0.614, 0.402, 0.938),
        here | _difference("ATE", -0.0512, -0.0961, -0.0063),
        here | _difference("ATE", -0.0487, -0.0931, -0.0039) | {"model": "aipw", "n": 639},
        here | _hazard("ATO", 0.7, 0.5, 0.9) | _unknown("no event in an arm"),
        here | _difference("ATO", -0.044, -0.089, 0.001),
    ]


def _subgroups() -> list[Row]:
    """Weights of another learner; the men have too few events to be estimated."""
    women = {"analysis": "subgroup:sex", "subgroup": "Women", "n": 331, "n_event": 70}
    men = {"analysis": "subgroup:sex", "subgroup": "Men", "n": 374, "n_event": 9}
    low = {"analysis": "subgroup:grades", "subgroup": "Low", "n": 420, "n_event": 41}
    higher = {"analysis": "subgroup:grades", "subgroup": "Higher", "n": 273, "n_event": 48}
    test = {"estimand": "ATE:firth", "model": "cox", "measure": "interaction"}
    return [
        women | _hazard("ATE:firth", 0.52, 0.31, 0.87),
        women | _difference("ATE:firth", -0.0833, -0.1511, -0.0155),
        men | _hazard("ATE:firth", np.nan, np.nan, np.nan) | _unknown(FEW),
        men | _difference("ATE:firth", np.nan, np.nan, np.nan) | _unknown(FEW),
        test | {"analysis": "subgroup:sex"} | _unknown("not every level is estimable"),
        low | _hazard("ATE:firth", 0.44, 0.21, 0.92),
        low | _hazard("unweighted", 0.9, 0.5, 1.6),
        higher | _hazard("ATE:firth", 1.21, 0.66, 2.22),
        test | {"analysis": "subgroup:grades", "statistic": 4.31, "df": 1.0, "p_value": 0.0379},
    ]


def _hazard(estimand: str, *numbers: float) -> Row:
    return _numbers(estimand, "cox", "hazard_ratio", numbers)


def _difference(estimand: str, *numbers: float) -> Row:
    return _numbers(estimand, "aalen_johansen", "risk_difference", numbers) | {"time": 24.0}


def _numbers(estimand: str, model: str, measure: str, numbers: tuple[float, ...]) -> Row:
    limits = dict(zip(("estimate", "lower", "upper"), numbers, strict=True))
    return {"estimand": estimand, "model": model, "measure": measure, **limits}


def _unknown(reason: str) -> Row:
    return {"estimate": np.nan, "lower": np.nan, "upper": np.nan, "reason": reason}
