"""What a study found, kept in a file that tables are printed from."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("numpy", "scipy", "statsmodels")


def store(file: Path, study: Mapping[str, Any], cells: Iterable[Mapping[str, Any]]) -> None:
    """Write how the study was made, the versions it ran on, and the numbers of its cells."""
    versions = {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}
    kept = {"study": dict(study), "versions": versions, "cells": [dict(cell) for cell in cells]}
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def stored(file: Path) -> dict[str, Any]:
    """Read what ``store`` wrote: ``study``, ``versions`` and ``cells``."""
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found
