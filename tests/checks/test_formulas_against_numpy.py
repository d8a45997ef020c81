"""Verdicts on random array formulas typed as Python, against NumPy, which shares neither reader nor algebra."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import pytest

from checks.formulas import equal
from checks.verdict import Status

Arrays = Mapping[str, Any]
GIVEN = ("A matrix(n,n)", "C matrix(n,n)", "x vector(n)", "y vector(n)")


@dataclass(frozen=True)
class Formula:
    """An array formula as text and as what NumPy makes of it."""

    text: str
    value: Callable[[Arrays], Any]


def both(sign: str, first: Formula, second: Formula, swap: bool = False) -> Formula:
    operations: dict[str, Callable[[Any, Any], Any]] = {
        "@": lambda u, v: u @ v,
        "*": lambda u, v: u * v,
        "+": lambda u, v: u + v,
        "-": lambda u, v: u - v,
    }
    sign = "*" if swap and sign == "@" else sign  # the classic slip of NumPy
    operation = operations[sign]
    return Formula(f"({first.text} {sign} {second.text})", lambda at: operation(first.value(at), second.value(at)))


def name(letter: str) -> Formula:
    return Formula(letter, lambda at: at[letter])


def transposed(part: Formula) -> Formula:
    return Formula(f"({part.text}).T", lambda at: part.value(at).T)


def summed(part: Formula, axis: int) -> Formula:
    return Formula(f"({part.text}).sum(axis={axis})", lambda at: part.value(at).sum(axis=axis))


def matrix(random: Random, depth: int, swap: bool = False) -> Formula:
    if depth == 0:
        return name(random.choice("AC"))
    if random.random() < 0.3:
        return transposed(matrix(random, depth - 1, swap))
    return both(random.choice("@*+-"), matrix(random, depth - 1, swap), matrix(random, depth - 1, swap), swap)


def vector(random: Random, depth: int, swap: bool = False) -> Formula:
    if depth == 0:
        return name(random.choice("xy"))
    kind = random.random()
    if kind < 0.4:
        return both("@", matrix(random, depth - 1, swap), vector(random, depth - 1, swap), swap)
    if kind < 0.6:
        return summed(matrix(random, depth - 1, swap), random.choice((0, 1)))
    return both(random.choice("*+-"), vector(random, depth - 1, swap), vector(random, depth - 1, swap), swap)


def partner(random: Random, draw: Callable[..., Formula], seed: int, depth: int) -> Formula:
    """Return a formula that is equal to the one of this seed, the same with * for @, or another one."""
    again, extra = draw(Random(seed), depth), draw(random, 0)
    return random.choice(
        (
            both("-", both("+", again, extra), extra),
            draw(Random(seed), depth, swap=True),
            both("+", again, extra),
            draw(random, depth),
        )
    )


@pytest.mark.parametrize("seed", range(2))
def test_numpy_contradicts_no_verdict(seed: int) -> None:
    random = Random(20261120 + seed)
    met: Counter[Status] = Counter()
    points = []
    for size in (2, 3, 5):
        numbers = np.random.default_rng(size)
        points.append(
            {
                letter: numbers.integers(-3, 4, (size, size) if letter in "AC" else size)
                for letter in ("A", "C", "x", "y")
            }
        )
    for _ in range(60):
        draw, depth, own = random.choice((matrix, vector)), random.choice((1, 2)), random.randrange(10**9)
        left, right = draw(Random(own), depth), partner(random, draw, own, depth)
        verdict = equal(left.text, right.text, GIVEN)
        met[verdict.status] += 1
        shown = f"{left.text} | {right.text}: {verdict.reason}"
        same = all(np.array_equal(left.value(at), right.value(at)) for at in points)
        assert verdict.status is not Status.FAULT, shown
        assert verdict.status is not Status.PROVED or same, shown
        assert verdict.status is not Status.REFUTED or not same, shown
    assert met[Status.PROVED] > 5
    assert met[Status.REFUTED] > 5
