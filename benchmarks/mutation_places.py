"""Mutants of a module: one small fault (``mutation_operators.py``), one place, drawn by a seed.

Left alone is what computes nothing: annotations, decorators, imports, docstrings, strings, raised
errors and the texts of problems and findings, marks for tools (``__all__``, ``__test__``),
conditions that no caller meets (``if …: raise AssertionError``, for the checker of types), and
arguments that only guard or save memory (``zip(strict=…)``, ``copy=…``).
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Set
from dataclasses import dataclass

import numpy as np
from mutation_operators import changes_of, tolerances_of

UNTOUCHED_FIELDS = frozenset({"annotation", "returns", "decorator_list", "bases"})
UNTOUCHED_NODES = (ast.Import, ast.ImportFrom, ast.JoinedStr, ast.Raise)
MARKS = frozenset({"__all__", "__test__"})
UNTOUCHED_CALLS = frozenset({"Problem", "Finding", "cast", "TypeVar"})
GUARDS = frozenset({"strict", "copy", "check_finite", "stacklevel"})


@dataclass(frozen=True)
class Mutant:
    """One fault: where it is, what was done, the statement as it then reads, the whole source.

    ``span`` are the lines of the statement, without those of the statements within it.
    """

    line: int
    span: Set[int]
    operator: str
    text: str
    source: str


def is_untouched(node: ast.AST) -> bool:
    """Whether the node computes nothing."""
    match node:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)) if (
            name in MARKS
        ):
            return True
        case ast.Call(func=ast.Name(id=name)) if name in UNTOUCHED_CALLS:
            return True
        case ast.If(body=[ast.Raise(exc=ast.Call(func=ast.Name(id="AssertionError")))]):
            return True
        case ast.keyword(arg=str(name)) if name in GUARDS:
            return True
    return isinstance(node, UNTOUCHED_NODES)


@dataclass(frozen=True)
class Place:
    """A node that computes: where it hangs, and the statement it is part of."""

    parent: ast.AST
    field: str
    position: int | None
    node: ast.AST
    statement: ast.AST

    def put(self, node: ast.AST) -> None:
        """Put another node here."""
        if self.position is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.position] = node


def places(node: ast.AST, within: ast.AST) -> Iterator[Place]:
    """Every node below that computes, in the order of the source."""
    for field, value in ast.iter_fields(node):
        if field in UNTOUCHED_FIELDS:
            continue
        for position, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST) and not is_untouched(child):
                around = child if isinstance(child, ast.stmt) else within
                yield Place(node, field, position, child, around)
                yield from places(child, around)


def first_line(node: ast.AST) -> str:
    """A statement's first line, whatever lines the source breaks it into."""
    return ast.unparse(node).splitlines()[0]


def span(node: ast.AST) -> Set[int]:
    """Lines of a statement, without those of the statements within it."""
    first, last = node.lineno, node.end_lineno  # type: ignore[attr-defined]
    body = getattr(node, "body", None)
    if isinstance(body, list):
        last = max(first, body[0].lineno - 1)
    return set(range(first, last + 1))


def mutants(source: str, rng: np.random.Generator, imported: Set[str]) -> Iterator[Mutant]:
    """All mutants of a module in random order, one of each operator in turn.

    ``imported`` are names of tolerances that the module may have from others.
    """
    by_operator: dict[str, list[tuple[int, int]]] = defaultdict(list)
    tree = ast.parse(source)
    tolerances = tolerances_of(tree, imported)
    for number, place in enumerate(places(tree, tree)):
        for choice, (name, _) in enumerate(changes_of(place.node, tolerances)):
            by_operator[name].append((number, choice))
    turns = [rng.permutation(spots).tolist() for _, spots in sorted(by_operator.items())]
    rng.shuffle(turns)
    while turns:
        for spots in turns:
            yield mutant(source, tolerances, *spots.pop())
        turns = [spots for spots in turns if spots]


def mutant(source: str, tolerances: Set[str], number: int, choice: int) -> Mutant:
    """The mutant with one change at one place of the module."""
    tree = ast.parse(source)
    place = list(places(tree, tree))[number]
    name, node = list(changes_of(place.node, tolerances))[choice]
    before, lines = first_line(place.statement), span(place.statement)
    line = place.statement.lineno  # type: ignore[attr-defined]
    place.put(node)
    ast.fix_missing_locations(tree)
    is_gone = place.node is place.statement and isinstance(node, ast.Pass)
    is_whole = place.node is place.statement and not is_gone
    after = f"without {before}" if is_gone else first_line(node if is_whole else place.statement)
    return Mutant(line, lines, name, after, ast.unparse(tree))
