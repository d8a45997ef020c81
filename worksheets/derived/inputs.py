"""The words for inputs, from which arrays are drawn: their shape, and their range."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy as sp


def form_of(shape: Sequence[Any]) -> str:
    """Return the shape of an array: `number`, `vector(n)`, `matrix(N, M)`."""
    kind = {0: "number", 1: "vector", 2: "matrix"}.get(len(shape), "array")
    return kind if not shape else f"{kind}({', '.join(map(str, shape))})"


def range_of(values: "sp.Set") -> str:
    """Return from where numbers are drawn for a domain: ` in (0, 1)`, "" for all reals."""
    import sympy as sp

    if isinstance(values, sp.FiniteSet):
        return f" in {{{', '.join(f'{float(value):g}' for value in sorted(values))}}}"
    if not isinstance(values, sp.Interval) or values == sp.S.Reals:
        return ""
    low = float(values.start) if values.start.is_finite else None
    high = float(values.end) if values.end.is_finite else None
    if low is None and high is None:
        return ""
    low = (high or 0.0) - 6.0 if low is None else low
    high = low + 6.0 if high is None else high
    return f" in ({low:g}, {high:g})"
