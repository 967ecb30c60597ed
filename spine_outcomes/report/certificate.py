"""What a qualification of this installation found, as one self-contained page."""

from __future__ import annotations

from importlib.metadata import version

import pandas as pd

from spine_outcomes.report.exhibits import Exhibits
from spine_outcomes.report.gates import Gate
from spine_outcomes.report.head import Head
from spine_outcomes.report.render import laid_out
from spine_outcomes.report.sections import Section
from spine_outcomes.tables import certificate as tables


def certificate_page(frame: pd.DataFrame, installed: dict[str, str]) -> str:
    """The certificate.

    Parameters
    ----------
    frame
        Numbers beside their references, one row each, with ``verdict``.
    installed
        Version by name of what they were computed with.

    Returns
    -------
    str
        HTML; the same numbers on the same installation give the same text.
    """
    n_wrong = int((frame["verdict"] == "differs").sum())
    made = [tables.by_method(frame), tables.installation(installed)]
    sections = [Section("verdict", "Verdict", "certificate_verdict", ("by-method",))]
    if n_wrong:
        made.insert(1, tables.differing(frame))
        sections.append(Section("differing-section", "What differs", "exhibits", ("differing",)))
    sections.append(Section("installation-section", "Installation", "exhibits", ("installation",)))
    source = f"{len(frame)} numbers on public cohorts"
    return laid_out(
        _head(len(frame)),
        Exhibits({table.id: table for table in made}, {}, source, None),
        sections,
        {"numbers": len(frame), "differ": n_wrong, "installed": installed},
        gates={},
        verdict=_verdict(len(frame), n_wrong),
    )


def _head(n: int) -> Head:
    """Head of the page."""
    program = version("spine-outcomes")
    return Head(
        title="Qualification of this installation",
        study="Qualification of this installation",
        cutoff=None,
        warning=None,
        version=program,
        identifier="",
        facts=(("Program", f"spine-outcomes {program}"), ("Numbers compared", str(n))),
    )


def _verdict(n: int, n_wrong: int) -> Gate:
    """Whether this installation computes as the references do."""
    if not n_wrong:
        return Gate(True, "This installation computes as the references do.", (f"{n} agree",))
    reason = f"{n_wrong} of {n} numbers differ from their reference by more than the tolerance"
    return Gate(False, "This installation must not be used until this is explained.", (reason,))
