"""The root of every model that a file is read into."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

from spine_outcomes.study.key_path import KeyPath, dotted

Code = str | int | float
"""A code as a file may write it; codes are compared as text."""


class Model(BaseModel):
    """Frozen, and refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def refuse(faults: Iterable[tuple[KeyPath, str]]) -> None:
    """Report faults between keys from inside a validator, each at its own key."""
    listed = list(faults)
    if listed:
        text = "; ".join(f"{dotted(path)}: {message}" for path, message in listed)
        raise PydanticCustomError("faults", "{text}", {"text": text, "faults": listed})
