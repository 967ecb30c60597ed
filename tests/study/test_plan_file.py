"""Plans that extend plans, and the files that a plan may name."""

from __future__ import annotations

from pathlib import Path

import pytest

from spine_outcomes.errors import InputOutputError, PlanError, RefusedError
from spine_outcomes.study.load import load_plan
from spine_outcomes.study.plan_file import deep_merge


def child(study: Path, text: str, name: str = "child.yaml") -> Path:
    """A plan beside the study's plan."""
    path = study / "analyses" / name
    path.write_text("schema_version: 1\n" + text, encoding="utf-8")
    return path


def test_keys_replace_keys_and_mappings_merge(study: Path) -> None:
    """A replaced mapping would lose the parent's other keys; a merged list would add terms."""
    text = "extends: plan\nestimation: {horizon: 6 months}\npropensity: {terms: [sex]}\n"
    plan = load_plan(child(study, text))
    assert str(plan.estimation.horizon) == "6 months"
    assert [str(time) for time in plan.estimation.times] == ["6 months", "12 months"]
    assert [term.column for term in plan.propensity.terms] == ["sex"]  # type: ignore[union-attr]
    assert plan.file is not None
    assert [path.name for path in plan.file.chain] == ["child.yaml", "plan.yaml"]


def test_an_endpoint_can_be_dropped(study: Path) -> None:
    """A toxicity plan keeps the cohort and the propensity of the primary, not its endpoints."""
    text = (
        "extends: plan.yaml\nendpoints:\n  relapse: null\n  other:\n    label: Other\n"
        "    level: lesion\n    event: [{date: event_date}]\n    censor: {date: last_scan}\n"
    )
    assert list(load_plan(child(study, text)).endpoints) == ["other"]


def test_a_fault_names_the_file_that_holds_it(study: Path) -> None:
    """Else a fault of the parent is looked for in the child."""
    parent = study / "analyses" / "plan.yaml"
    parent.write_text(parent.read_text() + "sede: 1\n")
    with pytest.raises(PlanError) as fault:
        load_plan(child(study, "extends: plan\ncutof: 2024-12-31\n"))
    assert {(p.file, p.line) for p in fault.value.problems} == {
        ("plan.yaml", 18),
        ("child.yaml", 3),
    }


def test_a_lock_is_not_inherited(study: Path) -> None:
    """A sensitivity plan departs by design from the primary that it extends."""
    parent = study / "analyses" / "plan.yaml"
    lock = f"lock: {{hash: {'0' * 63}a, date: 2024-09-06}}\n"
    parent.write_text(parent.read_text() + lock)
    assert load_plan(parent).lock is not None
    assert load_plan(child(study, "extends: plan\n")).lock is None


def test_circles_and_long_chains_end(study: Path) -> None:
    """A circle would be read for ever."""
    child(study, "extends: b\n", "a.yaml")
    child(study, "extends: a\n", "b.yaml")
    with pytest.raises(PlanError, match="circle"):
        load_plan(study / "analyses" / "a.yaml")
    with pytest.raises(PlanError, match="circle"):
        load_plan(child(study, "extends: self\n", "self.yaml"))
    for i in range(20):
        child(study, f"extends: c{i + 1}\n", f"c{i}.yaml")
    with pytest.raises(PlanError, match="extend one another"):
        load_plan(study / "analyses" / "c0.yaml")


def test_a_missing_parent_is_named(study: Path) -> None:
    """With its nearest neighbour."""
    with pytest.raises(InputOutputError, match=r"Did you mean plan\.yaml\?"):
        load_plan(child(study, "extends: plna\n"))


@pytest.mark.parametrize("key", ["cohort", "dictionary", "extends"])
@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd.yaml",
        "../../outside.yaml",
        "../analyses/../../outside.yaml",
        "~/secret.yaml",
        "file:///etc/passwd.yaml",
        "https://example.org/plan.yaml",
        r"\\server\share\plan.yaml",
        r"..\..\outside.yaml",
        "C:/plan.yaml",
        '"a\\0b.yaml"',
    ],
)
def test_a_plan_names_no_file_outside_its_study(
    study: Path, key: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan from elsewhere must not choose which files of this machine are read."""
    monkeypatch.chdir(study)
    (study.parent / "outside.yaml").write_text("schema_version: 1\n")
    text = "extends: plan\n" if key != "extends" else ""
    with pytest.raises(RefusedError, match=f"{key}: .* lies outside the study"):
        load_plan(child(study, f"{text}{key}: {path}\n"))


def test_a_symbolic_link_does_not_lead_outside(
    study: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The name is inside, the file is not."""
    outside = tmp_path_factory.mktemp("elsewhere") / "cohort.csv"
    outside.write_text("id\n1\n")
    (study / "analyses" / "cohort.csv").symlink_to(outside)
    with pytest.raises(RefusedError, match="outside the study"):
        load_plan(study / "analyses" / "plan.yaml")


def test_files_of_the_study_are_found_from_the_plan(study: Path) -> None:
    """Wherever the command is called."""
    file = load_plan(study / "analyses" / "plan.yaml").file
    assert file is not None
    assert file.cohort_path == study / "analyses" / "cohort.csv"
    assert file.dictionary.resolve() == study / "data_dictionary.yaml"


def test_the_root_is_where_the_dictionary_is(study: Path) -> None:
    """A plan two folders down may name the study's data."""
    deep = study / "analyses" / "2024"
    deep.mkdir()
    path = deep / "plan.yaml"
    text = (study / "analyses" / "plan.yaml").read_text()
    text = text.replace("../data_dictionary", "../../data_dictionary")
    path.write_text(text.replace("cohort.csv", "../../data/cohort.csv"))
    file = load_plan(path).file
    assert file is not None
    assert file.cohort_path.resolve() == study / "data" / "cohort.csv"


def test_a_parents_files_are_found_from_the_parent(study: Path) -> None:
    """The parent wrote ``cohort.csv`` meaning a file beside itself."""
    (study / "sub").mkdir()
    path = study / "sub" / "child.yaml"
    path.write_text("schema_version: 1\nextends: ../analyses/plan.yaml\n")
    file = load_plan(path).file
    assert file is not None
    assert file.cohort_path.resolve() == study / "analyses" / "cohort.csv"


def test_lists_and_scalars_are_replaced() -> None:
    """Also where a mapping stood."""
    assert deep_merge({"a": {"b": 1}, "c": 1}, {"a": "crump", "c": {"d": 2}}) == {
        "a": "crump",
        "c": {"d": 2},
    }
