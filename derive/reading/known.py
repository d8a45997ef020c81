"""The functions that every formula may use, by all the names they go by, and how each is made of SymPy's.

Every maker takes as many expressions as its function has arguments. `bare` functions may stand before their argument
without brackets, as in sin 3x.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sympy as sp

from derive.functions import general_function, indicator, relu, sigma, softplus


@dataclass(frozen=True)
class Known:
    """A known function.

    Attributes
    ----------
    make:
        Makes the value of as many arguments as `least` to `most`.
    least, most:
        How many arguments it takes.
    bare:
        Whether brackets may be left out.
    derivative:
        Makes the value of the derivative, for primes; None where none is known.
    needs:
        Makes conditions under which the value is a real number.
    """

    make: Callable[..., sp.Expr]
    least: int = 1
    most: int = 1
    bare: bool = False
    smooth: bool = True
    needs: Callable[..., tuple[sp.Basic, ...]] | None = None


def _positive(u: sp.Expr) -> tuple[sp.Basic, ...]:
    return (sp.Gt(u, 0),)


def _not_negative(u: sp.Expr) -> tuple[sp.Basic, ...]:
    return (sp.Ge(u, 0),)


def _within_one(u: sp.Expr) -> tuple[sp.Basic, ...]:
    return (sp.Ge(u, -1), sp.Le(u, 1))


def _heaviside(u: sp.Expr, at_zero: sp.Expr | None = None) -> sp.Expr:
    if at_zero is None:
        return indicator(sp.Gt(u, 0))
    return sp.Piecewise((0, sp.Lt(u, 0)), (at_zero, sp.Eq(u, 0)), (1, True))


def real_root(u: sp.Expr, degree: int) -> sp.Expr:
    """Return the real root of an odd degree, which is negative where u is."""
    if u.is_nonnegative:
        return u ** sp.Rational(1, degree)
    if u.is_negative:
        return -((-u) ** sp.Rational(1, degree))
    return sp.sign(u) * sp.Abs(u) ** sp.Rational(1, degree)


def _leaky(u: sp.Expr, slope: sp.Expr | None = None) -> sp.Expr:
    return sp.Piecewise((u, sp.Gt(u, 0)), ((sp.Rational(1, 100) if slope is None else slope) * u, True))


def _clip(u: sp.Expr, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    return sp.Min(sp.Max(u, low), high)


_EXP = Known(sp.exp, bare=True)
_LOG = Known(sp.log, bare=True, needs=_positive)
_SIGMOID = Known(sigma)
_ABS = Known(sp.Abs, smooth=False)
_SIGN = Known(sp.sign, smooth=False)
_RELU = Known(relu, smooth=False)
_STEP = Known(_heaviside, most=2, smooth=False)
_MAX = Known(sp.Max, least=2, most=8, smooth=False)
_MIN = Known(sp.Min, least=2, most=8, smooth=False)
_GELU = Known(lambda u: u * (1 + sp.erf(u / sp.sqrt(2))) / 2)

_FUNCTIONS: Mapping[str, Known] = {
    "exp": _EXP,
    "ln": _LOG,
    "log": _LOG,
    "log10": Known(lambda u: sp.log(u) / sp.log(10), bare=True, needs=_positive),
    "log2": Known(lambda u: sp.log(u) / sp.log(2), bare=True, needs=_positive),
    "log1p": Known(lambda u: sp.log(1 + u), needs=lambda u: (sp.Gt(1 + u, 0),)),
    "expm1": Known(lambda u: sp.exp(u) - 1),
    "sqrt": Known(sp.sqrt, bare=True, needs=_not_negative),
    "cbrt": Known(lambda u: real_root(u, 3), smooth=False),
    "square": Known(lambda u: u**2),
    "sin": Known(sp.sin, bare=True),
    "cos": Known(sp.cos, bare=True),
    "tan": Known(sp.tan, bare=True, needs=lambda u: (sp.Ne(sp.cos(u), 0),)),
    "cot": Known(lambda u: sp.cos(u) / sp.sin(u), bare=True, needs=lambda u: (sp.Ne(sp.sin(u), 0),)),
    "sec": Known(lambda u: 1 / sp.cos(u), bare=True, needs=lambda u: (sp.Ne(sp.cos(u), 0),)),
    "csc": Known(lambda u: 1 / sp.sin(u), bare=True, needs=lambda u: (sp.Ne(sp.sin(u), 0),)),
    "sinh": Known(sp.sinh, bare=True),
    "cosh": Known(sp.cosh, bare=True),
    "tanh": Known(sp.tanh, bare=True),
    "coth": Known(lambda u: sp.cosh(u) / sp.sinh(u), bare=True, needs=lambda u: (sp.Ne(u, 0),)),
    "sech": Known(lambda u: 1 / sp.cosh(u), bare=True),
    "csch": Known(lambda u: 1 / sp.sinh(u), bare=True, needs=lambda u: (sp.Ne(u, 0),)),
    "arcsin": Known(sp.asin, bare=True, needs=_within_one),
    "arccos": Known(sp.acos, bare=True, needs=_within_one),
    "arctan": Known(sp.atan, bare=True),
    "arcsinh": Known(sp.asinh, bare=True),
    "arccosh": Known(sp.acosh, bare=True, needs=lambda u: (sp.Ge(u, 1),)),
    "arctanh": Known(sp.atanh, bare=True, needs=lambda u: (sp.Gt(u, -1), sp.Lt(u, 1))),
    "sigma": _SIGMOID,
    "softplus": Known(softplus),
    "relu": _RELU,
    "leaky_relu": Known(_leaky, most=2, smooth=False),
    "elu": Known(
        lambda u, a=sp.S.One: sp.Piecewise((u, sp.Gt(u, 0)), (a * (sp.exp(u) - 1), True)), most=2, smooth=False
    ),
    "silu": Known(lambda u: u * sigma(u)),
    "gelu": _GELU,
    "logit": Known(lambda u: sp.log(u / (1 - u)), needs=lambda u: (sp.Gt(u, 0), sp.Lt(u, 1))),
    "logsigmoid": Known(lambda u: -softplus(-u)),
    "max": _MAX,
    "min": _MIN,
    "abs": _ABS,
    "sign": _SIGN,
    "erf": Known(sp.erf),
    "erfc": Known(lambda u: 1 - sp.erf(u)),
    "heaviside": _STEP,
    "clip": Known(_clip, least=3, most=3, smooth=False),
    "reciprocal": Known(lambda u: 1 / u, needs=lambda u: (sp.Ne(u, 0),)),
    "pow": Known(lambda u, n: u**n, least=2, most=2),
}

_SPELLINGS = {
    "sigmoid": "sigma",
    "expit": "sigma",
    "logistic": "sigma",
    "ReLU": "relu",
    "Relu": "relu",
    "RELU": "relu",
    "Max": "max",
    "Min": "min",
    "maximum": "max",
    "minimum": "min",
    "fmax": "max",
    "fmin": "min",
    "Abs": "abs",
    "fabs": "abs",
    "absolute": "abs",
    "sgn": "sign",
    "Heaviside": "heaviside",
    "step": "heaviside",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
    "arsinh": "arcsinh",
    "arcosh": "arccosh",
    "artanh": "arctanh",
    "cosec": "csc",
    "tg": "tan",
    "SiLU": "silu",
    "swish": "silu",
    "GELU": "gelu",
    "ELU": "elu",
    "LeakyReLU": "leaky_relu",
    "Softplus": "softplus",
    "log_sigmoid": "logsigmoid",
    "power": "pow",
    "clamp": "clip",
    "Softmax": "softmax",
    "SoftMax": "softmax",
}

# Known by name; what they mean is decided where they are read, because it depends on more than their arguments.
_OF_ARRAYS = frozenset(
    [
        "sum",
        "mean",
        "dot",
        "matmul",
        "inner",
        "mm",
        "outer",
        "trace",
        "tr",
        "Tr",
        "transpose",
        "norm",
        "softmax",
        "diag",
        "multiply",
    ]
)
SPECIAL = _OF_ARRAYS | {"where", "Piecewise", "root", "Rational", "indicator"}

NEEDS_BRACKETS = SPECIAL | {"sigma", "step", "sign", "power", "square", "clip", "reciprocal", "logistic"}


BARE = frozenset(name for name, function in _FUNCTIONS.items() if function.bare and len(name) > 1 and name.isalpha())
"""Names of functions that may stand before their argument without brackets, and end in a letter."""


def spelling(name: str) -> str:
    """Return the one name that a function goes by here."""
    return _SPELLINGS.get(name, name)


def is_known_function(name: str) -> bool:
    """Tell whether a name is that of a function, whoever spells it."""
    plain = spelling(name)
    return plain in _FUNCTIONS or plain in SPECIAL


def known(name: str) -> Known | None:
    """Return a known function, or None."""
    return _FUNCTIONS.get(spelling(name))


def derivative(name: str, order: int, argument: sp.Expr) -> sp.Expr | None:
    """Return the value of a derivative of a known function of one argument; None where it has none everywhere.

    The derivative of ReLU, |u| and max at a tie is a convention, so it is not written for a prime.
    """
    if spelling(name) == "relu" and order == 1:
        return indicator(sp.Gt(argument, 0))
    function = known(name)
    if function is None or not function.smooth or function.least != 1:
        return None
    variable = sp.Dummy("u", real=True)
    value = function.make(variable)
    for _ in range(order):
        value = value.diff(variable)
    return value.subs(variable, argument)


def applied(name: str, order: int, argument: sp.Expr) -> sp.Expr:
    """Return h(u), h′(u), h″(u) of a general function h."""
    return general_function(name + "'" * order)(argument)
