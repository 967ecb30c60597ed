"""``simulate``: a cohort in the form of the dictionary, and the truth behind it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spine_outcomes.commands.console import announce, progress
from spine_outcomes.commands.options import Overwrite

if TYPE_CHECKING:
    from spine_outcomes.clinical.simulator import Simulated


def simulate(
    n: Annotated[int, typer.Option(min=1, help="Patients; about 1.41 lesions each.")] = 500,
    seed: Annotated[int, typer.Option(min=0, help="Seed: the same gives the same bytes.")] = 1,
    out: Annotated[Path, typer.Option(help="Folder to write.")] = Path("reports/simulated"),
    tables: Annotated[
        bool,
        typer.Option("--tables", help="Also the long tables of images, toxicity, pain, events."),
    ] = False,
    dirty: Annotated[
        bool, typer.Option("--dirty", help="Also with planted errors, as other programs export it.")
    ] = False,
    overwrite: Overwrite = False,
) -> None:
    """Draw a cohort with known truth: cohort.csv and truth.json.

    With --tables also tables/: the images, visits and events that its columns sum up, one file each
    for --table of report and validate. With --dirty also dirty/: the cohort with planted errors in
    every form that is read, the dictionary that reads each, and planted.csv with the errors.

    The same draw replaces an earlier one in the folder; another number of patients, seed or set of
    files needs --overwrite, and then the folder holds that draw alone.
    """
    from spine_outcomes.clinical.simulated_long_tables import long_table_csvs
    from spine_outcomes.clinical.simulator import cohort_csv, truth_json
    from spine_outcomes.clinical.simulator import simulate as draw
    from spine_outcomes.commands.manifest import with_manifest
    from spine_outcomes.commands.output_folder import reserve

    also = [name for name, is_asked in (("tables", tables), ("dirty", dirty)) if is_asked]
    identity = {
        "command": "simulate",
        "number_of_patients": str(n),
        "seed": str(seed),
        "set_of_files": ", ".join(["cohort", *also]),
    }
    with progress() as step, reserve(out, identity, overwrite=overwrite) as folder:
        step(f"Drawing {n} patients")
        simulated = draw(n, seed)
        texts = {"cohort.csv": cohort_csv(simulated), "truth.json": truth_json(simulated)}
        if tables:
            step("Drawing the long tables")
            long = long_table_csvs(simulated)
            texts |= {f"tables/{name}": text for name, text in long.items()}
        files = {name: text.encode() for name, text in texts.items()}
        if dirty:
            step("Planting errors")
            files |= {f"dirty/{name}": raw for name, raw in _dirty_files(simulated, seed).items()}
        files = with_manifest(files, identity, {})
        folder.publish(files)
    for name in sorted(files):
        announce(out / name)


def _dirty_files(simulated: Simulated, seed: int) -> dict[str, bytes]:
    """The cohort with planted errors in every form, and what was planted."""
    from spine_outcomes.clinical.simulated_dirty import plant, planted_csv
    from spine_outcomes.clinical.simulated_long_tables import long_tables
    from spine_outcomes.simulation.exports import exports
    from spine_outcomes.study.load import load_dictionary
    from spine_outcomes.study.packaged import packaged_file

    dirty = plant(simulated.frame, seed)
    dictionary = load_dictionary(packaged_file("data_dictionary.yaml"))
    files = exports(dirty.frame, dictionary, seed, long_tables(simulated))
    return {"planted.csv": planted_csv(dirty).encode()} | files
