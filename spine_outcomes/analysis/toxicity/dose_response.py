"""The chance of a toxicity by dose: logistic regression, clustered by patient (GEE)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from spine_outcomes.analysis.design import model_design
from spine_outcomes.analysis.prepared import Prepared
from spine_outcomes.analysis.result_rows import Row
from spine_outcomes.analysis.results import DOSE_COLUMNS
from spine_outcomes.analysis.toxicity.rows import ToxicRows
from spine_outcomes.analysis.weighting import UNWEIGHTED
from spine_outcomes.cohort.comparison import as_numbers, is_one_of
from spine_outcomes.errors import NotEstimableError
from spine_outcomes.inference import interval, wald_test
from spine_outcomes.inference.hypothesis_tests import chi_squared_test
from spine_outcomes.inference.intervals import critical_value
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.terms import Interaction, Term, columns_of
from spine_outcomes.study.toxicity import DoseResponse
from spine_outcomes.weights.design import Design, restricted_cubic_spline

Floats = NDArray[np.float64]

FEW_EVENTS = 10
GRID = 61
GROUPS = 5
MODEL = "gee"


@dataclass(frozen=True, eq=False)
class _Logistic:
    """Coefficients (p,) of a logistic regression, and their robust clustered covariance (p, p)."""

    coefficients: Floats
    covariance: Floats


@dataclass(frozen=True, eq=False)
class _Asked:
    """One dose response on the rows that have all it needs.

    Parameters
    ----------
    response, plan
    frame : DataFrame, shape (n, …)
        As recorded.
    event : ndarray, shape (n,)
        1 with the toxicity, 0 without.
    arm, group : ndarray of int, shape (n,)
        Arm and patient.
    level
        What a row is.
    """

    response: DoseResponse
    plan: AnalysisPlan
    frame: pd.DataFrame
    event: Floats
    arm: NDArray[np.int64]
    group: NDArray[np.int64]
    level: str

    @property
    def dose(self) -> Floats:
        """Dose of each row, shape (n,)."""
        return as_numbers(self.frame[self.response.column])

    @property
    def reason(self) -> str | None:
        """Why there is no model, if there is none."""
        fewest = min(self.event.sum(), len(self.event) - self.event.sum())
        if fewest < FEW_EVENTS:
            return f"fewer than {FEW_EVENTS} rows with, or without, the toxicity"
        return "one dose only" if np.ptp(self.dose) == 0 else None


def dose_responses(rows: ToxicRows, prepared: Prepared) -> tuple[list[Row], pd.DataFrame]:
    """Odds ratios and tests in rows of the results table, and curves in ``DOSE_COLUMNS``.

    Rows without the dose, a further term or the outcome are left out. Unweighted: the arm and the
    further terms are adjusted for. The odds ratio is of a model linear in dose; curve and test are
    of the spline, the curve at the mean of all else.
    """
    made: list[Row] = []
    curves: list[dict[str, Any]] = []
    for response in rows.plan.dose_response:
        asked = _asked(response, rows, prepared)
        if asked.reason is not None:
            made.append(_row(asked, "odds_ratio") | {"reason": asked.reason})
            continue
        try:
            own, points = _modelled(asked, prepared.cohort.dictionary)
        except NotEstimableError as fault:
            made.append(_row(asked, "odds_ratio") | {"reason": fault.problems[0].message})
            continue
        made += own
        curves += [*points, *_observed(asked)]
    return made, pd.DataFrame(curves, columns=list(DOSE_COLUMNS))


def _modelled(asked: _Asked, dictionary: DataDictionary) -> tuple[list[Row], list[dict[str, Any]]]:
    """Odds ratio, test and curve of one dose response."""
    response = asked.response
    linear = (Term(column=response.column), *response.adjust)
    straight = _fit(asked, model_design(linear, asked.frame, dictionary))
    design = model_design(_terms(response), asked.frame, dictionary)
    fitted, is_dose = _fit(asked, design), _is_of_dose(response, design)
    rows = [_odds_ratio(asked, straight), _test(asked, fitted, is_dose)]
    return rows, list(_curve(asked, fitted, design, is_dose))


def _asked(response: DoseResponse, rows: ToxicRows, prepared: Prepared) -> _Asked:
    """The rows of one dose response."""
    analysed = rows.weighted[0].analysis_set
    frame = prepared.selection.cohort.frame.iloc[analysed.rows].reset_index(drop=True)
    if response.flag is not None:
        flag = frame[response.flag]
        event = np.where(flag.isna(), np.nan, is_one_of(flag, response.codes))
    else:
        event = _of_grade(response, rows)
    needed: list[str] = list(columns_of(_terms(response)))
    is_known = frame[needed].notna().all(axis=1).to_numpy() & ~np.isnan(event)
    group = rows.patient if rows.cluster is None else rows.cluster
    return _Asked(
        response, prepared.plan, frame[is_known].reset_index(drop=True), event[is_known],
        rows.arm[is_known], group[is_known], rows.level,
    )  # fmt: skip


def _terms(response: DoseResponse) -> tuple[Term | Interaction, ...]:
    return (response.dose, *response.adjust)


def _of_grade(response: DoseResponse, rows: ToxicRows) -> Floats:
    """1 for rows with the term at the grade or more; NaN where that is not known."""
    position = None
    if response.term is not None:
        folded = [term.casefold() for term in rows.found.terms]
        if response.term.casefold() not in folded:
            return np.full(rows.found.n, np.nan)
        position = folded.index(response.term.casefold())
    worst = rows.worst(position, "any", "any")
    return np.where(np.isnan(worst), np.nan, worst >= (response.grade or 1))


def _fit(asked: _Asked, design: Design) -> _Logistic:
    """Fit by estimating equations; the columns are those of the design, then the arm."""
    from statsmodels.genmod.cov_struct import Exchangeable, Independence
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_estimating_equations import GEE

    structure = {"independence": Independence, "exchangeable": Exchangeable}
    order = np.argsort(asked.group, kind="stable")
    matrix = np.column_stack([design.matrix, asked.arm])[order]
    model = GEE(
        asked.event[order], matrix, groups=asked.group[order], family=Binomial(),
        cov_struct=structure[asked.response.correlation](),
    )  # fmt: skip
    found = model.fit(maxiter=200)
    return _Logistic(np.asarray(found.params), np.asarray(found.cov_params()))


def _is_of_dose(response: DoseResponse, design: Design) -> NDArray[np.bool_]:
    """Which columns of the model, the arm last, are of the dose."""
    own = [name.rstrip("'") == response.column for name in design.names]
    return np.array([*own, False])


def _odds_ratio(asked: _Asked, fitted: _Logistic) -> Row:
    """The odds ratio of ``per`` units of dose."""
    per, level = asked.response.per, asked.plan.estimation.level
    value = per * float(fitted.coefficients[1])
    error = per * float(np.sqrt(fitted.covariance[1, 1]))
    lower, upper = interval(float(np.exp(value)), error, "log", level)
    test = wald_test(value, error)
    return _row(asked, "odds_ratio") | {
        "estimate": float(np.exp(value)), "std_error": error, "scale": "log",
        "lower": float(lower), "upper": float(upper), "statistic": test.statistic,
        "p_value": test.p_value,
    }  # fmt: skip


def _test(asked: _Asked, fitted: _Logistic, is_dose: NDArray[np.bool_]) -> Row:
    """Wald test that the chance does not depend on the dose in any way the spline can show."""
    value = fitted.coefficients[is_dose]
    own = fitted.covariance[np.ix_(is_dose, is_dose)]
    statistic = float(value @ np.linalg.solve(own, value))
    test = chi_squared_test(statistic, float(len(value)))
    row = _row(asked, "chi_square")
    return row | {"statistic": test.statistic, "df": test.df, "p_value": test.p_value}


def _row(asked: _Asked, measure: str) -> Row:
    """What the numbers are of, and on how many rows they stand."""
    plan = asked.plan
    return {
        "analysis": "primary",
        "population": plan.population.name,
        "endpoint": f"dose_response:{asked.response.name}",
        "level_unit": asked.level,
        "estimand": UNWEIGHTED,
        "model": MODEL,
        "measure": measure,
        "term": asked.response.column,
        "level": plan.estimation.level,
        "n": len(asked.event),
        "n_event": int(asked.event.sum()),
        "variance": "robust",
    }


def _curve(
    asked: _Asked, fitted: _Logistic, design: Design, is_dose: NDArray[np.bool_]
) -> Iterator[dict[str, Any]]:
    """The chance along the dose at the mean of all else, with pointwise limits."""
    dose = asked.dose
    low, high = np.quantile(dose, [0.025, 0.975])
    grid = np.linspace(low, high, GRID)
    matrix = np.column_stack([design.matrix, asked.arm])
    at = np.tile(matrix.mean(axis=0), (GRID, 1))
    at[:, is_dose] = _dose_columns(asked, grid)
    linear = at @ fitted.coefficients
    error = np.sqrt(np.einsum("ij,jk,ik->i", at, fitted.covariance, at))
    half = float(critical_value(asked.plan.estimation.level)) * error
    for k in range(GRID):
        yield _point(asked, "curve", grid[k]) | {
            "estimate": special.expit(linear[k]),
            "lower": special.expit(linear[k] - half[k]),
            "upper": special.expit(linear[k] + half[k]),
        }


def _dose_columns(asked: _Asked, grid: Floats) -> Floats:
    """The columns of the dose in the model, at other doses than those of the rows."""
    knots = asked.response.dose.spline if isinstance(asked.response.dose, Term) else None
    if knots is None:
        return grid[:, None]
    return restricted_cubic_spline(asked.response.column, asked.dose, knots, grid).matrix


def _observed(asked: _Asked) -> Iterator[dict[str, Any]]:
    """Share with the toxicity in fifths of the dose, at their mean dose."""
    dose = asked.dose
    edges = np.unique(np.quantile(dose, np.arange(1, GROUPS) / GROUPS))
    group = np.searchsorted(edges, dose, side="left")
    for code in np.unique(group):
        own = group == code
        yield _point(asked, "observed", dose[own].mean()) | {
            "estimate": asked.event[own].mean(),
            "n": int(own.sum()),
            "n_event": int(asked.event[own].sum()),
        }


def _point(asked: _Asked, kind: str, dose: float) -> dict[str, Any]:
    response = asked.response
    place = {"response": response.name, "label": response.label, "column": response.column}
    return place | {"kind": kind, "dose": float(dose)}
