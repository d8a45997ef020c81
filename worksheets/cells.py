"""The cells of an answer worksheet, for students and with solutions."""

from typing import TYPE_CHECKING, Any

from derive.compilation.readable import readable_source
from derive.entry import Entry, ScalarEntry
from worksheets.proofs import FOLDER
from worksheets.questions import Derivative, Question
from worksheets.standalone import standalone

if TYPE_CHECKING:
    from derive.entry import Variable

Cell = dict[str, Any]

TOOLS = '''\
import matplotlib.pyplot as plt
import numpy as np


def difference_quotients(function, arguments, place, weights=1.0):
    """Return the gradient of the sum of weights * function by one argument, by central differences.

    arguments are arrays, place says by which of them; the result has the shape of that argument.
    """
    by = arguments[place]
    result = np.zeros_like(by)
    for index in np.ndindex(by.shape):
        step = 6e-6 * max(1.0, abs(by[index]))
        ends = []
        for sign in (1, -1):
            moved = by.copy()
            moved[index] += sign * step
            values = function(*arguments[:place], moved, *arguments[place + 1 :])
            ends.append(np.sum(weights * values))
        result[index] = (ends[0] - ends[1]) / (2 * step)
    return result


def compare(name, yours, expected, tolerance=1e-6):
    """Say where a gradient differs from central differences, or that it does not."""
    assert yours is not None, f"{name} returns nothing: is there a return in it?"
    yours = np.asarray(yours, dtype=float)
    assert yours.shape in (expected.shape, ()), f"{name} returns shape {yours.shape}; {expected.shape} is wanted"
    yours = np.broadcast_to(yours, expected.shape)
    error = np.abs(yours - expected) / np.maximum(1.0, np.abs(expected))
    error[~np.isfinite(yours)] = np.inf
    worst = np.unravel_index(np.argmax(error), error.shape)
    at = ", ".join(str(int(index)) for index in worst)
    assert error[worst] <= tolerance, (
        f"{name} differs from central differences at {int(np.sum(error > tolerance))} of {error.size} entries; "
        f"at entry [{at}] yours is {yours[worst]:.8g}, central differences give {expected[worst]:.8g}"
    )
    print(f"{name} agrees with central differences at {error.size} entries; largest error {error[worst]:.1e}.")
'''


def title(name: str, questions: tuple[Question, ...], *, solution: bool) -> Cell:
    """Return the first cell."""
    total = sum(question.points for question in questions)
    kind = "Solutions" if solution else "Worksheet"
    instruction = (
        "Each derivation is followed by NumPy code that was compiled from it."
        if solution
        else "For each function: derive the gradient step by step, naming the rule of each step, then write it as a "
        "NumPy function and run the check below it. A check compares your gradient with central differences of the "
        "function; it says where the two differ."
    )
    text = (
        f"# Gradients of the course\n\n*{kind} `{name}`: {len(questions)} questions, {total} points.*\n\n{instruction}"
    )
    return _markdown("title", text)


def tools() -> Cell:
    """Return the cell with the imports and the comparison that all checks use."""
    return code_cell("tools", TOOLS, role="given")


def question(asked: Question) -> Cell:
    """Return the question: the function in LaTeX, its variables, what is wanted."""
    from derive.rendering import latex

    entry = asked.entry
    names = entry.symbol_names
    wanted = ", ".join(
        f"$\\dfrac{{\\partial {entry.label}}}{{\\partial {_name(entry.variable(t), names)}}}$" for t in entry.targets
    )
    lines = [f"## {asked.number}. {entry.title} ({asked.points} points)", "", _function(asked), ""]
    lines += [f"- ${_name(variable, names)}${_shape(variable)}: {variable.meaning}" for variable in entry.variables]
    for condition in getattr(entry, "conditions", ()):
        lines.append(f"- given: ${latex(condition, names)}$")
    lines += ["", f"Derive {wanted}."]
    if isinstance(entry.kinks, tuple):
        lines.append("Where there is no derivative, return any value between the slopes on both sides.")
    if asked.upstream:
        lines.append(
            f"${asked.upstream} = \\partial L/\\partial Y$ is the gradient that arrives from behind; write the answers "
            "as matrix products."
        )
    lines += ["", f"*Source: {'; '.join(entry.source)}.*"]
    return _markdown(f"{asked.name}-question", "\n".join(lines))


