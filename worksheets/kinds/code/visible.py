"""The lines of a check cell that ask `gradproof.feedback` about a student's functions."""

from collections.abc import Mapping, Sequence
from typing import Any

from worksheets.derived import Function
from worksheets.kinds.code.declared import Asked


def feedback_lines(of: Function, every: Sequence[Asked], names: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the calls that give a student feedback.

    Parameters
    ----------
    of:
        The function from which the answers follow.
    every:
        The functions that are asked for.
    names:
        By the name of each, the names that `of` has for its arguments.
    """
    lines = []
    values = {asked.name: asked for asked in every if not asked.by}
    public = of.public
    fact = f'entry="{public["entry"]}"' if "entry" in public else _formula_fact(public)
    for asked in every:
        renamed = _names_fact(asked.arguments, names[asked.name])
        if not asked.by:
            lines.append(f"feedback.function({asked.name}, {fact}{renamed})")
            continue
        forward = next((value for value in values.values() if value.arguments == asked.arguments), None)
        forward_fact = f", of={forward.name}" if forward is not None else ""
        lines.append(f'feedback.gradient({asked.name}, by="{asked.by}", {fact}{forward_fact}{renamed})')
    return lines


def _formula_fact(public: dict[str, Any]) -> str:
    given = f", given={public['given']!r}" if public["given"] else ""
    return f"formula={public['formula']!r}{given}"


def _names_fact(mine: Sequence[str], theirs: Sequence[str]) -> str:
    return "" if list(mine) == list(theirs) else f", arguments={list(theirs)!r}"
