"""The chain rule with the slips that people make in it: powers, activations, logarithms, maxima."""

from collections.abc import Callable, Iterator

import sympy as sp

from checks.formulas.mistakes.misused import Derivatives, Rule, Slip
from checks.formulas.mistakes.words import shown
from derive.functions import indicator, positive, sigma, softplus
from derive.rules import depends

_FORGOTTEN = "the derivative of the inner {} is forgotten"
_SLOPES: dict[type, Callable[[sp.Expr], sp.Expr]] = {
    sp.exp: sp.exp,
    sp.log: lambda v: 1 / v,
    sp.sin: sp.cos,
    sp.cos: lambda v: -sp.sin(v),
    sp.tan: lambda v: 1 / sp.cos(v) ** 2,
    sp.sinh: sp.cosh,
    sp.cosh: sp.sinh,
    sp.tanh: lambda v: 1 - sp.tanh(v) ** 2,
    sp.atan: lambda v: 1 / (1 + v**2),
    sp.erf: lambda v: 2 * sp.exp(-(v**2)) / sp.sqrt(sp.pi),
    sp.Abs: sp.sign,
    sigma: lambda v: sigma(v) * (1 - sigma(v)),
    softplus: sigma,
}
_BY_OUTPUT: dict[type, Callable[[sp.Expr], sp.Expr]] = {
    sigma: lambda a: a * (1 - a),
    sp.tanh: lambda a: 1 - a**2,
}
"""The derivative of an activation as a function of its output a."""
_OTHER_SIGN: dict[type, Callable[[sp.Expr], sp.Expr]] = {
    sp.cos: sp.sin,
    sp.sin: lambda v: -sp.cos(v),
    sp.cosh: lambda v: -sp.sinh(v),
    sp.tanh: lambda v: 1 + sp.tanh(v) ** 2,
    sigma: lambda v: sigma(v) * (1 + sigma(v)),
    sp.atan: lambda v: 1 / (1 - v**2),
}
_SIGN_SENTENCE = {
    sp.cos: "the derivative of cos is −sin",
    sp.sin: "the derivative of sin is +cos",
    sp.cosh: "the derivative of cosh is +sinh",
    sp.tanh: "the sign in 1 − tanh² is wrong",
    sigma: "the sign in σ(1 − σ) is wrong",
    sp.atan: "the sign in 1/(1 + u²) is wrong",
}
_ACTIVATIONS = (sigma, sp.tanh, softplus)


def composed(node: sp.Expr, by: sp.Expr) -> Rule | None:
    """Return the chain rule at a power, a function of one argument or a maximum, or None."""
    if isinstance(node, sp.Max):
        return _rectifier(node, by) or _maximum(node)
    if node.is_Pow and node.base is not sp.E and not isinstance(node, sp.exp):
        return _power(node) if not depends(node.exp, by) else _exponential(node) if not depends(node.base, by) else None
    if getattr(node.func, "is_general", False):
        return _general(node)
    if node.func in _SLOPES:
        return _function(node)
    return None


def _inner(slope: sp.Expr, inner: sp.Expr, derivative: sp.Expr) -> Iterator[Slip]:
    """Yield the slope without the inner derivative; a Kronecker delta says which entry it is and is never forgotten."""
    deltas = [factor for factor in sp.Mul.make_args(derivative) if isinstance(factor, sp.KroneckerDelta)]
    kept = sp.Mul(*deltas)
    if derivative != kept and (deltas or not derivative.has(sp.KroneckerDelta) or derivative.has(sp.Sum)):
        yield Slip(
            "inner derivative",
            _FORGOTTEN.format(f"function {_short(inner)}"),
            slope * kept,
            _FORGOTTEN.format("function"),
        )


def _short(expression: sp.Expr) -> str:
    text = shown(expression)
    return text if len(text) <= 40 else "u"


def _function(node: sp.Expr) -> Rule:
    kind, inner = node.func, node.args[0]
    slope = _SLOPES[kind](inner)

    def slips(derivatives: Derivatives) -> Iterator[Slip]:
        own = derivatives[0]
        if kind in _OTHER_SIGN:
            yield Slip("sign", _SIGN_SENTENCE[kind], _OTHER_SIGN[kind](inner) * own)
        yield from _inner(slope, inner, own)
        if kind in _ACTIVATIONS:
            yield Slip("sigma for sigma'", "the activation stands where its derivative belongs", node * own)
        if kind in _BY_OUTPUT:
            sentence = "z stands where the output belongs: the formula for the output, used on the pre-activation"
            yield Slip("pre-activation for output", sentence, _BY_OUTPUT[kind](inner) * own)
            sentence = "the derivative of the activation is taken at its output, not at the pre-activation"
            yield Slip("output for pre-activation", sentence, slope.subs(inner, node) * own)
        if kind is sp.log:
            for base in (10, 2):
                yield Slip(
                    "log base",
                    f"the derivative of the logarithm to base {base} stands there",
                    slope / sp.log(base) * own,
                )
        if kind is sp.exp:
            yield Slip("power rule", "the power rule is used on an exponential", inner * sp.exp(inner - 1) * own)
        yield Slip("outer derivative", "the derivative of the outer function is forgotten", own)

    return Rule((inner,), lambda derivatives: slope * derivatives[0], slips)


