"""``plan``: what was decided, held fast before the outcomes are seen."""

from __future__ import annotations

from typing import Annotated

import typer

plan = typer.Typer(name="plan", help="Hold an analysis plan fast.", no_args_is_help=True)


@plan.callback()
def _plan() -> None:
    """Keep ``lock`` a word of its own, also while it is the only one."""


@plan.command()
def lock(
    name: Annotated[str, typer.Argument(metavar="PLAN", help="A plan file or name.")] = "primary",
) -> None:
    """Write the plan's hash and today's date into the plan: later departures are reported."""
