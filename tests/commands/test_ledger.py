"""The ledger of looks: a chain that holds, and every way to break it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spine_outcomes.commands.ledger import (
    FIRST,
    Entry,
    append,
    fingerprint_key,
    fingerprints_file,
    outputs_hash,
    read_ledger,
)
from spine_outcomes.commands.manifest import sha256, with_manifest
from spine_outcomes.errors import DefinitionError, OutputLockedError

PRINTS = '{"queries":{},"rows":{}}'


def entry(look: int = 1, **changes: object) -> Entry:
    """A look to be entered."""
    keys: dict[str, object] = {
        "entry": 0, "look": look, "cutoff": f"202{look}-06-30", "edition": "blinded", "seed": 1,
        "plan_sha256": "p", "dictionary_sha256": "d", "data_sha256": f"data{look}",
        "folder": f"interim-{look}", "results_sha256": "r",
        "fingerprints_sha256": sha256(PRINTS.encode()), "information": None, "z": None,
        "written": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    return Entry(**{**keys, **changes})  # type: ignore[arg-type]


@pytest.fixture(name="ledger")
def ledger_fixture(tmp_path: Path) -> Path:
    """A ledger of three looks."""
    path = tmp_path / "interim-ledger.jsonl"
    for look in (1, 2, 3):
        append(path, entry(look), PRINTS, read_ledger(path))
    return path


def test_every_line_holds_the_hash_of_the_one_before(ledger: Path) -> None:
    """Without the chain a line could be changed and nobody would know."""
    first, second, third = ledger.read_text().splitlines()
    assert json.loads(first)["previous"] == FIRST
    assert json.loads(second)["previous"] == sha256(first.encode())
    assert json.loads(third)["previous"] == sha256(second.encode())
    assert [own.look for own in read_ledger(ledger)] == [1, 2, 3]


def test_a_ledger_that_is_not_there_has_no_looks(tmp_path: Path) -> None:
    """The first look starts it."""
    assert read_ledger(tmp_path / "interim-ledger.jsonl") == ()


@pytest.mark.parametrize(
    "edit",
    [
        lambda lines: [lines[0].replace("2021-06-30", "2021-07-30"), *lines[1:]],
        lambda lines: lines[1:],
        lambda lines: [lines[0], lines[2]],
        lambda lines: [lines[1], lines[0], lines[2]],
        lambda lines: [*lines, lines[2]],
        lambda lines: [lines[0], "", *lines[1:]],
        lambda lines: [lines[0].replace(": ", ":"), *lines[1:]],
        lambda lines: [*lines[:2], '{"entry": 3}'],
        lambda lines: ["look 1", *lines[1:]],
    ],
    ids=["edited", "first gone", "middle gone", "swapped", "doubled", "blank", "respaced",
         "other keys", "no JSON"],
)  # fmt: skip
def test_an_earlier_look_that_was_changed_is_refused(ledger: Path, edit: object) -> None:
    """Whoever could rewrite a look could look until it pleases."""
    lines = edit(ledger.read_text().splitlines())  # type: ignore[operator]
    ledger.write_text("".join(f"{line}\n" for line in lines))
    with pytest.raises(DefinitionError, match="E_LEDGER_EDITED") as found:
        read_ledger(ledger)
    assert found.value.exit_code == 4


def test_cutting_the_last_look_off_needs_its_fingerprints_gone_too(ledger: Path) -> None:
    """What a chain cannot show (its end) is left to copies; docs/interim.md says so."""
    lines = ledger.read_text().splitlines()
    ledger.write_text("".join(f"{line}\n" for line in lines[:2]))
    assert len(read_ledger(ledger)) == 2


def test_edited_fingerprints_are_refused(ledger: Path) -> None:
    """With other fingerprints an open query would count as closed."""
    fingerprints_file(ledger, 2).write_text(PRINTS + " ")
    with pytest.raises(DefinitionError, match=r"look-2\.json is missing or was edited"):
        read_ledger(ledger)


def test_an_edited_folder_of_an_earlier_look_is_refused(tmp_path: Path) -> None:
    """C12: a second look beside a first one whose numbers were changed afterwards."""
    path, folder = tmp_path / "interim-ledger.jsonl", tmp_path / "interim-1"
    folder.mkdir()
    files = with_manifest({"results.csv": b"id\n"}, {"command": "interim"}, {})
    for name, content in files.items():
        (folder / name).write_bytes(content)
    hashed = outputs_hash(json.loads(files["manifest.json"]))
    append(path, entry(1, results_sha256=hashed), PRINTS, ())
    assert len(read_ledger(path)) == 1
    (folder / "results.csv").write_bytes(b"id\nx\n")
    with pytest.raises(DefinitionError, match=r"results\.csv was edited"):
        read_ledger(path)


def test_a_look_made_again_is_entered_once(ledger: Path) -> None:
    """The same data, plan and seed give the same look; it is no second one."""
    known = read_ledger(ledger)
    again = append(ledger, entry(2, written="2027-01-01T00:00:00Z"), PRINTS, known)
    assert again == known[1]
    assert read_ledger(ledger) == known


def test_a_look_with_other_data_is_entered_again(ledger: Path) -> None:
    """Another extract is another look, even with the same cut-off."""
    found = append(ledger, entry(2, data_sha256="other"), PRINTS, read_ledger(ledger))
    assert (found.entry, len(read_ledger(ledger))) == (4, 4)


def test_two_looks_at_once_do_not_both_follow_the_same_line(ledger: Path) -> None:
    """The second must be compared with the first, and run again."""
    known = read_ledger(ledger)
    append(ledger, entry(4), PRINTS, known)
    with pytest.raises(OutputLockedError, match="E_LEDGER_BUSY"):
        append(ledger, entry(5), PRINTS, known)


def test_the_key_is_drawn_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    """With a known key a fingerprint could be guessed from a short list of values."""
    path = tmp_path / "interim-ledger.jsonl"
    key = fingerprint_key(path)
    assert key == fingerprint_key(path)
    assert len(key) == 64
    assert (path.with_suffix(".key").stat().st_mode & 0o077) == 0
    assert fingerprint_key(tmp_path / "other.jsonl") != key
