"""The line that asks the same question about a gradient again: what can be pasted, and what must be had at hand."""

import keyword
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.gradients.question import Question
from checks.gradients.trees import leaves

LITERAL = 16
"""How many numbers at most are written out; of larger points the shapes are told."""


def reproduction_line(
    question: Question, *, mode: str, elementwise: bool | None, upstream: Any, method: str, seed: int
) -> str:
    """Return the call of `check_gradient` that is the question, with a comment on what cannot be written out.

    A point of at most 16 numbers stands there to the last digit; a function without a name of its own, such as a
    lambda, is told by its place.
    """
    about: list[str] = []
    function = _called(question.function, "function", about)
    gradient = _called(question.gradient, "gradient", about)
    point, given = _literal(question.arguments) or "point", ""
    if isinstance(upstream, str):
        given = f", upstream={upstream!r}"
    elif upstream is not None:
        given = ", upstream=upstream"
        about.append(f"upstream: {' '.join(_shapes('', upstream)).strip()}")
    wrt = question.wrt[0] if len(question.wrt) == 1 else question.wrt
    options = f"wrt={wrt!r}, mode={mode!r}{given}"
    options += "" if elementwise is None else f", elementwise={elementwise!r}"
    options += "" if method == "auto" else f", method={method!r}"
    shapes = ", ".join(shape for name, value in question.arguments.items() for shape in _shapes(name, value))
    comment = "; ".join([f"point: {shapes}", *about])
    return f"gradproof.check_gradient({function}, {gradient}, {point}, {options}, seed={seed})  # {comment}"


def _called(function: Callable[..., Any], role: str, about: list[str]) -> str:
    """Return how a function is called in the line; one without a name is described beside it."""
    name = getattr(function, "__qualname__", "").rpartition("<locals>.")[2]
    if name and all(part.isidentifier() and not keyword.iskeyword(part) for part in name.split(".")):
        return name
    code = getattr(function, "__code__", None)
    place = f" in {code.co_filename}, line {code.co_firstlineno}" if code is not None else ""
    about.append(f"{role}: {name or type(function).__name__}{place}")
    return role


def _shapes(name: str, value: Any) -> list[str]:
    return [
        f"{leaf.path} {'x'.join(map(str, leaf.array.shape)) or 'scalar'} {leaf.array.dtype}"
        for leaf in leaves(name, value)
    ]


def _literal(arguments: dict[str, Any]) -> str:
    """Return a point of few finite numbers as Python; "" for any other one."""
    if not all(type(value) in (np.ndarray, float, int) for value in arguments.values()):
        return ""
    if sum(np.size(value) for value in arguments.values()) > LITERAL:
        return ""
    parts = [f"{name!r}: {_written(np.asarray(value), value)}" for name, value in arguments.items()]
    return "{" + ", ".join(parts) + "}" if all(np.all(np.isfinite(value)) for value in arguments.values()) else ""


def _written(array: npt.NDArray[Any], value: Any) -> str:
    if not isinstance(value, np.ndarray):
        return repr(value)
    usual = array.dtype in (np.dtype(np.float64), np.asarray(0).dtype) and array.size
    return f"np.array({array.tolist()}{'' if usual else f', dtype={array.dtype.name!r}'})"
