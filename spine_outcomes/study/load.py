"""Reading a dictionary and a plan from their files."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from spine_outcomes.errors import DictionaryError
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.dictionary_checks import contradictions
from spine_outcomes.study.validation import build
from spine_outcomes.study.yaml_source import read_yaml

TEXT_KEYS = frozenset({"codes", "missing", "missing_codes", "not_applicable"})


def load_dictionary(path: str | PathLike[str]) -> DataDictionary:
    """Read a data dictionary.

    Parameters
    ----------
    path
        A YAML file (docs/dictionary.md says what it holds).

    Raises
    ------
    DictionaryError
        Naming at once, each with file, line and key, every key that is unknown, missing or wrong,
        and every contradiction.
    InputOutputError
        If the file is missing or unreadable.
    RefusedError
        If the text is unsafe to read: a tag, too large, too deep, an alias bomb.
    """
    source = read_yaml(Path(path), DictionaryError, text_keys=TEXT_KEYS)
    dictionary = build(DataDictionary, source, DictionaryError)
    problems = contradictions(dictionary, source)
    if problems:
        raise DictionaryError(*problems)
    return dictionary
