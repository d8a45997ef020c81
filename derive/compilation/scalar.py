"""From a formula in real symbols to an elementwise NumPy function."""

import inspect
import keyword
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p
from sympy.core.relational import Relational
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import BooleanAtom

from derive.compilation.calling import Compiled, elementwise
from derive.compilation.errors import NotCompilable
from derive.compilation.inplace import in_place
from derive.compilation.nodes import (
    INTERNAL,
    bce_slope,
    clipped,
    meaning,
    product_in_turn,
    scaled,
    scaled_square,
    sum_in_turn,
)
from derive.compilation.printer import IMPORTS, NAMESPACE, StablePrinter
from derive.compilation.rewritings import stabilised
from derive.functions import defined, sigma, softplus

_ELEMENTARY = (
    *(sp.exp, sp.log, sp.sin, sp.cos, sp.tan, sp.asin, sp.acos, sp.atan),
    *(sp.sinh, sp.cosh, sp.tanh, sp.asinh, sp.acosh, sp.atanh, sp.erf, sp.erfc, sigma, softplus),
)
SUPPORTED = (
    *(sp.Add, sp.Mul, sp.Pow, sp.Abs, sp.sign, sp.Max, sp.Min, sp.Piecewise, ExprCondPair, sp.Heaviside, Relational),
    *(sp.And, sp.Or, sp.Not, BooleanAtom, sp.Rational, sp.Float, sp.NumberSymbol, sp.Symbol, *_ELEMENTARY, *INTERNAL),
    *(log1p, expm1),
)


def compile_scalar(arguments: Sequence[sp.Symbol], expression: sp.Expr, *, name: str = "f") -> Compiled:
    """Compile a formula to a function that works element by element on arrays that broadcast.

    Parameters
    ----------
    arguments:
        The symbols in the order of the arguments; they are taken as real.
    expression:
        A formula in these symbols: + − · / powers, exponential, logarithm, trigonometric and hyperbolic functions and
        their inverses, |·|, sign, Max, Min, Piecewise, Heaviside, erf, σ, softplus, numbers.
    name:
        A Python name for the function.

    Returns
    -------
    A function of float arrays of any shapes that broadcast; the result is a new array of the broadcast shape of all
    arguments (of those too that the formula does not hold), in the dtype of the arguments. Where 0/0 or 0·ln 0 stands
    for the slope or the value of a cross-entropy whose term has weight zero, the term is absent. No branch of a
    Piecewise warns of a value that another branch replaces.

    Raises
    ------
    NotCompilable
        The formula holds a symbol that is no argument, a value that is not real, or a function not named above.
    ValueError
        A name that is no Python name, or two arguments of the same name.
    """
    check_name(name)
    expression = sp.sympify(expression, strict=True)
    if not isinstance(expression, sp.Expr):
        raise NotCompilable(f"a formula is wanted, not {type(expression).__name__}")
    check_symbols(expression, arguments)
    labels = argument_names(arguments)
    for symbol in arguments:
        if symbol.is_extended_real is False:
            raise NotCompilable(f"the symbol {symbol} is declared as not real")
    real = {
        symbol: sp.Symbol(label, **(symbol.assumptions0 | {"real": True}))
        for symbol, label in zip(arguments, labels, strict=True)
    }
    expression = expression.xreplace(real)
    # Over the complex numbers SymPy writes d|x|/dx with re, im and derivatives of these, which are plain for real x.
    expression = expression.replace(lambda node: isinstance(node, sp.Derivative), lambda node: node.doit())
    check_nodes(expression)
    stable = stabilised(expression)
    refuse_infinite(stable)
    function, source = translate([real[symbol] for symbol in arguments], stable, name)
    formula = in_place(source, name, NAMESPACE)
    quiet, native = stable.has(sp.Piecewise, bce_slope), _is_native(stable)
    whole = function if _is_short(stable) else None
    return Compiled(name, labels, source, elementwise(name, labels, formula, quiet=quiet, native=native, whole=whole))


def _is_short(expression: sp.Expr) -> bool:
    """Say whether a formula is of at most four operations that take little time: blocks save nothing."""
    return _is_native(expression) and (meaning(expression).count_ops() <= 4 or _is_step(expression))


def _is_native(expression: sp.Expr) -> bool:
    """Say whether a formula is as good in float32 as in float64, where its whole numbers are floats of both kinds.

    It has at most eight operations, no exponential and no logarithm, which NumPy has in float32 to 2.5 units only, and
    no helper, which works on the bits of float64.
    """
    if _is_step(expression):
        expression = expression.args[0][1].lhs
    parts = (
        *(sp.Add, sp.Mul, sp.Pow, sp.Symbol, sp.Rational, sp.Max, sp.Min, sp.Abs, sp.sign),
        *(clipped, sum_in_turn, product_in_turn, scaled, scaled_square),
    )
    if isinstance(expression, sp.tanh) and expression.args[0].is_Symbol:
        return True  # to 1.4 units in float32
    return (
        all(isinstance(node, parts) for node in sp.preorder_traversal(expression))
        and all(max(abs(number.p), number.q) < 2**24 for number in expression.atoms(sp.Rational))
        and expression.count_ops() <= 8
    )


