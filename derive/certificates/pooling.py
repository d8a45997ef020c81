"""The certificate of a whole network with ReLU and max-pooling: one statement for every open region.

The derivation goes stage by stage, with the selection of the maxima held fixed. Here the network is put together: the
loss as a function of its weights, pools and all, and its gradient with the selection that the weights lead to.
"""

import sympy as sp

from derive.certificates.document import NoCertificateError, Theorem
from derive.certificates.expressions import APPLICATION, Written
from derive.certificates.names import Identifiers
from derive.certificates.sums import Normaliser, SumWriter, distinct, nested
from derive.derivation import D
from derive.differentiate import differentiate
from derive.entry import ArrayEntry
from derive.indices import length, total


class _Letters(SumWriter):
    """Writes some arrays as definitions applied to the weights that they depend on."""

    def __init__(self, identifiers: Identifiers, letters: dict[str, str]) -> None:
        super().__init__(identifiers)
        self._letters = letters

    def _function(self, node: sp.Basic) -> Written:
        if isinstance(node, sp.Indexed) and str(node.base.label) in self._letters:
            return " ".join([self._letters[str(node.base.label)], *map(self.size, node.indices)]), APPLICATION
        return super()._function(node)


def composed(entry: ArrayEntry) -> list[Theorem]:
    """Return one theorem for each weight of a network with one stage and one pooling of 2x2 cells.

    Raises
    ------
    NoCertificateError
        The network has another form.
    """
    if entry.selection is None or len(entry.stages) != 1 or len(entry.definitions) != 1:
        raise NoCertificateError("only a network with one pooling before its last stage is put together")
    network = _Network(entry)
    return [network.theorem(target) for target in entry.targets if target != entry.stages[0].name]


