"""The list of twins: hand-written formulas that stand beside the catalogue entries of the same name.

A function is registered where it is written::

    @twin_of("sigmoid")
    def sigmoid(x): ...

    @twin_of("sigmoid", wrt="x")
    def sigmoid_dx(x): ...

Every module of ``numeric.functions`` is found by being there; nothing has to be listed a second time.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

Formula = Callable[..., Any]
F = TypeVar("F", bound=Formula)

UPSTREAM = "G"
"""The name of the additional last parameter of a gradient that is multiplied by dL/dY."""


class TwinError(ValueError):
    """A twin was declared wrongly: a mistake of ours, found when its module is imported."""


@dataclass(frozen=True)
class Twin:
    """A hand-written function and its hand-written gradients.

    Attributes
    ----------
    name : str
        The name of the catalogue entry.
    function : callable
        The forward formula.
    gradients : dict of str to callable
        For each variable the gradient. It takes the function's parameters, in the same order; for an array-valued
        function with an upstream gradient, ``G`` (shape of the function's value) comes last.
    """

    name: str
    function: Formula
    gradients: dict[str, Formula]


@dataclass
class Registry:
    """Twins by name. The package has one; tests make their own."""

    _functions: dict[str, Formula] = field(default_factory=dict)
    _gradients: dict[str, dict[str, Formula]] = field(default_factory=dict)

    def twin_of(self, name: str, *, wrt: str | None = None) -> Callable[[F], F]:
        """Register the decorated function as the twin of an entry, or as its gradient by one variable.

        Parameters
        ----------
        name : str
            The name of the catalogue entry.
        wrt : str, optional
            For a gradient, the name of the variable.

        Returns
        -------
        callable
            A decorator that returns its function unchanged.

        Raises
        ------
        TwinError
            For a second twin of one name, a second gradient by one variable, a gradient before its function, a
            variable that the function does not have, or parameters that differ from the function's.
        """

        def register(formula: F) -> F:
            if wrt is None:
                self._add_function(name, formula)
            else:
                self._add_gradient(name, wrt, formula)
            return formula

        return register

    def twin(self, name: str) -> Twin | None:
        """Return the twin of the entry, or None where there is none."""
        if name not in self._functions:
            return None
        return Twin(name, self._functions[name], dict(self._gradients[name]))

    def names(self) -> tuple[str, ...]:
        """Return the names of all entries that have a twin, sorted."""
        return tuple(sorted(self._functions))

    def _add_function(self, name: str, formula: Formula) -> None:
        if name in self._functions:
            raise TwinError(f"'{name}' has a twin already: {_where(self._functions[name])}")
        self._functions[name] = formula
        self._gradients[name] = {}

    def _add_gradient(self, name: str, wrt: str, formula: Formula) -> None:
        if name not in self._functions:
            raise TwinError(f"the gradient of '{name}' by {wrt} comes before the function: {_where(formula)}")
        if wrt in self._gradients[name]:
            raise TwinError(f"'{name}' has a gradient by {wrt} already: {_where(self._gradients[name][wrt])}")
        parameters = _parameters(self._functions[name])
        if wrt not in parameters:
            raise TwinError(f"'{name}' has no variable {wrt}; it has {', '.join(parameters)}")
        given = _parameters(formula)
        if given not in (parameters, [*parameters, UPSTREAM]):
            raise TwinError(
                f"the gradient of '{name}' by {wrt} takes ({', '.join(given)}); it must take "
                f"({', '.join(parameters)}), and {UPSTREAM} last where there is an upstream gradient"
            )
        self._gradients[name][wrt] = formula


def _parameters(formula: Formula) -> list[str]:
    return list(inspect.signature(formula).parameters)


def _where(formula: Formula) -> str:
    return f"{formula.__module__}.{formula.__qualname__}"


_REGISTRY = Registry()

twin_of = _REGISTRY.twin_of


def twin(name: str) -> Twin | None:
    """Return the hand-written twin of a catalogue entry.

    Parameters
    ----------
    name : str
        The name of the entry, for example ``"sigmoid"``.

    Returns
    -------
    Twin or None
        None where no twin was written.

    Raises
    ------
    TwinError
        If a module of ``numeric.functions`` declares a twin wrongly.
    """
    _load_functions()
    return _REGISTRY.twin(name)


def names() -> tuple[str, ...]:
    """Return the names of all entries that have a hand-written twin, sorted.

    Raises
    ------
    TwinError
        If a module of ``numeric.functions`` declares a twin wrongly.
    """
    _load_functions()
    return _REGISTRY.names()


@cache
def _load_functions() -> None:
    """Import every module of ``numeric.functions`` once; the decorators do the rest."""
    package = importlib.import_module("numeric.functions")
    for module in pkgutil.iter_modules(package.__path__, prefix="numeric.functions."):
        importlib.import_module(module.name)
