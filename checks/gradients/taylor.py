"""The Taylor test as a verdict: with a right gradient the remainder of the first-order expansion is of order 2."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from checks.gradients.callables import Function
from checks.gradients.directions import refuted_along
from checks.gradients.measurement import undecided
from checks.gradients.methods import Trial
from checks.gradients.question import ask, named
from checks.gradients.seeds import fresh_seed
from checks.verdict import MINIMUM_COMPARED, Comparison, Status, Verdict
from numeric.differences import TaylorTest, taylor_test

SHORT_OF_TWO = 0.2


def check_taylor(
    function: Function,
    gradient: Function,
    point: Any,
    wrt: str | Sequence[str] | None = None,
    *,
    seed: int | None = None,
) -> Verdict:
    """Judge a gradient by how the remainder |f(x + hv) − f(x) − h·gradient·v| falls as h is halved.

    Parameters
    ----------
    function, gradient, point, wrt, seed:
        As for `check_gradient`; the function returns one number. One random direction v for each array.

    Returns
    -------
    Verdict
        `agrees` if the remainder falls with order 2 (or is lost in rounding, as for a linear function) for each array;
        `refuted` with both slopes along the direction if not and differences say so, too; `undecided` otherwise, as at
        a kink.

    Raises
    ------
    ValueError
        If the function returns more than one number, and as for `check_gradient`.
    """
    seed = fresh_seed() if seed is None else seed
    rng = np.random.default_rng(seed)
    again = f"checks.gradients.check_taylor({named(function)}, {named(gradient)}, point, seed={seed})"
    question = ask(function, gradient, point, wrt)
    with np.errstate(all="ignore"):
        question.widen()
        claimed = question.claimed()
    steps, worst, worst_at = 0, 0.0, ""
    for leaf in question.leaves():
        if claimed[leaf.path].shape != leaf.array.shape:
            return undecided(
                f"The gradient by {leaf.path} has shape {claimed[leaf.path].shape}, its variable {leaf.array.shape}.",
                again,
            )

        def along(array: Any, path: str = leaf.path) -> Any:
            return question.value({path: array})

        direction = rng.standard_normal(leaf.array.shape).astype(leaf.array.dtype)
        with np.errstate(all="ignore"):
            found = taylor_test(along, leaf.array, claimed[leaf.path], direction)
        short = _short(found)
        if not short <= SHORT_OF_TWO:
            trial = Trial(along, leaf.array, claimed[leaf.path], leaf.path, {}, rng=rng)
            words = f"the Taylor remainder is of order {found.order:.2f}, not 2"
            return refuted_along(trial, direction, words, again)
        steps += found.steps.size
        if short >= worst:
            worst, worst_at = short, leaf.path
    if steps < MINIMUM_COMPARED:
        return undecided("There were too few steps.", again)
    return Verdict(
        status=Status.AGREES,
        reason=f"By {', '.join(claimed)}, the Taylor remainder of {named(function)} has order 2 or is mere rounding.",
        evidence=Comparison(
            compared=steps, max_error=worst, tolerance=SHORT_OF_TWO, unit="short of order 2", worst_at=worst_at
        ),
        reproduce=again,
    )


def _short(found: TaylorTest) -> float:
    """Return by how much the order is short of 2: 0 where every remainder is lost in rounding."""
    if np.isfinite(found.order):
        return max(0.0, 2 - found.order)
    return 0.0 if np.all(found.remainders <= found.noise) else float("inf")
