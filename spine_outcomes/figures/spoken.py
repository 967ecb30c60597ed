"""The language that figures are drawn in: texts are said in it before they are measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Say = Callable[[str], str]
_SAY: ContextVar[Say | None] = ContextVar("say", default=None)


@contextmanager
def speaking(say: Say | None) -> Iterator[None]:
    """Draw in another language until the end of the block; in English where ``say`` is None.

    Like the style, it holds for all that is drawn inside, whatever draws it.
    """
    before = _SAY.set(say)
    try:
        yield
    finally:
        _SAY.reset(before)


def spoken(text: str) -> str:
    """A text as it will stand in the figure."""
    say = _SAY.get()
    return text if say is None or not text else say(text)
