"""An Estimate with its labels as rows of the results table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.estimated import Estimated, Found
from spine_outcomes.analysis.results import RESULT_COLUMNS, SCHEMA_VERSION
from spine_outcomes.analysis.uncertainty import Uncertainty
from spine_outcomes.inference import Estimate, Label
from spine_outcomes.inference.contrasts import number_needed_to_treat
from spine_outcomes.inference.hypothesis_tests import TestResult, wald_test
from spine_outcomes.inference.intervals import (
    clip_difference,
    difference_of_intervals,
    exact_interval,
    interval,
)
from spine_outcomes.study.durations import convert
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.survival.follow_up import at_risk
from spine_outcomes.weights.balance import effective_sample_size

TIME_MEASURES = ("rmst", "rmst_difference", "rmtl", "rmtl_difference", "median")
IDENTIFYING = (
    "analysis", "subgroup", "endpoint", "estimand", "model", "measure", "arm", "term", "time",
)  # fmt: skip

NUMBERS = (
    "time", "estimate", "std_error", "lower", "upper", "statistic", "df", "p_value", "p_adjusted",
    "ess", "imputations", "fmi", "mc_error",
)  # fmt: skip

Row = dict[str, Any]
Limited = tuple[float, float, float]  # an estimate with its lower and upper limit


@dataclass(frozen=True, eq=False)
class Setting:
    """What the rows of one endpoint under one set of weights share.

    Parameters
    ----------
    sample
        The endpoint on n rows.
    weights : sequence of ndarray, shape (n,)
        One a completed cohort; the same rows weigh nothing in all of them.
    plan
    common
        Columns that are the same in all rows: ``analysis``, ``endpoint``, ``estimand``, …
    """

    sample: EndpointSample
    weights: Sequence[NDArray[np.float64]]
    plan: AnalysisPlan
    common: Mapping[str, Any]

    def counted(self, arm: int | None = None) -> NDArray[np.bool_]:
        """Rows that count as people, of one arm or of both, shape (n,)."""
        return self.sample.counted(self.weights[0], arm)

    def ess(self, arm: int) -> float:
        """Effective sample size of an arm, the mean over the completed cohorts."""
        own = self.counted(arm)
        return float(np.mean([effective_sample_size(weight[own]) for weight in self.weights]))


def found_rows(found: Found, setting: Setting) -> list[Row]:
    """Rows of what was found: one a test, one a quantity."""
    named = replace(setting, common={**setting.common, "variance": found.variance})
    if isinstance(found, Estimated):
        return estimate_rows(found.estimate, named, found.uncertainty)
    return [test_row(found.test, found.model, named, found.measure)]


def estimate_rows(estimate: Estimate, setting: Setting, found: Uncertainty) -> list[Row]:
    """One row a quantity, with its interval on its own scale, its test and its counts.

    ``estimate`` is labelled as ``endpoint_estimate`` does. A risk difference is followed by the
    number needed to treat.
    """
    rows: list[Row] = []
    for i, (label, value, reason) in enumerate(
        zip(estimate.labels, estimate.value, found.reasons, strict=True)
    ):
        row = _place(label, setting) | {"reason": _worded(reason, setting)}
        if reason is None:
            row |= _inference(label, float(value), found.take([i]), setting)
            if found.fraction_missing is not None and found.monte_carlo_error is not None:
                row["fmi"] = found.fraction_missing[i]
                row["mc_error"] = found.monte_carlo_error[i]
        rows.append(_in_display_unit(row, setting))
        if label["measure"] == "risk_difference":
            rows[-1] = _beside_no_event(rows[-1], rows, setting)
            rows.append(_needed_to_treat(rows[-1]))
    return rows


def test_row(test: TestResult, model: str, setting: Setting, measure: str) -> Row:
    """The row of a test of no difference between the arms."""
    arms = setting.plan.arms
    contrast = f"{arms.comparator} - {arms.reference}"
    label = {"model": model, "measure": measure, "contrast": contrast}
    place = _place(label, setting) | {"reason": _worded(test.reason, setting)}
    if test.reason is not None:
        return place
    return place | {"statistic": test.statistic, "df": test.df, "p_value": test.p_value}


def _worded(reason: str | None, setting: Setting) -> str | None:
    """A reason in the words of the study: arms by their codes, times with their unit."""
    if reason is None:
        return None
    arms, unit = setting.plan.arms, setting.sample.outcome.unit
    for code, arm in enumerate(arms.codes):
        reason = reason.replace(f"where {arms.column} is {code}", f"in arm {arm}")
    speaks_of_time = "follow-up (" in reason or "supported is" in reason
    return f"{reason}, times in {unit}" if speaks_of_time else reason


def results_frame(rows: Iterable[Row]) -> pd.DataFrame:
    """The results table: the contract's columns in their order, one id a row."""
    frame = pd.DataFrame(list(rows), columns=list(RESULT_COLUMNS))
    frame = frame.astype(dict.fromkeys(NUMBERS, np.float64))  # of frames without a value, too
    frame["status"] = np.where(frame["reason"].isna(), "ok", "not_estimable")
    frame["schema_version"] = SCHEMA_VERSION
    frame["id"] = [_identifier(parts) for parts in frame[list(IDENTIFYING)].itertuples(index=False)]
    return frame


