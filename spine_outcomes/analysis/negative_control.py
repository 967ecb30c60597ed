"""Endpoints on which the arm cannot act: a ratio away from 1 is confounding that is left."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from spine_outcomes.errors import Finding
from spine_outcomes.study.plan import AnalysisPlan


def negative_control_findings(results: pd.DataFrame, plan: AnalysisPlan) -> Iterator[Finding]:
    """What the weighted hazard ratios of the plan's negative controls say, one an endpoint.

    Parameters
    ----------
    results
        ``RESULT_COLUMNS`` of the primary analysis.

    Notes
    -----
    An interval that holds 1 shows no confounding, and proves none absent (Lipsitch, Tchetgen
    Tchetgen and Cohen, 2010, Epidemiology 21:383–388).
    """
    hazard = results[(results["model"] == "cox") & (results["measure"] == "hazard_ratio")]
    weighted = hazard[hazard["estimand"] != "unweighted"]
    for name, endpoint in plan.endpoints.items():
        own = weighted[(weighted["endpoint"] == name) & (weighted["status"] == "ok")]
        if not endpoint.negative_control or own.empty:
            continue
        is_away = (own["lower"] > 1) | (own["upper"] < 1)
        ratios = "; ".join(
            f"{row.estimand} {row.estimate:.2f} ({row.lower:.2f} to {row.upper:.2f})"
            for row in own.itertuples()
        )
        text = (
            "confounding is left that the weights do not remove"
            if is_away.any()
            else "no sign of confounding that is left, and no proof that there is none"
        )
        yield Finding(
            "W_NEGATIVE_CONTROL" if is_away.any() else "N_NEGATIVE_CONTROL",
            f"The arm cannot act on this negative control; its hazard ratio ({ratios}): {text}.",
            "serious" if is_away.any() else "note",
            "outcomes",
            name,
        )