def derivation(asked: Question, target: str, *, solution: bool) -> Cell:
    """Return the derivation, or room for it."""
    from derive.rendering import derivation_latex

    ident = f"{asked.name}-derivation-{_ident(target)}"
    if not solution:
        shown = _name(asked.entry.variable(target), asked.entry.symbol_names)
        return _markdown(ident, f"*Your derivation by ${shown}$, one step a line:*\n", role="answer")
    shown = derivation_latex(asked.entry, asked.entry.derivation(target)).rstrip()
    script = f"{FOLDER}/Catalogue/{asked.entry.name}.v"
    mark = f"[As a theorem]({script}), which `gradproof prove {asked.entry.name} --check` lets Coq's kernel check."
    return _markdown(ident, f"{shown}\n\n{mark}\n", role="solution")


def given_function(asked: Question) -> Cell:
    """Return the function itself in NumPy, which the checks need."""
    source = _code(asked.entry, "")
    return code_cell(f"{asked.name}-function", f"# The function itself, in NumPy.\n{source}", role="given")


def _code(entry: Entry, target: str) -> str:
    """Return the function (target "") or a derivative: a scalar one as a textbook has it, an array one as compiled."""
    if isinstance(entry, ScalarEntry):
        name = f"{entry.name}_grad_{target}" if target else entry.name
        symbols = [variable.symbol for variable in entry.variables]
        return readable_source(symbols, entry.textbook(target) if target else entry.value, name=name)
    return standalone((entry.compiled_gradient[target] if target else entry.compiled_value).source)


def answer(asked: Question, wanted: Derivative, *, solution: bool) -> Cell:
    """Return the compiled derivative, or a stub with signature and shapes."""
    ident = f"{asked.name}-code-{_ident(wanted.target)}"
    if solution:
        return code_cell(ident, _code(asked.entry, wanted.target), role="solution")
    shapes = "\n".join(
        f"    {name}: {shape}" for name, shape in zip((*wanted.arguments, "result"), wanted.shapes, strict=True)
    )
    stub = (
        f"def {wanted.function}({', '.join(wanted.arguments)}):\n"
        f'    """Return the derivative by {wanted.target}.\n\n    Shapes:\n{shapes}\n    """\n'
        f'    raise NotImplementedError("write {wanted.function} in this cell, run it, then run its check again")\n'
    )
    return code_cell(ident, stub, role="answer")


def check(asked: Question, wanted: Derivative) -> Cell:
    """Return the comparison with central differences; it holds no answer."""
    draws = [f"{name} = {drawn}" for name, drawn in asked.samples()]
    place = asked.entry.arguments.index(wanted.target)
    weights = f", weights={asked.upstream}" if asked.upstream else ""
    arguments = ", ".join(asked.entry.arguments)
    lines = [
        f"rng = np.random.default_rng({20260000 + asked.number})",
        *draws,
        f"expected = difference_quotients({asked.entry.name}, ({arguments},), {place}{weights})",
        f'compare("{wanted.function}", {wanted.function}({", ".join(wanted.arguments)}), expected)',
    ]
    return code_cell(f"{asked.name}-check-{_ident(wanted.target)}", "\n".join(lines) + "\n", role="check")


def _function(asked: Question) -> str:
    from derive.entry import ArrayEntry
    from derive.rendering import latex

    entry = asked.entry
    value, names = latex(entry.value, entry.symbol_names), entry.symbol_names  # type: ignore[attr-defined]
    if isinstance(entry, ArrayEntry) and entry.indices:
        return f"$$Y_{{{''.join(latex(index, names) for index in entry.indices)}}} = {value}$$"
    arguments = ", ".join(_name(variable, names) for variable in entry.variables)
    return f"$${entry.label}({arguments}) = {value}$$"


def _name(variable: "Variable", names: Any) -> str:
    from derive.rendering import latex

    return latex(getattr(variable.symbol, "label", variable.symbol), names)


def _shape(variable: "Variable") -> str:
    from worksheets.questions import shape_words

    return f" {shape_words(variable)}" if variable.shape else ""


def _ident(target: str) -> str:
    return target.replace("_", "-")


def _markdown(ident: str, text: str, *, role: str = "text") -> Cell:
    return {"cell_type": "markdown", "id": ident, "metadata": _metadata(ident, role), "source": text}


def code_cell(ident: str, source: str, *, role: str) -> Cell:
    """Return a code cell that has not been run."""
    return {
        "cell_type": "code",
        "id": ident,
        "metadata": _metadata(ident, role),
        "source": source.rstrip("\n"),
        "execution_count": None,
        "outputs": [],
    }


def _metadata(ident: str, role: str) -> dict[str, Any]:
    return {"gradproof": {"cell": ident, "role": role}}
