"""Why an answer is wrong: classic mistakes are made on purpose, and one is named where it gives this very answer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sympy as sp

from checks.formulas import arrays
from checks.formulas.declared import Declared
from checks.formulas.scalars import rewritten, tightened
from checks.identity import prove
from checks.identity.field import TooLargeError, ZeroDenominatorError
from checks.identity.normal_form import NormalForm, OutsideTheProcedureError
from checks.verdict import Status
from derive.domain import Domain
from derive.functions import sigma

PLACES = 12


@dataclass(frozen=True)
class Mistake:
    """A classic mistake that gives exactly this wrong answer.

    Attributes
    ----------
    name:
        Its short name, stable for programs.
    sentence:
        What was done, in words.
    """

    name: str
    sentence: str


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
        Two scalar formulas that are different.
    domain:
        Where the symbols may lie.
    function, by:
        Where the right formula is a derivative: of what, and by which symbol, to look for mistakes of the rules.

    Returns
    -------
    Mistake or None
        Only a mistake of which the result is proved to be the wrong formula, for all values of the domain.
    """
    domain = tightened(domain or Domain(), ())
    right, wrong = rewritten(right), rewritten(wrong)
    candidates = [*_signs(right)]
    if function is not None and by is not None:
        candidates += _of_rules(function, by, right)
    candidates += _factors(right, wrong, domain)
    for mistake, formula in candidates:
        if formula.has(sp.zoo, sp.nan):
            continue
        if formula == wrong or prove(formula, wrong, domain, borders=False)[0] is not None:
            return mistake
    return None


def _signs(right: sp.Expr) -> Iterator[tuple[Mistake, sp.Expr]]:
    yield Mistake("sign", "The sign is wrong"), -right
    yield Mistake("factor 2", "A factor 2 is missing"), right / 2
    yield Mistake("factor 2", "There is a factor 2 too many"), 2 * right


def _of_rules(function: sp.Expr, by: sp.Symbol, right: sp.Expr) -> Iterator[tuple[Mistake, sp.Expr]]:
    yield Mistake("function", "This is the function itself, not its derivative"), function
    rules: list[tuple[Mistake, str]] = [
        (Mistake("inner derivative", "The derivative of the inner function is forgotten"), "inner"),
        (Mistake("product rule", "A product was differentiated as the product of the derivatives"), "product"),
        (Mistake("product rule", "One term of the product rule is missing"), "first term"),
        (Mistake("product rule", "One term of the product rule is missing"), "second term"),
        (Mistake("quotient rule", "The two terms of the quotient rule are swapped"), "swapped"),
        (Mistake("quotient rule", "A quotient was differentiated as the quotient of the derivatives"), "quotient"),
        (Mistake("quotient rule", "The square of the denominator is missing in the quotient rule"), "unsquared"),
        (Mistake("sigma for sigma'", "σ stands where σ′ belongs"), "sigma"),
        (Mistake("power rule", "The exponent was not lowered by one"), "exponent"),
    ]
    for mistake, rule in rules:
        for place in range(-1, PLACES):
            slip = _Slip(by, rule, place)
            made = slip.derivative(function)
            if not slip.made:
                break
            if made != right:
                yield mistake, made


def _factors(right: sp.Expr, wrong: sp.Expr, domain: Domain) -> Iterator[tuple[Mistake, sp.Expr]]:
    ten = sp.log(10)
    if right.has(sp.log) or wrong.has(sp.log):
        yield Mistake("log base", "The logarithm has another base: a factor ln 10 is missing"), right / ten
        yield Mistake("log base", "The logarithm has another base: there is a factor ln 10 too many"), right * ten
    for symbol in sorted((right.free_symbols | wrong.free_symbols), key=str):
        if symbol.is_integer and symbol.is_positive:
            yield Mistake("1/B", f"A factor 1/{symbol} is missing"), right * symbol
            yield Mistake("1/B", f"There is a factor 1/{symbol} too many"), right / symbol
    factor = _constant(right, wrong, domain)
    if factor is not None:
        yield Mistake("constant factor", f"This is right up to the factor {factor}"), factor * right


def _constant(right: sp.Expr, wrong: sp.Expr, domain: Domain) -> sp.Rational | None:
    """Return the number k with wrong = k · right in the normal form, or None."""
    try:
        first, second = NormalForm(domain.positive_facts()).convert(right, wrong)
        ratio = second / first
    except (OutsideTheProcedureError, TooLargeError, ZeroDenominatorError):
        return None
    if not (ratio.num.is_constant() and ratio.den.is_constant()) or ratio.is_zero():
        return None
    number = ratio.num.leading_coefficient() / ratio.den.leading_coefficient()
    return sp.Rational(int(number.p), int(number.q))


