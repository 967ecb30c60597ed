"""One table as different programs would export it, each file with the dictionary it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import yaml

from spine_outcomes.simulation.blemishes import blemished
from spine_outcomes.simulation.statistical_export import (
    STATA_MISSING,
    spss_file,
    stata_file,
    transport_file,
)
from spine_outcomes.simulation.workbook_export import SHEET, workbook
from spine_outcomes.study.dictionary import DataDictionary

_CHINESE_DATE = "%Y/%m/%d"

_Writer = Callable[[pd.DataFrame, DataDictionary, str], bytes]


def exports(frame: pd.DataFrame, dictionary: DataDictionary, seed: int) -> dict[str, bytes]:
    """Write a table in every form.

    Parameters
    ----------
    frame : DataFrame of str, shape (n, p)
        ISO dates, decimal points, empty cells; columns of the dictionary.
    dictionary
        Of the plain table.
    seed
        Seed of the blemishes, not negative.

    Returns
    -------
    dict
        Content by name of the file; the dictionary that reads ``cohort.xlsx`` is
        ``cohort.xlsx.yaml``, and so with each.

    Raises
    ------
    InputOutputError
        If a package that writes a form is not installed.
    """
    marked = blemished(frame, dictionary, seed, kinds=("missing",))
    in_stata = {
        "value_labels": "labels",
        "missing": (*dictionary.table.missing, f".{STATA_MISSING}"),
    }
    writers: dict[str, tuple[_Writer, Mapping[str, Any]]] = {
        "cohort.xlsx": (workbook, {"sheet": SHEET}),
        "cohort.xpt": (transport_file, {}),
        "cohort.sav": (spss_file, {}),
        "cohort.dta": (stata_file, in_stata),
    }
    files = _chinese_text(frame, dictionary, seed)
    for name, (write, declared) in writers.items():
        files[name] = write(marked, dictionary, name)
        files[f"{name}.yaml"] = dictionary_yaml(_declaring(dictionary, declared))
    return files


def dictionary_yaml(dictionary: DataDictionary) -> bytes:
    """A dictionary as the text of its file, with the keys that were given."""
    keys: dict[str, Any] = dictionary.model_dump(by_alias=True, exclude_unset=True)
    return yaml.safe_dump(keys, allow_unicode=True, sort_keys=False, width=100).encode()


def _chinese_text(frame: pd.DataFrame, dictionary: DataDictionary, seed: int) -> dict[str, bytes]:
    """Text as a spreadsheet in China saves it: GB18030, slashes in dates, full-width digits."""
    written = blemished(frame, dictionary, seed, kinds=("missing", "trim", "nfkc", "case"))
    for column in dictionary.columns:
        if column.type == "date" and column.name in written:
            written[column.name] = written[column.name].str.replace(r"[-－]", "/", regex=True)
    text = written.to_csv(index=False, lineterminator="\r\n")
    repairs = ("trim", "nfkc", "case")
    declared = {"encoding": "gb18030", "date_format": _CHINESE_DATE, "repairs": repairs}
    return {
        "cohort_gb18030.csv": text.encode("gb18030"),
        "cohort_gb18030.csv.yaml": dictionary_yaml(_declaring(dictionary, declared)),
    }


def _declaring(dictionary: DataDictionary, keys: Mapping[str, Any]) -> DataDictionary:
    """The dictionary with other keys of its table."""
    table = dictionary.table.model_copy(update=dict(keys))
    return dictionary.model_copy(update={"table": table})
