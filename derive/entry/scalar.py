"""Entries that are real functions of scalars."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import sympy as sp

from derive.derivation import Derivation
from derive.differentiate import derivation
from derive.entry.base import Entry

if TYPE_CHECKING:
    from derive.compilation import Compiled


@dataclass(frozen=True, kw_only=True)
class ScalarEntry(Entry):
    """A real function of scalars and its partial derivatives.

    Attributes
    ----------
    value:
        The function.
    gradient:
        The textbook form of each partial derivative.
    compilable:
        False for a function that stands for many, such as an unspecified activation h.
    """

    value: sp.Expr
    gradient: Mapping[sp.Symbol, sp.Expr]
    compilable: bool = True

    def __post_init__(self) -> None:
        self._require(bool(self.gradient), "says what to differentiate by")
        super().__post_init__()
        declared = {variable.symbol for variable in self.variables}
        used = set().union(self.value.free_symbols, *(form.free_symbols for form in self.gradient.values()))
        self._require(used <= declared, f"declares every symbol (not {sorted(map(str, used - declared))})")
        self._require(set(self.gradient) <= declared, "differentiates by its own variables")

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of the variables that the function is differentiated by."""
        return tuple(str(symbol) for symbol in self.gradient)

    def textbook(self, name: str) -> sp.Expr:
        """Return the textbook form of the derivative by the variable of this name."""
        return self.gradient[self.variable(name).symbol]

    def _derivation(self, name: str) -> Derivation:
        symbol = self.variable(name).symbol
        return derivation(name, self._left_hand_side(name), self.value, symbol, self.gradient[symbol])

    @cached_property
    def compiled_value(self) -> "Compiled":
        """The function in NumPy."""
        return self._compile(self.value, self.name)

    @cached_property
    def compiled_gradient(self) -> dict[str, "Compiled"]:
        """The partial derivatives in NumPy, by the name of the variable."""
        return {name: self._compile(self.textbook(name), f"{self.name}_grad_{name}") for name in self.targets}

    def _compile(self, formula: sp.Expr, name: str) -> "Compiled":
        from derive.compilation import compile_scalar

        return compile_scalar([variable.symbol for variable in self.variables], formula, name=name)
