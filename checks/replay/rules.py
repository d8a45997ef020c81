"""What functions mean, and how formulas are differentiated: the identities that the replayer knows by itself.

A formula is a tree: a whole number, the name of a symbol, or a tuple of an operation and its operands.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from checks.replay.polynomials import RejectedError, Work

Tree = Any

_E_PLUS, _E_MINUS = ("exp", "u"), ("exp", ("*", -1, "u"))
_ROOT = ("^", ("+", 1, ("*", -1, ("^", "u", 2))), ("/", 1, 2))  # √(1 − u²)
_ARCSINE = ("*", 2, ("atan", ("*", "u", ("^", ("+", 1, _ROOT), -1))))

# f(u) = the tree, wherever f(u) is defined.
DEFINITIONS: dict[str, Tree] = {
    "sigma": ("^", ("+", 1, _E_MINUS), -1),
    "softplus": ("log", ("+", 1, _E_PLUS)),
    "sinh": ("*", ("/", 1, 2), ("+", _E_PLUS, ("*", -1, _E_MINUS))),
    "cosh": ("*", ("/", 1, 2), ("+", _E_PLUS, _E_MINUS)),
    "tanh": ("*", ("+", _E_PLUS, ("*", -1, _E_MINUS)), ("^", ("+", _E_PLUS, _E_MINUS), -1)),
    "coth": ("^", ("tanh", "u"), -1),
    "sech": ("^", ("cosh", "u"), -1),
    "csch": ("^", ("sinh", "u"), -1),
    "tan": ("*", ("sin", "u"), ("^", ("cos", "u"), -1)),
    "cot": ("*", ("cos", "u"), ("^", ("sin", "u"), -1)),
    "sec": ("^", ("cos", "u"), -1),
    "csc": ("^", ("sin", "u"), -1),
    "asin": _ARCSINE,
    "acos": ("+", ("*", ("/", 1, 2), ("pi",)), ("*", -1, _ARCSINE)),
    "asinh": ("log", ("+", "u", ("^", ("+", ("^", "u", 2), 1), ("/", 1, 2)))),
    "acosh": ("log", ("+", "u", ("^", ("+", ("^", "u", 2), -1), ("/", 1, 2)))),
    "atanh": ("*", ("/", 1, 2), ("+", ("log", ("+", 1, "u")), ("*", -1, ("log", ("+", 1, ("*", -1, "u")))))),
}

# f′(u), wherever f is differentiable.
_DERIVATIVES: dict[str, Tree] = {
    "exp": ("exp", "u"),
    "log": ("^", "u", -1),
    "sin": ("cos", "u"),
    "cos": ("*", -1, ("sin", "u")),
    "atan": ("^", ("+", 1, ("^", "u", 2)), -1),
    "erf": ("*", 2, ("^", ("pi",), ("/", -1, 2)), ("exp", ("*", -1, ("^", "u", 2)))),
    # 0 where u is not zero; `open` refuses the points at which the sign of u is zero.
    "sign": ("*", 0, ("open", ("sign", "u"))),
    "abs": ("open", ("sign", "u")),
}


def unfolded(tree: Tree) -> Tree:
    """Return σ(t), tanh(t), … as their definitions with t put in."""
    return put_in(DEFINITIONS[tree[0]], tree[1])


def put_in(pattern: Tree, value: Tree) -> Tree:
    """Return a pattern with a tree for its `u`."""
    if pattern == "u":
        return value
    if isinstance(pattern, tuple):
        return (pattern[0], *(put_in(part, value) for part in pattern[1:]))
    return pattern


def with_indices(tree: Tree, renaming: Mapping[str, Tree]) -> Tree:
    """Return a tree with other indices; names of arrays and functions stay."""
    if isinstance(tree, tuple) and tree:
        kept = 2 if tree[0] in ("entry", "call") else 1
        return (*tree[:kept], *(with_indices(part, renaming) for part in tree[kept:]))
    return renaming.get(tree, tree) if isinstance(tree, str) else tree


_TOTAL = frozenset(
    ("+", "*", "exp", "sin", "cos", "atan", "erf", "abs", "max", "min", "sign", "step", "pi", "sum", "range")
)
_TOTAL |= frozenset(("sigma", "softplus", "sinh", "cosh", "tanh", "sech", "asinh", "entry", "delta", "index"))


def is_number(tree: Tree) -> bool:
    """Tell whether a tree is a whole number or a fraction."""
    if isinstance(tree, tuple):
        return len(tree) == 3 and tree[0] == "/" and all(type(part) is int for part in tree[1:]) and tree[2] != 0
    return type(tree) is int


def has_value(tree: Tree, known: AbstractSet[Tree] = frozenset()) -> bool:
    """Tell whether a tree has a value everywhere, or wherever the known trees have one."""
    if not isinstance(tree, tuple) or is_number(tree) or tree in known:
        return True
    if tree[0] == "^":
        return len(tree) == 3 and type(tree[2]) is int and tree[2] >= 0 and has_value(tree[1], known)
    return tree[0] in _TOTAL and all(has_value(part, known) for part in tree[1:])


def names(tree: Tree) -> set[str]:
    """Return the symbols of a tree."""
    if isinstance(tree, tuple):
        return set().union(*map(names, tree[1:])) if len(tree) > 1 else set()
    return {tree} if isinstance(tree, str) else set()


def derivative(tree: Tree, x: str, work: Work) -> Tree:  # noqa: PLR0911, PLR0912 - one for each kind of tree
    """Return the derivative by a symbol, at points where every switch in the tree is off its kink.

    Raises
    ------
    RejectedError
        There is no rule for the derivative of this tree.
    """
    work.spend(_size(tree))
    if not isinstance(tree, tuple):
        return int(tree == x)
    op, *parts = tree
    if x not in names(tree):
        return 0
    if op == "+":
        return ("+", *(derivative(part, x, work) for part in parts if x in names(part)))
    if op == "*":
        terms = [
            ("*", *parts[:n], derivative(p, x, work), *parts[n + 1 :]) for n, p in enumerate(parts) if x in names(p)
        ]
        return ("+", *terms)
    if op == "^":
        base, exponent = parts
        if x not in names(exponent):
            lower = exponent - 1 if isinstance(exponent, int) else ("+", exponent, -1)
            return ("*", exponent, ("^", base, _number(lower)), derivative(base, x, work))
        return ("*", tree, derivative(("*", exponent, ("log", base)), x, work))
    if op in DEFINITIONS:
        return derivative(unfolded(tree), x, work)
    if op in _DERIVATIVES:
        return ("*", put_in(_DERIVATIVES[op], parts[0]), derivative(parts[0], x, work))
    if op == "call" and len(parts) == 2:
        return ("*", ("call", parts[0] + "'", parts[1]), derivative(parts[1], x, work))
    if op in ("max", "min") and len(parts) == 2:
        order = (">" if op == "max" else "<", *parts)
        return derivative(("cases", ("case", parts[0], order), ("case", parts[1], ("true",))), x, work)
    if op in ("max", "min"):
        return derivative((op, parts[0], (op, *parts[1:])), x, work)
    if op == "step":
        return derivative(("sign", parts[0]), x, work)
    if op == "cases":
        return ("open", ("cases", *(("case", derivative(value, x, work), condition) for _, value, condition in parts)))
    if op == "open":
        return ("open", derivative(parts[0], x, work))
    if op == "D":
        return derivative(derivative(parts[0], parts[1], work), x, work)
    raise RejectedError(f"there is no rule for the derivative of {op}")


def _size(tree: Tree) -> int:
    return 1 + sum(map(_size, tree)) if isinstance(tree, tuple) else 1


def _number(tree: Tree) -> Tree:
    """Return p/q − 1 as one number."""
    if isinstance(tree, tuple) and tree[0] == "+" and isinstance(tree[1], tuple) and tree[1][0] == "/":
        _, p, q = tree[1]
        return ("/", p - q, q)
    return tree
