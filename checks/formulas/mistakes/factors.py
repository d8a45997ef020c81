"""Mistakes of a factor: a sign, 2, the size of a batch, the base of a logarithm, any other constant."""

from collections.abc import Iterator

import sympy as sp

from checks.formulas.mistakes.problem import Candidate, Problem
from checks.formulas.mistakes.words import shown
from derive.indices import bound_indices, length
from derive.rendering import text

TERMS = 8


def of_signs(problem: Problem) -> Iterator[Candidate]:
    """Yield the formula with the other sign, whole or in one term."""
    yield problem.candidate("sign", "the sign of the whole answer is wrong", -problem.right)
    terms = sp.Add.make_args(problem.right)
    if 1 < len(terms) <= TERMS:
        for term in terms:
            sentence = f"the sign of one term is wrong, that of {_short(term)}"
            yield problem.candidate("sign", sentence, problem.right - 2 * term)

    for bracket in _brackets(problem.right):
        for term in bracket.args:
            sentence = f"the sign of {_short(term)} in the bracket {_short(bracket)} is wrong"
            other = problem.right.xreplace({bracket: bracket - 2 * term})
            yield problem.candidate("sign", sentence, other)


def _brackets(formula: sp.Expr) -> list[sp.Expr]:
    """Return the sums inside a formula, at most 8 of at most 4 terms; a position in an array is none."""
    inside = [node for node in _preorder(formula) if node.is_Add and node != formula and len(node.args) <= 4]
    return list(dict.fromkeys(inside))[:TERMS]


def _preorder(node: sp.Expr) -> Iterator[sp.Expr]:
    yield node
    if not isinstance(node, (sp.Indexed, sp.KroneckerDelta, sp.Idx)):
        for argument in node.args if not isinstance(node, sp.Sum) else (node.function,):
            if isinstance(argument, sp.Expr):
                yield from _preorder(argument)


def _short(term: sp.Expr) -> str:
    found = shown(term)
    return found if len(found) <= 50 else "one of them"


def of_two(problem: Problem) -> Iterator[Candidate]:
    """Yield the formula with a factor 2 lost or gained."""
    yield problem.candidate("factor 2", "a factor 2 is missing", problem.right / 2)
    yield problem.candidate("factor 2", "there is a factor 2 too many", 2 * problem.right)


def of_batch(problem: Problem) -> Iterator[Candidate]:
    """Yield the formula with 1/B lost, twice, or gained, for each size that occurs."""
    for size in problem.sizes:
        name = shown(size)
        if _has_factor(problem.right, size) or _has_factor(problem.wrong, 1 / size):
            if _is_mean(problem.right, size):
                sentence = f"the sum stands where the mean belongs: the factor 1/{name} is missing"
                yield problem.candidate("sum for mean", sentence, problem.right * size)
            else:
                yield problem.candidate("1/B missing", f"the factor 1/{name} is missing", problem.right * size)
        if _has_factor(problem.right, size):
            sentence = f"the factor 1/{name} stands there twice: the answer is divided by {name}²"
            yield problem.candidate("1/B doubled", sentence, problem.right / size)
        elif _sums_over(problem.right, size):
            sentence = f"the mean stands where the sum belongs: there is a factor 1/{name} too many"
            if problem.adjoints:
                sentence += f" (if the gradient that comes from above is one of a mean, 1/{name} is in it already)"
            yield problem.candidate("mean for sum", sentence, problem.right / size)


def _has_factor(formula: sp.Expr, size: sp.Symbol) -> bool:
    """Tell whether a formula is divided by this size, as a whole or in a term."""
    return any(node.is_Pow and node.base == size and node.exp == -1 for node in sp.preorder_traversal(formula))


def _is_mean(formula: sp.Expr, size: sp.Symbol) -> bool:
    return _has_factor(formula, size) and _sums_over(formula, size)


def _sums_over(formula: sp.Expr, size: sp.Symbol) -> bool:
    return any(length(index) == size for node in formula.atoms(sp.Sum) for index in bound_indices(node))


def of_base(problem: Problem) -> Iterator[Candidate]:
    """Yield the formula with another base of the logarithm."""
    right = problem.right
    for base in (10, 2):
        other = sp.log(base)
        if right.has(sp.log):
            formula = right.replace(lambda node: isinstance(node, sp.log), lambda node, other=other: node / other)
            correct = f"ln u; the logarithm to base {base} is ln u / ln {base}"
            yield problem.candidate("log base", f"the logarithm is taken to base {base}", formula, correct)
        sentence = f"the logarithm has the base {base}: there is a factor 1/ln {base} too many"
        yield problem.candidate("log base", sentence, right / other)
        yield problem.candidate("log base", f"there is a factor ln {base} too many", right * other)


def of_constants(problem: Problem, ratio: sp.Rational | None) -> Iterator[Candidate]:
    """Yield the formula times the number that both formulas seem to differ by, or times a size."""
    if ratio is not None and ratio not in (0, 1):
        sentence = f"this is right up to the constant factor {text(ratio)}"
        yield problem.candidate("constant factor", sentence, ratio * problem.right)
    for size in problem.sizes:
        for factor in (size, 1 / size):
            sentence = f"this is right up to the factor {shown(factor)}"
            yield problem.candidate("constant factor", sentence, factor * problem.right)
