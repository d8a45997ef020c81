"""Compares one result with what is right, over all samples: right, nearly right, wrong, or of another shape.

Wrong is said only of a difference that no precision explains; what lies between is for a person.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.answers import Probe, Samples
from checks.submissions.judging.calling import Trouble, as_numbers
from checks.submissions.judging.kinds import Kind
from checks.submissions.judging.shown import for_inputs, point
from checks.verdict import (
    MINIMUM_COMPARED,
    Attempt,
    Comparison,
    Counterexample,
    Enclosure,
    Misreading,
    Proof,
    Status,
    Verdict,
)

Array = npt.NDArray[Any]

DOUBT = 2e-4
"""Up to this relative error an answer is not called wrong: a small constant in a logarithm, a step of differences."""

FLOOR = 1e-3
"""Errors are relative to an entry, but to no less than this part of the largest entry."""

ROUNDING = 1e-13
NOISE_FACTOR = 64.0
"""How many times the effect of rounding the inputs to single precision a result of single precision may be off."""


@dataclass(frozen=True)
class Side:
    """One result over all samples: what came, and what is right.

    Attributes
    ----------
    shown:
        Its name in sentences.
    given, wanted:
        For each sample.
    noise:
        For each sample, what rounding the inputs to single precision does to the right result.
    witnesses:
        Who says what is right.
    """

    shown: str
    given: tuple[Array, ...]
    wanted: tuple[Array, ...]
    noise: tuple[Array, ...] = ()
    witnesses: str = "the model"

    @property
    def fits(self) -> bool:
        """Whether all shapes are those that are wanted."""
        return all(one.shape == other.shape for one, other in zip(self.given, self.wanted, strict=True))


@dataclass(frozen=True)
class Found:
    """The outcome of a comparison."""

    kind: Kind
    verdict: Verdict
    convention: str = ""


Line = Callable[[int], str]
"""Returns for the number of a sample a line of Python that makes the call again."""


def _no_line(_: int) -> str:
    return ""


def numbers_of(shown: str, values: Sequence[Any]) -> tuple[Array, ...] | Trouble:
    """Return the values of a result as arrays of numbers, or what is strange about the first that is none."""
    found = []
    for value in values:
        one = as_numbers(value)
        if isinstance(one, Trouble):
            return Trouble(one.kind, f"{shown} {one.sentence}.")
        found.append(one)
    return tuple(found)


def compare(  # noqa: PLR0911 - one for each outcome
    side: Side, probe: Probe, samples: Samples, again: Line = _no_line
) -> Found:
    """Judge a result.

    Parameters
    ----------
    side:
        What came and what is right.
    probe, samples:
        What was asked, for the tolerance and for the counterexample.
    again:
        Makes the line that shows the same again.
    """
    unshaped = next(
        (number for number, (a, b) in enumerate(zip(side.given, side.wanted, strict=True)) if not _alike(a, b)), None
    )
    if unshaped is not None:
        given, wanted = side.given[unshaped], side.wanted[unshaped]
        return unreadable(
            Kind.SHAPE,
            f"{side.shown} has shape {given.shape}; {wanted.shape} is wanted{for_inputs(probe, samples[unshaped])}.",
            f"an array of shape {wanted.shape}",
        )
    short, slack = is_short(side.given), rounding(side.wanted, side.noise)
    compared, largest, worst_at, tolerance = 0, 0.0, "", 0.0
    failed: tuple[float, int] | None = None
    for number in range(len(samples)):
        given, wanted = side.given[number].reshape(side.wanted[number].shape), side.wanted[number]
        if not np.all(np.isfinite(given.astype(float))):
            return _not_finite(side, number, given, wanted, probe, samples)
        error = float(np.max(errors(given, wanted, 1.0 if short else FLOOR, slack), initial=0.0))
        allowed = _allowed(side, number) if short else probe.tolerance
        compared, tolerance = compared + wanted.size, max(tolerance, allowed)
        if error > allowed and (failed is None or error > failed[0]):
            failed = (error, number)
        if wanted.size and error >= largest:
            largest, worst_at = error, f"sample {number + 1}"
    if failed is not None and failed[0] > max(_doubt(side.given), tolerance):
        return Found(Kind.WRONG, counterexample(side, failed[1], probe, samples, again))
    if failed is not None:
        return Found(Kind.CLOSE, _close(side.shown, failed[0], again(failed[1])))
    if not probe.inputs:
        return _constant(side, compared, tolerance)
    if compared < MINIMUM_COMPARED:
        return Found(
            Kind.FAULT,
            Verdict(
                status=Status.UNDECIDED,
                reason=f"Only {compared} numbers of {side.shown} could be compared; {MINIMUM_COMPARED} are needed.",
                evidence=Attempt(tried=("comparison with the model",)),
            ),
        )
    return Found(
        Kind.RIGHT,
        Verdict(
            status=Status.AGREES,
            reason=f"{side.shown} agrees with {side.witnesses} in {compared} numbers.",
            evidence=Comparison(compared=compared, max_error=largest, tolerance=tolerance, worst_at=worst_at),
            reproduce=again(0),
        ),
    )


def errors(given: Array, wanted: Array, floor: float = FLOOR, slack: float = 0.0) -> Array:
    """Return the error of each entry, relative to it, but to no less than a part of the largest entry.

    What lies within `slack` is rounding, and no error at all: where a result is zero, nothing is relative to it.
    """
    given, wanted = np.asarray(given, dtype=float), np.asarray(wanted, dtype=float)
    scale = float(np.max(np.abs(wanted), initial=0.0))
    with np.errstate(over="ignore", invalid="ignore"):
        gap = np.where(given == wanted, 0.0, np.maximum(np.abs(given - wanted) - slack, 0.0))
        return np.asarray(gap / np.maximum(np.abs(wanted), max(floor * scale, float(np.finfo(float).tiny))))


def rounding(wanted: Sequence[Array], noise: Sequence[Array] = ()) -> float:
    """Return by how much results in double precision may differ for no reason but the order of operations.

    Parameters
    ----------
    wanted:
        The right results of all samples: sums that cancel in one of them are as large in the others.
    noise:
        What rounding the inputs to single precision changes.
    """
    largest = max((float(np.max(np.abs(one), initial=0.0)) for one in wanted), default=0.0)
    moved = max((float(np.max(one, initial=0.0)) for one in noise), default=0.0)
    return ROUNDING * largest + NOISE_FACTOR * moved * 2.0**-29


def is_short(given: Sequence[Array]) -> bool:
    """Tell whether numbers came in a format shorter than 64 bits, or were computed in one and widened."""
    floats = [one for one in given if one.dtype.kind == "f" and one.size]
    if not floats or any(one.dtype.kind != "f" for one in given):
        return False
    if any(one.dtype.itemsize < 8 for one in floats):
        return True
    entries = np.concatenate([one.ravel() for one in floats])
    entries = entries[np.isfinite(entries) & (entries != np.round(entries * 1024) / 1024)]
    with np.errstate(over="ignore"):
        return bool(len(entries) >= MINIMUM_COMPARED and np.all(entries.astype(np.float32) == entries))


def agrees(given: Sequence[Array], wanted: Sequence[Array], tolerance: float, floor: float = FLOOR) -> bool:
    """Tell whether arrays of the same shapes are the same within a tolerance, in all samples; nan never agrees."""
    slack = rounding(wanted)
    return all(
        a.shape == b.shape
        and bool(np.all(np.isfinite(np.asarray(a, dtype=float))))
        and (not a.size or float(np.max(errors(a, b, floor, slack))) <= tolerance)
        for a, b in zip(given, wanted, strict=True)
    )


def counterexample(side: Side, number: int, probe: Probe, samples: Samples, again: Line = _no_line) -> Verdict:
    """Return the refutation at the entry of a sample that differs most."""
    given, wanted = side.given[number].reshape(side.wanted[number].shape).astype(float), side.wanted[number]
    rounded = rounding(side.wanted, side.noise)
    place = np.unravel_index(int(np.argmax(errors(given, wanted, slack=rounded))), wanted.shape)
    value, right = float(given[place]) + 0.0, float(wanted[place]) + 0.0  # no -0
    index = [int(part) for part in place]
    where = f"entry {index} of {side.shown}" if index else side.shown
    scale = float(np.max(np.abs(wanted), initial=0.0))
    slack = probe.tolerance * max(abs(right), FLOOR * scale) + rounded
    return Verdict(
        status=Status.REFUTED,
        reason=f"{_upper(where)} is {value:.6g}; the model gives {right:.6g}{for_inputs(probe, samples[number])}.",
        evidence=Counterexample(
            point={"sample": str(number + 1), "entry": str(index), **point(probe, samples[number])},
            left=Enclosure(low=value, high=value, text=repr(value)),
            right=Enclosure(low=right - slack, high=right + slack, text=f"{right!r} ± {slack:.2g}"),
        ),
        reproduce=again(number),
    )


def unreadable(kind: Kind, sentence: str, expected: str = "", shown: str = "") -> Found:
    """Return what is found where there is no number to compare: no credit, and no counterexample either."""
    status = kind.status
    if status is Status.UNDECIDED or status is Status.FAULT:
        verdict = Verdict(status=status, reason=sentence, evidence=Attempt(tried=("a call of the code",)))
    else:
        verdict = Verdict(
            status=Status.UNREADABLE, reason=sentence, evidence=Misreading(text=shown, column=0, expected=expected)
        )
    return Found(kind, verdict)


def _alike(given: Array, wanted: Array) -> bool:
    return given.shape == wanted.shape or given.size == wanted.size == 1


def _doubt(given: Sequence[Array]) -> float:
    """Return up to which error a result is not called wrong: half precision has three digits."""
    units = [float(np.finfo(one.dtype).eps) for one in given if one.dtype.kind == "f"]
    return max([DOUBT, *(NOISE_FACTOR * unit for unit in units)])


def _allowed(side: Side, number: int) -> float:
    """Return what single precision allows, relative to the largest entry: many times what rounded inputs change."""
    scale = max(float(np.max(np.abs(side.wanted[number]), initial=0.0)), float(np.finfo(float).tiny))
    noise = float(np.max(side.noise[number], initial=0.0)) if side.noise else 0.0
    return min(NOISE_FACTOR * max(noise / scale, 2.0**-23), DOUBT)


def _close(shown: str, error: float, again: str) -> Verdict:
    return Verdict(
        status=Status.UNDECIDED,
        reason=f"{shown} is right to about {max(0, int(-np.log10(error)))} digits only; a small constant, differences "
        "for a derivative, or a short number format may be the cause.",
        evidence=Attempt(tried=("comparison with the model",)),
        reproduce=again,
    )


def _not_finite(side: Side, number: int, given: Array, wanted: Array, probe: Probe, samples: Samples) -> Found:
    place = np.unravel_index(int(np.argmin(np.isfinite(given.astype(float)))), given.shape)
    index = [int(part) for part in place]
    where = f"entry {index} of {side.shown}" if index else side.shown
    return unreadable(
        Kind.NOT_FINITE,
        f"{_upper(where)} is {float(given[place])}; the model gives {float(wanted[place]):.6g}"
        f"{for_inputs(probe, samples[number])}.",
        "a finite number",
    )


def _constant(side: Side, compared: int, tolerance: float) -> Found:
    if not compared:
        return unreadable(Kind.SHAPE, f"{side.shown} is empty.", "numbers")
    return Found(
        Kind.RIGHT,
        Verdict(
            status=Status.PROVED,
            reason=f"{side.shown} is right{f' in all {compared} numbers' if compared > 1 else ''}.",
            evidence=Proof(procedure=f"comparison of all numbers that were asked for, within {tolerance:g}"),
        ),
    )


def _upper(words: str) -> str:
    """Return words as the beginning of a sentence; a name of code stays as it is."""
    return f"E{words[1:]}" if words.startswith("entry [") else words
