"""Certificates of functions of arrays of any size, in index notation."""

from collections.abc import Mapping

import sympy as sp

from derive.certificates import hypotheses
from derive.certificates.document import Certificate, NoCertificateError, Theorem
from derive.certificates.names import Identifiers
from derive.certificates.pooling import composed
from derive.certificates.sums import Normaliser, SumWriter, distinct, nested
from derive.derivation import D
from derive.entry import ArrayEntry

LIBRARY = ("Functions", "Sums")


def certificate(entry: ArrayEntry, replaced: Mapping[str, sp.Expr] | None = None) -> Certificate:
    """Return the certificate of an entry.

    Parameters
    ----------
    replaced:
        Other formulas in index notation for some targets, to see them rejected.
    """
    theorems: list[Theorem] = []
    missing: dict[str, str] = {}
    for target in entry.targets if replaced is None else replaced:
        claimed = entry.textbook(target) if replaced is None else replaced[target]
        try:
            theorems.append(_Statement(entry, target, claimed).theorem())
        except NoCertificateError as error:
            missing[target] = str(error)
    if entry.selection is not None and replaced is None:
        theorems += composed(entry)
        return Certificate(entry.name, entry.title, (), tuple(theorems), missing, (*LIBRARY, "Pooling"))
    return Certificate(entry.name, entry.title, (), tuple(theorems), missing, LIBRARY)


