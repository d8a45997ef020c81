"""Judges numbers and choices: read from the text where they stand in it, else as the code computes them."""

import ast
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from checks.answers import judge_choice, judge_number
from checks.submissions.grading.outcome import PartOutcome
from checks.submissions.grading.relevant import Outline
from checks.verdict import Verdict

DIGITS = 400
NOT_THERE = object()
ELLIPSIS = object()


def constant(node: ast.expr) -> Any:
    """Return the value of an expression of numbers and texts, without running anything; NOT_THERE for any other.

    Numbers come as exact fractions, as they were typed: 0.1 is one tenth.
    """
    found: Any = NOT_THERE
    if isinstance(node, ast.Constant):
        found = _literal(node.value)
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        parts = [constant(part) for part in node.elts]
        found = tuple(parts) if all(isinstance(part, str) for part in parts) and parts else NOT_THERE
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        inner = constant(node.operand)
        if isinstance(inner, Fraction):
            found = -inner if isinstance(node.op, ast.USub) else inner
    elif isinstance(node, ast.BinOp):
        left, right = constant(node.left), constant(node.right)
        if isinstance(left, Fraction) and isinstance(right, Fraction):
            found = _combined(node.op, left, right)
    return found


def _literal(value: Any) -> Any:
    if value is ...:
        return ELLIPSIS
    if isinstance(value, bool | str) or value is None:
        return value
    return _fraction(repr(value)) if isinstance(value, int | float) else NOT_THERE


def _combined(operator: ast.operator, left: Fraction, right: Fraction) -> Any:
    if isinstance(operator, ast.Pow):
        small = right.denominator == 1 and abs(right) <= 64 and abs(left.numerator) + left.denominator < 10**6
        return left ** int(right) if small and (left or right >= 0) else NOT_THERE
    try:
        for kind, function in _OPERATORS.items():
            if isinstance(operator, kind):
                found = function(left, right)
                return found if len(str(found)) < DIGITS else NOT_THERE
    except (ZeroDivisionError, ValueError):
        return NOT_THERE
    return NOT_THERE


_OPERATORS: dict[type[ast.operator], Any] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
}


def _fraction(text: str) -> Any:
    try:
        return Fraction(text) if len(text) < DIGITS else NOT_THERE
    except (ValueError, ZeroDivisionError):
        return NOT_THERE


def judge_value(question: Mapping[str, Any], value: Any) -> PartOutcome:
    """Judge the value of a question of kind `number` or `choice`.

    Parameters
    ----------
    question:
        From the key.
    value:
        A fraction, a text, a tuple of texts; or what came from a player: a number, an array of one number.
    """
    if value is ELLIPSIS or value is None or value == "":
        return PartOutcome(name="", status="unreadable", reason="There is no answer yet.", finding="missing")
    if question["kind"] == "choice":
        return _outcome(_choice(question, value))
    return _outcome(_number(question, value), _mistake(question, value))


def _number(question: Mapping[str, Any], value: Any) -> Verdict:
    return judge_number(_exact(value), Fraction(question["answer"]), _slack(question))


def _slack(question: Mapping[str, Any]) -> Fraction:
    """Return the tolerance; where it is 0, what floating-point arithmetic loses is no error of the student."""
    return max(Fraction(question["tolerance"]), abs(Fraction(question["answer"])) / 10**9)


def _mistake(question: Mapping[str, Any], value: Any) -> str | None:
    exact = _exact(value)
    for wrong in question["wrong"]:
        found = judge_number(exact, Fraction(wrong["answer"]), abs(Fraction(wrong["answer"])) / 10**9)
        if str(found.status) == "proved":
            return str(wrong["mistake"])
    return None


def _exact(value: Any) -> Any:
    if isinstance(value, Fraction | str):
        return value
    try:
        flat = value.ravel() if hasattr(value, "ravel") else [value]
        return Fraction(float(flat[0])) if len(flat) == 1 else str(value)[:80]
    except (TypeError, ValueError, OverflowError):
        return str(value)[:80]


def _choice(question: Mapping[str, Any], value: Any) -> Verdict:
    options = {letter.lower(): letter for letter in question["options"]}
    texts = value if isinstance(value, tuple | list) else (value,)
    letters = [part for text in texts for part in _letters(str(text), options)]
    return judge_choice(
        sorted({options.get(letter, letter) for letter in letters}), question["right"], list(question["options"])
    )


def _letters(text: str, options: Mapping[str, str]) -> list[str]:
    cleaned = text.strip().lower()
    if cleaned in options:
        return [cleaned]
    return [letter for letter in cleaned if letter.isalnum()] or [cleaned]


def _outcome(verdict: Verdict, mistake: str | None = None) -> PartOutcome:
    credit = verdict.status.earns_credit
    found = verdict.to_json()
    mistake = mistake if credit is False else None
    reason = verdict.reason + (f" It looks like this mistake: {mistake}." if mistake else "")
    return PartOutcome(
        name="",
        status=str(verdict.status),
        reason=reason,
        mistake=mistake,
        earned=1.0 if credit else 0.0,
        open=1.0 if credit is None else 0.0,
        evidence=found["evidence"],
    )


def typed_value(name: str, outline: Outline) -> Any:
    """Return the constant that a variable is set to in the text; NOT_THERE where code computes it."""
    setting = [one.statement.node for one in outline.steps if name in one.binds]
    if not setting:
        return NOT_THERE
    last = setting[-1]
    if isinstance(last, ast.Assign | ast.AnnAssign) and last.value is not None:
        targets = last.targets if isinstance(last, ast.Assign) else [last.target]
        if all(isinstance(target, ast.Name) for target in targets):
            return constant(last.value)
    return NOT_THERE


def plain(value: Any) -> Any:
    """Return what a player gave as JSON can hold it: a number, a text, a list of texts, None."""
    if value is None or isinstance(value, bool | int | float | str):
        return str(value) if isinstance(value, int) and abs(value) > 2**53 else value
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        return list(value)
    try:
        flat = value.ravel()
        return float(flat[0]) if flat.size == 1 else f"an array of {flat.size} numbers"
    except (AttributeError, TypeError, ValueError):
        return str(value)[:80]


def shown_number(value: Any) -> str:
    """Return a number as people write it."""
    if isinstance(value, Fraction):
        return str(value) if value.denominator == 1 else f"{float(value):.12g}"
    return f"{value:.12g}" if isinstance(value, float) else str(value)
