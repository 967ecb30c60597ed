"""What outcomes that are no endpoints are called: toxicity by grade, window and cause, or dose."""

from __future__ import annotations

from collections.abc import Mapping

from spine_outcomes.analysis.toxicity.estimates import endpoint_of
from spine_outcomes.endpoints.toxicity import WINDOWS
from spine_outcomes.study.plan import AnalysisPlan

CAUSES = {"any": "any cause", "related": "related to treatment"}


def window_and_cause(plan: AnalysisPlan, window: str, cause: str) -> str:
    """A window and a cause in words, such as "acute, day 0 to 90, related to treatment"."""
    days = 0 if plan.toxicity is None else plan.toxicity.acute_days
    onset = {
        "any": "any onset",
        "acute": f"acute, day 0 to {days}",
        "late": f"late, after day {days}",
    }[window]
    return f"{onset}, {CAUSES[cause]}"


def grade_name(grade: int) -> str:
    """A grade or more in words."""
    return "Grade 5" if grade == 5 else f"Grade {grade} or more"


def outcome_names(plan: AnalysisPlan) -> Mapping[str, str]:
    """Words for the outcomes of the results that the plan does not name as endpoints."""
    toxicity = plan.toxicity
    if toxicity is None:
        return {}
    names = {f"dose_response:{asked.name}": asked.label for asked in toxicity.dose_response}
    for grade in toxicity.grades:
        for window in WINDOWS:
            for cause in CAUSES:
                view = window_and_cause(plan, window, cause)
                what = f"Toxicity of {grade_name(grade).lower()}: {view}"
                names[endpoint_of(grade, window, cause)] = what
    return names
