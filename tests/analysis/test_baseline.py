"""What a run says of the balance of its covariates."""

from __future__ import annotations

import pandas as pd
import pytest

from spine_outcomes.analysis.baseline import balance_findings
from spine_outcomes.study.load import load_dictionary
from spine_outcomes.study.packaged import packaged_file


@pytest.mark.parametrize(
    ("columns", "modelled", "words"),
    [
        (("age",), (), "1 column beside the model differs by"),
        (("age", "sex"), (), "2 columns beside the model differ by"),
        (("age",), ("age",), "1 of the modelled covariates differs by"),
        (("age", "sex"), ("age", "sex"), "2 of the modelled covariates differ by"),
    ],
)
def test_one_column_differs_and_two_differ(
    columns: tuple[str, ...], modelled: tuple[str, ...], words: str
) -> None:
    """ "1 columns beside the model differ" stood in a report that goes to a committee."""
    rows = [
        {"level_unit": "lesion", "estimand": "ATE", "column": name, "label": name, "level": None,
         "smd": -0.2}
        for name in columns
    ]  # fmt: skip
    dictionary = load_dictionary(packaged_file("data_dictionary.yaml"))
    (finding,) = balance_findings(pd.DataFrame(rows), modelled, dictionary)
    assert words in finding.message
