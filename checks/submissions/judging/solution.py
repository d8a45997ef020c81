"""The model solution at work in a player: its results for inputs of all kinds, and what follows from them."""

import time
from collections.abc import Mapping
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.answers import Probe, Samples
from checks.answers.probes import named
from checks.submissions.judging import inputs as drawing
from checks.submissions.judging import witness
from checks.submissions.judging.calling import Trouble, as_numbers, play, results
from checks.submissions.judging.comparing import agrees
from checks.submissions.judging.forward import Relation, is_gradient, relations
from checks.submissions.judging.question import CodeQuestion
from checks.submissions.judging.variants import at_the_output, variants
from checks.submissions.player.cells import Cell
from checks.submissions.sandbox import Player

Array = npt.NDArray[Any]
Results = tuple[Mapping[str, Array], ...]
"""For each sample, the results by name: "" for a single one, "0", "1", … for a tuple."""

CELL_SECONDS = 120.0
CALL_SECONDS = 60.0
ROUNDINGS = 4
VARIANT_SECONDS = 5.0
WITNESSED = 1e-9


def load(player: Player, question: CodeQuestion, source: str) -> None:
    """Load a solution (or a wrong one) behind what stands before the question, and the adapters behind it."""
    cells = [*question.before, Cell("the model", source)]
    if question.needs_run:
        player.load(cells, everything=True, cell_seconds=CELL_SECONDS)
        player.load(question.adapters(), more=True)
    else:
        player.load([*cells, *question.adapters()])


def called(player: Player, question: CodeQuestion, probe: Probe, samples: Samples) -> Results | Trouble:
    """Return the results of the code in a player as arrays of floats."""
    played = play(player, question.called(probe), samples, shown=f"{probe.name} of the model", seconds=CALL_SECONDS)
    if played.trouble is not None:
        return played.trouble
    found = []
    for value in played.values:
        names = tuple(named(value))
        parts = results(value, names)
        if isinstance(parts, Trouble):
            return parts
        numbers = {name: as_numbers(part) for name, part in parts.items()}
        strange = next((one for one in numbers.values() if isinstance(one, Trouble)), None)
        if strange is not None:
            return strange
        found.append({name: np.asarray(one, dtype=float) for name, one in numbers.items()})
    return tuple(found)


def unsound(right: Results) -> str:
    """Return why results are no standard to judge by; "" if they are."""
    if len({tuple(one) for one in right}) != 1:
        return "the model solution does not always return the same results"
    if not right[0]:
        return "the model solution returns nothing"
    if not all(np.all(np.isfinite(value)) for one in right for value in one.values()):
        return "the model solution returns values that are not finite"
    return ""


def noise(
    player: Player, question: CodeQuestion, probe: Probe, samples: Samples, right: Results, rng: np.random.Generator
) -> Results:
    """Return for each entry the largest change of the model's result under roundings of the inputs to float32."""
    largest = [{name: np.zeros(value.shape) for name, value in one.items()} for one in right]
    for _ in range(ROUNDINGS if probe.inputs else 0):
        moved = called(player, question, probe, tuple(drawing.rounded(probe, inputs, rng) for inputs in samples))
        if isinstance(moved, Trouble):
            break
        for known, one, other in zip(largest, right, moved, strict=True):
            for name, value in one.items():
                if other[name].shape == value.shape:
                    known[name] = np.maximum(known[name], np.abs(other[name] - value))
    return tuple(largest)


def special(player: Player, question: CodeQuestion, probe: Probe, samples: Samples) -> tuple[Samples, Results]:
    """Return those of the special inputs for which the model returns finite numbers, and its results."""
    kept: list[tuple[Array, ...]] = []
    found: list[Mapping[str, Array]] = []
    for inputs in samples:
        right = called(player, question, probe, (inputs,))
        if not isinstance(right, Trouble) and not unsound(right):
            kept.append(inputs)
            found += right
    return tuple(kept), tuple(found)


def variants_of(
    player: Player, question: CodeQuestion, probe: Probe, samples: Samples, right: Results
) -> dict[str, Results]:
    """Return for each mistake that amounts to other inputs what the model returns for these."""
    found: dict[str, Results] = {}
    begun = time.monotonic()
    for mistake, changed in chain(variants(probe, samples), at_the_output(probe, samples, right)):
        if time.monotonic() - begun > VARIANT_SECONDS:
            break  # a model that trains for seconds is not run dozens of times
        wrong = called(player, question, probe, changed)
        if not isinstance(wrong, Trouble):
            found[mistake] = wrong
    return found


def as_derived(question: CodeQuestion, probe: Probe, samples: Samples, right: Results) -> bool | None:
    """Tell whether the derivation gives the same as the model; None where it says nothing."""
    function = witness.derived(question, probe.name)
    came = witness.results(function, samples) if function is not None else None
    if came is None or tuple(right[0]) != ("",):
        return None
    return agrees(came, [one[""] for one in right], max(probe.tolerance, WITNESSED))


def relations_of(
    player: Player, question: CodeQuestion, probe: Probe, samples: Samples, right: Results
) -> tuple[Relation, ...]:
    """Return which results are gradients: of other results, or of the function that the question asks for besides."""

    def call(changed: Samples) -> Results | None:
        came = called(player, question, probe, changed)
        return None if isinstance(came, Trouble) else came

    asked = next((one for one in question.asked if one.name == probe.name and one.by), None)
    value = question.value_of(asked) if asked is not None else None
    if asked is None or value is None:
        return relations(probe, samples, right, call)

    def value_of(changed: Samples) -> Results | None:
        played = play(player, value.name, changed, shown=value.name, seconds=CALL_SECONDS)
        if played.trouble is not None:
            return None
        return tuple({value.name: np.asarray(came, dtype=float)} for came in played.values)

    relation = Relation(value.name, "", question.place_of(asked))
    right_ones = [one.get("", np.zeros(0)) for one in right]
    return (relation,) if is_gradient(relation, samples, right_ones, value_of) else ()


def outputs_of(player: Player, question: CodeQuestion, probe: Probe, samples: Samples) -> Samples:
    """Return the samples of a derivative with the function's value in place of its variable; () if there is none."""
    asked = next((one for one in question.asked if one.name == probe.name and one.by), None)
    value = question.value_of(asked) if asked is not None else None
    if asked is None or value is None:
        return ()
    place = question.place_of(asked)
    played = play(player, value.name, samples, shown=value.name, seconds=CALL_SECONDS)
    if played.trouble is not None:
        return ()
    found = []
    for inputs, came in zip(samples, played.values, strict=True):
        if np.shape(came) != inputs[place].shape:
            return ()
        found.append((*inputs[:place], np.asarray(came, dtype=float), *inputs[place + 1 :]))
    return tuple(found)


def same_results(one: Results, other: Results) -> bool:
    """Tell whether results are the same in shape and value."""
    return all(
        a.keys() == b.keys()
        and all(a[name].shape == b[name].shape and np.allclose(a[name], b[name], rtol=1e-9, atol=0) for name in a)
        for a, b in zip(one, other, strict=True)
    )
