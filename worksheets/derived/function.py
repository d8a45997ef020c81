"""A function to differentiate, and its derivative with all that a worksheet needs of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.derivation import Derivation


class UnderivableError(ValueError):
    """Nothing follows: there is no such entry or variable, or the function cannot be read or differentiated."""


@dataclass(frozen=True)
class Mistake:
    """A wrong answer as text ("" where none can be read back) and in SymPy, with the mistake that leads to it."""

    formula: str
    mistake: str
    expression: Any = None


class Function:
    """A function to differentiate: an entry of the catalogue, or one that an author typed.

    Attributes
    ----------
    label:
        It in LaTeX, for left-hand sides.
    given:
        Declarations of its names, for judging answers.
    public:
        What a student may see of it: `{"entry": name}` or `{"formula": text, "given": [...]}`.
    """

    label: str
    given: tuple[str, ...]
    public: dict[str, Any]

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of its arguments."""
        raise NotImplementedError

    @property
    def targets(self) -> tuple[str, ...]:
        """What it can be differentiated by."""
        raise NotImplementedError

    def derivative(self, by: str, answer: str = "") -> "Derivative":
        """Return the derivative by a variable; `answer` is the form wanted at the end.

        Raises
        ------
        UnderivableError
            There is no such variable, or no rule leads to the answer.
        """
        raise NotImplementedError

    def value_source(self, name: str, arguments: Sequence[str]) -> str:
        """Return NumPy code of the function itself under another name, with the arguments in this order."""
        raise NotImplementedError

    def inputs(self, arguments: Sequence[str]) -> dict[str, str]:
        """Return for each argument a description from which arrays are drawn."""
        raise NotImplementedError


@dataclass(frozen=True)
class Derivative:
    """A derivative with all that a worksheet needs of it.

    Attributes
    ----------
    by:
        The variable, as it was named.
    label:
        The left-hand side in LaTeX.
    references:
        The answer as text that the reader reads back, in each notation that is known.
    given:
        Declarations.
    derivation:
        The steps.
    owner:
        What typesets the steps: an entry or the like.
    mistakes:
        Wrong answers.
    expression:
        The answer in SymPy, in index notation for arrays.
    asked:
        What is asked as text, `d/dx (…)`, for functions of numbers; "" for others.
    """

    by: str
    label: str
    references: tuple[str, ...]
    given: tuple[str, ...]
    derivation: "Derivation"
    owner: Any
    mistakes: tuple[Mistake, ...]
    expression: Any
    asked: str = ""

    @cached_property
    def latex(self) -> str:
        """The derivation as an `align*` environment."""
        from derive.rendering import derivation_latex

        return derivation_latex(self.owner, self.derivation)

    @cached_property
    def html(self) -> str:
        """The derivation as an HTML list with MathML."""
        from derive.rendering import derivation_mathml

        return derivation_mathml(self.owner, self.derivation)
