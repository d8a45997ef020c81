"""Probes: what a worksheet asks code to compute, as functions from arrays to arrays, and the comparison of results.

A probe names a function (or a small adapter around a class), draws its inputs and compares what comes back with what
the model solution returns for the same inputs. Who calls the code is left to others: here are only arrays.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.answers.inputs import Input, draw, sizes_of
from checks.verdict import MINIMUM_COMPARED, Attempt, Comparison, Counterexample, Enclosure, Proof, Status, Verdict

Array = npt.NDArray[Any]
Samples = tuple[tuple[Array, ...], ...]
Outputs = Mapping[str, Array]
"""Results by name; "" for a function that returns one array, "0", "1", … for a tuple."""

SIZES = (4, 3, 5, 2, 6, 7, 1)
TOLERANCE = 1e-6
MOST_SAMPLES = 64
_CONDITION = re.compile(r"\s*(?P<name>[A-Za-z]\w*)\s*(?P<sign><=|>=|<|>)\s*(?P<bound>[-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*")


@dataclass(frozen=True)
class Condition:
    """What a result has to fulfil where it need not equal the model's: `accuracy > 0.9`."""

    name: str
    sign: str
    bound: float

    @classmethod
    def read(cls, text: str) -> "Condition":
        """Return the condition of a text.

        Raises
        ------
        ValueError
            It is not understood.
        """
        found = _CONDITION.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no condition; write a name, <, <=, > or >=, and a number: 'accuracy > 0.9'")
        return cls(found["name"], found["sign"], float(found["bound"]))

    def __str__(self) -> str:
        return f"{self.name} {self.sign} {self.bound:g}"

    def holds(self, value: Array) -> Array:
        """Return for each entry whether it fulfils the condition; nan never does."""
        with np.errstate(invalid="ignore"):
            compare = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[self.sign]
            return np.asarray(compare(value, self.bound))


