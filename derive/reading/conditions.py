"""Conditions among the declarations: 0 < p < 1, x != 0, x > y."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sympy as sp

from derive.reading import tree
from derive.reading.errors import UnreadableError

if TYPE_CHECKING:
    from derive.reading.vocabulary import Vocabulary

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def _comparisons(text: str, vocabulary: "Vocabulary") -> list[tuple[Any, str, Any]]:
    """Return the comparisons of a chain, each with the meaning of both sides."""
    from derive.reading.reader import relation_sides

    return relation_sides(text, vocabulary)


def _bound(left: Any, sign: str, right: Any) -> tuple[str, sp.Set] | None:
    """Return what one comparison of a name with a number says about the name."""
    if left.is_number and right.is_Symbol:
        left, sign, right = right, _TURNED[sign], left
    if not (left.is_Symbol and right.is_number) or sign == "!=":
        return None
    values = {
        "<": sp.Interval.open(-sp.oo, right),
        "<=": sp.Interval(-sp.oo, right),
        ">": sp.Interval.open(right, sp.oo),
        ">=": sp.Interval(right, sp.oo),
        "==": sp.FiniteSet(right),
    }[sign]
    return left.name, values


def bounds(text: str) -> Mapping[str, sp.Set]:
    """Return the intervals that a condition gives to names, before anything else is known about them."""
    from derive.reading.vocabulary import Vocabulary

    found: dict[str, sp.Set] = {}
    for left, sign, right in _comparisons(text, Vocabulary()):
        bound = _bound(left, sign, right)
        if bound is not None:
            name, values = bound
            found[name] = found.get(name, sp.S.Reals).intersect(values)
    for name, values in found.items():
        if values == sp.S.EmptySet:
            raise UnreadableError(f"no value is left for {name}", text, 0)
    return found


def condition_of(text: str, vocabulary: "Vocabulary") -> list[sp.Basic]:
    """Return those conditions that are more than bounds of one name."""
    relations = {"<": sp.Lt, "<=": sp.Le, ">": sp.Gt, ">=": sp.Ge, "==": sp.Eq, "!=": sp.Ne}
    found = []
    for left, sign, right in _comparisons(text, vocabulary):
        if _bound(left, sign, right) is None:
            condition = relations[sign](left, right)
            if condition == sp.false:
                raise UnreadableError("this condition never holds", text, 0)
            if condition != sp.true:
                found.append(condition)
    return found


def is_relation(node: tree.Node) -> bool:
    """Tell whether a tree is a chain of comparisons."""
    return isinstance(node, tree.Relation)


def loosened(text: str) -> str:
    """Write = as ==, so that an equation reads as a condition; columns stay where they are in error messages."""
    return re.sub(r"(?<![<>=!])=(?!=)", "==", text)
