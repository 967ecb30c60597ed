"""The report command as a person meets it: exit codes, messages, files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest

from spine_outcomes.commands.manifest import verify
from spine_outcomes.commands.output_folder import reserve

Command = Callable[..., subprocess.CompletedProcess[str]]

FRAMES = (
    "results.csv", "curves.csv", "balance.csv", "balance_at_risk.csv", "effect_over_time.csv",
    "e_values.csv", "bias_grid.csv", "tipping_point.csv", "flow.csv", "findings.csv",
)  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def fails(done: subprocess.CompletedProcess[str], code: int, *texts: str) -> None:
    """Check an exit code and what was said; never a traceback, never a word on stdout."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    for text in texts:
        assert text in done.stderr


def test_a_run_writes_the_promised_files_and_names_them(study: Path, command: Command) -> None:
    """A file that is not there, or not named on stdout, breaks whoever builds on the command."""
    done = command("report", "plan.yaml", "--out", "out")
    assert done.returncode == 0, done.stderr
    names = contents(study / "out")
    assert {"report.html", "manifest.json", *FRAMES} <= names.keys()
    assert any(name.startswith("tables/") and name.endswith(".csv") for name in names)
    assert any(name.startswith("figures/") and name.endswith(".svg") for name in names)
    assert set(done.stdout.split()) == {f"out/{name}" for name in names}
    assert verify(study / "out") == ()
    assert "cohort" in done.stderr
    seconds = json.loads(names["manifest.json"])["seconds"]
    assert {"Weighting", "Making tables", "Drawing figures"} <= seconds.keys()
    assert all(f"{took:8.2f} s  {part}" in done.stderr for part, took in seconds.items())


def test_the_default_folder_is_named_after_the_plan(study: Path, command: Command) -> None:
    """Two plans must not write into one folder."""
    assert command("report", "plan.yaml").returncode == 0
    assert (study / "reports" / "plan" / "results.csv").is_file()


def test_a_letter_that_no_shipped_font_has_is_a_warning(study: Path, command: Command) -> None:
    """A figure with a box where the name of the endpoint should be, found by its readers."""
    plan = study / "plan.yaml"
    plan.write_text(plan.read_text().replace("label: Relapse", "label: Relapse \U0001f9ea"))
    done = command("report", "plan.yaml", "--out", "out")
    assert done.returncode == 0, done.stderr
    assert "W_GLYPH endpoints.relapse.label: the shipped fonts lack" in done.stderr
    found = pd.read_csv(study / "out" / "findings.csv")
    assert "U+1F9EA" in found.set_index("code").loc["W_GLYPH", "message"]
    assert "W_GLYPH" in (study / "out" / "report.html").read_text()


def test_rerun_gives_the_same_bytes(study: Path, command: Command) -> None:
    """Same data, plan and versions: same bytes, whatever the hash seed, threads and time zone."""
    first = command("report", "plan.yaml", "--out", "one", PYTHONHASHSEED="1", TZ="UTC",
                    SOURCE_DATE_EPOCH="0", OMP_NUM_THREADS="1")  # fmt: skip
    second = command("report", "plan.yaml", "--out", "two", PYTHONHASHSEED="2", TZ="Asia/Tokyo",
                     SOURCE_DATE_EPOCH="0", OMP_NUM_THREADS="2")  # fmt: skip
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    one, two = contents(study / "one"), contents(study / "two")
    assert one.keys() == two.keys()
    two["manifest.json"] = two["manifest.json"].replace(b"--out two", b"--out one")
    assert [name for name in one if one[name] != two[name]] == []


def test_the_order_of_rows_changes_no_number(study: Path, command: Command) -> None:
    """Rows are sorted at reading: a table exported in another order gives the same bytes."""
    command("report", "plan.yaml", "--out", "one")
    header, *rows = (study / "cohort.csv").read_text().splitlines()
    (study / "cohort.csv").write_text("\n".join([header, *rows[::-1]]) + "\n")
    command("report", "plan.yaml", "--out", "two")
    one, two = contents(study / "one"), contents(study / "two")
    with_file_hash = {
        "frames/study.json", "manifest.json", "report.html", "tables/provenance.csv",
    }  # fmt: skip
    assert {name for name in one if one[name] != two[name]} == with_file_hash
    assert (
        json.loads(one["manifest.json"])["reproducibility_id"]
        == (json.loads(two["manifest.json"])["reproducibility_id"])
    )


