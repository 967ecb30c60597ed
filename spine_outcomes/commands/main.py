"""The entrance: which commands there are, and what an error means to the shell."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import NoReturn

import typer

from spine_outcomes.commands.console import say
from spine_outcomes.commands.dictionary import dictionary
from spine_outcomes.commands.diff import diff
from spine_outcomes.commands.figures import figures
from spine_outcomes.commands.interim import interim
from spine_outcomes.commands.plan import plan
from spine_outcomes.commands.qualify import qualify
from spine_outcomes.commands.report import report
from spine_outcomes.commands.simulate import simulate
from spine_outcomes.commands.validate import validate
from spine_outcomes.commands.verify import verify
from spine_outcomes.errors import Problem, SpineOutcomesError

INTERRUPTED = 130
INPUT_OUTPUT = 6
EVERYWHERE = ("--debug", "--redact")

app = typer.Typer(
    name="spine-outcomes",
    help="From a cohort table to a defensible comparison of two arms.",
    epilog="Every command also runs as python -m spine_outcomes.NAME. --debug, anywhere, adds the "
    "traceback to an error; --redact, anywhere, hides what it says of the rows of a cohort.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command()(report)
app.command()(interim)
app.command()(diff)
app.add_typer(plan)
app.add_typer(dictionary)
app.command()(figures)
app.command()(simulate)
app.command()(validate)
app.command()(verify)
app.command()(qualify)


def main(*command: str) -> NoReturn:
    """Run the command that the command line names and leave with its exit code.

    Parameters
    ----------
    command
        Words put before those of the command line: the command of a door.
    """
    words = [*command, *sys.argv[1:]]
    try:
        code = app(
            [word for word in words if word not in EVERYWHERE],
            prog_name="spine-outcomes",
            standalone_mode=False,
            obj={"redact": "--redact" in words},
        )
    except Exception as error:
        if "--debug" in words:
            say(traceback.format_exc())
        code = _explain(error, redact="--redact" in words)
    if code == INTERRUPTED:
        say("Interrupted; nothing was written.")
    sys.exit(code)


def _explain(error: Exception, *, redact: bool) -> int:
    """Say what went wrong without a traceback; give the exit code."""
    if isinstance(error, SpineOutcomesError):
        say(error.text(redact=redact))
        return error.exit_code
    if isinstance(error, typer.TyperException):
        text = error.format_message().replace("the formats '%Y-%m-%d'", "YYYY-MM-DD")
        say(str(Problem("E_USAGE", text, fix="See --help.")))
        return error.exit_code
    if isinstance(error, OSError):
        name = None if error.filename is None else str(error.filename)
        say(str(Problem("E_INPUT_OUTPUT", f"{error.strerror or error}", file=name)))
        return INPUT_OUTPUT
    if isinstance(error, MemoryError):
        say(str(Problem("E_MEMORY", "the memory of this machine does not suffice")))
        return 1
    # The text of an unforeseen exception may hold patient data: only its kind and place are shown.
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "spine_outcomes" in frame.filename][-1]
    place = f"{type(error).__name__} in {Path(own.filename).name}, line {own.lineno}"
    fix = "This is a fault of the program, not of the data; --debug shows the traceback."
    say(str(Problem("E_INTERNAL", place, fix=fix)))
    return 1
