"""How far compiled code is from the true value, in units in the last place, judged by rigorous 200-bit enclosures."""

import math
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy as sp
from flint import arb, ctx, fmpq

from checks.enclosure import UndefinedHereError, UnknownHereError, enclose
from checks.samples import Arrays, describe, extreme_arrays, extreme_points, is_label
from checks.verdict import Attempt, Comparison, Counterexample, Enclosure, Status, Verdict
from derive.compilation import Compiled
from derive.entry import ArrayEntry, Entry, ScalarEntry
from derive.functions import defined, sigma, softplus
from derive.indices import entry_symbol, instantiate, positions

BITS = 200
MOST_BITS = 1 << 15
TOLERANCE = 2.0
SMALLEST = 5e-324
NOTHING = arb(2) ** -1200
"""Every float beside a value below this is 0: e^(−10⁶⁰⁰) need not be known any better."""
ILL_CONDITIONED = 1000
SATURATING = (sp.exp, sp.log, sp.erf, sp.sinh, sp.cosh, sp.tanh, sigma, softplus)
"""Functions with a limit, beside which a sum may be tiny far from every zero of its own: σ(40) − 1."""


def ulps(computed: float, exact: arb, scale: arb | None = None) -> float:
    """Return |computed − exact| in units in the last place of the exact value.

    Parameters
    ----------
    computed:
        A float64, or an infinity, which is right for a value beyond the largest float.
    exact:
        A ball around the true value.
    scale:
        The size of the largest term of the formula: close to a zero of the function its unit counts.
    """
    with ctx.workprec(BITS):
        size = abs(float(exact.mid())) if scale is None else max(abs(float(exact.mid())), float(scale.mid()))
        if math.isinf(computed):
            return 0.0 if math.isinf(float(exact.mid())) and (computed > 0) == (exact > 0) else math.inf
        if math.isnan(computed):
            return math.inf
        unit = max(math.ulp(size), SMALLEST) if math.isfinite(size) else math.inf
        numerator, denominator = computed.as_integer_ratio()
        difference = abs(exact - arb(fmpq(numerator, denominator)))
        return float((difference / arb(fmpq(*unit.as_integer_ratio()))).upper())


def magnitude(formula: sp.Expr, point: dict[sp.Symbol, fmpq]) -> arb:
    """Return the size of the terms of a formula at a point: sums are taken over absolute values."""
    if formula.is_Add:
        return sum((magnitude(term, point) for term in formula.args), arb(0))
    if formula.is_Mul:
        product = arb(1)
        for factor in formula.args:
            product *= magnitude(factor, point)
        return product
    if formula.is_Pow and formula.exp.is_Integer and formula.exp > 0:
        return magnitude(formula.base, point) ** int(formula.exp)
    return abs(accurately(formula, point))


def accurately(formula: sp.Expr, point: dict[sp.Symbol, fmpq]) -> arb:
    """Return an enclosure with at least 200 accurate bits, or that of exact zero or of what every float calls zero.

    The working precision is doubled until the ball is that small: 1 − σ(800) loses a thousand bits on the way.

    Raises
    ------
    UndefinedHereError
        The formula has no value at the point.
    UnknownHereError
        Even the largest precision does not tell.
    """
    inside = {s.args[0] for s in formula.atoms(sigma)}
    formula = _without_cancellation(formula, frozenset(u for u in inside if enclose(u, point, 2 * BITS) > 0))
    bits = 2 * BITS
    while True:
        try:
            ball = enclose(formula, point, bits)
        except UnknownHereError:
            if bits >= MOST_BITS:
                raise
        else:
            if ball.rel_accuracy_bits() >= BITS or ball == 0 or abs(ball) < NOTHING:
                return ball
            if bits >= MOST_BITS:
                raise UnknownHereError(f"{formula} is not known to {BITS} bits with {bits} bits of working precision")
        bits *= 2


