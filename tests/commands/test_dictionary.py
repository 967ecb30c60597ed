"""dictionary from-redcap: the start of a dictionary."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from spine_outcomes.study.load import load_dictionary

Command = Callable[..., subprocess.CompletedProcess[str]]
FIELDS = (
    "Variable / Field Name,Form Name,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels"\n'
    "record_id,patient,text,Record,\n"
    'sex,patient,radio,"<b>Sex</b>\nat birth","0, 女 | 1, 男"\n'
    "note,patient,text,=cmd|'/c calc'!A0,\n"
)


@pytest.fixture
def fields(study: Path) -> Path:
    """The file that a project exports."""
    path = study / "fields.csv"
    path.write_text(FIELDS, encoding="utf-8")
    return path


def test_the_draft_loads_and_its_path_is_written(fields: Path, command: Command) -> None:
    done = command("dictionary", "from-redcap", fields.name, "--out", "draft.yaml")
    assert (done.returncode, done.stdout) == (0, "draft.yaml\n"), done.stderr
    found = load_dictionary(fields.with_name("draft.yaml"))
    assert found["sex"].label == "Sex at birth"
    assert found["sex"].codes == {"0": "女", "1": "男"}
    assert found["note"].label == "=cmd|'/c calc'!A0"
    assert fields.with_name("draft.yaml").stat().st_mode & 0o077 == 0


def test_an_encoding_is_declared(fields: Path, command: Command) -> None:
    """Saved in China by a spreadsheet program, a file is of another encoding."""
    fields.write_bytes(FIELDS.encode("gb18030"))
    done = command("dictionary", "from-redcap", fields.name)
    assert done.returncode == 3
    assert "E_ENCODING" in done.stderr
    done = command("dictionary", "from-redcap", fields.name, "--encoding", "gb18030")
    assert done.returncode == 0, done.stderr
    assert load_dictionary(fields.with_name("data_dictionary.draft.yaml"))["sex"].codes


def test_nothing_is_replaced_unasked(fields: Path, command: Command) -> None:
    """A draft that somebody has completed is a week of work."""
    mine = fields.with_name("draft.yaml")
    mine.write_text("mine", encoding="utf-8")
    words = ("dictionary", "from-redcap", fields.name, "--out")
    done = command(*words, "draft.yaml")
    assert (done.returncode, mine.read_text(encoding="utf-8")) == (6, "mine")
    assert command(*words, fields.name, "--overwrite").returncode == 7
    assert fields.read_text(encoding="utf-8") == FIELDS
    fields.with_name("link.yaml").symlink_to(mine)
    assert command(*words, "link.yaml", "--overwrite").returncode == 7
    assert command(*words, "no/such/folder.yaml").returncode == 6
    assert command(*words, "draft.yaml", "--overwrite").returncode == 0
    assert mine.read_text(encoding="utf-8").startswith("# A draft")
    assert not list(fields.parent.glob(".draft*"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a,b\n1,2\n", "field_name"),
        ("", "empty"),
        ("%PDF-1.7", "PDF"),
    ],
)
def test_what_is_no_dictionary_of_a_project_is_refused(
    fields: Path, command: Command, content: str, words: str
) -> None:
    fields.write_text(content, encoding="utf-8")
    done = command("dictionary", "from-redcap", fields.name)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert words in done.stderr
    assert not fields.with_name("data_dictionary.draft.yaml").exists()


def test_a_form_that_is_not_there_is_a_fault_of_usage(fields: Path, command: Command) -> None:
    done = command("dictionary", "from-redcap", fields.name, "--row", "patent")
    assert done.returncode == 2
    assert "did you mean 'patient'" in done.stderr
