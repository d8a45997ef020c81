"""How far compiled code with stages is from the true value: layers, attention and networks, forward and backward.

Here two units in each entry's own last place cannot be asked for: every stage starts from the rounded entries of the
one before, and a sum over a row may cancel. What is measured is the error in units of the largest entry of the array,
against balls of 400 bits that go through the same stages.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy as sp
from flint import arb, ctx

from checks.enclosure import enclose
from checks.precision import BITS, exactly, ulps
from checks.samples import random_arrays, upstream
from derive.entry import ArrayEntry
from derive.indices import entry_symbol, instantiate, positions

Balls = dict[tuple[int, ...], arb]


@dataclass(frozen=True)
class StagedError:
    """The largest error of one compiled array, in units in the last place of its largest entry, over its entries."""

    array: str
    ulp: float
    compared: int


def staged_precision(entry: ArrayEntry, *, seed: int) -> tuple[StagedError, ...]:
    """Measure the value and every gradient of an entry with stages at random arrays of small unequal sizes."""
    arrays, sizes = random_arrays(entry, seed=seed)
    given = upstream(entry, sizes, seed=seed)
    if given is not None and entry.upstream is not None:
        arrays = {**arrays, str(entry.upstream.label): given}
    exact = _Exact(entry, arrays, sizes)
    codes = {"": entry.compiled_value, **entry.compiled_gradient}
    rows = []
    for name, code in codes.items():
        computed = np.asarray(code(*(arrays[argument] for argument in code.arguments)))
        balls = exact.array(f"d{name}" if name else "")
        largest = max((abs(ball) for ball in balls.values()), key=lambda ball: float(ball.mid()))
        errors = [ulps(float(computed[position]), ball, largest) for position, ball in balls.items()]
        rows.append(StagedError(f"derivative by {name}" if name else "function", max(errors), len(errors)))
    return tuple(rows)


class _Exact:
    """The arrays of an entry as balls, each worked out from those that its formula mentions."""

    def __init__(self, entry: ArrayEntry, arrays: dict[str, npt.NDArray[Any]], sizes: Any) -> None:
        self._entry = entry
        self._sizes = sizes
        self._point: dict[sp.Symbol, arb] = {}
        self._known: set[str] = set()
        for name, array in arrays.items():
            self._keep(name, {position: arb(exactly(float(array[position]))) for position in np.ndindex(array.shape)})
        self._formulas: dict[str, tuple[Any, sp.Expr]] = {"": (entry.indices, entry.value)}
        stages = [(stage.entry, stage.formula) for stage in entry.stages]
        for defined, formula in (*([entry.selection[:2]] if entry.selection else []), *stages, *entry.definitions):
            self._formulas[str(defined.base.label)] = (defined.indices, formula)
        for stage in entry.stages:
            self._formulas[str(stage.adjoint.label)] = (entry.entry_of(stage.name).indices, entry.textbook(stage.name))
        for name in entry.targets:
            target = entry.entry_of(name)
            free = target.indices if isinstance(target, sp.Indexed) else ()
            self._formulas[f"d{name}"] = (free, entry.textbook(name))

    def array(self, name: str) -> Balls:
        """Return the entries of an array: "" is the value, "dX" the derivative by X."""
        indices, formula = self._formulas[name]
        for base in sorted({str(base.label) for base in formula.atoms(sp.IndexedBase)} - self._known):
            self._keep(base, self.array(base))
        balls = {}
        with ctx.workprec(2 * BITS):
            for position in positions([index.upper + 1 for index in indices], self._sizes):
                written = instantiate(formula, self._sizes, dict(zip(indices, position, strict=True)))
                balls[position] = enclose(written, self._point, 2 * BITS)
        selection = self._entry.selection
        if selection is not None and name == str(selection[0].base.label):
            return _winners(balls, len(selection[2]))
        return balls

    def _keep(self, name: str, balls: Balls) -> None:
        self._known.add(name)
        self._point |= {entry_symbol(name, position): ball for position, ball in balls.items()}


def _winners(balls: Balls, over: int) -> Balls:
    """Return 1 for the first largest of the last `over` axes if it is positive, else 0."""
    pools: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
    for position in balls:
        pools.setdefault(position[: len(position) - over], []).append(position)
    first = {max(pool, key=lambda position: float(balls[position].mid())) for pool in pools.values()}
    return {position: arb(int(position in first and ball > 0)) for position, ball in balls.items()}
