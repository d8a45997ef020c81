"""A written derivation, step by step: the first wrong step, and whether the end follows all the same."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from checks.formulas.declared import declared
from checks.formulas.equality import SECONDS, Answer, answer
from checks.formulas.operators import read_formula
from checks.formulas.written import Part, Written, written
from checks.verdict import Status, gravest
from derive.reading import UnreadableError
from derive.reading.known import is_known_function

_NAME = r"(?:\\hat\s*\{?\s*\w\s*\}?|\\(?:math(?:bf|rm|cal|bb)|boldsymbol|operatorname)\s*\{\s*\w+\s*\}|\\?[^\W\d]\w*)"
_INDEX = r"(?:_\{[^{}]*\}|_\w+|\^\{[(\[]\w+[)\]]\})*"
_CALL = re.compile(
    rf"(?P<name>{_NAME})(?P<primes>(?:'|′)*|\^\{{\\prime+\}})\s*(?:\\left)?\((?P<arguments>[\w\s,\\{{}}^]*?)(?:\\right)?\)"
)
_PRIMED = re.compile(rf"(?P<name>{_NAME})(?P<primes>(?:'|′)+)")
_FRACTION = re.compile(
    rf"\\[dt]?frac\s*\{{\s*(?:d|\\partial|\\mathrm\s*\{{?d\}}?)\s*(?P<name>{_NAME}{_INDEX})\s*\}}\s*"
    rf"\{{\s*(?:d|\\partial|\\mathrm\s*\{{?d\}}?)\s*(?P<by>{_NAME}{_INDEX})\s*\}}"
)
_SLASHED = re.compile(rf"(?:d|∂)\s*(?P<name>{_NAME}{_INDEX})\s*/\s*(?:d|∂)\s*(?P<by>{_NAME}{_INDEX})")
_NABLA = re.compile(rf"(?:\\nabla|∇)\s*{_INDEX}\s*(?:{_NAME}{_INDEX})?(?:\(.*\))?")
_PLAIN = re.compile(rf"{_NAME}{_INDEX}")


@dataclass(frozen=True)
class Step:
    """One equality of a derivation.

    Attributes
    ----------
    line:
        The line on which its right side begins, counted from 1.
    text:
        Both sides.
    answer:
        What was found.
    condition:
        The given condition without which the step does not hold, or None.
    """

    line: int
    text: str
    answer: Answer
    condition: str | None = None
    place: str = ""

    @property
    def reason(self) -> str:
        """The sentence about this step."""
        reason = self.answer.verdict.reason
        return f"{reason[:-1]}, because {self.condition} was given." if self.condition else reason

    def to_json(self) -> dict[str, Any]:
        """Return the step for programs."""
        facts = self.answer.to_json()
        found = {
            "line": self.line,
            "text": self.text,
            "status": facts["status"],
            "reason": self.reason,
            "procedure": facts["procedure"],
            "counterexample": facts["counterexample"],
            "mistake": facts["mistake"],
            "explanation": facts["explanation"],
            "condition": self.condition,
        }
        return {**found, "place": self.place} if self.place else found


@dataclass
class _Chain:
    """Formulas that are said to be equal, from the first to the last."""

    formulas: list[Part] = field(default_factory=list)


@dataclass(frozen=True)
class Checked:
    """A derivation that was checked.

    Attributes
    ----------
    steps:
        Every step, in the order of the text.
    finals:
        For each chain of more than one step, whether its last formula follows from its first.
    given:
        The declarations that were used.
    """

    steps: tuple[Step, ...]
    finals: tuple[Answer, ...]
    given: tuple[str, ...]

    @property
    def first_wrong(self) -> int | None:
        """The position of the first step that is refuted."""
        return next((n for n, step in enumerate(self.steps) if step.answer.verdict.status is Status.REFUTED), None)

    @property
    def status(self) -> Status:
        """The gravest status of all steps."""
        return gravest(step.answer.verdict.status for step in self.steps)

    @property
    def final(self) -> tuple[Status, str]:
        """Whether the final result follows from the beginning, the gravest of all chains, with a sentence."""
        status = gravest(found.verdict.status for found in self.finals)
        worst = next(found for found in self.finals if found.verdict.status is status)
        words = {
            Status.PROVED: "The final result follows from the first expression",
            Status.REFUTED: "The final result is not equal to the first expression",
        }.get(status, "Whether the final result follows from the first expression is not known")
        return status, f"{words}: {worst.verdict.reason}"

    @property
    def reason(self) -> str:
        """One sentence about the whole."""
        wrong = self.first_wrong
        count = len(self.steps)
        right_end = self.final[0] in (Status.PROVED, Status.AGREES)
        if wrong is not None:
            step = self.steps[wrong]
            end = "; the final result is right all the same" if right_end else ""
            return f"Step {wrong + 1} of {count} ({_at(step)}) is the first wrong one{end}. {step.reason}"
        open_steps = [n for n, step in enumerate(self.steps) if step.answer.verdict.status is not Status.PROVED]
        if open_steps:
            step = self.steps[open_steps[0]]
            word = "could not be read" if step.answer.verdict.status is Status.UNREADABLE else "could not be decided"
            return f"No step is wrong, but step {open_steps[0] + 1} of {count} ({_at(step)}) {word}. {step.reason}"
        return f"All {count} steps hold, each decided alone." if count > 1 else "The one step holds."

    def to_json(self) -> dict[str, Any]:
        """Return the object that `gradproof steps` prints, without the version."""
        status, reason = self.final
        return {
            "status": str(self.status),
            "reason": self.reason,
            "given": list(self.given),
            "steps": [step.to_json() for step in self.steps],
            "first_wrong": self.first_wrong,
            "final": {"status": str(status), "reason": reason},
        }


def _at(step: Step) -> str:
    return f"{step.place}, line {step.line}" if step.place else f"line {step.line}"


class NoStepsError(ValueError):
    """The text holds no equality that could be checked."""


def check_steps(
    text: str | Sequence[tuple[str, str]], given: Sequence[str] = (), *, seconds: float | None = SECONDS
) -> Checked:
    """Check every step of a written derivation alone, and its end against its beginning.

    Parameters
    ----------
    text:
        The text, or for a notebook the name and text of each cell.
    given:
        Declarations and conditions.
    seconds:
        The time limit for each step.

    Raises
    ------
    NoStepsError
        There is no chain of two formulas.
    UnreadableError
        A declaration cannot be read.
    ValueError
        The text is too long.
    """
    pieces = [("", text)] if isinstance(text, str) else list(text)
    found = [(place, written(part)) for place, part in pieces]
    every = tuple(dict.fromkeys([*given, *(condition for _, one in found for condition in one.given)]))
    checker = _Checker(every, seconds)
    for place, one in found:
        checker.check(one, place)
    if not checker.steps:
        raise NoStepsError("no step was found; write a chain of formulas with '=', on one line or on several")
    return Checked(tuple(checker.steps), tuple(checker.finals()), every)


class _Checker:
    def __init__(self, given: tuple[str, ...], seconds: float | None) -> None:
        self.given = given
        self.seconds = seconds
        self.vocabulary = declared(given).vocabulary
        self.steps: list[Step] = []
        self.definitions: dict[str, tuple[str, str]] = {}
        self.chains: dict[str, _Chain] = {}
        self.anonymous = 0

    def check(self, text: Written, place: str) -> None:
        """Check the chains of one text."""
        for chain in text.chains:
            self._chain(chain, place)

    def _chain(self, parts: tuple[Part, ...], place: str) -> None:
        label, rest = self._labelled(parts)
        if label is None:
            self.anonymous += 1
            key = f"#{self.anonymous}"
            current = self.chains.setdefault(key, _Chain())
        else:
            key = re.sub(r"\s+", "", label)
            current = self.chains.setdefault(key, _Chain())
            if not current.formulas:
                start = self._start(label)
                if start is not None:
                    current.formulas.append(Part(start, parts[0].line))
        for part in rest:
            self._add(current, part, place, label)
        if label is not None and rest and current.formulas:
            self._define(label, current.formulas[0].text)

    def _add(self, chain: _Chain, part: Part, place: str, label: str | None) -> None:
        refusal = self._refusal(part.text)
        if not chain.formulas:
            if refusal is None:
                chain.formulas.append(part)
            elif label is None:
                self.steps.append(Step(part.line, part.text, refusal, place=place))
            return
        before = chain.formulas[-1]
        if refusal is not None:
            self.steps.append(Step(part.line, f"{before.text} = {part.text}", refusal, place=place))
            return
        found = answer(before.text, part.text, self.given, seconds=self.seconds)
        self.steps.append(
            Step(part.line, f"{before.text} = {part.text}", found, self._condition(before, part, found), place)
        )
        chain.formulas.append(part)

    def _refusal(self, text: str) -> Answer | None:
        """Return the answer about a formula that cannot be read, or None."""
        try:
            read_formula(text, self.vocabulary)
        except UnreadableError:
            found = answer(text, text, self.given, seconds=self.seconds)
            return found if found.verdict.status is Status.UNREADABLE else None
        return None

    def _condition(self, before: Part, part: Part, found: Answer) -> str | None:
        """Name the equation that was given and without which the step does not hold."""
        if found.verdict.status is not Status.PROVED:
            return None
        for condition in self.given:
            if not re.search(r"(?<![<>!])=", condition):
                continue
            others = tuple(other for other in self.given if other != condition)
            try:
                without = answer(before.text, part.text, others, seconds=self.seconds)
            except UnreadableError:
                continue
            if without.verdict.status in (Status.REFUTED, Status.UNDECIDED):
                return condition
        return None

    def finals(self) -> list[Answer]:
        """Compare the last formula of each chain with its first."""
        found = []
        for chain in self.chains.values():
            if len(chain.formulas) > 1:
                first, last = chain.formulas[0], chain.formulas[-1]
                found.append(answer(first.text, last.text, self.given, seconds=self.seconds))
        return found or [step.answer for step in self.steps[:1]]

    # -- labels: f(x) = …, f'(x) = …, ∂L/∂w = … --

    def _labelled(self, parts: tuple[Part, ...]) -> tuple[str | None, tuple[Part, ...]]:
        """Take the labels off the beginning of a chain: several, as in f'(x) = df/dx = …, are one."""
        label: str | None = None
        rest = parts
        while rest and self._is_label(rest[0].text, rest[1:]):
            label = label or rest[0].text
            if self._start(rest[0].text) is not None:
                label = rest[0].text
            rest = rest[1:]
        return label, rest

    def _is_label(self, text: str, others: tuple[Part, ...]) -> bool:
        text = text.strip()
        if _FRACTION.fullmatch(text) or _SLASHED.fullmatch(text) or _NABLA.fullmatch(text):
            return True
        call = _CALL.fullmatch(text)
        if call is not None:
            name = _bare(call["name"])
            return not is_known_function(name) and name not in self.vocabulary.declared
        primed = _PRIMED.fullmatch(text)
        if primed is not None:
            return _bare(primed["name"]) not in self.vocabulary.declared
        if not _PLAIN.fullmatch(text) or not others:
            return False
        try:
            own = set(read_formula(text, self.vocabulary).names)
            used = set().union(*(read_formula(part.text, self.vocabulary).names for part in others))
        except UnreadableError:
            return len(others) > 0 and not any(text in part.text for part in others)
        return bool(own) and not own & used and not (own & self.vocabulary.declared and len(others) > 1)

    def _define(self, label: str, formula: str) -> None:
        call = _CALL.fullmatch(label.strip())
        if call is not None and not call["primes"]:
            arguments = call["arguments"].split(",")
            if len(arguments) == 1:
                self.definitions[_bare(call["name"])] = (arguments[0].strip(), formula)
        elif _PLAIN.fullmatch(label.strip()):
            self.definitions[_bare(label.strip())] = ("", formula)

    def _start(self, label: str) -> str | None:
        """Return the formula that a label stands for: the derivative of what was defined before."""
        label = label.strip()
        order, by = 1, ""
        match = _FRACTION.fullmatch(label) or _SLASHED.fullmatch(label)
        if match is not None:
            by = match["by"]
        else:
            match = _CALL.fullmatch(label) or _PRIMED.fullmatch(label)
            if match is None or not match["primes"]:
                return None
            order = max(match["primes"].count("'") + match["primes"].count("′"), match["primes"].count("prime"), 1)
        known = self.definitions.get(_bare(match["name"]))
        if known is None:
            return None
        argument, formula = known
        by = by or argument or self._only_variable(formula)
        if not re.fullmatch(r"[^\W\d]\w*", by):
            return None
        for _ in range(order):
            formula = f"d/d{by} ({formula})"
        return formula

    def _only_variable(self, formula: str) -> str:
        try:
            names = list(read_formula(formula, self.vocabulary).names)
        except UnreadableError:
            return ""
        return names[0] if len(names) == 1 else ""


def _bare(name: str) -> str:
    return re.sub(r"\\[a-z]+\s*\{\s*(\w+)\s*\}|[\s\\]", r"\1", name)
