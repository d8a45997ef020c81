r"""What a chain of formulas in a document claims: a derivative, an equality, or nothing because it defines a name.

A chain `f(x) = x^2` defines f. `f'(x) = 2x`, `\frac{df}{dx} = 2x` and `\frac{d}{dx} f(x) = 2x` then claim its
derivative, and in `f(x) = (x-1)^2 = x^2 - 2x + 1` the second sign claims an equality. An equality is claimed for all
values; an equation that is to be solved, or that a sentence makes a condition, claims none and is left out.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

from checks.audit.compare import ClaimError
from checks.audit.kinds import CheckError, number
from checks.audit.row import Check
from checks.documents.definitions import Definition, Derivative, NotReadError, asks_for_derivative, decide, names_in
from checks.formulas.written import Marked
from checks.verdict import Status, Verdict
from derive.reading import UnreadableError
from derive.reading.known import is_known_function

_NAME = r"(?:\\hat\s*\{?\s*\w\s*\}?|\\(?:math(?:bf|rm|cal)|boldsymbol|operatorname)\s*\{\s*\w+\s*\}|\\?[^\W\d]\w*)"
_INDEXED = rf"{_NAME}(?:_(?:\{{\w+\}}|\w))?"
_ARGUMENTS = r"(?:\s*\((?P<arguments>\s*\\?[A-Za-z]\w*(?:\s*,\s*\\?[A-Za-z]\w*)*\s*)\))?"
_D = r"(?:d|\\partial|\\mathrm\s*\{?\s*d\s*\}?|∂)"
_CALL = re.compile(
    rf"(?P<name>{_INDEXED})(?P<primes>(?:'|′)*|\^\{{\\prime+\}})\s*(?:\\left)?\((?P<arguments>[\w\s,\\{{}}]*?)(?:\\right)?\)"
)
_PRIMED = re.compile(rf"(?P<name>{_INDEXED})(?P<primes>(?:'|′)+|\^\{{\\prime+\}})")
_BY = rf"\{{\s*{_D}\s*(?P<by>{_INDEXED})\s*\}}"
_FRACTION = re.compile(rf"\\[dt]?frac\s*\{{\s*{_D}\s*(?P<name>{_INDEXED}){_ARGUMENTS}\s*\}}\s*{_BY}")
_FRACTION_OF = re.compile(rf"\\[dt]?frac\s*\{{\s*{_D}\s*(?P<name>{_INDEXED})\s*\}}\s*{_BY}{_ARGUMENTS}")
_OPERATOR = re.compile(rf"\\[dt]?frac\s*\{{\s*{_D}\s*\}}\s*{_BY}\s*(?P<name>{_INDEXED}){_ARGUMENTS}")
_SLASHED = re.compile(rf"{_D}\s*(?P<name>{_INDEXED}){_ARGUMENTS}\s*/\s*{_D}\s*(?P<by>{_INDEXED})")
_PLAIN = re.compile(_INDEXED)
_OTHER_SIGN = re.compile(
    r"\\(?:approx|sim|simeq|cong|propto|leq?|geq?|neq?|lt|gt|ll|gg|in|notin|subset|to|mapsto|rightarrow|Rightarrow|implies"
    r"|iff|[lcvd]?dots|pm|mp|lim|int|cdots|ldots|forall|exists|text|mbox|quad|qquad)(?![A-Za-z])|[<>≈≤≥≠…∈∫]|\.\.\.|!=|:"
)
_OF_ARRAYS = re.compile(
    r"\^\s*\{?\s*(?:T|\\top|\\intercal|\\mathsf|\\mathrm)(?![A-Za-z])"
    r"|\\(?:odot|otimes|vec|mathbf|boldsymbol|bm|nabla|lVert|Vert|operatorname\{diag\}|det|langle)(?![A-Za-z])|\\\|"
)
_CONDITION = re.compile(
    r"\b(?:if|iff|when|whenever|where|for|at|with|let|assum\w+|suppos\w+|given|such that|so that|solv\w+|equations?"
    r"|roots?|satisf\w+|subject to|constraint|unless|until|whether|set|setting|choos\w+|want|require\w*)\b",
    re.IGNORECASE,
)
_ONLY_HERE = re.compile(r"\b(?:for|at|if|when|with|where|whenever|and)\s*\$?\s*$", re.IGNORECASE)
_DENIED = re.compile(
    r"\b(?:wrong\w*|false|not|incorrect\w*|mistake\w*|mistaken\w*|never|erroneous\w*|tempting|n't)\b", re.I
)
_UNKNOWN_CALL = re.compile(
    r"(?<![A-Za-z\\])(?P<name>\\?[A-Za-z]\w*)(?P<primes>'*)\s*(?:\\left)?\((?P<arguments>[^()]*)"
)
_SECOND = re.compile(rf"\\[dt]?frac\s*\{{\s*{_D}\s*\^")
_PRIMED_NAME = re.compile(r"\\?[A-Za-z]\w*(?:'|′|\^\{?\\prime)(?!['′]*\}?\s*(?:\\left)?\()")
_DECIMAL = re.compile(r"(?<![\w.])\d*\.\d+(?![\w.])")
_OFTEN_FUNCTIONS = frozenset(
    ("f", "g", "h", "F", "G", "H", "J", "L", "E", "P", "u", "v", "p", "q", "phi", "psi", "ell")
)


@dataclass
class Judged:
    """What one chain came to: claims with their verdicts, definitions, and what was left out with the reason."""

    claims: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[dict[str, Any]] = field(default_factory=list)
    definition: dict[str, Any] | None = None

    def add(self, line: int, text: str, status: str, reason: str) -> None:
        """Note a claim."""
        self.claims.append({"line": line, "claim": _short(text), "status": status, "reason": reason})

    def leave(self, line: int, text: str, reason: str) -> None:
        """Note what was no claim."""
        self.left_out.append({"line": line, "text": _short(text), "reason": reason})


def judge_chain(
    marked: Marked,
    definitions: Mapping[str, Definition],
    given: Sequence[str],
    place: str,
    seconds: float,
    letters: Iterable[str] = (),
) -> Judged:
    """Decide what a chain claims, with the definitions that stand before it in the document.

    Parameters
    ----------
    marked:
        The chain with the words before it.
    definitions:
        What names stand for, by name.
    given:
        Declarations.
    place:
        What to call the place of a definition, "line 12".
    seconds:
        The time limit for each claim.
    letters:
        Names of one letter that stand alone somewhere in the document.
    """
    found, parts = Judged(), marked.chain
    whole = " = ".join(part.text for part in parts)
    if _DENIED.search(marked.before) or (marked.inline and _DENIED.search(marked.after)):
        found.leave(parts[0].line, whole, "the words around it deny it")
        return found
    start, rest, label = _head(marked, definitions, given, place, found)
    sides: list[tuple[str, Derivative | None, int]] = [(part.text, None, part.line) for part in rest]
    if start is not None:
        sides.insert(0, (label, start, parts[0].line))
    conditional = bool(_CONDITION.search(marked.before)) if marked.inline else False
    for (left, derivative, _), (right, _, line) in pairwise(sides):
        _judge_pair(found, left, derivative, right, line, definitions, given, conditional, seconds, letters)
    return found


def _head(
    marked: Marked, definitions: Mapping[str, Definition], given: Sequence[str], place: str, found: Judged
) -> tuple[Derivative | None, Sequence[Any], str]:
    """Take what the chain begins with: a derivative that is asked for, a name that is defined, or a formula."""
    parts = list(marked.chain)
    derivative: Derivative | None = None
    labels: list[str] = []
    unknown = ""
    while parts and (asked := _asked(parts[0].text)) is not None:
        name, by, order, arguments = asked
        if _CALL.fullmatch(parts[0].text) and by and name in definitions and by != definitions[name].argument:
            break  # f'(t), where f(x) is defined: the reader puts t in
        labels.append(parts[0].text)
        if is_known_function(name) and name not in definitions:
            return None, [*parts], ""  # σ'(x): the reader knows it
        known = definitions.get(name)
        if known is not None and arguments and known.arguments != arguments:
            known = None  # df/dx(u), where f(x) is defined
        if known is not None and derivative is None:
            derivative = Derivative(known, by or known.argument, order)
        elif known is None:
            unknown = name
        parts = parts[1:]
    if labels:
        if derivative is None:
            text = " = ".join(part.text for part in marked.chain)
            found.add(marked.chain[0].line, text, "undecided", f"What is derived, {unknown}, is not defined before.")
        return derivative, parts, labels[0]
    first = parts[0].text
    call = _CALL.fullmatch(first)
    plain = _PLAIN.fullmatch(first)
    name = bare((call["name"] if call is not None else first) if call is not None or plain is not None else "")
    if not name or (call is not None and (is_known_function(name) or call["primes"])):
        return None, parts, ""
    if call is None and _is_constant(first, definitions, given):
        return None, parts, ""  # π = 3.14
    if call is not None and name in definitions and not _is_generic(call, definitions[name]):
        return None, parts, ""  # f(3) = 9 claims a value
    _define(marked, name, call, definitions, given, place, found)
    return None, parts[1:], ""


def _is_constant(text: str, definitions: Mapping[str, Definition], given: Sequence[str]) -> bool:
    try:
        return not names_in(text, definitions, given)
    except NotReadError:
        return False


def _is_generic(call: re.Match[str], known: Definition) -> bool:
    """Tell whether a call names its variable, so that it may define the function anew."""
    return call["arguments"].strip() == known.argument or bool(
        re.fullmatch(r"\\?[A-Za-z]\w*", call["arguments"].strip())
    )


def _define(
    marked: Marked,
    name: str,
    call: re.Match[str] | None,
    definitions: Mapping[str, Definition],
    given: Sequence[str],
    place: str,
    found: Judged,
) -> None:
    line, body = marked.chain[0].line, marked.chain[1].text
    text = f"{marked.chain[0].text} = {body}"
    if marked.inline and call is None and re.fullmatch(r"[-+]?[\d.]+", body) and _ONLY_HERE.search(marked.before):
        found.leave(line, text, f"a value of {name} for this sentence")
        return
    if marked.inline and name in definitions and _CONDITION.search(marked.before):
        found.leave(line, text, f"{name} is defined already, and the words before it make it a condition")
        return
    arguments = [one.strip() for one in call["arguments"].split(",")] if call is not None else []
    if refusal := _refusal(body, definitions, given):
        found.leave(line, text, f"it would define {name}, but {refusal}")
        return
    try:
        inside = names_in(body, definitions, given)
    except NotReadError as error:
        found.leave(line, text, f"it would define {name}, but cannot be read: {error}")
        return
    if name in inside:
        found.leave(line, text, f"{name} stands on both sides: an equation, and no definition")
        return
    argument = arguments[0] if len(arguments) == 1 else ""
    if argument and not re.fullmatch(r"\\?[A-Za-z]\w*", argument):
        found.leave(line, text, f"{name} is not defined before, so that this is no claim")
        return
    if name in definitions:
        found.leave(line, text, f"{name} is defined anew; from here on it means this")
    definition = Definition(name, bare(argument), body, f"{place} {line}", tuple(map(bare, arguments)))
    found.definition = asdict(definition)


def _asked(text: str) -> tuple[str, str, int, tuple[str, ...]] | None:
    """Return the name that is to be differentiated, by what, how often, and its arguments; None for anything else."""
    text = text.strip()
    for pattern in (_FRACTION, _FRACTION_OF, _OPERATOR, _SLASHED):
        if (match := pattern.fullmatch(text)) is not None:
            arguments = tuple(bare(one) for one in (match["arguments"] or "").split(",") if one.strip())
            return bare(match["name"]), bare(match["by"]), 1, arguments
    call = _CALL.fullmatch(text)
    primed = call if call is not None and call["primes"] else _PRIMED.fullmatch(text)
    if primed is None or not primed["primes"]:
        return None
    order = max(len(re.findall(r"'|′|\\prime", primed["primes"])), 1)
    argument = primed["arguments"].strip() if primed is call else ""
    if argument and not re.fullmatch(r"\\?[A-Za-z]\w*", argument):
        return None  # f'(3), f'(x, y)
    return bare(primed["name"]), bare(argument), order, ()


def _judge_pair(
    found: Judged,
    left: str,
    derivative: Derivative | None,
    right: str,
    line: int,
    definitions: Mapping[str, Definition],
    given: Sequence[str],
    conditional: bool,
    seconds: float,
    letters: Iterable[str],
) -> None:
    text = f"{left} = {right}"
    for side in ([] if derivative is not None else [left]) + [right]:
        if refusal := _refusal(side, definitions, given):
            found.add(line, text, "undecided", f"Not checked: {refusal}.")
            return
    if derivative is None and (rounded := _rounded(left, right, definitions, given)) is not None:
        found.add(line, text, str(rounded.status), rounded.reason)
        return
    verdict = decide(left, derivative, right, definitions, given, seconds, letters)
    status, reason = verdict.status, verdict.reason
    claims_derivative = derivative is not None or asks_for_derivative(left, definitions, given)
    if status is Status.REFUTED and any(_DECIMAL.search(side) for side in (left, right)):
        found.add(line, text, "undecided", f"The decimals may be rounded; taken as exact, it is wrong. {reason}")
    elif status is Status.REFUTED and not claims_derivative and conditional:
        found.leave(line, text, "the words before it make it a condition; it does not hold for all values")
    elif status is Status.REFUTED and not claims_derivative and not verdict.same_names:
        found.leave(line, text, "an equation between different quantities, which does not hold for all values")
    else:
        found.add(line, text, str(status), reason)


def _rounded(left: str, right: str, definitions: Mapping[str, Definition], given: Sequence[str]) -> Verdict | None:
    """Return whether the value of a formula rounds to the decimal on its right; None for other pairs."""
    decimal = right.replace("−", "-").replace(" ", "")
    if not re.fullmatch(r"-?\d*\.\d+", decimal) or _DECIMAL.search(left):
        return None
    try:
        if names_in(left, definitions, given):
            return None
        return number.judge(Check("number", left, {"is": decimal}), "")
    except (NotReadError, UnreadableError, CheckError, ClaimError, ArithmeticError, ValueError):
        return None


def _refusal(text: str, definitions: Mapping[str, Definition], given: Sequence[str]) -> str:
    """Say why a formula is not read at all: it would be read as something that is not meant; "" for the others."""
    has_arrays = any(re.search(r"vector|matrix", one) for one in given)
    if match := _OTHER_SIGN.search(text):
        return f"{match.group().strip()} stands in it"
    if (match := _OF_ARRAYS.search(text)) and not has_arrays:
        return f"{match.group()} is of arrays, and none is declared; add a line such as 'given: W matrix(N, M)'"
    if _SECOND.search(text):
        return "a derivative of higher order in this notation is not read"
    if match := _PRIMED_NAME.search(text):
        return f"{match.group()} may be a derivative or a name"
    calls = (_refused_call(match, definitions) for match in _UNKNOWN_CALL.finditer(text))
    return next((refusal for refusal in calls if refusal), "")


def _refused_call(match: re.Match[str], definitions: Mapping[str, Definition]) -> str:
    """Say why a name before a bracket is not read: it may be a function that nobody defined."""
    name = bare(match["name"])
    known = definitions.get(name)
    if is_known_function(name) or (known is not None and known.argument):
        return ""
    if known is not None:
        arguments = tuple(bare(one) for one in match["arguments"].split(","))
        if known.arguments == arguments or "," not in match["arguments"]:
            return ""
        return f"{name} is a function of several variables, which are put in for no others"
    variable = re.fullmatch(r"\s*\\?[A-Za-z]\w*(?:\s*,\s*\\?[A-Za-z]\w*)*\s*", match["arguments"])
    if match["primes"] or "," in match["arguments"] or variable or name in _OFTEN_FUNCTIONS:
        return f"{name} is not defined as a function before"
    return ""


def bare(name: str) -> str:
    r"""Return a name without marks of LaTeX: `\mathbf{x}` is x, `\sigma` is sigma."""
    name = re.sub(r"\\(?:math(?:bf|rm|cal)|boldsymbol|operatorname)\s*\{\s*(\w+)\s*\}", r"\1", name)
    return re.sub(r"[\s\\{}]", "", name)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 200 else text[:197] + "…"
