"""A validated cohort table."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from spine_outcomes.errors import Finding
from spine_outcomes.study.dictionary import DataDictionary


@dataclass(frozen=True, eq=False)
class Cohort:
    """Rows that fit their dictionary, sorted by (patient, lesion).

    Parameters
    ----------
    frame : DataFrame, shape (n, columns of the dictionary that are present)
        Index 0…n−1. Types by the dictionary: ``string`` → ``string``; ``integer`` and ``float`` →
        ``float64`` with NaN; ``category`` → ``Categorical`` over all codes (as strings, in the
        dictionary's order); ``boolean`` → ``boolean``; ``date`` → ``datetime64[ns]``.
    dictionary
        What each column is.
    source
        Name of the file, without its folder.
    sha256
        Hash of the file's bytes.
    findings
        What a reader must know about the intake.
    is_simulated
        Whether the rows are simulated; said on every page.
    """

    frame: pd.DataFrame
    dictionary: DataDictionary
    source: str
    sha256: str
    findings: tuple[Finding, ...] = ()
    is_simulated: bool = False
