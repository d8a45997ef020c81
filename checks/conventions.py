"""Check transformations of derivations: other conventions, backward passes without a Jacobian, symmetric units."""

import sympy as sp

from checks.identity import identical
from checks.verdict import Attempt, Proof, Status, Verdict
from derive.conventions import in_columns
from derive.differentiate import differentiate
from derive.entry import ArrayEntry
from derive.indices import array, canonical, substitute, total
from derive.matrices import element


def check_columns(entry: ArrayEntry) -> Verdict:
    """Decide whether the column forms of an entry are its row forms, entry by entry, for all sizes."""
    columns = in_columns(entry)
    turned = {name: array(name, *reversed(base.shape)) for name, base in _matrices(entry).items()}
    for name, form in columns.items():
        target = entry.entry_of(name)
        row, column = target.indices if len(target.indices) == 2 else (sp.S.Zero, target.indices[0])
        in_turned = element(form, column, row, turned)
        back = in_turned.replace(lambda node: isinstance(node, sp.Indexed), lambda node: _turned_back(node, entry))
        if canonical(back) != canonical(entry.textbook(name)):
            return _undecided(entry, f"the column form of {name} is {form}")
    shown = ", ".join(f"∂L/∂{name} = {form}" for name, form in columns.items())
    return _proved(entry, f"With samples as columns: {shown}.", "transposition, entry by entry in index form")


def _matrices(entry: ArrayEntry) -> dict[str, sp.IndexedBase]:
    return {name: base for name, base in entry.arrays.items() if len(base.shape) == 2}


def _turned_back(node: sp.Indexed, entry: ArrayEntry) -> sp.Expr:
    """Read an entry of a transposed array as one of ours."""
    base = entry.arrays[str(node.base.label)]
    return base[tuple(reversed(node.indices))]


def check_backward_without_jacobian(entry: ArrayEntry) -> Verdict:
    """Decide for all sizes whether Σ_i g_i J_ij, the naive backward pass, is the derivative of Σ_i g_i y_i."""
    g = array("g", *(index.upper + 1 for index in entry.indices))
    for name in entry.targets:
        target = entry.entry_of(name)
        naive = total(g[entry.indices] * entry.textbook(name), *entry.indices)
        direct = differentiate(total(g[entry.indices] * entry.value, *entry.indices), target)[-1].after
        verdict = identical(canonical(naive), canonical(direct), borders=False)
        if verdict.status is not Status.PROVED:
            return _undecided(entry, f"the backward forms of {name} are {canonical(naive)} and {canonical(direct)}")
    return _proved(
        entry,
        "The backward pass without a Jacobian is the product with the Jacobian, for all sizes.",
        "Kronecker contraction in canonical index form",
    )


def check_symmetric_units(entry: ArrayEntry, unit: sp.Idx, weights: tuple[str, ...]) -> Verdict:
    """Decide whether hidden units with equal weights get equal gradients, for all sizes.

    Parameters
    ----------
    entry:
        A network with stages.
    unit:
        The index that numbers the hidden units.
    weights:
        The targets that belong to one unit each: incoming weights, bias, outgoing weights.

    Notes
    -----
    Give all units the same weights: replace every entry of these arrays at unit r by one that does not depend on r. If
    then neither the stages nor the gradients at unit r depend on r, units that are equal get equal gradients; and equal
    steps keep equal weights equal, at every step of gradient descent.
    """
    follow = _Follower(entry, weights)
    for name in weights:
        target = entry.entry_of(name)
        own = next(index for index in target.indices if index.upper == unit.upper)
        formula = follow.without_unit(substitute(entry.textbook(name), own, unit), unit)
        if unit in formula.free_symbols:
            return _undecided(entry, f"the gradient by {name} at unit {unit} still depends on it: {formula}")
    return _proved(
        entry,
        "Units with equal weights get equal gradients, so they stay equal under gradient descent.",
        "the gradients at a unit do not depend on its number, in index form for all sizes",
    )


class _Follower:
    """Replaces what belongs to one unit by something that does not depend on its number, stage by stage."""

    def __init__(self, entry: ArrayEntry, weights: tuple[str, ...]) -> None:
        self._weights = set(weights)
        self._meanings = {stage.name: (stage.entry, stage.formula) for stage in entry.stages}
        for stage in entry.stages:
            slope = entry.entry_of(stage.name)
            self._meanings[str(stage.adjoint.label)] = (slope, entry.textbook(stage.name))

    def without_unit(self, formula: sp.Expr, unit: sp.Idx) -> sp.Expr:
        """Return the formula with equal units; it still holds the index where equality does not follow."""
        return formula.replace(
            lambda node: isinstance(node, sp.Indexed) and unit in node.free_symbols,
            lambda node: self._same_for_all_units(node, unit),
        )

    def _same_for_all_units(self, node: sp.Indexed, unit: sp.Idx) -> sp.Expr:
        name = str(node.base.label)
        others = [index for index in node.indices if unit not in index.free_symbols]
        common = sp.Symbol(f"{name}_of_every_unit", real=True) if not others else None
        if name in self._weights:
            return common or sp.IndexedBase(sp.Symbol(f"{name}_of_every_unit", real=True))[tuple(others)]
        if name not in self._meanings:
            return node
        entry, meaning = self._meanings[name]
        for index, value in zip(entry.indices, node.indices, strict=True):
            meaning = substitute(meaning, index, value)
        if unit in self.without_unit(meaning, unit).free_symbols:
            return node
        return common or sp.IndexedBase(sp.Symbol(f"{name}_of_every_unit", real=True))[tuple(others)]


def _proved(entry: ArrayEntry, reason: str, procedure: str) -> Verdict:
    return Verdict(
        status=Status.PROVED,
        reason=reason,
        evidence=Proof(procedure=procedure),
        reproduce=f"gradproof verify {entry.name}",
    )


def _undecided(entry: ArrayEntry, why: str) -> Verdict:
    return Verdict(
        status=Status.UNDECIDED,
        reason=f"Not shown: {why}.",
        evidence=Attempt(tried=("canonical index form",)),
        reproduce=f"gradproof verify {entry.name}",
    )
