"""What stands at the top of the page and on every printed sheet."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

from spine_outcomes.analysis.results import Results

SIMULATED = "Simulated data: invented patients, not for any decision"
DRAFT = "DRAFT, not for decision"
SHORT = 12  # characters of a hash that people compare


@dataclass(frozen=True)
class Head:
    """Head of the report.

    Parameters
    ----------
    title, study
        From the plan; the study is its registration number.
    cutoff
        Data cut-off as ISO date, or None.
    warning
        Banner of every page, or None.
    version
        Of the program.
    identifier
        First characters of the hash of the results: two reports with the same one hold the same
        numbers.
    facts
        Term and value, for the lines under the title.
    stamp
        Status of the report, or None where nothing speaks against its use.
    """

    title: str
    study: str
    cutoff: str | None
    warning: str | None
    version: str
    identifier: str
    facts: tuple[tuple[str, str], ...]
    stamp: str | None = None

    @property
    def banner(self) -> str:
        """What must be seen on every page; empty where nothing must."""
        return ". ".join(part for part in (self.stamp, self.warning) if part)

    @property
    def running(self) -> str:
        """Line of the printed margin."""
        parts = [self.study, f"data cut-off {self.cutoff}" if self.cutoff else ""]
        return "  ".join(part for part in parts if part)


def head(results: Results) -> Head:
    """Head of the report of a run."""
    study, provenance = results.plan.study, results.provenance
    cutoff = results.plan.cutoff.isoformat() if results.plan.cutoff else None
    identifier = str(provenance.get("reproducibility_id", ""))[:SHORT]
    program = version("spine-outcomes")
    lock = results.plan.lock
    facts = (
        ("Study", study.id),
        ("Data cut-off", cutoff or "none"),
        ("Cohort", str(provenance.get("source", ""))),
        ("Plan", f"locked {lock.date.isoformat()}" if lock else "not locked"),
        ("Program", f"spine-outcomes {program}"),
        ("Reproducibility id", identifier),
    )
    return Head(
        title=study.title or study.id or "Comparison of two strategies",
        study=study.id,
        cutoff=cutoff,
        warning=SIMULATED if provenance.get("is_simulated") else None,
        version=program,
        identifier=identifier,
        facts=tuple((term, value) for term, value in facts if value),
        stamp=None if is_confirmed(results) else DRAFT,
    )


def is_confirmed(results: Results) -> bool:
    """Whether a second engine recomputed numbers of the run and agrees in all of them."""
    verdicts = results.quality_control["verdict"]
    return len(verdicts) > 0 and bool((verdicts == "agrees").all())
