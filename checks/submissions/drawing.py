"""Arguments drawn as people describe them: `x=3x5`, `p=4:(0,1)`, `y=4:{0,1}`, `b=()`."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

LARGEST = 100_000
MARGIN = 0.02
"""An open interval is drawn from a little inside: at its ends a function may not be defined."""

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"


class DrawingError(ValueError):
    """A description that cannot be read; the message says what may be written."""


@dataclass(frozen=True)
class Drawn:
    """How one argument is drawn.

    Attributes
    ----------
    name : str
        Of the parameter.
    shape : tuple of int
        Empty for a number.
    low, high : float or None
        The interval of a uniform density; None for the standard normal one.
    chosen : tuple of float
        The values of which each entry is one; empty if any number may come.
    """

    name: str
    shape: tuple[int, ...] = ()
    low: float | None = None
    high: float | None = None
    chosen: tuple[float, ...] = ()

    @classmethod
    def of(cls, text: str) -> "Drawn":
        """Read a description.

        Parameters
        ----------
        text : str
            ``NAME=SHAPE`` with SHAPE ``3x5``, ``4`` or ``()``, and then perhaps ``:(0,1)`` (uniform) or ``:{0,1}``.

        Raises
        ------
        DrawingError
            For any other text.
        """
        matched = re.fullmatch(r"\s*([^\W\d]\w*)\s*=\s*([^:]*?)\s*(?::\s*(.*?)\s*)?", text)
        if matched is None:
            raise DrawingError(f"{text!r} describes no argument; write NAME=SHAPE, such as x=3x5 or 'p=4:(0,1)'")
        name, shape, values = matched.groups()
        sizes = _sizes(name, shape)
        if values is None:
            return cls(name, sizes)
        interval = re.fullmatch(rf"[(\[]\s*({_NUMBER})\s*,\s*({_NUMBER})\s*[)\]]", values)
        if interval:
            low, high = map(float, interval.groups())
            if not low < high:
                raise DrawingError(f"{name}: the interval {values} is empty; write the smaller number first")
            return cls(name, sizes, low, high)
        if re.fullmatch(rf"\{{\s*{_NUMBER}(\s*,\s*{_NUMBER})*\s*\}}", values):
            return cls(name, sizes, chosen=tuple(float(number) for number in values[1:-1].split(",")))
        raise DrawingError(f"{name}: {values!r} describes no values; write an interval (0,1) or a set {{0,1}}")

    @property
    def is_smooth(self) -> bool:
        """Whether it makes sense to differentiate by it: it is not one of a few values."""
        return not self.chosen

    def __str__(self) -> str:
        shape = "x".join(map(str, self.shape)) or "()"
        if self.chosen:
            return f"{self.name}={shape}:{{{','.join(f'{value:g}' for value in self.chosen)}}}"
        return f"{self.name}={shape}" + ("" if self.low is None else f":({self.low:g},{self.high:g})")

    def draw(self, rng: np.random.Generator) -> Any:
        """Return an array of the shape (a float for the empty shape), float64."""
        values: npt.NDArray[Any]
        if self.chosen:
            values = rng.choice(np.array(self.chosen), size=self.shape)
        elif self.low is not None and self.high is not None:
            margin = MARGIN * (self.high - self.low)
            values = rng.uniform(self.low + margin, self.high - margin, size=self.shape)
        else:
            values = rng.standard_normal(self.shape)
        return values if self.shape else float(values)


def _sizes(name: str, shape: str) -> tuple[int, ...]:
    if shape in ("()", "scalar", ""):
        return ()
    if not re.fullmatch(r"\d{1,6}(\s*[x×]\s*\d{1,6})*", shape):
        raise DrawingError(f"{name}: {shape!r} is no shape; write 3x5, 4, or () for a number")
    sizes = tuple(int(size) for size in re.split("[x×]", shape))
    if 0 in sizes or int(np.prod(sizes)) > LARGEST:
        raise DrawingError(f"{name}: the shape {shape} has no entries or more than {LARGEST:,}")
    return sizes
