"""Small deliberate faults in a module's source: one operator, one place, one mutant.

Left alone is what computes nothing: annotations, decorators, imports, docstrings, strings, raised
errors and the texts of problems and findings, ``__all__``, and arguments that only guard or save
memory (``zip(strict=…)``, ``copy=…``). Floats other than 0, ½, 1 and 2 are tolerances, and stay.
"""

from __future__ import annotations

import ast
import copy
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

Replacements = Iterator[tuple[str, ast.AST]]

UNTOUCHED_FIELDS = frozenset({"annotation", "returns", "decorator_list", "bases"})
UNTOUCHED_NODES = (ast.Import, ast.ImportFrom, ast.JoinedStr, ast.Raise)
UNTOUCHED_CALLS = frozenset({"Problem", "Finding", "cast", "TypeVar"})
GUARDS = frozenset({"strict", "copy", "check_finite", "stacklevel"})

ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
CONSTANTS = {0: 1, 1: 0, 2: 1, 0.5: 1.0}
FUNCTIONS = {
    "minimum": "maximum",
    "maximum": "minimum",
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "sf": "cdf",
    "cdf": "sf",
    "zeros": "ones",
    "zeros_like": "ones_like",
    "ones": "zeros",
    "ones_like": "zeros_like",
    "expm1": "exp",
    "log1p": "log",
    "floor": "ceil",
    "ceil": "floor",
}


@dataclass(frozen=True)
class Mutant:
    """One fault: where it is, what was done, the statement as it then reads, the whole source."""

    line: int
    operator: str
    text: str
    source: str


def arithmetic(node: ast.AST) -> Replacements:
    """Another operation, or one factor left out."""
    if not isinstance(node, ast.BinOp):
        return
    kind = type(node.op)
    if kind in ARITHMETIC:
        name = f"{kind.__name__} to {ARITHMETIC[kind].__name__}"
        yield name, ast.BinOp(node.left, ARITHMETIC[kind](), node.right)
    if isinstance(node.op, ast.Mult):
        yield "drop right factor", node.left
        yield "drop left factor", node.right
    if isinstance(node.op, ast.Div):
        yield "drop divisor", node.left


def in_place(node: ast.AST) -> Replacements:
    """Another operation in place."""
    if isinstance(node, ast.AugAssign) and type(node.op) in ARITHMETIC:
        other = ARITHMETIC[type(node.op)]
        name = f"{type(node.op).__name__} to {other.__name__}"
        yield name, ast.AugAssign(node.target, other(), node.value)


def comparison(node: ast.AST) -> Replacements:
    """The boundary on the other side, or the opposite."""
    if isinstance(node, ast.Compare):
        for place, kind in enumerate(map(type, node.ops)):
            ops = list(node.ops)
            ops[place] = COMPARISONS[kind]()
            name = f"{kind.__name__} to {COMPARISONS[kind].__name__}"
            yield name, ast.Compare(node.left, ops, node.comparators)


def logic(node: ast.AST) -> Replacements:
    """Conditions joined the other way, negations and signs left out, choices turned round."""
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and / or", ast.BoolOp(other, node.values)
    elif isinstance(node, ast.UnaryOp) and not isinstance(node.operand, ast.Constant):
        yield f"drop {type(node.op).__name__}", node.operand
    elif isinstance(node, ast.IfExp):
        yield "turn the choice round", ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, ast.If):
        negated = ast.UnaryOp(ast.Not(), node.test)
        yield "turn the condition round", ast.If(negated, node.body, node.orelse)


def constant(node: ast.AST) -> Replacements:
    """0 for 1, 1 for 0, true for false."""
    if not isinstance(node, ast.Constant):
        return
    if isinstance(node.value, bool):
        yield "true / false", ast.Constant(not node.value)
    elif isinstance(node.value, int | float) and node.value in CONSTANTS:
        value = type(node.value)(CONSTANTS[node.value])
        yield "constant", ast.Constant(value)


def index(node: ast.AST) -> Replacements:
    """First for last, and a slice without its bound."""
    if not isinstance(node, ast.Subscript):
        return
    if isinstance(node.slice, ast.Slice) and (node.slice.lower or node.slice.upper):
        yield "drop the bound", ast.Subscript(node.value, ast.Slice(), node.ctx)
    text = ast.unparse(node.slice)
    if text in {"0", "-1"}:
        other: ast.expr = ast.Constant(0) if text == "-1" else ast.Constant(-1)
        yield "first / last", ast.Subscript(node.value, other, node.ctx)


def call(node: ast.AST) -> Replacements:
    """The opposite function, the other side of a search, no running sum."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name)):
        return
    name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
    if name in FUNCTIONS:
        other = copy.copy(node.func)
        setattr(other, "attr" if isinstance(other, ast.Attribute) else "id", FUNCTIONS[name])
        yield f"{name} to {FUNCTIONS[name]}", ast.Call(other, node.args, node.keywords)
    if name == "searchsorted":
        keywords = {key.arg: key.value for key in node.keywords}
        side = ast.unparse(keywords.get("side", ast.Constant("left")))
        keywords["side"] = ast.Constant("left" if side == "'right'" else "right")
        changed = [ast.keyword(key, value) for key, value in keywords.items()]
        yield "side of the search", ast.Call(node.func, node.args, changed)
    if name == "cumsum" and node.args:
        yield "drop the running sum", node.args[0]


def statement(node: ast.AST) -> Replacements:
    """A statement that does something left out: a branch, an update, a call."""
    is_branch = isinstance(node, ast.If) and not node.orelse
    is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    is_update = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript)
    if is_branch or is_call or is_update or isinstance(node, ast.AugAssign):
        yield "drop the statement", ast.Pass()


OPERATORS = (arithmetic, in_place, comparison, logic, constant, index, call, statement)


def is_untouched(node: ast.AST) -> bool:
    """Whether the node computes nothing."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
        case ast.Call(func=ast.Name(id=name)) if name in UNTOUCHED_CALLS:
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


def mutants(source: str, rng: np.random.Generator) -> Iterator[Mutant]:
    """All mutants of a module in random order, one of each operator in turn."""
    by_operator: dict[str, list[tuple[int, int]]] = defaultdict(list)
    tree = ast.parse(source)
    for number, place in enumerate(places(tree, tree)):
        changes = (change for operator in OPERATORS for change in operator(place.node))
        for choice, (name, _) in enumerate(changes):
            by_operator[name].append((number, choice))
    turns = [rng.permutation(spots).tolist() for _, spots in sorted(by_operator.items())]
    rng.shuffle(turns)
    while turns:
        for spots in turns:
            yield mutant(source, *spots.pop())
        turns = [spots for spots in turns if spots]


def mutant(source: str, number: int, choice: int) -> Mutant:
    """The mutant with one change at one place of the module."""
    tree = ast.parse(source)
    place = list(places(tree, tree))[number]
    changes = [change for operator in OPERATORS for change in operator(place.node)]
    name, node = changes[choice]
    before = first_line(place.statement)
    place.put(node)
    ast.fix_missing_locations(tree)
    is_gone = place.node is place.statement and isinstance(node, ast.Pass)
    is_whole = place.node is place.statement and not is_gone
    after = f"without {before}" if is_gone else first_line(node if is_whole else place.statement)
    return Mutant(place.statement.lineno, name, after, ast.unparse(tree))  # type: ignore[attr-defined]
