"""How large a formula becomes when it is multiplied out, told before SymPy does it."""

from math import comb

import sympy as sp

EXPANDED_TERMS = 5_000


def small(expression: sp.Basic) -> bool:
    """Tell whether a formula, multiplied out, keeps within 5,000 terms."""
    return terms(expression) <= EXPANDED_TERMS


def terms(expression: sp.Basic) -> int:
    """Return a bound on the number of terms of a formula that is multiplied out, the arguments of functions too."""
    if not expression.args:
        return 1
    sizes = [terms(argument) for argument in expression.args]
    if expression.is_Add:
        return sum(sizes)
    if expression.is_Mul:
        product = 1
        for size in sizes:
            product = min(product * size, 10 * EXPANDED_TERMS)
        return product
    if expression.is_Pow and expression.exp.is_Integer:
        power = min(abs(int(expression.exp)), EXPANDED_TERMS)
        return comb(min(sizes[0], EXPANDED_TERMS) + power - 1, power)
    return max(sizes)
