"""The image that is printed twice, as a matrix and as a column, and what NumPy makes of it."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from checks.audit.computations.network_theory.printed_values import COLUMN, MATRIX
from checks.audit.found import Found

SIDE = 28


def _expanded(text: str) -> list[int]:
    numbers = []
    for token in text.split():
        value, _, times = token.partition("*")
        numbers += [int(value)] * int(times or 1)
    return numbers


def matrix_shape() -> list[int]:
    """The rows of the printed matrix, and the numbers in each of them, counted."""
    (width,) = {len(_expanded(row)) for row in MATRIX}
    return [len(MATRIX), width]


def column_length() -> int:
    """The numbers of the printed column, counted."""
    return len(_expanded(COLUMN))


def rows_that_differ(shifted: Sequence[int]) -> Found:
    """The rows in which matrix and column differ, counted; the strokes on the right of some rows are shifted."""
    rows = [_expanded(row) for row in MATRIX]
    rows += [[0] * SIDE] * (SIDE - len(rows))
    for number in shifted:  # the last zero goes to the place before the stroke on the right
        row = rows[number]
        start = max(place for place in range(SIDE - 1) if row[place] == 0 and row[place + 1] != 0)
        rows[number] = [*row[:start], 0, *row[start:-1]]
    column = np.reshape(_expanded(COLUMN), (SIDE, SIDE))
    moved = f" and the right strokes of rows {', '.join(map(str, shifted))} moved by one" if shifted else ""
    how = f"counting the rows in which the column differs from the matrix with a black row at its bottom{moved}"
    return Found(sum(row != other for row, other in zip(rows, column.tolist(), strict=True)), how)


def ends() -> list[int]:
    """The least and the greatest number of the printed column."""
    column = _expanded(COLUMN)
    return [min(column), max(column)]


def scaled_ends() -> list[Fraction]:
    """The least and the greatest number of the printed column, divided by 255."""
    return [Fraction(value, 255) for value in ends()]


def in_their_place() -> int:
    """The pixels (i, j) of a 28×28 image that a reshape brings to the entry 28 i + j of a column, counted."""
    column = np.arange(SIDE * SIDE).reshape(SIDE, SIDE).reshape(SIDE * SIDE, 1)
    return sum(int(column[SIDE * i + j, 0]) == SIDE * i + j for i in range(SIDE) for j in range(SIDE))


def shape_by(method: str) -> Found:
    """The shape that NumPy's `flatten` or `reshape(784, 1)` gives to a 28×28 image."""
    image = np.zeros((SIDE, SIDE))
    column = image.flatten() if method == "flatten" else image.reshape(SIDE * SIDE, 1)
    return Found(str(column.shape), f"the method {method} of a 28×28 array")


def shown_lines() -> int:
    """The lines in which NumPy shows a column of 784 numbers, counted; none is left out."""
    lines = repr(np.reshape(_expanded(COLUMN), (-1, 1))).splitlines()
    return sum("..." not in line for line in lines)


def first_line_shown(kind: str) -> Found:
    """The first line in which NumPy shows the column."""
    column = np.reshape(_expanded(COLUMN), (-1, 1)).astype(kind)
    return Found(repr(column).splitlines()[0], f"the column shown by NumPy as {kind}, first line,")
