"""Typical wrong answers to 'differentiate this function', made on purpose: a check has to refute each of them."""

from collections.abc import Iterator
from typing import Any


def slips(value: Any, by: Any, right: Any) -> Iterator[tuple[Any, str]]:
    """Yield wrong derivatives of a scalar formula with the slip that leads to each.

    Parameters
    ----------
    value, by:
        The function and the symbol.
    right:
        The derivative, as it will be judged.

    Yields
    ------
    tuple
        A formula that may by chance be right, and the slip in words.
    """
    yield -right, "sign"
    yield value, "the function instead of its derivative"
    yield from _inner_forgotten(value, by)
    yield from _products(value, by)
    yield 2 * right, "a factor 2 too many"


def _inner_forgotten(value: Any, by: Any) -> Iterator[tuple[Any, str]]:
    import sympy as sp

    seen = set()
    for node in sp.preorder_traversal(value):
        inner = _inner(node, by)
        if inner is None or node in seen:
            continue
        seen.add(node)
        whole, argument = sp.Dummy("T", real=True), sp.Dummy("u", real=True)
        outer = node.func(argument) if len(node.args) == 1 else argument**node.exp
        around = value.xreplace({node: whole})
        slope = sp.diff(outer, argument).subs(argument, inner)
        wrong = sp.diff(around, by) + sp.diff(around, whole) * slope
        yield wrong.subs(whole, node), "the derivative of the inner function forgotten"


def _inner(node: Any, by: Any) -> Any:
    """Return u of f(u) where u depends on the symbol and is not the symbol itself."""
    import sympy as sp

    if isinstance(node, sp.Pow) and not isinstance(node, sp.exp) and not node.exp.has(by):
        inner = node.base
    elif isinstance(node, sp.Function) and len(node.args) == 1:
        inner = node.args[0]
    else:
        return None
    return inner if inner.has(by) and inner != by else None


def _products(value: Any, by: Any) -> Iterator[tuple[Any, str]]:
    import sympy as sp

    for node in sp.preorder_traversal(value):
        factors = [factor for factor in node.args if factor.has(by)] if isinstance(node, sp.Mul) else []
        if len(factors) < 2:
            continue
        whole = sp.Dummy("T", real=True)
        around = value.xreplace({node: whole})
        rest = node / sp.Mul(*factors)
        wrong = sp.diff(around, by) + sp.diff(around, whole) * rest * sp.Mul(*(sp.diff(f, by) for f in factors))
        yield wrong.subs(whole, node), "the product of the derivatives taken for the derivative of the product"
