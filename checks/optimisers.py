"""Momentum and Adam of `numeric` beside the closed forms from which their bias correction is derived.

An optimiser is asked to move a few parameters whose gradients are random numbers, and what it remembers after t steps
is compared with the sums Σ βᵗ⁻¹⁻ˢ gₛ that the entry states, over exact rational numbers.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy as sp

from checks.verdict import Attempt, Comparison, Counterexample, Enclosure, Status, Verdict
from derive.entry import MomentEntry
from derive.indices import instantiate
from derive.moments import E
from numeric.arrays import Array
from numeric.layers import Layer
from numeric.net import Net
from numeric.optimisers import Adam, Momentum

SEED = 20260101
STEPS, PARAMETERS = 10, 3
TOLERANCE = 1e-12
RATE = 0.125


class _Given(Layer):
    """A layer whose gradient is given and not computed: it shows what an optimiser does with it."""

    trainable = ("theta",)
    theta: Array
    dtheta: Array

    def __init__(self) -> None:
        self.theta = np.zeros(PARAMETERS)


def check_recurrences(entry: MomentEntry, *, momentum: type[Momentum] = Momentum, adam: type[Adam] = Adam) -> Verdict:
    """Compare velocity, averages and steps of the hand-written optimisers with the entry's closed forms.

    Parameters
    ----------
    entry:
        The entry of momentum and of Adam's bias correction.
    momentum, adam:
        The optimisers; tests give wrong ones.

    Returns
    -------
    Verdict
        `agrees` with the number of compared values, or `refuted` at the first that differs.
    """
    gradients = np.random.default_rng(SEED).normal(size=(STEPS, PARAMETERS))
    compared, worst, worst_at = 0, 0.0, ""
    rows = [*_momentum_rows(entry, momentum, gradients), *_adam_rows(entry, adam, gradients)]
    for what, found, expected in rows:
        exact = float(expected)
        # An average of numbers of both signs may cancel: then the size of its terms counts.
        error = abs(found - exact) / max(abs(found), abs(exact), 1e-2)
        compared += 1
        if not error <= TOLERANCE:
            return _differs(entry, what, found, exact)
        if error > worst:
            worst, worst_at = error, what
    return Verdict(
        status=Status.AGREES,
        reason=f"{compared} values of momentum and Adam over {STEPS} steps agree with the derived sums.",
        evidence=Comparison(compared=compared, max_error=worst, tolerance=TOLERANCE, worst_at=worst_at),
        reproduce=f"gradproof verify {entry.name}",
    )


Row = tuple[str, float, sp.Expr]
"""What was computed, its value, and the derived one."""


def _momentum_rows(entry: MomentEntry, make: type[Momentum], gradients: npt.NDArray[np.float64]) -> Iterator[Row]:
    """Yield velocity and position under random gradients, and the velocity under a constant one."""
    beta = 0.75
    optimiser, layer = make(RATE, momentum=beta), _Given()
    net = Net([layer])
    sums = [[sp.S.Zero] * PARAMETERS]
    for step, gradient in enumerate(gradients, start=1):
        layer.dtheta = gradient.copy()
        optimiser.update(net)
        sums.append(
            [
                _average(entry, "adam_mean", beta, gradients[:step, place]) / (1 - _exact(beta))
                for place in range(PARAMETERS)
            ]
        )
        for place in range(PARAMETERS):
            yield f"velocity after {step} steps", float(optimiser.velocity["0.theta"][place]), sums[-1][place]
            moved = -_exact(RATE) * sum((row[place] for row in sums), sp.S.Zero)
            yield f"parameter after {step} steps of momentum", float(layer.theta[place]), moved
    optimiser, layer = make(RATE, momentum=beta), _Given()
    net, constant = Net([layer]), gradients[0]
    closed = entry.textbook("momentum_constant")
    for step in range(1, STEPS + 1):
        layer.dtheta = constant.copy()
        optimiser.update(net)
        values = {"t": sp.Integer(step), "beta": _exact(beta), "g": _exact(constant[0])}
        yield f"velocity after {step} equal gradients", float(optimiser.velocity["0.theta"][0]), _at(closed, values)


def _adam_rows(entry: MomentEntry, make: type[Adam], gradients: npt.NDArray[np.float64]) -> Iterator[Row]:
    """Yield both averages and the steps that follow from them without their bias."""
    beta1, beta2, eps = 0.75, 0.875, 2.0**-20
    optimiser, layer = make(RATE, beta1=beta1, beta2=beta2, eps=eps), _Given()
    net = Net([layer])
    position = [sp.S.Zero] * PARAMETERS
    squares = [[Fraction(float(value)) ** 2 for value in row] for row in gradients]
    for step, gradient in enumerate(gradients, start=1):
        layer.dtheta = gradient.copy()
        optimiser.update(net)
        for place in range(PARAMETERS):
            history = gradients[:step, place]
            squared = [row[place] for row in squares[:step]]
            mean = _average(entry, "adam_mean", beta1, history)
            square = _average(entry, "adam_mean", beta2, squared)
            yield f"Adam's mean after {step} steps", float(optimiser.mean["0.theta"][place]), mean
            yield f"Adam's mean square after {step} steps", float(optimiser.square["0.theta"][place]), square
            corrected = _average(entry, "adam_corrected", beta1, history)
            spread = sp.sqrt(_average(entry, "adam_corrected", beta2, squared)).evalf(40)
            position[place] -= _exact(RATE) * corrected / (spread + _exact(eps))
            yield f"parameter after {step} steps of Adam", float(layer.theta[place]), position[place]


def _average(entry: MomentEntry, claim: str, beta: float, history: Any) -> sp.Expr:
    """Return the average that a statement is about, (1 − β) Σ βᵗ⁻¹⁻ˢ gₛ or that over 1 − βᵗ, for these gradients."""
    start = entry.claims[claim][1][0].before
    inside = start.replace(lambda node: isinstance(node, E), lambda node: node.args[0])
    (noise,) = entry.random
    (t,) = noise.shape
    written = instantiate(inside, {t: len(history)})
    values = {f"{noise.label}_{s}": _exact(value) for s, value in enumerate(history)}
    return _at(written, {**values, "beta": _exact(beta), "mu": sp.S.Zero, "t": sp.Integer(len(history))})


def _at(formula: sp.Expr, values: dict[str, sp.Expr]) -> sp.Expr:
    return formula.subs({symbol: values[symbol.name] for symbol in formula.free_symbols if symbol.name in values})


def _exact(value: float | Fraction) -> sp.Expr:
    fraction = Fraction(value)
    return sp.Rational(fraction.numerator, fraction.denominator)


def _differs(entry: MomentEntry, what: str, found: float, expected: float) -> Verdict:
    reproduce = f"gradproof verify {entry.name}"
    if not np.isfinite(found):
        return Verdict(
            status=Status.UNDECIDED,
            reason=f"{what}: the hand-written optimiser gives {found}.",
            evidence=Attempt(tried=("closed forms of the averages",)),
            reproduce=reproduce,
        )
    return Verdict(
        status=Status.REFUTED,
        reason=f"{what}: the hand-written optimiser has {found:.12g}, the derivation {expected:.12g}.",
        evidence=Counterexample(
            point={"at": what},
            left=Enclosure(low=found, high=found, text=repr(found)),
            right=Enclosure(low=expected, high=expected, text=repr(expected)),
        ),
        reproduce=reproduce,
    )
