"""The output folder: whole or not at all, one run at a time, nobody else's files."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from spine_outcomes.commands.manifest import verify, with_manifest
from spine_outcomes.commands.output_folder import reserve
from spine_outcomes.errors import InputOutputError, OutputLockedError, RefusedError

IDENTITY = {"command": "report", "plan": "abc"}


def write(path: Path, text: str = "1", *, overwrite: bool = False) -> None:
    """Write a small output the way a run does."""
    files = with_manifest({"a.csv": text.encode(), "tables/b.csv": b"2"}, IDENTITY, {})
    with reserve(path, IDENTITY, overwrite=overwrite) as folder:
        folder.publish(files)


def names(folder: Path) -> list[str]:
    """Everything in a folder, hidden files too."""
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*"))


def test_what_was_published_is_there_and_nothing_else(tmp_path: Path) -> None:
    """A temporary file or a lock left behind would travel with the results."""
    write(tmp_path / "out")
    assert names(tmp_path) == [
        "out", "out/a.csv", "out/manifest.json", "out/tables", "out/tables/b.csv",
    ]  # fmt: skip
    assert verify(tmp_path / "out") == ()


def test_only_the_owner_reads_the_outputs(tmp_path: Path) -> None:
    """Results of patients readable by every account of a machine are a leak."""
    write(tmp_path / "out")
    for path in [tmp_path / "out", *(tmp_path / "out").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_an_earlier_output_of_the_same_plan_is_replaced(tmp_path: Path) -> None:
    """The rerun of a plan must not ask, and must leave no file of the run before."""
    write(tmp_path / "out", "old")
    write(tmp_path / "out", "new")
    assert (tmp_path / "out" / "a.csv").read_text() == "new"


@pytest.mark.parametrize("change", ["edited", "extra", "missing", "other plan", "no manifest"])
def test_anything_else_needs_overwrite(tmp_path: Path, change: str) -> None:
    """Files that no run of this plan wrote may be somebody's work."""
    out = tmp_path / "out"
    write(out, "old")
    if change == "edited":
        (out / "a.csv").write_text("0.05")
    elif change == "extra":
        (out / "notes.txt").write_text("mine")
    elif change == "missing":
        (out / "a.csv").unlink()
    elif change == "no manifest":
        (out / "manifest.json").unlink()
    identity = {**IDENTITY, "plan": "xyz"} if change == "other plan" else IDENTITY
    before = {name: (out / name).read_bytes() for name in names(out) if (out / name).is_file()}
    with pytest.raises(InputOutputError, match="--overwrite"), reserve(out, identity):
        pass
    assert before == {n: (out / n).read_bytes() for n in names(out) if (out / n).is_file()}
    write(out, "new", overwrite=True)
    assert verify(out) == ()


def test_a_failed_run_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    """Half of a new report over an old one is a report of nothing."""
    write(tmp_path / "out", "old")
    with pytest.raises(ZeroDivisionError), reserve(tmp_path / "out", IDENTITY):
        raise ZeroDivisionError
    assert (tmp_path / "out" / "a.csv").read_text() == "old"
    assert names(tmp_path)[0] == "out"


def test_a_full_disk_is_said_and_undone(tmp_path: Path) -> None:
    """A file that cannot be written must not cost the outputs that were there."""
    write(tmp_path / "out", "old")
    with (
        pytest.raises(InputOutputError, match="cannot be written"),
        reserve(tmp_path / "out", IDENTITY) as folder,
    ):
        folder.publish({"a.csv": b"new", "a.csv/b": b"no folder of this name can be made"})
    assert (tmp_path / "out" / "a.csv").read_text() == "old"
    assert names(tmp_path)[0] == "out"


@pytest.mark.parametrize("target", ["folder", "file", "nowhere"])
def test_a_symbolic_link_is_refused(tmp_path: Path, target: str) -> None:
    """A link put where the output goes would send patient data, or deletion, elsewhere."""
    elsewhere = tmp_path / "elsewhere"
    if target == "folder":
        elsewhere.mkdir()
    elif target == "file":
        elsewhere.write_text("x")
    (tmp_path / "out").symlink_to(elsewhere)
    with pytest.raises(RefusedError, match="symbolic link"), reserve(tmp_path / "out", IDENTITY):
        pass


