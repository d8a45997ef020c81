"""Hold what a document says against what was found: exactly, to the printed digits, or within the stated limits."""

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from flint import arb

from checks.audit.found import Found
from checks.audit.printed import ball, exact, half_unit, is_printed, middle
from checks.audit.row import Value
from checks.verdict import MINIMUM_COMPARED, Attempt, Comparison, Counterexample, Enclosure, Proof, Status, Verdict

CLAIMS = ("is", "between", "at_least", "at_most", "within")
_TEXT_LENGTH = 120


class ClaimError(ValueError):
    """The row does not say what the value is claimed to be, or says it in another shape than it has."""


def compare(claimed: Mapping[str, Value], found: Found) -> Verdict:
    """Return whether the claim about a value holds for what was found.

    Parameters
    ----------
    claimed:
        `is` (a value, or nested lists of the shape of what was found; a decimal stands for all numbers that round to
        it), with `within` for a tolerance of the claim itself; or `between` (two numbers), `at_least`, `at_most`.
    found:
        The result of the computation.

    Raises
    ------
    ClaimError
        Nothing is claimed, or the shapes differ.
    """
    pairs = list(_pairs(claimed, found.value))
    if not pairs:
        raise ClaimError("nothing was compared: the computation found no value")
    doubtful: str = ""
    for place, said, value in pairs:
        holds = _holds(said, value, found)
        if holds is None:
            doubtful = doubtful or _shown(value)
        elif not holds:
            return _refuted(place, said, value, found)
    if doubtful:
        return Verdict(
            status=Status.UNDECIDED,
            reason=f"The digits that are printed do not decide it: {found.how} gives {doubtful}.",
            evidence=Attempt(tried=(found.how,)),
            reproduce=found.reproduce,
        )
    return _accepted(pairs, found)


def _pairs(claimed: Mapping[str, Value], value: Any) -> Iterator[tuple[str, "Said", Any]]:
    """Yield the place, the claim and what was found for each single value."""
    if "is" in claimed:
        within = claimed.get("within")
        yield from _each(claimed["is"], value, str(within) if within is not None else None, "")
        return
    low, high = None, None
    if "between" in claimed:
        limits = claimed["between"]
        if not (isinstance(limits, list) and len(limits) == 2):
            raise ClaimError("'between' has two numbers, the least and the greatest")
        low, high = (middle(str(limit)) for limit in limits)
    if "at_least" in claimed:
        low = middle(str(claimed["at_least"]))
    if "at_most" in claimed:
        high = middle(str(claimed["at_most"]))
    if low is None and high is None:
        raise ClaimError(f"the row does not say what the value is: give one of {', '.join(CLAIMS)}")
    for place, one in _flat(value, ""):
        yield place, Said(low=low, high=high), one


def _each(said: Value, value: Any, within: str | None, place: str) -> Iterator[tuple[str, "Said", Any]]:
    value = _plain(value)
    if isinstance(said, list) != isinstance(value, list):
        raise ClaimError(f"the claim{place and f' at {place}'} and what was found have different shapes: {value!r}")
    if not isinstance(said, list):
        yield place, Said.of(said, within), value
        return
    if len(said) != len(value):
        raise ClaimError(f"the claim has {len(said)} values{place and f' at {place}'}, and {len(value)} were found")
    for number, (one, other) in enumerate(zip(said, value, strict=True)):
        yield from _each(one, other, within, f"{place}[{number}]")


def _flat(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    value = _plain(value)
    if not isinstance(value, list):
        yield place, value
        return
    for number, one in enumerate(value):
        yield from _flat(one, f"{place}[{number}]")


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):  # NumPy arrays and their scalars
        return value.tolist()
    return list(value) if isinstance(value, tuple) else value


class Said:
    """What is claimed of one value: a word, or an interval of numbers with its ends."""

    def __init__(
        self, *, word: Value = None, low: Fraction | None = None, high: Fraction | None = None, text: str = ""
    ) -> None:
        self.word, self.low, self.high = word, low, high
        self.text = text or str(word if low is None and high is None else _limits(low, high))

    @classmethod
    def of(cls, said: Value, within: str | None) -> "Said":
        """Return the claim of a value, which for a decimal allows what rounds to it."""
        if isinstance(said, bool) or said is None or not (isinstance(said, int) or is_printed(said)):
            return cls(word=said)
        around = half_unit(str(said)) if isinstance(said, str) else Fraction(0)
        if within is not None:
            around = middle(within)
        return cls(low=middle(str(said)) - around, high=middle(str(said)) + around, text=str(said))

    @property
    def is_number(self) -> bool:
        """Whether a number is claimed."""
        return self.low is not None or self.high is not None


