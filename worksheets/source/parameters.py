"""Parameters: numbers that differ from student to student, drawn from the seed and the student alone."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from worksheets.source.options import Value
from worksheets.source.problems import Report, did_you_mean

Number = int | float
Drawn = Number | tuple[Number, ...]

EXAMPLES = (
    "'whole 2..9', 'one of 2, 3, 5', 'decimal 0.1..0.9 step 0.1', 'whole -3..3 except 0', 'list(6) of whole 1..9'"
)
_NAME = re.compile(r"[A-Za-z_]\w*")
_NUMBER = r"-?\d+(?:\.\d+)?"
_PARAMETER = re.compile(
    rf"(?:list\((?P<count>[1-9]\d{{0,3}})\)\s+of\s+)?"
    rf"(?:(?P<kind>whole|decimal)\s+(?P<low>{_NUMBER})\s*\.\.\s*(?P<high>{_NUMBER})(?:\s+step\s+(?P<step>{_NUMBER}))?"
    rf"|one\s+of\s+(?P<values>{_NUMBER}(?:\s*,\s*{_NUMBER})*))"
    rf"(?:\s+except\s+(?P<out>\w[\w.]*|{_NUMBER})(?P<more>(?:\s*,\s*(?:-?[\w.]+))*))?"
)
_MARK = re.compile(r"\{\{(?P<sign>\+?)(?P<name>[A-Za-z_]\w*)\}\}")
MOST = 100_000


@dataclass(frozen=True)
class Parameter:
    """A parameter: the values that it may take, and how many of them make it up.

    Attributes
    ----------
    name:
        Its name; `{{name}}` in the source stands for its value, `{{+name}}` for the value with its sign.
    choices:
        The values.
    count:
        How many are drawn for a list; None for a number.
    apart:
        Names of parameters drawn before that it must differ from.
    """

    name: str
    choices: tuple[Number, ...]
    count: int | None = None
    apart: tuple[str, ...] = ()


def read_parameters(found: Mapping[str, Value], report: Report) -> tuple[Parameter, ...]:
    """Return the parameters of the front matter; what is not understood is noted as a problem."""
    parameters: list[Parameter] = []
    for name, value in found.items():
        text = value.content if isinstance(value.content, str) else ""
        if not _NAME.fullmatch(name):
            report.add(value.line, f"{name!r} is no name of a parameter", "use letters, digits and _")
            continue
        parameter = _parameter(name, text.strip(), value.line, [known.name for known in parameters], report)
        if parameter is not None:
            parameters.append(parameter)
    return tuple(parameters)


def _parameter(name: str, text: str, line: int, before: list[str], report: Report) -> Parameter | None:
    found = _PARAMETER.fullmatch(text)
    if found is None:
        report.add(line, f"the parameter {name!r} is not understood: {text!r}", f"write for example {EXAMPLES}")
        return None
    if found["values"]:
        choices = tuple(_number(word) for word in found["values"].split(","))
    else:
        low, high = float(found["low"]), float(found["high"])
        step = float(found["step"] or (1 if found["kind"] == "whole" else 0.1))
        if not low < high or step <= 0 or (high - low) / step > MOST:
            report.add(
                line, f"the range of the parameter {name!r} is empty or too long", "write low..high, low before high"
            )
            return None
        if found["kind"] == "whole" and not all(number == int(number) for number in (low, high, step)):
            report.add(line, f"the range of the parameter {name!r} is not whole", "write 'decimal' for such a range")
            return None
        places = max(len(word.partition(".")[2]) for word in (found["low"], found["high"], found["step"] or "0.1"))
        numbers = [low + k * step for k in range(int((high - low) / step + 1e-9) + 1)]
        choices = tuple(int(n) if found["kind"] == "whole" else round(n, places) for n in numbers)
    words = [word.strip() for word in f"{found['out'] or ''}{found['more'] or ''}".split(",") if word.strip()]
    apart = tuple(word for word in words if _NAME.fullmatch(word))
    for word in apart:
        if word not in before:
            report.add(
                line,
                f"the parameter {name!r} is to differ from {word!r}, which is not drawn before it",
                "change the order",
            )
            return None
    left_out = {float(word) for word in words if word not in apart}
    choices = tuple(choice for choice in choices if choice not in left_out)
    if len(choices) <= len(apart):
        report.add(line, f"no value is left for the parameter {name!r}", "widen its range")
        return None
    return Parameter(name, choices, int(found["count"]) if found["count"] else None, apart)


def draw(parameters: tuple[Parameter, ...], worksheet: str, seed: int, student: str) -> dict[str, Drawn]:
    """Return the values of a student: the same for the same worksheet, seed and student, on every machine."""
    drawn: dict[str, Drawn] = {}
    for parameter in parameters:
        others = {drawn[name] for name in parameter.apart}
        choices = [choice for choice in parameter.choices if choice not in others]
        numbers = []
        for place in range(parameter.count or 1):
            text = "\0".join((worksheet, str(seed), student, parameter.name, str(place)))
            number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
            numbers.append(choices[number % len(choices)])
        drawn[parameter.name] = numbers[0] if parameter.count is None else tuple(numbers)
    return drawn


def filled_in(text: str, values: Mapping[str, Drawn], report: Report, line: int) -> str:
    """Return the text with each `{{name}}` replaced; an unknown name is noted as a problem."""

    def put(mark: "re.Match[str]") -> str:
        name = mark["name"]
        if name not in values:
            at = line + text[: mark.start()].count("\n")
            remedy = did_you_mean(name, values) if values else "declare it under 'parameters' in the front matter"
            report.add(at, f"there is no parameter {name!r}", f"{remedy} (in LaTeX write '{{ {{' for two braces)")
            return mark[0]
        value = values[name]
        if isinstance(value, tuple):
            return f"[{', '.join(f'{one:g}' for one in value)}]"
        return f"{value:+g}" if mark["sign"] else f"{value:g}"

    return _MARK.sub(put, text)


def _number(word: str) -> Number:
    return int(word) if re.fullmatch(r"\s*-?\d+\s*", word) else float(word)
