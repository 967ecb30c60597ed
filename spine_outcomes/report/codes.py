"""Names of columns, keys and files within sentences: set as code, so that nobody reads a word."""

from __future__ import annotations

import re

from spine_outcomes.report.page_texts import texts_outside

_TEXTS = re.compile(texts_outside("script", "style", "code", "svg", "title"), re.DOTALL)
_CODE = re.compile(r"\b(?:[a-z]+\.)*[a-z]+[a-z0-9]*(?:_[a-z0-9]+)+\b(?:\.[a-z]+\b)?")


def coded(page: str) -> str:
    """A rendered page with every word that holds an underscore marked as code."""

    def marked(match: re.Match[str]) -> str:
        found = match[0]
        return found if found.startswith("<") else _CODE.sub(r"<code>\g<0></code>", found)

    return _TEXTS.sub(marked, page)
