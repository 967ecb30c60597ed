"""A plan's files: which plan extends which, and the files that a plan names.

A plan may come from someone else, so it chooses no file outside the study: a path it names is
relative, without ``~``, scheme or backslash, and leads, symbolic links followed, into the study's
folder (the nearest one at or above the plan with a ``data_dictionary.yaml``, else the one above the
plan's) or the working folder. What the user names on the command line is not limited.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spine_outcomes.errors import PlanError, RefusedError
from spine_outcomes.study.key_path import KeyPath, Position
from spine_outcomes.study.packaged import (
    DEMO_COHORT,
    demo_table,
    packaged_file,
    packaged_plans,
)
from spine_outcomes.study.validation import check_schema_version, problem_at
from spine_outcomes.study.yaml_source import YamlSource, read_yaml

DEMO = "demo"
DEFAULT_DICTIONARY = "../data_dictionary.yaml"
MAX_PARENTS = 10
MAX_LEVELS_UP = 3
TEXT_KEYS = frozenset({"levels"})

_UNSAFE = re.compile(r"^[~/]|^[A-Za-z]:|[\\\0]|://")


@dataclass(frozen=True)
class PlanFile:
    """Where a plan was read and what was written there.

    Parameters
    ----------
    path
        The plan's own file.
    source
        Its keys merged over those of the plans it extends, and the file and line of each.
    chain
        The plan's file, then the plans it extends, nearest first.
    cohort
        The cohort it names; None for the packaged demo cohort.
    dictionary
        The dictionary it names.
    tables
        Long tables beside the cohort that it names.
    """

    path: Path
    source: YamlSource
    chain: tuple[Path, ...]
    cohort: Path | None
    dictionary: Path
    tables: Mapping[str, Path] = field(default_factory=dict)

    @property
    def cohort_path(self) -> Path:
        """The cohort's file, the packaged demo cohort where the plan says so."""
        return packaged_file(DEMO_COHORT) if self.cohort is None else self.cohort


def read_plan_file(path: Path) -> PlanFile:
    """Read a plan and every plan that it extends.

    Raises
    ------
    PlanError
        For faults of the text, and plans that extend each other in a circle or too deeply.
    InputOutputError
        If a file is missing or unreadable.
    RefusedError
        If a plan names a file outside the study, or its text is unsafe to read.
    """
    chain, sources = [path], [_read(path)]
    while (parent := sources[-1].data.get("extends")) is not None:
        file = _parent(str(parent), chain[-1], sources[-1])
        if file.resolve() in [known.resolve() for known in chain]:
            message = "these plans extend each other in a circle"
            raise PlanError(problem_at(sources[-1], ("extends",), "E_EXTENDS", message))
        if len(chain) > MAX_PARENTS:
            message = f"more than {MAX_PARENTS} plans extend one another"
            raise PlanError(problem_at(sources[-1], ("extends",), "E_EXTENDS", message))
        chain.append(file)
        sources.append(_read(file))
    return PlanFile(
        path=path,
        source=_merged(sources),
        chain=tuple(chain),
        cohort=_named(chain, sources, "cohort", DEMO),
        dictionary=_named(chain, sources, "dictionary", DEFAULT_DICTIONARY) or path,
        tables=_tables(chain, sources),
    )


def _read(path: Path) -> YamlSource:
    """Keys of one plan, of a schema version that is understood."""
    source = read_yaml(path, PlanError, text_keys=TEXT_KEYS)
    check_schema_version(source, PlanError)
    return source


def _parent(text: str, child: Path, source: YamlSource) -> Path:
    """The plan that ``extends`` names: a path, or a bare name beside the plan or packaged."""
    is_bare = not text.endswith((".yaml", ".yml")) and "/" not in text
    if not is_bare:
        return _inside_study(text, child, source, "extends")
    beside = _inside_study(f"{text}.yaml", child, source, "extends")
    if beside.is_file() or text not in packaged_plans():
        return beside
    return packaged_file(f"analyses/{text}.yaml")


def _named(chain: list[Path], sources: list[YamlSource], key: str, default: str) -> Path | None:
    """The file under a key of the nearest plan that has the key; None for the demo cohort."""
    for path, source in zip(chain, sources, strict=True):
        text = source.data.get(key)
        if text == DEMO:
            return None
        if isinstance(text, str):
            return _inside_study(text, path, source, key)
    return None if default == DEMO else _inside_study(default, chain[0], sources[0], key)


def _tables(chain: list[Path], sources: list[YamlSource]) -> dict[str, Path]:
    """Files of long tables, each of the nearest plan that names it; they belong to one cohort."""
    found: dict[str, Path] = {}
    for path, source in zip(chain, sources, strict=True):
        named = source.data.get("tables")
        for name, text in named.items() if isinstance(named, dict) else ():
            if text == DEMO:
                found.setdefault(str(name), packaged_file(demo_table(str(name))))
            elif isinstance(text, str):
                found.setdefault(str(name), _inside_study(text, path, source, "tables"))
        if "cohort" in source.data:
            break
    return found


def _inside_study(text: str, plan: Path, source: YamlSource, key: str) -> Path:
    """The file that a plan names, or a refusal."""
    if not _UNSAFE.search(text):
        path = plan.parent / text
        roots = (_study_root(plan), Path.cwd().resolve())
        if any(path.resolve().is_relative_to(root) for root in roots):
            return path
    message = (
        f"{text!r} lies outside the study. A plan names files by relative paths inside the study's "
        "folder; give another file on the command line."
    )
    raise RefusedError(problem_at(source, (key,), "E_PATH", message))


def _study_root(plan: Path) -> Path:
    """Folder of the study that a plan belongs to."""
    folder = plan.resolve().parent
    for candidate in (folder, *folder.parents)[: MAX_LEVELS_UP + 1]:
        if (candidate / "data_dictionary.yaml").is_file():
            return candidate
    return folder.parent


def _merged(sources: list[YamlSource]) -> YamlSource:
    """Keys of the nearest plan over those of the plans it extends.

    Mappings merge key by key, anything else is replaced; an endpoint that is null is dropped. A
    lock holds for its own plan alone, and long tables for the cohort of the plan that names them.
    """
    data: dict[str, Any] = {}
    positions: dict[KeyPath, Position] = {}
    for source in reversed(sources):
        own = {"lock", "tables"} if "cohort" in source.data else {"lock"}
        data = deep_merge({k: v for k, v in data.items() if k not in own}, source.data)
        positions.update(source.positions)
    endpoints = data.get("endpoints")
    if isinstance(endpoints, dict):
        kept = {name: keys for name, keys in endpoints.items() if keys is not None}
        data["endpoints"] = kept
    return YamlSource(data, positions, sources[0].file)


def deep_merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Merge two mappings: what stands above replaces what stands below, mappings key by key.

    Examples
    --------
    >>> deep_merge({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": 3}, "d": [2]})
    {'a': {'b': 3, 'c': 2}, 'd': [2]}
    """
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        both = isinstance(under, dict) and isinstance(value, dict)
        merged[key] = deep_merge(under, value) if both else value  # type: ignore[arg-type]
    return merged
