"""What the rewritings need to look inside sums and products."""

from collections.abc import Callable, Iterator

import sympy as sp

from derive.compilation.arraynodes import Expanded, Transposed

LABELS = (sp.Symbol, sp.Indexed, Expanded, Transposed)
"""What can stand for given data: y, y[i], or an array with its axes in line."""


def pairs(node: sp.Add) -> Iterator[tuple[sp.Expr, sp.Expr, tuple[sp.Expr, ...]]]:
    """Yield every ordered pair of terms of a sum, with the other terms."""
    for i, first in enumerate(node.args):
        for j, second in enumerate(node.args):
            if i != j:
                yield first, second, tuple(term for k, term in enumerate(node.args) if k not in (i, j))


def factors(node: sp.Expr, kind: type) -> list[sp.Expr]:
    """Return the factors of a product that are functions of this kind, also those under a power."""
    parts = sp.Mul.make_args(node)
    # SymPy reads e^u as a power of e: looked at whole first, under a power after.
    bases = (part if isinstance(part, kind) else part.as_base_exp()[0] for part in parts)
    return [base for base in bases if isinstance(base, kind)]


def ratio(numerator: sp.Expr, denominator: sp.Expr) -> sp.Expr:
    """Return the quotient in lowest terms where SymPy can tell cheaply, else as it stands."""
    plain = numerator / denominator
    if plain.is_number or not plain.has(sp.Add):
        return plain
    try:
        return sp.cancel(plain)
    except sp.PolynomialError:
        return plain


def exponentials(node: sp.Expr) -> list[tuple[sp.Expr, sp.Expr]] | None:
    """Read Σ c·e^a with every c a positive number, as pairs (c, a); a constant c is c·e^0. None for anything else."""
    terms = []
    for term in sp.Add.make_args(node):
        number, rest = term.as_coeff_Mul()
        exponent = rest.args[0] if isinstance(rest, sp.exp) else sp.S.Zero if rest == 1 else None
        if exponent is None or not number.is_positive:
            return None
        terms.append((number, exponent))
    return terms if any(exponent != 0 for _, exponent in terms) and len(terms) > 1 else None


def replace_terms(node: sp.Add, attempt: Callable[[sp.Expr, sp.Expr], sp.Expr | None]) -> sp.Expr:
    """Replace the first pair of terms for which `attempt` gives something; the sum is unchanged if there is none."""
    for first, second, others in pairs(node):
        new = attempt(first, second)
        if new is not None:
            return sp.Add(new, *others)
    return node
