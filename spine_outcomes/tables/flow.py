"""From the rows read to the rows analysed."""

from __future__ import annotations

from spine_outcomes.analysis.results import Results
from spine_outcomes.tables import cells
from spine_outcomes.tables.labels import labels
from spine_outcomes.tables.table import Column, Row, Table


def flow(results: Results) -> Table:
    """Each step of the selection, with what was left out and what remains."""
    name = labels(results)
    unit = results.dictionary.table.row
    rows = name.rows(unit).capitalize()
    heads = {"n_lesions": Column(rows, "Remaining"), "n_patients": Column("Patients", "Remaining")}
    heads |= {
        "excluded_lesions": Column(rows, "Left out at this step"),
        "excluded_patients": Column("Patients", "Left out at this step"),
        "n_reference": Column(name.reference, f"{rows} by arm"),
        "n_comparator": Column(name.comparator, f"{rows} by arm"),
    }
    notes = ["Steps are applied in this order, each to what the one before left."]
    if unit == "patient":  # rows are patients: counting both would say everything twice
        del heads["n_patients"], heads["excluded_patients"]
    else:
        notes.append(f"A patient is left out with the last of their {rows.lower()}.")
    return Table(
        id="flow",
        title="Selection of the rows analysed",
        stub_head="Step",
        columns=tuple(heads.values()),
        rows=tuple(
            Row(str(step["label"]), tuple(cells.count(step[key]) for key in heads))
            for _, step in results.flow.iterrows()
        ),
        notes=tuple(notes),
    )
