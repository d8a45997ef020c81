"""An adapter taken apart: where one step of it fails, or one result is not there, the other results are judged still.

An adapter makes several results at once. If the code of a student leaves one of them out, or raises an error on the way
to it, the adapter as it is gives nothing at all. Taken apart it goes on, and says for each result what became of it.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from checks.submissions.sandbox import Answer, without_addresses

ERRORS, FAILED = "gradproof_errors", "gradproof_failed"

_WHY = """
def gradproof_why(error):
    cell, line, trace = "", 0, error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if not name.endswith((".py", ">")) or name.startswith("cell "):
            cell, line = name[:200], trace.tb_lineno
        trace = trace.tb_next
    return [type(error).__name__[:200], str(error)[:1000], cell, line]
"""

_STEP = f"""
try:
    pass
except Exception as gradproof_error:
    {FAILED}.append(gradproof_why(gradproof_error))
"""

_RESULT = f"""
try:
    gradproof_results[{{name!r}}] = None
except Exception as gradproof_error:
    gradproof_results[{{name!r}}] = None
    {ERRORS}[{{name!r}}] = gradproof_why(gradproof_error)
"""


def taken_apart(adapter: str, name: str, new: str) -> str | None:
    """Return a function that does what an adapter does, one step after the other, whatever fails.

    Parameters
    ----------
    adapter, name:
        Its source, and that of its functions which is called.
    new:
        The name to give it.

    Returns
    -------
    str or None
        The source of a function that returns a dictionary of the results (None for those that are not there), of the
        error of each that has one, and of the errors of the steps before; None for an adapter that has a single result,
        or does not end with `return` of several.
    """
    functions = [node for node in ast.parse(adapter).body if isinstance(node, ast.FunctionDef) and node.name == name]
    if not functions:
        return None
    *steps, last = functions[0].body
    results = dict(_results(last))
    if len(results) < 2 or any(isinstance(node, ast.Return | ast.Yield) for step in steps for node in ast.walk(step)):
        return None
    body = ast.parse(f"gradproof_results, {ERRORS}, {FAILED} = {{}}, {{}}, []").body
    for step in steps:
        tried = _tried(_STEP)
        tried.body = [step]
        body.append(tried)
    for result, value in results.items():
        tried = _tried(_RESULT.format(name=result))
        assert isinstance(tried.body[0], ast.Assign)
        tried.body[0].value = value
        body.append(tried)
    body += ast.parse(f"return {{**gradproof_results, '{ERRORS}': {ERRORS}, '{FAILED}': {FAILED}}}").body
    function = ast.FunctionDef(
        name=new, args=functions[0].args, body=body, decorator_list=[], returns=None, type_comment=None, lineno=1
    )
    return _WHY + ast.unparse(ast.fix_missing_locations(function))


def _tried(source: str) -> ast.Try:
    (found,) = ast.parse(source).body
    assert isinstance(found, ast.Try)
    return found


def _results(last: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """Yield each result that a statement returns under its name."""
    value = last.value if isinstance(last, ast.Return) else None
    if isinstance(value, ast.Tuple) and not any(isinstance(one, ast.Starred) for one in value.elts):
        yield from ((str(place), one) for place, one in enumerate(value.elts))
    elif isinstance(value, ast.Dict):
        names = [key.value for key in value.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
        if len(names) == len(value.values):
            yield from zip(names, value.values, strict=True)


def errors_of(values: Sequence[Any], names: Sequence[str]) -> tuple[dict[str, Answer], Answer | None]:
    """Return the error of each result that has one, and the first error on the way to the results.

    Parameters
    ----------
    values:
        What an adapter gave that was taken apart, for each sample. It comes from the process of the student: what has
        not the form that it should have is passed over.
    names:
        Of the results.
    """
    found: dict[str, Answer] = {}
    on_the_way: Answer | None = None
    for value in values:
        if not isinstance(value, Mapping):
            continue
        failed, errors = value.get(FAILED), value.get(ERRORS)
        first = _answer(failed[0]) if isinstance(failed, list) and failed else None
        on_the_way = on_the_way or first
        for name in names:
            error = _answer(errors.get(name)) if isinstance(errors, Mapping) else None
            if error is not None:
                found.setdefault(name, first or error)  # what is not there after an error follows from it
    return found, on_the_way


def _answer(error: Any) -> Answer | None:
    if not isinstance(error, list | tuple) or len(error) != 4:
        return None
    kind, text, cell, line = error
    if not (isinstance(kind, str) and isinstance(text, str) and isinstance(cell, str) and isinstance(line, int)):
        return None
    return Answer(error=(kind, without_addresses(text), cell, line))
