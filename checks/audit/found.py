"""What a computation found, to be held against what a document says. The computation never sees the claim."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Found:
    """The result of a computation.

    Attributes
    ----------
    value:
        A whole number, a fraction, a truth value, a text, a float, an Arb ball, or (nested) lists or an array of them.
    how:
        How it was found, in a few words: `the largest of each window, exactly`.
    rests_on:
        For floats: how many numbers were computed or compared for it, where that is not the number of values itself:
        the 1,000 images of an accuracy.
    error:
        For floats: the largest error that rounding may have made, relative to the value (absolute below 1).
    sharp:
        For balls: each ball is exactly the range of the value (every printed number enters once, and linearly), so that
        a printed number that the ball meets can be the value.
    reproduce:
        A line that shows the same again.
    """

    value: Any
    how: str
    rests_on: int | None = None
    error: float = 1e-9
    sharp: bool = False
    reproduce: str = ""


def trains(function: _F) -> _F:
    """Mark a computation that trains: `--quick` leaves it out, and its result is remembered."""
    function.trains = True  # type: ignore[attr-defined]
    return function
