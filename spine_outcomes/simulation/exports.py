"""One table as different programs would export it, each file with the dictionary it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd
import yaml

from spine_outcomes.clinical.simulated_chinese import HEADERS, SPELLINGS, UNKNOWN, YES_NO
from spine_outcomes.simulation.blemishes import blemished
from spine_outcomes.simulation.redcap_export import (
    RECORD_ID,
    ROW,
    UNKNOWN_CODE,
    lesion_field,
    redcap_dictionary,
    redcap_export,
)
from spine_outcomes.simulation.statistical_export import (
    STATA_MISSING,
    spss_file,
    stata_file,
    transport_file,
)
from spine_outcomes.simulation.workbook_export import SHEET, workbook
from spine_outcomes.study.dictionary import DataDictionary, Redcap

_CHINESE_DATE = "%Y/%m/%d"

_Writer = Callable[[pd.DataFrame, DataDictionary, str], bytes]


def exports(
    frame: pd.DataFrame,
    dictionary: DataDictionary,
    seed: int,
    long: Mapping[str, pd.DataFrame] = MappingProxyType({}),
) -> dict[str, bytes]:
    """Write a table in every form.

    Parameters
    ----------
    frame : DataFrame of str, shape (n, p)
        ISO dates, decimal points, empty cells; columns of the dictionary.
    dictionary
        Of the plain table.
    seed
        Seed of the blemishes, not negative.
    long
        Long tables beside it, by their name in the dictionary: instruments of the REDCap project.

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
    files = _chinese_text(frame, dictionary, seed) | _redcap(frame, dictionary, seed, long)
    for name, (write, declared) in writers.items():
        files[name] = write(marked, dictionary, name)
        files[f"{name}.yaml"] = dictionary_yaml(_declaring(dictionary, declared))
    return files


def dictionary_yaml(dictionary: DataDictionary) -> bytes:
    """A dictionary as the text of its file, with the keys that were given."""
    keys: dict[str, Any] = dictionary.model_dump(by_alias=True, exclude_unset=True)
    return yaml.safe_dump(keys, allow_unicode=True, sort_keys=False, width=100).encode()


def _chinese_text(frame: pd.DataFrame, dictionary: DataDictionary, seed: int) -> dict[str, bytes]:
    """Text as a spreadsheet in China saves it: its encoding, words, dates, full-width digits."""
    in_chinese = _in_chinese(dictionary)
    there = [column for column in in_chinese.columns if column.name in frame]
    named = frame.copy()
    for column in there:
        texts: Any = named[column.name]
        named[column.name] = texts.replace({code: word for word, code in column.spellings.items()})
    written = blemished(named, in_chinese, seed, kinds=("missing", "trim", "nfkc", "case"))
    for column in there:
        marked: Any = written[column.name]
        if column.type == "date":
            written[column.name] = marked.str.replace(r"[-－]", "/", regex=True)
        elif column.spellings:
            written[column.name] = marked.replace(dict.fromkeys(column.missing_codes, UNKNOWN))
    text = written.rename(columns=HEADERS).to_csv(index=False, lineterminator="\r\n")
    return {
        "cohort_gb18030.csv": text.encode("gb18030"),
        "cohort_gb18030.csv.yaml": dictionary_yaml(in_chinese),
    }


def _redcap(
    frame: pd.DataFrame, dictionary: DataDictionary, seed: int, long: Mapping[str, pd.DataFrame]
) -> dict[str, bytes]:
    """A raw export of a REDCap project, and the dictionary of the project."""
    written = blemished(frame, dictionary, seed, kinds=("missing",), missing=UNKNOWN_CODE)
    redcap = Redcap(record_id=RECORD_ID, row=ROW, missing_codes=(UNKNOWN_CODE,))
    tables = tuple(
        table.model_copy(update={"lesion_field": lesion_field(table.name)})
        if table.level == "lesion" and table.name in long
        else table
        for table in dictionary.tables
    )
    described = _declaring(dictionary, {"redcap": redcap}, tables=tables)
    return {
        "redcap.csv": redcap_export(written, dictionary, long),
        "redcap.csv.yaml": dictionary_yaml(described),
        "redcap_dictionary.csv": redcap_dictionary(frame, dictionary, long),
    }


def _in_chinese(dictionary: DataDictionary) -> DataDictionary:
    """The dictionary with Chinese names of columns and codes, and the repairs such a file needs."""
    declared = {
        "encoding": "gb18030",
        "date_format": _CHINESE_DATE,
        "repairs": ("trim", "nfkc", "case"),
        "missing": (*dictionary.table.missing, UNKNOWN),
    }
    columns = []
    for column in dictionary.columns:
        yes_no = YES_NO if column.type == "boolean" else {}
        keys: dict[str, Any] = {"spellings": dict(SPELLINGS.get(column.name, yes_no))}
        if column.name in HEADERS:
            keys["aliases"] = (HEADERS[column.name],)
        columns.append(
            column.model_copy(update={key: value for key, value in keys.items() if value})
        )
    return _declaring(dictionary, declared, columns=tuple(columns))


def _declaring(dictionary: DataDictionary, keys: Mapping[str, Any], **parts: Any) -> DataDictionary:
    """The dictionary with other keys of its table, and with other parts."""
    given = {name: getattr(dictionary, name) for name in dictionary.model_fields_set}
    table = dictionary.table.model_copy(update=dict(keys))
    return DataDictionary(**(given | {"table": table} | parts))
