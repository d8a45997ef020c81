"""Canonical names for the indices that a product is summed over.

The factors and the indices are a graph: a word of matrices is a path, a trace a cycle. Indices are told apart by the
factors in which they stand, round by round (colour refinement); where several look alike, each is taken for the first
in turn, and the rest told apart again. Of the orders so found, that with the least key names the indices.

Any renaming is an identity, so the limit on orders costs completeness and never soundness.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import sympy as sp

from derive.indices import length, substitute, total

ORDERS = 240

Colours = Mapping[sp.Idx, int]


def named(factors: Sequence[sp.Expr], bound: Sequence[sp.Idx]) -> sp.Expr:
    """Return the sum of a product over its indices, which are renamed in a canonical order."""
    texts = [_Text(factor, bound) for factor in factors]
    return _renamed(sp.Mul(*factors), _order(texts, bound))


def _order(texts: "list[_Text]", bound: Sequence[sp.Idx]) -> list[sp.Idx]:
    if len(bound) == 1:
        return list(bound)
    lengths = {index: str(length(index)) for index in bound}
    start = _ranked(lengths)
    orders = islice(_orders(texts, _refined(texts, start)), ORDERS)
    return min(orders, key=lambda order: _key(texts, {index: place for place, index in enumerate(order)}))


def _orders(texts: "list[_Text]", colours: Colours) -> Iterator[list[sp.Idx]]:
    """Yield the orders in which indices that look alike follow one another in each way."""
    classes: dict[int, list[sp.Idx]] = {}
    for index, colour in colours.items():
        classes.setdefault(colour, []).append(index)
    alike = next((classes[colour] for colour in sorted(classes) if len(classes[colour]) > 1), None)
    if alike is None:
        yield sorted(colours, key=colours.__getitem__)
        return
    for first in alike:
        apart = _ranked({index: (colour, index != first) for index, colour in colours.items()})
        yield from _orders(texts, _refined(texts, apart))


def _refined(texts: "list[_Text]", colours: Colours) -> Colours:
    """Tell indices apart by the factors in which they stand and by the colours of their neighbours."""
    for _ in colours:
        seen: dict[sp.Idx, list[str]] = {index: [] for index in colours}
        for text in texts:
            for index in text.own:
                marks = {other: "*" if other == index else f"~{colours[other]}" for other in text.own}
                seen[index].append(text.filled(marks))
        found = _ranked({index: (colour, tuple(sorted(seen[index]))) for index, colour in colours.items()})
        if len(set(found.values())) == len(set(colours.values())):
            return found
        colours = found
    return colours


def _ranked(keys: Mapping[sp.Idx, object]) -> Colours:
    ranks = {key: place for place, key in enumerate(sorted(set(keys.values())))}  # type: ignore[type-var]
    return {index: ranks[key] for index, key in keys.items()}


def _key(texts: "list[_Text]", places: Colours) -> list[str]:
    return sorted(text.filled({index: f"_{places[index]}" for index in text.own}) for text in texts)


class _Text:
    """A factor as text, with gaps for the indices that it shares with others."""

    def __init__(self, factor: sp.Expr, bound: Sequence[sp.Idx]) -> None:
        self.factor = factor
        self.own = [index for index in bound if index in factor.free_symbols]
        self._pieces = self._divided()
        self._known: dict[tuple[str, ...], str] = {}

    def _divided(self) -> list[str | sp.Idx] | None:
        """Return the text in pieces where the names of the indices cannot change its order; None elsewhere."""
        base, power = self.factor.as_base_exp()
        if isinstance(base, sp.Indexed) and power.is_Integer and all(i in self.own or not i.args for i in base.indices):
            pieces: list[str | sp.Idx] = [f"{base.base.label}[{power}|"]
            for index in base.indices:
                pieces += [index if index in self.own else str(index), ","]
            return pieces
        if len(self.own) == 1:
            only = sp.Idx("□", length(self.own[0]))
            first, *others = str(substitute(self.factor, self.own[0], only)).split("□")
            pieces = [first]
            for piece in others:
                pieces += [self.own[0], piece]
            return pieces
        return None

    def filled(self, marks: Mapping[sp.Idx, str]) -> str:
        """Return the text with these marks for its indices."""
        if self._pieces is not None:
            return "".join(piece if isinstance(piece, str) else marks[piece] for piece in self._pieces)
        chosen = tuple(marks[index] for index in self.own)
        if chosen not in self._known:
            shown = self.factor
            for index, mark in zip(self.own, chosen, strict=True):
                shown = substitute(shown, index, sp.Idx(mark, length(index)))
            self._known[chosen] = str(shown)
        return self._known[chosen]


def _renamed(body: sp.Expr, order: Sequence[sp.Idx]) -> sp.Expr:
    fresh = [sp.Idx(f"_{place}", length(index)) for place, index in enumerate(order)]
    if not body.has(sp.Sum):
        return total(body.xreplace(dict(zip(order, fresh, strict=True))), *fresh)
    # By way of names that stand nowhere else: an old name may be the new name of another index.
    apart = [sp.Idx(f"_{place}'", length(index)) for place, index in enumerate(order)]
    for index, name in [*zip(order, apart, strict=True), *zip(apart, fresh, strict=True)]:
        body = substitute(body, index, name)
    return total(body, *fresh)
