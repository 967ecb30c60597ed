"""Every figure of a report at the width of every journal: nothing overlaps, nothing is cut off."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.figures.journals import journals, sheet_of
from spine_outcomes.figures.sheets import accrual_sheet, boundary_sheet, convergence_sheet
from spine_outcomes.figures.style import REPORT, Sheet
from spine_outcomes.figures.typeface import texts
from spine_outcomes.figures.wording import reword
from spine_outcomes.report.picture import Picture
from spine_outcomes.report.pictures import pictures
from spine_outcomes.tables.numbers import in_theme
from spine_outcomes.tables.theme import themes
from tests.figures.extents import faults
from tests.report.further import further_results

SHEETS = {
    (name, columns): sheet_of(journal, columns)
    for name, journal in journals().items()
    if name not in ("ijrobp", "radiotherapy_and_oncology", "advances_in_radiation_oncology",
                    "practical_radiation_oncology")
    for columns in journal.columns
}  # fmt: skip
TIGHT = (("elsevier", "single"), ("lancet_oncology", "single"), ("jco", "single"))
CASES = [
    pytest.param(*key, marks=[] if key in TIGHT else [pytest.mark.slow], id="-".join(key))
    for key in SHEETS
]
LONG = "Extended delineation with a margin of two vertebral levels"


def drawn(sheet: Sheet) -> tuple[Picture, ...]:
    """Every figure of invented results with sensitivity analyses and subgroups."""
    return pictures(further_results(), sheet)


@pytest.mark.parametrize(("name", "columns"), CASES)
def test_no_text_overlaps_or_is_cut_at_the_width_of_a_journal(name: str, columns: str) -> None:
    """Two names over each other name nothing; a label that is cut at the edge is lost in print."""
    sheet, journal = SHEETS[name, columns], journals()[name]
    words = partial(in_theme, theme=themes()[journal.theme])
    found = {}
    for picture in drawn(sheet):
        reword(picture.figure, sheet, words)
        found[picture.id] = faults(picture.figure, sheet)
        assert picture.figure.get_figwidth() == pytest.approx(sheet.width)
        sizes = [float(text.get_fontsize()) for text in texts(picture.figure)]
        assert min(sizes) >= journal.type.least
    assert {key: fault for key, fault in found.items() if fault} == {}


def test_no_text_overlaps_or_is_cut_in_the_report() -> None:
    """The page shows the figures at the width at which they are drawn."""
    found = {picture.id: faults(picture.figure, REPORT) for picture in drawn(REPORT)}
    assert {key: fault for key, fault in found.items() if fault} == {}


@pytest.mark.parametrize("columns", ["single", "double"])
def test_long_names_of_arms_and_columns_fold(columns: str) -> None:
    """Labels come from the user's dictionary: they are as long as they are."""
    results = further_results()
    column = results.plan.arms.column
    arms = [
        each.model_copy(update={"codes": {"narrow": f"{LONG}, narrow", "wide": f"{LONG}, wide"}})
        if each.name == column
        else each.model_copy(update={"label": f"{each.label} as the referring hospital wrote it"})
        for each in results.dictionary.columns
    ]
    dictionary = results.dictionary.model_copy(update={"columns": tuple(arms)})
    sheet = SHEETS["elsevier", columns]
    object.__setattr__(results, "dictionary", dictionary)
    found = {picture.id: faults(picture.figure, sheet) for picture in pictures(results, sheet)}
    assert {key: fault for key, fault in found.items() if fault} == {}


@pytest.mark.parametrize("sheet", [SHEETS["lancet_oncology", "single"], REPORT], ids=["75", "193"])
def test_interim_figures_and_chains_fit_too(sheet: Sheet) -> None:
    """Figures that these results do not have."""
    months = np.arange(25.0)
    fan = pd.DataFrame({"time": [24.0, 42.0], "n": [270.0, 470.0]})
    accrual = pd.concat(
        [
            pd.DataFrame({"kind": "enrolled", "time": months, "n": 11 * months}),
            pd.DataFrame({"kind": "planned", "time": [0.0, 36.0], "n": [0.0, 500.0]}),
            *(
                fan.assign(
                    kind="predicted", level=level, lower=fan["n"] - [0, w], upper=fan["n"] + [0, w]
                )
                for level, w in ((0.5, 12), (0.8, 25), (0.95, 40))
            ),
        ]
    )
    looks = pd.DataFrame(
        {
            "look": [1, 2, 3, 4],
            "information": [0.25, 0.5, 0.75, 1.0],
            "value": [-1.1, -1.9, np.nan, np.nan],
            "upper": [4.33, 2.96, 2.36, 2.01],
            "lower": [-4.33, -2.96, -2.36, -2.01],
        }
    )
    chains = pd.DataFrame(
        {"column": "a", "imputation": 1, "iteration": [1, 2, 3], "mean": [1.0] * 3}
    )
    columns = [(name, f"{LONG}, {name}") for name in "abcde"]
    every = pd.concat([chains.assign(column=name) for name, _ in columns])
    figures = {
        "accrual": accrual_sheet(accrual, 500, list(range(0, 43, 6)), "months", sheet),
        "boundary": boundary_sheet(looks, ("fewer events with B", "more events with B"), sheet),
        "chains": convergence_sheet(every, columns, sheet),
    }
    found = {name: faults(figure, sheet) for name, figure in figures.items()}
    assert {name: fault for name, fault in found.items() if fault} == {}


def test_columns_of_the_table_stand_under_the_marks_of_the_axis() -> None:
    """C07: a table that slides along the axis shows people at risk at another time."""
    for sheet in (REPORT, SHEETS["lancet_oncology", "single"]):
        [picture] = [p for p in drawn(sheet) if p.id == "curve-relapse-ATE"]
        curves, table = picture.figure.axes[:2]
        assert curves.get_xlim() == table.get_xlim()
        assert curves.get_position().x0 == pytest.approx(table.get_position().x0)
        assert curves.get_position().x1 == pytest.approx(table.get_position().x1)
        marks = set(curves.get_xticks())
        counts = {text.get_position()[0] for text in table.texts if text.get_text().isdigit()}
        assert counts == marks
