"""Entries that are statements about expectation and variance."""

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp

from derive.algebra import chain
from derive.derivation import Derivation, Step
from derive.entry.base import Entry


@dataclass(frozen=True, kw_only=True)
class MomentEntry(Entry):
    """Statements about expectation and variance, each derived in steps.

    Attributes
    ----------
    claims:
        For each statement its name, its label, the steps, and the textbook form.
    random:
        The random arrays, with the symbol of their variance.
    """

    claims: Mapping[str, tuple[str, tuple[Step, ...], sp.Expr]]
    random: Mapping[sp.IndexedBase, sp.Symbol]
    compilable: bool = False

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of the statements."""
        return tuple(self.claims)

    def textbook(self, name: str) -> sp.Expr:
        """Return the textbook form of one statement."""
        return self.claims[name][2]

    def _derivation(self, name: str) -> Derivation:
        label, steps, textbook = self.claims[name]
        return Derivation(name=name, label=label, steps=(*steps, *chain(steps[-1].after, textbook)))
