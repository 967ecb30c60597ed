"""What reading a table found: its rows, and everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.comparison import Bools
from spine_outcomes.cohort.header import key_columns
from spine_outcomes.cohort.long_rows import LongRows
from spine_outcomes.cohort.places import Breach, Places, raise_problems
from spine_outcomes.errors import Finding, Problem
from spine_outcomes.study.dictionary import DataDictionary, LongTable


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
    unread
        Names of the file that the dictionary does not describe.
    breaches
        What is wrong with its values and rows, errors and warnings; each has some rows.
    noticed
        Rows by what was done or noticed while a column was converted, as ``Conversion`` counts.
    not_applicable
        Rows (n,) by column whose text says that the question does not arise.
    findings
        What a reader must know of the intake.
    long
        Long tables beside it as they were found, by name.
    """

    dictionary: DataDictionary
    source: str
    sha256: str | None
    frame: pd.DataFrame | None = None
    places: Places | None = None
    problems: tuple[Problem, ...] = ()
    unread: tuple[str, ...] = ()
    breaches: tuple[Breach, ...] = ()
    noticed: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    not_applicable: Mapping[str, Bools] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    long: Mapping[str, Inspection] = field(default_factory=dict)

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
        tables = {table.name: table for table in self.dictionary.tables}
        raise_problems(
            [*self._errors(), *(p for found in self.long.values() for p in found._errors())]
        )
        frame, lines = self._sorted(key_columns(self.dictionary))
        return Cohort(
            frame=frame,
            dictionary=self.dictionary,
            source=self.source,
            sha256=str(self.sha256),
            findings=(*self.findings, *(f for t in self.long.values() for f in t.findings)),
            is_simulated=self.is_simulated,
            lines=lines,
            unread=self.unread,
            long={name: found._long_rows(tables[name]) for name, found in self.long.items()},
        )

    @property
    def is_faulty(self) -> bool:
        """Whether the table itself, the long ones apart, cannot be analysed."""
        return bool(self.problems) or any(b.severity == "error" for b in self.breaches)

    def _long_rows(self, table: LongTable) -> LongRows:
        """The rows of a long table, sorted by its keys and date."""
        frame, lines = self._sorted((*key_columns(self.dictionary), table.date))
        return LongRows(table, frame, self.source, str(self.sha256), lines)

    def _sorted(self, names: tuple[str, ...]) -> tuple[pd.DataFrame, NDArray[np.int64] | None]:
        """Rows in the order of some columns, and their lines."""
        frame, places = self.frame, self.places
        assert frame is not None  # noqa: S101 - else there is a problem
        assert places is not None  # noqa: S101
        order = np.lexsort([pd.factorize(frame[name], sort=True)[0] for name in reversed(names)])
        lines = None if places.lines is None else places.lines[order]
        return frame.iloc[order].reset_index(drop=True), lines

    def _errors(self) -> Iterator[Problem]:
        """Everything wrong with the table; of values and rows, of each kind at most so many."""
        yield from self.problems
        for breach in self.breaches:
            if breach.severity == "error" and self.places is not None:
                yield from self.places.shown(breach)
