"""Probes as `checks.answers` has them: of the functions asked for, and those that were declared."""

from collections.abc import Sequence
from typing import Any

from worksheets.derived import Function
from worksheets.kinds.code.declared import Asked, ProbeSource


def probe_of_function(of: Function, asked: Asked, arguments: Sequence[str]) -> Any:
    """Return the probe of a function that is asked for; `arguments` are the names that `of` has for its arguments."""
    from checks.answers import Input, Probe

    described = of.inputs(arguments)
    pairs = zip(asked.arguments, arguments, strict=True)
    return Probe(asked.name, tuple(Input.read(mine, described[theirs]) for mine, theirs in pairs))


def as_probe(probe: ProbeSource) -> Any:
    """Return a probe that was declared, as the grader calls it.

    Raises
    ------
    InputError, ValueError
        Its inputs or its conditions cannot be read.
    """
    from checks.answers import Condition, Input, Probe

    return Probe(
        name=probe.name,
        inputs=tuple(Input.read(name, text) for name, text in probe.inputs.items()),
        adapter=probe.adapter,
        accept=tuple(Condition.read(text) for text in probe.accept),
        tolerance=probe.tolerance,
        samples=probe.samples,
        state=probe.state,
    )
