"""The pages about plans and dictionaries name every key, with the default that the code has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from spine_outcomes.study.dictionary import Check, Column, DataDictionary, LongTable, Table
from spine_outcomes.study.endpoint import Endpoint
from spine_outcomes.study.plan import AnalysisPlan, Subgroup
from spine_outcomes.study.rules import Rule
from spine_outcomes.study.terms import Term

DOCS = Path(__file__).parents[2] / "docs"
NEEDED = {
    "arms": {"column": "arm", "reference": "focal", "comparator": "extended"},
    "endpoints": {
        "x": {"label": "X", "level": "lesion", "time": {"column": "t", "unit": "days"},
              "status": {"column": "s", "censored": 0, "event": 1}}
    },
    "estimation": {"times": ["6 months", "12 months"], "horizon": "12 months"},
}  # fmt: skip


def page(name: str) -> str:
    """Text of a page."""
    return (DOCS / name).read_text(encoding="utf-8")


def block(name: str, n: int) -> dict[str, object]:
    """The n-th YAML block of a page."""
    text = re.findall(r"```yaml\n(.*?)```", page(name), flags=re.DOTALL)[n]
    found: dict[str, object] = yaml.safe_load(text)
    return found


def test_every_key_of_a_plan_stands_with_its_default() -> None:
    """A default in the page that is not the code's is a wrong analysis, in good faith."""
    written = block("plan.md", 0) | {"endpoints": NEEDED["endpoints"]}
    shown = AnalysisPlan.model_validate(written).model_dump(mode="json", by_alias=True)
    real = AnalysisPlan.model_validate(NEEDED).model_dump(mode="json", by_alias=True)
    assert shown == real
    assert set(block("plan.md", 0)) == set(AnalysisPlan.model_fields)


def test_every_key_of_an_endpoint_and_of_a_term_stands_in_the_page() -> None:
    """A key that is nowhere explained does not exist for its reader."""
    endpoints = block("plan.md", 1)["endpoints"]
    assert isinstance(endpoints, dict)
    keys = {key for endpoint in endpoints.values() for key in endpoint}
    assert keys == set(Endpoint.model_fields)
    for endpoint in endpoints.values():
        Endpoint.model_validate(endpoint)
    terms = page("plan.md").split("## Terms")[1]
    assert all(f"{{{form}:" in terms for form in set(Term.model_fields) - {"column"})


def test_every_key_of_a_subgroup_stands_in_the_page() -> None:
    """A change that nobody knows of, or an example that no plan may hold."""
    listed = yaml.safe_load(page("plan.md").split("## Subgroups")[1].split("```")[1][4:])
    (example,) = listed["subgroups"]
    assert set(example) == set(Subgroup.model_fields)
    assert Subgroup.model_validate(example).codes == {"Low": ("1",), "Higher": ("2", "3")}


@pytest.mark.parametrize("model", [Table, Column, Check, Rule, LongTable])
def test_every_key_of_a_dictionary_stands_in_the_page(model: type[Table]) -> None:
    """The same for dictionaries."""
    text = page("dictionary.md")
    for name, field in model.model_fields.items():
        assert re.search(rf"\b{field.alias or name}\b", text), name
    assert all(f"## {part}" in text for part in ("table", "columns", "checks", "tables"))
    assert set(DataDictionary.model_fields) == {
        "schema_version", "table", "columns", "checks", "tables",
    }  # fmt: skip
