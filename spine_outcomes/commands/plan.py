"""``plan``: what was decided, held fast before the outcomes are seen."""

from __future__ import annotations

from typing import Annotated

import typer

from spine_outcomes.commands.console import announce

plan = typer.Typer(name="plan", help="Hold an analysis plan fast.", no_args_is_help=True)


@plan.callback()
def _plan() -> None:
    """Keep ``lock`` a word of its own, also while it is the only one."""


@plan.command()
def lock(
    name: Annotated[str, typer.Argument(metavar="PLAN", help="A plan file or name.")] = "primary",
    relock: Annotated[
        bool, typer.Option("--relock", help="Lock a plan that has changed since its lock anew.")
    ] = False,
) -> None:
    """Write the plan's hash and today's date into the plan, and its content beside it.

    A report of the plan lists from then on every key that has changed.
    """
    import datetime

    from spine_outcomes.commands import clock
    from spine_outcomes.study.lock import lock_file, lock_plan
    from spine_outcomes.study.packaged import find_plan

    path = find_plan(name)
    lock_plan(path, datetime.date.fromisoformat(clock.now()[:10]), relock=relock)
    announce(path)
    announce(lock_file(path))
