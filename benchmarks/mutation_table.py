"""Counts of the mutants that a run of ``mutants.py`` stored, as docs/validation.md has them.

python benchmarks/mutation_table.py
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDERS = ("inference", "survival", "weights")
SURVIVED = ("survived", "no test runs the line", "undecided")
RESULTS = Path(__file__).parent / "results" / "mutants.json"


def table(found: Mapping[str, Any]) -> list[str]:
    """Lines of the table: mutants of each folder, of all, and of each seed."""
    cells = found["cells"]
    groups = {name: [c for c in cells if c["module"].startswith(f"{name}/")] for name in FOLDERS}
    groups["all"] = cells
    groups |= {f"seed {n}": [c for c in cells if c["seed"] == n] for n in found["study"]["seeds"]}
    lines = ["| | mutants | killed | survived | % killed |", "|---|---:|---:|---:|---:|"]
    for name, group in groups.items():
        killed = sum(cell["verdict"] not in SURVIVED for cell in group)
        share = 100 * killed / max(len(group), 1)
        lines.append(f"| {name} | {len(group)} | {killed} | {len(group) - killed} | {share:.1f} |")
    return lines


def survivors(found: Mapping[str, Any]) -> list[str]:
    """Module and line of every survivor, as the page names them."""
    alive = (cell for cell in found["cells"] if cell["verdict"] in SURVIVED)
    return [f"`{Path(cell['module']).stem}` {cell['line']}" for cell in alive]


if __name__ == "__main__":
    kept = json.loads(RESULTS.read_text(encoding="utf-8"))
    sys.stdout.write("\n".join([*table(kept), "", ", ".join(survivors(kept)), ""]))
