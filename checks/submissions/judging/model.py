"""What is right: the results of the model solution for hidden inputs, once for all students."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.answers import Probe, Samples
from checks.answers.probes import MOST_SAMPLES, named
from checks.submissions.judging import inputs as drawing
from checks.submissions.judging import witness
from checks.submissions.judging.calling import Trouble, as_numbers, play, results
from checks.submissions.judging.comparing import agrees
from checks.submissions.judging.forward import Relation, is_gradient, relations
from checks.submissions.judging.question import CodeQuestion
from checks.submissions.judging.variants import variants
from checks.submissions.player.cells import Cell
from checks.submissions.player.container import Limits
from checks.submissions.sandbox import Player, PlayerGoneError, Sandbox
from checks.verdict import MINIMUM_COMPARED

Array = npt.NDArray[Any]
Results = tuple[Mapping[str, Array], ...]
"""For each sample, the results by name: "" for a single one, "0", "1", … for a tuple."""

LIMITS = Limits(wall_seconds=600, cpu_seconds=600, memory_bytes=4 * 2**30)
CELL_SECONDS = 120.0
CALL_SECONDS = 60.0
ROUNDINGS = 4
VARIANT_SECONDS = 5.0
WITNESSED = 1e-9


@dataclass(frozen=True)
class Expected:
    """What is right for one probe.

    Attributes
    ----------
    probe:
        Which one.
    samples, results:
        The hidden inputs, and what the model returns for them; no results where only conditions are asked for.
    noise:
        For each sample, by how much each entry changes when the inputs are rounded to single precision.
    extreme, at_extreme:
        Inputs with large entries for which the model is finite, and its results.
    tied, at_ties:
        Inputs with ties and zeros, and its results.
    planted:
        For the mistake of each planted wrong answer, its results where they differ from the model's.
    variants:
        For each mistake that amounts to other inputs, the model's results for these.
    outputs:
        Where a derivative is asked for: the samples with the function's value in place of its variable.
    relations:
        Which results are gradients of which.
    derived:
        Whether the derivation is a second witness to the results.
    fault:
        Why nothing can be judged; "" if something can.
    """

    probe: Probe
    samples: Samples = ()
    results: Results = ()
    noise: Results = ()
    extreme: Samples = ()
    at_extreme: Results = ()
    tied: Samples = ()
    at_ties: Results = ()
    planted: Mapping[str, Results] = field(default_factory=dict)
    variants: Mapping[str, Results] = field(default_factory=dict)
    outputs: Samples = ()
    relations: tuple[Relation, ...] = ()
    derived: bool = False
    fault: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the results."""
        return tuple(self.results[0]) if self.results else ()


