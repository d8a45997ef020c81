"""Index notation over symbolic sizes: arrays, indices that carry their range, sums, Kronecker deltas.

An index is a SymPy `Idx` with a range, 0 … N−1; a sum is a SymPy `Sum` over the whole range of its index. Only two
rules are used on deltas, Σ_k δ_kp f(k) = f(p) and δ_pp = 1, and only when k and p run over the same range: SymPy's own
evaluation of such sums returns case distinctions on the range, or nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations, product

import sympy as sp

BOUND_LIMIT = 6


def array(name: str, *shape: sp.Expr) -> sp.IndexedBase:
    """Return a real array of the given shape; `array("X", B, N)[i, k]` is one of its entries."""
    return sp.IndexedBase(sp.Symbol(name, real=True), shape=tuple(sp.sympify(size, strict=True) for size in shape))


def size(name: str) -> sp.Symbol:
    """Return a symbolic size, a positive integer."""
    return sp.Symbol(name, integer=True, positive=True)


def indices(names: str, length: sp.Expr) -> list[sp.Idx]:
    """Return indices that run from 0 to length − 1."""
    return [sp.Idx(name, length) for name in names.split()]


def length(index: sp.Idx) -> sp.Expr:
    """Return how many values an index takes."""
    return index.upper - index.lower + 1


def total(expression: sp.Expr, *over: sp.Idx) -> sp.Expr:
    """Return the sum of an expression over the whole range of each index."""
    return sp.Sum(expression, *((index, index.lower, index.upper) for index in over))


def bound_indices(node: sp.Sum) -> list[sp.Idx]:
    """Return the indices a sum runs over."""
    return [limit[0] for limit in node.limits]


def same_range(first: sp.Idx, second: sp.Idx) -> bool:
    """Tell whether two indices run over the same range."""
    return bool(first.lower == second.lower and first.upper == second.upper)


def substitute(expression: sp.Expr, index: sp.Idx, value: sp.Expr) -> sp.Expr:
    """Replace the free occurrences of an index, renaming bound indices that would capture the new one."""
    if expression == index:
        return value
    if not expression.args or index not in expression.free_symbols:
        return expression
    if isinstance(expression, sp.Sum):
        expression = with_fresh_bounds(expression, value.free_symbols)
        return sp.Sum(substitute(expression.function, index, value), *expression.limits)
    return expression.func(*(substitute(argument, index, value) for argument in expression.args))


def with_fresh_bounds(node: sp.Sum, taken: set[sp.Basic]) -> sp.Sum:
    """Rename those bound indices of a sum that stand in `taken`."""
    for bound in bound_indices(node):
        if bound in taken:
            fresh = _fresh(bound, taken | node.function.free_symbols)
            limits = [(fresh, low, high) if index == bound else (index, low, high) for index, low, high in node.limits]
            node = sp.Sum(substitute(node.function, bound, fresh), *limits)
    return node


def _fresh(index: sp.Idx, taken: set[sp.Basic]) -> sp.Idx:
    names = {str(symbol) for symbol in taken}
    number = 1
    while f"{index.name}{number}" in names:
        number += 1
    return sp.Idx(f"{index.name}{number}", length(index))


# -- canonical form: the same for two expressions that differ by the names of bound indices only --


def canonical(expression: sp.Expr) -> sp.Expr:
    """Return a form in which sums are split over terms, deltas contracted and bound indices renamed.

    Two expressions with the same canonical form are equal for all sizes. (The converse is not claimed.)

    Raises
    ------
    ValueError
        A product runs over more than six bound indices.
    """
    if not expression.args or isinstance(expression, (sp.Indexed, sp.Idx, sp.KroneckerDelta)):
        return expression
    if isinstance(expression, sp.Sum):
        body = sp.expand(canonical(expression.function))
        return sp.Add(*(_canonical_sum(term, bound_indices(expression)) for term in sp.Add.make_args(body)))
    return expression.func(*(canonical(argument) for argument in expression.args))


def _canonical_sum(term: sp.Expr, bound: list[sp.Idx]) -> sp.Expr:
    bound = list(bound)
    factors = list(sp.Mul.make_args(term))
    for position, factor in enumerate(factors):  # Σ_k a_k Σ_j b_kj = Σ_kj a_k b_kj
        if isinstance(factor, sp.Sum):
            others = sp.Mul(*factors[:position], *factors[position + 1 :])
            factor = with_fresh_bounds(factor, others.free_symbols | set(bound))  # noqa: PLW2901
            return _canonical_sum(others * factor.function, [*bound, *bound_indices(factor)])
    for factor in factors:
        if isinstance(factor, sp.KroneckerDelta):
            for eliminated, kept in (factor.args, factor.args[::-1]):
                if eliminated in bound and isinstance(kept, sp.Idx) and same_range(eliminated, kept):
                    rest = substitute(term / factor, eliminated, kept)
                    return _canonical_sum(rest, [index for index in bound if index != eliminated])
    free = [factor for factor in factors if not factor.free_symbols & set(bound)]
    tied = sp.Mul(*(factor for factor in factors if factor.free_symbols & set(bound)))
    free.extend(length(index) for index in bound if index not in tied.free_symbols)
    bound = [index for index in bound if index in tied.free_symbols]
    return sp.Mul(*free, _renamed(tied, bound))


def _renamed(body: sp.Expr, bound: list[sp.Idx]) -> sp.Expr:
    if not bound:
        return body
    if len(bound) > BOUND_LIMIT:
        raise ValueError(f"a product over {len(bound)} summed indices exceeds the limit of {BOUND_LIMIT}")
    names = [f"_{position}" for position in range(len(bound))]
    candidates = []
    by_range: dict[str, list[sp.Idx]] = {}
    for index in bound:
        by_range.setdefault(str(length(index)), []).append(index)
    groups = [by_range[key] for key in sorted(by_range)]  # only indices of the same range can stand for one another
    for orders in product(*(permutations(group) for group in groups)):
        order = [index for group in orders for index in group]
        fresh = [sp.Idx(name, length(index)) for name, index in zip(names, order, strict=True)]
        # By way of names that stand nowhere else: an old name may be the new name of another index.
        apart = [sp.Idx(f"{name}'", length(index)) for name, index in zip(names, order, strict=True)]
        renamed = body
        for index, name in [*zip(order, apart, strict=True), *zip(apart, fresh, strict=True)]:
            renamed = substitute(renamed, index, name)
        renamed = total(renamed, *fresh)
        candidates.append((sp.srepr(renamed), renamed))
    return min(candidates, key=lambda candidate: candidate[0])[1]


# -- at given sizes: plain formulas in as many symbols as there are entries -----------------------


def instantiate(
    expression: sp.Expr, sizes: Mapping[sp.Symbol, int], where: Mapping[sp.Idx, int] | None = None
) -> sp.Expr:
    """Write an index expression out at given sizes: sums as additions, entries as symbols, deltas as 0 or 1.

    Parameters
    ----------
    expression:
        A formula in index notation.
    sizes:
        A number for each symbolic size.
    where:
        The values of the free indices.
    """
    values: dict[sp.Basic, int] = {**sizes, **(where or {})}
    return _written_out(expression, values)


def _written_out(node: sp.Expr, values: dict[sp.Basic, int]) -> sp.Expr:  # noqa: PLR0911 - one for each kind
    if isinstance(node, sp.Sum):
        bound = bound_indices(node)
        ranges = [range(_integer(low, values), _integer(high, values) + 1) for _, low, high in node.limits]
        return sp.Add(
            *(
                _written_out(node.function, {**values, **dict(zip(bound, chosen, strict=True))})
                for chosen in product(*ranges)
            )
        )
    if isinstance(node, sp.Indexed):
        return entry_symbol(str(node.base.label), [_integer(index, values) for index in node.indices])
    if isinstance(node, sp.KroneckerDelta):
        first, second = (_integer(index, values) for index in node.args)
        return sp.Integer(first == second)
    if node in values:
        return sp.Integer(values[node])
    if not node.args:
        return node
    if node.is_Mul:  # deltas first: most of them are zero, and then nothing else needs to be written
        deltas = [factor for factor in node.args if isinstance(factor, sp.KroneckerDelta)]
        if any(_written_out(delta, values) == 0 for delta in deltas):
            return sp.S.Zero
    return node.func(*(_written_out(argument, values) for argument in node.args))


def _integer(index: sp.Expr, values: Mapping[sp.Basic, int]) -> int:
    """Evaluate an index such as 2u + e + a without building expressions on the way."""
    if index in values:
        return values[index]
    if index.is_Integer:
        return int(index)
    if index.is_Add:
        return sum(_integer(term, values) for term in index.args)
    if index.is_Mul:
        result = 1
        for factor in index.args:
            result *= _integer(factor, values)
        return result
    raise ValueError(f"the index {index} has no value")


def entry_symbol(name: str, position: Sequence[int]) -> sp.Symbol:
    """Return the symbol that stands for one entry of an array: X_0_2 for X[0, 2]."""
    return sp.Symbol("_".join([name, *map(str, position)]), real=True)


def positions(shape: Sequence[sp.Expr], sizes: Mapping[sp.Symbol, int]) -> Iterator[tuple[int, ...]]:
    """Yield every position of an array of this shape at the given sizes."""
    numbers = [
        int(sp.sympify(extent, strict=True).xreplace({s: sp.Integer(n) for s, n in sizes.items()})) for extent in shape
    ]
    yield from product(*map(range, numbers))
