"""Hidden tests for nbgrader and otter: plain asserts on inputs with the results that the model gave for them."""

from typing import Any

import numpy as np

from checks.answers import sample
from worksheets.building.running import RunError, play
from worksheets.kinds import Question
from worksheets.kinds.code import CodeQuestion
from worksheets.sheet import Source

SEED = 71
DIGITS = 12
LARGEST = 4000
"""Results with more numbers than this are not written into a notebook."""


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


def add_hidden_tests(source: Source) -> None:
    """Give every code question its hidden tests, from what its model returns."""
    for question in source.questions:
        if isinstance(question, CodeQuestion) and not question.hidden:
            question.hidden = _hidden(source, question)


def _hidden(source: Source, question: CodeQuestion) -> str:
    probes = [(probe, sample(probe, SEED)) for probe in question.all_probes()]
    try:
        (played,) = play(setup_before(source, question), [question.model_source], probes)
    except RunError:
        return ""
    lines = ["import numpy as _np"]
    for (probe, samples), found in zip(probes, played, strict=True):
        if found.error:
            continue
        if probe.adapter:
            lines.append(probe.adapter.strip("\n"))
        for inputs, outputs in zip(samples, found.outputs, strict=True):
            arguments = ", ".join(_literal(value) for value in inputs)
            lines.append(f"_result = {probe.name}({arguments})")
            for name, value in outputs.items():
                lines += _asserts(probe, name, value)
    return "\n".join(lines)


def _asserts(probe: Any, name: str, value: Any) -> list[str]:
    taken = "_result" if not name else f"_result[{int(name)}]" if name.isdigit() else f"_result[{name!r}]"
    if probe.accept:
        return [
            f"assert _np.all(_np.asarray({taken}) {one.sign} {one.bound!r})" for one in probe.accept if one.name == name
        ]
    if value is None or value.size > LARGEST:
        return []
    scale = float(np.max(np.abs(value), initial=0.0))
    near = f"rtol={probe.tolerance!r}, atol={probe.tolerance * 1e-3 * scale!r}"
    return [
        f"assert _np.shape({taken}) == {value.shape!r}",
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