class _Slip:
    """Differentiates with one rule misused at one place, counted in the order of the walk; −1 is every place."""

    def __init__(self, by: sp.Symbol, rule: str, place: int) -> None:
        self.by = by
        self.rule = rule
        self.place = place
        self.count = 0
        self.made = False

    def derivative(self, node: sp.Expr) -> sp.Expr:
        """Return the derivative with the slip."""
        if not node.has(self.by):
            return sp.S.Zero
        if node == self.by:
            return sp.S.One
        if node.is_Add:
            return sp.Add(*(self.derivative(term) for term in node.args))
        if node.is_Mul:
            return self._product(node)
        if node.is_Pow or len(node.args) == 1:
            return self._composed(node)
        return sp.diff(node, self.by)

    def _here(self, rule: str) -> bool:
        if self.rule != rule:
            return False
        here = self.place in (-1, self.count)
        self.count += 1
        self.made |= here
        return here

    def _product(self, node: sp.Expr) -> sp.Expr:
        constant, rest = node.as_independent(self.by, as_Add=False)
        above, below = rest.as_numer_denom()
        if below.has(self.by) and not isinstance(rest, sp.exp) and below is not sp.S.One:
            return constant * self._quotient(above, below)
        if not rest.is_Mul:
            return constant * self.derivative(rest)
        first, others = rest.args[0], sp.Mul(*rest.args[1:])
        left, right = self.derivative(first), self.derivative(others)
        if self._here("product"):
            return constant * left * right
        if self._here("first term"):
            return constant * left * others
        if self._here("second term"):
            return constant * first * right
        return constant * (left * others + first * right)

    def _quotient(self, above: sp.Expr, below: sp.Expr) -> sp.Expr:
        top, bottom = self.derivative(above), self.derivative(below)
        if self._here("quotient"):
            return top / bottom if bottom != 0 else sp.S.NaN
        if self._here("swapped"):
            return (above * bottom - top * below) / below**2
        if self._here("unsquared"):
            return (top * below - above * bottom) / below
        return (top * below - above * bottom) / below**2

    def _composed(self, node: sp.Expr) -> sp.Expr:
        dummy = sp.Dummy("u", real=True, positive=True)
        if node.is_Pow and node.base is not sp.E and not node.exp.has(self.by):
            inner = node.base
            outer = dummy**node.exp
        elif isinstance(node, sp.exp):
            inner = node.exp
            outer = sp.exp(dummy)
        elif len(node.args) == 1:
            inner = node.args[0]
            outer = node.func(dummy)
        else:
            return sp.diff(node, self.by)
        slope = sp.diff(outer, dummy)
        if isinstance(node, sigma) and self._here("sigma"):
            slope = outer
        if node.is_Pow and not isinstance(node, sp.exp) and node.exp.is_Rational and self._here("exponent"):
            slope = node.exp * outer
        slope = slope.subs(dummy, inner)
        if inner == self.by:
            return slope
        if self._here("inner"):
            return slope
        return slope * self.derivative(inner)


# -- arrays ----------------------------------------------------------------------------------------


def explain_arrays(right: sp.Expr, wrong: sp.Expr, given: Declared, shown: tuple[sp.Idx, ...] = ()) -> Mistake | None:
    """Return the classic mistake that turns one formula in index notation into another one, or None."""
    candidates = list(_signs(right))
    sizes = sorted({s for side in (right, wrong) for i in side.atoms(sp.Idx) for s in _sizes(i)}, key=str)
    for size in sizes:
        candidates.append((Mistake("1/B", f"A factor 1/{size} is missing"), right * size))
        candidates.append((Mistake("1/B", f"There is a factor 1/{size} too many"), right / size))
    free = sorted(arrays.free_indices(right), key=str)
    if len(free) == 2 and arrays.same_length(free[0], free[1]):
        first, second = free
        turned = right.xreplace({first: second, second: first})
        candidates.append((Mistake("transposed", "The result is transposed"), turned))
        candidates.append(
            (Mistake("diagonal only", "Only the diagonal is kept"), right * sp.KroneckerDelta(first, second))
        )
    candidates += [(Mistake("transposed", f"{name} stands transposed"), turned) for turned, name in _swapped(right)]
    candidates += [
        (Mistake("constant factor", f"This is right up to the factor {factor}"), factor * right)
        for factor in map(sp.Rational, ("3", "4", "-2", "1/3", "1/4", "-1/2"))
    ]
    plain = Declared(given.vocabulary, given.entries, given.equations, opaque=("only proofs are wanted",))
    for mistake, formula in candidates:
        if arrays.decide(formula, wrong, plain, ()).status is Status.PROVED:
            return mistake
    return None


def _sizes(index: sp.Idx) -> set[sp.Symbol]:
    return {symbol for symbol in (index.upper - index.lower + 1).free_symbols if isinstance(symbol, sp.Symbol)}


def _swapped(right: sp.Expr) -> Iterator[tuple[sp.Expr, str]]:
    """Yield the formula with one square array transposed."""
    bases: dict[str, sp.IndexedBase] = {str(node.base.label): node.base for node in right.atoms(sp.Indexed)}
    for name, base in sorted(bases.items()):
        if len(base.shape) == 2 and base.shape[0] == base.shape[1]:
            turn: Callable[[sp.Expr], sp.Expr] = lambda node, base=base: base[node.indices[1], node.indices[0]]  # type: ignore[misc]  # noqa: E731
            yield right.replace(lambda node, base=base: isinstance(node, sp.Indexed) and node.base == base, turn), name
