"""What every entry declares, whatever its kind."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import sympy as sp

from derive.derivation import Derivation
from derive.domain import Domain
from derive.entry.parts import EntryError, Kink, Limit, Variable, Wrong

if TYPE_CHECKING:
    from derive.compilation import Compiled


@dataclass(frozen=True, kw_only=True)
class Entry:
    r"""What all entries declare.

    Attributes
    ----------
    title:
        The name of the function as a textbook has it.
    label:
        The function in LaTeX, for left-hand sides: `\sigma`, `f`, `L`.
    variables:
        The arguments, in the order of the compiled code.
    kinks, limits:
        The places without a derivative, and limits; or a sentence why there are none.
    wrong:
        At least two typical wrong answers; the checks refute each.
    source:
        Where the formula comes from: sections of the course documents, textbooks.
    name:
        The name of the file that holds the entry; the catalogue sets it.
    """

    title: str
    label: str
    variables: tuple[Variable, ...]
    kinks: tuple[Kink, ...] | str
    limits: tuple[Limit, ...] | str
    wrong: tuple[Wrong, ...]
    source: tuple[str, ...]
    name: str = ""

    def __post_init__(self) -> None:
        self._require(bool(self.title and self.label), "has a title and a label")
        self._require(bool(self.variables), "names its variables")
        self._require(all(variable.meaning for variable in self.variables), "says what each variable means")
        self._require(bool(self.kinks), "lists its kinks, or says why there are none")
        self._require(bool(self.limits), "lists its limits, or says why there are none")
        self._require(len(self.wrong) >= 2, "gives at least two wrong answers")
        self._require(bool(self.source) and all(self.source), "names its source")
        unknown = {wrong.of for wrong in self.wrong} - set(self.targets)
        self._require(not unknown, f"gives wrong answers only to what it derives (not to {sorted(unknown)})")
        names = [variable.name for variable in self.variables]
        self._require(len(set(names)) == len(names), "declares each name once")
        self._require(all(name.isidentifier() for name in names), "uses names that Python code can use")

    def _require(self, holds: bool, what: str) -> None:
        if not holds:
            raise EntryError(f"the entry {self.name or self.title!r} must be complete: it {what}")

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of what is derived, in order."""
        raise NotImplementedError

    @cached_property
    def derivations(self) -> tuple[Derivation, ...]:
        """One derivation for each target."""
        return tuple(self.derivation(name) for name in self.targets)

    compilable: bool = True

    @property
    def compiled_value(self) -> "Compiled":
        """The function in NumPy."""
        raise NotImplementedError

    @property
    def compiled_gradient(self) -> "dict[str, Compiled]":
        """The derivatives in NumPy, by the name of the variable."""
        raise NotImplementedError

    def derivation(self, name: str) -> Derivation:
        """Return the derivation of one target; it is made once."""
        made: dict[str, Derivation] = self.__dict__.setdefault("_made", {})
        if name not in made:
            made[name] = self._derivation(name)
        return made[name]

    def _derivation(self, name: str) -> Derivation:
        raise NotImplementedError

    def textbook(self, name: str) -> sp.Expr:
        """Return the textbook form of one target."""
        raise NotImplementedError

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of the arguments of the compiled code."""
        return tuple(variable.name for variable in self.variables)

    @property
    def domain(self) -> Domain:
        """Where the entry is meant to hold."""
        return Domain({variable.symbol: variable.values for variable in self.variables if not variable.shape})

    @property
    def symbol_names(self) -> dict[sp.Symbol, str]:
        """How symbols are typeset where their name does not say."""
        return {variable.symbol: variable.latex for variable in self.variables if variable.latex}

    def variable(self, name: str) -> Variable:
        """Return the declared variable of this name."""
        return next(variable for variable in self.variables if variable.name == name)

    def _left_hand_side(self, name: str) -> str:
        shown = next((v.latex or sp.latex(v.symbol) for v in self.variables if v.name == name), name)
        return rf"\frac{{\partial {self.label}}}{{\partial {shown}}}"
