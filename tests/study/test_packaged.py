"""The packaged study, and plans found by their name."""

from __future__ import annotations

from pathlib import Path

import pytest

from spine_outcomes.errors import InputOutputError, RefusedError
from spine_outcomes.study.load import check_plan, load_dictionary, load_plan
from spine_outcomes.study.packaged import find_plan, packaged_file, packaged_plans

ROOT = Path(__file__).parents[2]


PLANS = sorted(p.stem for p in (ROOT / "analyses").glob("*.yaml") if p.stem != "figures")


@pytest.mark.parametrize("name", PLANS)
def test_every_shipped_plan_fits_the_shipped_dictionary(name: str) -> None:
    """A shipped plan that does not load is a broken product."""
    plan = load_plan(ROOT / "analyses" / f"{name}.yaml")
    assert plan.file is not None
    check_plan(plan, load_dictionary(plan.file.dictionary))


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "tests" / "studies").glob("*/*.yaml")),
    ids=lambda p: f"{p.parent.name}/{p.stem}",
)
def test_plans_of_the_other_cohorts_fit_their_dictionaries(path: Path) -> None:
    """The engine must know nothing of the shipped study."""
    if path.stem == "dictionary":
        load_dictionary(path)
        return
    plan = load_plan(path)
    assert plan.file is not None
    check_plan(plan, load_dictionary(plan.file.dictionary))
    assert plan.file.cohort_path.is_file()


def test_a_plan_is_looked_up_beside_before_packaged(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user's own primary.yaml must not be shadowed by the packaged one."""
    monkeypatch.chdir(study)
    assert find_plan("primary") == packaged_file("analyses/primary.yaml")
    own = study / "analyses" / "primary.yaml"
    own.write_text((study / "analyses" / "plan.yaml").read_text())
    assert find_plan("primary").resolve() == own
    assert find_plan("elsewhere/primary.yaml") == Path("elsewhere/primary.yaml")


def test_a_bare_parent_is_found_among_the_packaged_plans(study: Path) -> None:
    """A user's sensitivity plan may extend the packaged primary."""
    path = study / "analyses" / "mine.yaml"
    path.write_text("schema_version: 1\nextends: primary\nseed: 7\n")
    plan = load_plan(path)
    assert plan.seed == 7
    assert "local_failure" in plan.endpoints
    assert plan.file is not None
    assert plan.file.dictionary.resolve() == packaged_file("data_dictionary.yaml").resolve()


def test_an_unknown_name_is_answered_with_the_nearest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A typo costs one look, not a search."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputOutputError, match=r"Did you mean primary\?"):
        find_plan("primray")
    assert "primary" in packaged_plans()


def test_what_is_not_packaged_is_named() -> None:
    """A broken installation says what it lacks."""
    with pytest.raises(InputOutputError, match=r"lacks its packaged nothing\.csv"):
        packaged_file("nothing.csv")


def test_a_path_with_nul_is_refused() -> None:
    """The system call behind it would fail with a traceback."""
    with pytest.raises(RefusedError, match="NUL"):
        load_plan("a\0b.yaml")