def test_the_public_functions_give_what_the_command_gives(study: Path, command: Command) -> None:
    """Two ways to one number must not give two numbers."""
    from spine_outcomes import load_dictionary, load_plan, read_cohort, run

    command("report", "plan.yaml", "--out", "out")
    cohort = read_cohort("cohort.csv", load_dictionary("dictionary.yaml"))
    found = run(load_plan("plan.yaml"), cohort).results
    written = pd.read_csv(study / "out" / "results.csv", float_precision="round_trip")
    assert found["id"].to_list() == written["id"].to_list()
    pd.testing.assert_series_equal(
        found["estimate"].astype(float), written["estimate"], check_exact=True
    )


def test_an_unknown_plan_is_named_with_the_nearest(study: Path, command: Command) -> None:
    """A misspelt name must not run another plan, and should cost no search."""
    (study / "analyses").mkdir()
    (study / "plan.yaml").rename(study / "analyses" / "relapse.yaml")
    fails(command("report", "relaps"), 6, "relaps", "Did you mean relapse?")


def test_a_typo_in_a_key_is_refused(study: Path, command: Command) -> None:
    """A key that is silently ignored is a plan that is silently not followed."""
    plan = study / "plan.yaml"
    plan.write_text(plan.read_text().replace("horizon:", "horizn:"))
    fails(command("report", "plan.yaml"), 4, "plan.yaml", "horizn", "horizon")
    assert not (study / "reports").exists()


def test_a_covariate_that_does_not_exist_is_refused(study: Path, command: Command) -> None:
    """A model without the covariate one meant is another model."""
    plan = study / "plan.yaml"
    plan.write_text(plan.read_text().replace("[age, stage]", "[agee, stage]"))
    fails(command("report", "plan.yaml"), 4, "agee", "age")


@pytest.mark.parametrize("column", ["time", "arm", "id"])
def test_outcome_arm_and_identifier_are_no_covariates(
    study: Path, command: Command, column: str
) -> None:
    """A propensity that knows the outcome makes every estimate meaningless."""
    plan = study / "plan.yaml"
    plan.write_text(plan.read_text().replace("[age, stage]", f"[age, {column}]"))
    fails(command("report", "plan.yaml"), 4, column)


def test_a_missing_cohort_is_an_input_error(study: Path, command: Command) -> None:
    """The path and a near name tell where to look."""
    fails(command("report", "plan.yaml", "--cohort", "cohrt.csv"), 6, "cohrt.csv", "cohort.csv")


@pytest.mark.parametrize(("column", "written"), [("age", "aeg"), ("status", "state")])
def test_a_wrong_column_name_is_named(
    study: Path, command: Command, column: str, written: str
) -> None:
    """A column that is not found must not be taken as missing everywhere."""
    cohort = study / "cohort.csv"
    cohort.write_text(cohort.read_text().replace(column, written, 1))
    fails(command("report", "plan.yaml"), 3, "cohort.csv", f"column {column}")


def test_every_wrong_cell_is_named_at_once(study: Path, command: Command) -> None:
    """One error at a time would cost a run each."""
    lines = (study / "cohort.csv").read_text().splitlines()
    lines[3] = "P002,a,-4,1,3,1"
    lines[7] = "P006,c,50,1,3,1"
    (study / "cohort.csv").write_text("\n".join(lines) + "\n")
    fails(command("report", "plan.yaml"), 3, "line 4", "-4", "line 8", "'c'")
    assert not (study / "reports" / "plan").exists()


def test_a_plan_that_reaches_outside_its_study_is_refused(study: Path, command: Command) -> None:
    """A plan from somebody else must not choose which files of this machine are read."""
    plan = study / "plan.yaml"
    text = plan.read_text()
    for path in ("/etc/passwd", "../../../etc/passwd", "~/cohort.csv"):
        plan.write_text(text.replace("cohort: cohort.csv", f"cohort: {path}"))
        fails(command("report", "plan.yaml"), 7, "plan.yaml", path)


