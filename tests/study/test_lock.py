"""A locked plan: what departs from it is named, and the lock cannot be bent."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from spine_outcomes.errors import InputOutputError, PlanError
from spine_outcomes.study.load import load_dictionary, load_plan
from spine_outcomes.study.lock import departures, lock_file, lock_plan, plan_hash
from spine_outcomes.study.variants import changed

Change = Callable[..., Path]
DAY = datetime.date(2024, 9, 6)


def test_the_rest_of_the_text_is_kept(plan_with: Change) -> None:
    """A plan is read by people: comments, order and spacing are theirs."""
    path = plan_with(
        "cluster: id", "lock: null   # when the plan was fixed\n# The patient.\ncluster: id"
    )
    before = path.read_text()
    lock = lock_plan(path, DAY)
    line = f'lock: {{hash: "{lock.hash}", date: 2024-09-06}}   # when the plan was fixed'
    assert path.read_text() == before.replace("lock: null   # when the plan was fixed", line)
    assert load_plan(path).lock == lock


@pytest.mark.parametrize(
    "written",
    [
        "",
        "lock: null\n",
        "lock:\n",
        f"lock:\n  hash: {'0' * 63}a\n  date: 2020-01-01\n",
        f"lock: {{hash: {'0' * 63}a,\n  date: 2020-01-01}}\n",
    ],
)
def test_every_form_of_the_key_is_replaced_once(plan_with: Change, written: str) -> None:
    """A lock left behind would double the key, or keep the old hash."""
    path = plan_with(add=written + "seed: 3\n")
    lock_plan(path, DAY, relock=True)  # two of the forms carry a lock of other content
    assert path.read_text().count("lock:") == 1
    plan = load_plan(path)
    assert plan.lock is not None
    assert plan.lock.date == DAY
    assert plan.seed == 3
    assert departures(plan) == ()


def test_the_hash_does_not_depend_on_writing(plan_with: Change, study: Path) -> None:
    """Comments, the order of keys, defaults spelt out and the files' names are not the plan."""
    plain = plan_hash(load_plan(plan_with()))
    spelt = plan_with(
        "cluster: id\norigin: start\n", "# order\norigin: start\ncluster: id\nseed: 20240906\n"
    )
    assert plan_hash(load_plan(spelt)) == plain
    assert plan_hash(load_plan(plan_with("cohort.csv", "cohort_2025.csv"))) == plain
    child = study / "analyses" / "child.yaml"
    child.write_text("schema_version: 1\nextends: plan\n")
    assert plan_hash(load_plan(child)) == plain
    assert plan_hash(load_plan(plan_with(add="seed: 1\n"))) != plain


def test_departures_name_each_key_with_both_values(plan_with: Change) -> None:
    """A report must say what was changed after the outcomes could be seen, not only that."""
    path = plan_with()
    lock_plan(path, DAY)
    path.write_text(
        path.read_text().replace("horizon: 12", "horizon: 6").replace("    - sex\n", "")
    )
    found = departures(load_plan(path))
    assert {finding.code for finding in found} == {"W_PLAN_DEPARTURE"}
    assert {finding.section for finding in found} == {"plan"}
    text = " ".join(finding.message for finding in found)
    assert 'estimation.horizon has changed from "12 months" to "6 months"' in text
    assert "propensity.terms has changed" in text
    assert len(found) == 2
    assert "locked on 2024-09-06" in text


def test_a_change_on_the_command_line_is_a_departure(plan_with: Change) -> None:
    """It does not stand in the file, and changes the numbers all the same."""
    path = plan_with(add="cutoff: 2024-12-31\n")
    lock_plan(path, DAY)
    (finding,) = departures(changed(load_plan(path), {"cutoff": "2025-06-30"}))
    assert 'cutoff has changed from "2024-12-31" to "2025-06-30"' in finding.message


def test_a_change_of_the_extended_plan_is_a_departure(plan_with: Change, study: Path) -> None:
    """The child's text has not changed; what runs has."""
    parent = plan_with()
    child = study / "analyses" / "child.yaml"
    child.write_text("schema_version: 1\nextends: plan\n")
    lock_plan(child, DAY)
    assert departures(load_plan(child)) == ()
    parent.write_text(parent.read_text() + "seed: 5\n")
    (finding,) = departures(load_plan(child))
    assert "seed has changed from 20240906 to 5" in finding.message


