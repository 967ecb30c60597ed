"""The methods paragraphs, written from the plan that ran and from what the results hold.

A method is named only if a row of the results, the curves or the weights came from it: what the
plan asked for and the run did not do is not claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.report.missing_text import missing_text
from spine_outcomes.report.notes import variance_text
from spine_outcomes.report.robustness_text import further_text, robustness_text
from spine_outcomes.tables.labels import Labels, labels
from spine_outcomes.tables.plan_text import (
    ADJUSTMENTS,
    LEARNERS,
    adjusted_for,
    bounds,
    for_whom,
    listed,
    plain,
)
from spine_outcomes.tables.selection import in_order, of_everybody, where

SCALES = {
    "survival": "log(−log) for survival",
    "cumulative_incidence": "log(−log) for incidence",
    "risk_ratio": "log for ratios",
    "hazard_ratio": "log for hazard ratios",
    "risk_difference": "the identity for differences",
}
# What each model of the results estimates, in the order of the text.
ESTIMATORS: Mapping[str, str] = {
    "aalen_johansen": "Cumulative incidence is the weighted Aalen–Johansen estimate, which "
    "counts competing events as such.",
    "kaplan_meier": "Survival is the weighted Kaplan–Meier estimate.",
    "cox": "Hazard ratios are from weighted Cox models with the arm alone{ties}{cause}.",
    "cox_adjusted": "Covariate-adjusted Cox models stand beside them.",
    "cox_firth": "Hazard ratios by Firth's penalised likelihood stay finite where an arm has "
    "no event; those of unweighted rows have profile limits.",
    "cox_piecewise": "Hazard ratios in pieces of time are from Cox models, their equality "
    "tested by Wald's test.",
    "fine_gray": "Subdistribution hazard ratios are from weighted Fine–Gray models; the "
    "distribution of censoring is unweighted.",
    "fine_gray_adjusted": "Covariate-adjusted Fine–Gray models stand beside them.",
    "censoring_weighted": "Beside them stand risks under weights that undo censoring which "
    "depends on covariates: inverse probabilities of being uncensored, from a Cox model of the "
    "time to censoring in each arm, counted as estimated.",
    "turnbull": "Beside them stand risks of the event as known only to lie between two looks "
    "(Turnbull's non-parametric estimate, its mass spread evenly within an interval; errors by "
    "bootstrap of patients), and hazard ratios of a weighted Weibull model of the same bounds.",
    "instrument": "Beside the unweighted rows stands the risk difference by an instrument: the "
    "share of the comparator arm among the other patients of whoever treated a row, by "
    "two-stage least squares on the event by then, weighted for censoring, given covariates; "
    "it is that of those whose arm the preference decides.",
    "g_formula": "Beside them stand risks standardised by cause-specific Cox models with the "
    "covariates of the propensity score (g-formula),",
    "iptw": "by weights of the arm and of being uncensored given the arm (normalised),",
    "aipw": "and by both (augmented weights): for the whole population the last needs only one "
    "of the two models to be right.",
    "score": "The arms were compared by the robust score test, a weighted log-rank test.",
    "log_rank": "The classical log-rank test is given for unweighted rows.",
    "fine_gray_score": "Cumulative incidences were compared by the robust score test of the "
    "weighted Fine–Gray model.",
    "gray": "Gray's test is given for unweighted rows.",
    "proportional_hazards": "Whether a hazard ratio changes over time was tested by the robust "
    "form of the Grambsch–Therneau score test, along 1 − the Kaplan–Meier estimate.",
}


@dataclass(frozen=True)
class Paragraph:
    """One point of the methods: its heading and its sentences."""

    heading: str
    text: str


def methods(results: Results) -> tuple[Paragraph, ...]:
    """The methods of the run, in the order of a target-trial protocol."""
    name = labels(results)
    found = (
        Paragraph("Population", _population(results, name)),
        Paragraph("Strategies compared", _strategies(results, name)),
        Paragraph("Time and follow-up", _follow_up(results, name)),
        Paragraph("Missing covariates", missing_text(results)),
        Paragraph("Confounding", _confounding(results, name)),
        Paragraph("Estimands", _estimands(results, name)),
        Paragraph("Estimation", _estimation(results)),
        Paragraph("Uncertainty", _uncertainty(results, name)),
        Paragraph("Several endpoints", _multiplicity(results, name)),
        Paragraph("What the result withstands", robustness_text(results)),
        Paragraph("Sensitivity analyses and subgroups", further_text(results)),
        Paragraph("Software", _software(results)),
    )
    return tuple(paragraph for paragraph in found if paragraph.text)


def _population(results: Results, name: Labels) -> str:
    """Who was analysed, by which rules."""
    population = results.plan.population
    is_applied = {step.id: step.id in set(results.flow["id"]) for step in population.eligibility}
    rules = [step.label.lower() for step in population.eligibility if is_applied[step.id]]
    others = [step.label.lower() for step in population.eligibility if not is_applied[step.id]]
    text = f"Analysed were {population.name}"
    text += f", selected in this order: {'; '.join(rules)}." if rules else "."
    if others:
        text += f" Not applied, as the file lacks what they ask for: {'; '.join(others)}."
    units = dict.fromkeys(endpoint.level for endpoint in results.plan.endpoints.values())
    if len(units) > 1:
        text += " Endpoints of a patient stand on one row a patient, the index lesion; the others "
        text += "on one row a lesion."
    elif results.dictionary.table.row == "lesion":
        text += f" One row is one {next(iter(units))}."
    return text


def _strategies(results: Results, name: Labels) -> str:
    """The two arms and how contrasts are signed."""
    return (
        f"{name.comparator} was compared with {name.reference}, the reference. Differences are "
        f"{name.difference}, ratios {name.quotient}."
    )


def _follow_up(results: Results, name: Labels) -> str:
    """Origin, cut-off and ties."""
    plan = results.plan
    parts: list[str] = []
    if plan.origin:
        parts.append(f"Time zero: {plain(plan.origin, name)}")
    if plan.cutoff:
        parts.append(f"what happened after {plan.cutoff.isoformat()} is not counted")
    text = "; ".join(parts) + ". " if parts else ""
    first = "events, those of interest before competing ones," if _competes(results) else "events"
    return (
        f"{text[:1].upper()}{text[1:]}At one time, {first} come before censorings. "
        f"Times are printed in {name.unit}{_unit_length(name.unit)}."
    )


def _unit_length(unit: str) -> str:
    """How long the unit is, where that is not plain."""
    lengths = {"months": " (30.4375 days each)", "years": " (365.25 days each)"}
    return lengths.get(unit, "")


def _confounding(results: Results, name: Labels) -> str:
    """The propensity model, if one was fitted."""
    plan = results.plan.propensity
    if not plan.terms or (results.propensity.empty and plan.learner != "entropy"):
        return ""
    terms = adjusted_for(name)
    text = (
        f"Entropy-balancing weights gave each arm the means of the target population of {terms}."
        if plan.learner == "entropy"
        else f"The probability of {name.comparator} (propensity score) was estimated by "
        f"{LEARNERS[plan.learner]} on {terms}."
    )
    if plan.trim is not None:
        text += f" Rows with a score outside the bounds ({bounds(plan.trim, name)}) were left out "
        text += "and the model fitted again to the others."
    if plan.truncate is not None:
        low, high = plan.truncate.percentiles
        text += f" Weights beyond percentiles {low:g} and {high:g} were set to them."
    if plan.stabilise:
        text += " Weights were stabilised by the share of each arm."
    return text


def _estimands(results: Results, name: Labels) -> str:
    """Each set of weights that the results hold, and for whom it answers."""
    found = [for_whom(estimand, name) for estimand in in_order(of_everybody(results)["estimand"])]
    text = "; ".join(found) + "." if found else ""
    if results.plan.estimation.average == "clusters":
        text += " Every cluster counts alike: each row weighs 1/(rows of its cluster)."
    return text


def _estimation(results: Results) -> str:
    """The estimators whose rows are in the results."""
    frame = of_everybody(results)
    models = set(frame["model"].dropna())
    ties = in_order(where(frame, model="cox")["ties"])
    said = {
        "ties": f" ({ties[0].capitalize()}'s handling of ties)" if ties else "",
        "cause": ", cause-specific where events compete" if _competes(results) else "",
    }
    text = [words.format(**said) for model, words in ESTIMATORS.items() if model in models]
    if (frame["measure"] == "supremum").any():
        text.append(
            "The two curves were compared over all times shown at once by their largest difference "
            "in standard errors (supremum test, 10 000 seeded draws)."
        )
    means = {
        "rmst": "mean survival time",
        "rmtl": "mean time lost to the event where others compete",
    }
    found = [label for measure, label in means.items() if (frame["measure"] == measure).any()]
    if found:
        horizon = results.plan.estimation.horizon
        text.append(f"Restricted means run to {horizon}: {listed(found)}.")
    return " ".join(text)


def _competes(results: Results) -> bool:
    """Whether some endpoint of the run has competing events."""
    return bool((of_everybody(results)["measure"] == "cumulative_incidence").any())


def _uncertainty(results: Results, name: Labels) -> str:
    """Variance, clusters and scales of the intervals, as the rows say."""
    frame = of_everybody(results)
    if (frame.loc[frame["model"] != "turnbull", "variance"] == "bootstrap").any():
        replicates = results.plan.estimation.bootstrap.replicates
        return (
            f"Standard errors are those of {replicates} bootstrap cohorts: clusters drawn with "
            f"replacement, every step refitted; {name.level} limits are percentiles, those "
            "of curves too, which have no simultaneous band then. "
            "Tests of hazards have errors from the influence of each row, corrected for the "
            "propensity."
        )
    kind = variance_text(results, frame)
    text = f"Standard errors come from the influence of each row: {kind}. " if kind else ""
    if results.plan.estimation.small_sample:
        text += (
            "They are multiplied by √(G/(G − p)), G the clusters and p the parameters estimated "
            "from them, and go with Student's t on G − p degrees of freedom. "
        )
    return text + _intervals(frame, name)


def _intervals(frame: pd.DataFrame, name: Labels) -> str:
    """Scales of the intervals."""
    scales = list(
        dict.fromkeys(text for key, text in SCALES.items() if (frame["measure"] == key).any())
    )
    text = (
        f"{name.level} intervals are pointwise, on these scales: {listed(scales)}."
        if scales
        else ""
    )
    if (frame["scale"] == "exact").any():
        text += " Where nothing happened the limits are exact."
    return text


def _multiplicity(results: Results, name: Labels) -> str:
    """How several endpoints share the error, if p values were adjusted."""
    adjusted = of_everybody(results)
    adjusted = adjusted[adjusted["p_adjusted"].notna()]
    if adjusted.empty:
        return "p values are not adjusted for the number of endpoints, times and estimands."
    chosen = results.plan.multiplicity
    family = listed([name.endpoint(key) for key in chosen.order])
    within = " in the order" if chosen.method == "hierarchical" else " among"
    within = f"{within} {family}" if family else ""
    estimand = name.estimand(str(adjusted["estimand"].iloc[0]))
    return (
        f"One p value an endpoint, that of the hazard ratio ({estimand}), was adjusted{within} "
        f"({ADJUSTMENTS[chosen.method]}); all others are not adjusted for the "
        "number of endpoints, times and estimands."
    )


def _software(results: Results) -> str:
    """Versions that computed the numbers."""
    versions = results.provenance.get("versions", {})
    return (
        f"Computed with {listed([f'{key} {value}' for key, value in versions.items()])}."
        if versions
        else ""
    )