def _power(node: sp.Expr) -> Rule:
    inner, number = node.base, node.exp
    slope = number * inner ** (number - 1)

    def slips(derivatives: Derivatives) -> Iterator[Slip]:
        own = derivatives[0]
        if number.is_negative:
            yield Slip("sign", "the minus sign of the exponent is lost", -slope * own)
        yield from _inner(slope, inner, own)
        if number in (2, sp.S.Half):
            yield Slip("factor 2", "the exponent does not come down as a factor", slope / number * own)
        else:
            yield Slip("power rule", "the exponent does not come down as a factor", slope / number * own)
        yield Slip("power rule", "the exponent is not lowered by one", number * node * own)
        if number.is_negative:
            yield Slip("power rule", "the exponent is raised, not lowered by one", number * inner ** (number + 1) * own)

    return Rule((inner,), lambda derivatives: slope * derivatives[0], slips)


def _exponential(node: sp.Expr) -> Rule:
    base, inner = node.base, node.exp
    slope = node * sp.log(base)

    def slips(derivatives: Derivatives) -> Iterator[Slip]:
        own = derivatives[0]
        yield from _inner(slope, inner, own)
        yield Slip("log base", f"the factor ln {_short(base)} is forgotten", node * own)
        yield Slip("power rule", "the power rule is used on an exponential", inner * base ** (inner - 1) * own)

    return Rule((inner,), lambda derivatives: slope * derivatives[0], slips)


def _general(node: sp.Expr) -> Rule:
    inner, slope = node.args[0], node.fdiff()

    def slips(derivatives: Derivatives) -> Iterator[Slip]:
        own = derivatives[0]
        yield from _inner(slope, inner, own)
        yield Slip("sigma for sigma'", "the activation stands where its derivative belongs", node * own)
        sentence = "the derivative of the activation is taken at its output, not at the pre-activation"
        yield Slip("output for pre-activation", sentence, slope.func(node) * own)
        yield Slip("outer derivative", "the derivative of the outer function is forgotten", own)

    return Rule((inner,), lambda derivatives: slope * derivatives[0], slips)


def _rectifier(node: sp.Expr, by: sp.Expr) -> Rule | None:
    if len(node.args) != 2 or sp.S.Zero not in node.args:
        return None
    (inner,) = (argument for argument in node.args if argument != 0)

    def mask(argument: sp.Expr) -> sp.Expr:
        return positive(argument) if isinstance(by, sp.Indexed) else indicator(argument > 0)

    def slips(derivatives: Derivatives) -> Iterator[Slip]:
        own = derivatives[0]
        yield from _inner(mask(inner), inner, own)
        yield Slip("sigma for sigma'", "the activation stands where its derivative belongs", node * own)
        yield Slip(
            "outer derivative", "the mask is forgotten: the derivative of ReLU is 0 where its input is negative", own
        )
        yield Slip("mask reversed", "the mask is the wrong way round: 1 for negative inputs", mask(-inner) * own)

    return Rule((inner,), lambda derivatives: mask(inner) * derivatives[0], slips)


def _maximum(node: sp.Expr) -> Rule:
    cells = tuple(node.args)

    def wins(place: int) -> sp.Basic:
        return sp.And(*(cells[place] > other for position, other in enumerate(cells) if position != place))

    def combine(derivatives: Derivatives) -> sp.Expr:
        return sp.Add(*(indicator(wins(place)) * derivative for place, derivative in enumerate(derivatives)))

    def slips(derivatives: Derivatives) -> Iterator[Slip]:
        for step in range(1, len(cells)):
            moved = [indicator(wins((place + step) % len(cells))) * own for place, own in enumerate(derivatives)]
            yield Slip("wrong pool cell", "the gradient goes to another cell than the one that won", sp.Add(*moved))
        everywhere = "the gradient goes to every cell of the pool, not only to the one that won"
        yield Slip("wrong pool cell", everywhere, sp.Add(*derivatives))
        shared = "the gradient is shared out over the cells, as for a mean: for a maximum the winner gets all of it"
        yield Slip("wrong pool cell", shared, sp.Add(*derivatives) / len(cells))

    return Rule(cells, combine, slips)
