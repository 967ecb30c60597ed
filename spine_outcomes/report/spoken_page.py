"""The page in another language: its texts, its letters, and the tag that names the language."""

from __future__ import annotations

import re
from html import escape, unescape

from spine_outcomes.figures.typeface import face_rule
from spine_outcomes.report.page_texts import texts_outside
from spine_outcomes.tables.language import Translator

FAMILY = "Letters of this page"
# A language written without blanks has none before a link or a time, or a mark after one, either.
_INLINE = "(?:a|time|span|code|strong)"
_BLANK = re.compile(
    rf"(?<=[\u2e80-\u9fff\uff00-\uffef]) (?=<{_INLINE}\b)"
    rf"|(?<=>) (?=[\u3001-\u3011\uff01-\uff0f\uff1a-\uff20])"
)
_SCRIPT_WORD = re.compile(r'\bword\("([^"]+)"')
# Programs are passed over; labels that are read aloud are texts too.
_TEXTS = re.compile(
    texts_outside("script", "style", "code") + r'|(?<=aria-label=")[^"]+', re.DOTALL
)


def spoken_page(page: str, say: Translator) -> str:
    """A rendered page with every text in the language of ``say``."""

    def said(match: re.Match[str]) -> str:
        found = match[0]
        is_between_numbers = page.startswith("<span data-raw", match.end())  # said with its table
        if found.startswith("<") or not found.strip() or is_between_numbers:
            return found
        return escape(say(unescape(found)), quote=True)

    code = escape(say.catalogue.code, quote=True)
    spoken = _BLANK.sub("", _TEXTS.sub(said, page))
    return spoken.replace('<html lang="en">', f'<html lang="{code}">', 1)


def script_words(script: str, say: Translator | None) -> dict[str, str]:
    """What the scripts of a page say, by their English; nothing where that is what they say."""
    return {} if say is None else {text: say.entry(text) for text in _SCRIPT_WORD.findall(script)}


def letters_of(page: str, say: Translator) -> str:
    """Style rules by which a page brings along the letters that it shows."""
    faces = f'"{FAMILY}",{say.catalogue.faces}'
    chosen = f"html,body,button,input,svg{{font-family:Arial,Helvetica,{faces},sans-serif}}\n"
    whole = "thead th{word-break:keep-all}\n"  # a head of four signs is one word
    return face_rule(say.catalogue.font, page, FAMILY) + chosen + whole
