"""The page as a program reads it: elements, attributes, printed numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pandas as pd

VOID = {"meta", "br", "link", "img", "input", "hr"}


@dataclass
class Element:
    """One element: tag, attributes, children and its own text."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text inside."""
        return "".join(c if isinstance(c, str) else c.text for c in self.children)

    def walk(self) -> Iterator[Element]:
        """The element and everything inside it, in order."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Elements of a tag inside, with these attributes (``class_`` for class)."""
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [
            element
            for element in self.walk()
            if element.tag == tag and wanted.items() <= element.attributes.items()
        ]

    def inside(self, tag: str, identifier: str) -> bool:
        """Whether an ancestor has this tag and id."""
        above = self.parent
        while above is not None:
            if above.tag == tag and above.attributes.get("id") == identifier:
                return True
            above = above.parent
        return False


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("root", {})
        self.here = self.root
        self.closed: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {key: value or "" for key, value in attrs}, self.here)
        self.here.children.append(element)
        if tag not in VOID:
            self.here = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {key: value or "" for key, value in attrs}, self.here)
        self.here.children.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.here.tag == tag, f"</{tag}> closes <{self.here.tag}>"
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


def read(page: str) -> Element:
    """The tree of a page; a wrongly nested element is an error."""
    builder = _Builder()
    builder.feed(page)
    builder.close()
    assert builder.here is builder.root, f"<{builder.here.tag}> is never closed"
    return builder.root


SIGNS = str.maketrans({"−": "-", ",": ""})
ESTIMATE = (
    "estimate", "lower", "upper", "p_value", "statistic", "df", "n", "n_event", "p_adjusted",
    "e_value", "e_value_limit",
)  # fmt: skip


def printed(text: str, raw: float) -> bool:
    """Whether ``text`` is ``raw``, or 100 times it, rounded to the digits printed."""
    plain = text.translate(SIGNS)
    if plain == "infinity":
        return raw in (float("inf"), float("-inf"))
    if plain[0] in "<>":
        bound = float(plain[1:])
        return raw < bound if plain[0] == "<" else raw > bound
    digits = len(plain.partition(".")[2])
    near = 0.5 * 10.0**-digits * (1 + 1e-9)
    return any(abs(abs(float(plain)) - abs(scale * raw)) <= near for scale in (1, 100))


def numbers_of(element: Element) -> list[Element]:
    """Printed numbers inside an element."""
    return [e for e in element.all("span") if "data-raw" in e.attributes]


def unlike(tree: Element, results: pd.DataFrame) -> list[str]:
    """Numbers of a page that are not printed from their value, or not that of their results row."""
    frame = results.set_index("id").filter(ESTIMATE).apply(pd.to_numeric, errors="coerce")
    wrong = [e.text for e in numbers_of(tree) if not printed(e.text, _raw(e))]
    places = [e for e in tree.all("span") if "data-row" in e.attributes]
    places += [e for e in tree.all("td") if "data-id" in e.attributes]
    assert len(places) > 200
    for place in places:
        key = place.attributes.get("data-row") or place.attributes["data-id"]
        values = set(frame.loc[key].dropna())
        raws = {_raw(e) for e in ([place] if place.tag == "span" else numbers_of(place))}
        wrong += [] if raws <= values else [f"{key}: {place.text}"]
    return wrong


def _raw(number: Element) -> float:
    """The value that a number is printed from."""
    return float(number.attributes["data-raw"])
