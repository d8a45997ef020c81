"""Verdicts on random typed formulas against plain Python arithmetic, which shares neither reader nor algebra."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from random import Random

import pytest

from checks.formulas import equal
from checks.verdict import Counterexample, Status

Value = Callable[[float, float], float]
UNARY: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "log": math.log,
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "sqrt": math.sqrt,
    "abs": abs,
    "sigmoid": lambda u: 1 / (1 + math.exp(-u)),
    "relu": lambda u: max(0.0, u),
    "softplus": lambda u: math.log(1 + math.exp(u)),
}
BINARY: dict[str, Callable[[float, float], float]] = {
    "({} + {})": lambda u, v: u + v,
    "({} - {})": lambda u, v: u - v,
    "({})*({})": lambda u, v: u * v,
    "({})/({})": lambda u, v: u / v,
    "max({}, {})": max,
}


@dataclass(frozen=True)
class Formula:
    """A formula as text and as the numbers that Python gives for it."""

    text: str
    value: Value

    def at(self, x: float, y: float) -> float | None:
        try:
            value = self.value(x, y)
        except (ValueError, ZeroDivisionError, OverflowError):
            return None
        return float(value) if isinstance(value, (int, float)) and abs(value) < 1e12 else None


def unary(name: str, part: Formula) -> Formula:
    return Formula(f"{name}({part.text})", lambda x, y: UNARY[name](part.value(x, y)))


def binary(form: str, first: Formula, second: Formula) -> Formula:
    return Formula(
        form.format(first.text, second.text), lambda x, y: BINARY[form](first.value(x, y), second.value(x, y))
    )


def power(part: Formula, exponent: int) -> Formula:
    return Formula(f"({part.text})**{exponent}", lambda x, y: part.value(x, y) ** exponent)


LEAVES = (
    Formula("x", lambda x, y: x),
    Formula("y", lambda x, y: y),
    Formula("2", lambda x, y: 2.0),
    Formula("(1/2)", lambda x, y: 0.5),
)


def drawn(random: Random, depth: int) -> Formula:
    if depth == 0 or random.random() < 0.15:
        return random.choice(LEAVES)
    kind = random.random()
    if kind < 0.35:
        return unary(random.choice(sorted(UNARY)), drawn(random, depth - 1))
    if kind < 0.9:
        return binary(random.choice(sorted(BINARY)), drawn(random, depth - 1), drawn(random, depth - 1))
    return power(drawn(random, depth - 1), random.choice((2, 3)))


def partner(random: Random, formula: Formula) -> Formula:
    """Return a formula beside it that is equal, equal in part of the plane, or different."""
    other = drawn(random, 1)
    plus, minus, times, over, _ = BINARY
    return random.choice(
        (
            binary(minus, binary(plus, formula, other), other),
            binary(over, binary(times, formula, other), other),
            unary("log", unary("exp", formula)),
            unary("exp", unary("log", formula)),
            unary("sqrt", power(formula, 2)),
            unary("abs", formula),
            unary("relu", formula),
            binary(plus, formula, Formula("1/1000000000", lambda x, y: 1e-9)),
            binary(times, formula, unary("tanh", other)),
            drawn(random, 2),
        )
    )


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 8))])
def test_python_s_numbers_contradict_no_verdict(seed: int) -> None:
    random = Random(20261120 + seed)
    points = [(random.uniform(-3, 3), random.uniform(-3, 3)) for _ in range(8)]
    met: Counter[Status] = Counter()
    for _ in range(120):
        left = drawn(random, 3)
        right = partner(random, left)
        verdict = equal(left.text, right.text)
        met[verdict.status] += 1
        shown = f"{left.text} | {right.text}: {verdict.reason}"
        assert verdict.status is not Status.FAULT, shown
        if verdict.status is Status.PROVED:
            for x, y in points:
                first, second = left.at(x, y), right.at(x, y)
                if first is not None and second is not None:
                    assert math.isclose(first, second, rel_tol=1e-7, abs_tol=1e-7), f"{shown} at {x}, {y}"
        if verdict.status is Status.REFUTED:
            assert isinstance(verdict.evidence, Counterexample)
            point = {name: float(Fraction(value)) for name, value in dict(verdict.evidence.point).items()}
            for side, said in ((left, verdict.evidence.left), (right, verdict.evidence.right)):
                ours, theirs = (
                    float(said.text.strip("[]").split()[0]),
                    side.at(point.get("x", 0.5), point.get("y", 0.5)),
                )
                if theirs is not None:
                    assert math.isclose(ours, theirs, rel_tol=1e-6, abs_tol=1e-9), f"{shown} at {point}"
    assert met[Status.PROVED] > 20
    assert met[Status.REFUTED] > 20
