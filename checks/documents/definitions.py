"""Decide two formulas of a document, with what its names were defined to stand for put in.

Names are put in as formulas in SymPy, never as text. Where a formula can be taken in two ways, as ∂L/∂z when L is
written with a, and a is σ(z), it is proved if one way proves it, and refuted only if every way refutes it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from checks.formulas import QuestionError, judged
from checks.formulas.declared import declared
from checks.formulas.equality import Answer, Sides, answer_about, read_both
from checks.formulas.operators import read_formula
from checks.formulas.scalars import rewritten
from checks.verdict import Status
from derive.reading import Reading, UnreadableError
from derive.reading.names import GREEK_WORDS

ROUNDS = 12
SIZE_LIMIT = 20_000
_LETTER = re.compile(r"(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])")
_QUOTIENT = re.compile(r"d\w+_d\w+")
_ARRAYS = (sp.Indexed, sp.IndexedBase, sp.Idx, sp.Sum, sp.Product)


class NotReadError(Exception):
    """A formula cannot be read, or not with its definitions; the message says why."""


@dataclass(frozen=True)
class Definition:
    """What a name stands for.

    Attributes
    ----------
    name:
        The name, without its argument.
    argument:
        Of a function of one variable; "" for the others.
    formula:
        The text that it stands for.
    place:
        Where it is defined.
    arguments:
        All arguments.
    """

    name: str
    argument: str
    formula: str
    place: str
    arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        brackets = f"({', '.join(self.arguments)})" if self.arguments else ""
        return f"{self.name}{brackets} = {' '.join(self.formula.split())} ({self.place})"


@dataclass(frozen=True)
class Derivative:
    """The derivative of something that was defined; `by` is "" where the formula has one variable only."""

    of: Definition
    by: str
    order: int = 1


@dataclass(frozen=True)
class Decided:
    """What was found about a pair, and whether both sides speak of the same quantities."""

    status: Status
    reason: str
    same_names: bool


def decide(
    left: str,
    derivative: Derivative | None,
    right: str,
    definitions: Mapping[str, Definition],
    given: Sequence[str],
    seconds: float,
    letters: Iterable[str] = (),
) -> Decided:
    """Decide whether a formula, or the derivative of a definition, is equal to another formula.

    Parameters
    ----------
    left, right:
        The texts.
    derivative:
        What the left text stands for, where it asks for the derivative of a definition.
    definitions:
        By name; those that occur are put in.
    given:
        Declarations.
    seconds:
        The time limit for each way to take it.
    letters:
        Names of one letter that stand alone somewhere in the document, so that wx is w·x.
    """
    try:
        texts = [left if derivative is None else derivative.of.formula, right]
        put = _Putting(definitions, given, texts, derivative.by if derivative is not None else "", letters)
        ways = list(_of_derivative(put, derivative, seconds) if derivative else _of_pair(put, left, right, seconds))
    except NotReadError as error:
        return Decided(Status.UNDECIDED, f"Not checked: {error}.", same_names=True)
    except UnreadableError as error:
        where = f" (character {error.column + 1} of {error.text[:80]!r})" if error.text else ""
        return Decided(Status.UNREADABLE, f"{error.message}{where}", same_names=True)
    except QuestionError as error:
        return Decided(Status.UNDECIDED, f"Not checked: {error}", same_names=True)
    accepted = [way for way in ways if way.status in (Status.PROVED, Status.AGREES)]
    open_ones = [way for way in ways if way.status is not Status.REFUTED]
    if accepted or not open_ones or len(ways) == 1:
        return (accepted or ways)[0]
    return open_ones[0]


def names_in(text: str, definitions: Mapping[str, Definition], given: Sequence[str]) -> set[str]:
    """Return the names that occur in a formula, or in what they stand for.

    Raises
    ------
    NotReadError
        The formula cannot be read.
    """
    try:
        put = _Putting(definitions, given, [text])
        reading = put.read(text)
        called = {name for name in put.functions if put.calls(reading.expression, name)}
        return {*reading.names, *called}
    except UnreadableError as error:
        raise NotReadError(error.message) from None


def asks_for_derivative(text: str, definitions: Mapping[str, Definition], given: Sequence[str]) -> bool:
    """Tell whether a formula asks for a derivative itself."""
    try:
        put = _Putting(definitions, given, [text])
        expression = put.read(text).expression
    except (UnreadableError, NotReadError):
        return False
    primed = any(str(node.func).endswith("'") for node in put.general(expression))
    return bool(primed or expression.has(sp.Derivative))


# -- the ways to take a claim ------------------------------------------------------------------------


def _of_pair(put: "_Putting", left: str, right: str, seconds: float) -> Iterable[Decided]:
    sides = put.both(left, right)
    if not put.functions:
        plain = answer_about(left, right, put.given, lambda: sides, seconds=seconds)
        first = _decided(plain, (), set(sides.left.names) == set(sides.right.names))
        yield put.careful(first, {*sides.left.names, *sides.right.names})
        if first.status in (Status.PROVED, Status.AGREES, Status.UNREADABLE):
            return
    bound = {str(v) for side in _expressions(sides) for node in side.atoms(sp.Derivative) for v in node.variables}
    spoken = {*sides.left.names, *sides.right.names}
    if put.functions or any(name in put.definitions and name not in bound for name in spoken):
        if put.functions:
            yield put.compared(left, right, sides, keep=spoken | bound, seconds=seconds)
        if any(name in put.definitions and name not in bound for name in spoken):
            yield put.compared(left, right, sides, keep=bound, seconds=seconds)


def _of_derivative(put: "_Putting", asked: Derivative, seconds: float) -> Iterable[Decided]:
    body, right = asked.of.formula, put.texts[1]
    sides = put.both(body, right)
    own = {str(symbol) for symbol in sides.left.expression.free_symbols}
    by = asked.by or (min(own) if len(own) == 1 else "")
    if not by:
        raise NotReadError(f"it is not said by which variable {asked.of.name} is derived")
    spoken = {name for name in (*sides.left.names, *sides.right.names) if name != by}
    simple = not put.functions and asked.order == 1
    found = False
    if by in sides.left.names:
        found = True
        if put.is_of_arrays(sides) and simple and put.reads_alike(body, sides.left):
            yield _decided(judged(body, by, right, put.given, seconds=seconds), (asked.of,), same_names=True)
        else:
            yield put.compared(
                body, right, sides, keep=own | {by}, seconds=seconds, derived=(by, asked.order), used=(asked.of,)
            )
    if any(name in put.definitions for name in spoken):
        whole, _, _ = put.expanded(sides.left.expression, {by})
        if by in {str(symbol) for symbol in whole.free_symbols}:
            found = True
            yield put.compared(
                body, right, sides, keep={by}, seconds=seconds, derived=(by, asked.order), used=(asked.of,)
            )
    if not found:
        raise NotReadError(f"{by} does not occur in {asked.of}")


def _decided(found: Answer, used: Iterable[Definition], same_names: bool) -> Decided:
    with_these = "; ".join(map(str, used))
    reason = found.verdict.reason + (f" With {with_these}." if with_these else "")
    return Decided(found.verdict.status, reason, same_names)


def _expressions(sides: Sides) -> tuple[sp.Basic, sp.Basic]:
    return sides.left.expression, sides.right.expression


class _Putting:
    """Reads formulas with the functions of a document declared, and puts in what names stand for."""

    def __init__(
        self,
        definitions: Mapping[str, Definition],
        given: Sequence[str],
        texts: Sequence[str],
        by: str = "",
        letters: Iterable[str] = (),
    ) -> None:
        self.definitions, self.given, self.texts = definitions, list(given), list(texts)
        known = declared(given).vocabulary
        self.functions = sorted(
            name
            for name, one in definitions.items()
            if one.argument and name not in known.declared and self._is_called(name, [*texts, *self._bodies()])
        )
        self.declarations = [*given, *(f"{name} function" for name in self.functions)]
        every = [*texts, by, *self._bodies(), *(one.argument for one in definitions.values())]
        self.spoken = {letter for text in every for letter in _LETTER.findall(text)} | set(letters)
        self.vocabulary = declared(self.declarations).vocabulary.knowing(self.spoken)
        self._read: dict[str, Reading] = {}

    def _bodies(self) -> list[str]:
        return [one.formula for one in self.definitions.values()]

    def _is_called(self, name: str, texts: Iterable[str]) -> bool:
        call = re.compile(rf"(?<![A-Za-z\\])\\?{re.escape(name)}(?:'|′|\^\{{?\\prime+\}}?)*\s*(?:\\left)?\(")
        return any(call.search(text) for text in texts)

    def text(self, text: str) -> str:
        """Return a text in which f(x, y), called as it is defined, is the name f alone."""
        for name, one in self.definitions.items():
            if len(one.arguments) > 1:
                arguments = r"\s*,\s*".join(rf"\\?{re.escape(argument)}" for argument in one.arguments)
                text = re.sub(
                    rf"(?<![A-Za-z\\])(\\?{re.escape(name)})\s*(?:\\left)?\(\s*{arguments}\s*(?:\\right)?\)",
                    r"\1 ",
                    text,
                )
        return text

    def read(self, text: str) -> Reading:
        """Read a formula."""
        if text not in self._read:
            self._read[text] = self.without_quotients(read_formula(self.text(text), self.vocabulary))
        return self._read[text]

    def both(self, left: str, right: str) -> Sides:
        """Read both sides of a claim."""
        sides = read_both(self.text(left), self.text(right), self.declarations, self.spoken)
        self.without_quotients(sides.left)
        self.without_quotients(sides.right)
        return sides

    def without_quotients(self, reading: Reading) -> Reading:
        r"""Return a reading in which no \frac{dL}{dw} stands, which would be a name of its own."""
        found = next((name for name in reading.names if _QUOTIENT.fullmatch(name)), None)
        if found is not None:
            raise NotReadError(f"a derivative, {found.replace('_', '/')}, stands within a formula")
        return reading

    def general(self, expression: sp.Basic) -> list[Any]:
        """Return the applications of functions that the document defines."""
        return [node for node in expression.atoms(sp.Function) if getattr(node.func, "is_general", False)]

    def calls(self, expression: sp.Basic, name: str) -> bool:
        """Tell whether a formula calls a function."""
        return any(str(node.func).rstrip("'") == name for node in self.general(expression))

    def compared(
        self,
        left: str,
        right: str,
        sides: Sides,
        *,
        keep: set[str],
        seconds: float,
        derived: tuple[str, int] | None = None,
        used: Iterable[Definition] = (),
    ) -> Decided:
        """Decide two sides in which every name stands for what it was defined as, but for those that are kept."""
        first, needs, one = self.expanded(sides.left.expression, keep, sides.left.defined_where)
        second, more, two = self.expanded(sides.right.expression, keep, sides.right.defined_where)
        if derived is not None:
            by = next(symbol for symbol in first.free_symbols if str(symbol) == derived[0])
            for _ in range(derived[1]):
                first = sp.Derivative(first, by)
            more = (*needs, *more)  # a derivative is claimed where the function is defined
        new = replace(
            sides,
            left=replace(sides.left, expression=first, defined_where=needs),
            right=replace(sides.right, expression=second, defined_where=more),
        )
        names = [{str(symbol) for symbol in side.free_symbols} for side in (first, second)]
        found = answer_about(left, right, self.declarations, lambda: new, seconds=seconds)
        decided = _decided(found, dict.fromkeys([*used, *one, *two]), names[0] == names[1])
        return self.careful(decided, names[0] | names[1])

    def careful(self, found: Decided, names: set[str]) -> Decided:
        """Refute nothing that rests on letters which were read as one name, as wx, and may be a product."""
        known = {*GREEK_WORDS, *self.definitions, *self.vocabulary.declared}
        doubtful = sorted(name for name in names if len(name) > 1 and name.isalpha() and name not in known)
        if found.status is not Status.REFUTED or not doubtful:
            return found
        reason = f"{doubtful[0]!r} was read as one name; put spaces between factors. So read: {found.reason}"
        return replace(found, status=Status.UNDECIDED, reason=reason)

    def is_of_arrays(self, sides: Sides) -> bool:
        """Tell whether arrays or sums stand in a claim."""
        return any(getattr(side, "is_Matrix", False) or side.has(*_ARRAYS) for side in _expressions(sides))

    def reads_alike(self, text: str, reading: Reading) -> bool:
        """Tell whether a formula has the same names when it is read alone."""
        return set(read_formula(text, declared(self.given).vocabulary).names) == set(reading.names)

    def expanded(
        self, expression: Any, keep: set[str], where: Sequence[Any] = ()
    ) -> tuple[Any, tuple[Any, ...], list[Definition]]:
        """Return a formula with the definitions put in, where it is then defined, and which definitions they were."""
        needs = list(where)
        used: list[Definition] = []
        for _ in range(ROUNDS):
            if getattr(expression, "is_Matrix", False) or expression.has(*_ARRAYS):
                raise NotReadError("definitions are not put into formulas with arrays and sums")
            change: dict[Any, Any] = {}
            more: list[Any] = []
            for part in (expression, *needs):
                for node in self.general(part):
                    if node not in change:
                        change[node] = self._value(node, more, used)
                for symbol in part.free_symbols:
                    known = self.definitions.get(str(symbol))
                    if known is not None and str(symbol) not in keep and symbol not in change:
                        reading = self.read(known.formula)
                        more.extend(reading.defined_where)
                        used.append(known)
                        change[symbol] = reading.expression
            if not change:
                return _one_symbol(expression), tuple(dict.fromkeys(needs)), used
            expression = _one_symbol(expression.xreplace(change))
            needs = [*(need.xreplace(change) for need in needs), *more]
            if sum(1 for _ in sp.preorder_traversal(expression)) > SIZE_LIMIT:
                raise NotReadError("with its definitions put in it becomes too large")
        raise NotReadError("its definitions stand for each other in a circle")

    def _value(self, node: Any, needs: list[Any], used: list[Definition]) -> Any:
        name = str(node.func)
        known = self.definitions.get(name.rstrip("'"))
        if known is None or not known.argument:
            raise NotReadError(f"{name} is not defined as a function before")
        reading = self.read(known.formula)
        body = _one_symbol(reading.expression)
        if getattr(body, "is_Matrix", False) or body.has(*_ARRAYS):
            raise NotReadError("definitions are not put into formulas with arrays and sums")
        variable = next((symbol for symbol in body.free_symbols if str(symbol) == known.argument), None)
        used.append(known)
        if variable is None:
            return body if not name.endswith("'") else sp.S.Zero
        for _ in range(len(name) - len(name.rstrip("'"))):
            body = rewritten(sp.Derivative(body, variable))
        put_in = {variable: node.args[0]}
        needs.extend(need.xreplace(put_in) for need in reading.defined_where)
        return body.xreplace(put_in)


def _one_symbol(expression: Any) -> Any:
    """Let each name be one symbol, also where only one of two texts shows that it is a whole number."""
    found: dict[str, list[Any]] = {}
    for symbol in sorted(expression.free_symbols, key=sp.srepr):
        found.setdefault(str(symbol), []).append(symbol)
    change = {other: symbols[0] for symbols in found.values() for other in symbols[1:]}
    return expression.xreplace(change) if change else expression
