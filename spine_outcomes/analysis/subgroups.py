"""Pre-listed subgroups: weights and effects inside each level, and whether the effect differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.analysis.endpoint_results import Who
from spine_outcomes.analysis.estimated import Estimated
from spine_outcomes.analysis.fitted import Fitted, fit
from spine_outcomes.analysis.prepared import Prepared
from spine_outcomes.analysis.progress import Step, silent
from spine_outcomes.analysis.result_rows import results_frame
from spine_outcomes.analysis.results import stack
from spine_outcomes.cohort.comparison import is_one_of
from spine_outcomes.errors import NotEstimableError
from spine_outcomes.inference import Estimate, TestResult, concatenate
from spine_outcomes.inference.hypothesis_tests import no_test, quadratic_test
from spine_outcomes.inference.pooling import pool_statistics
from spine_outcomes.study.plan import Subgroup
from spine_outcomes.study.variants import changed

PREFIX = "subgroup:"
FEW_EVENTS = 10
TOO_FEW = "fewer than 10 events in the subgroup"
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
    for subgroup in primary.plan.subgroups:
        step(f"Subgroup: {subgroup.name}")
        levels = [_level(primary, subgroup, name, code) for name, code in subgroup.levels.items()]
        shown = [frame for level in levels if (frame := _shown(level, levels)) is not None]
        if shown:
            frames += [*shown, _interactions(levels, subgroup, stack(shown))]
    return frames


def _level(primary: Prepared, subgroup: Subgroup, name: str, code: object) -> _Level:
    """Prepare and fit one level; rows whose level is not recorded are in none."""
    rows = np.flatnonzero(is_one_of(primary.selection.cohort.frame[subgroup.column], (code,)))
    plan = changed(primary.plan, subgroup.change)
    prepared = replace(primary.take(rows), plan=plan)
    who = Who(f"{PREFIX}{subgroup.name}", name)
    try:
        fitted = fit(prepared, who=who, endpoints=subgroup.endpoints)
    except NotEstimableError as fault:
        problem = fault.problems[0]
        place = f"{problem.column}: " if problem.column else ""
        return _Level(name, rows, prepared, None, place + problem.message.removesuffix("."))
    return _Level(name, rows, prepared, fitted, None)


def _shown(level: _Level, levels: Sequence[_Level]) -> pd.DataFrame | None:
    """Rows of one level; those of an endpoint with few events are not estimable."""
    if level.fitted is not None:
        results = level.fitted.results
        events = results[results["model"] == "score"].groupby("endpoint")["n_event"].max()
        is_few = results["endpoint"].map(events).to_numpy() < FEW_EVENTS
        return _withheld(results, is_few, TOO_FEW)
    like = next((other.fitted for other in levels if other.fitted is not None), None)
    if like is None:
        return None
    results = like.results.assign(subgroup=level.name)
    counts = {
        o.name: (len(o.rows), (o.status == 1).sum(), (o.status > 1).sum())
        for o in level.prepared.outcomes
    }
    for position, column in enumerate(("n", "n_event", "n_competing")):
        results[column] = [counts[str(name)][position] for name in results["endpoint"]]
    results = results[results["arm"].isna()].assign(ess=np.nan)
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
    fitted = [level.fitted for level in levels if level.fitted is not None]
    scores = shown[shown["model"] == "score"]
    rows: list[Mapping[str, Any]] = []
    for place, own in _by_endpoint(fitted[0]):
        is_own = (scores["endpoint"] == place["endpoint"]) & (
            scores["estimand"] == place["estimand"]
        )
        mine = scores[is_own]
        place |= {name: mine[name].sum() for name in ("n", "n_event", "n_competing", "ess")}
        if mine["reason"].notna().any():
            test = no_test("not every level is estimable")
        else:
            test = _interaction(levels, own)
        rows.append(
            place
            | {"analysis": f"{PREFIX}{subgroup.name}", "model": "cox", "measure": "interaction"}
            | {"statistic": test.statistic, "df": test.df, "p_value": test.p_value}
            | {"reason": test.reason}
        )
    return results_frame(dict(row) for row in rows)


def _by_endpoint(fitted: Fitted) -> Iterator[tuple[dict[str, Any], tuple[int, str]]]:
    """What each test is of, and where its fits are: position of the endpoint, name of weights."""
    for i, (weighted, sample) in enumerate(fitted.samples):
        for name in weighted[0].weights:
            place = {
                "population": fitted.found[i].results["population"].iloc[0],
                "endpoint": sample.outcome.name,
                "level_unit": sample.outcome.level,
                "estimand": name,
                "contrast": "between levels",
                "imputations": len(weighted) if len(weighted) > 1 else None,
                "variance": fitted.found[i].results["variance"].iloc[0],
            }
            yield place, (i, name)


def _interaction(levels: Sequence[_Level], place: tuple[int, str]) -> TestResult:
    """Wald test of equal log hazard ratios, pooled over the completed cohorts."""
    patients = _patients(levels)
    found = [_ratios(level, place, patients) for level in levels]
    tests = [_equal(concatenate(*ratios)) for ratios in zip(*found, strict=True)]
    reason = next((test.reason for test in tests if test.reason), None)
    if reason is not None:
        return no_test(reason)
    if len(tests) == 1:
        return tests[0]
    return pool_statistics([test.statistic for test in tests], float(tests[0].df or np.nan))


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


def _equal(ratios: Estimate) -> TestResult:
    """Wald test that all values are one."""
    reason = next((reason for reason in ratios.error_reasons if reason is not None), None)
    if reason is not None:
        return no_test(reason)
    contrast = np.eye(len(ratios))[1:] - np.eye(len(ratios))[0]
    return quadratic_test(contrast @ ratios.value, contrast @ ratios.covariance() @ contrast.T)
