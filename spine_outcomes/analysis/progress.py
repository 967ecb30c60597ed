"""How a run says where it is: each part is named as it starts, and lasts until the next."""

from __future__ import annotations

from collections.abc import Callable

Step = Callable[[str], None]


def silent(part: str) -> None:
    """Say nothing."""
