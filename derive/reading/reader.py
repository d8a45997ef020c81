"""Reading a formula: choose the surface, parse, give it its meaning, and put every refusal into words."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from derive.reading import tree
from derive.reading.errors import AlgebraFaultError, Trouble, UnreadableError
from derive.reading.latex import prepare_latex
from derive.reading.meaning import Meaning
from derive.reading.parsing import SURFACES, parse
from derive.reading.source import Source, prepare
from derive.reading.surfaces import likely_surfaces
from derive.reading.vocabulary import Vocabulary

Value = Any
T = TypeVar("T")


@dataclass(frozen=True)
class Reading:
    """A formula that was read.

    Attributes
    ----------
    expression:
        What it means, in SymPy: a scalar, or a matrix expression where the formula has the shape of an array.
    surface:
        `latex`, `python` or `plain`: how the text was read.
    ambiguities:
        How each ambiguous mark was read, one sentence each, in the order of the text.
    names:
        The symbols and arrays that occur, by name.
    defined_where:
        Conditions under which the formula as it was typed is defined, before SymPy cancels x/x to 1; those that always
        hold are left out.
    tree:
        The syntax tree.
    """

    expression: Value
    surface: str
    ambiguities: tuple[str, ...]
    names: dict[str, Value]
    defined_where: tuple[Value, ...]
    tree: tree.Node


def read(
    text: str,
    vocabulary: Vocabulary | None = None,
    *,
    surface: str = "auto",
    preamble: str = "",
) -> Reading:
    r"""Read a formula as LaTeX, as Python or as plain typing.

    Parameters
    ----------
    text:
        The formula, without '='.
    vocabulary:
        What its names mean; a name that is not declared is a real scalar.
    surface:
        `latex`, `python`, `plain`, or `auto`: the text decides.
    preamble:
        User macros, `\newcommand{\X}{\mathbf{x}}`, for formulas in LaTeX.

    Raises
    ------
    UnreadableError
        The text is no formula, or one beyond the limits.
    AlgebraFaultError
        The algebra system cannot build the formula; an UnreadableError for which nobody who typed it is to blame.
    """
    vocabulary = vocabulary or Vocabulary()
    if surface not in (*SURFACES, "auto"):
        raise ValueError(f"the surface is auto, {', '.join(SURFACES)}; not {surface!r}")
    candidates = likely_surfaces(text) if surface == "auto" else (surface,)
    first: UnreadableError | None = None
    for candidate in candidates:
        try:
            source, parsed = parsed_source(text, candidate, preamble)
        except UnreadableError as error:
            first = first or error
            continue
        try:
            return _in_students_text(source, partial(_meaning, source, parsed, vocabulary, candidate))
        except UnreadableError as error:
            first = first or error
            if candidate != "python":  # what is wrong in meaning is so on each surface, but y(1-y) is no call in Python
                break
    assert first is not None
    raise first


def _meaning(source: Source, parsed: tree.Node, vocabulary: Vocabulary, surface: str) -> Reading:
    from derive.reading.surfaces import names_that_stand_alone

    meaning = Meaning(source, vocabulary, surface, names_that_stand_alone(parsed))
    value = meaning.finish(parsed)
    names = dict(sorted(meaning.names.items()))
    return Reading(value, surface, tuple(meaning.ambiguities), names, tuple(meaning.needs), parsed)


def parsed_source(text: str, surface: str, preamble: str = "") -> tuple[Source, tree.Node]:
    """Return the prepared text and its syntax tree."""
    source = prepare(text)
    if surface == "latex":
        source = prepare_latex(source, preamble)
    return source, _in_students_text(source, lambda: parse(source.prepared, surface))


def _in_students_text(source: Source, work: Callable[[], T]) -> T:
    """Do the work; put what goes wrong at its place in the text as it was typed."""
    try:
        return work()
    except Trouble as trouble:
        raise UnreadableError(trouble.message, source.text, source.column(trouble.position), trouble.expected) from None
    except RecursionError:
        raise UnreadableError("the formula is nested too deeply", source.text, 0) from None
    except (TypeError, ValueError, ArithmeticError, NotImplementedError):
        # SymPy says with one of these that it cannot build an expression; the student is not to blame for that.
        raise AlgebraFaultError("the algebra system cannot build this formula", source.text, 0) from None


def relation_sides(text: str, vocabulary: Vocabulary) -> list[tuple[Value, str, Value]]:
    """Return the comparisons of a condition such as 0 < p < 1, each with the meaning of both sides."""
    surface = likely_surfaces(text)[0]
    source, parsed = parsed_source(text, surface)
    if not isinstance(parsed, tree.Relation):
        raise UnreadableError("a condition such as 0 < x < 1 is needed here", text, 0, "a condition")

    def sides() -> list[tuple[Value, str, Value]]:
        meaning = Meaning(source, vocabulary, surface, frozenset())
        values = [meaning.finish(operand) for operand in parsed.operands]
        for value, operand in zip(values, parsed.operands, strict=True):
            if not meaning.is_scalar(value):
                raise Trouble("a condition compares numbers, and this is an array", operand.span[0], "a number")
        return list(zip(values[:-1], parsed.signs, values[1:], strict=True))

    return _in_students_text(source, sides)
