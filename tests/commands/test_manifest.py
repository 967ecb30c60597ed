"""The manifest of a run."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from spine_outcomes.commands.clock import Laps
from spine_outcomes.commands.manifest import read_manifest, verify, with_manifest


def test_the_clock_is_the_only_thing_that_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything but one line must be the same in a rerun; with SOURCE_DATE_EPOCH that line too."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    first = with_manifest({"b": b"2", "a": b"1"}, {"command": "report"}, {"seed": 1})
    second = with_manifest({"a": b"1", "b": b"2"}, {"command": "report"}, {"seed": 1})
    assert first["manifest.json"] == second["manifest.json"]
    assert json.loads(first["manifest.json"])["written"] == "1970-01-01T00:00:00Z"
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    third = json.loads(
        with_manifest({"a": b"1", "b": b"2"}, {"command": "report"}, {"seed": 1})["manifest.json"]
    )
    assert {**third, "written": ""} == {**json.loads(first["manifest.json"]), "written": ""}


def test_the_hash_is_sha256() -> None:
    """Another program must be able to check the files; the value is that of FIPS 180 for 'abc'."""
    manifest = json.loads(with_manifest({"a": b"abc"}, {}, {})["manifest.json"])
    assert manifest["outputs"]["a"] == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


def test_not_a_number_never_enters_json() -> None:
    """NaN is no JSON: the file would be unreadable elsewhere."""
    with pytest.raises(ValueError, match="JSON"):
        with_manifest({}, {}, {"time": float("nan")})


def test_one_flipped_byte_is_found(tmp_path: Path) -> None:
    """A number edited after the run must not pass as the run's."""
    for name, content in with_manifest({"results.csv": b"0.123"}, {}, {}).items():
        (tmp_path / name).write_bytes(content)
    assert verify(tmp_path) == ()
    (tmp_path / "results.csv").write_bytes(b"0.023")
    assert [problem.code for problem in verify(tmp_path)] == ["E_MANIFEST_CHECKSUM"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"outputs": 3}'])
def test_a_damaged_manifest_verifies_nothing(tmp_path: Path, content: bytes) -> None:
    """A folder that cannot be checked must not count as checked."""
    (tmp_path / "manifest.json").write_bytes(content)
    assert verify(tmp_path)
    assert read_manifest(tmp_path).get("identity") is None


def test_a_link_is_never_an_output(tmp_path: Path) -> None:
    """A link to an equal file today is a link to another file tomorrow."""
    out = tmp_path / "out"
    out.mkdir()
    for name, content in with_manifest({"a": b"1"}, {}, {}).items():
        (out / name).write_bytes(content)
    (out / "a").rename(tmp_path / "a")
    (out / "a").symlink_to(tmp_path / "a")
    assert [problem.code for problem in verify(out)] == ["E_MANIFEST_CHECKSUM"]


def test_seconds_are_written_and_leave_with_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long each part took is not recorded, or makes a pinned run differ from its rerun."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    timed = json.loads(with_manifest({}, {}, {}, {"Weighting": 0.5})["manifest.json"])
    assert timed["seconds"] == {"Weighting": 0.5}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert "seconds" not in json.loads(with_manifest({}, {}, {}, {"a": 0.5})["manifest.json"])


def test_a_part_lasts_until_the_next_one_starts() -> None:
    """Time put down to the part after, or to none: all parts together must be the whole run."""
    shown: list[str] = []
    step = Laps(shown.append)
    start = time.perf_counter()
    step("sleeping")
    time.sleep(0.05)
    step("working")
    found = step.seconds()
    assert shown == list(found) == ["sleeping", "working"]
    rounding = 0.0005  # seconds are written to the millisecond
    assert 0.05 - rounding <= found["sleeping"] <= time.perf_counter() - start + rounding
    assert found["working"] < found["sleeping"]
