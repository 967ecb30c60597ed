"""Open and closed queries: what the checks ask at this look, beside what they asked before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from spine_outcomes.analysis.look.results import QUERY_COLUMNS
from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.queries import queries, summary
from spine_outcomes.cohort.read import inspect_frame
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.plan import AnalysisPlan


@dataclass(frozen=True, eq=False)
class AskedBefore:
    """How queries are recognised from one look to the next.

    Parameters
    ----------
    fingerprint
        Of the text of a query; it must not give the text away.
    open
        Rule and column of each query of the look before (``placed``), by fingerprint; None: there
        was none.
    """

    fingerprint: Callable[[str], str]
    open: Mapping[str, str] | None


@dataclass(frozen=True, eq=False)
class AskedNow:
    """The queries of a look.

    Parameters
    ----------
    frame
        ``QUERY_COLUMNS``: numbers by rule and column.
    open
        As ``AskedBefore`` for the next look.
    """

    frame: pd.DataFrame
    open: Mapping[str, str]


def asked_now(
    cohort: Cohort, plan: AnalysisPlan, before: AskedBefore, *, blinded: bool
) -> AskedNow:
    """Check the cohort as it was known, and compare with the look before.

    Parameters
    ----------
    cohort
        As known at the cut-off.
    blinded
        Whether queries about the arm, whose number may depend on it, are left out.
    """
    tables = {name: rows.frame for name, rows in cohort.long.items()}
    found = inspect_frame(cohort.frame, cohort.dictionary, source=cohort.source, tables=tables)
    asked, demands = queries(found), summary(found)
    if blinded:
        hidden = _about_the_arm(plan, cohort.dictionary)
        asked = asked[~asked["rule"].isin(hidden) & (asked["column"] != plan.arms.column)]
    named = asked[["rule", "file", "row", "column", "found"]].astype(str)
    now = {
        before.fingerprint("\x1f".join(parts)): placed(parts[0], parts[3])
        for parts in named.itertuples(index=False, name=None)
    }
    return AskedNow(_frame(now, before.open, demands), now)


def placed(rule: str, column: str) -> str:
    """A rule and the column it is broken in as one text."""
    return f"{rule}\x1f{column}"


def _about_the_arm(plan: AnalysisPlan, dictionary: DataDictionary) -> set[str]:
    """Ids of the checks that name the arm."""
    return {check.id for check in dictionary.checks if plan.arms.column in check.named}


def _frame(
    now: Mapping[str, str], before: Mapping[str, str] | None, demands: pd.DataFrame
) -> pd.DataFrame:
    """Numbers of queries by rule and column; without a look before none is new or closed."""
    known = {} if before is None else before
    is_open = Counter(now.values())
    is_new = Counter(place for key, place in now.items() if key not in known)
    is_closed = Counter(place for key, place in known.items() if key not in now)
    words = {
        placed(row["rule"], row["column"] or ""): (row["severity"], row["demand"])
        for row in demands.to_dict("records")
    }
    records = []
    for place in sorted({*is_open, *is_closed}):
        rule, _, column = place.partition("\x1f")
        severity, demand = words.get(place, ("", "no longer broken"))
        records.append(
            {
                "rule": rule,
                "column": column,
                "severity": severity,
                "demand": demand,
                "n_open": is_open[place],
                "n_new": None if before is None else is_new[place],
                "n_closed": None if before is None else is_closed[place],
            }
        )
    return pd.DataFrame(records, columns=list(QUERY_COLUMNS))
