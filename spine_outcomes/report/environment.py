"""Templates and assets of the page."""

from __future__ import annotations

import re
from functools import partial
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from spine_outcomes.figures.svg import embedded
from spine_outcomes.report.bars import bar
from spine_outcomes.tables.numbers import in_theme
from spine_outcomes.tables.theme import PLAIN, Theme

_PLAIN = re.compile(r"[A-Za-z0-9 ]")


def environment(theme: Theme = PLAIN) -> Environment:
    """Jinja2 with escaping on and an error for every name that is not there.

    The filter ``prose`` puts the numbers of a sentence into ``theme``.
    """
    found = Environment(
        loader=PackageLoader("spine_outcomes.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "bar": bar,
        "css_string": css_string,
        "inline_svg": inline_svg,
        "raw_number": raw_number,
    }
    found.filters["prose"] = partial(in_theme, theme=theme)
    return found


def read_asset(name: str) -> str:
    """Text of a file of ``assets/``."""
    return files("spine_outcomes.report").joinpath("assets", name).read_text(encoding="utf-8")


def raw_number(value: float) -> str:
    """A number at full precision; whole numbers without a fraction."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def inline_svg(svg: str) -> Markup:
    """An SVG document of ``figures/``, whose texts are escaped already, as part of the page."""
    return Markup(embedded(svg))  # noqa: S704 - written by our own serialiser, never by data


def css_string(text: str) -> Markup:
    """Text as a CSS string; every character but letters, digits and blanks is an escape.

    A blank ends each escape: CSS swallows it.
    """
    escaped = "".join(c if _PLAIN.fullmatch(c) else f"\\{ord(c):x} " for c in text)
    return Markup(f'"{escaped}"')  # noqa: S704 - holds letters, digits, blanks and escapes only
