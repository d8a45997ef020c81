"""Check the gradient of any function against differences of the function.

The function is believed, the gradient is on trial. Where the function carries complex numbers the complex step decides
to rounding; elsewhere central differences with an error estimate do. Tolerances follow the scale of each value plus the
noise that the estimate shows. A kink within the step is skipped and counted; exactly at a kink any value between the
one-sided slopes is accepted.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from checks.gradients.directions import measured_along
from checks.gradients.measurement import Measurement, measured, undecided
from checks.gradients.methods import METHODS, Trial
from checks.gradients.question import Question, ask, named
from checks.gradients.reproduction import reproduction_line
from checks.gradients.seeds import fresh_seed
from checks.gradients.shapes import Shape, shape_of, trials
from checks.gradients.trees import to_numpy
from checks.verdict import Status, Verdict

Function = Callable[..., Any]
Array = npt.NDArray[Any]


def check_gradient(
    function: Function,
    gradient: Function,
    point: Any,
    wrt: str | Sequence[str] | None = None,
    *,
    mode: Literal["every", "directions"] = "every",
    elementwise: bool | None = None,
    upstream: Any = None,
    method: str = "auto",
    seed: int | None = None,
    reproduce: str = "",
) -> Verdict:
    """Judge a gradient by differences of its function.

    Parameters
    ----------
    function:
        Takes the arguments of `point` in order and returns one number or an array.
    gradient:
        Takes the same arguments (and the upstream gradient, if there is one) and returns ∂function/∂wrt in the
        containers and shapes of the arguments on trial: for several of them a tuple in their order, or a dictionary by
        name. Where the function returns an array it is the elementwise derivative or a Jacobian (shape of the value,
        then shape of the argument); which one is found by shape.
    point:
        The arguments: a dictionary by name, a tuple in order, or one argument alone. Each is an array (NumPy, torch,
        jax), a number, or a dictionary or list of such, nested as you like. At least eight entries must be on trial.
    wrt:
        The names of the arguments on trial; all that hold real numbers if none are given.
    mode:
        Every entry, or random directions: one for each array, at least eight in all.
    elementwise:
        Whether the function works entry by entry; found by shape if not given.
    upstream:
        ∂L/∂function, in the shape of the function's value, or "random": then ∂L/∂wrt is on trial.
    method:
        `complex` (the function must carry complex numbers), `central`, `richardson`, or `auto`: complex where it can.
    seed:
        Of the directions and of a random upstream gradient; a new one at each call, told in the reproduction line.
    reproduce:
        A line that asks again, if there is a better one.

    Returns
    -------
    Verdict
        `agrees`; `refuted` with the entry, both values and their intervals (the one of the difference is an estimate),
        and the classic mistake where one matches exactly; `undecided` when fewer than eight entries could be compared,
        shapes do not fit, or the function gives another value at each call.

    Raises
    ------
    ValueError
        For an unknown mode, method or argument name, or a gradient in other containers than the arguments.
    """
    if mode not in ("every", "directions"):
        raise ValueError(f"mode must be 'every' or 'directions', not {mode!r}")
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, not {method!r}")
    seed = fresh_seed() if seed is None else seed
    rng = np.random.default_rng(seed)
    question = ask(function, gradient, point, wrt)
    again = reproduce or reproduction_line(
        question, mode=mode, elementwise=elementwise, upstream=upstream, method=method, seed=seed
    )
    with np.errstate(all="ignore"):
        question.widen()
        value = question.value({})
        if not np.array_equal(value, question.value({}), equal_nan=value.dtype.kind in "fc"):
            return undecided(f"{named(function)} gives another value at each call: fix its random numbers.", again)
        if not np.all(np.isfinite(value)):
            return undecided(f"{named(function)} is not finite at this point.", again)
        weights = _upstream(upstream, value, rng)
        claimed = question.claimed() if weights is None else question.claimed(weights.copy())
    shapes: dict[str, Shape | None] = {
        leaf.path: shape_of(value, leaf.array, claimed[leaf.path], elementwise, weights is not None)
        for leaf in question.leaves()
    }
    for leaf in question.leaves():
        if shapes[leaf.path] is None:
            return undecided(_misfit(leaf.path, leaf.array, claimed[leaf.path], value), again)
    total: Measurement | None = None
    words: list[str] = []
    count = max(1, -(-8 // len(shapes)))
    for trial, word in trials(question, claimed, shapes, weights, rng, mode):
        if isinstance(trial, str):
            return undecided(trial, again)
        one = measured(trial, method, again) if mode == "every" else measured_along(trial, method, count, again)
        if one.failure is not None:
            return _noted(one.failure, question)
        total = one if total is None else total.joined(one)
        words += [word] if word and word not in words else []
    assert total is not None
    what = "entries" if mode == "every" else "random directions"
    note = f" It was taken for {' and '.join(words)}." if words else ""
    return _noted(total.verdict(again, what, note), question)


def measure(
    function: Function,
    gradient: Function,
    point: Mapping[str, npt.ArrayLike],
    wrt: str,
    *,
    elementwise: bool = False,
    method: str = "auto",
    reproduce: str = "",
) -> Measurement:
    """Compare a gradient by one argument with differences at one point; several measurements can be joined."""
    arrays = {name: np.asarray(value, dtype=float) for name, value in point.items()}
    claimed = np.asarray(gradient(*(array.copy() for array in arrays.values())))
    if claimed.shape != arrays[wrt].shape:
        shapes = f"The gradient by {wrt} has shape {claimed.shape}, its variable {arrays[wrt].shape}."
        return Measurement(wrt, method, 0, 0.0, 0.0, 0, undecided(shapes, reproduce))

    def along(value: Array) -> Any:
        return function(*(value if name == wrt else array.copy() for name, array in arrays.items()))

    return measured(Trial(along, arrays[wrt], claimed, wrt, arrays, elementwise), method, reproduce)


def _upstream(upstream: Any, value: Array, rng: np.random.Generator) -> Array | None:
    if upstream is None:
        return None
    if isinstance(upstream, str):
        if upstream != "random":
            raise ValueError(f"upstream must be an array or 'random', not {upstream!r}")
        return rng.standard_normal(value.shape)
    weights = to_numpy(upstream)
    if weights.shape != value.shape:
        raise ValueError(f"upstream must have the shape {value.shape} of the function's value, not {weights.shape}")
    return weights


def _misfit(path: str, x: Array, claimed: Array, value: Array) -> str:
    text = f"The gradient by {path} has shape {claimed.shape}, its variable {x.shape}"
    return text + ("." if value.size == 1 else f"; a Jacobian would have {(*value.shape, *x.shape)}.")


def _noted(verdict: Verdict, question: Question) -> Verdict:
    """Name a function that changes its arguments; it was given copies, so the judgement stands."""
    if not question.changes or verdict.status not in (Status.AGREES, Status.REFUTED):
        return verdict
    return Verdict(
        status=verdict.status,
        reason=f"{verdict.reason} Note: {question.changes[0]}.",
        evidence=verdict.evidence,
        reproduce=verdict.reproduce,
        mistake=verdict.mistake,
    )
