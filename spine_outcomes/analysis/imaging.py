"""How closely each arm was imaged: read before outcomes, which unequal schedules bias."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from spine_outcomes.analysis.analysis_set import AnalysisSet
from spine_outcomes.analysis.results import IMAGING_COLUMNS
from spine_outcomes.errors import Finding
from spine_outcomes.study.durations import DAYS_PER_UNIT
from spine_outcomes.study.plan import AnalysisPlan

INTERVAL_GAP = 1.0  # months between the arms' median intervals that delay detection by half as much
UNIMAGED_GAP = 0.05


def imaging_frame(rows: AnalysisSet, plan: AnalysisPlan) -> pd.DataFrame:
    """Visits, interval between visits and share never imaged, by arm, ``IMAGING_COLUMNS``."""
    if plan.imaging is None or plan.origin is None or _share_imaged_later(rows, plan) > 0:
        return pd.DataFrame(columns=list(IMAGING_COLUMNS))
    visits = rows.frame[plan.imaging.visits].to_numpy(np.float64)
    watched = (rows.frame[plan.imaging.last] - rows.frame[plan.origin]).dt.days.to_numpy(np.float64)
    is_imaged = np.isfinite(watched) & (visits > 0)
    interval = np.where(is_imaged, watched / np.where(is_imaged, visits, 1.0), np.nan)
    records: list[dict[str, Any]] = []
    for code, arm in enumerate(plan.arms.codes):
        own = rows.arm == code
        never = int((own & ~is_imaged).sum())
        records += [
            {"arm": arm, **record}
            for record in (
                _quartiles("visits", "Images after treatment", visits[own & is_imaged]),
                _quartiles(
                    "interval",
                    "Months between images",
                    interval[own & is_imaged] / DAYS_PER_UNIT["months"],
                ),
                {
                    "measure": "share_without_image",
                    "label": "Without any image",
                    "n": never,
                    "value": never / int(own.sum()),
                },
            )
        ]
    return pd.DataFrame(records, columns=list(IMAGING_COLUMNS))


def _share_imaged_later(rows: AnalysisSet, plan: AnalysisPlan) -> float:
    """Share of rows whose last image lies after the cut-off: their earlier ones are not known."""
    if plan.imaging is None or plan.cutoff is None:
        return 0.0
    return float((rows.frame[plan.imaging.last] > pd.Timestamp(plan.cutoff)).mean())


def imaging_findings(
    frame: pd.DataFrame, rows: AnalysisSet, plan: AnalysisPlan
) -> tuple[Finding, ...]:
    """Schedules that differ between the arms by enough to shift what is detected, and when."""
    later = _share_imaged_later(rows, plan)
    if later > 0:
        message = (
            f"{later:.0%} of the rows have their last image after the data cut-off, and the table "
            "has no dates of those before it: whether the arms were imaged alike is not known."
        )
        return (Finding("W_IMAGING_UNKNOWN", message, "serious", "imaging"),)
    if frame.empty:
        return ()
    value = frame.pivot_table(index="measure", columns="arm", values="value", sort=False)
    first, second = value.columns
    gap = value[second] - value[first]
    findings = []
    if abs(gap["interval"]) > INTERVAL_GAP:
        findings.append(
            Finding(
                "W_IMAGING_INTERVAL",
                f"The median interval between images is {value[first]['interval']:.1f} months in "
                f"arm {first} and {value[second]['interval']:.1f} in arm {second}; events found by "
                "imaging are dated later in the arm imaged less often.",
                severity="serious",
                section="imaging",
            )
        )
    if abs(gap["share_without_image"]) > UNIMAGED_GAP:
        findings.append(
            Finding(
                "W_NO_IMAGE_BY_ARM",
                "The share of rows without any image after treatment differs by "
                f"{abs(gap['share_without_image']):.1%} between the arms; those rows add nothing "
                "to endpoints found by imaging.",
                severity="serious",
                section="imaging",
            )
        )
    return tuple(findings)


def _quartiles(measure: str, label: str, values: Any) -> dict[str, Any]:
    """Median and quartiles of one measure."""
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75)) if len(values) else (np.nan,) * 3
    return {
        "measure": measure,
        "label": label,
        "n": len(values),
        "value": middle,
        "lower": low,
        "upper": high,
    }
