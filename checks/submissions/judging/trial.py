"""A student's code on trial: where it is, under which names, and whether it can still be called."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.answers import Probe
from checks.submissions.judging.apart import taken_apart
from checks.submissions.judging.calling import CALL_SECONDS, Played, Trouble, gone, play
from checks.submissions.judging.kinds import Kind
from checks.submissions.judging.question import PREFIX, CodeQuestion
from checks.submissions.player.cells import Cell
from checks.submissions.player.frames import Reference
from checks.submissions.sandbox import Loaded, Player, PlayerGoneError

Array = npt.NDArray[Any]

COUNTER = "gradproof_count"
PATIENCE = 20.0
LONGEST_LINE = 40
"""A line that calls the code again holds at most so many numbers."""

_COUNTER = f"""
def {COUNTER}(function, arguments):
    import sys

    count = 0

    def trace(frame, event, argument):
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function(*arguments)
    finally:
        sys.settrace(before)
    return count
"""

_NUMPY = """
try:
    np
except NameError:
    import numpy as np
"""
"""Adapters use NumPy by this name, which a submission need not do."""


@dataclass
class Trial:
    """The code of a student, ready to be called for a question.

    Attributes
    ----------
    question, player, loaded, names, seconds:
        As for `judge_code`.
    gone:
        The trouble that ended the player, once it has ended.
    spent:
        The seconds that calls have taken so far.
    apart:
        The probes whose adapters are called in the form that goes on after an error.
    """

    question: CodeQuestion
    player: Player
    loaded: Loaded
    names: Mapping[str, str] = field(default_factory=dict)
    seconds: float = CALL_SECONDS
    gone: Trouble | None = None
    apart: set[str] = field(default_factory=set)
    spent: float = 0.0

    @property
    def has_time(self) -> bool:
        """Whether there is time for calls that no point hangs on."""
        return self.gone is None and self.spent < PATIENCE

    def prepare(self) -> None:
        """Load the adapters behind the submission."""
        there = {asked: found for asked, found in self.names.items() if found in self.loaded.names}
        cells = [Cell("numpy", _NUMPY), *self.question.adapters(there), Cell(COUNTER, _COUNTER)]
        try:
            self.player.load(cells, more=True, everything=True)
        except PlayerGoneError as error:
            self.gone = gone(error, "the submission")

    def take_apart(self, probe: Probe) -> bool:
        """Call the adapter of a probe in the form that goes on after an error; False if it has none."""
        source = taken_apart(probe.adapter, probe.name, self._called(probe, apart=True)) if probe.adapter else None
        if source is None or self.gone is not None:
            return False
        try:
            self.player.load([Cell(f"{PREFIX} {probe.name}", source)], more=True)
        except PlayerGoneError as error:
            self.gone = gone(error, "the submission")
            return False
        self.apart.add(probe.name)
        return True

    def _called(self, probe: Probe, *, apart: bool = False) -> str:
        if not probe.adapter:
            return self.own(probe.name)
        return self.question.called(probe) + "_apart" * (apart or probe.name in self.apart)

    def own(self, name: str) -> str:
        """Return the name that the submission has for one that is asked for."""
        return self.names.get(name, name)

    def shown(self, probe: Probe) -> str:
        """Return what a probe is about, in the student's own names."""
        return ", ".join(self.own(name) for name in self.question.wanted_by(probe)) or probe.name

    def missing(self, probe: Probe) -> Trouble | None:
        """Return the trouble that something a probe needs is not there; None if all is."""
        lacking = [name for name in self.question.wanted_by(probe) if self.own(name) not in self.loaded.names]
        if lacking:
            why = [f"{cell}, line {line}, cannot be read: {reason}" for cell, line, reason in self.loaded.unread]
            why += [f"{cell}, line {line}, raised {kind}: {text}" for cell, line, kind, text in self.loaded.failed]
            said = f"{' and '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} missing"
            if probe.state and self.loaded.left_out:
                return Trouble(Kind.NOT_RUN, f"{said} as long as the cells are not run.")
            return Trouble(Kind.MISSING, f"{said}{f' ({why[0]})' if why else ''}.")
        kind, detail = self.loaded.names.get(self.own(probe.name), ["", ""])
        if not probe.adapter and kind == "value":
            return Trouble(Kind.MISSING, f"{self.own(probe.name)} is no function but a value of type {detail}.")
        return None

    def parameters(self, probe: Probe) -> tuple[str, ...] | None:
        """Return the parameters without default of the student's function; None where they are not known."""
        kind, parameters = self.loaded.names.get(self.own(probe.name), ["", None])
        if probe.adapter or kind != "function" or parameters is None:
            return None
        return tuple(name for name in parameters if not name.startswith("*") and not name.endswith("="))

    def keywords(self, probe: Probe) -> tuple[str, ...]:
        """Return the names under which to give arguments that the student's function has in another order."""
        theirs, ours = self.parameters(probe) or (), tuple(one.name for one in probe.inputs)
        return ours if theirs != ours and sorted(theirs) == sorted(ours) else ()

    def play(self, probe: Probe, samples: Sequence[Sequence[Array]]) -> Played:
        """Call what a probe calls, once for each sample."""
        if self.gone is not None:
            return Played((), self.gone)
        begun = time.monotonic()
        played = play(
            self.player, self._called(probe), samples, shown=self.shown(probe), seconds=self.seconds,
            keywords=self.keywords(probe), loaded=self.loaded,
        )  # fmt: skip
        self.spent += time.monotonic() - begun
        if played.trouble is not None and played.trouble.gone:
            self.gone = played.trouble
        return played

    def count(self, probe: Probe, inputs: Sequence[Array]) -> int | None:
        """Return how many bytecodes a call runs; None where that cannot be known."""
        if self.gone is not None or self.keywords(probe):
            return None
        name = self._called(probe)
        arguments = [value[()] if value.ndim == 0 else value.copy() for value in inputs]
        try:
            answer = self.player.call(COUNTER, [Reference(name), arguments], seconds=self.seconds)
        except PlayerGoneError as error:
            self.gone = gone(error, self.shown(probe))
            return None
        return answer.value if answer.error is None and type(answer.value) is int else None

    def line(self, probe: Probe, inputs: Sequence[Array]) -> str:
        """Return a line of Python that makes the call again; "" where it would be too long."""
        if probe.adapter or not probe.inputs or sum(value.size for value in inputs) > LONGEST_LINE:
            return ""
        given = [
            repr(value.item()) if value.ndim == 0 else f"np.array({np.asarray(value).tolist()!r})" for value in inputs
        ]
        keywords = self.keywords(probe)
        given = [f"{name}={text}" for name, text in zip(keywords, given, strict=True)] if keywords else given
        return f"{self.own(probe.name)}({', '.join(given)})"
