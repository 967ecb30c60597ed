"""Pre-listed subgroups: weights and effects inside each level, and whether the effect differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.analysis.endpoint_results import Who
from spine_outcomes.analysis.estimated import Estimated, pooled_test
from spine_outcomes.analysis.fitted import Fitted, fit
from spine_outcomes.analysis.prepared import Prepared
from spine_outcomes.analysis.progress import Step, silent
from spine_outcomes.analysis.result_rows import results_frame
from spine_outcomes.analysis.results import SUBGROUP, stack
from spine_outcomes.analysis.subgroup_levels import subgroup_levels
from spine_outcomes.errors import NotEstimableError
from spine_outcomes.inference import Estimate, TestResult, concatenate, equality_test
from spine_outcomes.inference.hypothesis_tests import no_test
from spine_outcomes.study.plan import AnalysisPlan, Subgroup
from spine_outcomes.study.variants import subgroup_plans

FEW_EVENTS = 10
NOT_ALL = "not every level is estimable"
TOO_FEW = f"fewer than {FEW_EVENTS} events in the subgroup"
SUMMED = ("n", "n_event", "n_competing", "ess")
NUMBERS = (
    "estimate", "std_error", "lower", "upper", "statistic", "df", "p_value", "fmi", "mc_error",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Level:
    """One level: its rows among the selected ones, and what was fitted to them, if it could be."""

    name: str
    rows: NDArray[np.intp]
    prepared: Prepared
    fitted: Fitted | None
    reason: str | None


def subgroup_results(primary: Prepared, step: Step = silent) -> list[pd.DataFrame]:
    """Estimate the endpoints inside every level of the plan's subgroups.

    Parameters
    ----------
    primary
        What the primary analysis stands on; what it imputed is used again.

    Returns
    -------
    list of DataFrame
        ``RESULT_COLUMNS``: ``analysis`` is ``subgroup:NAME``, ``subgroup`` the level. With fewer
        than ten events, or weights that cannot be fitted, a level keeps its rows as not estimable.
        Then the test of interaction (``measure`` is ``interaction``): equal log hazard ratios.

    Notes
    -----
    The propensity is fitted anew in each level. Levels share patients, whose influence on the
    ratios of both levels is summed before the test; its statistics are pooled by the rule D2.
    """
    frames = []
    plans = subgroup_plans(primary.plan)
    for subgroup in primary.plan.subgroups:
        step(f"Subgroup: {subgroup.name}")
        rows_of = subgroup_levels(subgroup, primary.selection.cohort)
        levels = [
            _level(primary, plans[subgroup.name], subgroup, name, rows)
            for name, rows in rows_of.items()
        ]
        shown = [frame for level in levels if (frame := _shown(level, levels)) is not None]
        if shown:
            frames += [*shown, _interactions(levels, subgroup, stack(shown))]
    return frames


def _level(
    primary: Prepared, plan: AnalysisPlan, subgroup: Subgroup, name: str, rows: NDArray[np.intp]
) -> _Level:
    """Prepare and fit one level."""
    data = primary.data.first(plan.missing.imputations)
    prepared = replace(primary, plan=plan, data=data).take(rows)
    who = Who(f"{SUBGROUP}{subgroup.name}", name)
    try:
        fitted = fit(prepared, who=who, endpoints=subgroup.endpoints)
    except NotEstimableError as fault:
        problem = fault.problems[0]
        place = f"{problem.column}: " if problem.column else ""
        return _Level(name, rows, prepared, None, place + problem.message.removesuffix("."))
    return _Level(name, rows, prepared, fitted, None)


def _shown(level: _Level, levels: Sequence[_Level]) -> pd.DataFrame | None:
    """Rows of one level; those of an endpoint with few events are not estimable."""
    if level.fitted is None:
        like = next((other.fitted for other in levels if other.fitted is not None), None)
        return None if like is None else _blank(level, like)
    results = level.fitted.results
    events = results[results["model"] == "score"].groupby("endpoint")["n_event"].max()
    is_few = results["endpoint"].map(events).to_numpy() < FEW_EVENTS
    return _withheld(results, is_few, TOO_FEW)


def _blank(level: _Level, like: Fitted) -> pd.DataFrame:
    """Rows of a level that could not be fitted: contrasts of another one, and its own people."""
    results = like.results.assign(subgroup=level.name, ess=np.nan)
    counts = {
        o.name: {
            "n": len(o.rows),
            "n_event": (o.status == 1).sum(),
            "n_competing": (o.status > 1).sum(),
        }
        for o in level.prepared.outcomes
    }
    for column in ("n", "n_event", "n_competing"):
        results[column] = [counts[str(name)][column] for name in results["endpoint"]]
    results = results[results["arm"].isna()]
    return _withheld(results, np.ones(len(results), dtype=bool), level.reason or "")


def _withheld(results: pd.DataFrame, where: NDArray[np.bool_], reason: str) -> pd.DataFrame:
    """Rows without their numbers, and the reason."""
    frame = results.copy()
    frame.loc[where, list(NUMBERS)] = np.nan
    frame.loc[where, "reason"] = reason
    return results_frame(frame.to_dict("records"))  # type: ignore[arg-type]


def _interactions(
    levels: Sequence[_Level], subgroup: Subgroup, shown: pd.DataFrame
) -> pd.DataFrame:
    """Tests that the hazard ratios of all levels are one, by endpoint and weights."""
    like = next(level.fitted for level in levels if level.fitted is not None)
    scores = shown[shown["model"] == "score"]
    rows = []
    for place, own in _by_endpoint(like):
        is_own = np.logical_and(*(scores[key] == place[key] for key in ("endpoint", "estimand")))
        is_estimable = scores.loc[is_own, "reason"].isna().all()
        test = _interaction(levels, own) if is_estimable else no_test(NOT_ALL)
        rows.append(
            {
                **place,
                "analysis": f"{SUBGROUP}{subgroup.name}",
                "model": "cox",
                "measure": "interaction",
                "contrast": "between levels",
                **{name: scores.loc[is_own, name].sum() for name in SUMMED},
                "statistic": test.statistic,
                "df": test.df,
                "p_value": test.p_value,
                "reason": test.reason,
            }
        )
    return results_frame(rows)


def _by_endpoint(fitted: Fitted) -> Iterator[tuple[dict[str, Any], tuple[int, str]]]:
    """What each test is of, and where its fits are: position of the endpoint, name of weights."""
    for i, (weighted, sample) in enumerate(fitted.samples):
        for name in weighted[0].weights:
            place = {
                "population": fitted.found[i].results["population"].iloc[0],
                "endpoint": sample.outcome.name,
                "level_unit": sample.outcome.level,
                "estimand": name,
                "imputations": len(weighted) if len(weighted) > 1 else None,
                "variance": fitted.found[i].results["variance"].iloc[0],
            }
            yield place, (i, name)


def _interaction(levels: Sequence[_Level], place: tuple[int, str]) -> TestResult:
    """Wald test of equal log hazard ratios, pooled over the completed cohorts."""
    patients = _patients(levels)
    ratios = zip(*(_ratios(level, place, patients) for level in levels), strict=True)
    return pooled_test([equality_test(concatenate(*own)) for own in ratios])


def _patients(levels: Sequence[_Level]) -> NDArray[np.int64]:
    """Cluster of every selected row; rows of no level are clusters that nothing influences."""
    rows = np.concatenate([level.rows for level in levels])
    codes = np.arange(int(rows.max()) + 1)
    cluster = levels[0].prepared.plan.cluster
    if cluster is not None:
        ids = pd.concat([level.prepared.selection.cohort.frame[cluster] for level in levels])
        codes[rows] = pd.factorize(ids)[0]
    return codes


def _ratios(level: _Level, place: tuple[int, str], patients: NDArray[np.int64]) -> list[Estimate]:
    """Log hazard ratio of a level in each completed cohort, its influence on all rows."""
    assert level.fitted is not None  # noqa: S101 - levels that failed are not compared
    position, name = place
    weighted, _ = level.fitted.samples[position]
    rows = level.rows[weighted[0].analysis_set.rows]
    ratios = []
    for fitted in level.fitted.found[position].fits:
        main = fitted.weighted[name].found[0]
        assert isinstance(main, Estimated)  # noqa: S101 - the main estimate comes first
        own = main.estimate.select(model="cox", measure="hazard_ratio")
        influence = np.zeros((len(patients), 1))
        influence[rows] = own.influence
        ratios.append(Estimate(own.value, influence, own.labels, patients, own.reasons))
    return ratios
