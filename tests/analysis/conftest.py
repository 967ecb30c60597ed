"""The packaged study and small cohorts made in the test, run through the public functions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spine_outcomes import Results, load_dictionary, load_plan, read_cohort, run
from spine_outcomes.clinical.simulator import cohort_csv, simulate
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.study.packaged import DEMO_COHORT, find_plan, packaged_file
from spine_outcomes.study.plan import AnalysisPlan
from spine_outcomes.study.variants import changed

FIRST_COLUMNS = """\
schema_version: 1
table: {row: lesion, patient: id, lesion: part}
columns:
  - {name: id, label: Patient, level: patient, type: string, phase: identifier, required: true}
  - {name: part, label: Part, level: lesion, type: string, phase: identifier, required: true}
  - {name: arm, label: Treatment, level: lesion, type: category, phase: exposure, required: true,
     codes: {a: Old, b: New}}
  - {name: age, label: Age, level: lesion, type: float, unit: years, phase: baseline}
"""
"""A dictionary as far as it does not depend on how times are recorded."""

SMALL_DICTIONARY = (
    FIRST_COLUMNS
    + """\
  - {name: time, label: Follow-up, level: lesion, type: float, unit: months, phase: post_baseline}
  - {name: entry, label: Entry, level: lesion, type: float, unit: months, phase: post_baseline}
  - {name: status, label: State, level: lesion, type: integer, hard: [0, 2], phase: post_baseline}
"""
)

SMALL_PLAN = """\
schema_version: 1
cohort: cohort.csv
dictionary: dictionary.yaml
arms: {column: arm, reference: a, comparator: b}
cluster: id
endpoints:
  relapse:
    label: Relapse
    level: lesion
    time: {column: time, unit: months}
    status: {column: status, censored: 0, event: 1, competing: {death: 2}}
propensity: {terms: [], estimands: [unweighted]}
estimation: {unit: months, times: [6 months, 12 months], horizon: 12 months}
report: {min_cell: 0}
"""

FEW_IMPUTATIONS = {"missing.imputations": 2, "missing.iterations": 2}  # time, not precision


def read_study(
    folder: Path, cohort: str, *, dictionary: str, plan: str
) -> tuple[AnalysisPlan, Cohort]:
    """A study given as texts, written to a folder and read again."""
    texts = {"cohort.csv": cohort, "dictionary.yaml": dictionary, "plan.yaml": plan}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    described = load_dictionary(folder / "dictionary.yaml")
    return load_plan(folder / "plan.yaml"), read_cohort(folder / "cohort.csv", described)


@pytest.fixture(scope="session")
def demo() -> Results:
    """The packaged plan on the packaged cohort, with few imputations."""
    dictionary = load_dictionary(packaged_file("data_dictionary.yaml"))
    plan = changed(load_plan(find_plan("primary")), FEW_IMPUTATIONS)
    return run(plan, read_cohort(packaged_file(DEMO_COHORT), dictionary))


@pytest.fixture(scope="session")
def complete_cases() -> Results:
    """The packaged study of one cohort: what holds within a cohort holds to the last digit."""
    dictionary = load_dictionary(packaged_file("data_dictionary.yaml"))
    plan = changed(load_plan(find_plan("primary")), {"missing.method": "complete_case"})
    return run(plan, read_cohort(packaged_file(DEMO_COHORT), dictionary))


@pytest.fixture(scope="session")
def early_look() -> Results:
    """The packaged study as it stood three and a half years before its cut-off."""
    dictionary = load_dictionary(packaged_file("data_dictionary.yaml"))
    early = changed(load_plan(find_plan("primary")), FEW_IMPUTATIONS | {"cutoff": "2021-06-30"})
    return run(early, read_cohort(packaged_file(DEMO_COHORT), dictionary))


@pytest.fixture(scope="session")
def demo_trimmed() -> Results:
    """The packaged study without the extremes of the propensity score."""
    dictionary = load_dictionary(packaged_file("data_dictionary.yaml"))
    bounds = {"propensity.trim": {"bounds": [0.1, 0.9]}}
    trimmed = changed(load_plan(find_plan("primary")), FEW_IMPUTATIONS | bounds)
    return run(trimmed, read_cohort(packaged_file(DEMO_COHORT), dictionary))


@pytest.fixture(scope="session")
def unequal_schedule(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A simulated cohort whose focal arm is imaged half as often, one endpoint only."""
    dictionary = load_dictionary(packaged_file("data_dictionary.yaml"))
    path = tmp_path_factory.mktemp("cohort") / "cohort.csv"
    drawn = simulate(300, 5, missing=False, schedule="focal_half_yearly")
    path.write_text(cohort_csv(drawn), encoding="utf-8")
    plan = load_plan(find_plan("primary"))
    only = {name: plan.endpoints[name] for name in ("local_failure",)}
    plan = plan.model_copy(update={"endpoints": only})
    return run(
        changed(plan, {"multiplicity.method": "none", "multiplicity.order": []}),
        read_cohort(path, dictionary),
    )


@pytest.fixture
def small_run(tmp_path: Path) -> Callable[..., Results]:
    """Run rows of (arm, time, status[, patient, age]) under a changed plan.

    Without a patient every row is one. Other keys of the plan are replaced last: ``changed`` takes
    its sensitivity analyses from a plan.
    """

    def run_rows(
        rows: list[tuple[Any, ...]], change: dict[str, object], **replaced: object
    ) -> Results:
        lines = ["id,part,arm,age,time,entry,status"]
        for i, (arm, time, status, *more) in enumerate(rows):
            patient, age = more or (i, 50)
            lines.append(f"P{patient},{i},{arm},{age},{time},0,{status}")
        plan, cohort = read_study(
            tmp_path, "\n".join(lines) + "\n", dictionary=SMALL_DICTIONARY, plan=SMALL_PLAN
        )
        plan = changed(plan, change)
        plan = type(plan).model_validate(plan.model_dump(mode="json", by_alias=True) | replaced)
        return run(plan, cohort)

    return run_rows