def test_a_change_of_the_dictionary_is_a_departure(
    plan_with: Change, dictionary_with: Change
) -> None:
    """A code relabelled or a permission given changes the analysis without touching the plan."""
    path = plan_with()
    lock_plan(path, DAY)
    same = load_dictionary(dictionary_with(add="# a comment\n"))
    assert departures(load_plan(path), same) == ()
    other = load_dictionary(dictionary_with("Old, b: New", "New, b: Old"))
    (finding,) = departures(load_plan(path), other)
    assert "the data dictionary has changed" in finding.message


def test_a_key_that_came_with_a_later_release_departs_once_it_is_used(plan_with: Change) -> None:
    """A new default must not mark every locked plan as departed; its use must."""
    path = plan_with()
    lock_plan(path, DAY)
    content = json.loads(lock_file(path).read_text())
    del content["plan"]["estimation"]["doubly_robust"]
    forge(path, content)
    assert departures(load_plan(path)) == ()
    (finding,) = departures(changed(load_plan(path), {"estimation.doubly_robust": True}))
    assert "estimation.doubly_robust was added: true" in finding.message


def forge(path: Path, content: dict[str, object]) -> None:
    """A lock as an earlier release would have written it: content and hash agree."""
    import hashlib

    text = json.dumps(content["plan"], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    new = hashlib.sha256(text.encode()).hexdigest()
    path.write_text(path.read_text().replace(str(content["hash"]), new))
    content["hash"] = new
    lock_file(path).write_text(json.dumps(content))


@pytest.mark.parametrize("how", ["content", "hash", "text"])
def test_an_edited_lock_is_refused(plan_with: Change, how: str) -> None:
    """Else the departure could be written into the lock."""
    path = plan_with()
    lock = lock_plan(path, DAY)
    if how == "content":
        text = lock_file(path).read_text()
        lock_file(path).write_text(text.replace('"horizon": "12 months"', '"horizon": "6 months"'))
    elif how == "hash":
        path.write_text(path.read_text().replace(lock.hash, "0" * 63 + "a"))
    else:
        lock_file(path).write_text("[]")
    with pytest.raises(PlanError, match="does not fit the hash"):
        departures(load_plan(path))


def test_a_lost_lock_file_still_tells_that_the_plan_changed(plan_with: Change) -> None:
    """The hash in the plan is enough to know that, though not what."""
    path = plan_with()
    lock_plan(path, DAY)
    lock_file(path).unlink()
    assert departures(load_plan(path)) == ()
    (finding,) = departures(changed(load_plan(path), {"seed": 1}))
    assert "its lock file is missing" in finding.message


def test_an_unlocked_plan_has_no_departures(study: Path) -> None:
    """Nothing was promised."""
    assert departures(load_plan(study / "analyses" / "plan.yaml")) == ()


def test_a_plan_that_cannot_run_is_not_locked(plan_with: Change) -> None:
    """A lock on a plan with an outcome in its propensity would have to be broken."""
    path = plan_with("    - sex\n", "    - event\n")
    before = path.read_text()
    with pytest.raises(PlanError):
        lock_plan(path, DAY)
    assert path.read_text() == before
    assert not lock_file(path).exists()


def test_a_folder_that_cannot_be_written_leaves_the_plan_alone(
    plan_with: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a lock is none: the plan's own text is written last."""
    path = plan_with()
    before = path.read_text()
    lock_file(path).mkdir()
    with pytest.raises(InputOutputError):
        lock_plan(path, DAY)
    assert path.read_text() == before
    assert sorted(p.name for p in path.parent.iterdir()) == ["plan.lock.json", "plan.yaml"]


def test_a_changed_plan_is_not_locked_anew_in_silence(plan_with: Change) -> None:
    """A second lock would wipe out what departed from the first."""
    path = plan_with()
    lock_plan(path, DAY)
    path.write_text(path.read_text() + "seed: 5\n")
    with pytest.raises(PlanError, match="has changed since it was locked"):
        lock_plan(path, DAY)
    lock_plan(path, DAY, relock=True)
    assert departures(load_plan(path)) == ()
