"""Finds the steps of a certificate: which generators, which factors, which facts give a sign.

The replayer asks and this answers; what is answered is written down, and is checked by the replayer as it is used. An
error here makes a certificate that is rejected, never one that is wrong.
"""

from collections.abc import Iterator, Sequence
from copy import copy
from fractions import Fraction
from itertools import permutations, product
from math import factorial, lcm, prod
from typing import Any

from checks.certificates.algebra import StuckError, fraction
from checks.certificates.sign_search import SignSearch, SplitNeededError
from checks.replay.case import About
from checks.replay.field import UndefinedError, Value
from checks.replay.polynomials import DIGIT, Poly, RejectedError, plus, powers, times
from checks.replay.rules import Tree, names, with_indices

_INDICES = 3
_ORDERS = 720


class FinerError(Exception):
    """A generator e^(b/q) or b^(1/q) was made too coarse; the search begins again with the finer one."""


class DifferentError(StuckError):
    """The two formulas do not come out equal; perhaps they do when indices of these deltas are equal, and not."""

    def __init__(self, deltas: Sequence[tuple[Tree, Tree]]) -> None:
        super().__init__("the two formulas do not come out equal")
        self.deltas = deltas


class Search(SignSearch):
    """Answers each question of the replayer and writes the answers down as steps."""

    def __init__(
        self, about: About, conditions: Sequence[Tree], path: Sequence[Tree], fineness: dict[str, int]
    ) -> None:
        self.fineness = fineness
        self._used_fineness: dict[str, int] = {}
        super().__init__(about, conditions, path, ())

    def ask(self, kind: str, *context: Any) -> Sequence[Any]:
        """Find the next step and write it down."""
        step = getattr(self, f"find_{kind}")(*context)
        self.steps.append((kind, *step))
        return step  # type: ignore[no-any-return]

    def left_over(self) -> bool:
        """There are never steps that wait."""
        return False

    def assume(self) -> None:
        """Use what is given, equations first, so that what follows is reduced by them."""
        numbered = [(n, c) for n, c in enumerate(self.conditions) if c[0] in ("=", "<", "<=")]
        for number, condition in sorted(numbered, key=lambda pair: (pair[1][0] != "=", pair[0])):
            if not self.summing:
                self.take_up(number, {})
            if number < self.universal:
                for renaming in self._instances(condition):
                    self.take_up(number, renaming)

    def _instances(self, condition: Tree) -> Iterator[dict[str, Tree]]:
        """Yield the ways to put indices in scope in the place of those in a condition."""
        own = sorted(names(condition) & set(self.ranges))
        if len(own) > _INDICES:
            return
        choices = [[other for other in self.scope if self.within(name, other)] for name in own]
        for chosen in product(*choices):
            renaming = {name: other for name, other in zip(own, chosen, strict=True) if name != other}
            if renaming and (not self.summing or set(chosen) & set(self.scope[-self.summing :])):
                yield renaming

    def take_up(self, number: int, renaming: dict[str, Tree]) -> None:
        """Use a condition, if it is of use."""
        before = self._state()
        pairs = tuple(renaming.items())
        kind = self.kind_of_use()
        self.steps.append((kind, number, -1, pairs) if pairs else (kind, number))
        try:
            if self.conditions[number][0] == "=":
                self._take_up_equation(number, pairs)
            else:
                self.use(number, -1, pairs)
        except (SplitNeededError, StuckError, RejectedError, UndefinedError):
            self._back_to(before)

    def _take_up_equation(self, number: int, pairs: tuple[tuple[str, Tree], ...]) -> None:
        _, first, second = with_indices(self.conditions[number], dict(pairs))
        place = len(self.steps) - 1
        poly = self.reduced(self.add(self.value(second), self.value(first), -1).num)
        if not poly:
            raise StuckError("the equation says nothing new")
        for lead in sorted({g for monomial in poly for g, _ in powers(monomial)}, key=self._preferred):
            holding = [m for m in poly if (m >> (DIGIT * lead)) & ((1 << DIGIT) - 1)]
            if holding == [1 << (DIGIT * lead)]:
                self.steps[place] = (self.steps[place][0], number, lead, pairs)
                self.use(number, lead, pairs)
                return
        lead = max(poly, key=lambda monomial: sum(exponent for _, exponent in powers(monomial)))
        if lead:
            flat = tuple(n for part in powers(lead) for n in part)
            self.steps[place] = (self.steps[place][0], number, flat, pairs)
            self.use(number, flat, pairs)
        else:
            self.use(number, -1, pairs)

    def _preferred(self, number: int) -> tuple[bool, str]:
        kind, *definition = self.definitions[number]
        return kind != "symbol", str(definition)

    def _state(self) -> dict[str, Any]:
        return {name: copy(value) for name, value in vars(self).items() if name not in ("work", "fineness")}

    def _back_to(self, state: dict[str, Any]) -> None:
        vars(self).update(state)

    # -- exponentials and angles ---------------------------------------------------------------------

    def find_exp(self, exponent: Value) -> list[Any]:
        """Write an exponent over its monomials, each with a generator."""
        found: list[Any] = []
        for above, below, coefficient in self._monomials(exponent):
            single = _single(above) if below == {0: 1} else None
            if single is not None and self.definitions[single][0] == "log" and coefficient.denominator == 1:
                found.append((single, int(coefficient)))
            elif single is not None and (root := self._root_of(single, coefficient)) is not None:
                found.append(root)
            else:
                found.append(self._part_of("exp", exponent, above, below, coefficient))
        return found

    def _root_of(self, single: int, coefficient: Fraction) -> tuple[int, int] | None:
        """Return e^(c ln B) as a power of a root of B that is known."""
        kind, *definition = self.definitions[single]
        for number, (other, *root) in enumerate(self.definitions):
            if (
                kind == "log"
                and other == "root"
                and root[0] == definition[0]
                and root[1] % coefficient.denominator == 0
            ):
                return number, int(coefficient * root[1])
        return None

    def find_angle(self, angle: Value) -> list[Any]:
        """Write an angle over its monomials, each with a pair of generators."""
        return [self._part_of("cos", angle, *part) for part in self._monomials(angle)]

    def _monomials(self, value: Value) -> Iterator[tuple[Poly, Poly, Fraction]]:
        """Yield monomial, denominator and coefficient, cancelled; they add up to the value."""
        num, den = self.to_flint(value.num), self.to_flint(self.product(value.den))
        common = num.gcd(den)
        num, den = num / common, den / common
        for exponents, coefficient in num.to_dict().items():
            monomial = num.context().from_dict({exponents: 1})
            shared = monomial.gcd(den)
            above, below = monomial / shared, den / shared
            leading = below.leading_coefficient()
            yield (
                self.from_flint(above),
                self.from_flint(below / leading),
                fraction(coefficient) / fraction(leading),
            )

    def _part_of(self, kind: str, value: Value, above: Poly, below: Poly, coefficient: Fraction) -> tuple[Any, ...]:
        """Return the item [generator, multiple, …] of one monomial of an exponent or angle."""
        key = f"{kind} {self.tree_of(Value(above, self.over(below)))}"
        fineness = self._finer(key, coefficient.denominator)
        multiple = coefficient.numerator * (fineness // coefficient.denominator)
        wanted = self.multiply(Value(above, self.over(below)), Value({0: Fraction(1, fineness)}))
        for number, (other, *definition) in enumerate(self.definitions):
            if other == kind and self.same(definition[0], wanted):
                return number, multiple
        whole = self.from_flint(self.to_flint(above) * self.to_flint(self.product(value.den)) / self.to_flint(below))
        scale = lcm(*(Fraction(c).denominator for c in whole.values()))
        return -1, multiple, self.written(plus({}, whole, scale)), scale * fineness

    def _finer(self, key: str, denominator: int) -> int:
        before = self.fineness.get(key, 1)
        after = lcm(before, denominator)
        self.fineness[key] = after
        if self._used_fineness.setdefault(key, after) != after:
            raise FinerError
        return after

    # -- logarithms and roots ------------------------------------------------------------------------

    def find_log(self, value: Value) -> list[Any]:
        """Divide a logarithm over the factors that are known to be positive."""
        found: list[Any] = []
        unknown: list[Poly] = [{0: 1}, {0: 1}]
        for factor, exponent in self.factors_of(value):
            form = self.form(factor)
            if form is None or not form.strict:
                place = 0 if exponent > 0 else 1
                for _ in range(abs(exponent)):
                    unknown[place] = times(unknown[place], factor, self.work)
                continue
            piece = factor if form.sign > 0 else plus({}, factor, -1)
            if form.sign < 0 and exponent % 2:
                unknown[0] = plus({}, unknown[0], -1)
            if piece != {0: 1}:
                found.append(self._logarithm_part(piece, {0: 1}, exponent))
        if unknown != [{0: 1}, {0: 1}]:
            if all(set(poly) <= {0} for poly in unknown):
                raise StuckError("a logarithm is taken of something negative")
            found.append(self._logarithm_part(unknown[0], unknown[1], 1))
        return found

    def _logarithm_part(self, above: Poly, below: Poly, exponent: int) -> tuple[Any, ...]:
        single = _single(above) if below == {0: 1} else None
        if single is not None and self.definitions[single][0] in ("exp", "root"):
            return single, exponent
        value = Value(above, self.over(below))
        for number, (kind, *definition) in enumerate(self.definitions):
            if kind == "log" and definition[0] == value:
                return number, exponent
        return -1, exponent, self.written(above), self.written(below)

    def find_root(self, value: Value, p: int, q: int) -> list[Any]:
        """Divide a root over the factors, all of which must be positive."""
        found: list[Any] = []
        sign = 1
        for factor, exponent in self.factors_of(value):
            form = self.form(factor)
            if form is None or not form.strict:
                raise SplitNeededError(self.split_tree(factor))
            sign *= form.sign ** (exponent % 2)
            piece = factor if form.sign > 0 else plus({}, factor, -1)
            if piece == {0: 1}:
                continue
            fineness = self._finer(f"root {self.tree_of(Value(piece))}", q)
            multiple = p * exponent * (fineness // q)
            known = [
                number
                for number, (kind, *definition) in enumerate(self.definitions)
                if kind == "root" and definition == [Value(piece), fineness]
            ]
            found.append((known[0], multiple) if known else (-1, multiple, self.written(piece), fineness))
        if sign < 0:
            raise StuckError("a root is taken of something negative")
        return found

    def find_apply(self, name: str, arguments: Sequence[Value]) -> list[Any]:
        """Name the generator that is the same function of the same argument, if there is one."""
        for number, (kind, *definition) in enumerate(self.definitions):
            if kind == name and all(map(self.same, definition, arguments)):
                return [number]
            if kind == name and name in ("atan", "erf") and not self.reduced(self.add(definition[0], arguments[0]).num):
                return [number, -1]
        return []

    def find_order(self, monomial: int, bound: Sequence[str]) -> tuple[int, ...]:
        """Put the indices of a sum in an order that does not depend on their names.

        Indices are told apart by where they stand, then by what stands beside them, and so on. Of a few that are still
        alike all orders are tried; of many the first is taken for the first, which is right when they are alike by a
        symmetry (a trace turned round) and costs the proof when they are not.
        """
        colours = self._refined(monomial, dict.fromkeys(bound, 0))
        groups = _grouped(bound, colours)
        while prod(factorial(len(group)) for group in groups) > _ORDERS:
            chosen = next(group[0] for group in groups if len(group) > 1)
            colours = self._refined(monomial, colours | {bound[chosen]: -1})
            groups = _grouped(bound, colours)
        orders = product(*(permutations(group) for group in groups))
        flat = [tuple(place for group in order for place in group) for order in orders]
        if len(flat) == 1:
            return flat[0]
        return min(flat, key=lambda order: self._shape({monomial: 1}, {bound[m]: f"_{n}" for n, m in enumerate(order)}))

    def _refined(self, monomial: int, colours: dict[str, int]) -> dict[str, int]:
        """Tell indices apart by the colours of those beside them, until nothing more is told apart."""
        while True:
            shapes = {
                name: (
                    colour,
                    self.ranges[name],
                    self._shape({monomial: 1}, {other: f"?{seen}" for other, seen in colours.items()} | {name: "*"}),
                )
                for name, colour in colours.items()
            }
            ranks = {shape: rank for rank, shape in enumerate(sorted(set(shapes.values()), key=repr))}
            refined = {name: ranks[shape] for name, shape in shapes.items()}
            if len(ranks) == len(set(colours.values())):
                return refined
            colours = refined

    def _shape(self, poly: Poly, renaming: dict[str, str]) -> str:
        """Return a text that says what a polynomial is, with other indices; numbers of generators do not enter it."""
        terms = []
        for monomial, coefficient in poly.items():
            parts = sorted(f"{self._shape_of(g, renaming)}^{n}" for g, n in powers(monomial))
            terms.append(f"{coefficient}*{'*'.join(parts)}")
        return "+".join(sorted(terms))

    def _shape_of(self, number: int, renaming: dict[str, str]) -> str:
        kind, *definition = self.definitions[number]
        if kind == "sin":
            return f"sin {self._shape_of(definition[0], renaming)}"
        if kind == "sum":
            return f"sum({definition[0]}, {self._shape({definition[1]: 1}, renaming)})"
        shown = []
        for part in definition:
            if isinstance(part, Value):
                below = sorted(f"{self._shape(self.factors[f], renaming)}^{n}" for f, n in part.den.items())
                shown.append(f"{self._shape(part.num, renaming)}/{below}")
            else:
                shown.append(str(with_indices(part, renaming)))
        if kind == "delta":
            shown.sort()
        return f"{kind}({', '.join(shown)})"

    # -- what did not come out -----------------------------------------------------------------------

    def free_deltas(self) -> list[tuple[Tree, Tree]]:
        """Return the pairs of indices of Kronecker deltas that are not summed."""
        deltas = [(first, second) for kind, first, second in (d for d in self.definitions if d[0] == "delta")]
        return [pair for pair in deltas if {name for name in pair if isinstance(name, str)} <= set(self.scope)]


def _single(poly: Poly) -> int | None:
    if len(poly) != 1:
        return None
    ((monomial, coefficient),) = poly.items()
    parts = list(powers(monomial))
    return parts[0][0] if coefficient == 1 and len(parts) == 1 and parts[0][1] == 1 else None


def _grouped(names: Sequence[str], colours: dict[str, int]) -> list[list[int]]:
    """Return the places of names of one colour together, in the order of the colours."""
    groups: dict[int, list[int]] = {}
    for place, name in enumerate(names):
        groups.setdefault(colours[name], []).append(place)
    return [groups[colour] for colour in sorted(groups)]
