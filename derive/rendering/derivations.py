"""A derivation as a page of a textbook: one equality a line, with the rule that leads there."""

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import sympy as sp

from derive.derivation import Derivation, Step
from derive.rendering.fragments import infix
from derive.rendering.labels import box_of_latex
from derive.rendering.latex_writer import latex_of, latex_text
from derive.rendering.layout import Box, Fraction, Mark, row
from derive.rendering.mathml_writer import math_element
from derive.rendering.notes import pieces
from derive.rendering.text_writer import text_of
from derive.rendering.typesetter import Typesetter

if TYPE_CHECKING:
    from derive.entry import Entry

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class _Line:
    """One line of the page: what stands after the equals sign, and why."""

    box: Box
    rule: str
    note: tuple[str | Box, ...]
    condition: Box | None


def left_side(entry: "Entry", name: str) -> Box:
    """Return what a derivation derives: ∂L/∂W_qr, or the label of a statement."""
    from derive.entry import ArrayEntry, ScalarEntry

    if isinstance(entry, ScalarEntry):
        by: sp.Basic = entry.variable(name).symbol
    elif isinstance(entry, ArrayEntry):
        by = entry.entry_of(name)
    else:
        return box_of_latex(entry.derivation(name).label)
    over = row(Mark("∂"), box_of_latex(entry.label))
    return Fraction(over, row(Mark("∂"), Typesetter(entry.symbol_names).box(by)))


def derivative_mathml(entry: "Entry", name: str, *forms: sp.Basic, sign: str = "=") -> str:
    """Return what a derivation derives, and after `sign` each of its forms, as a `<math>` element.

    Parameters
    ----------
    entry, name:
        An entry and one of its targets.
    forms:
        Expressions, such as the textbook form; none for the left side alone.
    sign:
        What stands between them: `=`, or `≠` before a wrong answer.
    """
    typesetter = Typesetter(entry.symbol_names)
    parts = [left_side(entry, name)]
    for form in forms:
        parts += [infix(sign), typesetter.box(form)]
    return math_element(row(*parts), large=bool(forms))


def derivation_text(entry: "Entry", derivation: Derivation) -> str:
    """Return a derivation as plain text: an equality a line, the rule and its note in brackets behind it."""
    left = text_of(left_side(entry, derivation.name))
    lines = [f"{left} = {text_of(_start(entry, derivation))}"]
    for line in _lines(entry, derivation):
        note = "".join(piece if isinstance(piece, str) else text_of(piece) for piece in line.note)
        reason = [line.rule + (f": {note}" if note else "")]
        if line.condition is not None:
            reason.append(f"with {text_of(line.condition)}")
        lines.append(f"  = {text_of(line.box)}   ({', '.join(reason)})")
    matrices = matrix_form(entry, derivation.name)
    if matrices is not None:
        lines.append(f"  = {text_of(matrices)}   (the same in matrix form, for all sizes)")
    return "\n".join(lines)


def matrix_form(entry: "Entry", name: str) -> Box | None:
    """Return the textbook form as a matrix expression, where the entry declares one."""
    from derive.entry import ArrayEntry

    form = entry.matrix_form(name) if isinstance(entry, ArrayEntry) else None
    return None if form is None else Typesetter(entry.symbol_names).box(form)


def derivation_latex(entry: "Entry", derivation: Derivation) -> str:
    """Return a derivation as an `align*` environment, for amsmath; the rules stand on the right."""
    left = latex_of(left_side(entry, derivation.name))
    lines = [rf"{left} &= {latex_of(_start(entry, derivation))}"]
    for line in _lines(entry, derivation):
        reason = rf"\text{{{latex_text(line.rule + (': ' if line.note else ''))}}}"
        reason += "".join(_latex_piece(piece) for piece in line.note)
        if line.condition is not None:
            reason += rf"\text{{, with }} {latex_of(line.condition)}"
        lines.append(rf"&= {latex_of(line.box)} && {reason}")
    matrices = matrix_form(entry, derivation.name)
    if matrices is not None:
        lines.append(rf"&= {latex_of(matrices)} && \text{{the same in matrix form, for all sizes}}")
    return "\\begin{align*}\n" + " \\\\\n".join(lines) + "\n\\end{align*}"


def derivation_mathml(entry: "Entry", derivation: Derivation) -> str:
    """Return a derivation as an HTML list: each item an equality, with the rule and its note beside it."""
    start = row(left_side(entry, derivation.name), infix("="), _start(entry, derivation))
    items = [f'<li class="step"><span class="equality">{_at_full_size(start)}</span></li>']
    for line in _lines(entry, derivation):
        note = "".join(escape(piece) if isinstance(piece, str) else _in_line(piece) for piece in line.note)
        reason = f'<span class="rule">{escape(line.rule)}</span>'
        if note:
            reason += f' <span class="note">{note}</span>'
        if line.condition is not None:
            reason += f' <span class="condition">with {_in_line(line.condition)}</span>'
        equality = f'<span class="equality">{_at_full_size(row(infix("="), line.box))}</span>'
        items.append(f'<li class="step">{equality}<span class="reason">{reason}</span></li>')
    return f'<ol class="derivation">{"".join(items)}</ol>'


def derivation_json(entry: "Entry", derivation: Derivation) -> list[dict[str, Any]]:
    """Return every step as `{before, rule, after, note, condition}`; formulas as `{latex, text}`, the rest as text.

    `condition` is null where a step needs none.
    """
    typesetter = Typesetter(entry.symbol_names)

    def shown(expression: sp.Basic) -> dict[str, str]:
        box = typesetter.box(expression)
        return {"latex": latex_of(box), "text": text_of(box)}

    return [
        {
            "before": shown(step.before),
            "rule": step.rule,
            "after": shown(step.after),
            "note": "".join(piece if isinstance(piece, str) else text_of(piece) for piece in _note(step, typesetter)),
            "condition": None if step.condition is None else shown(step.condition),
        }
        for step in derivation.steps
    ]


def matrix_form_json(entry: "Entry", name: str) -> dict[str, str] | None:
    """Return the matrix form of a result as `{latex, text}`; None where the entry declares none."""
    box = matrix_form(entry, name)
    return None if box is None else {"latex": latex_of(box), "text": text_of(box)}


def _start(entry: "Entry", derivation: Derivation) -> Box:
    return Typesetter(entry.symbol_names).box(derivation.start)


def _lines(entry: "Entry", derivation: Derivation) -> list[_Line]:
    """Return the lines after the first; a step that looks the same on both sides adds none."""
    typesetter = Typesetter(entry.symbol_names)
    lines: list[_Line] = []
    before = typesetter.box(derivation.start)
    for step in derivation.steps:
        box = typesetter.box(step.after)
        if box != before or step.condition is not None:
            condition = None if step.condition is None else typesetter.box(step.condition)
            lines.append(_Line(box, _readable(step.rule), _note(step, typesetter), condition))
        before = box
    return lines


def _note(step: Step, typesetter: Typesetter) -> tuple[str | Box, ...]:
    return tuple(_readable(piece) if isinstance(piece, str) else typesetter.box(piece) for piece in pieces(step))


def _readable(words: str) -> str:
    words = words.replace("delta_", "δ_").replace(" - ", " − ")
    return re.sub(r"\^(\d)", lambda power: power[1].translate(_RAISED), words)


def _latex_piece(piece: str | Box) -> str:
    return rf"\text{{{latex_text(piece)}}}" if isinstance(piece, str) else f" {latex_of(piece)} "


def _in_line(box: Box) -> str:
    return math_element(box)


def _at_full_size(box: Box) -> str:
    return math_element(box, large=True)
