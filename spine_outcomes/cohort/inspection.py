"""What reading a table found: its rows, and everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import Bools
from spine_outcomes.cohort.header import key_columns
from spine_outcomes.cohort.places import Breach, Places, raise_problems
from spine_outcomes.errors import Finding, Problem
from spine_outcomes.study.dictionary import DataDictionary


@dataclass(frozen=True, eq=False)
class Inspection:
    """A cohort table as it was found.

    Parameters
    ----------
    dictionary
        What each column should be.
    source
        Name of the file, without its folder.
    sha256
        Hash of the file's bytes; None where they were not read.
    frame : DataFrame, shape (n, columns of the dictionary that are present), or None
        In the order of the file, typed as ``Cohort`` says; a text that is no value is missing.
        None where shape or names hide the values.
    places
        Where its rows stand.
    problems
        What is wrong with the file, its shape or its names.
    breaches
        What is wrong with its values and rows, errors and warnings; each has some rows.
    noticed
        Rows by what was done or noticed while a column was converted, as ``Conversion`` counts.
    not_applicable
        Rows (n,) by column whose text says that the question does not arise.
    findings
        What a reader must know of the intake.
    """

    dictionary: DataDictionary
    source: str
    sha256: str | None
    frame: pd.DataFrame | None = None
    places: Places | None = None
    problems: tuple[Problem, ...] = ()
    breaches: tuple[Breach, ...] = ()
    noticed: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    not_applicable: Mapping[str, Bools] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def is_simulated(self) -> bool:
        """Whether some row says that it is simulated."""
        mark = self.dictionary.table.simulated
        if mark is None or self.frame is None or mark.column not in self.frame:
            return False
        return bool((self.frame[mark.column].astype("string") == mark.equals).any())

    def cohort(self) -> Cohort:
        """The rows, sorted by (patient, lesion).

        Raises
        ------
        CohortError
            If anything is wrong, naming it all, of each kind at most so many.
        """
        raise_problems([*self.problems, *self._shown_errors()])
        frame, places = self.frame, self.places
        assert frame is not None  # noqa: S101 - else there is a problem
        assert places is not None  # noqa: S101
        keys = key_columns(self.dictionary)
        order = np.lexsort([pd.factorize(frame[key], sort=True)[0] for key in reversed(keys)])
        return Cohort(
            frame=frame.iloc[order].reset_index(drop=True),
            dictionary=self.dictionary,
            source=self.source,
            sha256=str(self.sha256),
            findings=self.findings,
            is_simulated=self.is_simulated,
            lines=None if places.lines is None else places.lines[order],
        )

    def _shown_errors(self) -> Iterator[Problem]:
        """Errors of values and rows, of each kind at most so many."""
        for breach in self.breaches:
            if breach.severity == "error" and self.places is not None:
                yield from self.places.shown(breach)
