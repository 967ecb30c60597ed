"""A command run inside the test's own process: as a person runs it, without the start of Python."""

from __future__ import annotations

import contextlib
import io
import sys
from dataclasses import dataclass

from spine_outcomes.commands.main import main


@dataclass(frozen=True)
class Told:
    """What a command left: its exit code, what it said to a person, and the paths it wrote."""

    code: int
    text: str
    paths: str

    @property
    def lines(self) -> list[str]:
        """What was said, line by line."""
        return self.text.splitlines()


def told(*words: object) -> Told:
    """Run ``spine-outcomes`` with these words."""
    before, out, err = sys.argv, io.StringIO(), io.StringIO()
    sys.argv = ["spine-outcomes", *map(str, words)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 0
    finally:
        sys.argv = before
    return Told(code, err.getvalue(), out.getvalue())
