"""Formulas in Coq's notation for real numbers, in the order in which a textbook writes them."""

from collections.abc import Callable, Sequence

import sympy as sp
from sympy.core.relational import Relational

from derive.certificates.document import NoCertificateError
from derive.certificates.names import Identifiers
from derive.functions import sigma, softplus
from derive.rendering.order import textbook_factors, textbook_terms

# The levels of Coq's grammar: what binds tighter has the smaller number.
ATOM, APPLICATION, POWER, OPPOSITE, PRODUCT, SUM, RELATION, CASES = 0, 10, 30, 35, 40, 50, 70, 200

FUNCTIONS: dict[type, str] = {
    sp.exp: "exp", sp.log: "ln", sp.sin: "sin", sp.cos: "cos", sp.tan: "tan", sp.sinh: "sinh", sp.cosh: "cosh",
    sp.tanh: "tanh", sp.atan: "atan", sp.erf: "erf", sp.Abs: "Rabs", sp.sign: "sgn", sigma: "sigma",
    softplus: "softplus",
}  # fmt: skip
DECISIONS: dict[type, tuple[str, bool]] = {  # the decision procedure of Coq, and whether the sides are exchanged
    sp.StrictLessThan: ("Rlt_dec", False),
    sp.StrictGreaterThan: ("Rlt_dec", True),
    sp.LessThan: ("Rle_dec", False),
    sp.GreaterThan: ("Rle_dec", True),
    sp.Equality: ("Req_EM_T", False),
}
Written = tuple[str, int]