def _limits(low: Fraction | None, high: Fraction | None) -> str:
    if low is None:
        return f"at most {float(high or 0):g}"
    return f"at least {float(low):g}" if high is None else f"between {float(low):g} and {float(high):g}"


def _holds(said: Said, value: Any, found: Found) -> bool | None:
    if not said.is_number:
        return type(value) is type(said.word) and bool(value == said.word)
    if isinstance(value, (str, bool)) or value is None:
        return False
    low, high = _interval(value, found)
    inside = (said.low is None or said.low <= low) and (said.high is None or high <= said.high)
    apart = (said.low is not None and high < said.low) or (said.high is not None and low > said.high)
    if inside or apart:
        return inside
    return True if _meets(value, found) else None


def _meets(value: Any, found: Found) -> bool:
    """Whether an interval that overlaps with the printed one is enough: a sharp ball, or a float with its rounding."""
    return found.sharp if isinstance(value, arb) else isinstance(value, float)


def _interval(value: Any, found: Found) -> tuple[Fraction, Fraction]:
    if isinstance(value, arb):
        if not value.is_finite():
            raise ClaimError("the computation found no finite value")
        return _fraction(value.lower()), _fraction(value.upper())
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ClaimError(f"the computation found {value}, which is no number")
        error = Fraction(found.error) * max(Fraction(1), abs(Fraction(value)))
        return Fraction(value) - error, Fraction(value) + error
    return Fraction(value), Fraction(value)


def _fraction(end: arb) -> Fraction:
    mantissa, exponent = end.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _shown(value: Any) -> str:
    if isinstance(value, arb):
        return str(value.str(12))
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _TEXT_LENGTH else text[: _TEXT_LENGTH - 1] + "…"


def _refuted(place: str, said: Said, value: Any, found: Found) -> Verdict:
    if said.is_number and not isinstance(value, (str, bool)) and value is not None:
        low, high = _interval(value, found)
        kind = "estimated" if isinstance(value, float) else "rigorous"
        left = Enclosure(low=_float(said.low, -1), high=_float(said.high, 1), text=said.text)
        right = Enclosure(low=float(low), high=float(high), text=_shown(value), kind=kind)
    else:  # words have no place on the line: 0 for what is said, 1 for what was found
        left = Enclosure(low=0, high=0, text=said.text)
        right = Enclosure(low=1, high=1, text=_shown(value))
    where = f" at {place}" if place else ""
    return Verdict(
        status=Status.REFUTED,
        reason=f"Claimed is {said.text}{where}; {found.how} gives {_shown(value)}.",
        evidence=Counterexample(point={"entry": place} if place else {}, left=left, right=right, disjoint=True),
        reproduce=found.reproduce,
    )


def _float(end: Fraction | None, sign: int) -> float:
    return sign * float("inf") if end is None else float(end)


def _accepted(pairs: list[tuple[str, Said, Any]], found: Found) -> Verdict:
    shown = _shown(pairs[0][2]) if len(pairs) == 1 else f"{len(pairs)} values"
    if found.rests_on is None and not any(isinstance(value, float) for _, _, value in pairs):
        digits = any(isinstance(value, arb) for _, _, value in pairs)
        return Verdict(
            status=Status.PROVED,
            reason=f"{_capital(found.how)} gives {shown}, as claimed.",
            evidence=Proof(procedure=found.how, domain="the digits that are printed" if digits else ""),
            reproduce=found.reproduce,
        )
    compared = found.rests_on if found.rests_on is not None else len(pairs)
    if compared < MINIMUM_COMPARED:
        raise ClaimError(
            f"a float that rests on {compared} numbers shows too little: compute exactly (fractions, Arb balls), or "
            "say in `rests_on` on how many numbers the value rests"
        )
    worst = max((_distance(said, value) for _, said, value in pairs if isinstance(value, float)), default=0.0)
    allowed = max((_allowed(said, value, found) for _, said, value in pairs if isinstance(value, float)), default=0.0)
    return Verdict(
        status=Status.AGREES,
        reason=f"{_capital(found.how)} gives {shown}, as claimed.",
        evidence=Comparison(compared=compared, max_error=worst, tolerance=max(worst, allowed), unit="absolute"),
        reproduce=found.reproduce,
    )


def _distance(said: Said, value: float) -> float:
    """Return how far a value lies from the middle of what is claimed; 0 inside a limit on one side."""
    if said.low is None or said.high is None:
        return 0.0
    return float(abs(Fraction(value) - (said.low + said.high) / 2))


def _allowed(said: Said, value: float, found: Found) -> float:
    if said.low is None or said.high is None:
        return 0.0
    return float((said.high - said.low) / 2) + found.error * max(1.0, abs(value))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


__all__ = ["CLAIMS", "ClaimError", "ball", "compare", "exact"]