def test_a_required_result_that_cannot_be_estimated_stops_the_run(
    study: Path, command: Command
) -> None:
    """Nothing is written for a plan whose main result is not there; the reason is said."""
    plan = study / "plan.yaml"
    required = "required: [{endpoint: relapse, measure: risk_difference, time: 60 months}]\n"
    text = plan.read_text().replace("12 months]", "60 months]")
    plan.write_text(text + required)
    fails(command("report", "plan.yaml"), 5, "risk_difference of relapse at 60 months")
    assert not (study / "reports" / "plan").exists()


def test_strict_stops_at_a_warning(study: Path, command: Command) -> None:
    """A pipeline that allows no warning must not find a report."""
    lines = (study / "cohort.csv").read_text().splitlines()
    lines[1] = "P000,a,,1,3,1"
    (study / "cohort.csv").write_text("\n".join(lines) + "\n")
    assert command("report", "plan.yaml", "--out", "lenient").returncode == 0
    fails(command("report", "plan.yaml", "--strict", "--out", "strict"), 5, "E_STRICT", "W_")
    assert not (study / "strict").exists()


def test_a_symbolic_link_as_output_is_refused(study: Path, command: Command) -> None:
    """Through a link the run would replace something else."""
    (study / "elsewhere").mkdir()
    (study / "out").symlink_to(study / "elsewhere")
    fails(command("report", "plan.yaml", "--out", "out"), 7, "symbolic link")


def test_an_output_over_the_cohort_is_refused(study: Path, command: Command) -> None:
    """The folder is replaced as a whole: the cohort in it would be gone."""
    fails(command("report", "plan.yaml", "--out", study, "--overwrite"), 7, "E_OUTPUT")
    assert (study / "cohort.csv").is_file()


def test_an_unwritable_output_is_said_before_computing(study: Path, command: Command) -> None:
    """Not after an hour of work."""
    done = command("report", "plan.yaml", "--out", "cohort.csv/out")
    fails(done, 6, "E_OUTPUT_UNWRITABLE", "errno")
    assert "Estimating" not in done.stderr


def test_a_locked_output_is_left_to_its_run(study: Path, command: Command) -> None:
    """The second run names the first and does nothing."""
    with reserve(study / "out", {"command": "report"}):
        done = command("report", "plan.yaml", "--out", "out")
    fails(done, 8, f"process {os.getpid()}", "since")


def test_somebody_elses_folder_needs_overwrite(study: Path, command: Command) -> None:
    """Notes kept beside results must not vanish."""
    (study / "out").mkdir()
    (study / "out" / "notes.txt").write_text("mine")
    fails(command("report", "plan.yaml", "--out", "out"), 6, "--overwrite")
    assert command("report", "plan.yaml", "--out", "out", "--overwrite").returncode == 0
    assert command("report", "plan.yaml", "--out", "out").returncode == 0


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--formats", "odt"], "none of html, docx, pdf"),
        (["--seed", "-1"], "--seed"),
        (["--jobs", "0"], "--jobs"),
        (["--cutoff", "31.12.2024"], "YYYY-MM-DD"),
        (["--backend", "threads"], "--backend"),
        pytest.param(
            ["--backend", "ray"],
            "needs the package ray",
            marks=pytest.mark.skipif(find_spec("ray") is not None, reason="Ray is installed"),
        ),
        (["--sed", "3"], "--seed"),
        (["plan.yaml", "another.yaml"], "another.yaml"),
    ],
)
def test_a_wrong_option_is_a_usage_error(command: Command, words: list[str], text: str) -> None:
    """Exit 2 with the option's name; nothing runs."""
    fails(command("report", *words), 2, text)


@pytest.mark.parametrize("in_plan", [False, True])
def test_the_report_is_written_in_every_format_asked_for(
    study: Path, command: Command, in_plan: bool
) -> None:
    """A Word file that was asked for and silently does not come is a report that was not made."""
    words = ["--formats", "docx,tex"]
    if in_plan:
        plan = study / "plan.yaml"
        text = plan.read_text().replace("min_cell: 0", "min_cell: 0, formats: [docx, tex]")
        plan.write_text(text)
        words = []
    done = command("report", "plan.yaml", *words, "--out", "out")
    assert done.returncode == 0, done.stderr
    made = contents(study / "out")
    assert made["report.docx"].startswith(b"PK")
    assert b"\\toprule" in made["tables/key-results.tex"]
    assert {"report.html", "report.pdf"}.isdisjoint(made)
    assert command("verify", "out").returncode == 0