def _is_step(expression: sp.Expr) -> bool:
    """Say whether a formula is 1 where one side of a comparison with a number is larger, and 0 elsewhere."""
    if not isinstance(expression, sp.Piecewise) or len(expression.args) != 2:
        return False
    (above, condition), (below, _) = expression.args
    return bool((above, below) == (1, 0) and isinstance(condition, Relational) and condition.rhs.is_number)


def check_name(name: str) -> None:
    """Raise ValueError unless the name can follow `def`."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or keyword.iskeyword(name):
        raise ValueError(f"{name!r} cannot name a Python function")


def check_symbols(expression: sp.Expr, arguments: Iterable[sp.Basic]) -> None:
    """Raise NotCompilable for a free symbol that is no argument."""
    unknown = expression.free_symbols - set(arguments)
    if unknown:
        names = ", ".join(sorted(map(str, unknown)))
        raise NotCompilable(f"the formula holds {names}, which is not among the arguments")


def check_nodes(expression: sp.Expr) -> None:
    """Raise NotCompilable for a function that is not supported."""
    for node in sp.preorder_traversal(expression):
        if not isinstance(node, SUPPORTED) and node not in (sp.oo, -sp.oo):
            raise NotCompilable(f"{node} ({type(node).__name__}) cannot be compiled to NumPy")


def refuse_infinite(expression: sp.Expr) -> None:
    """Raise NotCompilable for a formula that is nowhere a real number, such as 1/0."""
    if expression.has(sp.nan, sp.zoo, sp.I):
        raise NotCompilable("the formula has no real value anywhere")


def argument_names(arguments: Iterable[Any]) -> tuple[str, ...]:
    """Return a Python name for each argument: its own where that is plain ASCII, else arg0, arg1 and so on.

    A symbol may carry any text as its name; only plain names come near generated source.
    """
    labels: list[str] = []
    given = [str(getattr(argument, "name", argument)) for argument in arguments]
    if len(set(given)) != len(given):
        raise ValueError(f"two arguments have the same name: {', '.join(given)}")
    for place, text in enumerate(given):
        plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", text) and not keyword.iskeyword(text)
        labels.append(text if plain and text not in {*NAMESPACE, "builtins", "range"} else f"arg{place}")
    if len(set(labels)) != len(labels):
        labels = [f"arg{place}" for place in range(len(labels))]
    return tuple(labels)


def translate(
    symbols: Sequence[sp.Symbol], stable: sp.Expr, name: str, printer: StablePrinter | None = None
) -> tuple[Callable[..., Any], str]:
    """Return NumPy code for a formula that needs no more rewriting: the function and its source."""
    stable = rounded_constants(stable)
    shared = sp.numbered_symbols("t", exclude=[sp.Symbol(symbol.name) for symbol in symbols])
    function = sp.lambdify(
        list(symbols),
        stable,
        modules=[NAMESPACE],
        printer=printer or StablePrinter(),
        cse=lambda tree: _shared(tree, shared),
    )
    body = inspect.getsource(function).replace("def _lambdifygenerated(", f"def {name}(", 1)
    imports = [line for prefix, line in IMPORTS.items() if prefix in body]
    return function, "\n".join([*imports, "", "", body]).lstrip("\n")


def rounded_constants(expression: sp.Expr) -> sp.Expr:
    """Replace each largest part without symbols by the float nearest to it; rationals, π and e stay readable."""

    def is_constant(node: sp.Expr) -> bool:
        return isinstance(node, sp.Expr) and not node.free_symbols and not node.is_Atom

    def nearest(node: sp.Expr) -> sp.Expr:
        value = defined(meaning(node)).evalf(40)
        if not value.is_Float:
            raise NotCompilable(f"the constant {node} is not a real number")
        return sp.Float(float(value), 17)

    def visit(node: sp.Basic) -> sp.Basic:
        if is_constant(node):
            return nearest(node)
        if node.is_Atom:
            return node
        if isinstance(node, (sp.Add, sp.Mul)):
            constant, rest = node.as_independent(*node.free_symbols, as_Add=isinstance(node, sp.Add))
            if is_constant(constant):
                return node.func(nearest(constant), visit(rest))
        return node.func(*(visit(argument) for argument in node.args))

    return visit(expression)


def _shared(tree: sp.Expr, names: Iterable[sp.Symbol]) -> tuple[list[tuple[sp.Symbol, sp.Expr]], sp.Expr]:
    """Find common subexpressions, except reciprocals: multiplying by a shared 1/s rounds once more than a division."""
    replacements, (tree,) = sp.cse([tree], symbols=names)
    kept: list[tuple[sp.Symbol, sp.Expr]] = []
    inlined: dict[sp.Symbol, sp.Expr] = {}
    for symbol, value in replacements:
        full = value.xreplace(inlined)
        if value.is_Pow and value.exp.is_negative:
            inlined[symbol] = full
        else:
            kept.append((symbol, full))
    return kept, tree.xreplace(inlined)
