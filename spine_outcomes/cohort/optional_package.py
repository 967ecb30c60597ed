"""Packages that only some formats need, imported when one of those is met."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from spine_outcomes.errors import InputOutputError, Problem


def optional_package(name: str, file: str) -> Any:
    """Import the package that reads or writes a file.

    Raises
    ------
    InputOutputError
        If it is not installed, naming the extra that brings it.
    """
    try:
        return import_module(name)
    except ImportError:
        fix = "Install it: pip install 'spine-outcomes[io]'; or export the table as CSV text."
        message = f"such a file needs the package {name}, which is not installed"
        raise InputOutputError(Problem("E_PACKAGE", message, file=file, fix=fix)) from None
