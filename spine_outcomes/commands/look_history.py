"""What a look takes from the looks before it, as the ledger holds them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path

from spine_outcomes.analysis.look.monitoring import HeldLook
from spine_outcomes.commands.ledger import Entry, read_fingerprints


def before_it_was_made(
    known: Sequence[Entry], look: int, cutoff: str, plan_sha256: str, seed: int, data_sha256: str
) -> Sequence[Entry]:
    """Lines before a look was first made from these data: all of them, if it never was."""
    this = (look, cutoff, plan_sha256, seed, data_sha256)
    for position, own in enumerate(known):
        if (own.look, own.cutoff, own.plan_sha256, own.seed, own.data_sha256) == this:
            return known[:position]
    return known


def queries_before(known: Sequence[Entry], ledger: Path, look: int) -> Mapping[str, str] | None:
    """Open queries of the look before; None where there is none."""
    before = [own for own in known if own.look < look]
    return read_fingerprints(ledger, before[-1])["queries"] if before else None


def unblinded_before(known: Sequence[Entry], look: int) -> list[HeldLook]:
    """Unblinded looks before this one, the last line of each."""
    last = {own.look: own for own in known if own.information is not None}
    return [
        HeldLook(own.look, datetime.date.fromisoformat(own.cutoff), own.information, own.z)
        for number, own in sorted(last.items())
        if number < look and own.information is not None and own.z is not None
    ]
