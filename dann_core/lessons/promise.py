"""A lesson's promise: an expression over figures of its run's end that a machine can check, seed after seed."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from dann_core.language import say

FIGURES = {
    "target": "target accuracy",
    "source": "source accuracy",
    "domain": "domain accuracy",
    "source_only": "target accuracy of the source-only twin",
    "source_only_source": "source accuracy of the twin",
    "spread": "highest less lowest target accuracy of this seed and the four that follow",
    "source_only_spread": "the same of the source-only twins",
}
"""What a promise may name, all in percent, and what each is."""

SPREADS = ("spread", "source_only_spread")

_OPERATIONS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.USub: operator.neg,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


class PromiseError(ValueError):
    """A text that is no promise; the sentence says what is wrong with it."""


class Promise:
    """Comparisons of sums of `FIGURES` and numbers, joined by `and`; `source_only` takes part, by itself or spread.

    Raises `PromiseError` for any other text.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            self._tree = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError):
            why = say("promise cannot be read: {text!r}. Write it like target < source_only - 10.", text=text)
            raise PromiseError(why) from None
        self.names = {node.id for node in ast.walk(self._tree) if isinstance(node, ast.Name)}
        unknown = sorted(self.names - set(FIGURES))
        if unknown:
            known = ", ".join(FIGURES)
            raise PromiseError(say("promise names {name!r}; it may name {known}.", name=unknown[0], known=known))
        if not _is_condition(self._tree):
            rule = say("promise must be comparisons (<, <=, >, >=) of sums of figures and numbers, with and.")
            raise PromiseError(rule)
        if not any(name.startswith("source_only") for name in self.names):
            rule = say("promise must name source_only: only what differs from the twin is the adversary's doing.")
            raise PromiseError(rule)

    @property
    def needs_spread(self) -> bool:
        """Whether more than one seed has to be trained to check it."""
        return bool(self.names & set(SPREADS))

    def holds(self, figures: Mapping[str, float]) -> bool:
        """Whether figures in percent, by name, keep it; one that is not a number keeps nothing."""
        return bool(_value(self._tree, figures))


def _is_condition(node: ast.AST) -> bool:
    if isinstance(node, ast.BoolOp):
        return isinstance(node.op, ast.And) and all(map(_is_condition, node.values))
    if isinstance(node, ast.Compare):
        return all(type(op) in _OPERATIONS for op in node.ops) and all(map(_is_sum, [node.left, *node.comparators]))
    return False


def _is_sum(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp):
        return type(node.op) in _OPERATIONS and _is_sum(node.left) and _is_sum(node.right)
    if isinstance(node, ast.UnaryOp):
        return type(node.op) in _OPERATIONS and _is_sum(node.operand)
    return isinstance(node, ast.Name) or (isinstance(node, ast.Constant) and type(node.value) in (int, float))


def _value(node: ast.AST, figures: Mapping[str, float]) -> Any:
    if isinstance(node, ast.BoolOp):
        return all(_value(part, figures) for part in node.values)
    if isinstance(node, ast.Compare):
        values = [_value(part, figures) for part in (node.left, *node.comparators)]
        return all(_OPERATIONS[type(op)](*pair) for op, pair in zip(node.ops, pairwise(values), strict=True))
    if isinstance(node, ast.BinOp):
        return _OPERATIONS[type(node.op)](_value(node.left, figures), _value(node.right, figures))
    if isinstance(node, ast.UnaryOp):
        return _OPERATIONS[type(node.op)](_value(node.operand, figures))
    return figures[node.id] if isinstance(node, ast.Name) else node.value
