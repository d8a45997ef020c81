"""The rules of differentiation, each one a function that either applies to ∂u/∂x or does not.

To add a rule, write a function below the decorator; the order in this file is the order in which rules are tried.
"""

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from derive.derivation import D
from derive.functions import indicator, positive, sigma, softplus


@dataclass(frozen=True)
class Outcome:
    """What a rule makes of ∂u/∂x, under which name, and what it was applied to."""

    after: sp.Expr
    rule: str
    note: str = ""


Rule = Callable[[sp.Expr, sp.Expr], Outcome | None]
RULES: list[Rule] = []


class NoRuleError(ValueError):
    """No rule differentiates this; a line of the form "abs has no derivative rule"."""


def apply(node: D) -> Outcome:
    """Apply the first rule that fits to ∂u/∂x.

    Raises
    ------
    NoRuleError
        No rule fits.
    """
    for rule in RULES:
        outcome = rule(node.expression, node.variable)
        if outcome is not None:
            return outcome
    raise NoRuleError(f"no rule differentiates {node.expression} by {node.variable}")


def _rule(function: Rule) -> Rule:
    RULES.append(function)
    return function


def depends(u: sp.Expr, x: sp.Expr) -> bool:
    """Tell whether u may change when x does; for an entry of an array, whether the array stands in u."""
    return bool(u.has(x.base) if isinstance(x, sp.Indexed) else u.has(x))


@_rule
def constant(u: sp.Expr, x: sp.Expr) -> Outcome | None:
    """∂c/∂x = 0."""
    return None if depends(u, x) else Outcome(sp.S.Zero, "constant rule")


@_rule
def variable(u: sp.Expr, x: sp.Expr) -> Outcome | None:
    """∂x/∂x = 1."""
    return Outcome(sp.S.One, "derivative of the variable") if u == x else None


@_rule
def index(u: sp.Expr, x: sp.Expr) -> Outcome | None:
    """∂X_ik/∂X_pq = δ_ip δ_kq."""
    if not (isinstance(u, sp.Indexed) and isinstance(x, sp.Indexed) and u.base == x.base):
        return None
    deltas = [sp.KroneckerDelta(i, p) for i, p in zip(u.indices, x.indices, strict=True)]
    return Outcome(sp.Mul(*deltas), "index rule", f"an entry of {u.base.label} by an entry of {u.base.label}")


@_rule
def summation(u: sp.Expr, x: sp.Expr) -> Outcome | None:
    """∂/∂x Σ_k u_k = Σ_k ∂u_k/∂x."""
    if not isinstance(u, sp.Sum):
        return None
    return Outcome(sp.Sum(D(u.function, x), *u.limits), "sum rule", "the derivative of a sum is the sum of derivatives")


@_rule
def sum_of_terms(u: sp.Expr, x: sp.Expr) -> Outcome | None:
    """∂(u + v)/∂x = ∂u/∂x + ∂v/∂x."""
    return Outcome(sp.Add(*(D(term, x) for term in u.args)), "sum rule") if u.is_Add else None


@_rule
def constant_factor(u: sp.Expr, x: sp.Expr) -> Outcome | None:
    """∂(c u)/∂x = c ∂u/∂x."""
    if not u.is_Mul:
        return None
    kept, rest = u.as_independent(*([x.base] if isinstance(x, sp.Indexed) else [x]), as_Add=False)
    return None if kept == 1 else Outcome(kept * D(rest, x), "constant factor rule", f"the factor {kept} is constant")


@_rule
def quotient(u: sp.Expr, x: sp.Expr) -> Outcome | None:
    """∂(u/v)/∂x = (v ∂u/∂x − u ∂v/∂x) / v²."""
    top, bottom = sp.fraction(u, exact=True)  # exact: e^(−x) stays a factor and is no denominator e^x
    if not (u.is_Mul and depends(bottom, x) and depends(top, x)):
        return None
    return Outcome((bottom * D(top, x) - top * D(bottom, x)) / bottom**2, "quotient rule", f"over {bottom}")


@_rule
def product_of_factors(u: sp.Expr, x: sp.Expr) -> Outcome | None:
    """∂(u v)/∂x = v ∂u/∂x + u ∂v/∂x."""
    if not u.is_Mul:
        return None
    terms = [sp.Mul(D(factor, x), *(other for other in u.args if other is not factor)) for factor in u.args]
    return Outcome(sp.Add(*terms), "product rule")


