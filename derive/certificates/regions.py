"""The script of one derivative: straight on for a smooth function, region by region for one with case distinctions.

At a point where every switch has a sign the function is, nearby, one smooth formula. Where one switch is zero it is
one formula on the left and another on the right: their derivatives agree (then they are glued), or the point is a kink.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sympy as sp

from derive.certificates.document import NoCertificateError
from derive.certificates.expressions import Writer
from derive.certificates.switches import Switch, innermost, settled

REGION_LIMIT = 64


@dataclass(frozen=True)
class Question:
    """What is to be shown: that `claimed` is the derivative of `value` by `by`.

    Attributes
    ----------
    ranges:
        The values of the symbols.
    kinks_excluded:
        Whether the hypotheses say that no switch is zero.
    """

    value: sp.Expr
    by: sp.Symbol
    claimed: sp.Expr
    ranges: Mapping[sp.Symbol, sp.Set]
    kinks_excluded: bool


@dataclass(frozen=True)
class _Place:
    """The function left and right of a point, as far as the signs of switches are known."""

    left: sp.Expr
    right: sp.Expr
    border: bool = False
    depth: int = 0


def script(question: Question, writer: Writer) -> list[str]:
    """Return the lines of the proof, after the definitions are unfolded.

    Raises
    ------
    NoCertificateError
        There are too many regions, or a border is not the graph of a function of the other variables.
    """
    if innermost(question.value) is None:
        last = "identity." if innermost(question.claimed) is None else "identity_by_cases."
        return ["differentiate.", last]
    lines = _Regions(question, writer).walk(_Place(question.value, question.value), "")
    return ["intros.", "repeat match goal with H : _ /\\ _ |- _ => destruct H end.", *lines]


class _Regions:
    def __init__(self, question: Question, writer: Writer) -> None:
        self._question, self._writer = question, writer
        self._count = 0

    def walk(self, place: _Place, indent: str) -> list[str]:
        switch = innermost(place.left, place.right)
        if switch is None:
            return [indent + line for line in self._leaf(place)]
        self._count += 1
        if self._count > REGION_LIMIT:
            raise NoCertificateError(f"the function has more than {REGION_LIMIT} switches to decide")
        left, right = self._writer.write(switch.left, 9), self._writer.write(switch.right, 9)
        name = f"sign_{place.depth}"
        bullet = "-+*"[place.depth % 3] * (place.depth // 3 + 1)
        lines = [f"{indent}destruct (Rtotal_order {left} {right}) as [{name} | [{name} | {name}]]."]
        for sign in (-1, 0, 1):
            branch = self._branch(place, switch, sign, indent + "  ")
            first, *rest = branch
            lines += [f"{indent}{bullet} {first.strip()}", *rest]
        return lines

    def _branch(self, place: _Place, switch: Switch, sign: int, indent: str) -> list[str]:
        by = self._question.by
        if sign == 0 and switch.difference.has(by):
            if self._question.kinks_excluded:
                return [f"{indent}contradiction_here."]
            if place.border:  # two switches at once; only where the one excludes the other
                return [f"{indent}contradiction_here."]
            rising = self._slope_sign(switch)
            below = settled(place.left, switch, -rising)
            above = settled(place.right, switch, rising)
            inner = self.walk(_Place(below, above, True, place.depth + 1), indent)
        else:
            inner = self.walk(
                replace(
                    place,
                    left=settled(place.left, switch, sign),
                    right=settled(place.right, switch, sign),
                    depth=place.depth + 1,
                ),
                indent,
            )
        return inner

    def _slope_sign(self, switch: Switch) -> int:
        slope = sp.diff(switch.difference, self._question.by)
        known = slope.xreplace(_assumed(slope, self._question.ranges))
        if known.is_positive:
            return 1
        if known.is_negative:
            return -1
        raise NoCertificateError(f"which side of {switch.left} = {switch.right} is which is not known")

    def _leaf(self, place: _Place) -> list[str]:
        variable = self._writer.write(self._question.by)
        left, right = (f"(fun {variable} => {self._writer.write(side)})" for side in (place.left, place.right))
        first = f"apply (is_derive_ext_loc {left}); [near |]."
        if place.border:
            first = f"apply (is_derive_glued _ {left} {right}); [near | near | |]."
        if place.depth == 1:
            return [first, "all: differentiate.", "all: identity_by_cases."] if place.border else [
                first, "differentiate.", "identity_by_cases."
            ]  # fmt: skip
        # Several signs together may be impossible; then nothing is left for the lines that follow.
        return ["try solve [contradiction_here].", f"all: {first}", "all: differentiate.", "all: identity_by_cases."]


def _assumed(expression: sp.Expr, ranges: Mapping[sp.Symbol, sp.Set]) -> dict[sp.Symbol, sp.Symbol]:
    return {
        symbol: sp.Dummy(symbol.name, positive=True)
        for symbol in expression.free_symbols
        if isinstance(ranges.get(symbol), sp.Interval) and ranges[symbol].start >= 0 and ranges[symbol].left_open
    }
