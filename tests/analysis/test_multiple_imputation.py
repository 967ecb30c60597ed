"""Completed cohorts, and what is pooled over them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from spine_outcomes import Results, load_dictionary, load_plan, read_cohort, run
from spine_outcomes.analysis.analysis_set import covariates
from spine_outcomes.analysis.completed import completed
from spine_outcomes.analysis.missing import missing_findings, missing_frame, pattern_frame
from spine_outcomes.analysis.prepared import prepare
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.eligibility import select
from spine_outcomes.endpoints.derive import derive
from spine_outcomes.errors import CohortError, Finding, PlanError
from spine_outcomes.study.load import check_plan
from spine_outcomes.study.packaged import DEMO_COHORT, find_plan, packaged_file
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.variants import changed

M = 4
IMPUTED = {
    "missing.method": "multiple_imputation",
    "missing.imputations": M,
    "missing.iterations": 3,
    "missing.auxiliary": ["sins_total", "pain_baseline"],
    "propensity.estimands": ["unweighted", "ATE"],
}
ENDPOINTS = ("local_failure", "overall_survival")


def _study(change: dict[str, object]) -> tuple[AnalysisPlan, Cohort]:
    dictionary = load_dictionary(packaged_file("data_dictionary.yaml"))
    plan = load_plan(find_plan("primary"))
    plan = plan.model_copy(update={"endpoints": {k: plan.endpoints[k] for k in ENDPOINTS}})
    plain = {"multiplicity.method": "none", "multiplicity.order": []}
    return changed(plan, plain | change), read_cohort(packaged_file(DEMO_COHORT), dictionary)


@pytest.fixture(scope="module")
def imputed() -> Results:
    """Two endpoints of the demo study over four imputations."""
    return run(*_study(IMPUTED))


@pytest.fixture(scope="module")
def cohorts() -> tuple[Cohort, tuple[Cohort, ...], AnalysisPlan]:
    """The selected cohort as recorded, and completed."""
    plan, cohort = _study(IMPUTED)
    selected = select(cohort, plan).cohort
    outcomes = [derive(selected, plan, name) for name in plan.endpoints]
    return selected, completed(selected, plan, outcomes).cohorts, plan


def test_pooled_rows_are_rubins_of_the_completed_cohorts(
    imputed: Results, cohorts: tuple[Cohort, tuple[Cohort, ...], AnalysisPlan]
) -> None:
    """Each completed cohort analysed alone as complete cases, pooled here by the formulas."""
    plan = changed(cohorts[2], {"missing.method": "complete_case"})
    alone = [run(plan, cohort).results.set_index("id") for cohort in cohorts[1]]
    pooled = imputed.results.set_index("id")
    assert (pooled["status"] == alone[0]["status"]).all()
    for measure, transform in {
        "hazard_ratio": lambda frame: (np.log(frame["estimate"]), frame["std_error"]),
        "risk_difference": lambda frame: (frame["estimate"], frame["std_error"]),
        "rmtl": lambda frame: (frame["estimate"], frame["std_error"]),
        "cumulative_incidence": lambda frame: (
            np.log(-np.log(frame["estimate"])),
            frame["std_error"] / (frame["estimate"] * np.log(frame["estimate"])).abs(),
        ),
    }.items():
        rows = pooled[(pooled["measure"] == measure) & (pooled["estimand"] == "ATE")]
        assert len(rows)
        found = [transform(frame.loc[rows.index]) for frame in alone]
        value = np.mean([v for v, _ in found], axis=0)
        within = np.mean([e**2 for _, e in found], axis=0)
        between = np.var([v for v, _ in found], axis=0, ddof=1)
        total = within + (1 + 1 / M) * between
        share = (1 + 1 / M) * between / total
        df = (M - 1) / share**2
        back = transform(rows)
        np.testing.assert_allclose(back[0], value, rtol=1e-9)
        np.testing.assert_allclose(back[1], np.sqrt(total), rtol=1e-9)
        np.testing.assert_allclose(rows["df"], df, rtol=1e-6)
        r = (1 + 1 / M) * between / within
        np.testing.assert_allclose(rows["fmi"], (r + 2 / (df + 3)) / (1 + r), rtol=1e-9)
        if measure == "risk_difference":
            half = stats.t.ppf(0.975, df) * np.sqrt(total)
            np.testing.assert_allclose(rows["lower"], value - half, rtol=1e-9)
            np.testing.assert_allclose(rows["upper"], value + half, rtol=1e-9)


def test_fewer_imputations_are_the_first_of_more() -> None:
    """An analysis on 2 of 4 imputations that rests on others, or on all."""
    plan, cohort = _study(IMPUTED)
    fewer = changed(plan, {"missing.imputations": 2})
    taken = prepare(fewer, cohort, like=[prepare(plan, cohort)]).data.cohorts
    drawn = prepare(fewer, cohort).data.cohorts
    assert len(taken) == len(drawn) == 2
    for one, other in zip(taken, drawn, strict=True):
        pd.testing.assert_frame_equal(one.frame, other.frame)


def test_levels_of_a_subgroup_may_rest_on_fewer_imputations() -> None:
    """A key of the plan that is taken and changes nothing."""
    subgroup = {
        "name": "oligometastatic",
        "column": "oligometastatic",
        "levels": {"yes": 1, "no": 0},
        "endpoints": ["local_failure"],
        "change": {"propensity.learner": "firth", "missing.imputations": 2},
    }
    results = run(*_study(IMPUTED | {"subgroups": [subgroup]})).results
    imputations = results.groupby("analysis")["imputations"].max()
    assert imputations.to_dict() == {"primary": M, "subgroup:oligometastatic": 2}


def test_statistics_are_pooled_by_d2(
    imputed: Results, cohorts: tuple[Cohort, tuple[Cohort, ...], AnalysisPlan]
) -> None:
    """The mean of the statistics would be too sure: D2 by its formula, one degree of freedom."""
    plan = changed(cohorts[2], {"missing.method": "complete_case"})
    name = "primary/local_failure/ATE/score/chi_square"
    values = [
        float(run(plan, cohort).results.set_index("id").loc[name, "statistic"])
        for cohort in cohorts[1]
    ]
    r = (1 + 1 / M) * np.var(np.sqrt(values), ddof=1)
    d2 = (np.mean(values) - (M + 1) / (M - 1) * r) / (1 + r)
    row = imputed.results.set_index("id").loc[name]
    assert row["statistic"] == pytest.approx(d2, rel=1e-9)
    p_value = stats.f.sf(d2, 1, (M - 1) * (1 + 1 / r) ** 2)
    assert row["p_value"] == pytest.approx(p_value, rel=1e-9)


def test_counts_are_people_and_every_row_stays(imputed: Results) -> None:
    """Rows that lack a covariate count; no count is a mean over imputations."""
    rows = imputed.results
    assert set(rows.loc[rows["model"] != "reverse_kaplan_meier", "imputations"]) == {M}
    n = rows[(rows["endpoint"] == "local_failure") & (rows["model"] == "cox")]["n"]
    assert set(n) == {imputed.flow["n_lesions"].iloc[-1]} == {700}
    table = imputed.baseline
    categories = table.loc[table["kind"] == "proportion", "column"]
    counted = table[table["column"].isin(categories)]
    by_column = counted[counted["estimand"] == "unweighted"].groupby(["column", "arm"])["n"].sum()
    assert set(by_column.xs("all", level="arm")) == {700}


def test_without_the_covariates_nothing_varies(imputed: Results) -> None:
    """Unweighted numbers need no covariate: no information is missing and no error added."""
    naive_only = {"propensity.terms": [], "propensity.estimands": ["unweighted"]}
    plain = run(*_study(naive_only))
    naive = imputed.results[imputed.results["estimand"] == "unweighted"]
    assert (naive["fmi"].dropna() == 0).all()
    assert naive["df"][naive["measure"] == "risk_difference"].isna().all()
    columns = ["id", "estimate", "std_error", "lower", "upper", "p_value"]
    mine = plain.results[plain.results["estimand"] == "unweighted"]
    pd.testing.assert_frame_equal(
        naive[columns].reset_index(drop=True), mine[columns].reset_index(drop=True), rtol=1e-9
    )


def test_nothing_missing_is_the_complete_case_bit_for_bit() -> None:
    """An imputation of nothing must not move a digit."""
    change = {"propensity.terms": [{"column": "sex"}, {"column": "calendar_year"}]}
    complete = run(*_study(IMPUTED | change | {"missing.method": "complete_case"}))
    imputed = run(*_study(IMPUTED | change | {"missing.auxiliary": []}))
    pd.testing.assert_frame_equal(imputed.results, complete.results)
    pd.testing.assert_frame_equal(imputed.curves, complete.curves)
    assert "W_MI_NOOP" in set(imputed.findings["code"])
    assert "W_MI_NOOP" not in set(complete.findings["code"])


@pytest.mark.parametrize(
    ("missing", "codes"),
    [
        (("focal", 0.95, 0.05), {"W_HIGH_MISSING", "W_DIFFERENTIAL_MISSING"}),
        (("focal", 0.15, 0.0), {"W_DIFFERENTIAL_MISSING"}),
        (("focal", 0.05, 0.05), set()),
    ],
)
def test_what_is_missing_often_or_in_one_arm_is_found(
    missing: tuple[str, float, float], codes: set[str]
) -> None:
    """Complete cases that are other patients in each arm, and nobody told."""
    plan, cohort = _study({"missing.method": "complete_case"})
    arm, own, other = missing
    share = np.where(cohort.frame["arm"] == arm, own, other)
    is_gone = np.random.default_rng(1).random(len(share)) < share
    frame = cohort.frame.assign(sins_collapse=cohort.frame["sins_collapse"].mask(is_gone))
    found = missing_findings(missing_frame(replace(cohort, frame=frame), plan))
    assert {f.code for f in found if "collapse" in f.message} == codes


def test_curves_stay_between_0_and_1_and_parts_make_the_whole(imputed: Results) -> None:
    """Local control and its failure are one number seen from two sides."""
    curves = imputed.curves[imputed.curves["measure"] != "risk_difference"]
    for column in ("estimate", "lower", "upper", "band_lower", "band_upper"):
        assert curves[column].dropna().between(0, 1).all()
    rows = imputed.results[imputed.results["estimand"] == "ATE"]
    key = ["arm", "time"]
    failure = rows[rows["measure"] == "cumulative_incidence"].set_index(key)["estimate"]
    control = rows[rows["measure"] == "one_minus_cumulative_incidence"].set_index(key)["estimate"]
    np.testing.assert_allclose(failure + control, 1.0, rtol=1e-14)


def test_what_is_recorded_stays_and_what_follows_is_derived(
    cohorts: tuple[Cohort, tuple[Cohort, ...], AnalysisPlan],
) -> None:
    """SINS is the sum of its components in every row, imputed or not; dates are never imputed."""
    recorded, whole, _ = cohorts
    components = ["location", "pain", "bone", "alignment", "collapse", "posterolateral"]
    for cohort in whole:
        frame = cohort.frame
        for name in frame:
            is_known = recorded.frame[name].notna()
            assert frame[name][is_known].equals(recorded.frame[name][is_known])
        parts = frame[[f"sins_{name}" for name in components]].astype(float).sum(axis=1)
        is_new = recorded.frame["sins_total"].isna()
        assert is_new.sum() > 50
        assert (frame["sins_total"][is_new] == parts[is_new]).all()
        dates = [c.name for c in cohort.dictionary.columns if c.type == "date" and c.name in frame]
        assert frame[dates].equals(recorded.frame[dates])
        assert frame["ecog"].groupby(frame["patient_id"]).nunique().max() == 1
        assert not frame[["ecog", "bilsky", "sins_collapse", "pain_baseline"]].isna().any().any()
    assert not whole[0].frame["pain_baseline"].equals(whole[1].frame["pain_baseline"])


def test_number_of_processes_changes_no_byte(imputed: Results) -> None:
    """A result that depends on the machine cannot be repeated."""
    with joblib.parallel_config(n_jobs=2):
        again = run(*_study(IMPUTED))
    pd.testing.assert_frame_equal(again.results, imputed.results, check_exact=True)
    pd.testing.assert_frame_equal(again.curves, imputed.curves, check_exact=True)
    pd.testing.assert_frame_equal(again.imputation, imputed.imputation, check_exact=True)


def test_missing_values_are_counted_by_arm_and_pattern(
    imputed: Results, cohorts: tuple[Cohort, tuple[Cohort, ...], AnalysisPlan]
) -> None:
    """What is missing more often in one arm biases complete cases."""
    frame = cohorts[0].frame
    row = imputed.missing.query("column == 'bilsky' and arm == 'focal'").iloc[0]
    is_focal = frame["arm"] == "focal"
    assert row["n_missing"] == (frame["bilsky"].isna() & is_focal).sum()
    assert row["n"] == is_focal.sum()
    assert imputed.missing_patterns["n"].sum() == len(frame)
    assert imputed.missing_patterns["pattern"].iloc[0] == ""


def test_the_finding_and_the_table_of_patterns_count_the_same_rows(
    imputed: Results, cohorts: tuple[Cohort, tuple[Cohort, ...], AnalysisPlan]
) -> None:
    """ "135 of 700 lack a covariate" beside patterns that add to 305, and no word of the rest."""
    counts = imputed.missing_patterns.groupby("pattern")["n"].sum()
    modelled = set(covariates(cohorts[2]))
    n_any = counts.drop("").sum()
    n = sum(k for pattern, k in counts.items() if modelled & set(str(pattern).split(" + ")))
    assert n < n_any
    finding = imputed.findings.set_index("code").loc["W_IMPUTED"]
    assert finding["n"] == n
    said = Finding("W_X", finding["message"]).text()
    assert said.startswith(f"{n} of {counts.sum()} rows lack a covariate of the models ({n_any} wi")


def test_of_complete_cases_only_what_is_left_out_is_called_missing(
    cohorts: tuple[Cohort, tuple[Cohort, ...], AnalysisPlan],
) -> None:
    """Auxiliary columns, which nobody uses then, would make more rows look incomplete."""
    plan = changed(cohorts[2], {"missing.method": "complete_case"})
    counts = pattern_frame(cohorts[0], plan).groupby("pattern")["n"].sum()
    whole = cohorts[0].frame[list(covariates(plan))].notna().all(axis=1)
    assert counts[""] == whole.sum()


def test_the_trace_has_every_round(imputed: Results) -> None:
    """A chain that has not settled shows in its trace."""
    sizes = imputed.imputation.groupby("column").size()
    assert set(sizes) == {M * 3}
    assert {"bilsky", "ecog", "pain_baseline"} <= set(sizes.index)


def test_nothing_to_impute_from() -> None:
    """A column without any value cannot be imputed, and must not become a constant."""
    plan, cohort = _study(IMPUTED)
    empty = cohort.frame.assign(pain_baseline=np.nan)
    outcomes = [derive(select(cohort, plan).cohort, plan, name) for name in plan.endpoints]
    selected = select(Cohort(empty, cohort.dictionary, "x", "y"), plan).cohort
    with pytest.raises(CohortError, match="pain_baseline has no value to impute from"):
        completed(selected, plan, outcomes)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("lf_flag", "E_NOT_BASELINE"),
        ("arm", "E_NOT_BASELINE"),
        ("sbrt_start", "E_TYPE"),
        ("gtv_c", "E_UNKNOWN_COLUMN"),
    ],
)
def test_auxiliary_columns_are_known_when_the_arm_was(name: str, code: str) -> None:
    """An outcome imputed as a covariate, or a date drawn from a model."""
    plan, cohort = _study(IMPUTED | {"missing.auxiliary": [name]})
    with pytest.raises(PlanError) as refused:
        check_plan(plan, cohort.dictionary)
    assert code in {problem.code for problem in refused.value.problems}


def test_the_same_rows_are_trimmed_in_every_completed_cohort() -> None:
    """Rows kept by each imputation's own score would differ, and no count would be people."""
    trimmed = run(*_study(IMPUTED | {"propensity.trim": {"bounds": [0.2, 0.8]}}))
    last = trimmed.flow.iloc[-1]
    assert last["id"] == "trim"
    assert last["excluded_lesions"] > 0
    rows = trimmed.results.query("model == 'cox' and endpoint == 'local_failure'")
    assert set(rows["n"]) == {last["n_lesions"]}
    assert set(trimmed.weights["n"].groupby(trimmed.weights["level_unit"]).sum()) == {
        2 * last["n_lesions"],
        2 * trimmed.results.query("model == 'cox' and endpoint == 'overall_survival'")["n"].max(),
    }


