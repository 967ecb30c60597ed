"""The root of every model that a file is read into."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

Code = str | int | float
"""A code as a file may write it; codes are compared as text."""


class Model(BaseModel):
    """Frozen, and refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
