"""What lets the page run nothing but itself, and ask for nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from markupsafe import Markup

# In a script element these would end it, open a comment, or break a line of JavaScript.
_ESCAPES = {c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def content_policy(style: str, script: str) -> str:
    """Content security policy that allows this style and this script, by their hashes."""
    return (
        f"default-src 'none'; img-src data:; font-src data:; style-src '{_source(style)}'; "
        f"script-src '{_source(script)}'; base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    """Hash source of the text of an element."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def json_block(value: Any) -> Markup:
    """JSON that may stand in a script element: no character in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True)
    escaped = "".join(_ESCAPES.get(c, c) for c in text)
    return Markup(escaped)  # noqa: S704 - every <, > and & is an escape by now
