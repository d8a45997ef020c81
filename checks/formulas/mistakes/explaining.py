"""From two formulas to the problem of which the mistake is looked for."""

from dataclasses import replace

import sympy as sp

from checks.formulas.declared import Declared
from checks.formulas.mistakes.looking import look_for_mistake
from checks.formulas.mistakes.problem import Mistake, Problem
from checks.formulas.mistakes.words import shown as in_words
from checks.formulas.scalars import rewritten, tightened
from derive.derivation import D
from derive.domain import Domain
from derive.reading import Vocabulary


def explain(
    right: sp.Expr,
    wrong: sp.Expr,
    domain: Domain | None = None,
    *,
    function: sp.Expr | None = None,
    by: sp.Symbol | None = None,
) -> Mistake | None:
    """Return the classic mistake that turns the right formula into the wrong one, or None.

    Parameters
    ----------
    right, wrong:
        Two scalar formulas that are different. They may ask for derivatives (`sympy.Derivative`).
    domain:
        Where the symbols may lie.
    function, by:
        Where the right formula is a derivative: of what, and by which symbol, to look for mistakes of the rules.

    Returns
    -------
    Mistake or None
        Only a mistake of which the result is proved to be the wrong formula, for all values of the domain.
    """
    given = Declared(replace(Vocabulary(), domain=tightened(domain or Domain(), ())))
    asked = D(function, by) if function is not None and by is not None else still_asked(right)
    return look_for_mistake(scalar_problem(right, wrong, given, asked))


def scalar_problem(right: sp.Expr, wrong: sp.Expr, given: Declared, asked: sp.Expr | None, shown: str = "") -> Problem:
    """Return the problem of two scalar formulas; `asked` is the right one with its derivatives as `D`."""
    carried_out = rewritten(right)
    variable = asked.variable if isinstance(asked, D) else None
    return Problem(
        carried_out,
        rewritten(wrong),
        asked=asked,
        given=given,
        shown=shown or in_words(carried_out),
        variable=variable,
    )


def still_asked(formula: sp.Expr) -> sp.Expr | None:
    """Return a formula with `D` for each derivative of SymPy, of a higher one the last; None where there is none."""
    if not formula.has(sp.Derivative):
        return None
    return formula.replace(
        lambda node: isinstance(node, sp.Derivative),
        lambda node: D(
            rewritten(sp.Derivative(node.expr, *node.variables[:-1]) if len(node.variables) > 1 else node.expr),
            node.variables[-1],
        ),
    )


def indexed_problem(right: sp.Expr, wrong: sp.Expr, given: Declared, shown: str = "") -> Problem:
    """Return the problem of two formulas in index notation; an array dZ beside an array Z is its gradient."""
    bases = {str(node.base.label): node.base for side in (right, wrong) for node in side.atoms(sp.Indexed)}
    bases |= {name: base for name, base in given.vocabulary.symbols.items() if isinstance(base, sp.IndexedBase)}
    adjoints = {base: bases[name[1:]] for name, base in bases.items() if name.startswith("d") and name[1:] in bases}
    return Problem(right, wrong, given=given, shown=shown or in_words(right), indexed=True, adjoints=adjoints)
