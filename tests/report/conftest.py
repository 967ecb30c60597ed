"""The page of the invented run, rendered once."""

from __future__ import annotations

import pytest

from spine_outcomes.report.render import render_report
from tests.report.reading import Element, read
from tests.report.synthetic import synthetic_results


@pytest.fixture(scope="session")
def page() -> str:
    """HTML of the invented run."""
    return render_report(synthetic_results())


@pytest.fixture(scope="session")
def tree(page: str) -> Element:
    """The same as elements."""
    return read(page)
