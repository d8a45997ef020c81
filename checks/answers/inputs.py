"""What the inputs of a function under check look like, in words, and arrays drawn from that."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

EXAMPLES = "'vector(n)', 'matrix(B, N) in (0, 1)', 'in {0, 1}', 'integer in [1, 6]', 'one-hot matrix(B, K)'"
EDGE = 0.02
_INPUT = re.compile(
    r"(?:(?P<kind>one-hot|integer)\b\s*)?"
    r"(?:(?P<form>number|vector|matrix|array)\s*(?:\((?P<sizes>[^()]*)\))?\s*)?"
    r"(?:in\s*(?P<values>[({\[].*[)}\]])\s*)?"
)
_SIZE = re.compile(r"[A-Za-z]\w*|[1-9]\d{0,3}")
_DIMENSIONS = {"number": 0, "vector": 1, "matrix": 2}


class InputError(ValueError):
    """The description of an input is not understood."""


@dataclass(frozen=True)
class Input:
    """One argument of a function under check.

    Attributes
    ----------
    name:
        Its name.
    shape:
        The sizes, each a name such as `B` or a number; () for a number.
    low, high:
        Bounds of a range, infinite for all reals.
    closed:
        Whether the bounds belong to the range, for whole numbers.
    values:
        The values of a finite set, () for a range.
    integer, one_hot:
        Whole numbers only; rows of zeros with a single one.
    """

    name: str
    shape: tuple[str, ...] = ()
    low: float = -np.inf
    high: float = np.inf
    closed: bool = False
    values: tuple[float, ...] = ()
    integer: bool = False
    one_hot: bool = False

    @classmethod
    def read(cls, name: str, text: str) -> "Input":
        """Return the input that a description such as `vector(n) in (0, 1)` means.

        Raises
        ------
        InputError
            It is not understood; the message says what would be.
        """
        found = _INPUT.fullmatch(text.strip())
        if found is None or not text.strip():
            raise InputError(f"{text!r} is no description of an input; write {EXAMPLES}")
        shape = _shape(found["form"] or "number", found["sizes"], text)
        one_hot, integer = found["kind"] == "one-hot", found["kind"] == "integer"
        if one_hot and len(shape) != 2:
            raise InputError("one-hot needs a matrix: write 'one-hot matrix(B, K)'")
        low, high, closed, values = _values(found["values"], text)
        if integer and not values and not np.isfinite(high - low):
            raise InputError("whole numbers need a range: write 'integer in [1, 6]'")
        return cls(name, shape, low, high, closed, values, integer, one_hot)

    def __str__(self) -> str:
        sizes = f"({', '.join(self.shape)})"
        parts = ["one-hot"] * self.one_hot + ["integer"] * self.integer
        parts += [{0: "number", 1: f"vector{sizes}", 2: f"matrix{sizes}"}.get(len(self.shape), f"array{sizes}")]
        if self.values:
            parts.append(f"in {{{', '.join(f'{value:g}' for value in self.values)}}}")
        elif np.isfinite(self.low) or np.isfinite(self.high):
            left, right = "[]" if self.closed else "()"
            parts.append(f"in {left}{self.low:g}, {self.high:g}{right}")
        return " ".join(parts)


def sizes_of(inputs: Iterable[Input]) -> tuple[str, ...]:
    """Return the names of all sizes, in order."""
    return tuple(dict.fromkeys(size for one in inputs for size in one.shape if not size.isdigit()))


def draw(  # noqa: PLR0911 - one for each kind of input
    one: Input, sizes: Mapping[str, int], rng: np.random.Generator
) -> Array:
    """Return a random array of an input.

    Parameters
    ----------
    one:
        The input.
    sizes:
        The number that stands for each name of a size.
    rng:
        Draws it.

    Returns
    -------
    ndarray
        Of floats (0-dimensional for a number), of integers where whole numbers are wanted.
    """
    shape = tuple(int(size) if size.isdigit() else sizes[size] for size in one.shape)
    if one.one_hot:
        return np.eye(shape[1])[rng.integers(shape[1], size=shape[0])]
    if one.values:
        drawn = rng.choice(np.array(one.values), size=shape)
        return np.asarray(drawn, dtype=np.int64 if one.integer else np.float64)
    if one.integer:
        low, high = (int(np.ceil(one.low)), int(np.floor(one.high))) if one.closed else _inner(one.low, one.high)
        return np.asarray(rng.integers(low, high + 1, size=shape))
    if np.isfinite(one.low) and np.isfinite(one.high):
        return np.asarray(one.low + (one.high - one.low) * rng.uniform(EDGE, 1 - EDGE, size=shape))
    if np.isfinite(one.low):
        return np.asarray(one.low + EDGE + rng.exponential(size=shape))
    if np.isfinite(one.high):
        return np.asarray(one.high - EDGE - rng.exponential(size=shape))
    return np.asarray(rng.normal(scale=2.0, size=shape))


def _inner(low: float, high: float) -> tuple[int, int]:
    return int(np.floor(low)) + 1, int(np.ceil(high)) - 1


def _shape(form: str, sizes: str | None, text: str) -> tuple[str, ...]:
    words = tuple(word.strip() for word in (sizes or "").split(",") if word.strip())
    wanted = _DIMENSIONS.get(form)
    if (wanted is not None and len(words) != wanted) or (wanted is None and not words):
        raise InputError(f"{text!r} does not say its sizes; write {EXAMPLES}")
    wrong = next((word for word in words if not _SIZE.fullmatch(word)), None)
    if wrong is not None:
        raise InputError(f"{wrong!r} is no size; write a name such as B, or a number from 1 to 9999")
    return words


def _values(text: str | None, whole: str) -> tuple[float, float, bool, tuple[float, ...]]:
    if text is None:
        return -np.inf, np.inf, False, ()
    try:
        numbers = [float(word) for word in text[1:-1].split(",")]
    except ValueError:
        raise InputError(f"the values in {whole!r} are no numbers; write 'in (0, 1)' or 'in {{0, 1}}'") from None
    if not all(np.isfinite(numbers)):
        raise InputError(f"the values in {whole!r} are not finite; leave an open range out")
    brackets = text[0] + text[-1]
    if brackets == "{}":
        return -np.inf, np.inf, False, tuple(numbers)
    if brackets not in ("()", "[]") or len(numbers) != 2 or not numbers[0] < numbers[1]:
        raise InputError(f"the range in {whole!r} is not understood; write 'in (0, 1)' or 'in [1, 6]', low before high")
    return numbers[0], numbers[1], brackets == "[]", ()
