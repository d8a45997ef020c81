"""The question: a function, its gradient and a point, brought to one form whatever containers the arguments are."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.gradients.trees import Leaf, leaves, rebuilt, to_numpy

Function = Callable[..., Any]
Array = npt.NDArray[Any]


@dataclass
class Question:
    """A function, its gradient and a point.

    Attributes
    ----------
    function, gradient :
        Both take the arguments in order.
    arguments :
        By name, in order.
    wrt :
        The names of the arguments on trial.
    changes :
        Who was seen to change which argument in place.
    """

    function: Function
    gradient: Function
    arguments: dict[str, Any]
    wrt: tuple[str, ...]
    changes: list[str] = field(default_factory=list)
    wide: dict[str, Any] = field(default_factory=dict)
    """The arguments in double precision, where the function takes them so."""

    def widen(self) -> None:
        """Ask the function in double precision from now on, if it computes in it; the gradient is asked as it came."""
        arrays = {
            leaf.path: leaf.array.astype(np.float64)
            for name, value in self.arguments.items()
            for leaf in leaves(name, value)
            if leaf.array.dtype in (np.float32, np.float16)
        }
        if not arrays:
            return
        self.wide = {name: rebuilt(name, value, arrays) for name, value in self.arguments.items()}
        try:
            if self.value({}).dtype == np.float64:
                return
        except Exception:  # somebody else's code, which may insist on the type it was given
            self.changes.clear()
        self.wide = {}

    def leaves(self) -> list[Leaf]:
        """Return the arrays by which the gradient is on trial; whole numbers count as real ones there."""
        return [leaf for name in self.wrt for leaf in self.leaves_of(name)]

    def leaves_of(self, name: str) -> list[Leaf]:
        """Return the arrays inside one argument, in the precision in which the function is asked."""
        value = (self.wide or self.arguments)[name]
        return [
            leaf if leaf.real else Leaf(leaf.path, leaf.array.astype(np.float64), leaf.keys)
            for leaf in leaves(name, value)
            if leaf.array.dtype.kind in "fiu"
        ]

    def value(self, arrays: Mapping[str, Array]) -> Array:
        """Return the value of the function, as a NumPy array, with some arrays replaced."""
        arguments = self.wide or self.arguments
        given = [rebuilt(name, value, arrays) for name, value in arguments.items()]
        result = self.function(*given)
        self._notice(self.function, arguments, given, arrays)
        return numbers_of(self.function, result)

    def claimed(self, *more: Any) -> dict[str, Array]:
        """Return the gradient on trial by the paths of the leaves.

        Raises
        ------
        ValueError
            If it does not have the containers of the arguments on trial.
        """
        given = [rebuilt(name, value, {}) for name, value in self.arguments.items()]
        result = self.gradient(*given, *more)
        self._notice(self.gradient, self.arguments, given, {})
        if len(self.wrt) == 1:
            (name,) = self.wrt
            by_name = isinstance(result, Mapping) and name in result and not isinstance(self.arguments[name], Mapping)
            result = {name: result[name] if by_name else result}
        elif isinstance(result, (tuple, list)) and len(result) == len(self.wrt):
            result = dict(zip(self.wrt, result, strict=True))
        if not isinstance(result, Mapping) or not set(self.wrt) <= set(result):
            raise ValueError(
                f"the gradient by {', '.join(self.wrt)} must be a tuple in that order or a dictionary with these "
                f"names, not {type(result).__name__}"
            )
        found: dict[str, Array] = {}
        for name in self.wrt:
            for leaf in self.leaves_of(name):
                part = result[name]
                for key in leaf.keys:
                    try:
                        part = part[key]
                    except (KeyError, IndexError, TypeError) as error:
                        raise ValueError(
                            f"the gradient has no {leaf.path}: it must have the containers of the argument"
                        ) from error
                found[leaf.path] = numbers_of(self.gradient, part)
        return found

    def _notice(
        self, who: Function, arguments: Mapping[str, Any], given: Sequence[Any], arrays: Mapping[str, Array]
    ) -> None:
        if self.changes:
            return
        for (name, value), after in zip(arguments.items(), given, strict=True):
            before = {leaf.path: arrays.get(leaf.path, leaf.array) for leaf in leaves(name, value)}
            for leaf in leaves(name, after):
                if leaf.path in before and not np.array_equal(
                    leaf.array, before[leaf.path], equal_nan=leaf.array.dtype.kind in "fc"
                ):
                    self.changes.append(f"{named(who)} changes its argument {leaf.path} in place")
                    return


def ask(function: Function, gradient: Function, point: Any, wrt: str | Sequence[str] | None) -> Question:
    """Return the question for a point that is a dictionary by name, a tuple in order, or one argument alone.

    Raises
    ------
    ValueError
        If ``wrt`` names no argument, or nothing in it can be differentiated by.
    """
    if isinstance(point, Mapping):
        arguments = dict(point)
    elif isinstance(point, tuple):
        arguments = dict(zip(_names(function, len(point)), point, strict=True))
    else:
        arguments = {_names(function, 1)[0]: point}
    if wrt is None:
        names = tuple(name for name, value in arguments.items() if any(leaf.real for leaf in leaves(name, value)))
    else:
        names = (wrt,) if isinstance(wrt, str) else tuple(wrt)
    unknown = [name for name in names if name not in arguments]
    if unknown or not names:
        what = f"no argument is called {unknown[0]!r}" if unknown else "no argument holds real numbers"
        raise ValueError(f"{what}; the arguments are {', '.join(arguments)}")
    question = Question(function, gradient, arguments, names)
    if not question.leaves():
        raise ValueError(f"there is nothing to differentiate by in {', '.join(names)}")
    return question


def numbers_of(function: Function, result: Any) -> Array:
    """Return what a function gave as an array.

    Raises
    ------
    TypeError
        It gave no numbers; the message names the function.
    """
    if result is None:
        raise TypeError(f"{named(function)} returned None: is a 'return' missing?")
    try:
        return to_numpy(result)
    except TypeError as error:
        raise TypeError(f"{named(function)} returned no numbers: {error}") from None


def named(function: Function) -> str:
    """Return the name of a function, for a message."""
    return getattr(function, "__qualname__", type(function).__name__).replace("<locals>.", "")


def _names(function: Function, count: int) -> list[str]:
    """Return names for positional arguments: those of the signature where it has them."""
    try:
        parameters = [
            one.name
            for one in inspect.signature(function).parameters.values()
            if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)
        ]
    except (TypeError, ValueError):
        parameters = []
    return [parameters[place] if place < len(parameters) else f"argument_{place}" for place in range(count)]
