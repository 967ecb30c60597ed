"""The steps of ``diff``: two manifests, the fingerprints of two looks, two tables of results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from spine_outcomes.analysis.run_difference import ADDED, GONE, MOVED, moved_estimates
from spine_outcomes.commands.compared_folder import EDITIONS, ComparedFolder, read_folders
from spine_outcomes.commands.console import announce, tell
from spine_outcomes.commands.fingerprints import Change, changes
from spine_outcomes.commands.frame_csv import frame_csv
from spine_outcomes.commands.ledger import LEDGER, Entry, read_fingerprints, read_ledger
from spine_outcomes.commands.manifest import NAME, with_manifest
from spine_outcomes.commands.output_folder import reserve
from spine_outcomes.commands.report_run import OUTPUT_ROOT
from spine_outcomes.report.head import SHORT
from spine_outcomes.report.interim import STAMPS
from spine_outcomes.report.run_difference import Difference, difference_page
from spine_outcomes.tables.run_difference import ROW_COLUMNS

FACTS = {
    "command": "Command", "look": "Look", "cutoff": "Data cut-off", "source": "Cohort",
    "data_sha256": "Hash of the data", "plan_sha256": "Hash of the plan",
    "dictionary_sha256": "Hash of the dictionary", "seed": "Seed",
}  # fmt: skip
MOST_SAID = 20


def run_diff(
    old: Path, new: Path, out: Path | None, *, ledger: Path | None, overwrite: bool
) -> None:
    """Compare two folders, say what changed, and write it.

    What is written may be read by nobody who may not read both.
    """
    sides = read_folders(old, new)
    ledger = new.parent / LEDGER if ledger is None else ledger
    edition = max((side.edition for side in sides), key=EDITIONS.index)
    if out is None:
        out = OUTPUT_ROOT / ("diff" if edition == "open" else f"diff-{edition}")
    manifests = sides[0].manifest, sides[1].manifest
    rows = _rows(ledger, manifests)
    are_looks = all(side.is_look for side in sides)
    moved = moved_estimates(sides[0].results, sides[1].results, are_looks=are_looks)
    found = Difference(
        (sides[0].words, sides[1].words), tuple(_facts(sides)), rows, moved, sides[1].names,
        note=_kinds(sides), edition=edition if any(side.is_look for side in sides) else None,
        is_simulated=any(manifest.get("is_simulated") for manifest in manifests),
    )  # fmt: skip
    names = (sides[0].name, sides[1].name)
    files = {
        "diff.html": difference_page(names, found).encode(),
        "diff.csv": frame_csv(moved).encode(),
        "rows.csv": frame_csv(_listed(rows)).encode(),
    }
    identity = {"command": "diff", "edition": edition}
    with reserve(out, identity, (old / NAME, new / NAME), overwrite) as folder:
        written = with_manifest(files, identity, {"old": names[0], "new": names[1]})
        folder.publish(written)
    for line in _summary(found):
        tell(line)
    for name in sorted(written):
        announce(out / name)


def _kinds(sides: Sequence[ComparedFolder]) -> str | None:
    """A word of warning where the two are of different kinds."""
    if sides[0].kind == sides[1].kind:
        return None
    return (
        f"The two are of different kinds, {sides[0].kind} and {sides[1].kind}: what only one of "
        "them shows is listed as added or gone."
    )


def _facts(sides: Sequence[ComparedFolder]) -> Iterator[tuple[str, str, str]]:
    """Name, old and new value of what the runs were made of."""
    yield "Kind", sides[0].kind, sides[1].kind
    for key, name in FACTS.items():
        if any(key in side.manifest for side in sides):
            yield name, _said(key, sides[0].manifest), _said(key, sides[1].manifest)


def _said(key: str, manifest: Mapping[str, Any]) -> str:
    """A fact as people compare it: of a hash its first characters."""
    text = str(manifest.get(key, ""))
    return text[:SHORT] if key.endswith("sha256") else text


def _rows(ledger: Path, manifests: tuple[Mapping[str, Any], Mapping[str, Any]]) -> pd.DataFrame:
    """Rows added, withdrawn and changed between two looks; empty for other folders."""
    entries = [_entry(ledger, manifest) for manifest in manifests]
    if entries[0] is None or entries[1] is None:
        return pd.DataFrame(columns=list(ROW_COLUMNS))
    old, new = (read_fingerprints(ledger, entry)["rows"] for entry in entries if entry is not None)
    records = [_record(change) for change in changes(old, new)]
    return pd.DataFrame(records, columns=list(ROW_COLUMNS))


def _entry(ledger: Path, manifest: Mapping[str, Any]) -> Entry | None:
    """The line of the ledger that a look was entered with."""
    found = None
    for entry in read_ledger(ledger):
        if all(
            getattr(entry, key) == manifest.get(key)
            for key in ("look", "cutoff", "plan_sha256", "seed")
        ):
            found = entry
    return found


def _record(change: Change) -> dict[str, object]:
    """One table's change as a row."""
    return {
        "table": change.table,
        "added": change.added,
        "withdrawn": change.withdrawn,
        "changed": change.changed,
        "columns": change.columns,
    }


def _listed(rows: pd.DataFrame) -> pd.DataFrame:
    """The frame of rows with its columns as text: "age 3; stage 1"."""
    texts = ["; ".join(f"{name} {n}" for name, n in columns.items()) for columns in rows["columns"]]
    return rows.assign(columns=texts)


def _summary(found: Difference) -> Iterator[str]:
    """What changed, line by line."""
    if found.edition is not None and STAMPS[found.edition]:
        yield str(STAMPS[found.edition])
    if found.note:
        yield found.note
    for name, old, new in found.facts:
        if old != new:
            yield f"{name}: {old or 'none'} -> {new or 'none'}"
    if found.rows.empty:
        yield "Rows: not compared, as the ledger has no fingerprints of both"
    for row in _listed(found.rows).to_dict("records"):
        counts = ", ".join(f"{row[key]} {key}" for key in ("added", "withdrawn", "changed"))
        columns = f" ({row['columns']})" if row["columns"] else ""
        yield f"Rows of {found.names.of_table(row['table'])}: {counts}{columns}"
    n = found.moved["change"].value_counts()
    counts = ", ".join(f"{n.get(kind, 0)} {kind}" for kind in (MOVED, ADDED, GONE))
    yield f"Estimates: {counts}"
    moved = found.moved[found.moved["change"] == MOVED]
    for row in moved.head(MOST_SAID).to_dict("records"):
        old, new = (_number(row[key]) for key in ("old", "new"))
        change = "" if pd.isna(row["difference"]) else f" ({row['difference']:+g})"
        yield f"  {found.names.estimate(row)}: {old} -> {new}{change}"
    left = len(moved) - MOST_SAID
    if left > 0:
        yield f"  and {left} more in diff.csv"


def _number(value: float) -> str:
    """A number of one of the two; words where it has none, or hides it."""
    return "not shown" if pd.isna(value) else f"{value:g}"