class _Network:
    def __init__(self, entry: ArrayEntry) -> None:
        self._entry = entry
        (self._stage,) = entry.stages
        ((self._pooled, self._pooled_formula),) = entry.definitions
        assert entry.selection is not None
        self._selected, self._cell, self._over = entry.selection
        self._identifiers = Identifiers(taken=("t",))
        names = [self._identifiers.of(variable.name) for variable in entry.variables]
        self._weights = names
        self._sizes = sorted(
            {size for variable in entry.variables for extent in variable.shape for size in extent.free_symbols},
            key=str,
        )
        arguments = " ".join(names)
        self._names = {
            part: f"{entry.name}_{part}"
            for part in ("cell", str(self._selected.base.label), str(self._pooled.base.label), self._stage.name, "loss")
        }
        self._writer = _Letters(
            self._identifiers,
            {part: f"{name} {arguments}" for part, name in self._names.items() if part not in ("cell", "loss")},
        )

    # -- definitions -------------------------------------------------------------------------------

    def _types(self, *, sized: bool) -> str:
        groups = [f"({self._writer.size(size)} : nat)" for size in self._sizes] if sized else []
        for name, variable in zip(self._weights, self._entry.variables, strict=True):
            groups.append(f"({name} : {'nat -> ' * len(variable.shape)}R)")
        return " ".join(groups)

    def _definitions(self) -> tuple[str, ...]:
        write, size = self._writer.write, self._writer.size
        arguments = " ".join(self._weights)
        cell, selected = self._names["cell"], str(self._selected.base.label)
        pooled, stage = str(self._pooled.base.label), self._stage.name
        e, f = map(size, self._over)
        outer = " ".join(map(size, self._pooled.indices))
        types = self._types(sized=False)
        formula = self._stage.formula.xreplace({self._pooled_formula: self._pooled})
        return (
            f"Definition {cell} {types} ({outer} {e} {f} : nat) : R :=\n  {write(nested(self._cell))}.",
            f"Definition {self._names[selected]} {types} ({outer} {e} {f} : nat) : R :=\n"
            f"  winner (fun {e} {f} => {cell} {arguments} {outer} {e} {f}) {e} {f}.",
            f"Definition {self._names[pooled]} {types} ({outer} : nat) : R :=\n"
            f"  pool (fun {e} {f} => {cell} {arguments} {outer} {e} {f}).",
            f"Definition {self._names[stage]} {types} ({size(self._stage.entry.indices[0])} : nat) : R :=\n"
            f"  {write(nested(formula))}.",
            f"Definition {self._names['loss']} {self._types(sized=True)} : R :=\n  {write(nested(self._entry.value))}.",
        )

    # -- one theorem -------------------------------------------------------------------------------

    def theorem(self, target: str) -> Theorem:
        """Return the theorem for one weight."""
        entry, writer = self._entry, self._writer
        at = entry.entry_of(target)
        free = list(at.indices) if isinstance(at, sp.Indexed) else []
        outside = frozenset(free)
        claimed = distinct(nested(self._with_slope(entry.textbook(target))), outside)
        derived = distinct(nested(self._derived(at)), outside)
        name = f"{entry.name}_network_by_{target}"
        sizes = " ".join(map(writer.size, self._sizes))
        arguments = " ".join(self._weights)
        indices = " ".join(map(writer.size, free))
        place = self._identifiers.of(target)
        changed = f"({'put2' if len(free) == 2 else 'put'} {place} {indices} t)" if free else "t"
        applied = " ".join(changed if one == place else one for one in self._weights)
        definition = (
            f"Definition {name} {self._types(sized=True)}{f' ({indices} : nat)' if free else ''} : R :=\n"
            f"  {writer.write(claimed)}."
        )
        inward = list(reversed(self._names.values()))  # each stands in the ones before it
        everything, letters = ", ".join(inward), ", ".join(inward[1:])
        first = target == next(one for one in entry.targets if one != self._stage.name)
        _, left = Normaliser(writer).normalised(derived)
        _, right = Normaliser(writer).normalised(claimed)
        outer = [writer.size(index) for index in self._pooled.indices]
        bounds = "".join(
            f"({one} < {writer.size(extent)})%nat -> "
            for one, extent in zip(outer, self._pooled.base.shape, strict=True)
        )
        cell = f"{self._names['cell']} {arguments} {' '.join(outer)}"
        e, f = map(writer.size, self._over)
        value = f"({place} {indices})" if free else place
        return Theorem(
            name=f"{entry.name}_network_derivative_by_{target}",
            target=target,
            meaning=f"The whole network, in every region: {name} is the derivative of its loss by {target}.",
            binders=(
                f"{sizes} : nat",
                *(
                    f"{one} : {'nat -> ' * len(variable.shape)}R"
                    for one, variable in zip(self._weights, entry.variables, strict=True)
                ),
                *([f"{indices} : nat"] if free else []),
            ),
            hypotheses=(
                *(f"(0 < {writer.size(size)})%nat" for size in self._sizes),
                *(f"({writer.size(index)} < {writer.size(length(index))})%nat" for index in free),
                f"(forall {' '.join(outer)} : nat, {bounds}decided (fun {e} {f} => {cell} {e} {f}))",
            ),
            conclusion=(
                f"is_derive (fun t => {self._names['loss']} {sizes} {applied}) {value}\n"
                f"    ({name} {sizes} {arguments}{f' {indices}' if free else ''})"
            ),
            proof=(
                f"unfold {name}.",
                "intros.",
                "eapply by_rules.",
                f"{{ unfold {everything} in *.",
                "  by_rule. }",
                f"transitivity ({writer.write(derived)}).",
                f"{{ unfold {letters}.",
                "  sums_alike. }",
                *left,
                *right,
                "sum_identity.",
            ),
            definitions=(*(self._definitions() if first else ()), definition),
        )

    def _slope(self) -> sp.Expr:
        """Return the derivative of the loss by the last stage, as the entry derives it."""
        return self._entry.textbook(self._stage.name)

    def _with_slope(self, formula: sp.Expr) -> sp.Expr:
        """Put the derivative by the last stage in the place of its letter."""
        slope, at = self._slope(), self._entry.entry_of(self._stage.name)

        def meant(node: sp.Indexed) -> sp.Expr:
            return slope.subs(dict(zip(at.indices, node.indices, strict=True)))

        return formula.replace(lambda node: isinstance(node, sp.Indexed) and node.base == self._stage.adjoint, meant)

    def _derived(self, at: sp.Expr) -> sp.Expr:
        """Return what the rules give: Σ (slope · size) ∂stage / size, with the deltas of the weight left in it."""
        stage = self._stage
        folded = stage.formula.xreplace({self._pooled_formula: self._pooled})
        formula = folded if folded.has(at.base if isinstance(at, sp.Indexed) else at) else stage.formula
        number = total(stage.adjoint[stage.entry.indices] * formula, *stage.entry.indices)
        steps = differentiate(number, at)
        first = next(step.after for step in steps if not step.after.has(D))
        batch = self._sizes[0]
        slope, entry = sp.expand(self._slope() * batch), self._entry.entry_of(stage.name)

        def meant(node: sp.Indexed) -> sp.Expr:
            return slope.subs(dict(zip(entry.indices, node.indices, strict=True)))

        whole = first.replace(lambda node: isinstance(node, sp.Indexed) and node.base == stage.adjoint, meant)
        return whole / batch
