"""What the codes of a run are called on the page: arms, endpoints, estimands, measures, levels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isclose
from typing import Any, Literal

import pandas as pd

from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan

Form = Literal["percent", "ratio", "time", "needed", "statistic"]

ESTIMANDS: Mapping[str, str] = {
    "unweighted": "Unweighted",
    "ATE": "ATE weights",
    "ATT": "ATT weights",
    "ATC": "ATC weights",
    "ATO": "Overlap weights (ATO)",
    "ATM": "Matching weights (ATM)",
}
VARIANTS: Mapping[str, str] = {
    "entropy": "entropy balancing",
    "firth": "Firth's penalised score",
    "cbps": "covariate-balancing score",
    "boosting": "boosted score",
}
POPULATIONS: Mapping[str, str] = {
    "unweighted": "the arms as observed, confounding included",
    "ATE": "the whole analysed population (ATE): both strategies for everybody",
    "ATT": "those who had the comparator (ATT)",
    "ATC": "those who had the reference (ATC)",
    "ATO": "those for whom either strategy was a real choice (overlap population, ATO)",
    "ATM": "those whom one-to-one matching would keep (ATM)",
}
MODELS: Mapping[str, str] = {
    "kaplan_meier": "Kaplan–Meier",
    "aalen_johansen": "Aalen–Johansen",
    "reverse_kaplan_meier": "reverse Kaplan–Meier",
    "cox": "Cox",
    "cox_adjusted": "Cox, covariate-adjusted",
    "cox_firth": "Cox, Firth's penalised likelihood",
    "cox_piecewise": "Cox model in pieces of time",
    "weibull_interval": "Weibull, interval-censored",
    "fine_gray": "Fine–Gray",
    "fine_gray_adjusted": "Fine–Gray, covariate-adjusted",
    "censoring_weighted": "weighted for censoring by covariates",
    "turnbull": "interval-censored (Turnbull)",
    "instrument": "instrument: preference of the provider",
    "g_formula": "g-formula",
    "iptw": "inverse probability of treatment and censoring",
    "aipw": "doubly robust (AIPTW)",
    "log_rank": "Log-rank test",
    "score": "Robust score test",
    "fine_gray_score": "Robust score test of the subdistribution",
    "gray": "Gray's test",
    "ratio_of_totals": "Weighted proportion or rate",
    "ghosh_lin": "Mean cumulative count",
    "gee": "Logistic regression, clustered (GEE)",
    "proportional_hazards": "Robust test of proportional hazards",
}
VARIANCES: Mapping[str, str] = {
    "corrected": "corrected for the estimated propensity score",
    "robust": "robust, with the weights taken as known",
    "bootstrap": "bootstrap, every step refitted",
    "model": "model-based, for independent rows",
}
SEVERITIES: Mapping[str, str] = {"serious": "Serious", "caution": "Caution", "note": "Note"}
SECTIONS: Mapping[str, str] = {
    "cohort": "Cohort",
    "propensity": "Propensity",
    "imaging": "Imaging",
    "outcomes": "Outcomes",
    "plan": "Plan",
}
YES, NO = "True", "False"  # levels of a boolean column
YES_NO: Mapping[str, str] = {YES: "Yes", NO: "No"}
PLURAL: Mapping[str, str] = {"lesion": "lesions", "patient": "patients"}


# A name that no sentence has: words joined by underscores.
_COLUMN = re.compile(r"\b[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+\b")


@dataclass(frozen=True)
class Measure:
    """Name of a measure and how its values are printed."""

    name: str
    form: Form


MEASURES: Mapping[str, Measure] = {
    "survival": Measure("Survival", "percent"),
    "cumulative_incidence": Measure("Cumulative incidence", "percent"),
    "one_minus_cumulative_incidence": Measure("One minus cumulative incidence", "percent"),
    "risk_difference": Measure("Risk difference", "percent"),
    "risk_ratio": Measure("Risk ratio", "ratio"),
    "number_needed_to_treat": Measure("Number needed to treat", "needed"),
    "rmst": Measure("Restricted mean survival time", "time"),
    "rmst_difference": Measure("Difference in restricted mean survival time", "time"),
    "rmst_ratio": Measure("Ratio of restricted mean survival times", "ratio"),
    "rmtl": Measure("Restricted mean time lost", "time"),
    "rmtl_difference": Measure("Difference in restricted mean time lost", "time"),
    "rmtl_ratio": Measure("Ratio of restricted mean times lost", "ratio"),
    "median": Measure("Median", "time"),
    "median_follow_up": Measure("Median follow-up", "time"),
    "hazard_ratio": Measure("Hazard ratio", "ratio"),
    "subdistribution_hazard_ratio": Measure("Subdistribution hazard ratio", "ratio"),
    "proportion": Measure("Proportion", "percent"),
    "proportion_difference": Measure("Difference of proportions", "percent"),
    "proportion_ratio": Measure("Ratio of proportions", "ratio"),
    "event_rate": Measure("Events per 100 years at risk", "percent"),
    "rate_difference": Measure("Difference of rates", "percent"),
    "rate_ratio": Measure("Rate ratio", "ratio"),
    "mean_cumulative_count": Measure("Mean number of events per 100", "percent"),
    "mean_count_difference": Measure("Difference of mean numbers", "percent"),
    "mean_count_ratio": Measure("Ratio of mean numbers", "ratio"),
    "odds_ratio": Measure("Odds ratio", "ratio"),
    "chi_square": Measure("Chi-square", "statistic"),
    "supremum": Measure("Supremum test of the difference of the curves", "statistic"),
}


def worded(name: str) -> str:
    """A name such as ``side_effect`` as words with a capital: "Side effect"."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


