"""The rules of differentiation with the slips that people make in them."""

from collections.abc import Iterator

import sympy as sp

from checks.formulas.mistakes.functions import composed
from checks.formulas.mistakes.misused import Derivatives, NoRuleHereError, Rule, Slip
from checks.formulas.mistakes.words import shown
from derive.indices import bound_indices, length, same_range
from derive.rules import depends


def rule_of(node: sp.Expr, by: sp.Expr) -> Rule:
    """Return the rule that differentiates a node which depends on `by` and is not `by` itself.

    Raises
    ------
    NoRuleHereError
        There is none.
    """
    if isinstance(node, sp.Indexed):
        return _entry(node, by)
    if isinstance(node, sp.Sum):
        return _summation(node, by)
    if node.is_Add:
        return _terms(node, by)
    if node.is_Mul:
        return _factors(node, by)
    if isinstance(node, sp.Piecewise):
        return _cases(node)
    found = composed(node, by)
    if found is None:
        raise NoRuleHereError(f"no rule here differentiates {node}")
    return found


def _entry(node: sp.Indexed, by: sp.Expr) -> Rule:
    if not isinstance(by, sp.Indexed):
        raise NoRuleHereError("an entry is differentiated by an entry only")
    delta = sp.Mul(*(sp.KroneckerDelta(i, p) for i, p in zip(node.indices, by.indices, strict=True)))

    def slips(_: Derivatives) -> Iterator[Slip]:
        yield Slip("sum kept", f"every entry of {node.base.label} is treated as if it were {shown(by)}", sp.S.One)

    return Rule((), lambda _: delta, slips)


def _summation(node: sp.Sum, by: sp.Expr) -> Rule:
    def slips(derivatives: Derivatives) -> Iterator[Slip]:
        for own in by.indices if isinstance(by, sp.Indexed) else ():
            for index in bound_indices(node):
                if isinstance(own, sp.Idx) and same_range(index, own) and own != index:
                    kept = sp.KroneckerDelta(index, own) * derivatives[0]
                    sentence = f"only the diagonal of the Jacobian is kept, the term with {index} = {own}"
                    yield Slip("diagonal only", sentence, sp.Sum(kept, *node.limits))

    return Rule((node.function,), lambda derivatives: sp.Sum(derivatives[0], *node.limits), slips)


def _terms(node: sp.Expr, by: sp.Expr) -> Rule:
    constant, rest = node.as_independent(*_named(by), as_Add=True)
    parts = tuple(sp.Add.make_args(rest))

    def slips(derivatives: Derivatives) -> Iterator[Slip]:
        if constant != 0 and constant + sp.Add(*derivatives) != 0:
            yield Slip(
                "constant kept", "a constant term is kept, though its derivative is 0", constant + sp.Add(*derivatives)
            )

    return Rule(parts, lambda derivatives: sp.Add(*derivatives), slips)


def _cases(node: sp.Piecewise) -> Rule:
    conditions = [condition for _, condition in node.args]

    def slips(derivatives: Derivatives) -> Iterator[Slip]:
        if len(conditions) == 2:
            swapped = sp.Piecewise(*zip(reversed(derivatives), conditions, strict=True))
            yield Slip("mask reversed", "the two cases are exchanged", swapped)

    def combine(derivatives: Derivatives) -> sp.Expr:
        return sp.Piecewise(*zip(derivatives, conditions, strict=True))

    return Rule(tuple(value for value, _ in node.args), combine, slips)


def _named(by: sp.Expr) -> list[sp.Basic]:
    return [by.base] if isinstance(by, sp.Indexed) else [by]


def _factors(node: sp.Expr, by: sp.Expr) -> Rule:
    constant, rest = node.as_independent(*_named(by), as_Add=False)
    if constant != 1:
        return _constant_factor(constant, rest)
    top, bottom = sp.fraction(node, exact=True)
    if depends(top, by) and depends(bottom, by):
        return _quotient(top, bottom)
    return _product(tuple(node.args))


