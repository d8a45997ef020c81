"""A normal form of formulas in index notation, for all sizes.

A formula becomes a polynomial in sums that cannot be divided: a sum of products is split over its terms,
Kronecker deltas are contracted, what does not depend on a summed index is taken out, and the product that is left is
divided into parts that share no summed index, each of which is a sum of its own with its indices named in a canonical
order. Σ_i Σ_j a_i b_j is then (Σ a)(Σ b), and a word of matrices is a path. Every rewriting is an identity for all
sizes, so equal normal forms prove equality; for polynomials in entries they are complete.
"""

from collections.abc import Callable, Iterator, Sequence

import sympy as sp

from checks.formulas.canonical_names import named
from derive.functions import sigma, softplus
from derive.indices import bound_indices, length, same_range, substitute, with_fresh_bounds

TERMS = 2_000

_EXPANDING = {"power_base": False, "log": False, "trig": False, "complex": False, "func": False}


class TooManyTermsError(ValueError):
    """Written out, the formula has more terms than the limit; the question stays undecided."""


def index_form(expression: sp.Expr) -> sp.Expr:
    """Return the normal form of a formula in index notation.

    Raises
    ------
    TooManyTermsError
        It has more than 2,000 terms.
    """
    if not expression.args or isinstance(expression, (sp.Indexed, sp.Idx, sp.KroneckerDelta)):
        return expression
    if isinstance(expression, sp.Sum):
        body = _divided_logarithms(_written_by_exp(index_form(expression.function)))
        return sp.Add(*(_summed(term, bound_indices(expression)) for term in _terms(body)))
    return expression.func(*(index_form(argument) for argument in expression.args))


def _written_by_exp(body: sp.Expr) -> sp.Expr:
    """Write σ, tanh and their kin by the exponential, so that one function has one name inside a sum."""
    if not body.has(sigma, softplus, sp.tanh, sp.sinh, sp.cosh):
        return body
    body = body.replace(lambda u: isinstance(u, (sigma, softplus)), lambda u: u.definition())
    return body.replace(lambda u: isinstance(u, (sp.tanh, sp.sinh, sp.cosh)), lambda u: u.rewrite(sp.exp))


def _divided_logarithms(body: sp.Expr) -> sp.Expr:
    """Write ln(e^z / Σ_j e^(z_j)) as z - ln Σ_j e^(z_j): what is positive everywhere leaves the logarithm."""
    return body.replace(lambda u: isinstance(u, sp.log), lambda u: _divided_logarithm(u.args[0]))


def _divided_logarithm(argument: sp.Expr) -> sp.Expr:
    total, rest = sp.S.Zero, sp.S.One
    for factor in sp.Mul.make_args(argument):
        base, power = factor.as_base_exp()
        if isinstance(factor, sp.exp):
            total += factor.exp
        elif _positive(base):
            total += power * sp.log(base)
        else:
            rest *= factor
    return total if rest == 1 else total + sp.log(rest)


def _positive(node: sp.Expr) -> bool:
    """Tell whether a formula is positive for all entries, by its form."""
    if isinstance(node, sp.Sum):
        return _positive(node.function)
    if node.is_Add or node.is_Mul:
        return all(map(_positive, node.args))
    if node.is_Pow and not isinstance(node, sp.exp):
        return _positive(node.base)
    return bool(isinstance(node, (sp.exp, sigma, softplus)) or node.is_positive)


def _terms(body: sp.Expr) -> tuple[sp.Expr, ...]:
    size = 1
    for factor in sp.Mul.make_args(body):
        base, power = factor.as_base_exp()
        terms = len(sp.Add.make_args(base))
        size *= terms ** min(int(power), 12) if power.is_Integer and power > 0 else 1
    if size > 50 * TERMS:
        raise TooManyTermsError("written out, the formula has too many terms")
    kept: dict[sp.Expr, sp.Expr] = {}

    def keep(power: sp.Expr) -> sp.Expr:
        return kept.setdefault(power, sp.Dummy(real=True))

    # A quotient or a root stays whole: SymPy would multiply (1 + e^z)² out below the line.
    plain = body.replace(lambda node: node.is_Pow and node.base is not sp.E and not node.exp.is_Integer, keep)
    plain = plain.replace(
        lambda node: node.is_Pow and node.exp.is_Integer and node.exp < 0 and node.base.is_Add, _unit(keep)
    )
    found = sp.Add.make_args(sp.expand(plain, **_EXPANDING))
    if len(found) > TERMS:
        raise TooManyTermsError("written out, the formula has too many terms")
    back = {dummy: power for power, dummy in kept.items()}
    return tuple(_restored(term, back) for term in found)


