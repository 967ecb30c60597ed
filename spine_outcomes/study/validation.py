"""From raw keys to a model: every fault at once, each with its file, line and dotted key."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ValidationError

from spine_outcomes.errors import DefinitionError, Problem, printable
from spine_outcomes.study.key_path import KeyPath, did_you_mean, dotted
from spine_outcomes.study.yaml_source import YamlSource

M = TypeVar("M", bound=BaseModel)

CODES = {"extra_forbidden": "E_UNKNOWN_KEY", "missing": "E_MISSING_KEY"}


def build(model: type[M], source: YamlSource, error: type[DefinitionError]) -> M:
    """Make the model from the keys of a file.

    Raises
    ------
    DefinitionError
        (as ``error``) Naming every key that is unknown, missing or wrong.
    """
    check_schema_version(source, error)
    try:
        return model.model_validate(source.data)
    except ValidationError as fault:
        raise error(*_problems(model, fault, source)) from None


def problem_at(source: YamlSource, path: KeyPath, code: str, message: str) -> Problem:
    """Make a problem that stands at a key of a file."""
    position = source.position(path)
    text = f"{dotted(path)}: {message}" if path else message
    return Problem(code, text, file=position.file, line=position.line)


def check_schema_version(source: YamlSource, error: type[DefinitionError]) -> None:
    """Stop at a file of another schema version, before any of its keys is half understood."""
    version = source.data.get("schema_version", 1)
    if version != 1 or isinstance(version, bool):
        message = (
            f"version {printable(version)} is not read by this release, which reads version 1. "
            "Bring the file to version 1 (CHANGELOG.md lists what each version changed)."
        )
        raise error(problem_at(source, ("schema_version",), "E_SCHEMA_VERSION", message))


def _problems(model: type[BaseModel], fault: ValidationError, source: YamlSource) -> list[Problem]:
    """One problem a key: alternatives that failed at one key are joined."""
    messages: dict[tuple[KeyPath, str], list[str]] = {}
    for path, code, message in _faults(model, fault, source.data):
        found = messages.setdefault((path, code), [])
        if message not in found:
            found.append(message)
    return sorted(
        (
            problem_at(source, path, code, "; or ".join(found) + _found(path, code, source.data))
            for (path, code), found in messages.items()
        ),
        key=lambda problem: (problem.file or "", problem.line or 0),
    )


def _faults(
    model: type[BaseModel], fault: ValidationError, data: Any
) -> Iterator[tuple[KeyPath, str, str]]:
    """Key path, code and words of each fault."""
    entries = fault.errors()
    for entry in entries:
        if entry["type"] == "too_short" and any(
            other["loc"][: len(entry["loc"])] == entry["loc"] for other in entries if other != entry
        ):
            continue  # too short only because its items are wrong
        path = _path_in_data(entry["loc"], data, entry["type"])
        if entry["type"] == "faults":
            yield from ((path + inside, "E_PLAN", text) for inside, text in entry["ctx"]["faults"])
        else:
            yield path, CODES.get(entry["type"], "E_VALUE"), _message(model, entry)


def _message(model: type[BaseModel], entry: Any) -> str:
    """What is wrong with one key, in words."""
    if entry["type"] == "missing":
        return "this key is required"
    if entry["type"] == "extra_forbidden":
        allowed = sorted(set(_allowed_keys(model, entry["loc"][:-1])))
        word = printable(entry["loc"][-1])
        return f"unknown key{did_you_mean(word, allowed) or '.'} Allowed: {', '.join(allowed)}."
    if entry["type"] == "too_short":
        return f"needs at least {entry['ctx']['min_length']}"
    text = str(entry["msg"])
    for prefix, instead in (("Value error, ", ""), ("Input should be ", "must be ")):
        if text.startswith(prefix):
            return instead + text.removeprefix(prefix)
    return text


def _has(data: dict[Any, Any] | list[Any], key: int | str) -> bool:
    """Whether there is something under a key or an index."""
    return key in data if isinstance(data, dict) else isinstance(key, int) and key < len(data)


def _found(path: KeyPath, code: str, data: Any) -> str:
    """``" (found 'x')"`` for a wrong value that is one scalar."""
    for key in path:
        if not isinstance(data, dict | list) or not _has(data, key):
            return ""
        data = data[key]  # type: ignore[index]
    if code != "E_VALUE" or isinstance(data, dict | list):
        return ""
    return f" (found {printable(data)!r})"


def _path_in_data(location: tuple[int | str, ...], data: Any, kind: str) -> KeyPath:
    """Location without the names of alternatives, which are no keys of the file."""
    path: list[int | str] = []
    for i, key in enumerate(location):
        is_last = i == len(location) - 1
        if isinstance(data, dict | list) and _has(data, key):
            path.append(key)
            data = data[key]  # type: ignore[index]
        elif is_last and kind == "missing":
            path.append(key)
    return tuple(path)


def _allowed_keys(model: type[BaseModel], location: Iterable[int | str]) -> Iterator[str]:
    """Keys that a mapping at ``location`` may have."""
    annotation: Any = model
    for key in location:
        annotation = _inside(annotation, key)
    for option in _options(annotation):
        if isinstance(option, type) and issubclass(option, BaseModel):
            for name, field in option.model_fields.items():
                yield field.alias or name


def _inside(annotation: Any, key: int | str) -> Any:
    """Type of what stands under ``key``; the names of alternatives change nothing."""
    for option in _options(annotation):
        if isinstance(option, type) and issubclass(option, BaseModel):
            for name, field in option.model_fields.items():
                if key in (name, field.alias):
                    return field.annotation
        arguments = typing.get_args(option)
        if typing.get_origin(option) is dict:
            return arguments[1]
        if typing.get_origin(option) in (tuple, list) and isinstance(key, int):
            return arguments[0]
    return annotation


def _options(annotation: Any) -> Iterator[Any]:
    """Alternatives of a type."""
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        for option in typing.get_args(annotation):
            yield from _options(option)
    elif origin is Annotated:
        yield from _options(typing.get_args(annotation)[0])
    else:
        yield annotation
