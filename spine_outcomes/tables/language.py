"""Another language for what a report says: a catalogue of sentences, some of them with gaps.

Every text is made in English. A catalogue (``languages/*.yaml``) holds texts and what they are in
its language; ``{name}`` is a gap, filled with a text that is looked up in turn, and ``{n}``,
``{m}`` and ``{k}`` are gaps for numbers alone, ``{arm}`` one for a name, ``{weights}`` one for a
set of weights, ``{unit}`` one for a word; ``{code}`` and ``{id}`` hold names of columns and steps,
which stay as they are. No gap reaches over the end of a sentence. A text that no entry fits is
taken apart at the ends of sentences, at brackets, then at semicolons and their like, and its pieces
are looked up. A sentence of which a piece is in no entry stays English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

ENGLISH = "en"

_GAP = re.compile(r"\{(\w+)\}")
_WORD = re.compile(r"[A-Za-z]{2}")
# Names of columns, files, keys and versions are no words.
_CODE = re.compile(r"\S*[_/\d]\S*|\w+(?:\.\w+)+")
FIRST_PLACE = 0xE000  # from here on, letters of private use that may stand for numbers
_DIGIT = r"[\d\ue000-\uf8ff]"
_NUMBER = rf"[−<≥-]*{_DIGIT}(?:[\d.,\ue000-\uf8ff]*{_DIGIT})?"
_WEIGHTS = r"[Uu]nweighted|[^,;:.]*\bweights\b[^,;:.]*"
_NAME = r"[^\s,;()]+"  # of a column or a step, as the files hold it
_GAPS = {
    "n": _NUMBER, "m": _NUMBER, "k": _NUMBER, "arm": "[^,;]+?", "weights": _WEIGHTS,
    "code": _NAME, "id": _NAME, "unit": _NAME,
}  # fmt: skip
_KEPT = {"code", "id"}
_SENTENCE_END = re.compile(r"(?<=[.?!]) (?=[^a-z])|(?<=[。？！]) ")
_OWN = "[\u2e80-\u9fff\uff00-\uffef]"  # letters of the language itself
_SAID = re.compile(_OWN)
_AFTER_MARK = re.compile("(?<=[。；，、：？！]) ")
_ROUND = re.compile(rf" ?\(([^()]*{_OWN}[^()]*)\)")  # brackets around words of the language
_PERCENT = re.compile(r"(?<=[\d}])[ \u202f]%")  # however a theme has set it


@dataclass(frozen=True)
class Catalogue:
    """Texts of a language.

    Parameters
    ----------
    code
        Language tag of the page: "zh-CN".
    faces
        Families of type that have its letters: a reader's own, where the page's are not shown.
    font
        Shipped file with its letters, of which a page carries those that it shows.
    joints
        What separates the pieces of a sentence (``"; "``, ``", "``, ``" and "``), in the order in
        which it is taken apart, and what stands there in the language.
    brackets
        Opening and closing ones.
    stop
        The end of a sentence.
    texts
        English text, with or without gaps, and the same in the language.
    """

    code: str
    faces: str
    font: str
    joints: Mapping[str, str]
    brackets: str
    stop: str
    texts: Mapping[str, str]


def translator(language: str, words: Mapping[str, str]) -> Translator | None:
    """What says texts in a language, the ``words`` of a study among them; None in English."""
    return None if language == ENGLISH else _translator(language, tuple(words.items()))


@cache
def _translator(language: str, words: tuple[tuple[str, str], ...]) -> Translator:
    """One translator for a report: its figures, tables and page say many of the same texts."""
    path = files("spine_outcomes.tables") / "languages" / f"{language}.yaml"
    block = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Translator(Catalogue(**{**block, "texts": block["texts"] | dict(words)}))


class Translator:
    """Says a text in the language of a catalogue, as far as its entries go."""

    def __init__(self, catalogue: Catalogue) -> None:
        texts = {_PERCENT.sub("%", text): said for text, said in catalogue.texts.items()}
        self.catalogue = catalogue
        self._plain = {_opened(text): texts[text] for text in texts if not _GAP.search(text)}
        self._gapped = tuple(_by_length(texts))
        self._said: dict[str, str | None] = {}  # texts repeat: each is looked up once

    def __call__(self, text: str) -> str:
        """The text in the language; sentences of which a part is in no entry stay."""
        opening, closing = self.catalogue.brackets[0], self.catalogue.brackets[1]
        said = self._by_sentence(_PERCENT.sub("%", text))
        return _AFTER_MARK.sub("", _ROUND.sub(rf"{opening}\1{closing}", said))

    def _by_sentence(self, text: str) -> str:
        """The text as a whole, or sentence by sentence where a part is in no entry."""
        sentences = _SENTENCE_END.split(text)
        if (said := self.whole(text)) is not None or len(sentences) == 1:
            return text if said is None else said
        said_each = map(self._by_sentence, sentences)
        return "".join(f"{one} " if one.endswith(".") else one for one in said_each).rstrip()

    def entry(self, text: str) -> str:
        """An entry in the language with its gaps open, for who fills them; else the text."""
        return self.catalogue.texts.get(text, text)

    def whole(self, text: str) -> str | None:
        """The text in the language, None where some of it is in no entry."""
        if text not in self._said:
            self._said[text] = self._looked_up(text)
        return self._said[text]

    def _looked_up(self, text: str) -> str | None:
        """The text by its own entry, or else by those of its parts."""
        if (bare := text.strip()) != text:
            said = self.whole(bare)
            return None if said is None else text.replace(bare, said, 1)
        if (said := self._plain.get(_opened(text))) is not None:
            return said
        if not _WORD.search(text) or _CODE.fullmatch(text):
            return text
        said = next((said for said in self._by_parts(text) if said is not None), None)
        return text if said is None and _SAID.search(text) else said  # it was said before

    def _by_parts(self, text: str) -> Iterator[str | None]:
        """Ways to say a text that is no entry itself, the closest first."""
        if text.endswith("."):
            said_before = self.whole(text[:-1])
            yield said_before and said_before + self.catalogue.stop
        for pattern, said in self._gapped:
            if match := pattern.fullmatch(text):
                yield self._filled(said, match.groupdict())
        if text.endswith(")") and (found := _bracketed(text)):
            before = self._joined(list(found), self.catalogue.brackets[0])
            yield before and before + self.catalogue.brackets[1]
        for pieces, joint in _taken_apart(text, self.catalogue.joints):
            yield self._joined(pieces, joint)

    def _filled(self, said: str, gaps: Mapping[str, str]) -> str | None:
        """An entry with what its gaps hold in the language; none holds the end of a sentence."""
        if any(map(_SENTENCE_END.search, gaps.values())):
            return None
        values = {
            name: value if name in _KEPT else self.whole(value) for name, value in gaps.items()
        }
        return None if None in values.values() else said.format(**values)

    def _joined(self, pieces: list[str], joint: str) -> str | None:
        """Pieces in the language, if each can be said."""
        said: list[str] = []
        for piece in pieces:
            if (text := self.whole(piece)) is None:
                return None
            said.append(text)
        return joint.join(said)


def _by_length(texts: Mapping[str, str]) -> Iterator[tuple[re.Pattern[str], str]]:
    """Texts with gaps as patterns, those with the longest words first."""
    with_gaps = [text for text in texts if _GAP.search(text)]
    for text in sorted(with_gaps, key=lambda text: (-len(_GAP.sub("", text)), text)):
        yield re.compile(_as_pattern(text)), texts[text]


def _as_pattern(text: str) -> str:
    """A text as a regular expression: gaps take what they may, the first letter is either case."""
    pieces = _GAP.split(text)
    pattern = "".join(
        f"(?P<{piece}>{_GAPS.get(piece, '.+?')})" if k % 2 else re.escape(piece)
        for k, piece in enumerate(pieces)
    )
    first = text[0]
    if first.isalpha():
        return f"[{first.upper()}{first.lower()}]" + pattern[1:]
    return pattern


def _opened(text: str) -> str:
    """A text with a small first letter: the same words open a sentence or stand inside it."""
    return text[:1].lower() + text[1:]


def _taken_apart(text: str, joints: Mapping[str, str]) -> Iterator[tuple[list[str], str]]:
    """Pieces of a text, and what joins them: sentences first, then the first piece and the rest.

    A name may hold a comma: the first piece is then longer than what stands before the first one.
    """
    sentences = _SENTENCE_END.split(text)
    if len(sentences) > 1:
        yield sentences, ""
    for separator, joint in joints.items():
        pieces = _outside_brackets(text, separator)
        for k in range(1, len(pieces)):
            yield [separator.join(pieces[:k]), separator.join(pieces[k:])], joint


def _outside_brackets(text: str, separator: str) -> list[str]:
    """A text split at a separator, but not within brackets."""
    pieces = [""]
    for piece in text.split(separator):
        is_open = pieces[-1].count("(") > pieces[-1].count(")")
        if is_open:
            pieces[-1] += separator + piece
        else:
            pieces.append(piece)
    return pieces[1:]


def _bracketed(text: str) -> tuple[str, str] | None:
    """A text and what it says in brackets at its end, None where it has none."""
    depth = 0
    for place in range(len(text) - 1, 0, -1):
        depth += (text[place] == ")") - (text[place] == "(")
        if depth == 0:
            is_after_words = text[place - 1] == " " and place < len(text) - 1
            return (text[: place - 1], text[place + 1 : -1]) if is_after_words else None
    return None
