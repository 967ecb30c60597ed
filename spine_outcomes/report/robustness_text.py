"""What was done to see how far the primary result holds, in words: only what the results hold."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from spine_outcomes.analysis.e_values import COMMON
from spine_outcomes.analysis.influential import MOST
from spine_outcomes.analysis.results import SENSITIVITY, SUBGROUP, Results
from spine_outcomes.analysis.subgroups import FEW_EVENTS
from spine_outcomes.tables.labels import labels
from spine_outcomes.tables.plan_text import LEARNERS, listed
from spine_outcomes.tables.selection import in_order


def robustness_text(results: Results) -> str:
    """Confounders that were not measured, single patients, and those censored."""
    return " ".join(_withstands(results))


def _withstands(results: Results) -> Iterator[str]:
    """A sentence for each question that a frame of the results answers."""
    name = labels(results)
    if len(results.e_values):
        common = (
            f"; a hazard ratio counts as a risk ratio where at most {COMMON:.0%} of the rows have "
            "the event, and is turned into one otherwise"
            if (results.e_values["measure"] == "hazard_ratio").any()
            else ""
        )
        yield (
            "E-values say how strongly a confounder that was not measured would have to go with "
            "the arm and with the outcome, beyond the covariates, to explain a ratio, or its limit "
            f"nearest to 1, away (VanderWeele and Ding 2017){common}."
        )
    if len(results.bias_grid):
        yield (
            f"The risk ratio of {_of(results.bias_grid, results)} was divided by the bias of a "
            "binary confounder over a grid of its prevalences in the arms and of its own risk "
            "ratio."
        )
    if len(results.influential):
        yield (
            f"For the {MOST} patients whose influence on the log hazard ratio of "
            f"{_of(results.influential, results)} is largest, everything was fitted again without "
            "each of them."
        )
    if len(results.tipping_point):
        at = name.time(float(results.tipping_point["time"].iloc[0]))
        yield (
            f"The risk difference of {_of(results.tipping_point, results)} at {at} was estimated "
            "once more as if the hazard of those censored were, from then on, a multiple of that "
            "of those still observed in their arm, between 0 and infinity and apart for each arm: "
            "the tipping point is where the conclusion changes."
        )


def further_text(results: Results) -> str:
    """Sensitivity analyses and subgroups that were estimated."""
    return " ".join((*_sensitivity(results), *_subgroups(results)))


def _sensitivity(results: Results) -> Iterator[str]:
    """How many, how they were made, and when a departure is a finding."""
    ran = _named(results, SENSITIVITY)
    if not ran:
        return
    planned, margins = results.plan.sensitivity, results.plan.sensitivity_margins
    count = f"{len(ran)} sensitivity analys{'is' if len(ran) == 1 else 'es'}"
    failed = len(planned) - len(ran)
    without = f" ({failed} more could not be made; the findings say why)" if failed else ""
    yield (
        f"Beside the primary analysis {count}{without} repeated all of it with one decision of the "
        "plan changed, which its label names. A hazard ratio apart by a factor of more than "
        f"{margins.hazard_ratio:g}, or a risk difference at the last time by more than "
        f"{100 * margins.risk_difference:g} percentage points, is a finding."
    )


def _subgroups(results: Results) -> Iterator[str]:
    """Which, with which weights, and by which test levels were compared."""
    ran = [s for s in results.plan.subgroups if s.name in _named(results, SUBGROUP)]
    if not ran:
        return
    name = labels(results)
    parts = [subgroup.label or name.column(subgroup.column) for subgroup in ran]
    learners = {
        str(s.change["propensity.learner"]) for s in ran if "propensity.learner" in s.change
    }
    by = f" by {listed([LEARNERS.get(one, one) for one in sorted(learners)])}" if learners else ""
    yield (
        f"Subgroups: {'; '.join(parts)}. In each level the weights were made anew{by} and the "
        "effects estimated again; that the hazard ratios of all levels are one was tested by "
        "Wald's test, with the rows of one patient in several levels taken together. A level with "
        f"fewer than {FEW_EVENTS} events keeps its line without an estimate. These tests are not "
        "adjusted for their number."
    )
    together = [part for part, s in zip(parts, ran, strict=True) if s.override is not None]
    if together:
        yield f"Decided together with the arm, and not before it: {'; '.join(together)}."


def _named(results: Results, prefix: str) -> list[str]:
    """Names of the analyses of a kind that have rows."""
    found = in_order(results.results["analysis"])
    return [str(one).removeprefix(prefix) for one in found if str(one).startswith(prefix)]


def _of(frame: pd.DataFrame, results: Results) -> str:
    """The endpoints of a frame, inside a sentence."""
    found = [labels(results).endpoint(key) for key in in_order(frame["endpoint"])]
    return listed([label[:1].lower() + label[1:] for label in found])