@_rule
def power(u: sp.Expr, x: sp.Expr) -> Outcome | None:
    """∂uⁿ/∂x = n uⁿ⁻¹ ∂u/∂x for a constant n."""
    if not u.is_Pow or depends(u.exp, x) or u.base is sp.E:
        return None
    return _chain(u.exp * u.base ** (u.exp - 1), u.base, x, "power rule", f"u^({u.exp})")


@_rule
def general_power(u: sp.Expr, x: sp.Expr) -> Outcome | None:
    """∂uᵛ/∂x = uᵛ ∂(v ln u)/∂x for u > 0."""
    if not u.is_Pow or u.base is sp.E or isinstance(u, sp.exp):
        return None
    return Outcome(u * D(u.exp * sp.log(u.base), x), "logarithmic differentiation", f"{u.base} > 0")


_OUTER: dict[type, tuple[str, str, Callable[[sp.Expr], sp.Expr]]] = {
    sp.exp: ("exponential rule", "e^u", sp.exp),
    sp.log: ("logarithm rule", "ln u", lambda v: 1 / v),
    sp.sin: ("trigonometric rule", "sin u", sp.cos),
    sp.cos: ("trigonometric rule", "cos u", lambda v: -sp.sin(v)),
    sp.tan: ("trigonometric rule", "tan u", lambda v: 1 / sp.cos(v) ** 2),
    sp.sinh: ("hyperbolic rule", "sinh u", sp.cosh),
    sp.cosh: ("hyperbolic rule", "cosh u", sp.sinh),
    sp.tanh: ("hyperbolic rule", "tanh u", lambda v: 1 - sp.tanh(v) ** 2),
    sp.atan: ("arctangent rule", "arctan u", lambda v: 1 / (1 + v**2)),
    sp.erf: ("error function rule", "erf u", lambda v: 2 * sp.exp(-(v**2)) / sp.sqrt(sp.pi)),
    sp.Abs: ("absolute value rule, off the kink", "|u|", sp.sign),
    sigma: ("sigmoid rule", "sigma(u)", lambda v: sigma(v) * (1 - sigma(v))),
    softplus: ("softplus rule", "softplus(u)", sigma),
}


@_rule
def outer_function(u: sp.Expr, x: sp.Expr) -> Outcome | None:
    """∂f(u)/∂x = f′(u) ∂u/∂x for a function f of the table."""
    if u.func not in _OUTER:
        return None
    name, outer, derivative = _OUTER[u.func]
    return _chain(derivative(u.args[0]), u.args[0], x, name, outer)


@_rule
def rectifier(u: sp.Expr, x: sp.Expr) -> Outcome | None:
    """∂max(0, u)/∂x = 1[u > 0] ∂u/∂x off the kink u = 0."""
    if not (isinstance(u, sp.Max) and len(u.args) == 2 and sp.S.Zero in u.args):
        return None
    inner = next(argument for argument in u.args if argument != 0)
    slope = positive(inner) if isinstance(x, sp.Indexed) else indicator(inner > 0)
    return _chain(slope, inner, x, "rectifier rule, off the kink", "max(0, u)")


@_rule
def cases(u: sp.Expr, x: sp.Expr) -> Outcome | None:
    """∂/∂x of a piecewise formula, in the interior of each piece."""
    if not isinstance(u, sp.Piecewise):
        return None
    pieces = [(D(value, x), condition) for value, condition in u.args]
    return Outcome(sp.Piecewise(*pieces, evaluate=False), "case by case, off the borders")


@_rule
def general(u: sp.Expr, x: sp.Expr) -> Outcome | None:
    """∂h(u)/∂x = h′(u) ∂u/∂x for an unspecified differentiable h."""
    if not getattr(u.func, "is_general", False):
        return None
    return _chain(u.fdiff(), u.args[0], x, f"derivative of {u.func.__name__}", f"{u.func.__name__}(u)")


def _chain(outer: sp.Expr, inner: sp.Expr, x: sp.Expr, name: str, shape: str) -> Outcome:
    if inner == x:
        return Outcome(outer, name, f"{shape} at u = {x}")
    return Outcome(outer * D(inner, x), f"chain rule with the {name}", f"outer {shape}, inner u = {inner}")
