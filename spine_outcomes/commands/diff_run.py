"""The steps of ``diff``: two manifests, the fingerprints of two looks, two tables of results."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from spine_outcomes.analysis.run_difference import ADDED, GONE, MOVED, moved_estimates
from spine_outcomes.cohort.source_file import read_source
from spine_outcomes.commands.console import announce, tell
from spine_outcomes.commands.fingerprints import Change, changes
from spine_outcomes.commands.frame_csv import frame_csv
from spine_outcomes.commands.ledger import LEDGER, Entry, read_fingerprints, read_ledger
from spine_outcomes.commands.manifest import NAME, read_manifest, verify, with_manifest
from spine_outcomes.commands.output_folder import reserve
from spine_outcomes.errors import CohortError, Problem
from spine_outcomes.report.head import SHORT
from spine_outcomes.report.run_difference import difference_page
from spine_outcomes.tables.run_difference import ROW_COLUMNS, estimate_name

FACTS = ("command", "look", "cutoff", "source", "data_sha256", "plan_sha256", "dictionary_sha256",
         "seed")  # fmt: skip
MOST_SAID = 20


def run_diff(old: Path, new: Path, out: Path, *, ledger: Path | None, overwrite: bool) -> None:
    """Compare two folders, say what changed, and write it."""
    manifests = _manifest(old), _manifest(new)
    before, after = (_results(folder) for folder in (old, new))
    ledger = new.parent / LEDGER if ledger is None else ledger
    rows = _rows(ledger, manifests)
    are_looks = all("look" in manifest for manifest in manifests)
    moved = moved_estimates(before, after, are_looks=are_looks)
    facts = _facts(manifests)
    names = (old.resolve().name, new.resolve().name)
    is_simulated = any(manifest.get("is_simulated") for manifest in manifests)
    page = difference_page(names, facts, rows, moved, is_simulated=is_simulated)
    files = {
        "diff.html": page.encode(),
        "diff.csv": frame_csv(moved).encode(),
        "rows.csv": frame_csv(_listed(rows)).encode(),
    }
    identity = {"command": "diff"}
    inputs = (old / NAME, new / NAME)
    with reserve(out, identity, inputs, overwrite) as folder:
        written = with_manifest(files, identity, {"old": names[0], "new": names[1]})
        folder.publish(written)
    for line in _summary(facts, rows, moved):
        tell(line)
    for name in sorted(written):
        announce(out / name)


def _manifest(folder: Path) -> dict[str, Any]:
    """Manifest of a folder that is as its run wrote it.

    Raises
    ------
    CohortError
        If a file was edited, added or removed after the run.
    """
    problems = verify(folder)
    if problems:
        here = Problem("E_NOT_AS_WRITTEN", "the folder is not as a run wrote it", file=folder.name)
        raise CohortError(here, *problems)
    return read_manifest(folder)


def _results(folder: Path) -> pd.DataFrame:
    """The results table of a folder, as text."""
    file = folder / "results.csv"
    if not file.is_file():
        message = "the folder has no results.csv: only reports and looks can be compared"
        raise CohortError(Problem("E_NO_RESULTS", message, file=folder.name))
    text = io.BytesIO(read_source(file).raw)
    return pd.read_csv(text, dtype=str, keep_default_na=False)


def _facts(manifests: tuple[Mapping[str, Any], Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """Name, old and new value of what the runs were made of."""
    return [
        (key, _said(key, manifests[0]), _said(key, manifests[1]))
        for key in FACTS
        if any(key in manifest for manifest in manifests)
    ]


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


def _summary(
    facts: list[tuple[str, str, str]], rows: pd.DataFrame, moved: pd.DataFrame
) -> Iterator[str]:
    """What changed, line by line."""
    for name, old, new in facts:
        if old != new:
            yield f"{name}: {old or 'none'} -> {new or 'none'}"
    if rows.empty:
        yield "rows: not compared, as the ledger has no fingerprints of both"
    for row in _listed(rows).to_dict("records"):
        table = row["table"] or "cohort"
        counts = ", ".join(f"{row[key]} {key}" for key in ("added", "withdrawn", "changed"))
        yield f"rows of {table}: {counts}" + (f" ({row['columns']})" if row["columns"] else "")
    n = moved["change"].value_counts()
    counts = ", ".join(f"{n.get(kind, 0)} {kind}" for kind in (MOVED, ADDED, GONE))
    yield f"estimates: {counts}"
    for row in moved[moved["change"] == MOVED].head(MOST_SAID).to_dict("records"):
        yield f"  {estimate_name(row)}: {row['old']:g} -> {row['new']:g} ({row['difference']:+g})"
    left = int(n.get(MOVED, 0)) - MOST_SAID
    if left > 0:
        yield f"  and {left} more in diff.csv"
