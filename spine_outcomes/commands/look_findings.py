"""What a reader must know of a look because of the looks before it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path

from spine_outcomes.commands.ledger import Entry
from spine_outcomes.errors import Finding
from spine_outcomes.study.interim import Interim


def look_findings(
    number: int,
    cutoff: datetime.date,
    interim: Interim,
    seed: int,
    plan_sha256: str,
    known: Sequence[Entry],
) -> Iterator[Finding]:
    """A look that is not planned, repeated, out of its order, or made in another way.

    Parameters
    ----------
    number, cutoff, seed, plan_sha256
        Of this look; the plan but for its seed and cut-off.
    known
        Looks of the ledger that are others than this one.
    """
    if number > len(interim.looks):
        message = f"Look {number} is not planned: the plan has {len(interim.looks)}."
        yield _finding("W_LOOK_UNPLANNED", message)
    day = cutoff.isoformat()
    again = [own for own in known if own.look == number]
    others = [own for own in again if own.cutoff != day]
    if others:
        days = ", ".join(dict.fromkeys(own.cutoff for own in others))
        yield _finding("W_LOOK_REPEATED", f"Look {number} was made before, with cut-off {days}.")
    elif again:
        message = f"Look {number} was made before with this cut-off, from other data or settings."
        yield _finding("W_LOOK_REPEATED", message)
    later = [own for own in known if own.look > number or own.cutoff > day]
    if any(own.look != number for own in later):
        own = next(own for own in later if own.look != number)
        message = f"Look {number} is out of order: look {own.look} ({own.cutoff}) came before it."
        yield _finding("W_LOOK_ORDER", message)
    early = [own for own in known if own.look < number and own.cutoff >= day]
    if early:
        message = f"The cut-off {day} is not after that of look {early[0].look}."
        yield _finding("W_LOOK_ORDER", message)
    missed = sorted(set(range(1, min(number, len(interim.looks) + 1))) - {e.look for e in known})
    if missed:
        names = ", ".join(map(str, missed))
        yield Finding("N_LOOK_MISSED", f"Looks not in the ledger: {names}.", "note", "plan")
    if known and known[-1].seed != seed:
        message = f"The look before ran with seed {known[-1].seed}, this one with {seed}."
        yield _finding("W_LOOK_SEED", message)
    if known and known[-1].plan_sha256 != plan_sha256:
        yield _finding("W_LOOK_PLAN", "The plan was changed since the look before.")


def folder_findings(folder: str, place: Path, known: Sequence[Entry]) -> Iterator[Finding]:
    """Earlier looks whose folders can no longer be read.

    Parameters
    ----------
    folder
        Name of the folder of this look.
    place
        Where the ledger lies.
    known
        Looks of the ledger that are others than this one.
    """
    for own in known:
        if own.folder == folder:
            message = (
                f"This look stands in the folder {folder}, where {_named(own)} stood: that report "
                "was replaced, and only the ledger tells of it."
            )
            yield _finding("W_LOOK_REPLACED", message)
    last = {own.folder: own for own in known if own.folder != folder}
    for own in last.values():
        if not (place / own.folder).is_dir():
            message = (
                f"The folder {own.folder} of {_named(own)} does not lie beside the ledger: whether "
                "it is still as that look left it was not checked."
            )
            yield Finding("W_LOOK_GONE", message, "caution", "plan")


def _named(own: Entry) -> str:
    """A look in words, with its line of the ledger."""
    return f"look {own.look} ({own.edition}, cut-off {own.cutoff}, line {own.entry} of the ledger)"


def _finding(code: str, message: str) -> Finding:
    return Finding(code, message, "serious", "plan")
