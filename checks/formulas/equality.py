"""Are two typed formulas the same? Reads both, finds the right procedure, and says how it understood the text."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

import sympy as sp

from checks.certificates import Claim
from checks.formulas import arrays, scalars
from checks.formulas.certified import Certified, certified
from checks.formulas.declared import Declared, declared
from checks.formulas.limits import OutOfTimeError, at_most
from checks.formulas.mistakes import (
    Mistake,
    Problem,
    entry_of,
    indexed_problem,
    look_for_mistake,
    mistake_of_shape,
    scalar_problem,
    still_asked,
)
from checks.formulas.operators import read_formula as read
from checks.formulas.shown import in_brackets
from checks.verdict import Attempt, Counterexample, Misreading, Proof, Status, Verdict
from derive.indices import length
from derive.reading import Reading, UnreadableError, Vocabulary, entry
from derive.reading.names import GREEK_WORDS

SECONDS = 5.0
_ROW, _COLUMN = "ρ", "κ"
_ROUNDS = 4
_NO_VERDICT = Verdict(status=Status.UNDECIDED, reason="Nothing was compared.", evidence=Attempt(tried=()))


@dataclass(frozen=True)
class Answer:
    """What was found about two typed formulas.

    Attributes
    ----------
    verdict:
        The verdict with its evidence.
    left, right:
        The texts.
    given:
        The declarations.
    ambiguities:
        How ambiguous marks were read.
    explanation:
        The classic mistake that turns the left side into the right one, or None.
    certificate:
        For what is proved, plain data from which `checks.replay` confirms it without the prover; None where there is
        none.
    without_certificate:
        Why there is none.
    """

    verdict: Verdict
    left: str
    right: str
    given: tuple[str, ...] = ()
    ambiguities: tuple[str, ...] = ()
    explanation: Mistake | None = None
    certificate: Mapping[str, Any] | None = None
    without_certificate: str = ""

    @property
    def mistake(self) -> str | None:
        """The stable name of the mistake, or None."""
        return self.explanation.name if self.explanation is not None else None

    @property
    def procedure(self) -> str:
        """The procedure that decided, or what was tried."""
        evidence = self.verdict.evidence
        if isinstance(evidence, Proof):
            return evidence.procedure
        if isinstance(evidence, Counterexample):
            return "disjoint enclosures (Arb balls) at a point"
        if isinstance(evidence, Attempt):
            return "; ".join(evidence.tried)
        return ""

    def to_json(self) -> dict[str, Any]:
        """Return the object that `gradproof equal` prints, without the version."""
        evidence = self.verdict.evidence
        counterexample = None
        if isinstance(evidence, Counterexample):
            counterexample = {
                "point": dict(evidence.point),
                "left": in_brackets(str(evidence.left)),
                "right": in_brackets(str(evidence.right)),
            }
        found: dict[str, Any] = {
            "status": str(self.verdict.status),
            "reason": self.verdict.reason,
            "left": self.left,
            "right": self.right,
            "given": list(self.given),
            "procedure": self.procedure,
            "counterexample": counterexample,
            "mistake": self.mistake,
            "explanation": self.explanation.to_json() if self.explanation is not None else None,
            "ambiguities": list(self.ambiguities),
            "certificate": self.certificate,
        }
        if isinstance(evidence, Proof):
            if self.certificate is None:
                found["without_certificate"] = self.without_certificate
            found["conditions"] = list(evidence.conditions)
            found["exceptions"] = list(evidence.exceptions)
        if isinstance(evidence, Misreading):
            found["character"] = evidence.column + 1
            found["unreadable"] = evidence.text
        return found


@dataclass(frozen=True)
class Sides:
    """Two formulas that were read, in symbols of one vocabulary."""

    left: Reading
    right: Reading
    given: Declared
    left_text: str = ""

    @property
    def ambiguities(self) -> tuple[str, ...]:
        """How ambiguous marks of both sides were read."""
        return tuple(dict.fromkeys((*self.left.ambiguities, *self.right.ambiguities)))


class IncomparableError(Exception):
    """Both sides were read, but there is no sense in comparing them."""


def equal(left: str, right: str, given: Iterable[str] = (), *, seconds: float | None = SECONDS) -> Verdict:
    """Decide whether two typed formulas are equal.

    Parameters
    ----------
    left, right:
        Formulas as LaTeX, as Python or as plain typing.
    given:
        Declarations and conditions, such as `a positive`, `0 < p < 1`, `W matrix(N, M)`.
    seconds:
        The time limit; what is not decided by then is undecided. None is without limit.

    Returns
    -------
    Verdict
        `proved`, `refuted` with a point, `unreadable` with the place in the text, or `undecided` with what was tried.
    """
    return answer(left, right, given, seconds=seconds).verdict


def answer(left: str, right: str, given: Iterable[str] = (), *, seconds: float | None = SECONDS) -> Answer:
    """Decide as `equal`, and return also how the texts were read and which classic mistake explains a difference."""
    given = tuple(given)
    return answered(left, right, given, lambda: _Pair(read_both(left, right, given)), seconds)


def answer_about(
    left: str, right: str, given: Iterable[str], sides: Callable[[], Sides], *, seconds: float | None = SECONDS
) -> Answer:
    """Decide as `answer` two sides that somebody else reads, for instance with definitions put in."""
    return answered(left, right, tuple(given), lambda: _Pair(sides()), seconds)


class Compared(Protocol):
    """Two formulas that were read, to be decided and, where they differ, to be explained."""

    ambiguities: tuple[str, ...]

    def compared(self) -> Verdict:
        """Decide whether they are equal."""

    def claim(self) -> Claim:
        """Return what a certificate of their equality has to show."""

    def problem(self) -> Problem:
        """Return the problem to find the mistake that gives the one where the other is right."""

    def mistake_of_shape(self) -> Mistake | None:
        """Return the mistake by which the one has another shape than the other, or None."""


class _Pair:
    """Two typed formulas, of which the left one is right."""

    def __init__(self, sides: Sides) -> None:
        self.sides = sides
        self.ambiguities = sides.ambiguities

    def compared(self) -> Verdict:
        return compare(self.sides)

    def claim(self) -> Claim:
        return claim_of(self.sides)

    def problem(self) -> Problem:
        return _problem(self.sides)

    def mistake_of_shape(self) -> Mistake | None:
        left, right = self.sides.left.expression, self.sides.right.expression
        if not (getattr(left, "is_Matrix", False) and getattr(right, "is_Matrix", False)):
            return None
        names = {**self.sides.left.names, **self.sides.right.names}
        bases = {name: value for name, value in names.items() if isinstance(value, sp.IndexedBase)}
        (asked, places), (wrong, theirs) = entry_of(left, bases), entry_of(right, bases)
        return mistake_of_shape(asked, places, wrong, theirs, self.sides.given, self.sides.left_text)


def answered(
    left: str,
    right: str,
    given: tuple[str, ...],
    read_sides: Callable[[], Compared],
    seconds: float | None,
    *,
    reproduce: str = "",
) -> Answer:
    """Read and decide two formulas, look for the mistake where they differ, and turn every failure into a verdict."""
    sides: Compared | None = None
    explanation: Mistake | None = None
    verdict: Verdict
    found = Certified(_NO_VERDICT)
    begun = time.monotonic()
    try:
        with at_most(seconds):
            sides = read_sides()
            verdict = sides.compared()
        left_over = seconds if seconds is None else max(0.05, seconds - (time.monotonic() - begun))
        found = certified(verdict, sides.claim, left_over)
        verdict = found.verdict
    except UnreadableError as error:
        verdict = unreadable(error)
    except IncomparableError as error:
        verdict = Verdict(status=Status.UNREADABLE, reason=str(error), evidence=Misreading(text=right, column=0))
        explanation = explained(sides.mistake_of_shape, seconds) if sides is not None else None
    except OutOfTimeError:
        verdict = out_of_time(seconds)
    except MemoryError:
        verdict = Verdict(
            status=Status.UNDECIDED,
            reason="Neither proved nor refuted: the memory that this process may use ran out.",
            evidence=Attempt(tried=("the memory ran out",)),
        )
    except Exception as error:
        verdict = Verdict(
            status=Status.FAULT,
            reason=f"This is an error of ours, not of the formulas: {type(error).__name__}.",
            evidence=Attempt(tried=(f"{type(error).__name__}: {error}"[:300],)),
        )
    ambiguities = sides.ambiguities if sides is not None else ()
    if verdict.status is Status.REFUTED and sides is not None:
        explanation = explained(partial(_looked_for, sides), seconds)
        read_so = f" This rests on the reading: {'; '.join(ambiguities[:3])}." if ambiguities else ""
        verdict = replace(verdict, reason=f"{verdict.reason}{read_so}")
    verdict = with_mistake(verdict, explanation)
    verdict = replace(verdict, reproduce=reproduce or reproduction(left, right, given))
    return Answer(verdict, left, right, given, ambiguities, explanation, found.certificate, found.without)


def claim_of(sides: Sides) -> Claim:
    """Return what a certificate has to show: the formulas as they were read, before anything was rewritten."""
    left, right, _ = _entries(sides)
    left, right = one_symbol_for_each_name(left, right)
    return Claim(
        left,
        right,
        sides.given.vocabulary.domain,
        (*sides.left.defined_where, *sides.right.defined_where),
        borders=not any(side.has(sp.Derivative) for side in (left, right)),
        equations=sides.given.equations,
        entries={name: vocabulary.domain for name, vocabulary in sides.given.entries.items()},
    )


def with_mistake(verdict: Verdict, explanation: Mistake | None) -> Verdict:
    """Return the verdict with the name of the mistake, and with its sentence in the reason."""
    if explanation is None:
        return verdict
    sentence = f"{explanation.sentence[0].upper()}{explanation.sentence[1:]}."
    return replace(verdict, reason=f"{verdict.reason} {sentence}", mistake=explanation.name)


def explained(look: Callable[[], Mistake | None], seconds: float | None) -> Mistake | None:
    """Look for a mistake; the limit in time is a last resort behind those that count work."""
    try:
        with at_most(seconds):
            return look()
    except (Exception, OutOfTimeError):  # an explanation is a help, and its failure leaves the verdict as it is
        return None


def _looked_for(sides: Compared) -> Mistake | None:
    return look_for_mistake(sides.problem())


def _problem(sides: Sides) -> Problem:
    """Return the problem to find the mistake that gives the right side where the left one is meant."""
    left, right, _ = _entries(sides)
    left, right = one_symbol_for_each_name(left, right)
    if in_index_notation(left, right):
        return indexed_problem(left, right, sides.given, sides.left_text)
    needs = (*sides.left.defined_where, *sides.right.defined_where)
    vocabulary = sides.given.vocabulary
    domain = scalars.tightened(vocabulary.domain, needs)
    given = replace(sides.given, vocabulary=replace(vocabulary, domain=domain))
    if not left.has(sp.Derivative) and right.has(sp.Derivative):
        left, right = right, left
    return scalar_problem(left, right, given, still_asked(left))


def reproduction(left: str, right: str, given: Iterable[str]) -> str:
    """Return the command that asks the same again."""
    import shlex

    words = ["gradproof", "equal", left, right]
    for text in given:
        words += ["--given", text]
    return shlex.join(words)


def unreadable(error: UnreadableError) -> Verdict:
    """Return the verdict about a text that could not be read."""
    where = f" (character {error.column + 1} of {_short(error.text)!r})" if error.text else ""
    return Verdict(
        status=Status.UNREADABLE,
        reason=f"{error.message}{where}",
        evidence=Misreading(text=error.text, column=error.column, expected=error.expected),
    )


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "…"


def out_of_time(seconds: float | None) -> Verdict:
    """Return the verdict about a pair on which the time ran out."""
    return Verdict(
        status=Status.UNDECIDED,
        reason=f"Neither proved nor refuted: the time limit of {seconds:g} s was reached.",
        evidence=Attempt(tried=("the time ran out",)),
    )


# -- reading ---------------------------------------------------------------------------------------


def read_both(left: str, right: str, given: Iterable[str], spoken: Iterable[str] = ()) -> Sides:
    """Read two formulas, each knowing the names of the other, and those that are spoken of elsewhere.

    Raises
    ------
    UnreadableError
        A text or a declaration cannot be read.
    IncomparableError
        One name means different things on the two sides.
    """
    known = declared(given)
    vocabulary = known.vocabulary.knowing(spoken)
    first, second = _both(left, right, vocabulary)
    learnt = _learnt(first, second, vocabulary)
    if learnt is not None:
        vocabulary = learnt
        first, second = _both(left, right, vocabulary)
        known = replace(known, vocabulary=vocabulary)
    ranges = _learnt_ranges(first, second, vocabulary)
    if ranges is not None:
        vocabulary = replace(vocabulary, indices=ranges)
        first, second = _both(left, right, vocabulary)
        known = replace(known, vocabulary=vocabulary)
    return Sides(first, second, known, left)


def _both(left: str, right: str, vocabulary: Vocabulary) -> tuple[Reading, Reading]:
    """Read both sides with the same knowledge of what stands alone, so that `wx` is one thing on both."""
    shared: frozenset[str] = frozenset()
    for _ in range(_ROUNDS):
        knowing = vocabulary.knowing(shared)
        first, second = read(left, knowing), read(right, knowing)
        found = frozenset(name for reading in (first, second) for name in reading.names if _stands_alone(name))
        if found <= shared:
            break
        shared |= found
    return first, second


def _stands_alone(name: str) -> bool:
    """Tell whether a name is no word that may be a product of letters."""
    base = name.partition("_")[0].rstrip("'")
    return len(base) == 1 or base in GREEK_WORDS


def _learnt_ranges(first: Reading, second: Reading, vocabulary: Vocabulary) -> dict[str, sp.Expr] | None:
    """Let one side say how far an index runs where the other could only guess; None where nothing is learnt."""
    if any(getattr(reading.expression, "is_Matrix", False) for reading in (first, second)):
        return None
    found: dict[str, dict[sp.Expr, None]] = {}
    for reading in (first, second):
        for index in sorted(reading.expression.atoms(sp.Idx), key=sp.srepr):
            found.setdefault(index.name, {})[length(index)] = None
    clashing = {name for name, sizes in found.items() if len(sizes) > 1 and name not in vocabulary.indices}
    if not clashing:
        return None
    guessed = {sp.Symbol(f"n_{name}", integer=True, positive=True) for name in found}
    certain = {size for sizes in found.values() for size in sizes} - guessed
    learnt = dict(vocabulary.indices)
    for name in sorted(clashing):
        own = [size for size in found[name] if size not in guessed]
        if len(own) > 1:
            return None
        if own:
            learnt[name] = own[0]
    if len(learnt) == len(vocabulary.indices) and len(certain) <= 1:
        # Only guesses: indices that meet in a delta run over the same values, here all of them.
        size = next(iter(certain), min(guessed & {s for sizes in found.values() for s in sizes}, key=str))
        learnt |= {name: size for name in found if name not in vocabulary.indices}
    return learnt if len(learnt) > len(vocabulary.indices) else None


def _learnt(first: Reading, second: Reading, vocabulary: Vocabulary) -> Vocabulary | None:
    """Let one side say that a name is an array or a size, where the other side alone does not show it."""
    symbols = dict(vocabulary.symbols)
    for name in sorted(set(first.names) | set(second.names)):
        if name in symbols:
            continue
        found = [reading.names[name] for reading in (first, second) if name in reading.names]
        arrays_found = [value for value in found if isinstance(value, sp.IndexedBase)]
        if arrays_found:
            if (
                len(arrays_found) < 2
                or arrays_found[0].shape != arrays_found[1].shape
                or len(found) > len(arrays_found)
            ):
                symbols[name] = min(arrays_found, key=lambda array: sp.srepr(array.shape))
        elif len({sp.srepr(value) for value in found}) > 1:
            symbols[name] = next((value for value in found if value.is_integer), found[0])
    return replace(vocabulary, symbols=symbols) if symbols != dict(vocabulary.symbols) else None


# -- the right procedure ---------------------------------------------------------------------------


def compare(sides: Sides) -> Verdict:
    """Decide two formulas that were read.

    Raises
    ------
    IncomparableError
        The sides have different shapes.
    """
    left, right, shown = _entries(sides)
    left, right = one_symbol_for_each_name(left, right)
    needs = (sides.left.defined_where, sides.right.defined_where)
    if in_index_notation(left, right):
        given = sides.given
        _same_ranges(left, right)
        every = tuple(dict.fromkeys((*needs[0], *needs[1])))
        left, right = (_carried_out(side) for side in (left, right))
        verdict = arrays.decide(left, right, given, every, shown)
        unsure = _guessed_size(left, right, sides) if verdict.status is Status.REFUTED else None
        if unsure is not None:
            return Verdict(
                status=Status.UNDECIDED,
                reason=f"How far the index {unsure} runs is not declared, and the answer depends on it; "
                f"declare it, for instance --given '{unsure} index(n)'.",
                evidence=Attempt(tried=(verdict.reason,)),
            )
        return verdict
    return scalars.decide(left, right, sides.given.vocabulary.domain, needs)


def _guessed_size(left: sp.Expr, right: sp.Expr, sides: Sides) -> str | None:
    """Name an index whose range was guessed and is spoken of on one side only."""
    declared_sizes = set(sides.given.vocabulary.sizes)
    only = {s.name for s in left.free_symbols ^ right.free_symbols if type(s) is sp.Symbol}
    guesses = sorted(name for name in only if name.startswith("n_") and name not in declared_sizes)
    return guesses[0].removeprefix("n_") if guesses else None


def _carried_out(side: sp.Expr) -> sp.Expr:
    if side.has(sp.Derivative):
        raise IncomparableError("A derivative of a formula with sums and entries is not carried out here.")
    return side


def in_index_notation(*formulas: sp.Expr) -> bool:
    """Tell whether a formula has entries, sums over indices or Kronecker deltas."""
    return any(formula.has(sp.Indexed, sp.Sum, sp.KroneckerDelta, sp.Idx) for formula in formulas)


def _entries(sides: Sides) -> tuple[sp.Expr, sp.Expr, tuple[sp.Idx, ...]]:
    """Return both sides as numbers: those of the entry in row ρ and column κ where they are arrays."""
    left, right = sides.left.expression, sides.right.expression
    shapes = [tuple(side.shape) if getattr(side, "is_Matrix", False) else () for side in (left, right)]
    if shapes == [(), ()]:
        return left, right, ()
    arrays_by_name = {
        name: value
        for reading in (sides.left, sides.right)
        for name, value in reading.names.items()
        if isinstance(value, sp.IndexedBase)
    }
    if left == 0 and shapes[0] == ():
        shapes[0] = shapes[1]
    if right == 0 and shapes[1] == ():
        shapes[1] = shapes[0]
    first, second = shapes
    if (
        first != second
        and sorted(map(str, first)) == sorted(map(str, second))
        and sp.S.One in first
        and "python" in (sides.left.surface, sides.right.surface)
    ):
        if first[0] == 1:
            left, first = (left if left == 0 else sp.Transpose(left)), second
        else:
            right, second = (right if right == 0 else sp.Transpose(right)), first
    if first != second:
        raise IncomparableError(
            f"The shapes are different, so there is nothing to compare: {_shape(first)} on the left, "
            f"{_shape(second)} on the right."
        )
    row = sp.S.Zero if first[0] == 1 else sp.Idx(_ROW, first[0])
    column = sp.S.Zero if first[1] == 1 else sp.Idx(_COLUMN, first[1])
    shown = tuple(index for index in (row, column) if isinstance(index, sp.Idx))
    numbers = [side if side == 0 else entry(side, row, column, arrays_by_name) for side in (left, right)]
    return numbers[0], numbers[1], shown


def _shape(shape: tuple[sp.Expr, ...]) -> str:
    return f"an array ({', '.join(map(str, shape))})" if shape else "a number"


def one_symbol_for_each_name(left: sp.Expr, right: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Let n be one symbol on both sides, also where only one side shows that it is a whole number."""
    by_name: dict[str, set[sp.Symbol]] = {}
    for side in (left, right):
        for symbol in side.free_symbols:
            if type(symbol) is sp.Symbol:
                by_name.setdefault(symbol.name, set()).add(symbol)
    for name, found in by_name.items():
        if len(found) > 1:
            kept = sorted(found, key=lambda s: (not s.is_integer, not s.is_positive, sp.srepr(s)))[0]
            change = {symbol: kept for symbol in found if symbol != kept}
            left, right = left.xreplace(change), right.xreplace(change)
            del name
    return left, right


def _same_ranges(left: sp.Expr, right: sp.Expr) -> None:
    """Refuse an index that runs over different ranges on the two sides."""
    found: dict[str, set[str]] = {}
    for side in (left, right):
        for index in arrays.free_indices(side):
            found.setdefault(str(index), set()).add(str(index.args))
    for name, ranges in sorted(found.items()):
        if len(ranges) > 1:
            raise IncomparableError(f"The index {name} runs over different ranges on the two sides; declare it.")