def _constant_factor(constant: sp.Expr, rest: sp.Expr) -> Rule:
    def slips(derivatives: Derivatives) -> Iterator[Slip]:
        derivative = derivatives[0]
        if isinstance(rest, sp.Indexed) or rest.is_Symbol:
            sentence = f"{_named_factor(rest)} stands where its factor belongs: c · x differentiated by c, not by x"
            yield Slip("wrong variable", sentence, rest * derivative)
        if constant.is_negative:
            yield Slip("sign", "the minus sign of a constant factor is lost", -constant * derivative)
        number, others = constant.as_coeff_Mul()
        if number in (2, -2, sp.S.Half, -sp.S.Half):
            yield Slip("factor 2", f"the constant factor {abs(number)} is lost", constant / abs(number) * derivative)
        elif abs(number) != 1:
            yield Slip("lost factor", f"the constant factor {shown(number)} is lost", others * derivative)
        for factor in sp.Mul.make_args(others):
            if factor == 1:
                continue
            count = 1 / factor
            if count.is_integer and count.is_positive and count.is_Symbol:
                mean = any(count in length(i).free_symbols for s in rest.atoms(sp.Sum) for i in bound_indices(s))
                if mean:
                    yield Slip(
                        "sum for mean",
                        f"the factor {shown(factor)} is lost: the sum for the mean",
                        constant / factor * derivative,
                    )
                else:
                    yield Slip("1/B missing", f"the factor {shown(factor)} is missing", constant / factor * derivative)
            else:
                yield Slip(
                    "lost factor", f"the constant factor {shown(factor)} is lost", constant / factor * derivative
                )

    return Rule((rest,), lambda derivatives: constant * derivatives[0], slips)


def _named_factor(rest: sp.Expr) -> str:
    return str(rest.base.label if isinstance(rest, sp.Indexed) else rest)


def _product(factors: tuple[sp.Expr, ...]) -> Rule:
    def term(derivatives: Derivatives, place: int) -> sp.Expr:
        return sp.Mul(*factors[:place], derivatives[place], *factors[place + 1 :])

    def combine(derivatives: Derivatives) -> sp.Expr:
        return sp.Add(*(term(derivatives, place) for place in range(len(factors))))

    def slips(derivatives: Derivatives) -> Iterator[Slip]:
        yield Slip(
            "product rule", "a product is differentiated as the product of the derivatives", sp.Mul(*derivatives)
        )
        for place in range(len(factors)):
            missing = sp.Add(*(term(derivatives, other) for other in range(len(factors)) if other != place))
            yield Slip("product rule", "one term of the product rule is missing", missing)
        if len(factors) == 2:
            for sign in (1, -1):
                difference = sign * (term(derivatives, 0) - term(derivatives, 1))
                yield Slip("sign", "the product rule has a plus sign between its terms", difference)

    return Rule(factors, combine, slips)


def _quotient(top: sp.Expr, bottom: sp.Expr) -> Rule:
    def combine(derivatives: Derivatives) -> sp.Expr:
        return (bottom * derivatives[0] - top * derivatives[1]) / bottom**2

    def slips(derivatives: Derivatives) -> Iterator[Slip]:
        above, below = derivatives
        yield Slip(
            "quotient rule",
            "the two terms of the quotient rule are swapped",
            (top * below - bottom * above) / bottom**2,
        )
        if below != 0:
            yield Slip(
                "quotient rule", "a quotient is differentiated as the quotient of the derivatives", above / below
            )
        yield Slip(
            "quotient rule",
            "the denominator of the quotient rule is not squared",
            (bottom * above - top * below) / bottom,
        )
        yield Slip("quotient rule", "one term of the quotient rule is missing", above / bottom)
        yield Slip("quotient rule", "one term of the quotient rule is missing", -top * below / bottom**2)
        yield Slip(
            "sign", "the quotient rule has a minus sign between its terms", (bottom * above + top * below) / bottom**2
        )

    return Rule((top, bottom), combine, slips)
