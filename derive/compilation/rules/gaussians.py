"""e^(−c u²) for a power of two c, alone and beside a polynomial in u."""

import sympy as sp

from derive.compilation.nodes import gaussian, quadratic_gaussian, times_exp, times_gaussian


def is_power_of_two(c: sp.Expr) -> bool:
    """Say whether |c| is a power of two, so that multiplying by it is exact."""
    return bool(c.is_Rational) and c != 0 and all(n & (n - 1) == 0 for n in (abs(int(c.p)), int(c.q)))


def gaussian_alone(node: sp.exp) -> sp.Expr:
    """e^(−c u²) as one function."""
    found = _symbol_and_width(node.args[0])
    return node if found is None else gaussian(*found)


def gaussian_beside(node: times_exp) -> sp.Expr:
    """U e^(−c u²) and (a + b u²) e^(−c u²) as one function."""
    found = _symbol_and_width(node.args[1]) if len(node.args) == 2 else None
    if found is None:
        return node
    p, u = node.args[0], found[0]
    if p == u:
        return times_gaussian(*found)
    a, curved = p.as_coeff_Add()
    b = curved / u**2
    return quadratic_gaussian(a, b, *found) if a.is_Integer and a != 0 and is_power_of_two(b) else node


def _symbol_and_width(exponent: sp.Expr) -> tuple[sp.Expr, ...] | None:
    """Read −c u² as (u, c), or (u,) where c is 1."""
    number, square = exponent.as_coeff_Mul()
    if not (square.is_Pow and square.exp == 2 and square.base.is_Symbol and number.is_negative):
        return None
    if not is_power_of_two(number) or not 2**-20 <= -number <= 2**20:
        return None
    return (square.base,) if number == -1 else (square.base, -number)
