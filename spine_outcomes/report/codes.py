"""Names of columns, keys and files within sentences: set as code, so that nobody reads a word."""

from __future__ import annotations

import re

_KEPT = r'<(script|style|code|svg|title)\b.*?</\1>|<(\w+)[^<>]* translate="no".*?</\2>'
_TEXTS = re.compile(_KEPT + r"|(?<=>)[^<>]+(?=<)", re.DOTALL)
_CODE = re.compile(r"\b(?:[a-z]+\.)*[a-z]+[a-z0-9]*(?:_[a-z0-9]+)+\b(?:\.[a-z]+\b)?")


def coded(page: str) -> str:
    """A rendered page with every word that holds an underscore marked as code."""

    def marked(match: re.Match[str]) -> str:
        found = match[0]
        return found if found.startswith("<") else _CODE.sub(r"<code>\g<0></code>", found)

    return _TEXTS.sub(marked, page)
