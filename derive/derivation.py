"""A derivation: a chain of steps `before --rule--> after`, each of which can be checked alone."""

from dataclasses import dataclass

import sympy as sp


class D(sp.Expr):  # type: ignore[misc]  # SymPy has no types
    """A derivative that has not been carried out: D(u, x) is ∂u/∂x, for a symbol or an indexed entry x.

    SymPy's own `Derivative` evaluates, reorders and drops what it likes; a teacher's chain of steps needs a derivative
    that stays on the page until a rule takes it away.
    """

    is_commutative = True

    def __new__(cls, expression: sp.Expr, variable: sp.Expr) -> "D":
        """Write ∂expression/∂variable down."""
        return sp.Expr.__new__(cls, sp.sympify(expression, strict=True), variable)  # type: ignore[no-any-return]

    @property
    def expression(self) -> sp.Expr:
        """What is to be differentiated."""
        return self.args[0]

    @property
    def variable(self) -> sp.Expr:
        """What it is differentiated by."""
        return self.args[1]

    def _eval_is_real(self) -> bool:
        return True

    def _sympystr(self, printer: object) -> str:
        return f"d/d{printer._print(self.variable)}[{printer._print(self.expression)}]"  # type: ignore[attr-defined]

    def _latex(self, printer: object) -> str:
        show = printer._print  # type: ignore[attr-defined]
        return rf"\frac{{\partial}}{{\partial {show(self.variable)}}}\left[{show(self.expression)}\right]"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a derivation.

    Attributes
    ----------
    before, after:
        The expression on either side; they are equal in the domain (and under `condition`, where one is given).
    rule:
        The name of the rule that leads from one to the other.
    note:
        What the rule was applied to, for instance the inner function of a chain rule.
    condition:
        An extra condition that this step uses, such as Σ y = 1.
    """

    before: sp.Expr
    rule: str
    after: sp.Expr
    note: str = ""
    condition: sp.Eq | None = None


@dataclass(frozen=True, kw_only=True)
class Derivation:
    """From a derivative to its textbook form.

    Attributes
    ----------
    name:
        What is derived, in the names of the compiled code: `x`, `W`, `y_hat`, `variance`.
    label:
        What is derived, as a LaTeX left-hand side.
    steps:
        The chain; each step begins where the one before it ended.
    """

    name: str
    label: str
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        if not self.steps:
            raise ValueError(f"the derivation of {self.name} has no step")
        for number, (first, second) in enumerate(zip(self.steps, self.steps[1:], strict=False), start=1):
            if first.after != second.before:
                raise ValueError(f"step {number + 1} of {self.name} does not begin where step {number} ended")

    @property
    def start(self) -> sp.Expr:
        """The expression that the derivation begins with."""
        return self.steps[0].before

    @property
    def result(self) -> sp.Expr:
        """The expression that the derivation ends with."""
        return self.steps[-1].after

    @property
    def conditions(self) -> tuple[sp.Eq, ...]:
        """The extra conditions that the chain used."""
        return tuple(step.condition for step in self.steps if step.condition is not None)
