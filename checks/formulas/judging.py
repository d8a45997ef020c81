"""Is this the derivative? An entry of the catalogue or a typed function, the variable, and somebody's formula."""

from collections.abc import Iterable
from dataclasses import replace

import sympy as sp

from checks.certificates import Claim
from checks.formulas import arrays, scalars
from checks.formulas.arrays import free_indices
from checks.formulas.equality import (
    SECONDS,
    Answer,
    IncomparableError,
    answered,
    in_index_notation,
    one_symbol_for_each_name,
)
from checks.formulas.mistakes import Mistake, Problem, entry_of, mistake_of_shape
from checks.formulas.mistakes.words import shown as in_words
from checks.formulas.operators import read_formula
from checks.formulas.questions import Question, of_entry, of_function
from checks.formulas.scalars import rewritten
from checks.verdict import Verdict
from derive.entry import Entry
from derive.indices import length
from derive.reading import entry as element


def judge(
    question: Entry | str, by: str, formula: str, given: Iterable[str] = (), *, seconds: float | None = SECONDS
) -> Verdict:
    """Judge a typed derivative, and name the classic mistake that gives exactly this wrong answer.

    Parameters
    ----------
    question:
        An entry of the catalogue, or a function as text.
    by:
        The variable: a target of the entry, or for a typed function a name, or an entry of an array such as `x_k`.
    formula:
        The answer: LaTeX, Python or plain; an array as a matrix expression, or one entry of it in the indices of the
        question. Other index names are understood where their ranges say which axis is meant.
    given:
        Declarations, such as `x vector(n)`; an entry of the catalogue declares its own names.
    seconds:
        The time limit.

    Returns
    -------
    Verdict
        With the stable name of the mistake in `mistake`, and its sentence in the reason. `judged` returns the correct
        step too.

    Raises
    ------
    QuestionError, UnreadableError
        The question cannot be asked, whoever answers it.
    """
    return judged(question, by, formula, given, seconds=seconds).verdict


def judged(
    question: Entry | str, by: str, formula: str, given: Iterable[str] = (), *, seconds: float | None = SECONDS
) -> Answer:
    """Judge as `judge`, and return also how the text was read, the mistake in words, and the correct step."""
    given = tuple(given)
    if isinstance(question, Entry):
        asked, name, source = (
            of_entry(question, by, given),
            f"∂{question.name}/∂{by}",
            f"gradproof.load({question.name!r})",
        )
    else:
        asked, name, source = of_function(question, by, given), f"∂/∂{by} ({question})", repr(question)
    declared = f", {list(given)!r}" if given else ""
    again = f"gradproof.judge({source}, {by!r}, {formula!r}{declared})"
    return answered(name, formula, given, lambda: _Judged(asked, formula), seconds, reproduce=again)


