"""The rewriting that only arrays need, and the scalar ones after it."""

import sympy as sp

from derive.compilation.arraynodes import Softmax, SoftmaxMinus
from derive.compilation.matching import LABELS, factors, replace_terms
from derive.compilation.rewritings import Rewriting, apply, stabilised


def softmax_minus(node: sp.Add) -> sp.Expr:
    """a(softmax(Z) − Y) = a(p(1 − y) − y(1 − p)), where 1 − p is summed over the other classes."""

    def attempt(first: sp.Expr, second: sp.Expr) -> sp.Expr | None:
        for p in factors(first, Softmax):
            a = first / p
            y = -second / a
            if isinstance(y, LABELS) and not a.has(Softmax):
                return a * SoftmaxMinus(p.args[0], y, p.args[1])
        return None

    return replace_terms(node, attempt)


ARRAYS = (Rewriting("softmax(Z) − Y by the others", "p − 1 is 0 at (40, 0, 0)", sp.Add, softmax_minus, ""),)


def stabilised_arrays(tree: sp.Expr) -> sp.Expr:
    """Return a tree of the same value that keeps its digits."""
    return stabilised(apply(ARRAYS, tree))
