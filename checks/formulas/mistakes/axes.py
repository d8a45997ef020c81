"""Mistakes of shape: transposed operands, the sum over the wrong axis, only the diagonal of a Jacobian."""

from collections.abc import Callable, Iterator
from itertools import combinations

import sympy as sp

from checks.formulas.arrays import free_indices, same_length
from checks.formulas.mistakes.activations import exchanged
from checks.formulas.mistakes.problem import Candidate, Problem
from checks.formulas.mistakes.words import shown
from derive.indices import bound_indices, length, substitute


def of_transposes(problem: Problem) -> Iterator[Candidate]:
    """Yield the formula with its result, or one square array, transposed, or two square arrays in the other order."""
    right = problem.right
    free = sorted(free_indices(right), key=str)
    for first, second in combinations(free, 2):
        if same_length(first, second):
            turned = right.xreplace({first: second, second: first})
            yield problem.candidate("transposed", "the result is transposed", turned)
    squares = [base for base in square_arrays(right) if not _summed_alone(right, base)]
    for base in squares:
        turned = right.replace(_entry_of(base), _turned)
        yield problem.candidate("transposed", f"{base.label} stands transposed", turned)
        nodes = sorted((node for node in right.atoms(sp.Indexed) if node.base == base), key=str)
        for node in nodes if len(nodes) > 1 else ():
            sentence = f"{base.label} stands transposed in one place"
            yield problem.candidate("transposed", sentence, right.xreplace({node: _turned(node)}))
    for first, second in combinations(squares, 2):
        turned = right.replace(
            lambda node, pair=(first, second): isinstance(node, sp.Indexed) and node.base in pair,
            lambda node, pair=(first, second): pair[node.base == pair[0]][node.indices],
        )
        both = right.replace(_entry_of(first), _turned).replace(_entry_of(second), _turned)
        yield problem.candidate("transposed", f"{first.label} and {second.label} stand transposed", both)
        sentence = f"{first.label} and {second.label} stand in the other order: a matrix product does not commute"
        yield problem.candidate("order of factors", sentence, turned)


def square_arrays(formula: sp.Expr) -> list[sp.IndexedBase]:
    """Return the arrays with two axes of the same length, by name."""
    bases = {node.base for node in formula.atoms(sp.Indexed)}
    return sorted((b for b in bases if len(b.shape) == 2 and b.shape[0] == b.shape[1]), key=lambda b: str(b.label))


def _turned(node: sp.Indexed) -> sp.Indexed:
    return node.base[node.indices[1], node.indices[0]]


def _summed_alone(formula: sp.Expr, base: sp.IndexedBase) -> bool:
    """Tell whether an array stands alone in a sum, so that its transpose is the sum over the other axis."""
    bodies = (node.function.atoms(sp.Indexed) for node in formula.atoms(sp.Sum))
    return any(len(entries) == 1 and next(iter(entries)).base == base for entries in bodies)


def _entry_of(base: sp.IndexedBase) -> Callable[[sp.Expr], bool]:
    return lambda node: isinstance(node, sp.Indexed) and node.base == base


def of_axes(problem: Problem) -> Iterator[Candidate]:
    """Yield the formula with one sum taken over another axis: Σ_j A_pj becomes Σ_i A_iq."""
    right = problem.right
    free = free_indices(right)
    for node in sorted(right.atoms(sp.Sum), key=sp.srepr):
        inside = sorted(free_indices(node) & free, key=str)
        for summed in bound_indices(node):
            for kept in inside:
                if not _side_by_side(node, summed, kept):
                    continue
                for put in sorted((q for q in free if same_length(q, summed)), key=str):
                    other = _over(node, summed, kept, put)
                    sentence = f"the sum runs over {shown(kept)}, the other axis, and not over {shown(summed)}"
                    formula = right.xreplace({node: other})
                    yield problem.candidate("wrong axis", sentence, formula)
                    if length(summed) != length(kept):
                        ratio = length(summed) / length(kept)
                        yield problem.candidate("wrong axis", sentence, ratio * formula)


def _side_by_side(node: sp.Sum, summed: sp.Idx, kept: sp.Idx) -> bool:
    """Tell whether each entry that is summed over has the other index too; in a matrix product one has not."""
    entries = [entry for entry in node.function.atoms(sp.Indexed) if summed in entry.indices]
    return bool(entries) and all(kept in entry.indices for entry in entries)


def _over(node: sp.Sum, summed: sp.Idx, kept: sp.Idx, put: sp.Idx) -> sp.Expr:
    """Return Σ over `kept` of the summand, in which `put` stands for the index that was summed."""
    fresh = sp.Idx(f"{kept.name}′", length(kept))
    body = substitute(substitute(node.function, kept, fresh), summed, put)
    limits = [(fresh, 0, length(kept) - 1) if limit[0] == summed else limit for limit in node.limits]
    return sp.Sum(body, *limits)


def of_diagonals(problem: Problem) -> Iterator[Candidate]:
    """Yield the diagonal of the formula."""
    for first, second in combinations(sorted(free_indices(problem.right), key=str), 2):
        if same_length(first, second):
            formula = problem.right * sp.KroneckerDelta(first, second)
            yield problem.candidate("diagonal only", "only the diagonal of the Jacobian is kept", formula)


def of_gradients(problem: Problem) -> Iterator[Candidate]:
    """Yield the formula with an array for its gradient, and derivatives by other variables."""
    for gradient, value in problem.adjoints.items():
        formula = exchanged(problem.right, gradient, value)
        sentence = f"{value.label} stands where its gradient {gradient.label} belongs"
        yield problem.candidate("W for dW", sentence, formula, instead=str(value.label))
    values = {value: gradient for gradient, value in problem.adjoints.items()}
    for after, before in problem.outputs.items():
        if after in values and before in values:
            formula = exchanged(problem.right, values[before], values[after])
            put, given = values[after].label, values[before].label
            sentence = f"{put} stands where {given} belongs: the derivative of the activation is forgotten"
            yield problem.candidate("outer derivative", sentence, formula, instead=str(put))
    if isinstance(problem.variable, sp.Indexed):
        name = problem.variable.base.label
        yield problem.candidate("W for dW", f"this is {name} itself, not the gradient by {name}", problem.variable)
    for name, formula in problem.others.items():
        yield problem.candidate("wrong variable", f"this is the derivative by {name}", formula)


def of_declared(problem: Problem) -> Iterator[Candidate]:
    """Yield the typical wrong answers that were declared, under the words of their declaration."""
    for words, formula in problem.declared:
        yield problem.candidate(words, words, formula)