class _Judged:
    """A question and the answer to it, read: what `answered` needs of two sides."""

    def __init__(self, question: Question, formula: str) -> None:
        self.question = question
        vocabulary = question.given.vocabulary.knowing(question.given.vocabulary.symbols)
        self.reading = read_formula(formula, vocabulary)
        self.ambiguities = self.reading.ambiguities
        self.places = question.places

    def compared(self) -> Verdict:
        """Decide whether the answer is right."""
        question = self.question
        right, wrong = one_symbol_for_each_name(self.question.right, self._answer())
        first, second = (rewritten(question.expanded(side)) for side in (right, wrong))
        needs = tuple(question.expanded(need) for need in self.reading.defined_where)
        if self._indexed(first, second):
            return arrays.decide(first, second, question.given, needs, self._whole())
        return scalars.decide(right, wrong, question.given.vocabulary.domain, ((), needs))

    def claim(self) -> Claim:
        """Return what a certificate that the answer is right has to show."""
        question, given = self.question, self.question.given
        right, wrong = one_symbol_for_each_name(question.right, self._answer())
        needs = tuple(self.reading.defined_where)
        indexed = tuple(rewritten(question.expanded(side)) for side in (right, wrong))
        if self._indexed(*indexed):
            right, wrong = indexed
            needs = tuple(map(question.expanded, needs))
        return Claim(
            right,
            wrong,
            given.vocabulary.domain,
            needs,
            borders=not any(side.has(sp.Derivative) for side in (right, wrong)),
            equations=_about(given.equations, right, wrong),
            entries={name: vocabulary.domain for name, vocabulary in given.entries.items()},
        )

    def problem(self) -> Problem:
        """Return the problem to find the mistake."""
        question = self.question
        right, wrong = one_symbol_for_each_name(question.right, self._answer())
        indexed = self._indexed(question.expanded(right), question.expanded(wrong))
        given = question.given
        if not indexed:
            domain = scalars.tightened(given.vocabulary.domain, self.reading.defined_where)
            given = replace(given, vocabulary=replace(given.vocabulary, domain=domain))
        carried_out = rewritten(right)
        return Problem(
            carried_out,
            rewritten(wrong),
            asked=question.asked,
            given=given,
            shown=question.shown or in_words(carried_out),
            indexed=indexed,
            adjoints=question.adjoints,
            outputs=question.outputs,
            variable=question.variable,
            others=question.others,
            pool=question.pool,
            names=question.names,
            expanded=question.expanded,
            declared=question.declared,
        )

    def mistake_of_shape(self) -> Mistake | None:
        """Return the mistake by which the answer has another shape, or None."""
        value, question = self.reading.expression, self.question
        right = question.expanded(question.right)
        if getattr(value, "is_Matrix", False):
            answer, theirs = entry_of(value, self._bases)
        else:
            answer, theirs = value, tuple(sorted(free_indices(value), key=str))
        return mistake_of_shape(
            right, question.places, question.expanded(answer), theirs, question.given, question.shown
        )

    @property
    def _bases(self) -> dict[str, sp.IndexedBase]:
        return {name: base for name, base in self.reading.names.items() if isinstance(base, sp.IndexedBase)}

    def _indexed(self, *formulas: sp.Expr) -> bool:
        return in_index_notation(*formulas) or bool(self.question.places)

    def _whole(self) -> tuple[sp.Idx, ...]:
        return self.question.places if getattr(self.reading.expression, "is_Matrix", False) else ()

    def _answer(self) -> sp.Expr:
        """Return the answer as a number in the indices of the question.

        Raises
        ------
        IncomparableError
            Its shape is another one.
        """
        value, places = self.reading.expression, self.question.places
        if getattr(value, "is_Matrix", False):
            return self._entry(value, places)
        free = sorted(free_indices(value) - set(places), key=str)
        open_places = [place for place in places if place not in free_indices(value)]
        change: dict[sp.Idx, sp.Idx] = {}
        for index in free:
            fitting = [place for place in open_places if length(place) == length(index)]
            rivals = [other for other in free if length(other) == length(index)]
            if len(fitting) != 1 or len(rivals) != 1:
                named = ", ".join(map(str, places)) or "no index"
                raise IncomparableError(f"The index {index} is not one of the question; its answer has {named}.")
            change[index] = fitting[0]
        return value.xreplace(change)

    def _entry(self, value: sp.Expr, places: tuple[sp.Idx, ...]) -> sp.Expr:
        shape, wanted = tuple(value.shape), tuple(length(place) for place in places)
        if shape == wanted:
            return element(value, places[0], places[1], self._bases)
        if shape == (*wanted, 1):
            return element(value, places[0], sp.S.Zero, self._bases)
        if shape == (1, *wanted):
            return element(value, sp.S.Zero, places[0], self._bases)
        is_array = f"an array ({', '.join(map(str, wanted))})" if wanted else "a number"
        raise IncomparableError(
            f"The answer has the shape ({', '.join(map(str, shape))}), but the derivative is {is_array}."
        )


def _about(equations: tuple[tuple[sp.Expr, sp.Expr], ...], *formulas: sp.Expr) -> tuple[tuple[sp.Expr, sp.Expr], ...]:
    """Return the equations that speak of an array of the formulas: Σ Y = 1 says nothing of Aᵀ dU."""
    occurring = {node.base for formula in formulas for node in formula.atoms(sp.Indexed)}
    return tuple(
        pair for pair in equations if any(node.base in occurring for side in pair for node in side.atoms(sp.Indexed))
    )
