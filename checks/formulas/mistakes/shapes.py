"""Mistakes that change the shape: the answer transposed, or summed over the other axis."""

from collections.abc import Mapping
from dataclasses import replace

import sympy as sp

from checks.formulas import arrays
from checks.formulas.declared import Declared
from checks.formulas.mistakes.problem import Mistake
from checks.verdict import Status
from derive.indices import bound_indices, length, substitute
from derive.reading import entry as element

Bases = Mapping[str, sp.IndexedBase]


def entry_of(value: sp.Expr, bases: Bases) -> tuple[sp.Expr, tuple[sp.Idx, ...]]:
    """Return one entry of a matrix expression, and its indices; an axis of length 1 has none."""
    row = sp.Idx("ρ′", value.shape[0]) if value.shape[0] != 1 else sp.S.Zero
    column = sp.Idx("κ′", value.shape[1]) if value.shape[1] != 1 else sp.S.Zero
    return element(value, row, column, bases), tuple(index for index in (row, column) if isinstance(index, sp.Idx))


def mistake_of_shape(
    right: sp.Expr, places: tuple[sp.Idx, ...], wrong: sp.Expr, theirs: tuple[sp.Idx, ...], given: Declared, shown: str
) -> Mistake | None:
    """Return the mistake by which a right answer became an array of another shape, or None.

    Parameters
    ----------
    right, places:
        One entry of the right answer, and its indices in the order of the axes.
    wrong, theirs:
        The same of the answer, whose shape is another one.
    given:
        What was declared.
    shown:
        The right answer for people.
    """
    lengths, others = (tuple(length(index) for index in indices) for indices in (places, theirs))
    only_proofs = replace(given, opaque=("only proofs are wanted",))

    def same(first: sp.Expr, second: sp.Expr) -> bool:
        return arrays.decide(first, second, only_proofs, ()).status is Status.PROVED

    if len(places) == 2 and others == lengths[::-1]:
        if same(right, wrong.xreplace(dict(zip(theirs, places[::-1], strict=True)))):
            return Mistake("transposed", "the answer is the transpose of the right one", shown)
        return None
    if len(places) != 1 or len(theirs) != 1:
        return None
    (row,), (size,) = theirs, others
    for node in sorted(right.atoms(sp.Sum), key=sp.srepr):
        for summed in bound_indices(node):
            if length(summed) != size or places[0] not in node.free_symbols:
                continue
            fresh = sp.Idx(f"{places[0].name}″", lengths[0])
            body = substitute(substitute(node.function, places[0], fresh), summed, row)
            limits = [(fresh, 0, lengths[0] - 1) if limit[0] == summed else limit for limit in node.limits]
            other = right.xreplace({node: sp.Sum(body, *limits)})
            for factor in (sp.S.One, size / lengths[0]):
                if not other.has(places[0]) and same(factor * other, wrong):
                    return Mistake("wrong axis", "the sum runs over the other axis", shown)
    return None