@cache
def _without_cancellation(formula: sp.Expr, positive: frozenset[sp.Expr]) -> sp.Expr:
    """Write a formula so that no number of bits is lost that grows with its arguments.

    1 + erf(u) is e^(−u²) small for negative u, as erfc(−u) it is not lost; σ(u) is 1 − σ(−u) for positive u, so that
    1 − σ(u) is σ(−u); ln σ(u) is min(u, 0) − ln(1 + e^(−|u|)).
    """

    def log_sigma(u: sp.Expr) -> sp.Expr:
        return sp.Min(u, 0) - sp.log(1 + sp.exp(-sp.Abs(u)))

    formula = formula.replace(sp.erf, lambda u: sp.erfc(-u, evaluate=False) - 1)
    for s in formula.atoms(sigma):
        u = s.args[0]
        formula = formula.xreplace({sp.log(s): log_sigma(u), sp.log(1 - s): log_sigma(-u)})
        if u in positive:
            formula = formula.xreplace({s: 1 - sigma(-u)})
    return formula


class Ledger:
    """Collects measured errors; the worst one and a possible refutation."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry
        self.compared = 0
        self.skipped = 0
        self.worst = 0.0
        self.worst_at = ""
        self.refutation: Verdict | None = None

    def measure(self, computed: Any, formula: sp.Expr, point: dict[sp.Symbol, fmpq], what: str, where: str) -> None:
        """Compare one computed value with the enclosure of the formula at the exact point."""
        value = float(computed)
        try:
            exact = accurately(formula, point)
        except UndefinedHereError:
            self.skipped += 1
            return
        error = ulps(value, exact)
        if error > TOLERANCE and self._close_to_a_zero(formula, point, exact):
            error = min(error, ulps(value, exact, magnitude(formula, point)))
        self.compared += 1
        if error > self.worst:
            self.worst, self.worst_at = error, f"{what} at {where}"
        if error > TOLERANCE and self.refutation is None:
            self.refutation = self._refuted(value, exact, error, what, where)

    def _close_to_a_zero(self, formula: sp.Expr, point: dict[sp.Symbol, fmpq], exact: arb) -> bool:
        """Tell whether the terms of the formula cancel here, so that the unit of the largest term counts.

        A sum of products may cancel anywhere, and so may a sum of powers and sines, and σ − y for a label y between 0
        and 1. Any other scalar function is close to a zero where a relative change of an argument changes it a
        thousand times as much; labels are exact and do not count. So σ(40) − 1, which is tiny and not close to a zero,
        is held to its own unit.
        """
        if isinstance(self._entry, ArrayEntry):
            return self._entry.upstream is not None
        labels = {variable.symbol for variable in self._entry.variables if is_label(variable)}
        if any(0 < point[label] < 1 for label in labels) or (formula.is_Add and not formula.has(*SATURATING)):
            return True
        try:
            moved = sum(
                (
                    abs(enclose(symbol * sp.diff(defined(formula), symbol), point, 2 * BITS))
                    for symbol in formula.free_symbols - labels
                ),
                arb(0),
            )
        except UnknownHereError:
            return False
        return bool(moved > ILL_CONDITIONED * abs(exact))

    def _refuted(self, value: float, exact: arb, error: float, what: str, where: str) -> Verdict:
        again = f"gradproof verify {self._entry.name}"
        if not math.isfinite(value):
            return Verdict(
                status=Status.FAULT,
                reason=f"The compiled {what} gives {value} at {where}, the value is {exact.str(15)}.",
                evidence=Attempt(tried=("compiled code against a 200-bit enclosure",)),
                reproduce=again,
            )
        left = Enclosure(low=value, high=value, text=repr(value))
        right = Enclosure(low=float(exact.lower()), high=float(exact.upper()), text=exact.str(20))
        return Verdict(
            status=Status.REFUTED,
            reason=f"The compiled {what} is {error:.3g} units in the last place off at {where}.",
            evidence=Counterexample(point={"at": where}, left=left, right=right, disjoint=True),
            reproduce=again,
        )

    def verdict(self) -> Verdict:
        """Return the verdict over everything measured."""
        if self.refutation is not None:
            return self.refutation
        again = f"gradproof verify {self._entry.name}"
        return Verdict(
            status=Status.AGREES,
            reason=f"Compiled code is within {self.worst:.2f} ulp of the true value at {self.compared} extreme points.",
            evidence=Comparison(
                compared=self.compared,
                max_error=self.worst,
                tolerance=TOLERANCE,
                unit="ulp",
                skipped=self.skipped,
                skipped_because="the formula is not defined there" if self.skipped else "",
                worst_at=self.worst_at,
            ),
            reproduce=again,
        )


def check_precision(entry: Entry) -> Verdict:
    """Hold the compiled function and derivatives of an entry to two units in the last place at extreme points."""
    ledger = Ledger(entry)
    if isinstance(entry, ScalarEntry):
        _scalar(entry, ledger)
    elif isinstance(entry, ArrayEntry):
        _arrays(entry, ledger)
    return ledger.verdict()


def exactly(value: float) -> fmpq:
    """Return a float as the rational number that it is."""
    return fmpq(*float(value).as_integer_ratio())


def scalar_codes(entry: ScalarEntry) -> list[tuple[str, Compiled, sp.Expr]]:
    """Return what is compiled of a scalar entry, with its name and its formula."""
    return [("function", entry.compiled_value, entry.value)] + [
        (f"derivative by {name}", code, entry.textbook(name)) for name, code in entry.compiled_gradient.items()
    ]


def _scalar(entry: ScalarEntry, ledger: Ledger) -> None:
    for what, code, formula in scalar_codes(entry):
        compare(entry, ledger, what, code, formula, extreme_points(entry))


def compare(entry: ScalarEntry, ledger: Ledger, what: str, code: Compiled, formula: sp.Expr, arrays: Arrays) -> None:
    """Measure compiled code at points given as one array for each variable, all of one shape."""
    values = [arrays[name] for name in entry.arguments]
    symbols = [variable.symbol for variable in entry.variables]
    computed = np.asarray(code(*values))
    for place in range(values[0].size):
        point = {symbol: exactly(float(value.flat[place])) for symbol, value in zip(symbols, values, strict=True)}
        ledger.measure(computed.flat[place], formula, point, what, describe(entry, arrays, place))


def _arrays(entry: ArrayEntry, ledger: Ledger) -> None:
    for arrays, sizes in extreme_arrays(entry):
        point = _written_out(arrays)
        values = [arrays[name] for name in entry.arguments]
        shape = [index.upper + 1 for index in entry.indices]
        _compare_entries(entry, ledger, entry.compiled_value(*values), entry.value, entry.indices, shape, sizes, point)
        if entry.upstream is not None:
            upstream = np.arange(1.0, 1.0 + _size(entry.upstream.shape, sizes)).reshape(
                tuple(int(sp.sympify(extent, strict=True).subs(dict(sizes))) for extent in entry.upstream.shape)
            )
            values = [*values, upstream]
            point |= _written_out({str(entry.upstream.label): upstream})
        for name, code in entry.compiled_gradient.items():
            target = entry.entry_of(name)
            rows = entry.indices if entry.is_jacobian else ()
            indexed = isinstance(target, sp.Indexed)
            whole = (*(index.upper + 1 for index in rows), *(target.base.shape if indexed else ()))
            free = (*rows, *(target.indices if indexed else ()))
            _compare_entries(entry, ledger, code(*values), entry.textbook(name), free, whole, sizes, point)


def _compare_entries(
    entry: ArrayEntry,
    ledger: Ledger,
    computed: npt.ArrayLike,
    formula: sp.Expr,
    indices: Any,
    shape: Any,
    sizes: Any,
    point: dict[sp.Symbol, fmpq],
) -> None:
    computed = np.asarray(computed)
    for position in positions(shape, sizes):
        written = instantiate(formula, sizes, dict(zip(indices, position, strict=True)))
        ledger.measure(computed[position], written, point, f"entry {list(position)} of {entry.name}", "extreme arrays")


def _written_out(arrays: dict[str, npt.NDArray[Any]]) -> dict[sp.Symbol, fmpq]:
    return {
        entry_symbol(name, position): exactly(float(array[position]))
        for name, array in arrays.items()
        for position in np.ndindex(array.shape)
    }


def _size(shape: Any, sizes: Any) -> int:
    return int(sp.Mul(*shape).subs(dict(sizes)))