@dataclass(frozen=True)
class Labels:
    """Names for people, from the dictionary and the plan of the run."""

    plan: AnalysisPlan
    dictionary: DataDictionary

    @property
    def arms(self) -> tuple[str, str]:
        """Codes of the reference and the comparator, in that order."""
        return self.plan.arms.codes

    @property
    def reference(self) -> str:
        """Label of the reference arm."""
        return self.arm(self.arms[0])

    @property
    def comparator(self) -> str:
        """Label of the comparator arm."""
        return self.arm(self.arms[1])

    @property
    def difference(self) -> str:
        """How differences are signed."""
        return f"{self.comparator} − {self.reference}"

    @property
    def quotient(self) -> str:
        """Which arm stands over which in ratios."""
        return f"{self.comparator} / {self.reference}"

    @property
    def unit(self) -> str:
        """Unit of the printed times."""
        return self.plan.estimation.unit

    @property
    def level(self) -> str:
        """Level of the intervals, such as "95%"."""
        return f"{100 * self.plan.estimation.level:g}%"

    def arm(self, code: object) -> str:
        """Label of an arm; "All" for both together; "Treatment: yes" where a code is only "Yes"."""
        column = self.plan.arms.column
        label = "All" if str(code) == "all" else self.value(column, code)
        return f"{self.column(column)}: {label.lower()}" if label in YES_NO.values() else label

    def value(self, column: str, code: object) -> str:
        """Label of one code of a column; several codes joined by "/" are named each."""
        codes = YES_NO if self.is_boolean(column) else self._codes(column)
        text = "" if pd.isna(code) else str(code)  # type: ignore[call-overload]
        if text in codes:
            return codes[text]
        parts = text.split("/")
        if len(parts) > 1 and all(part in codes for part in parts):
            return ", ".join(codes[part] for part in parts)
        return text

    def _codes(self, column: str) -> Mapping[str, str]:
        """Codes of a column, none where it has none."""
        return (self.dictionary[column].codes or {}) if column in self.dictionary else {}

    def is_boolean(self, column: str) -> bool:
        """Whether a column says yes or no: one line of a table tells all of it."""
        return column in self.dictionary and self.dictionary[column].type == "boolean"

    def covariate(self, column: str, level: str) -> str:
        """Label of a column and, where it has several, of one of its levels."""
        if level == "" or self.is_boolean(column):
            return self.column(column)
        return f"{self.column(column)}: {self.value(column, level)}"

    def column(self, name: str) -> str:
        """Label of a column of the cohort, with its unit."""
        if name not in self.dictionary:
            return worded(name)
        column = self.dictionary[name]
        return f"{column.label}, {column.unit}" if column.unit else column.label

    def message(self, text: str) -> str:
        """A message of the run with columns and arms by their labels.

        A column keeps its name in brackets, by which the file is searched.
        """
        for code in self.arms:
            text = re.sub(rf"\barm {re.escape(code)}\b", f"arm {self.arm(code)}", text)
        return _COLUMN.sub(self._named, text)

    def _named(self, found: re.Match[str]) -> str:
        """Label of a column that a message names; other words as they are."""
        name = found[0]
        return f"{self.dictionary[name].label} ({name})" if name in self.dictionary else name

    def endpoint(self, name: str) -> str:
        """Label of an endpoint."""
        endpoint = self.plan.endpoints.get(name)
        return endpoint.label if endpoint else worded(name)

    def cause(self, name: str) -> str:
        """Label of an event on a curve: the endpoint itself or a competing event."""
        return self.endpoint(name)

    def time(self, value: float) -> str:
        """A printed time with its unit, such as "24 months"; a horizon as the plan writes it."""
        horizons = [endpoint.horizon for endpoint in self.plan.endpoints.values()]
        for horizon in horizons:
            if horizon is not None and isclose(value, horizon.to(self.plan.estimation.unit)):
                return str(horizon)
        unit = self.unit.removesuffix("s") if value == 1 else self.unit
        return f"{value:g} {unit}"

    def estimand(self, name: str) -> str:
        """Name of a set of weights; a variant after the colon is named in brackets."""
        base, _, variant = name.partition(":")
        label = ESTIMANDS.get(base, base)
        return f"{label}, {VARIANTS.get(variant, worded(variant).lower())}" if variant else label

    def measure(self, name: str) -> Measure:
        """Name and form of a measure."""
        return MEASURES.get(name, Measure(worded(name), "statistic"))

    def quantity(self, measure: str, endpoint: str) -> str:
        """Name of what a curve shows; survival of an event is being free of it."""
        is_event = "surviv" not in self.endpoint(endpoint).lower()
        return (
            "Free of the event"
            if measure == "survival" and is_event
            else self.measure(measure).name
        )

    def model(self, name: str) -> str:
        """Name of a model or test."""
        return MODELS.get(name, worded(name))

    def rows(self, level_unit: str) -> str:
        """What the rows are, in the plural."""
        return PLURAL.get(level_unit, level_unit)


def labels(results: Any) -> Labels:
    """Labels of a run's results."""
    return Labels(results.plan, results.dictionary)
