"""A function that somebody typed, and its derivation."""

from dataclasses import dataclass, field
from functools import cached_property

import sympy as sp

from derive.algebra import tidied
from derive.derivation import Derivation
from derive.differentiate import differentiate
from derive.domain import Domain


@dataclass(frozen=True)
class TypedFunction:
    """A scalar function and the symbol by which it is differentiated.

    Attributes
    ----------
    value:
        The function.
    by:
        The symbol.
    domain:
        The values of its symbols.
    """

    value: sp.Expr
    by: sp.Symbol
    domain: Domain = field(default_factory=Domain)

    @property
    def symbol_names(self) -> dict[sp.Symbol, str]:
        """How symbols are typeset; here their names say it."""
        return {}

    @property
    def targets(self) -> tuple[str, ...]:
        """The name of the symbol, as for an entry."""
        return (str(self.by),)

    @cached_property
    def _made(self) -> Derivation:
        steps = differentiate(self.value, self.by)
        label = rf"\frac{{\partial f}}{{\partial {sp.latex(self.by)}}}"
        return Derivation(name=str(self.by), label=label, steps=(*steps, *tidied(steps[-1].after)))

    def derivation(self, name: str) -> Derivation:
        """Return the derivation by the symbol of this name.

        Raises
        ------
        NoRuleError, ValueError
            From `derive.differentiate.differentiate`.
        """
        assert name == str(self.by)
        return self._made
