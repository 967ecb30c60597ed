"""Factors of an endpoint: the incidence in each of their levels, and adjusted hazard ratios."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.analysis.analysis_set import AnalysisSet
from spine_outcomes.analysis.design import model_design
from spine_outcomes.analysis.endpoint_sample import EndpointSample
from spine_outcomes.analysis.estimated import pooled_estimates, under_weights
from spine_outcomes.analysis.fitted import Fitted
from spine_outcomes.analysis.prepared import Prepared
from spine_outcomes.analysis.result_rows import Row, Setting, estimate_rows
from spine_outcomes.analysis.results import RISK_FACTORS
from spine_outcomes.analysis.uncertainty import of_influence
from spine_outcomes.analysis.weighting import UNWEIGHTED, WeightedSet
from spine_outcomes.inference import Estimate
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.terms import Term
from spine_outcomes.study.toxicity import RiskFactors
from spine_outcomes.survival.aalen_johansen import aalen_johansen
from spine_outcomes.survival.cox import cox
from spine_outcomes.weights.design import Design

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Factors:
    """Factors of one endpoint on n rows.

    Parameters
    ----------
    sample, weighted
        The endpoint, and its rows with their weights, once for each completed cohort.
    is_known : ndarray of bool, shape (n,)
        Rows of which every factor is recorded.
    design
        Columns of the factors on those rows.
    levels
        By factor that has levels: names, and the level of each of those rows.
    """

    sample: EndpointSample
    weighted: Sequence[WeightedSet]
    is_known: NDArray[np.bool_]
    design: Design
    levels: tuple[tuple[tuple[str, ...], NDArray[np.int64]], ...]

    def spread(self, matrix: Floats) -> Floats:
        """Columns (r, q) of the known rows as those (n, q) of all, 0 elsewhere."""
        found = np.zeros((len(self.is_known), matrix.shape[1]))
        found[self.is_known] = matrix
        return found


def risk_factor_rows(prepared: Prepared, fitted: Fitted) -> Iterator[Row]:
    """Incidences and hazard ratios of the factors of the plan, in rows of the results table.

    ``analysis`` is ``risk_factors``, ``term`` the factor and its level. Rows without a recorded
    factor are left out: factors are not imputed.
    """
    plan, dictionary = prepared.plan, prepared.cohort.dictionary
    asked = () if plan.toxicity is None else plan.toxicity.risk_factors
    for chosen in asked:
        own = plan.of_endpoint(chosen.endpoint)
        for weighted, sample in fitted.samples:
            if sample.outcome.name == chosen.endpoint:
                recorded = _recorded(prepared, weighted[0].analysis_set)
                factors = _factors(chosen, weighted, sample, recorded, dictionary)
                yield from _incidences(factors, own)
                yield from _hazard_ratios(factors, own)


def _recorded(prepared: Prepared, rows: AnalysisSet) -> pd.DataFrame:
    """The rows as they were recorded, without what was imputed."""
    return prepared.selection.cohort.frame.iloc[rows.rows].reset_index(drop=True)


def _factors(
    chosen: RiskFactors,
    weighted: Sequence[WeightedSet],
    sample: EndpointSample,
    recorded: pd.DataFrame,
    dictionary: DataDictionary,
) -> _Factors:
    """The factors on the rows that have them all."""
    terms = [term for term in chosen.terms if isinstance(term, Term)]
    columns = [term.column for term in terms]
    is_known = recorded[columns].notna().all(axis=1).to_numpy() & sample.is_known
    known = recorded[is_known]
    design = model_design(chosen.terms, known, dictionary)
    levels = tuple(own for term in terms if (own := _levels(term, known, dictionary)) is not None)
    return _Factors(sample, weighted, is_known, design, levels)


def _levels(
    term: Term, known: pd.DataFrame, dictionary: DataDictionary
) -> tuple[tuple[str, ...], NDArray[np.int64]] | None:
    """Names of a factor's levels, the reference first, and each row's level; None of numbers."""
    values = known[term.column]
    if term.cuts is not None:
        reference = f"under {term.cuts[0]:.10g}"
    elif term.levels is not None:
        reference = "/".join(term.levels[0])
    elif isinstance(values.dtype, pd.CategoricalDtype):
        present = values.cat.remove_unused_categories().cat.categories
        reference = str(present[0])
    elif dictionary[term.column].type == "boolean":
        reference = "False"
    else:
        return None
    design = model_design((term,), known, dictionary)
    names = [name if "=" in name else f"{name}=True" for name in design.names[1:]]
    code = design.matrix[:, 1:] @ np.arange(1, len(names) + 1)
    return (f"{term.column}={reference}", *names), code.astype(np.int64)


def _incidences(factors: _Factors, plan: AnalysisPlan) -> Iterator[Row]:
    """Unweighted incidence in each level at the last time of the plan.

    Not at earlier ones: counts up to each of them would have to be hidden in most levels.
    """
    sample = factors.sample
    time = max(duration.to(sample.outcome.unit) for duration in plan.estimation.times)
    for names, level in factors.levels:
        code = np.zeros(len(factors.is_known), dtype=np.int64)
        code[factors.is_known] = level
        weight = factors.is_known.astype(np.float64)
        found = aalen_johansen(
            sample.order, sample.status, weight, arm=code, entry=sample.entry,
            cluster=sample.cluster, times=[time],
        )  # fmt: skip
        for position, name in enumerate(names):
            own = weight * (code == position)
            estimate = found.select(arm=position).relabel(
                model="aalen_johansen", scale="log(-log)", arm=None, term=name
            )
            setting = Setting(sample, [own], plan, _common(sample, UNWEIGHTED, "robust", plan))
            for row in estimate_rows(estimate, setting, of_influence(estimate)):
                yield row | {"statistic": None, "p_value": None}  # an incidence has no null


def _hazard_ratios(factors: _Factors, plan: AnalysisPlan) -> Iterator[Row]:
    """Cause-specific hazard ratios of the factors given each other and the arm, by weights."""
    sample = factors.sample
    matrix = factors.spread(factors.design.matrix[:, 1:])
    names = (plan.arms.column, *factors.design.names[1:])
    covariates = np.column_stack([sample.arm, matrix])
    for name in factors.weighted[0].weights:
        weights = [own.weights[name].value * factors.is_known for own in factors.weighted]
        found = pooled_estimates(
            [
                under_weights(
                    _cox(sample, weight, covariates, names, plan), own.weights[name], plan
                )
                for weight, own in zip(weights, factors.weighted, strict=True)
            ]
        )
        common: dict[str, Any] = _common(sample, name, found.variance, plan)
        if len(weights) > 1:
            common["imputations"] = len(weights)
        yield from estimate_rows(
            found.estimate, Setting(sample, weights, plan, common), found.uncertainty
        )


def _cox(
    sample: EndpointSample,
    weight: Floats,
    covariates: Floats,
    names: Sequence[str],
    plan: AnalysisPlan,
) -> Estimate:
    """One Cox model."""
    found = cox(
        sample.order, sample.status, weight, covariates=covariates, names=names,
        entry=sample.entry, cluster=sample.cluster, ties=plan.estimation.ties,
    ).estimate  # fmt: skip
    of_factors = found.take(range(1, len(found)))  # the arm is held, and shown elsewhere
    return of_factors.relabel(
        model="cox_adjusted", measure="hazard_ratio", scale="log", arm=None, time=None
    )


def _common(
    sample: EndpointSample, estimand: str, variance: str, plan: AnalysisPlan
) -> dict[str, Any]:
    """Columns that the rows of one endpoint and set of weights share."""
    return {
        "analysis": RISK_FACTORS,
        "population": plan.population.name,
        "endpoint": sample.outcome.name,
        "level_unit": sample.outcome.level,
        "estimand": estimand,
        "level": plan.estimation.level,
        "variance": variance,
    }