class Model:
    """The model solutions of questions, run in players of their own.

    Parameters
    ----------
    sandbox : Sandbox
        In which they run.
    seed : int
        Of the hidden inputs; the grader's secret until the judgement is published.
    """

    def __init__(self, sandbox: Sandbox, seed: int) -> None:
        self.seed = seed
        self._sandbox = sandbox
        self._known: dict[str, tuple[Expected, ...]] = {}
        self._lock = threading.Lock()

    def expected(self, question: CodeQuestion) -> tuple[Expected, ...]:
        """Return what is right for each probe of a question; the model runs at the first call only."""
        with self._lock:
            if question.id not in self._known:
                self._known[question.id] = self._found(question)
            return self._known[question.id]

    def _found(self, question: CodeQuestion) -> tuple[Expected, ...]:
        if all(_only_conditions(probe) for probe in question.probes):
            return tuple(
                Expected(probe, drawing.ordinary(probe, self.seed, probe.samples)) for probe in question.probes
            )
        try:
            with self._sandbox.player(LIMITS) as player:
                _load(player, question, question.model)
                found = [self._of_probe(player, question, number) for number in range(len(question.probes))]
        except PlayerGoneError as error:
            return tuple(
                Expected(probe, fault=f"the model solution could not be run: {error}") for probe in question.probes
            )
        return self._with_planted(question, found)

    def _of_probe(self, player: Player, question: CodeQuestion, number: int) -> Expected:
        probe = question.probes[number]
        seed = int(np.random.SeedSequence([self.seed, number]).generate_state(1)[0])
        count = max(drawing.FEWEST, probe.samples) if probe.inputs else 1
        if _only_conditions(probe):
            return Expected(probe, drawing.ordinary(probe, seed, probe.samples))
        while True:
            samples = drawing.ordinary(probe, seed, count)
            right = _called(player, question, probe, samples)
            if isinstance(right, Trouble):
                return Expected(probe, samples, fault=right.sentence)
            fewest = min((sum(one[name].size for one in right) for name in right[0]), default=0)
            if fewest >= MINIMUM_COMPARED or not probe.inputs or count >= MOST_SAMPLES or not fewest:
                break
            count = min(MOST_SAMPLES, count * -(-MINIMUM_COMPARED // fewest))
        fault = _unsound(right) or self._unsteady(player, question, probe, samples, right)
        derived = None if fault else _as_derived(question, probe, samples, right)
        fault = fault or ("the model solution and the derivation differ" if derived is False else "")
        if fault:
            return Expected(probe, samples, right, fault=fault)
        rng = np.random.default_rng([seed, 2])
        return Expected(
            probe,
            samples,
            right,
            _noise(player, question, probe, samples, right, rng),
            *_special(player, question, probe, drawing.extreme(probe, samples)),
            *_special(player, question, probe, drawing.tied(probe, samples)),
            variants=_variants(player, question, probe, samples),
            outputs=_outputs(player, question, probe, samples),
            relations=_relations(player, question, probe, samples, right),
            derived=derived is True,
        )

    @staticmethod
    def _unsteady(player: Player, question: CodeQuestion, probe: Probe, samples: Samples, right: Results) -> str:
        again = _called(player, question, probe, samples)
        if isinstance(again, Trouble) or any(
            not np.array_equal(one[name], other[name], equal_nan=True)
            for one, other in zip(right, again, strict=True)
            for name in one
        ):
            return "the model solution gives other results when it is called again"
        return ""

    def _with_planted(self, question: CodeQuestion, found: Sequence[Expected]) -> tuple[Expected, ...]:
        planted: list[dict[str, Results]] = [{} for _ in found]
        for source, mistake in question.wrong:
            try:
                with self._sandbox.player(LIMITS) as player:
                    _load(player, question, source)
                    for known, expected in zip(planted, found, strict=True):
                        if not expected.results or expected.fault:
                            continue
                        wrong = _called(player, question, expected.probe, expected.samples)
                        if not isinstance(wrong, Trouble) and not _same_results(wrong, expected.results):
                            known[mistake] = wrong
            except PlayerGoneError:
                continue
        return tuple(
            Expected(**{**vars(expected), "planted": known}) for expected, known in zip(found, planted, strict=True)
        )


def _only_conditions(probe: Probe) -> bool:
    return bool(probe.accept)


def _load(player: Player, question: CodeQuestion, source: str) -> None:
    cells = [*question.before, Cell("the model", source)]
    if question.needs_run:
        player.load(cells, everything=True, cell_seconds=CELL_SECONDS)
        player.load(question.adapters(), more=True)
    else:
        player.load([*cells, *question.adapters()])


def _called(player: Player, question: CodeQuestion, probe: Probe, samples: Samples) -> Results | Trouble:
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


def _unsound(right: Results) -> str:
    if len({tuple(one) for one in right}) != 1:
        return "the model solution does not always return the same results"
    if not right[0]:
        return "the model solution returns nothing"
    if not all(np.all(np.isfinite(value)) for one in right for value in one.values()):
        return "the model solution returns values that are not finite"
    return ""


def _noise(
    player: Player, question: CodeQuestion, probe: Probe, samples: Samples, right: Results, rng: np.random.Generator
) -> Results:
    """Return for each entry the largest change of the model's result under roundings of the inputs to float32."""
    largest = [{name: np.zeros(value.shape) for name, value in one.items()} for one in right]
    for _ in range(ROUNDINGS if probe.inputs else 0):
        moved = _called(player, question, probe, tuple(drawing.rounded(probe, inputs, rng) for inputs in samples))
        if isinstance(moved, Trouble):
            break
        for known, one, other in zip(largest, right, moved, strict=True):
            for name, value in one.items():
                if other[name].shape == value.shape:
                    known[name] = np.maximum(known[name], np.abs(other[name] - value))
    return tuple(largest)


def _special(player: Player, question: CodeQuestion, probe: Probe, samples: Samples) -> tuple[Samples, Results]:
    """Return those of the special inputs for which the model returns finite numbers, and its results."""
    kept: list[tuple[Array, ...]] = []
    found: list[Mapping[str, Array]] = []
    for inputs in samples:
        right = _called(player, question, probe, (inputs,))
        if not isinstance(right, Trouble) and not _unsound(right):
            kept.append(inputs)
            found += right
    return tuple(kept), tuple(found)


def _variants(player: Player, question: CodeQuestion, probe: Probe, samples: Samples) -> dict[str, Results]:
    """Return for each mistake that amounts to other inputs what the model returns for these."""
    found: dict[str, Results] = {}
    begun = time.monotonic()
    for mistake, changed in variants(probe, samples):
        if time.monotonic() - begun > VARIANT_SECONDS:
            break  # a model that trains for seconds is not run dozens of times
        wrong = _called(player, question, probe, changed)
        if not isinstance(wrong, Trouble):
            found[mistake] = wrong
    return found


def _as_derived(question: CodeQuestion, probe: Probe, samples: Samples, right: Results) -> bool | None:
    """Tell whether the derivation gives the same as the model; None where it says nothing."""
    function = witness.derived(question, probe.name)
    came = witness.results(function, samples) if function is not None else None
    if came is None or tuple(right[0]) != ("",):
        return None
    return agrees(came, [one[""] for one in right], max(probe.tolerance, WITNESSED))


def _relations(
    player: Player, question: CodeQuestion, probe: Probe, samples: Samples, right: Results
) -> tuple[Relation, ...]:
    """Return which results are gradients: of other results, or of the function that the question asks for besides."""

    def call(changed: Samples) -> Results | None:
        came = _called(player, question, probe, changed)
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


def _outputs(player: Player, question: CodeQuestion, probe: Probe, samples: Samples) -> Samples:
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


def _same_results(one: Results, other: Results) -> bool:
    return all(
        a.keys() == b.keys()
        and all(a[name].shape == b[name].shape and np.allclose(a[name], b[name], rtol=1e-9, atol=0) for name in a)
        for a, b in zip(one, other, strict=True)
    )
