"""Hidden tests for nbgrader and otter: plain asserts on inputs with the results that the model gave for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from checks.answers import Probe, Samples, sample
from worksheets.building.running import Played, Playing, RunError, Stage
from worksheets.kinds import Question
from worksheets.kinds.code import CodeQuestion
from worksheets.sheet import Source

SEED = 71
DIGITS = 12
LONGEST = 4000
"""Of a result with more numbers than this, weighted sums are written into a notebook; a wrong number changes each."""
LARGEST = 10**6
SUMS = 8
WEIGHTS = "_np.cos(_np.outer(_np.arange(1, {count} + 1), _np.arange(1, {size} + 1)))"
SHAPE = "assert _np.shape("
PRELUDE = '''\
import contextlib as _contextlib
import io as _io
import warnings as _warnings
import numpy as _np

def _quietly(function, *arguments):
    """Return what a function returns; nbgrader and otter would take what it prints or warns of for a mistake."""
    with _contextlib.redirect_stdout(_io.StringIO()), _contextlib.redirect_stderr(_io.StringIO()):
        with _warnings.catch_warnings():
            _warnings.simplefilter("ignore")
            return function(*arguments)
'''


@dataclass(frozen=True)
class Tests:
    """The tests of a code question, as code that raises where an answer is wrong.

    Attributes
    ----------
    hidden:
        The results for every input are those of the model; "" where nothing can be compared.
    shapes:
        The first result of each probe has the right shape; it tells no value. "" where a probe has no inputs.
    """

    hidden: str
    shapes: str


def setup_before(source: Source, question: Question) -> str:
    """Return the code that stands before a question: what is given, and the model solutions of earlier code."""
    parts = []
    for item in source.items:
        if item is question:
            break
        if isinstance(item, CodeQuestion):
            parts.append(item.model_source)
        elif not isinstance(item, Question) and item.code and item.role == "given":
            parts.append(item.source)
    return "\n\n".join(parts)


def add_hidden_tests(source: Source) -> dict[str, Tests]:
    """Give every code question its hidden tests, from what its model returns, and return all tests by question."""
    questions = [question for question in source.questions if isinstance(question, CodeQuestion)]
    stages, before = [], ""
    for question in questions:
        setup = setup_before(source, question)
        probes = [(probe, sample(probe, SEED)) for probe in question.all_probes()]
        stages.append(Stage(setup[len(before) :], [question.model_source], probes))
        before = setup
    with Playing(stages) as playing:
        results = playing.results()
    found = {}
    for question, stage, played in zip(questions, stages, results, strict=True):
        found[question.id] = Tests("", "") if isinstance(played, RunError) else _tests(stage.probes, played[0])
        question.hidden = found[question.id].hidden
    return found


def _tests(probes: Sequence[tuple[Probe, Samples]], played: Sequence[Played]) -> Tests:
    hidden, shapes = [], []
    for (probe, samples), found in zip(probes, played, strict=True):
        if found.error:
            continue
        adapter = [probe.adapter.strip("\n")] if probe.adapter else []
        calls = [
            f"_result = _quietly({', '.join([probe.name, *map(_literal, inputs)])})"
            for inputs in samples[: len(found.outputs)]
        ]
        asserts = [
            [line for name, value in outputs.items() for line in _asserts(probe, name, value)]
            for outputs in found.outputs
        ]
        hidden += adapter + [line for call, lines in zip(calls, asserts, strict=True) for line in (call, *lines)]
        if probe.inputs and not probe.accept:
            shapes += [*adapter, calls[0], *(line for line in asserts[0] if line.startswith(SHAPE))]
    compares = any(line.startswith("assert ") and not line.startswith(SHAPE) for line in hidden)
    # A test that compares nothing is none: everybody would pass it.
    return Tests("\n".join([PRELUDE, *hidden]) if compares else "", "\n".join([PRELUDE, *shapes]) if shapes else "")


def _asserts(probe: Probe, name: str, value: Any) -> list[str]:
    taken = "_result" if not name else f"_result[{int(name)}]" if name.isdigit() else f"_result[{name!r}]"
    if probe.accept:
        return [
            f"assert _np.all(_np.asarray({taken}) {one.sign} {one.bound!r})" for one in probe.accept if one.name == name
        ]
    if value is None or value.size > LARGEST:
        return []
    scale = float(np.max(np.abs(value), initial=0.0))
    if value.size > LONGEST:
        sums = WEIGHTS.format(count=SUMS, size=value.size)
        wanted = _literal(np.cos(np.outer(np.arange(1, SUMS + 1), np.arange(1, value.size + 1))) @ value.ravel())
        near = f"rtol={probe.tolerance!r}, atol={probe.tolerance * scale!r}"
        return [
            f"{SHAPE}{taken}) == {value.shape!r}",
            f"assert _np.allclose({sums} @ _np.ravel({taken}), {wanted}, {near})",
        ]
    near = f"rtol={probe.tolerance!r}, atol={probe.tolerance * 1e-3 * scale!r}"
    near += ", equal_nan=True" if np.any(np.isnan(value)) else ""
    return [
        f"{SHAPE}{taken}) == {value.shape!r}",
        f"assert _np.allclose({taken}, {_literal(value)}, {near})",
    ]


def _literal(value: Any) -> str:
    array = np.asarray(value)
    if array.ndim == 0:
        return repr(array.item())
    rounded = (
        array
        if array.dtype.kind in "iub"
        else np.array([float(f"{one:.{DIGITS}g}") for one in array.ravel()]).reshape(array.shape)
    )
    text = np.array2string(rounded, separator=", ", threshold=10**7, floatmode="unique", max_line_width=10**6)
    text = " ".join(text.split()).replace("nan", "_np.nan").replace("inf", "_np.inf")
    return f"_np.array({text}, dtype={str(array.dtype)!r})" if array.size else f"_np.zeros({array.shape!r})"
