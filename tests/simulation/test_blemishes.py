"""Blemishes of a file: as many as said, each undone by its declared rule, none in a key."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.clinical.simulator import simulate
from spine_outcomes.simulation.blemishes import SHARES, blemished
from spine_outcomes.study.load import load_dictionary
from spine_outcomes.study.packaged import packaged_file

DICTIONARY = load_dictionary(packaged_file("data_dictionary.yaml"))
KINDS = tuple(SHARES)
UNDO: dict[str, Callable[[str], str]] = {
    "trim": str.strip,
    "nfkc": lambda text: unicodedata.normalize("NFKC", text),
    "case": str.swapcase,
    "missing": lambda _text: "",
}


@pytest.fixture(scope="module")
def clean() -> pd.DataFrame:
    """A cohort to blemish."""
    return simulate(300, seed=4).frame


@pytest.mark.parametrize("kind", KINDS)
def test_a_blemish_is_undone_by_its_rule_alone(clean: pd.DataFrame, kind: str) -> None:
    """A blemish that its rule does not undo would be an error that nobody planted."""
    found = blemished(clean, DICTIONARY, 1, kinds=(kind,))
    changed = found != clean
    assert changed.to_numpy().any()
    for column in clean.columns[changed.any()]:
        rows = changed[column]
        assert found.loc[rows, column].map(UNDO[kind]).tolist() == clean.loc[rows, column].tolist()
    assert not changed[["patient_id", "lesion_id"]].to_numpy().any()


def test_their_shares_are_those_said(clean: pd.DataFrame) -> None:
    """Too few and a rule is never used; the binomial error of the share is the yardstick."""
    for kind, share in SHARES.items():
        numeric = [c.name for c in DICTIONARY.columns if c.is_numeric and c.name in clean]
        codes = ["sex", "ecog", "diabetes", "sins_bone"]
        column = {"missing": ["hb_g_l", "alb_g_l"], "trim": codes, "nfkc": numeric,
                  "case": ["region", "platform", "primary_site"]}[kind]  # fmt: skip
        texts = clean[column].to_numpy(str)
        can_be = (texts == "") if kind == "missing" else (texts != "")
        found = blemished(clean, DICTIONARY, 1, kinds=(kind,))[column].to_numpy(str)
        n = can_be.sum()
        error = np.sqrt(share * (1 - share) / n)
        assert abs(((found != texts) & can_be).sum() / n - share) < 4 * error, kind


def test_a_cell_has_one_blemish_at_most(clean: pd.DataFrame) -> None:
    """Two in one cell would hide whether each is undone by itself."""
    found = blemished(clean, DICTIONARY, 1, kinds=KINDS)
    for column in clean.columns:
        for before, after in zip(clean[column], found[column], strict=True):
            if before != after:
                assert any(undo(after) == before for undo in UNDO.values()), (column, after)


def test_one_text_may_stand_for_every_missing_value(clean: pd.DataFrame) -> None:
    """A project's missing-data code stands in dates and numbers alike, and only where empty."""
    found = blemished(clean, DICTIONARY, 1, kinds=("missing",), missing="UNK")
    changed = found != clean
    assert set(found.to_numpy()[changed.to_numpy()]) == {"UNK"}
    assert set(clean.to_numpy()[changed.to_numpy()]) == {""}
    assert changed["death_date"].any()
    assert changed["gtv_cc"].any()