@dataclass(frozen=True)
class Probe:
    """One thing that code is asked to compute.

    Attributes
    ----------
    name:
        The function that is called.
    inputs:
        Its arguments, in order.
    adapter:
        Python source that defines the function around a student's class; "" where the student wrote it.
    accept:
        Conditions on results that need not equal the model's.
    tolerance:
        Relative to the largest entry of each result.
    samples:
        How many inputs are drawn.
    state:
        Whether the cells of the answer have to be run, because the adapter uses variables and not only definitions.
    """

    name: str
    inputs: tuple[Input, ...] = ()
    adapter: str = ""
    accept: tuple[Condition, ...] = ()
    tolerance: float = TOLERANCE
    samples: int = 4
    state: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the probe as a dictionary for JSON; `from_json` reads it."""
        return {
            "name": self.name,
            "inputs": {one.name: str(one) for one in self.inputs},
            "order": [one.name for one in self.inputs],  # an object of JSON has none that could be relied on
            "adapter": self.adapter,
            "accept": [str(condition) for condition in self.accept],
            "tolerance": self.tolerance,
            "samples": self.samples,
            "state": self.state,
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "Probe":
        """Return the probe of a dictionary that `to_json` made."""
        return cls(
            name=found["name"],
            inputs=tuple(Input.read(name, found["inputs"][name]) for name in found.get("order", found["inputs"])),
            adapter=found["adapter"],
            accept=tuple(Condition.read(text) for text in found["accept"]),
            tolerance=float(found["tolerance"]),
            samples=int(found["samples"]),
            state=bool(found["state"]),
        )


def sample(probe: Probe, seed: int) -> Samples:
    """Return inputs for a probe: sizes are unequal in the first sample and one of them is 1 in the last.

    Parameters
    ----------
    probe:
        What is asked.
    seed:
        For the random numbers; a grader keeps its own.

    Returns
    -------
    tuple of tuples of arrays
        One tuple for each sample, in the order of the arguments.
    """
    rng = np.random.default_rng(seed)
    names = sizes_of(probe.inputs)
    drawn = []
    for number in range(probe.samples):
        shifted = SIZES[number % len(SIZES) :] + SIZES[: number % len(SIZES)]
        sizes = {
            name: shifted[place % len(shifted)] + len(SIZES) * (place // len(shifted))
            for place, name in enumerate(names)
        }
        if names and number == probe.samples - 1 and probe.samples > 1:
            sizes[names[0]] = 1
        drawn.append(tuple(draw(one, sizes, rng) for one in probe.inputs))
    return tuple(drawn)


def named(result: Any) -> dict[str, Any]:
    """Return what a function gave back by name: a mapping as it is, a tuple by position, anything else as ""."""
    if isinstance(result, Mapping):
        return {str(name): value for name, value in result.items()}
    if isinstance(result, (tuple, list)) and not _is_numeric(result):
        return {str(place): value for place, value in enumerate(result)}
    return {"": result}


def judge_outputs(probe: Probe, given: Sequence[Outputs], wanted: Sequence[Outputs], samples: Samples) -> Verdict:
    """Compare what code returned with what the model returned for the same inputs.

    Parameters
    ----------
    probe:
        What was asked.
    given, wanted:
        The results for each sample, of the code on trial and of the model.
    samples:
        The inputs.

    Returns
    -------
    Verdict
        `agrees`, with the number of entries, or `proved` where only conditions were asked for; `refuted` with the entry
        that differs most; `undecided` where a result is missing, of another shape or no number, or where fewer than
        eight entries could be compared.
    """
    compared, largest, worst = 0, 0.0, ""
    held: list[str] = []
    for inputs, ours, theirs in zip(samples, wanted, given, strict=True):
        point = _point(probe, inputs)
        for name, right in ours.items():
            conditions = [condition for condition in probe.accept if condition.name == name]
            if probe.accept and not conditions:
                continue
            found = _comparable(probe, name, theirs, np.asarray(right), free=bool(conditions))
            if isinstance(found, str):
                return _unusable(found)
            if conditions:
                failed = _first_failure(probe, name, found, conditions)
                if failed is not None:
                    return failed
                held += [f"{name} = {np.atleast_1d(found)[0]:.6g}"] if found.size == 1 else [name]
                continue
            error, floor = _error(found, np.asarray(right, dtype=float))
            if error.size and not float(np.max(error)) <= probe.tolerance:
                return _different(probe, name, found, np.asarray(right, dtype=float), error, floor, point)
            compared += error.size
            if error.size and float(np.max(error)) >= largest:
                largest, worst = float(np.max(error)), f"{probe.name}{f', {name}' if name else ''}"
    if probe.accept and held:
        wanted_too = ", ".join(map(str, probe.accept))
        return Verdict(
            status=Status.PROVED,
            reason=f"What is wanted holds ({wanted_too}): {', '.join(dict.fromkeys(held))}.",
            evidence=Proof(procedure="comparison of floating-point numbers with a bound"),
        )
    if compared < MINIMUM_COMPARED:
        return _unusable(
            f"Only {compared} numbers of {probe.name} could be compared; at least {MINIMUM_COMPARED} are needed."
        )
    return Verdict(
        status=Status.AGREES,
        reason=f"{probe.name} agrees with the model in {compared} numbers.",
        evidence=Comparison(compared=compared, max_error=largest, tolerance=probe.tolerance, worst_at=worst),
    )


def _comparable(probe: Probe, name: str, given: Outputs, right: Array, *, free: bool) -> Array | str:
    what = f"{probe.name} does not return {name!r}" if name else f"{probe.name} returns nothing"
    value = given.get(name)
    if value is None:
        return f"{what}."
    try:
        found = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return f"{probe.name} returns no numbers{f' for {name!r}' if name else ''}."
    if not free and found.shape != right.shape and not (found.size == right.size == 1):
        return f"{probe.name} returns shape {found.shape}{f' for {name!r}' if name else ''}; {right.shape} is wanted."
    return found if free else found.reshape(right.shape)


def _first_failure(probe: Probe, name: str, found: Array, conditions: Sequence[Condition]) -> Verdict | None:
    for condition in conditions:
        held = condition.holds(found)
        if np.all(held):
            continue
        value = float(np.atleast_1d(found)[np.atleast_1d(~held)][0])
        if not np.isfinite(value):
            return _unusable(f"{name} of {probe.name} is {value}; {condition} is wanted.")
        bound = Enclosure(low=condition.bound, high=condition.bound, text=str(condition), kind="rigorous")
        return Verdict(
            status=Status.REFUTED,
            reason=f"{name} is {value:.6g}; {condition} is wanted.",
            evidence=Counterexample(
                point={"result": name},
                left=Enclosure(low=value, high=value, text=repr(value)),
                right=bound,
                disjoint=True,
            ),
        )
    return None


def _error(found: Array, right: Array) -> tuple[Array, float]:
    scale = float(np.max(np.abs(right), initial=0.0, where=np.isfinite(right)))
    floor = max(1e-3 * scale, float(np.finfo(float).tiny))
    with np.errstate(invalid="ignore"):
        gap = np.where(found == right, 0.0, np.abs(found - right))
    gap = np.where(np.isnan(found) & np.isnan(right), 0.0, gap)
    return np.asarray(np.where(np.isnan(gap), np.inf, gap) / np.maximum(np.abs(right), floor)), floor


def _different(
    probe: Probe, name: str, found: Array, right: Array, error: Array, floor: float, point: Mapping[str, str]
) -> Verdict:
    place = np.unravel_index(int(np.argmax(error)), error.shape)
    value, wanted = float(found[place]), float(right[place])
    index = [int(part) for part in place]
    where = f"{probe.name}{f', {name}' if name else ''}{f', entry {index}' if index else ''}"
    if not (np.isfinite(value) and np.isfinite(wanted)):
        return _unusable(f"{where} is {value}; the model gives {wanted:.9g}.")
    slack = probe.tolerance * max(abs(wanted), floor)
    return Verdict(
        status=Status.REFUTED,
        reason=f"{where} is {value:.9g}; the model gives {wanted:.9g}.",
        evidence=Counterexample(
            point={"entry": str(index), **point},
            left=Enclosure(low=value, high=value, text=repr(value)),
            right=Enclosure(low=wanted - slack, high=wanted + slack, text=f"{wanted!r} ± {slack:.2g}"),
        ),
    )


def _unusable(reason: str) -> Verdict:
    return Verdict(status=Status.UNDECIDED, reason=reason, evidence=Attempt(tried=("comparison with the model",)))


def _point(probe: Probe, inputs: Sequence[Array]) -> dict[str, str]:
    return {
        one.name: f"{float(value):.9g}" if value.ndim == 0 else f"array of shape {value.shape}"
        for one, value in zip(probe.inputs, inputs, strict=True)
    }


def _is_numeric(values: Any) -> bool:
    try:
        return bool(np.asarray(values, dtype=float).dtype == np.float64) and not any(
            isinstance(v, np.ndarray) for v in values
        )
    except (TypeError, ValueError):
        return False


Call = Callable[[str, Sequence[Array]], Any]
"""Calls a function by name."""
