"""Formulas in index notation, for all sizes: entries, Kronecker deltas, and sums over whole ranges.

Σ_i (f + g) = Σ_i f + Σ_i g          Σ_i c f = c Σ_i f,  Σ_i c = n c       where c does not depend on i
Σ_i a_i Σ_j b_ij = Σ_ij a_i b_ij     Σ_ij a_i b_j = (Σ_i a_i)(Σ_j b_j)
Σ_i δ_ik f(i) = f(k)                 where i and k run over the same range
Σ_i f(i) = Σ_j f(j)                  where i and j run over the same range
Σ_i i^p                              as the polynomial of n that it is
"""

from collections.abc import Iterable
from fractions import Fraction
from math import comb

from checks.replay.data import whole_numbers
from checks.replay.field import ONE, ZERO, Value
from checks.replay.indices import Indices
from checks.replay.polynomials import DIGIT, Poly, RejectedError, constant, power, powers, times, variable
from checks.replay.rules import Tree, has_value, names

_HIGHEST = 12
_SWITCHES = frozenset(("abs", "sign", "step", "max", "min"))


class Sums(Indices):
    """Sums over whole ranges."""

    def _value(self, tree: Tree) -> Value:
        bound = self.scope[len(self.scope) - self.summing :]
        if bound and isinstance(tree, tuple) and names(tree) & set(bound):
            op, *parts = tree
            if op in _SWITCHES:
                return self._applied(op, *map(self.value, parts))
            if op == "cases":
                return self._whole_cases(parts)
        return super()._value(tree)

    def _whole_cases(self, branches: Iterable[Tree]) -> Value:
        kind, values = "cases", []
        if not all(has_value(part) for branch in branches for part in (branch[1], *branch[2][1:])):
            raise RejectedError("a case inside a sum must have a value where it is not chosen too")
        for branch in branches:
            _, value, (op, *sides) = branch
            kind += f" {op}"
            if len(sides) != (0 if op == "true" else 2) or op not in ("true", "<", "<=", ">", ">=", "=", "!="):
                raise RejectedError("a case inside a sum is told by one comparison")
            if sides:
                values.append(self.add(self.value(sides[0]), self.value(sides[1]), -1))
            values.append(self.value(value))
        return self._applied(kind, *values)

    # -- sums --------------------------------------------------------------------------------------

    def _op_sum(self, body: Tree, *limits: Tree) -> Value:
        bound = []
        for limit in limits:
            if not isinstance(limit, tuple) or len(limit) != 3 or limit[0] != "range":
                raise RejectedError("a sum runs over ranges")
            self._enter(*limit[1:])
            bound.append(limit[1])
        self.summing += len(bound)
        self.assume()
        value = self.value(body)
        del self.scope[len(self.scope) - len(bound) :]
        self.summing -= len(bound)
        return self._summed(value, bound)

    def assume(self) -> None:
        """Take up conditions that hold for all values of an index."""

    def _summed(self, value: Value, bound: list[str]) -> Value:
        outside, num = {}, value.num
        for factor, exponent in value.den.items():
            if self._names_of(self.factors[factor]) & set(bound):
                num = times(num, power(variable(self._inverse(self.factors[factor])), exponent, self.work), self.work)
            else:
                outside[factor] = exponent
        return self.multiply(self._sum_of_poly(self.reduced(num), bound), Value(constant(1), outside))

    def _sum_of_poly(self, poly: Poly, bound: list[str]) -> Value:
        total = ZERO
        for monomial, coefficient in poly.items():
            total = self.add(total, self._sum_of(monomial, bound), coefficient)
        return total

    def _sum_of(self, monomial: int, bound: list[str]) -> Value:
        """Return the sum of a product of generators."""
        self.work.spend(8)
        factors = list(powers(monomial))
        for number, _ in factors:
            kind, *definition = self.definitions[number]
            rest: Poly = {monomial - (1 << (DIGIT * number)): 1}
            if kind == "sum" and self.depends(number) & set(bound):
                ranges, inner = definition
                fresh = {name: self._fresh(size) for name, size in ranges}
                product = times(rest, self._renamed_monomial(inner, fresh), self.work)
                return self._sum_of_poly(self.reduced(product), [*bound, *fresh.values()])
            if kind == "delta":
                for gone, kept in (definition, definition[::-1]):
                    if gone in bound and self.within(gone, kept):
                        left = [name for name in bound if name != gone]
                        renamed = self._renamed_monomial(next(iter(rest)), {gone: kept})
                        return self._sum_of_poly(self.reduced(renamed), left)
        result, waiting = ONE, list(bound)
        while waiting:
            part, together = {waiting[0]}, 0
            while True:
                found = {n: p for n, p in factors if self.depends(n) & part}
                more = part | {name for n in found for name in self.depends(n) & set(bound)}
                if more == part:
                    break
                part = more
            together = sum(p << (DIGIT * n) for n, p in found.items())
            factors = [(n, p) for n, p in factors if n not in found]
            result = self.multiply(result, self._component(together, [name for name in waiting if name in part]))
            waiting = [name for name in waiting if name not in part]
        return self.multiply(result, Value(self.reduced({sum(p << (DIGIT * n) for n, p in factors): 1})))

    def _component(self, monomial: int, bound: list[str]) -> Value:
        """Return the sum of a product that cannot be divided, under names that do not depend on how it was typed."""
        if not monomial:
            return self.value(self.ranges[bound[0]])
        ((number, exponent), *more) = powers(monomial)
        if len(bound) == 1 and not more and self.definitions[number] == ("index", bound[0]) and exponent <= _HIGHEST:
            return self._sum_of_powers(self.value(self.ranges[bound[0]]), exponent)
        order = whole_numbers(self.ask("order", monomial, bound)) if len(bound) > 1 else [0]
        if sorted(order) != list(range(len(bound))):
            raise RejectedError("the indices of a sum are not put in an order")
        level = 1 + max(self._level(n) for n, _ in powers(monomial))
        ranges = tuple((f"{level}.{n}:{self.ranges[bound[m]]}", self.ranges[bound[m]]) for n, m in enumerate(order))
        for name, size in ranges:
            self._runs(name, size)
        if any({name for name, _ in ranges} & self.depends(n) for n, _ in powers(monomial)):
            raise RejectedError("an index of a sum has the name of another one")
        seen = self.obvious({monomial: 1})
        renamed = self._renamed_monomial(monomial, {bound[m]: name for (name, _), m in zip(ranges, order, strict=True)})
        ((monomial, coefficient), *others) = renamed.items() or ((0, 0),)
        if others or coefficient != 1:
            raise RejectedError("a product in a sum changes with the names of its indices")
        sum_of = self.generator("sum", ranges, monomial)
        if seen:
            (self.positive if seen == "+" else self.nonnegative).add(sum_of)
        return Value(self.reduced(variable(sum_of)))

    def _sum_of_powers(self, size: Value, exponent: int) -> Value:
        """Return Σ_{i<n} i^p, from n^(p+1) = Σ_{j≤p} C(p+1, j) Σ_i i^j."""
        total = self.raised(size, exponent + 1)
        for lower in range(exponent):
            known = self._sum_of_powers(size, lower) if lower else size
            total = self.add(total, known, -comb(exponent + 1, lower))
        return self.multiply(total, Value(constant(Fraction(1, exponent + 1))))
