"""The planned looks of a plan: what is refused, and where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from spine_outcomes.errors import PlanError
from spine_outcomes.study.load import check_plan, load_dictionary, load_plan
from spine_outcomes.study.packaged import find_plan, packaged_file


def interim_plan(folder: Path, **changes: Any) -> Path:
    """The packaged interim plan with some keys of the block ``interim`` replaced."""
    keys = yaml.safe_load(find_plan("interim").read_text(encoding="utf-8"))
    keys["interim"] |= changes
    (folder / "analyses").mkdir(exist_ok=True)
    path = folder / "analyses" / "interim.yaml"
    path.write_text(yaml.safe_dump(keys, sort_keys=False, default_flow_style=None))
    text = packaged_file("data_dictionary.yaml").read_text(encoding="utf-8")
    (folder / "data_dictionary.yaml").write_text(text, encoding="utf-8")
    return path


def refused(path: Path) -> str:
    """What a plan is refused for."""
    with pytest.raises(PlanError) as found:
        check_plan(load_plan(path), load_dictionary(packaged_file("data_dictionary.yaml")))
    return str(found.value)


def test_the_packaged_plan_waits_for_150_300_and_500_patients() -> None:
    """The study's looks are those of its protocol."""
    plan = load_plan(find_plan("interim"))
    check_plan(plan, load_dictionary(packaged_file("data_dictionary.yaml")))
    assert plan.interim is not None
    assert [look.patients for look in plan.interim.looks] == [150, 300, 500]


@pytest.mark.parametrize(
    ("looks", "words"),
    [
        ([{"information": 0.5}, {"information": 0.5}], "no more than the 0.5"),
        ([{"information": 0.7}, {"information": 0.4}], "0.4 is no more than the 0.7"),
        ([{"information": 1.2}], "less than or equal to 1"),
        ([{"information": 0.0}], "greater than 0"),
        ([{"patients": 150}, {"information": 0.5}], "patients and information"),
        ([{"patients": 150, "events": 50}], "exactly one of patients, events, information"),
        ([{"name": "first"}], "exactly one of"),
        ([], "at least 1"),
    ],
)
def test_looks_that_do_not_follow_one_another_are_refused(
    tmp_path: Path, looks: list[dict[str, Any]], words: str
) -> None:
    """Boundaries need information that grows and ends at the planned maximum."""
    assert words in refused(interim_plan(tmp_path, looks=looks))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"alpha": 0}, "interim.monitoring.alpha"),
        ({"alpha": 1.5}, "interim.monitoring.alpha"),
        ({"family": "power"}, "the family power needs parameter"),
        ({"parameter": 2}, "obrien_fleming has no parameter"),
        ({"family": "haybittle"}, "interim.monitoring.family"),
        ({"maximum_information": 0}, "interim.monitoring.maximum_information"),
        ({"hazard_ratio": 1}, "another than 1"),
        ({"endpoint": "local_failures"}, "local_failure"),
        ({"estimand": "ATT"}, "ATT is not among the estimands"),
        ({"endpoint": "overall_survival", "measure": "subdistribution_hazard_ratio"},
         "no competing event"),
        ({"spend": 0.05}, "unknown key"),
    ],
)  # fmt: skip
def test_a_test_that_cannot_be_monitored_is_refused(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    """An error spent wrongly is not found later: nothing in the report would look odd."""
    keys = yaml.safe_load(find_plan("interim").read_text(encoding="utf-8"))
    monitoring = keys["interim"]["monitoring"] | change
    assert words in refused(interim_plan(tmp_path, monitoring=monitoring))


def test_columns_and_tables_that_are_not_there_are_named_at_once(tmp_path: Path) -> None:
    """A look must not fail one column at a time, weeks after the plan was approved."""
    found = refused(
        interim_plan(
            tmp_path,
            accrual={"date": "enrolled", "patients": 500, "start": "2019-01-01",
                     "duration": "60 months"},
            visits={"table": "images", "times": ["3 months"], "window": "30 days"},
            deviations=[{"name": "d", "label": "D", "rule": {"column": "dose", "at_least": 1}}],
            needed={"relapse": 10},
        )
    )  # fmt: skip
    for words in ("enrolled", "images", "dose", "relapse"):
        assert f"'{words}'" in found


def test_a_misspelt_key_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    """A look that silently lacks its safety limits would pass for a safe one."""
    assert "safety" in refused(interim_plan(tmp_path, saftey={}))
