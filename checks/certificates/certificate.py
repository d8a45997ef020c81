"""Makes a certificate: divides the domain into cases and finds the steps of each, until the replayer is satisfied."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy as sp

from checks.certificates.algebra import StuckError
from checks.certificates.search import DifferentError, FinerError, Search
from checks.certificates.sign_search import SplitNeededError
from checks.certificates.trees import NotWrittenError, Writer, range_conditions
from checks.replay import LimitError, RejectedError, replay
from checks.replay.certificate import VERSION
from checks.replay.data import DEPTH, TEXT_LIMIT
from checks.replay.field import UndefinedError
from checks.replay.polynomials import DIGIT, Work
from checks.replay.proof import Proof
from checks.replay.rules import Tree, has_value, names, with_indices
from derive.domain import Domain

CASES = 729
_WORK = 2_000_000
_ATTEMPTS = 40


class NoCertificateError(Exception):
    """No certificate could be made; the reason is for people."""


class NotShownError(Exception):
    """The two formulas were followed to the end and are not shown to be equal; the reason is for people."""


@dataclass(frozen=True)
class Claim:
    """What is to be shown.

    Attributes
    ----------
    left, right:
        The two formulas.
    domain:
        Where the symbols lie.
    needs:
        The conditions under which the formulas are defined as they were typed.
    borders:
        False leaves out the points at which a switch is at its kink, as for a derivative.
    equations:
        Pairs of formulas in index notation that are equal for all values of their indices.
    entries:
        For arrays by name, where each of their entries lies.
    """

    left: sp.Expr
    right: sp.Expr
    domain: Domain
    needs: Sequence[sp.Basic] = ()
    borders: bool = True
    equations: Sequence[tuple[sp.Expr, sp.Expr]] = ()
    entries: Mapping[str, Domain] = field(default_factory=dict)


def statement_of(claim: Claim) -> dict[str, Any]:
    """Return the statement of a certificate.

    Raises
    ------
    NotWrittenError
        It holds something that certificates do not cover.
    """
    writer, domain = Writer(), claim.domain
    left, right = writer.tree(claim.left), writer.tree(claim.right)
    where = [fact for need in claim.needs for fact in writer.facts(need)]
    given = [fact for condition in domain.conditions for fact in writer.facts(condition)]
    given += [("=", *map(writer.tree, equation)) for equation in claim.equations]
    for array, entries in sorted(claim.entries.items()):
        if array in writer.arrays:
            entry = writer.entry(array)
            for symbol in entries.ranges:
                given += range_conditions(symbol, entries, entry)
    for name, symbol in sorted(writer.symbols.items()):
        given += range_conditions(symbol, domain, name)
    return {
        "left": left,
        "right": right,
        "names": sorted(writer.symbols),
        "indices": sorted(writer.indices.items()),
        "given": list(dict.fromkeys(given)),
        "where": list(dict.fromkeys(where)),
        "except": [],
    }


def certificate_of(claim: Claim) -> dict[str, Any]:
    """Make a certificate and replay it.

    Raises
    ------
    NoCertificateError
        Certificates do not cover something in the claim, or a limit was reached.
    NotShownError
        No step is missing, but the two formulas do not come out equal.
    RejectedError
        The replayer does not accept what was made.
    """
    try:
        statement = statement_of(claim)
        maker = Maker(statement, borders=claim.borders)
        proof = {"steps": []} if maker.left == maker.right else maker.case(())
        statement["except"] = list(maker.except_for)
        found = {"certificate": VERSION, "statement": statement, "proof": proof}
        text = json.dumps(found, ensure_ascii=False)
    except NotWrittenError as error:
        raise NoCertificateError(str(error)) from None
    except RecursionError:
        raise NoCertificateError(f"a formula is nested more than {DEPTH} deep") from None
    if len(text) > TEXT_LIMIT:
        raise NoCertificateError(f"the certificate would be longer than {TEXT_LIMIT} characters")
    try:
        replay(text)
    except LimitError as error:
        raise NoCertificateError(str(error)) from None
    return json.loads(text)  # type: ignore[no-any-return]


class Maker(Proof):
    """Finds the proof of a statement."""

    def __init__(self, statement: Mapping[str, Any], *, borders: bool) -> None:
        super().__init__(statement, Work(_WORK))
        self.borders = borders
        self.except_for: dict[Tree, None] = {}
        self._choices = [n for n, condition in enumerate(self.given) if condition[0] == "in"]

    def case(self, path: tuple[Tree, ...], chosen: tuple[int, ...] = ()) -> dict[str, Any]:  # type: ignore[override]
        """Return the proof of one case.

        Raises
        ------
        NoCertificateError, NotShownError
            No proof was found.
        """
        self.settled += 1
        if self.settled > CASES:
            raise NoCertificateError(f"there are more than {CASES} cases")
        fineness: dict[str, int] = {}
        for _ in range(_ATTEMPTS):
            try:
                steps = self._steps(path, fineness)
            except FinerError:
                continue
            except SplitNeededError as needed:
                return self._choice(path, chosen) or self._divided(needed.tree, path, chosen)
            except LimitError as error:
                raise NoCertificateError(str(error)) from None
            except (StuckError, RejectedError) as error:
                found = self._choice(path, chosen) or self._by_deltas(error, path, chosen)
                found = found or self._by_terms(path, chosen) or self._by_slopes(path, chosen)
                if found is None:
                    raise NotShownError(str(error)) from None
                return found
            return {"steps": steps}
        raise NotShownError("the exponents have no common denominator within reach")

    def _steps(self, path: tuple[Tree, ...], fineness: dict[str, int]) -> list[Any]:
        """Return the steps that settle a case.

        Raises
        ------
        SplitNeededError, StuckError, RejectedError
            They do not settle it as it is.
        """
        here = self._search(self.given, path, fineness)
        try:
            here.assume()
            left, right = here.value(self.left), here.value(self.right)
            if not here.same(left, right) and not here.empty():
                raise DifferentError(here.free_deltas())
        except UndefinedError:
            pass
        except (SplitNeededError, StuckError):
            if not here.empty():
                raise
        return here.steps

    def _by_deltas(self, error: Exception, path: tuple[Tree, ...], chosen: tuple[int, ...]) -> dict[str, Any] | None:
        """Divide by whether two free indices are equal."""
        for delta in error.deltas if isinstance(error, DifferentError) else ():
            first, second = delta if delta[0] in self.about.indices else delta[::-1]
            cases = {
                key: self.case((*path, (word, first, second)), chosen)
                for key, word in (("equal", "same"), ("unequal", "different"))
            }
            return {"same": (first, second), **cases}
        return None

    def _by_terms(self, path: tuple[Tree, ...], chosen: tuple[int, ...]) -> dict[str, Any] | None:
        """Show that what is summed is equal on both sides for every value of the index."""
        left, right = _summands(self.left), _summands(self.right)
        for size in {**left, **right}:
            name = next(n for terms in (left, right) for n, _ in terms.get(size, ()))
            sides = [("+", *(with_indices(t, {n: name}) for n, t in terms.get(size, ()))) for terms in (left, right)]
            equation = ("=", *(("sum", side, ("range", name, size)) for side in sides))
            if equation in path or name in self.about.indices:
                continue
            indices = (*self.statement["indices"], (name, size))
            about = {**self.statement, "left": sides[0], "right": sides[1], "indices": indices, "except": ()}
            try:
                terms = Maker(about, borders=True).case(path)
            except NotShownError:
                continue
            then = self.case((*path, equation), chosen)
            return {"index": (name, size), "left": sides[0], "right": sides[1], "termwise": terms, "then": then}
        return None

    def _by_slopes(  # noqa: PLR0911 - one for each thing that may stand in the way
        self, path: tuple[Tree, ...], chosen: tuple[int, ...]
    ) -> dict[str, Any] | None:
        """Show that the derivatives are equal on an interval, and one value in it."""
        wanted = {name for side in (self.left, self.right) for name in _below_arctangents(side)}
        for x in sorted(wanted & self.about.symbols):
            inside = self._search(self.given, path, {})
            inside.assume()
            low, high = _bounds(inside, x)
            interval = ([("<", low, x)] if low is not None else []) + ([("<", x, high)] if high is not None else [])
            try:
                inside.inside(interval, x)
            except (SplitNeededError, StuckError):
                return None
            fineness: dict[str, int] = {}
            for _ in range(_ATTEMPTS):
                slopes = self._search(interval, (), fineness)
                slopes.assume()
                slopes.show_everywhere()
                try:
                    sides = [slopes.differentiated(side, x) for side in (self.left, self.right)]
                except FinerError:
                    continue
                except SplitNeededError as needed:
                    return self._divided(needed.tree, path, chosen)
                except (StuckError, RejectedError, UndefinedError):
                    return None
                break
            else:
                return None
            if not slopes.same(*sides):
                return None
            for at in _candidates(low, high):
                values = self._search((("=", x, at),), (), {})
                try:
                    values.assume()
                    values.inside(interval, at)
                    if not values.same(values.value(self.left), values.value(self.right)):
                        continue
                except (StuckError, SplitNeededError, RejectedError, UndefinedError, FinerError):
                    continue
                steps = {"inside": inside.steps, "slopes": slopes.steps, "values": values.steps}
                return {"constant": x, "between": interval, "at": at, **steps}
        return None

    def _search(self, conditions: Sequence[Tree], path: Sequence[Tree], fineness: dict[str, int]) -> Search:
        return Search(self.about, conditions, path, fineness)

    def _choice(self, path: tuple[Tree, ...], chosen: tuple[int, ...]) -> dict[str, Any] | None:
        """Divide by the values of a name of which the values are listed."""
        number = next((n for n in self._choices if n not in chosen), None)
        if number is None:
            return None
        _, name, *values = self.given[number]
        cases = [self.case((*path, ("=", name, value)), (*chosen, number)) for value in values]
        return {"choose": number, "cases": cases}

    def _divided(self, tree: Tree, path: tuple[Tree, ...], chosen: tuple[int, ...]) -> dict[str, Any]:
        if not has_value(tree, self.evaluated):
            raise NotShownError("the sign of something is needed that need not be defined")
        found: dict[str, Any] = {"split": tree}
        conditions = {"+": ("<", 0, tree), "-": ("<", tree, 0), "0": ("=", tree, 0)}
        if not self.borders:
            del conditions["0"]
            self.except_for[tree] = None
        for mark, condition in conditions.items():
            if condition in path:
                raise NotShownError("the sign of an expression was not found")
            found[mark] = self.case((*path, condition), chosen)
        return found


def _summands(tree: Tree) -> dict[Tree, list[tuple[str, Tree]]]:
    """Return what is summed over one index in a tree that adds such sums up, by the sizes of the ranges."""
    found: dict[Tree, list[tuple[str, Tree]]] = {}
    for term in tree[1:] if isinstance(tree, tuple) and tree[0] == "+" else (tree,):
        factors = term[1:] if isinstance(term, tuple) and term[0] == "*" else (term,)
        sums = [factor for factor in factors if isinstance(factor, tuple) and factor[0] == "sum"]
        if len(sums) == 1 and len(sums[0]) == 3:
            _, body, (_, name, size) = sums[0]
            others = [factor for factor in factors if factor is not sums[0]]
            found.setdefault(size, []).append((name, ("*", *others, body)))
    return found


def _below_arctangents(tree: Tree) -> set[str]:
    """Return the names in arguments of arctan and its kin."""
    if not isinstance(tree, tuple):
        return set()
    if tree[0] in ("atan", "asin", "acos"):
        return names(tree)
    return set().union(*map(_below_arctangents, tree[1:])) if len(tree) > 1 else set()


def _bounds(here: Search, x: str) -> tuple[Tree | None, Tree | None]:
    """Return the nearest numbers that are known to lie below and above a symbol."""
    lows: list[Fraction] = []
    highs: list[Fraction] = []
    lead = 1 << (DIGIT * here.generator("symbol", x))
    for poly, strict in here.facts:
        if strict and set(poly) <= {lead, 0} and lead in poly:
            (lows if poly[lead] > 0 else highs).append(-Fraction(poly.get(0, 0)) / Fraction(poly[lead]))
    return (_number(max(lows)) if lows else None), (_number(min(highs)) if highs else None)


def _number(value: Fraction) -> Tree:
    return int(value) if value.denominator == 1 else ("/", value.numerator, value.denominator)


def _candidates(low: Tree | None, high: Tree | None) -> list[Tree]:
    """Return numbers at which both formulas may be compared."""
    ends = [Fraction(*end[1:]) if isinstance(end, tuple) else Fraction(end) for end in (low, high) if end is not None]
    middle = [sum(ends) / 2] if len(ends) == 2 else [ends[0] + (1 if low is not None else -1)] if ends else []
    halves = (0, 1, -1, 2, -2, Fraction(1, 2), Fraction(-1, 2))
    return [_number(Fraction(at)) for at in (*middle, *halves)]
