"""What is right: the results of the model solution for hidden inputs, once for all students."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.answers import Probe, Samples
from checks.answers.probes import MOST_SAMPLES
from checks.submissions.judging import inputs as drawing
from checks.submissions.judging import solution
from checks.submissions.judging.calling import Trouble
from checks.submissions.judging.forward import Relation
from checks.submissions.judging.question import CodeQuestion
from checks.submissions.judging.solution import Results
from checks.submissions.player.container import Limits
from checks.submissions.sandbox import Player, PlayerGoneError, Sandbox
from checks.verdict import MINIMUM_COMPARED

Array = npt.NDArray[Any]

LIMITS = Limits(wall_seconds=600, cpu_seconds=600, memory_bytes=4 * 2**30)


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
                with np.errstate(all="ignore"):
                    self._known[question.id] = self.compute(question)
            return self._known[question.id]

    def compute(self, question: CodeQuestion) -> tuple[Expected, ...]:
        """Run the model of a question, and the planted wrong answers, and return what is right for each probe."""
        if all(_only_conditions(probe) for probe in question.probes):
            return tuple(
                Expected(probe, drawing.ordinary(probe, self.seed, probe.samples)) for probe in question.probes
            )
        try:
            with self._sandbox.player(LIMITS) as player:
                solution.load(player, question, question.model)
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
            right = solution.called(player, question, probe, samples)
            if isinstance(right, Trouble):
                return Expected(probe, samples, fault=right.sentence)
            fewest = min((sum(one[name].size for one in right) for name in right[0]), default=0)
            if fewest >= MINIMUM_COMPARED or not probe.inputs or count >= MOST_SAMPLES or not fewest:
                break
            count = min(MOST_SAMPLES, count * -(-MINIMUM_COMPARED // fewest))
        fault = solution.unsound(right) or self._unsteady(player, question, probe, samples, right)
        derived = None if fault else solution.as_derived(question, probe, samples, right)
        fault = fault or ("the model solution and the derivation differ" if derived is False else "")
        if fault:
            return Expected(probe, samples, right, fault=fault)
        rng = np.random.default_rng([seed, 2])
        return Expected(
            probe,
            samples,
            right,
            solution.noise(player, question, probe, samples, right, rng),
            *solution.special(player, question, probe, drawing.extreme(probe, samples)),
            *solution.special(player, question, probe, drawing.tied(probe, samples)),
            variants=solution.variants_of(player, question, probe, samples, right),
            outputs=solution.outputs_of(player, question, probe, samples),
            relations=solution.relations_of(player, question, probe, samples, right),
            derived=derived is True,
        )

    @staticmethod
    def _unsteady(player: Player, question: CodeQuestion, probe: Probe, samples: Samples, right: Results) -> str:
        again = solution.called(player, question, probe, samples)
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
                    solution.load(player, question, source)
                    for known, expected in zip(planted, found, strict=True):
                        if not expected.results or expected.fault:
                            continue
                        wrong = solution.called(player, question, expected.probe, expected.samples)
                        if not isinstance(wrong, Trouble) and not solution.same_results(wrong, expected.results):
                            known[mistake] = wrong
            except PlayerGoneError:
                continue
        return tuple(replace(expected, planted=known) for expected, known in zip(found, planted, strict=True))


def _only_conditions(probe: Probe) -> bool:
    return bool(probe.accept)