def _restored(term: sp.Expr, back: dict[sp.Expr, sp.Expr]) -> sp.Expr:
    while term.free_symbols & set(back):
        term = term.xreplace(back)
    return term


def _unit(keep: Callable[[sp.Expr], sp.Expr]) -> Callable[[sp.Expr], sp.Expr]:
    return lambda power: keep(1 / power.base) ** (-power.exp)


def _summed(term: sp.Expr, bound: list[sp.Idx]) -> sp.Expr:
    """Return the sum of one product over its indices."""
    bound = list(bound)
    factors = _factors(term, set(bound))
    for position, factor in enumerate(factors):  # Σ_k a_k Σ_j b_kj = Σ_kj a_k b_kj
        if isinstance(factor, sp.Sum) and factor.free_symbols & set(bound):
            others = sp.Mul(*factors[:position], *factors[position + 1 :])
            inner = with_fresh_bounds(factor, others.free_symbols | set(bound))
            over = [*bound, *bound_indices(inner)]
            return sp.Add(*(_summed(part, over) for part in _terms(others * inner.function)))
    for factor in factors:
        if isinstance(factor, sp.KroneckerDelta):
            for gone, kept in (factor.args, factor.args[::-1]):
                if gone in bound and _within(gone, kept):
                    rest = [other for other in factors if other != factor]  # δ² = δ
                    left = [index for index in bound if index != gone]
                    value = index_form(substitute(sp.Mul(*rest), gone, kept))
                    return sp.Add(*(_summed(part, left) for part in _terms(value)))
    tied = [factor for factor in factors if factor.free_symbols & set(bound)]
    result = [factor for factor in factors if not factor.free_symbols & set(bound)]
    used: set[sp.Idx] = set()
    for part, indices in _parts(tied, bound):
        used |= set(indices)
        result.append(_closed(sp.Mul(*part), indices) or named(part, indices))
    result.extend(length(index) for index in bound if index not in used)
    return sp.Mul(*result)


def _within(gone: sp.Idx, kept: sp.Expr) -> bool:
    """Tell whether all values of an index or a number are values of the summed index."""
    if isinstance(kept, sp.Idx):
        return same_range(gone, kept)
    size = length(gone)
    return bool(kept.is_Integer and kept >= 0 and (size.is_Integer and kept < size))


def _factors(term: sp.Expr, bound: set[sp.Idx]) -> list[sp.Expr]:
    """Return the factors; a whole power of a sum over what is bound, or of a delta, as so many or as one."""
    found: list[sp.Expr] = []
    for factor in sp.Mul.make_args(term):
        base, power = factor.as_base_exp()
        whole = power.is_Integer and power > 0
        if whole and isinstance(base, sp.KroneckerDelta):
            found.append(base)
        elif whole and power > 1 and isinstance(base, sp.Sum) and base.free_symbols & bound and power <= 8:
            found.extend([base] * int(power))
        else:
            found.append(factor)
    return found


def _parts(factors: list[sp.Expr], bound: Sequence[sp.Idx]) -> Iterator[tuple[list[sp.Expr], list[sp.Idx]]]:
    """Divide a product into parts that share no summed index."""
    waiting = list(factors)
    while waiting:
        part = [waiting.pop(0)]
        indices = part[0].free_symbols & set(bound)
        while True:
            more = [factor for factor in waiting if factor.free_symbols & indices]
            if not more:
                break
            part += more
            waiting = [factor for factor in waiting if factor not in more]
            for factor in more:
                indices |= factor.free_symbols & set(bound)
        yield part, [index for index in bound if index in indices]


def _closed(body: sp.Expr, indices: list[sp.Idx]) -> sp.Expr | None:
    """Return Σ_i i^p as the polynomial of the size that it is."""
    if len(indices) != 1 or body.free_symbols != {indices[0]} | length(indices[0]).free_symbols & body.free_symbols:
        return None
    index = indices[0]
    base, power = body.as_base_exp()
    if base != index or not power.is_Integer or not 1 <= power <= 12 or index.lower != 0:
        return None
    size, k = length(index), int(power)
    bernoulli = sp.bernoulli(k + 1, sp.Dummy("t"))
    (t,) = bernoulli.free_symbols
    return sp.expand((bernoulli.subs(t, size) - bernoulli.subs(t, 0)) / (k + 1))
