"""Which sheet of a workbook is the cohort: the one declared, or the only one with content."""

from __future__ import annotations

from collections.abc import Sequence

from spine_outcomes.cohort.workbook_structure import Sheet
from spine_outcomes.errors import CohortError, Finding, Problem, quoted
from spine_outcomes.study.key_path import nearest


def choose_sheet(
    sheets: Sequence[Sheet], declared: str | None, file: str
) -> tuple[Sheet, tuple[Finding, ...]]:
    """Choose a sheet; hidden ones that hold something are never chosen in silence.

    Raises
    ------
    CohortError
        If the sheet declared does not exist, or none is declared and not exactly one visible sheet
        holds something.
    """
    if declared is not None:
        return _declared(sheets, declared, file), ()
    filled = [sheet for sheet in sheets if sheet.has_data]
    visible = [sheet for sheet in filled if not sheet.is_hidden]
    if len(visible) != 1:
        names = ", ".join(quoted(sheet.name) for sheet in visible or filled)
        message = f"{len(visible)} visible sheets hold something: {names or 'none'}"
        fix = "Name the sheet of the cohort in the dictionary: `table: {sheet: …}`."
        raise CohortError(Problem("E_SHEET", message, file=file, fix=fix))
    hidden = len(filled) - 1
    if not hidden:
        return visible[0], ()
    message = f"The workbook holds {hidden} hidden sheets with content, which are not read."
    return visible[0], (Finding("W_HIDDEN_SHEET", message, section="cohort", n=hidden),)


def _declared(sheets: Sequence[Sheet], name: str, file: str) -> Sheet:
    """Return the sheet of this name."""
    for sheet in sheets:
        if sheet.name == name:
            return sheet
    close = nearest(name, [sheet.name for sheet in sheets])
    hint = f"; did you mean {close!r}?" if close else ""
    message = f"no sheet {name!r} in the workbook{hint}"
    raise CohortError(Problem("E_SHEET", message, file=file))
