"""The backward pass from the numbers that are printed: what is right, and which mistake gives what is printed."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product

import numpy as np
from flint import arb

from checks.audit.computations.conv_by_hand.forward import Exact, exact
from checks.audit.computations.conv_by_hand.printed_values import (
    A1,
    A2,
    DELTA,
    DENSE_GRADIENT,
    POOLED_GRADIENT,
    UNPOOLED_GRADIENT,
    Z1,
)
from checks.audit.found import Found
from checks.audit.printed import ball, middle

WINDOWS = tuple(product(range(2), range(2)))


def dense_gradient(entries: Sequence[int]) -> Found:
    """δ times the printed pooled values, at some places."""
    pooled = [text for row in A2 for text in row]
    values: list[arb] = [ball(DELTA) * ball(pooled[place]) for place in entries]
    return Found(values, "the printed δ times the printed pooled values, in balls", sharp=True)


def reshaped() -> Exact:
    """The four printed derivatives, row by row."""
    first, second, third, fourth = (middle(text) for text in DENSE_GRADIENT)
    return [[first, second], [third, fourth]]


def winner(window: tuple[int, int]) -> tuple[int, int]:
    """Return the pixel that is the largest of a window of the printed a1."""
    image = exact(A1)
    cells = [(2 * window[0] + e, 2 * window[1] + f) for e in range(2) for f in range(2)]
    return max(cells, key=lambda cell: image[cell[0]][cell[1]])


def unpooled() -> Exact:
    """Each printed derivative of a pooled value, put to the pixel that won its window."""
    image = [[Fraction(0)] * 4 for _ in range(4)]
    gradient = exact(POOLED_GRADIENT)
    for window in WINDOWS:
        row, column = winner(window)
        image[row][column] = gradient[window[0]][window[1]]
    return image


def pixels_reached() -> int:
    """The pixels that get a derivative other than 0 when each window gives its own to its winner, counted."""
    return sum(value != 0 for row in unpooled() for value in row)


def printed_pixels_reached() -> int:
    """The pixels with a printed derivative other than 0, counted."""
    return sum(value != 0 for row in exact(UNPOOLED_GRADIENT) for value in row)


def reproducing() -> list[str]:
    """All ways to write the gradient back, each tried on the printed numbers, that give the printed image."""
    places: dict[str, Callable[[tuple[int, int]], tuple[int, int]]] = {
        "place of the winner in the image": winner,
        "place of the winner in its window": lambda window: (winner(window)[0] % 2, winner(window)[1] % 2),
        "place of the window": lambda window: window,
    }
    printed = np.array(exact(UNPOOLED_GRADIENT), dtype=float)
    gradient = np.array(exact(POOLED_GRADIENT), dtype=float)
    found = []
    for name, place in places.items():
        rows, cells = np.zeros((4, 4)), np.zeros((4, 4))
        for window in WINDOWS:
            rows[list(place(window))] = gradient[window]  # a list of two numbers names two rows
            cells[place(window)] = gradient[window]
        found += [f"{name}, whole rows"] if np.array_equal(rows, printed) else []
        found += [f"{name}, one pixel"] if np.array_equal(cells, printed) else []
    return found


def through_relu() -> Exact:
    """The printed image before it, kept where the printed z1 is positive."""
    mask, gradient = exact(Z1), exact(UNPOOLED_GRADIENT)
    return [
        [value if other > 0 else Fraction(0) for value, other in zip(*rows, strict=True)]
        for rows in zip(gradient, mask, strict=True)
    ]


def right_through_relu() -> Exact:
    """The right image before it, kept where the printed z1 is positive."""
    mask, gradient = exact(Z1), unpooled()
    return [
        [value if other > 0 else Fraction(0) for value, other in zip(*rows, strict=True)]
        for rows in zip(gradient, mask, strict=True)
    ]
