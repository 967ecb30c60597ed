"""``simulate``: a cohort in the form of the dictionary, and the truth behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spine_outcomes.commands.console import announce, progress


def simulate(
    n: Annotated[int, typer.Option(min=1, help="Patients; about 1.41 lesions each.")] = 500,
    seed: Annotated[int, typer.Option(min=0, help="Seed: the same gives the same bytes.")] = 1,
    out: Annotated[Path, typer.Option(help="Folder to write.")] = Path("reports/simulated"),
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace whatever the folder holds.")
    ] = False,
) -> None:
    """Draw a cohort with known truth: cohort.csv and truth.json."""
    from spine_outcomes.clinical.simulator import cohort_csv, truth_json
    from spine_outcomes.clinical.simulator import simulate as draw
    from spine_outcomes.commands.manifest import with_manifest
    from spine_outcomes.commands.output_folder import reserve

    identity = {"command": "simulate"}
    with progress() as step, reserve(out, identity, overwrite=overwrite) as folder:
        step(f"Drawing {n} patients")
        simulated = draw(n, seed)
        texts = {"cohort.csv": cohort_csv(simulated), "truth.json": truth_json(simulated)}
        files = {name: text.encode() for name, text in texts.items()}
        folder.publish(with_manifest(files, identity, {"n": n, "seed": seed}))
    for name in sorted((*files, "manifest.json")):
        announce(out / name)