def test_patterns_of_more_columns_than_a_number_has_bits() -> None:
    """Columns past the 64th would fall out of the pattern, or into another."""
    plan, cohort = _study(IMPUTED)
    names = [column.name for column in cohort.dictionary.columns if column.name in cohort.frame]
    others = [n for n in names if cohort.dictionary[n].type == "date"]
    wide = [n for n in names if n not in (plan.arms.column, *others)][:70]
    frame = cohort.frame.copy()
    for i, name in enumerate(wide):
        frame.loc[frame.index[i], name] = None
    plan = plan.model_copy(
        update={"missing": plan.missing.model_copy(update={"auxiliary": tuple(wide)})}
    )
    found = pattern_frame(replace(cohort, frame=frame), plan)
    lacking = frame[list(dict.fromkeys([*covariates(plan), *wide]))].isna()
    lacking = lacking.loc[:, lacking.any()]
    assert lacking.shape[1] > 64
    assert found["pattern"].nunique() == len(lacking.drop_duplicates())
    assert found["n"].sum() == len(frame)


def test_not_applicable_is_a_level_from_the_file_to_the_table(tmp_path: Path) -> None:
    """Sacral lesions have no epidural grade: read as missing, they would be given one by chance."""
    text = pd.read_csv(packaged_file(DEMO_COHORT), dtype=str, keep_default_na=False)
    is_sacral = text["level_to"].str.startswith("S").to_numpy()
    assert is_sacral.sum() >= 10
    text["bilsky"] = text["bilsky"].mask(is_sacral, "-8")
    text.to_csv(tmp_path / "cohort.csv", index=False)
    plan, demo = _study(IMPUTED)
    cohort = read_cohort(tmp_path / "cohort.csv", demo.dictionary)
    selected = select(cohort, plan).cohort
    outcomes = [derive(selected, plan, name) for name in plan.endpoints]
    for whole in completed(selected, plan, outcomes).cohorts:
        grade = whole.frame["bilsky"]
        assert not grade.isna().any()
        np.testing.assert_array_equal(grade == "-8", selected.frame["bilsky"] == "-8")
    found = run(plan, cohort)
    table = found.baseline.query("column == 'bilsky' and estimand == 'unweighted'")
    shown = table[(table["level"] == "-8") & (table["arm"] == "all")]
    assert shown["n"].tolist() == [(selected.frame["bilsky"] == "-8").sum()]
    assert "-8" in set(found.balance.query("column == 'bilsky'")["level"])
    assert "-8" not in set(run(plan, demo).baseline.query("column == 'bilsky'")["level"])
