"""Mistakes of convolution and pooling: the kernel flipped, the gradient of a pool sent to the wrong cell."""

from collections.abc import Iterator
from itertools import combinations

import sympy as sp

from checks.formulas.mistakes.problem import Candidate, Problem
from derive.indices import length


def of_kernels(problem: Problem) -> Iterator[Candidate]:
    """Yield the formula with the kernel flipped: X_{i+a} w_a becomes X_{i+a} w_{k−1−a}."""
    right = problem.right
    kernel = [index for index in _offsets(right) if index not in _cells(right)]
    for chosen in _together(kernel):
        axes = f" along {chosen[0]}" if len(chosen) == 1 and len(kernel) > 1 else ""
        other = {index: length(index) - 1 - index for index in chosen}
        for turned in (_in_offsets(right, other), _beside_offsets(right, other)):
            if turned is not None:
                yield problem.candidate("kernel flipped", f"the kernel is flipped{axes}", turned)
        turned = _in_offsets(right, {index: -index for index in chosen})
        if turned is not None:
            sentence = f"the position goes down where it goes up{axes}: that is the kernel flipped"
            yield problem.candidate("kernel flipped", sentence, turned)


def of_pools(problem: Problem) -> Iterator[Candidate]:
    """Yield the formula in which a pool sends its gradient to another cell, or to all of them."""
    right = problem.right
    cells = _cells(right)
    selections = sorted((n for n in right.atoms(sp.Indexed) if cells and all(c in n.indices for c in cells)), key=str)
    if problem.pool is not None:
        base, cells = problem.pool[0], sorted(problem.pool[1], key=str)
        selections = sorted((n for n in right.atoms(sp.Indexed) if n.base == base), key=str)
    for chosen in _together(cells):
        turned = _in_offsets(right, {cell: length(cell) - 1 - cell for cell in chosen})
        if turned is not None:
            sentence = "the gradient of the pool goes to another cell than the one that won"
            yield problem.candidate("wrong pool cell", sentence, turned)
    for first, second in combinations(cells, 2):
        if length(first) == length(second):
            for node in selections:
                turned = right.xreplace({node: node.xreplace({first: second, second: first})})
                yield problem.candidate("wrong pool cell", "row and column of the cell that won are swapped", turned)
    for node in selections:
        everywhere = "the gradient goes to every cell of the pool, not only to the one that won"
        yield problem.candidate("wrong pool cell", everywhere, right.xreplace({node: sp.S.One}))
        count = sp.Mul(*(length(cell) for cell in cells))
        shared = "the gradient is shared out over the cells, as for a mean: for a maximum the winner gets all of it"
        yield problem.candidate("wrong pool cell", shared, right.xreplace({node: 1 / count}))
    for zero in (dict.fromkeys(cells, sp.S.Zero),) if selections else ():
        turned = _in_offsets(right, zero)
        if turned is None:
            continue
        yield problem.candidate("wrong pool cell", "the gradient always goes to the first cell of the pool", turned)


def _places(formula: sp.Expr) -> list[sp.Expr]:
    """Return the positions in entries that are sums, such as 2u + e + a."""
    return [place for node in formula.atoms(sp.Indexed) for place in node.indices if place.is_Add]


def _offsets(formula: sp.Expr) -> list[sp.Idx]:
    """Return the indices that stand with factor 1 in a position that is a sum, by name."""
    found = {t for place in _places(formula) for t in place.args if isinstance(t, sp.Idx)}
    return sorted(found, key=str)


def _cells(formula: sp.Expr) -> list[sp.Idx]:
    """Return the indices of a cell in its pool: those of length k beside k u in a position."""
    found = set()
    for place in _places(formula):
        strides = {
            coefficient
            for t in place.args
            for coefficient, rest in [t.as_coeff_Mul()]
            if coefficient > 1 and isinstance(rest, sp.Idx)
        }
        found |= {t for t in place.args if isinstance(t, sp.Idx) and length(t) in strides}
    return sorted(found, key=str)


def _together(chosen: list[sp.Idx]) -> list[tuple[sp.Idx, ...]]:
    """Return all indices of one length at once, then each alone: a kernel has its own size."""
    lengths = dict.fromkeys(length(index) for index in chosen)
    groups = [tuple(index for index in chosen if length(index) == one) for one in lengths]
    return list(dict.fromkeys([*groups, *((one,) for one in chosen)]))


def _in_offsets(formula: sp.Expr, values: dict[sp.Idx, sp.Expr]) -> sp.Expr | None:
    """Replace indices in the positions that are sums, and nowhere else; None where that changes nothing."""
    change = {}
    for node in formula.atoms(sp.Indexed):
        if any(place.is_Add for place in node.indices):
            places = [place.xreplace(values) if place.is_Add else place for place in node.indices]
            change[node] = node.base[tuple(places)]
    turned = formula.xreplace(change)
    return None if turned == formula else turned


def _beside_offsets(formula: sp.Expr, values: dict[sp.Idx, sp.Expr]) -> sp.Expr | None:
    """Replace indices in the entries that have no position that is a sum: in the kernel itself."""
    change = {}
    for node in formula.atoms(sp.Indexed):
        if not any(place.is_Add for place in node.indices):
            change[node] = node.base[tuple(place.xreplace(values) for place in node.indices)]
    turned = formula.xreplace(change)
    return None if turned == formula else turned