def _identifier(parts: Iterable[Any]) -> str:
    """A stable name for a row, made of what it is."""
    present = (part for part in parts if not pd.isna(part))
    return "/".join(f"{part:g}" if isinstance(part, float) else str(part) for part in present)


def _place(label: Label, setting: Setting) -> Row:
    """What a quantity is and on how many rows and events it stands."""
    sample, plan = setting.sample, setting.plan
    arm: Any = label.get("arm")
    time: Any = label.get("time")
    counted = setting.counted(arm)
    after, until = _span(label)
    by_then = counted & (sample.time > after) & (sample.time <= until)
    ess = (setting.ess(a) for a in (0, 1) if arm in (None, a))
    return {
        **setting.common,
        "model": label["model"],
        "measure": label["measure"],
        "arm": None if arm is None else plan.arms.codes[arm],
        "contrast": label.get("contrast"),
        "term": label.get("term"),
        "time": time,
        "ties": _ties(str(label["model"]), plan),
        "n": int(counted.sum()),
        "n_event": int((by_then & (sample.status == 1)).sum()),
        "n_competing": int((by_then & (sample.status > 1)).sum()),
        "ess": float(sum(ess)),
    }


def _span(label: Label) -> tuple[float, float]:
    """Times after and until which the events of a quantity count, in the unit of the outcome."""
    time: Any = label.get("time")
    until: Any = label.get("until", np.inf if time is None else time)
    after: Any = label.get("after") or -np.inf
    return float(after), float(until)


def _ties(model: str, plan: AnalysisPlan) -> str | None:
    """How a model treats tied events: Cox as planned, what is built on its score by Breslow."""
    if model in {
        "cox",
        "cox_adjusted",
        "cox_firth",
        "cox_piecewise",
        "proportional_hazards",
        "g_formula",
        "aipw",
    }:
        return plan.estimation.ties
    breslow = {"fine_gray", "fine_gray_adjusted", "fine_gray_score", "score"}
    return "breslow" if model in breslow else None


def _inference(label: Label, value: float, found: Uncertainty, setting: Setting) -> Row:
    """Estimate, error, interval and, for contrasts and coefficients, the Wald test.

    ``found`` is of this quantity alone. Beside profile limits there is no Wald test.
    """
    std_error, limits = float(found.std_error[0]), found.limits[:, 0]
    df = None if np.isnan(found.df[0]) else float(found.df[0])
    scale: Any = label["scale"]
    level = setting.plan.estimation.level
    shown = float(np.exp(value)) if scale == "log" else value
    if scale == "log(-log)" and value in (0.0, 1.0):
        scale = "exact"
        lower, upper = exact_interval(value, _effective_at_risk(label, value, setting), level)
    elif np.isfinite(limits).all():
        lower, upper = np.exp(limits) if scale == "log" else limits
        scale = found.limits_scale
    else:
        # No spread among the rows is no certainty: a mean time lost of 0 has no interval here.
        has_spread = std_error > 0 or scale != "identity"
        lower, upper = interval(shown, std_error if has_spread else np.nan, scale, level, df)
    if label["measure"] == "risk_difference":
        lower, upper, _ = clip_difference(lower, upper)
    row = {
        "estimate": shown,
        "std_error": std_error,
        "df": df,
        "scale": scale,
        "lower": float(lower),
        "upper": float(upper),
    }
    is_tested = label.get("contrast") is not None or label.get("term") is not None
    if is_tested and scale != "profile":
        test = wald_test(value, std_error, df)
        row |= {"statistic": test.statistic, "p_value": test.p_value}
    return row