class _Statement:
    """One derivative of an entry: ∂(number)/∂(entry of an array) for all sizes."""

    def __init__(self, entry: ArrayEntry, target: str, claimed: sp.Expr) -> None:
        self._entry, self._target = entry, target
        self._at = entry.entry_of(target)
        outside = frozenset({*(entry.indices if entry.is_jacobian else ()), *self._target_indices()})
        self._value = distinct(nested(entry.scalar_for(target)), outside)
        self._claimed = distinct(nested(entry.expanded(claimed)), outside)
        self._derived = distinct(nested(self._first_without_derivative()), outside)
        self._identifiers = Identifiers(taken=("t",))
        self._writer = SumWriter(self._identifiers)
        self._bases = self._arrays()

    def _first_without_derivative(self) -> sp.Expr:
        steps = self._entry.derivation(self._target).steps
        return next(step.after for step in steps if not step.after.has(D))

    def _arrays(self) -> dict[str, sp.IndexedBase | sp.Symbol]:
        """Return the arrays and numbers that stand in the function or the claim, in the order of the entry."""
        formulas = (self._value, self._claimed, self._derived, *(c.lhs for c in self._entry.conditions))
        found = set().union(*(formula.atoms(sp.IndexedBase) for formula in formulas))
        names = {str(base.label): base for base in found}
        for formula in formulas:
            for symbol in formula.free_symbols:
                if isinstance(symbol, sp.Symbol) and not isinstance(symbol, sp.Idx) and not symbol.is_integer:
                    names.setdefault(symbol.name, symbol) if symbol.name not in names else None
        declared = [variable.name for variable in self._entry.variables]
        order = [name for name in declared if name in names] + sorted(name for name in names if name not in declared)
        return {name: names[name] for name in order}

    # -- the text ----------------------------------------------------------------------------------

    def theorem(self) -> Theorem:
        """Return the theorem."""
        name = f"{self._entry.name}_derivative_by_{self._target}"
        function, formula = f"{self._entry.name}_for_{self._target}", f"{self._entry.name}_by_{self._target}"
        value_indices = [index for index in self._entry.indices if index in self._value.free_symbols]
        free = [*value_indices, *(index for index in self._target_indices() if index not in value_indices)]
        sizes = self._sizes()
        arguments = [self._writer.size(size) for size in sizes] + [self._identifiers.of(one) for one in self._bases]
        declared, write = self._declared(sizes), self._writer.write
        definitions = (
            f"Definition {function} {declared}{self._indices(value_indices)} : R :=\n  {write(self._value)}.",
            f"Definition {formula} {declared}{self._indices(free)} : R :=\n  {write(self._claimed)}.",
        )
        changed, at = self._changed()
        applied = [changed if one == self._identifiers.of(self._target) else one for one in arguments]
        conclusion = (
            f"is_derive (fun t => {' '.join([function, *applied, *map(self._writer.size, value_indices)])}) {at}\n"
            f"    ({' '.join([formula, *arguments, *map(self._writer.size, free)])})"
        )
        return Theorem(
            name=name,
            target=self._target,
            meaning=f"{formula} is the derivative of {function} by an entry of {self._target}, for all sizes.",
            binders=(*self._binders(sizes), *([f"{' '.join(map(self._writer.size, free))} : nat"] if free else [])),
            hypotheses=tuple(self._hypotheses(sizes, free)),
            conclusion=conclusion,
            proof=(f"unfold {function}, {formula}.", *self._script()),
            definitions=definitions,
        )

    def _target_indices(self) -> list[sp.Idx]:
        return list(self._at.indices) if isinstance(self._at, sp.Indexed) else []

    def _sizes(self) -> list[sp.Symbol]:
        shapes = [size for base in self._bases.values() if isinstance(base, sp.IndexedBase) for size in base.shape]
        return sorted({symbol for size in shapes for symbol in size.free_symbols}, key=lambda symbol: symbol.name)

    def _type(self, base: sp.IndexedBase | sp.Symbol) -> str:
        return "nat -> " * (len(base.shape) if isinstance(base, sp.IndexedBase) else 0) + "R"

    def _binders(self, sizes: list[sp.Symbol]) -> list[str]:
        groups = [f"{' '.join(map(self._writer.size, sizes))} : nat"] if sizes else []
        previous = None
        for name, base in self._bases.items():
            kind = self._type(base)
            if kind == previous:
                groups[-1] = groups[-1].replace(" :", f" {self._identifiers.of(name)} :", 1)
            else:
                groups.append(f"{self._identifiers.of(name)} : {kind}")
            previous = kind
        return groups

    def _declared(self, sizes: list[sp.Symbol]) -> str:
        return " ".join(f"({group})" for group in self._binders(sizes))

    def _indices(self, indices: list[sp.Idx]) -> str:
        return f" ({' '.join(map(self._writer.size, indices))} : nat)" if indices else ""

    def _changed(self) -> tuple[str, str]:
        """Return the array with t in the place of the entry, and the value that stands there."""
        name = self._identifiers.of(self._target)
        indices = [self._writer.size(index) for index in self._target_indices()]
        if not indices:
            return "t", name
        if len(indices) > 2:
            raise NoCertificateError(f"{self._target} has more than two indices")
        put = "put" if len(indices) == 1 else "put2"
        return f"({put} {' '.join([name, *indices])} t)", f"({' '.join([name, *indices])})"

    def _hypotheses(self, sizes: list[sp.Symbol], free: list[sp.Idx]) -> list[str]:
        from derive.indices import length

        lines = [f"(0 < {self._writer.size(size)})%nat" for size in sizes]
        lines += [f"({self._writer.size(index)} < {self._writer.size(length(index))})%nat" for index in free]
        values = {variable.name: variable.values for variable in self._entry.variables}
        values |= {stage.name: stage.values for stage in self._entry.stages}
        for name, base in self._bases.items():
            if isinstance(base, sp.Symbol):
                lines += hypotheses.of_range(base, values.get(name, sp.S.Reals), self._writer)
            elif values.get(name, sp.S.Reals) != sp.S.Reals:
                lines += self._entries_in(base, values[name])
        lines += [
            f"{self._writer.write(nested(one.lhs))} = {self._writer.write(one.rhs)}" for one in self._conditions()
        ]
        return [*lines, *self._off_kinks()]

    def _conditions(self) -> list[sp.Eq]:
        """Return the conditions that the derivation uses."""
        return list(dict.fromkeys(self._entry.derivation(self._target).conditions))

    def _entries_in(self, base: sp.IndexedBase, values: sp.Set) -> list[str]:
        names = [f"i{number}" for number in range(len(base.shape))]
        bounds = [f"({one} < {self._writer.size(size)})%nat" for one, size in zip(names, base.shape, strict=True)]
        entry = " ".join([self._identifiers.of(str(base.label)), *names])
        symbol = sp.Symbol("entry", real=True)
        inner = hypotheses.of_range(symbol, values, self._writer)
        written = [line.replace(self._writer.write(symbol), entry) for line in inner]
        return [f"(forall {' '.join(names)} : nat, {' -> '.join([*bounds, line])})" for line in written]

    def _off_kinks(self) -> list[str]:
        """Return that no rectifier is at its kink."""
        lines: dict[str, None] = {}
        for node in self._value.atoms(sp.Max):
            (inner,) = [argument for argument in node.args if argument != 0]
            bound = sorted((index for index in inner.atoms(sp.Idx)), key=str)
            if not inner.has(self._at.base if isinstance(self._at, sp.Indexed) else self._at):
                continue
            from derive.indices import length

            names = " ".join(map(self._writer.size, bound))
            bounds = "".join(f"({self._writer.size(one)} < {self._writer.size(length(one))})%nat -> " for one in bound)
            lines[f"(forall {names} : nat, {bounds}{self._writer.relation(inner, '<>', sp.S.Zero)})"] = None
        return list(lines)

    def _script(self) -> list[str]:
        normaliser = Normaliser(self._writer)
        _, left = normaliser.normalised(self._derived)
        _, right = normaliser.normalised(self._claimed)
        return [
            "intros.",
            *self._rewritten(),
            "eapply by_rules; [by_rule |].",
            f"transitivity ({self._writer.write(self._derived)}).",
            "{ sums_alike. }",
            *left,
            *right,
            "sum_identity.",
        ]

    def _rewritten(self) -> list[str]:
        """Return the lines that go over to the form of the function that is differentiated."""
        if self._entry.rewritten is None:
            return []
        base = self._at.base
        changed = sp.IndexedBase(sp.Symbol(f"{base.label}_t", real=True), shape=base.shape)
        form = nested(self._entry.rewritten[1]).replace(
            lambda node: isinstance(node, sp.Indexed) and node.base == base,
            lambda node: changed[node.indices],
        )
        name = self._identifiers.of(str(changed.label))
        put, _ = self._changed()
        return [
            f"apply (is_derive_ext (fun t => let {name} := {put} in {self._writer.write(form)})).",
            "{ same_function. }",
            "cbv zeta.",
        ]
