"""Looks for names that two questions share: the later answer takes the place of the earlier one."""

import ast
from collections.abc import Iterator

from worksheets.checking.findings import Finding, held, undecided
from worksheets.kinds import Question
from worksheets.kinds.code import CodeQuestion
from worksheets.kinds.regions import defined, parsed
from worksheets.sheet import Source


def check_names(source: Source) -> Iterator[Finding]:
    """Yield a finding for each name that graders ask for and that a later question sets again.

    Whoever runs a notebook as a whole, as otter does, finds the last one alone. A question that takes up an earlier
    one on purpose says so: `redefines: optimize_f`.
    """
    first: dict[str, Question] = {}
    shared = 0
    for question in source.questions:
        allowed = question.redefines if isinstance(question, CodeQuestion) else ()
        for name in _set_by(question):
            if name in first and name not in allowed:
                shared += 1
                other = first[name]
                remedy = "" if not isinstance(question, CodeQuestion) else f", or say 'redefines: {name}'"
                yield Finding.of(
                    question.id,
                    f"the name {name}",
                    undecided(
                        f"{name} is asked for by '{other.id}' (line {other.common.line}) already, and this question "
                        f"sets it again; give it a name of its own{remedy}"
                    ),
                    question.common.line,
                )
        first = {**dict.fromkeys(_asked_of(question), question), **first}
    if not shared:
        yield Finding.of("", "names", held("no answer takes the name of an earlier one"), 1)


def _set_by(question: Question) -> tuple[str, ...]:
    if isinstance(question, CodeQuestion):
        return defined(question.model_source)
    variable = getattr(question, "variable", "")
    return (variable,) if variable else ()


def _asked_of(question: Question) -> set[str]:
    """Return the names that a grader asks a question for."""
    if not isinstance(question, CodeQuestion):
        return set(_set_by(question))
    asked = {one.name for one in question.asked}
    for probe in question.probes:
        asked |= {node.id for node in ast.walk(parsed(probe.adapter)) if isinstance(node, ast.Name)} or {probe.name}
    return asked & set(defined(question.model_source))
