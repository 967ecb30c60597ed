"""Results stored as text and read back."""

from __future__ import annotations

import json
import re
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from spine_outcomes.analysis.results import Results
from spine_outcomes.analysis.stored import restored, stored
from spine_outcomes.errors import DefinitionError, InputOutputError
from spine_outcomes.study.load import load_dictionary
from spine_outcomes.study.packaged import packaged_file
from tests.report.further import further_results
from tests.report.synthetic import synthetic_results


def documents(results: Results) -> dict[str, bytes]:
    """The stored results as bytes."""
    return {name: text.encode() for name, text in stored(results).items()}


def test_every_frame_comes_back_with_all_its_digits() -> None:
    """A figure drawn from rounded numbers is another figure."""
    before = further_results()
    after = restored(documents(before))
    for field in fields(Results):
        frame = getattr(before, field.name)
        if isinstance(frame, pd.DataFrame):
            found = getattr(after, field.name)
            assert list(found.columns) == list(frame.columns)
            for name in frame:
                if frame[name].dtype == np.float64:
                    np.testing.assert_array_equal(found[name], frame[name], strict=True)
    assert after.plan == before.plan
    assert after.provenance == before.provenance


def test_storing_what_was_stored_changes_nothing() -> None:
    """Types, missing values, hidden counts and infinite limits stand where they stood."""
    frame = pd.DataFrame(
        {
            "n": pd.Series([3, "<5", None], dtype=object),
            "value": [0.1 + 0.2, np.nan, np.inf],
            "low": [-np.inf, 1e-300, 5.0],
            "is_head": [True, False, True],
            "code": ["1", "=1+1", "−0.5"],
        }
    )
    once = documents(synthetic_results(influential=frame))
    back = restored(once)
    assert documents(back) == once
    assert back.influential["n"].tolist() == [3, "<5", None]
    assert back.influential["value"].tolist()[::2] == [0.30000000000000004, np.inf]
    assert back.influential["code"].tolist() == ["1", "=1+1", "−0.5"]
    assert {str(kind) for kind in back.influential.dtypes} == {"object", "float64", "bool"}


def test_bounds_of_dates_in_the_dictionary_do_not_leave() -> None:
    """The data cut-off is the only date in what a report writes."""
    dictionary = load_dictionary(packaged_file("data_dictionary.yaml"))
    study = stored(synthetic_results(dictionary=dictionary))["study"]
    assert set(re.findall(r"(?:19|20)\d\d-\d\d-\d\d", study)) <= {"2024-12-31"}


def test_a_missing_document_is_an_error_and_a_frame_of_a_later_release_is_empty() -> None:
    """Curves left out by mistake would give a report without curves."""
    whole = documents(synthetic_results())
    del whole["mean_count"]
    assert restored(whole).mean_count.empty
    del whole["curves"], whole["study"]
    with pytest.raises(InputOutputError, match="lack study, curves"):
        restored(whole)


def test_results_of_another_version_are_refused() -> None:
    """A column that changed its meaning would be drawn as what it was."""
    whole = documents(synthetic_results())
    changed = json.loads(whole["flow"]) | {"schema_version": 99}
    with pytest.raises(DefinitionError, match="schema version 99"):
        restored({**whole, "flow": json.dumps(changed).encode()})


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"schema_version": 1}', b"\xff\xfe", b'{"a":'])
def test_a_damaged_document_is_named(damage: bytes) -> None:
    """Half a file, another file, no text at all."""
    for name in ("curves", "study"):
        with pytest.raises(InputOutputError, match=name):
            restored({**documents(synthetic_results()), name: damage})


def test_what_is_no_value_of_a_frame_is_not_stored_as_text() -> None:
    """A list turned into its words comes back as something else."""
    frame = pd.DataFrame({"n": [[1, 2]]})
    with pytest.raises(TypeError, match="list"):
        stored(synthetic_results(influential=frame))
