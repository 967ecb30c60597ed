"""Small deliberate faults of one node of a module's syntax tree.

Floats other than 0, ½, 1 and 2 are tolerances, and stay; nothing lies exactly on a tolerance, so
that a comparison with one is turned round and not moved to the other side of equality, and a search
for a value with one stays. An array of
no elements has none to fill otherwise.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator, Set

Replacements = Iterator[tuple[str, ast.AST]]

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
OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    **COMPARISONS,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
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


def comparison(node: ast.AST, tolerances: Set[str]) -> Replacements:
    """The boundary on the other side, or the opposite."""
    if isinstance(node, ast.Compare):
        kinds = OPPOSITES if has_tolerance(node, tolerances) else COMPARISONS
        for place, kind in enumerate(map(type, node.ops)):
            ops = list(node.ops)
            ops[place] = kinds[kind]()
            name = f"{kind.__name__} to {kinds[kind].__name__}"
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


def call(node: ast.AST, tolerances: Set[str]) -> Replacements:
    """The opposite function, the other side of a search, no running sum."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name)):
        return
    name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
    is_empty = bool(node.args) and re.search(r"\b0\b", ast.unparse(node.args[0]))
    if name in FUNCTIONS and not is_empty:
        other = copy.copy(node.func)
        setattr(other, "attr" if isinstance(other, ast.Attribute) else "id", FUNCTIONS[name])
        yield f"{name} to {FUNCTIONS[name]}", ast.Call(other, node.args, node.keywords)
    if name == "searchsorted" and not any(has_tolerance(part, tolerances) for part in node.args):
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


OPERATORS = (arithmetic, in_place, logic, constant, index, statement)


def changes_of(node: ast.AST, tolerances: Set[str]) -> Replacements:
    """Every change of one node."""
    yield from comparison(node, tolerances)
    yield from call(node, tolerances)
    for operator in OPERATORS:
        yield from operator(node)


def is_tolerance(node: ast.AST) -> bool:
    """Whether the node is a float other than those that a formula has."""
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, float)
        and node.value not in CONSTANTS
    )


def has_tolerance(node: ast.AST, tolerances: Set[str]) -> bool:
    """Whether a tolerance, itself or by name, is a part of the sum or product."""
    match node:
        case ast.Compare(left=left, comparators=others):
            return any(has_tolerance(part, tolerances) for part in (left, *others))
        case ast.BinOp(left=left, right=right):
            return has_tolerance(left, tolerances) or has_tolerance(right, tolerances)
        case ast.Name(id=name):
            return name in tolerances
        case ast.Attribute(attr=name):
            return name == "eps"
    return is_tolerance(node)


def tolerances_of(tree: ast.AST, imported: Set[str] = frozenset()) -> Set[str]:
    """Names that the module gives to tolerances, and to sums and products with one."""
    names = set(imported)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and has_tolerance(node.value, names):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names
