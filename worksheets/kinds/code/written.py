"""The code that follows from a function: right answers, and typical wrong ones."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from worksheets.derived import EntryFunction, Function, TypedFunction, UnderivableError
from worksheets.kinds.code.declared import Asked


def function_source(of: Function, asked: Asked, arguments: Sequence[str], form: Any = None) -> str:
    """Return the code of a function that is asked for.

    Parameters
    ----------
    of:
        The function from which it follows.
    asked:
        What is asked for.
    arguments:
        The names that `of` has for its arguments.
    form:
        A wrong answer in the place of the right one.

    Raises
    ------
    UnderivableError, NotCompilable
        No code follows.
    """
    if isinstance(of, EntryFunction):
        source = (
            of.derivative_source(asked.name, arguments, asked.by, form)
            if asked.by
            else of.value_source(asked.name, arguments)
        )
    else:
        assert isinstance(of, TypedFunction)
        derived = form if form is not None else of.derivative(asked.by).expression if asked.by else of.value
        source = of.source(asked.name, arguments, derived)
    for mine, theirs in zip(asked.arguments, arguments, strict=True):
        source = re.sub(rf"\b{theirs}\b", mine, source) if mine != theirs else source
    return source


def wrong_sources(of: Function, asked: Asked, arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the code of typical wrong answers with their mistakes; those that have no code are left out."""
    from derive.compilation import NotCompilable

    if not asked.by:
        return
    for mistake in of.derivative(asked.by).mistakes:
        if mistake.expression is None:
            continue
        try:
            wrong = function_source(of, asked, arguments, mistake.expression)
        except (UnderivableError, NotCompilable):
            continue
        yield wrong, f"{asked.name}: {mistake.mistake}"


def joined(parts: Sequence[str]) -> str:
    """Join pieces of code; their imports stand once, at the top."""
    imports: dict[str, None] = {}
    rest = []
    for part in parts:
        lines = part.strip("\n").split("\n")
        imports |= dict.fromkeys(line for line in lines if re.match(r"(import|from) ", line))
        rest.append("\n".join(line for line in lines if not re.match(r"(import|from) ", line)).strip("\n"))
    head = "\n".join(imports) + "\n\n\n" if imports else ""
    return head + "\n\n\n".join(rest)
