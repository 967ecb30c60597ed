"""What a reader must know, the most serious first."""

from __future__ import annotations

import pandas as pd

from spine_outcomes.analysis.results import Results
from spine_outcomes.tables import cells
from spine_outcomes.tables.labels import SECTIONS, SEVERITIES, labels, worded
from spine_outcomes.tables.table import Column, Row, Table


def findings(results: Results) -> Table:
    """Every finding of the run, as ranked by the analysis."""
    name = labels(results)
    rows = []
    for _, finding in results.findings.iterrows():
        endpoint = finding["endpoint"]
        about = [SECTIONS.get(finding["section"], worded(str(finding["section"])))]
        if isinstance(endpoint, str) and endpoint:
            about += [name.endpoint(each) for each in endpoint.split(", ")]
        severity = SEVERITIES.get(finding["severity"], worded(str(finding["severity"])))
        n = finding["n"]
        line = (
            cells.words(", ".join(about)),
            cells.words(name.message(str(finding["message"]))),
            cells.BLANK if not isinstance(n, str) and pd.isna(n) else cells.count(n),
            cells.words(finding["code"]),
        )
        rows.append(Row(severity, line))
    return Table(
        id="findings",
        title="Findings of the run, ranked",
        stub_head="Severity",
        columns=(
            Column("Where", align="left"),
            Column("What", align="left"),
            Column("Rows"),
            Column("Code", align="left"),
        ),
        rows=tuple(rows),
        notes=("Serious: may change a conclusion. Caution: weigh it. Note: bookkeeping.",),
    )