class Writer:
    """Writes formulas of scalars.

    Parameters
    ----------
    identifiers:
        The names of symbols and of unspecified functions.
    """

    def __init__(self, identifiers: Identifiers) -> None:
        self.identifiers = identifiers

    def write(self, formula: sp.Basic, level: int = CASES) -> str:
        """Return a formula, in brackets where it binds more loosely than `level`.

        Raises
        ------
        NoCertificateError
            Something in the formula has no form in Coq here.
        """
        text, own = self._written(formula)
        return text if own <= level else f"({text})"

    def application(self, function: str, *arguments: sp.Basic) -> Written:
        """Return a function applied to arguments."""
        return " ".join([function, *(self.write(argument, APPLICATION - 1) for argument in arguments)]), APPLICATION

    def relation(self, left: sp.Basic, sign: str, right: sp.Basic) -> str:
        """Return `left sign right`."""
        return f"{self.write(left, SUM)} {sign} {self.write(right, SUM)}"

    # -- the tree ----------------------------------------------------------------------------------

    def _written(self, node: sp.Basic) -> Written:  # noqa: PLR0911 - one line for each kind of node
        if isinstance(node, sp.Symbol):
            return self._symbol(node)
        if node.is_Rational:
            return self._number(node)
        if node is sp.pi:
            return "PI", ATOM
        if isinstance(node, sp.exp) or node is sp.E:
            return self.application("exp", sp.S.One if node is sp.E else node.exp)
        if node.is_Add:
            return self._sum(node.args)
        if node.is_Mul:
            return self._product(node)
        if node.is_Pow:
            return self._power(node.base, node.exp)
        return self._function(node)

    def _symbol(self, node: sp.Symbol) -> Written:
        return self.identifiers.of(node.name), ATOM

    def _number(self, node: sp.Rational) -> Written:
        if node.p < 0:
            text, level = self._number(-node)
            return (f"- {text}" if level <= APPLICATION else f"- ({text})"), OPPOSITE
        return (str(node.p), ATOM) if node.q == 1 else (f"{node.p} / {node.q}", PRODUCT)

    def _sum(self, terms: Sequence[sp.Expr]) -> Written:
        text = ""
        for term in textbook_terms(terms):
            negative = term.as_coeff_Mul()[0].is_negative
            if not text:
                text = self.write(term, PRODUCT)
            elif negative:
                text += f" - {self.write(-term, PRODUCT)}"
            else:
                text += f" + {self.write(term, PRODUCT)}"
        return text, SUM

    def _product(self, node: sp.Expr) -> Written:
        number, rest = node.as_coeff_Mul()
        if number.is_negative:
            inner, level = self._written(-node)
            return (f"- {inner}" if level <= POWER else f"- ({inner})"), OPPOSITE
        above, below = [], []
        for factor in sp.Mul.make_args(rest):
            base, exponent = (sp.E, sp.S.One) if isinstance(factor, sp.exp) else factor.as_base_exp()
            if not isinstance(factor, sp.exp) and exponent.is_Rational and exponent.is_negative:
                below.append(sp.Pow(base, -exponent))
            else:
                above.append(factor)
        top = textbook_factors(above)
        if number.p != 1 or not top:
            top.insert(0, sp.Integer(number.p))
        if number.q != 1:
            below.insert(0, sp.Integer(number.q))
        text = self._factors(top)
        if below:
            # Divided one by one would be read from the left; one denominator reads as a textbook's fraction.
            bottom = textbook_factors(below) if number.q == 1 else [below[0], *textbook_factors(below[1:])]
            text += f" / {self.write(bottom[0], POWER)}" if len(bottom) == 1 else f" / ({self._factors(bottom)})"
        return text, PRODUCT if len(top) > 1 or below else self._written(top[0])[1]

    def _factors(self, factors: Sequence[sp.Expr]) -> str:
        if len(factors) == 1:
            return self.write(factors[0], PRODUCT - 1)
        return " * ".join(self.write(factor, PRODUCT - 1) for factor in factors)

    def _power(self, base: sp.Expr, exponent: sp.Expr) -> Written:
        if exponent.is_Rational and exponent.is_negative:
            return f"1 / {self.write(sp.Pow(base, -exponent), POWER)}", PRODUCT
        if exponent.is_Integer:
            return f"{self.write(base, APPLICATION)} ^ {exponent}", POWER
        if exponent.is_Rational and exponent.q == 2:
            root = self.application("sqrt", base)
            return root if exponent.p == 1 else (f"{root[0]} ^ {exponent.p}", POWER)
        return self.application("Rpower", base, exponent)

    def _function(self, node: sp.Basic) -> Written:
        if isinstance(node, (sp.Max, sp.Min)):
            name, (first, *others) = (
                "Rmax" if isinstance(node, sp.Max) else "Rmin",
                sorted(node.args, key=_numbers_first),
            )
            rest = others[0] if len(others) == 1 else node.func(*others)
            return self.application(name, first, rest)
        if isinstance(node, sp.Heaviside) and node.args[1] == 0:
            return self.application("step", node.args[0])
        if isinstance(node, sp.Piecewise):
            return self._cases(list(node.args)), CASES
        if getattr(node.func, "is_general", False):
            return self.application(self.identifiers.of(node.func.__name__), *node.args)
        if node.func in FUNCTIONS:
            return self.application(FUNCTIONS[node.func], *node.args)
        raise NoCertificateError(f"{type(node).__name__} has no form in Coq here")

    def _cases(self, pieces: list[tuple[sp.Expr, sp.Basic]]) -> str:
        (value, condition), *others = pieces
        if condition == sp.true:
            return self.write(value)
        if not others:
            raise NoCertificateError("a case distinction that leaves values out is no function")
        return self._decided(condition, self.write(value), lambda: self._cases(others))

    def _decided(self, condition: sp.Basic, then: str, otherwise: Callable[[], str]) -> str:
        if isinstance(condition, sp.And):
            first, *rest = sorted(condition.args, key=str)
            inner = self._decided(sp.And(*rest), then, otherwise)
            return self._decided(first, f"({inner})" if inner != then else then, otherwise)
        if isinstance(condition, sp.Or):
            first, *rest = sorted(condition.args, key=str)
            inner = self._decided(sp.Or(*rest), then, otherwise)
            return self._decided(first, then, lambda: inner)
        if type(condition) not in DECISIONS:
            raise NoCertificateError(f"the condition {condition} has no form in Coq here")
        name, exchanged = DECISIONS[type(condition)]
        left, right = (condition.rhs, condition.lhs) if exchanged else (condition.lhs, condition.rhs)
        decision = self.application(name, left, right)[0]
        return f"if {decision} then {then} else {otherwise()}"


def _numbers_first(node: sp.Expr) -> tuple[bool, str]:
    return not node.is_number, str(node)


def relations(condition: sp.Basic) -> list[Relational]:
    """Return the comparisons that a condition is made of."""
    return sorted(condition.atoms(Relational), key=str)
