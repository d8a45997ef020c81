"""The parts of a declaration: variables, kinks, limits, wrong answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr


class EntryError(ValueError):
    """An entry is incomplete or contradicts itself."""


@dataclass(frozen=True)
class Variable:
    """A declared name.

    Attributes
    ----------
    symbol:
        A symbol, or an array with its shape.
    meaning:
        What it stands for, in a few words.
    values:
        The set of real values that it, or each of its entries, may take.
    latex:
        How it is typeset, where its name does not say.
    extremes:
        Values at which the compiled code is held to two units in the last place; those of its range where none are
        given. A factor of a sum gets values that keep the sum exact: what is measured is the function.
    """

    symbol: sp.Symbol | sp.IndexedBase
    meaning: str
    values: sp.Set = sp.S.Reals
    latex: str = ""
    extremes: tuple[float, ...] = ()

    @property
    def name(self) -> str:
        """The name in compiled code."""
        return str(self.symbol)

    @property
    def shape(self) -> tuple[sp.Expr, ...]:
        """The shape of an array, () for a scalar."""
        return tuple(self.symbol.shape) if isinstance(self.symbol, sp.IndexedBase) else ()


@dataclass(frozen=True)
class Kink:
    """A place where the function has no derivative.

    Attributes
    ----------
    where:
        An expression that is zero there, or the place in words.
    of:
        The name of the variable by which the derivative is missing.
    interval:
        The Clarke subdifferential, all of which is accepted.
    produced:
        The value that our compiled code gives there.
    """

    where: sp.Expr | str
    of: str
    interval: tuple[sp.Expr, sp.Expr]
    produced: sp.Expr


@dataclass(frozen=True)
class Limit:
    """A limit of the function (`of=""`) or of its derivative by the variable named `of`, as `variable` → `to`.

    `given` fixes other symbols for an entry that has several; for arrays it names entries, such as X_0_1.
    """

    of: str
    variable: sp.Symbol
    to: sp.Expr
    value: sp.Expr
    side: str = ""
    given: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "to", sp.sympify(self.to, strict=True))
        object.__setattr__(self, "value", sp.sympify(self.value, strict=True))


@dataclass(frozen=True)
class Wrong:
    """A typical wrong answer, and the mistake that leads to it."""

    of: str
    formula: sp.Expr | MatrixExpr
    mistake: str