def test_a_link_in_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    """The lock is emptied when taken: through a link, that would empty another file."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / ".out.lock").symlink_to(victim)
    with pytest.raises(InputOutputError), reserve(tmp_path / "out", IDENTITY):
        pass
    assert victim.read_text() == "precious"


def test_an_output_over_its_own_input_is_refused(tmp_path: Path) -> None:
    """Replacing the folder would delete the cohort."""
    (tmp_path / "data" / "raw").mkdir(parents=True)
    cohort = tmp_path / "data" / "raw" / "cohort.csv"
    cohort.write_text("x")
    with (
        pytest.raises(RefusedError, match=r"cohort\.csv"),
        reserve(tmp_path / "data", IDENTITY, (cohort,), overwrite=True),
    ):
        pass


def test_the_folder_one_works_in_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--out . --overwrite would delete everything of the analyst."""
    monkeypatch.chdir(tmp_path)
    for place in (Path(), tmp_path.parent, Path("/")):
        with pytest.raises(RefusedError), reserve(place, IDENTITY, overwrite=True):
            pass


def test_a_place_that_cannot_be_written_is_said_before_computing(tmp_path: Path) -> None:
    """An hour of bootstrap that ends in an unwritable folder is lost."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputOutputError, match="errno"), reserve(tmp_path / "file/out", IDENTITY):
        pass


def test_a_second_run_is_told_who_writes(tmp_path: Path) -> None:
    """Two runs in one folder would mix two analyses."""
    with (
        reserve(tmp_path / "out", IDENTITY),
        pytest.raises(OutputLockedError, match=f"process {os.getpid()}, since 20"),
        reserve(tmp_path / "out", IDENTITY),
    ):
        pass


HOLD = """
import sys, time
from pathlib import Path
from spine_outcomes.commands.output_folder import reserve
with reserve(Path(sys.argv[1]), {"command": "report", "plan": "abc"}) as folder:
    (folder.path.with_name(".out.new") / "half").write_text("patient")
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("swap_half_done", [False, True])
def test_a_killed_run_costs_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], swap_half_done: bool
) -> None:
    """After SIGKILL the old outputs are whole, and the next run takes over and cleans up."""
    out = tmp_path / "out"
    write(out, "old")
    with subprocess.Popen([sys.executable, "-c", HOLD, str(out)], stdout=subprocess.PIPE) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == b"held\n"
        run.send_signal(signal.SIGKILL)
    assert (out / "a.csv").read_text() == "old"
    if swap_half_done:
        out.rename(tmp_path / ".out.previous")
    with reserve(out, IDENTITY):
        assert f"killed (process {run.pid}, since" in capsys.readouterr().err
        assert (out / "a.csv").read_text() == "old"
    write(out, "new")
    assert names(tmp_path)[0] == "out"


WRITE = """
import sys
from pathlib import Path
from spine_outcomes.commands.manifest import with_manifest
from spine_outcomes.commands.output_folder import reserve
from spine_outcomes.errors import OutputLockedError
identity = {"command": "report", "plan": "abc"}
for turn in range(40):
    text = f"{sys.argv[2]} {turn}".encode()
    files = with_manifest({"a.csv": text, "b.csv": text}, identity, {})
    try:
        with reserve(Path(sys.argv[1]), identity) as folder:
            folder.publish(files)
    except OutputLockedError:
        pass
"""


def test_two_runs_at_once_leave_one_complete_run(tmp_path: Path) -> None:
    """A folder with one file of each run verifies as neither."""
    command = [sys.executable, "-c", WRITE, str(tmp_path / "out")]
    runs = [subprocess.Popen([*command, name], stderr=subprocess.PIPE) for name in "xy"]
    while any(run.poll() is None for run in runs):
        time.sleep(0.01)
    assert [run.communicate()[1] for run in runs] == [b"", b""]
    assert verify(tmp_path / "out") == ()
    assert (tmp_path / "out/a.csv").read_bytes() == (tmp_path / "out/b.csv").read_bytes()
    assert names(tmp_path)[0] == "out"
