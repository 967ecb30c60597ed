"""Where the texts of a rendered page are."""

from __future__ import annotations


def texts_outside(*elements: str) -> str:
    """Pattern of what stands between two tags, for ``re.DOTALL``.

    Named ``elements``, and what the page marks as not to be translated, match whole from their "<",
    so that nothing inside them matches; a text has no "<".
    """
    named = "|".join(elements)
    marked = r'<(\w+)[^<>]* translate="no".*?</\2>'
    return rf"<({named})\b.*?</\1>|{marked}|(?<=>)[^<>]+(?=<)"
