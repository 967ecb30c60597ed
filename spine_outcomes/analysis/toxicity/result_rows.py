"""Quantities of toxicity as rows of the results table: their place, limits and counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spine_outcomes.analysis.estimated import Estimated
from spine_outcomes.analysis.result_rows import Row, with_limits_of_both
from spine_outcomes.analysis.toxicity.rows import ToxicRows
from spine_outcomes.inference import wald_test
from spine_outcomes.inference.intervals import (
    clip_difference,
    exact_count_upper,
    exact_interval,
    interval,
    korn_graubard,
)
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.weights.balance import effective_sample_size

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Asked:
    """What k quantities are of, and on which rows they stand.

    Parameters
    ----------
    places
        ``endpoint`` and ``term`` of each.
    number : ndarray, shape (n, k)
        Events of each row; NaN where not known.
    time : ndarray, shape (n,)
        How long a row counts: 1 for proportions, years for rates.
    """

    places: tuple[Mapping[str, str], ...]
    number: Floats
    time: Floats


@dataclass(frozen=True, eq=False)
class Written:
    """What the rows of quantities under one set of weights share.

    Parameters
    ----------
    toxic
        The rows that the quantities are of.
    plan, asked
    estimand
        Name of the weights.
    weights : sequence of ndarray, shape (n,)
        One a completed cohort.
    """

    toxic: ToxicRows
    plan: AnalysisPlan
    asked: Asked
    estimand: str
    weights: Sequence[Floats]

    def rows(self, found: Estimated) -> list[Row]:
        """One row a quantity; a difference beside an arm without events has limits of both."""
        made: list[Row] = []
        for i, label in enumerate(found.estimate.labels):
            row = self._place(label) | {"variance": found.variance}
            row["reason"] = found.uncertainty.reasons[i]
            if row["reason"] is None:
                row |= self._inference(label, found, i)
            made.append(row)
        return [self._beside_no_event(row, made) for row in made]

    def _place(self, label: Mapping[str, Any]) -> Row:
        """What a quantity is, on how many rows and events it stands."""
        arm, plan, outcome = label.get("arm"), self.plan, label["outcome"]
        number = self.asked.number[:, outcome]
        is_own = ~np.isnan(number) & (self.weights[0] > 0)
        if arm is not None:
            is_own &= self.toxic.arm == arm
        return {
            "analysis": "primary",
            "population": plan.population.name,
            **self.asked.places[outcome],
            "level_unit": self.toxic.level,
            "estimand": self.estimand,
            "model": label["model"],
            "measure": label["measure"],
            "arm": None if arm is None else plan.arms.codes[arm],
            "contrast": label.get("contrast"),
            "time": label.get("time"),
            "n": int(is_own.sum()),
            "n_event": int(number[is_own].sum()),
            "ess": float(np.mean([effective_sample_size(w[is_own]) for w in self.weights]))
            if is_own.any()
            else np.nan,
            "level": plan.estimation.level,
            "imputations": len(self.weights) if len(self.weights) > 1 else None,
        }

    def _inference(self, label: Mapping[str, Any], found: Estimated, i: int) -> Row:
        """Estimate, error, limits and, for a contrast, the Wald test."""
        errors, value = found.uncertainty, float(found.estimate.value[i])
        error, level = float(errors.std_error[i]), self.plan.estimation.level
        df = None if np.isnan(errors.df[i]) else float(errors.df[i])
        shown = float(np.exp(value)) if label["scale"] == "log" else value
        scale, limits = self._limits(label, shown, error, df)
        row = {
            "estimate": shown, "std_error": error, "df": df, "scale": scale,
            "lower": float(limits[0]), "upper": float(limits[1]), "level": level,
        }  # fmt: skip
        if errors.fraction_missing is not None and errors.monte_carlo_error is not None:
            row |= {"fmi": errors.fraction_missing[i], "mc_error": errors.monte_carlo_error[i]}
        if label.get("contrast") is not None:
            test = wald_test(value, error, df)
            row |= {"statistic": test.statistic, "p_value": test.p_value}
        return row

    def _limits(
        self, label: Mapping[str, Any], shown: float, error: float, df: float | None
    ) -> tuple[str, tuple[Any, Any]]:
        """Name of the scale, lower and upper limit."""
        measure, level = str(label["measure"]), self.plan.estimation.level
        if measure.endswith("_difference"):
            low, high = interval(shown, error, "identity", level, df)
            if measure == "proportion_difference":
                low, high, _ = clip_difference(low, high)
            return "identity", (low, high)
        if measure.endswith("_ratio"):
            return "log", interval(shown, error, "log", level, df)
        if measure == "proportion":
            if shown in (0.0, 1.0):
                return "exact", exact_interval(shown, self._effective(label), level)
            return "korn_graubard", korn_graubard(shown, error, level, df)
        if shown == 0:
            return "exact", (0.0, exact_count_upper(level) / self._effective(label))
        return "log", interval(shown, error / shown, "log", level, df)

    def _effective(self, label: Mapping[str, Any]) -> float:
        """Effective number of clusters of an arm, times their mean time."""
        number, cluster = self.asked.number[:, label["outcome"]], self.toxic.cluster
        is_own = ~np.isnan(number) & (self.toxic.arm == label["arm"])
        found = []
        for weight in self.weights:
            own = np.where(is_own, weight, 0.0)
            sums: Floats = own if cluster is None else np.bincount(cluster, own).astype(np.float64)
            found.append(effective_sample_size(sums) * (own @ self.asked.time) / own.sum())
        return float(np.mean(found))

    def _beside_no_event(self, row: Row, made: Sequence[Row]) -> Row:
        """A difference of which one side has exact limits: its error is no influence's."""
        if not row["measure"].endswith("_difference") or row["reason"] is not None:
            return row
        arms = self.plan.arms
        keys = ("endpoint", "term", "time", "estimand")
        sides = {
            other["arm"]: other
            for other in made
            if other["arm"] is not None and all(other[key] == row[key] for key in keys)
        }
        pair = [sides[str(code)] for code in (arms.comparator, arms.reference)]
        if all(side.get("scale") != "exact" for side in pair):
            return row
        first, second = ((s["estimate"], s["lower"], s["upper"]) for s in pair)
        return with_limits_of_both(row, first, second)
