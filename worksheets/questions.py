"""What a worksheet asks about an entry: the function, the derivatives wanted, the points to compare at."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from derive.entry import Entry, Variable

SIZES = {"B": 3, "N": 4, "M": 2, "K": 4, "m": 5}
"""The number that stands for each symbolic size in a check."""

POINTS = 12
"""How many points an elementwise derivative is compared at."""


@dataclass(frozen=True)
class Derivative:
    """One derivative that is asked for.

    Attributes
    ----------
    target:
        The variable.
    function:
        The name of the function to write.
    arguments:
        Its arguments.
    shapes:
        The shape of each argument, and of the result last, in words.
    """

    target: str
    function: str
    arguments: tuple[str, ...]
    shapes: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """A question about one entry of the catalogue."""

    number: int
    entry: "Entry"

    @property
    def name(self) -> str:
        """The name of the entry; cell ids begin with it."""
        return self.entry.name.replace("_", "-")

    @property
    def points(self) -> int:
        """Two points for each derivative: one for the derivation, one for the code."""
        return 2 * len(self.entry.targets)

    @property
    def derivatives(self) -> tuple[Derivative, ...]:
        """What is asked for, in order."""
        return tuple(self._derivative(target) for target in self.entry.targets)

    @property
    def upstream(self) -> str:
        """The name of the gradient that arrives from behind, "" where the function is a number for each point."""
        from derive.entry import ArrayEntry

        entry = self.entry
        return str(entry.upstream.label) if isinstance(entry, ArrayEntry) and entry.upstream is not None else ""

    def _derivative(self, target: str) -> Derivative:
        arguments = (*self.entry.arguments, self.upstream) if self.upstream else self.entry.arguments
        shapes = [shape_words(self.entry.variable(name)) for name in self.entry.arguments]
        if self.upstream:
            shapes.append(self._upstream_shape())
        return Derivative(
            target, f"{self.entry.name}_grad_{target}", arguments, (*shapes, shape_words(self.entry.variable(target)))
        )

    def _upstream_shape(self) -> str:
        from derive.entry import ArrayEntry

        assert isinstance(self.entry, ArrayEntry)
        assert self.entry.upstream is not None
        return f"({', '.join(map(str, self.entry.upstream.shape))})"

    def samples(self) -> list[tuple[str, str]]:
        """Return for each argument the NumPy expression that draws it from `rng`."""
        drawn = [(name, self._sample(self.entry.variable(name))) for name in self.entry.arguments]
        if self.upstream:
            shape = ", ".join(str(SIZES[str(size)]) for size in self.entry.upstream.shape)  # type: ignore[attr-defined]
            drawn.append((self.upstream, f"rng.normal(size=({shape}))"))
        return drawn

    def _sample(self, variable: "Variable") -> str:
        import sympy as sp

        numbers = [SIZES[str(size)] for size in variable.shape] or [POINTS]
        size = f"({', '.join(map(str, numbers))}{',' if len(numbers) == 1 else ''})"
        if _sums_to_one(self.entry, variable):
            places = ", ".join(str((2 * row + 1) % numbers[1]) for row in range(numbers[0]))
            return f"np.eye({numbers[1]})[[{places}]]  # one-hot: each row sums to 1"
        if isinstance(variable.values, sp.Interval) and variable.values.is_left_unbounded is not True:
            low, high = float(variable.values.start), float(variable.values.end)
            return f"rng.uniform({low + 0.05:g}, {high - 0.05:g}, size={size})"
        return f"rng.normal(scale=2, size={size})"


def shape_words(variable: "Variable") -> str:
    """Return the shape of an array in words of sizes; any shape for a number, which may come as an array."""
    if not variable.shape:
        return "any shape"
    return f"({', '.join(map(str, variable.shape))}{',' if len(variable.shape) == 1 else ''})"


def _sums_to_one(entry: "Entry", variable: "Variable") -> bool:
    from derive.entry import ArrayEntry

    return isinstance(entry, ArrayEntry) and any(condition.has(variable.symbol) for condition in entry.conditions)
