"""From index notation to vectorised NumPy."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import sympy as sp

from derive.compilation.arrayprinter import ArrayPrinter
from derive.compilation.arrayrewritings import stabilised_arrays
from derive.compilation.calling import Compiled, numbers
from derive.compilation.errors import NotCompilable
from derive.compilation.indexed import Translator
from derive.compilation.nodes import bce_slope
from derive.compilation.scalar import argument_names, check_name, refuse_infinite, translate
from derive.compilation.sizes import Shapes, index_size, with_sizes


def compile_arrays(
    arguments: Sequence[sp.IndexedBase | sp.Symbol],
    free_indices: Sequence[sp.Idx],
    expression: sp.Expr,
    *,
    name: str = "f",
) -> Compiled:
    """Compile a formula in index notation to a function of arrays.

    Parameters
    ----------
    arguments:
        Arrays, as `IndexedBase("X", shape=(B, N))`, and scalar symbols, in the order of the arguments. Sizes are whole
        numbers, symbols (read off the shapes at the call) or formulas in these.
    free_indices:
        The index of each axis of the result, each an `Idx` that carries its range from 0: `Idx("i", (0, B - 1))`.
    expression:
        Indexed arrays, `Sum(…, (k, 0, N - 1))`, and the functions that `compile_scalar` knows. An index of an array is
        an index, or an affine form of several with whole coefficients (`2*u + e + a`): a window.
    name:
        A Python name for the function.

    Returns
    -------
    A function of float arrays of the declared shapes; the result is a new array with one axis for each free index (a
    NumPy float if there is none), in the dtype of the arguments.

    Raises
    ------
    NotCompilable
        Something that has no NumPy form that is known to be right.
    ValueError
        From the function made: an argument whose shape does not agree with the others, named with both shapes.
    """
    check_name(name)
    labels = argument_names([getattr(argument, "label", argument) for argument in arguments])
    shapes = Shapes.declared(dict(zip(labels, arguments, strict=True)))
    free = tuple(free_indices)
    if len(set(free)) != len(free):
        raise NotCompilable("a free index is named twice")
    ranges = {index: index_size(index) for index in free}
    tree = Translator(shapes, ranges).translate(sp.sympify(expression, strict=True), free)
    stable = stabilised_arrays(tree)
    refuse_infinite(stable)
    symbols = [shapes.symbols[label] for label in labels]
    function, source = translate(symbols, stable, name, ArrayPrinter())
    run = _runner(
        name, labels, shapes, [ranges[index] for index in free], function, quiet=stable.has(sp.Piecewise, bce_slope)
    )
    return Compiled(name, labels, source, run)


def _runner(
    name: str,
    labels: Sequence[str],
    shapes: Shapes,
    result_sizes: Sequence[sp.Expr],
    formula: Callable[..., Any],
    *,
    quiet: bool,
) -> Callable[..., Any]:
    others: Literal["ignore"] | None = "ignore" if quiet else None

    def run(*args: npt.ArrayLike) -> Any:
        arrays, dtype = numbers(name, labels, args)
        sizes = shapes.read(name, dict(zip(labels, arrays, strict=True)))
        shape = tuple(int(with_sizes(size, sizes)) for size in result_sizes)
        result = np.empty(shape, dtype)
        with np.errstate(over="ignore", under="ignore", divide=others, invalid=others):
            result[...] = formula(*(array.astype(np.float64, copy=False) for array in arrays))
        return result if shape else result[()]

    return run
