"""Says in words what a certificate states, so that a person can see that it is what was asked."""

from collections.abc import Mapping
from typing import Any

from checks.replay.rules import Tree

_SUM, _PRODUCT, _POWER, _ATOM = range(4)


def in_words(statement: Mapping[str, Any]) -> list[str]:
    """Return the lines that state what was shown: the equation, the domain, and where it holds."""
    lines = [f"{formula(statement['left'])} = {formula(statement['right'])}"]
    numbers = [name for name in statement["names"] if ("integer", name) not in statement["given"]]
    declared = [f"{', '.join(numbers)} real"] if numbers else []
    declared += [f"{name} = 0 … {formula(size)} - 1" for name, size in statement["indices"]]
    said = declared + [condition(part) for part in statement["given"]]
    if said:
        lines.append(f"for all {'; '.join(said)}")
    lines.append("wherever both sides are defined")
    if statement["where"]:
        lines.append(f"and {' and '.join(condition(part) for part in statement['where'])}")
    lines += [f"except where {formula(tree)} = 0" for tree in statement["except"]]
    return lines


def condition(tree: Tree) -> str:
    """Return a condition as it is typed."""
    op, *parts = tree
    if op == "in":
        return f"{formula(parts[0])} in {{{', '.join(map(formula, parts[1:]))}}}"
    if op == "integer":
        return f"{formula(parts[0])} integer"
    if op == "true":
        return "otherwise"
    if op in ("and", "or"):
        return f"({f' {op} '.join(map(condition, parts))})"
    if op == "not":
        return f"not {condition(parts[0])}"
    return f"{formula(parts[0])} {op} {formula(parts[1])}"


def formula(tree: Tree) -> str:
    """Return a formula as it is typed."""
    return _shown(tree)[0]


def _shown(tree: Tree) -> tuple[str, int]:  # noqa: PLR0911 - one for each kind of tree
    if not isinstance(tree, tuple):
        return str(tree), _ATOM if isinstance(tree, str) or tree >= 0 else _SUM
    op, *parts = tree
    if op == "+":
        return " + ".join(_within(part, _SUM) for part in parts).replace("+ -", "- "), _SUM
    if op == "*":
        if parts[:1] == [-1] and len(parts) > 1:
            return "-" + "*".join(_within(part, _POWER) for part in parts[1:]), _SUM
        return "*".join(_within(part, _PRODUCT) for part in parts), _PRODUCT
    if op == "/":
        return f"{parts[0]}/{parts[1]}", _PRODUCT
    if op == "^":
        return f"{_within(parts[0], _ATOM)}^{_within(parts[1], _ATOM)}", _POWER
    if op == "pi":
        return "pi", _ATOM
    if op in ("entry", "call"):
        marks = "[]" if op == "entry" else "()"
        return f"{parts[0]}{marks[0]}{', '.join(map(formula, parts[1:]))}{marks[1]}", _ATOM
    if op == "index":
        return formula(parts[0]), _ATOM
    if op == "D":
        return f"d/d{parts[1]}({formula(parts[0])})", _ATOM
    if op == "cases":
        shown = [f"{formula(value)} if {condition(told)}" for _, value, told in parts]
        return f"cases({'; '.join(shown)})", _ATOM
    if op == "sum":
        ranges = ", ".join(f"{name} < {formula(size)}" for _, name, size in parts[1:])
        return f"sum({formula(parts[0])}; {ranges})", _ATOM
    return f"{op}({', '.join(map(formula, parts))})", _ATOM


def _within(tree: Tree, strength: int) -> str:
    text, own = _shown(tree)
    return text if own >= strength else f"({text})"
