"""What a check of piecewise-linear statements finds: two exact values that differ, and the verdict made of them."""

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction

from flint import arb

from checks.verdict import Attempt, Counterexample, Enclosure, Status, Verdict
from derive.piecewise_linear.network import Vector


class Refutation(Exception):  # noqa: N818 - it carries a finding, not an error
    """A statement turned out to be wrong; carries the verdict."""

    def __init__(self, reason: str, point: Mapping[str, str], claimed: Enclosure, found: Enclosure) -> None:
        super().__init__(reason)
        self.reason = reason
        self.evidence = Counterexample(point=point, left=claimed, right=found, disjoint=True)


def same_count(what: str, claimed: int, found: int, counted: str) -> None:
    """Refute a count that is not the one that was found."""
    if claimed != found:
        raise Refutation(
            f"There are {found} {counted}, not {claimed}.", {"counted": what}, whole(claimed), whole(found)
        )


def same_value(what: str, x: Vector, claimed: Fraction, found: Fraction) -> None:
    """Refute a value at a point, naming whose value it is."""
    same_number(f"the value of {what}", x, claimed, found)


def same_number(what: str, x: Vector, claimed: Fraction, found: Fraction) -> None:
    """Refute a number at a point that is not exactly the one that was found."""
    if claimed != found:
        where = ", ".join(f"{name} = {value}" for name, value in named(x).items())
        raise Refutation(
            f"At {where} {what} is {found}, not {claimed}.",
            named(x),
            number_as_enclosure(claimed),
            number_as_enclosure(found),
        )


def named(x: Iterable[Fraction]) -> dict[str, str]:
    """Return coordinates by name: x1, x2, …."""
    return {f"x{k}": str(coordinate) for k, coordinate in enumerate(x, start=1)}


def whole(number: int) -> Enclosure:
    """Return a whole number as the interval that it is."""
    return Enclosure(low=number, high=number, text=str(number))


def number_as_enclosure(number: Fraction) -> Enclosure:
    """Return the floats next to a rational number, written exactly."""
    near = float(number)
    low, high = (
        (near, near) if Fraction(near) == number else (math.nextafter(near, -math.inf), math.nextafter(near, math.inf))
    )
    return Enclosure(low=low, high=high, text=str(number))


def ball_as_enclosure(ball: arb) -> Enclosure:
    """Return floats on either side of a ball, written with 20 digits."""
    low, high = float(ball.lower()), float(ball.upper())
    return Enclosure(low=math.nextafter(low, -math.inf), high=math.nextafter(high, math.inf), text=ball.str(20))


def refuted(found: Refutation) -> Verdict:
    """Return the verdict of a refutation."""
    return Verdict(status=Status.REFUTED, reason=found.reason, evidence=found.evidence)


def undecided(obstacle: str) -> Verdict:
    """Return the verdict that neither arm reached, with what stood in the way."""
    return Verdict(
        status=Status.UNDECIDED,
        reason=f"Neither proved nor refuted: {obstacle}.",
        evidence=Attempt(tried=(obstacle,)),
    )