def _effective_at_risk(label: Mapping[str, Any], value: float, setting: Setting) -> float:
    """Clusters of the arm at risk where nothing has happened; 0 where a curve has ended."""
    sample, arm, time = setting.sample, label["arm"], label["time"]
    nothing_happened = 0.0 if label["measure"] == "cumulative_incidence" else 1.0
    if value != nothing_happened:
        return 0.0
    own = setting.counted(arm)
    effective = [
        at_risk(
            sample.order, np.where(own, weight, 0.0), entry=sample.entry, cluster=sample.cluster,
            times=[time],
        ).effective[0]
        for weight in setting.weights
    ]  # fmt: skip
    return float(np.mean(effective))


def _beside_no_event(row: Row, rows: Sequence[Row], setting: Setting) -> Row:
    """A risk difference of which one arm has an exact interval: its error is no influence's."""
    arms = setting.plan.arms
    risks = [_risk(rows, str(code), row) for code in (arms.comparator, arms.reference)]
    if row["reason"] is not None or all(scale != "exact" for _, scale in risks):
        return row
    return with_limits_of_both(row, risks[0][0], risks[1][0])


def with_limits_of_both(row: Row, comparator: Limited, reference: Limited) -> Row:
    """A difference with the limits that follow from those of its arms, if both have some."""
    lower, upper = difference_of_intervals(comparator, reference)
    if not np.isfinite([lower, upper]).all():
        return row
    blank = dict.fromkeys(("std_error", "statistic", "p_value", "mc_error"))
    return row | blank | {"lower": lower, "upper": upper, "scale": "newcombe"}


def _risk(rows: Sequence[Row], arm: str, difference: Row) -> tuple[Limited, str | None]:
    """Risk of one arm at the time of a difference, with its limits, and the scale of these."""
    place = (arm, difference["model"], difference["time"])
    for row in rows:
        if (row["arm"], row["model"], row["time"]) == place:
            value, lower, upper = (row.get(key, np.nan) for key in ("estimate", "lower", "upper"))
            if row["measure"] == "cumulative_incidence":
                return (value, lower, upper), row.get("scale")
            if row["measure"] == "survival":
                return (1 - value, 1 - upper, 1 - lower), row.get("scale")
    return (np.nan, np.nan, np.nan), None


def _needed_to_treat(risk_difference: Row) -> Row:
    """Number needed to treat, with its interval through infinity where the difference may be 0."""
    row = risk_difference | {"measure": "number_needed_to_treat"}
    row |= dict.fromkeys(("std_error", "statistic", "df", "p_value", "scale", "mc_error"))
    if row["reason"] is None:
        needed = number_needed_to_treat(row["estimate"], row["lower"], row["upper"])
        row |= {
            "estimate": needed.value,
            "lower": needed.lower,
            "upper": needed.upper,
            "scale": "inverse",
        }
    return row


def _in_display_unit(row: Row, setting: Setting) -> Row:
    """Times, and quantities that are times, in the plan's display unit."""
    factor = convert(1.0, setting.sample.outcome.unit, setting.plan.estimation.unit)
    columns = ["time"]
    if row["measure"] in TIME_MEASURES:
        columns += ["estimate", "std_error", "lower", "upper", "mc_error"]
    return row | {c: row[c] * factor for c in columns if row.get(c) is not None}