def test_options_of_the_command_are_departures_from_the_plan(study: Path, command: Command) -> None:
    """What ran must be what the report says: a value given by hand is listed."""
    done = command("report", "plan.yaml", "--seed", "7", "--min-cell", "3", "--out", "out")
    assert done.returncode == 0, done.stderr
    findings = pd.read_csv(study / "out" / "findings.csv")
    messages = " ".join(findings.loc[findings["code"] == "N_COMMAND_OPTION", "message"])
    assert "seed is 7" in messages
    assert "report.min_cell is 3" in messages
    assert json.loads((study / "out" / "manifest.json").read_text())["seed"] == 7


def test_nothing_of_the_machine_is_written(study: Path, command: Command) -> None:
    """A folder or a user's name in a report that is e-mailed tells who made it and where."""
    assert command("report", study / "plan.yaml", "--out", study / "out").returncode == 0
    for name, content in contents(study / "out").items():
        assert str(study).encode() not in content, name
        assert os.uname().nodename.encode() not in content, name


def test_an_empty_environment_is_enough(study: Path) -> None:
    """A scheduler gives no home and no writable cache: that is no reason to fail."""
    words = [sys.executable, "-m", "spine_outcomes.report", "plan.yaml", "--out", "out"]
    environment = {"MPLCONFIGDIR": str(study / "cohort.csv" / "no folder")}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert verify(study / "out") == ()


def test_no_identifier_leaves(study: Path, command: Command) -> None:
    """The canary: identifiers marked in the cohort must be in no output and no message."""
    cohort = study / "cohort.csv"
    cohort.write_text(cohort.read_text().replace("P0", "CANARY0").replace("P1", "CANARY1"))
    done = command("report", "plan.yaml", "--out", "out")
    assert done.returncode == 0, done.stderr
    assert "CANARY" not in done.stdout + done.stderr
    assert not [name for name, content in contents(study / "out").items() if b"CANARY" in content]


def test_an_interrupted_run_leaves_nothing(study: Path) -> None:
    """Ctrl-C: one line, exit 130, no half-written folder."""
    words = [sys.executable, "-m", "spine_outcomes.report", "plan.yaml", "--out", "out"]
    # The job of a shell in the background ignores the signal, and so would its children.
    with subprocess.Popen(
        words,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as run:
        assert run.stderr is not None
        while "Estimating" not in run.stderr.readline():
            assert run.poll() is None
        run.send_signal(2)
        said = run.stderr.read()
    assert (run.returncode, said.strip()) == (130, "Interrupted; nothing was written.")
    assert sorted(path.name for path in study.iterdir()) == [
        "cohort.csv", "dictionary.yaml", "plan.yaml",
    ]  # fmt: skip


def test_a_closed_pipe_is_no_error(study: Path) -> None:
    """``report | head -1`` must end quietly."""
    words = [sys.executable, "-m", "spine_outcomes.report", "plan.yaml", "--out", "out"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        said = run.stderr.read()
    assert run.returncode == 0, said
    assert "Error" not in said
    assert verify(study / "out") == ()


@pytest.mark.parametrize(
    "words", [[], ["report"], ["interim"], ["diff"], ["simulate"], ["plan", "lock"], ["verify"]]
)
def test_help_is_fast(command: Command, words: list[str]) -> None:
    """Half a second is what one waits without noticing; the bound here allows a slow machine."""
    best = 60.0
    for _ in range(3):
        start = time.perf_counter()
        done = command(*words, "--help")
        best = min(best, time.perf_counter() - start)
        assert done.returncode == 0
        assert "Usage" in done.stdout
    assert best < 1.5


@pytest.mark.parametrize("name", ["report", "interim", "diff", "simulate", "plan", "verify"])
def test_every_command_has_a_door(name: str) -> None:
    """python -m spine_outcomes.NAME is spine-outcomes NAME."""
    words = [sys.executable, "-m", f"spine_outcomes.{name}", "--help"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert f"spine-outcomes {name}" in done.stdout
    assert done.stderr == ""
