"""Is the backward pass of this network right? Every parameter, or one random direction for each block."""

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from checks.gradients.networks import directions
from checks.gradients.networks.case import Case, undecided
from checks.gradients.networks.every import judge_every
from checks.gradients.networks.refuting import changed_in_place, shape_sent_back
from checks.gradients.networks.trial import Trial, TrialError, WrongShapeError, run
from checks.gradients.seeds import fresh_seed
from checks.verdict import Status, Verdict
from numeric.threads import single_thread


def check_backward(
    net: Any,
    loss: Any,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    mode: Literal["every", "directions"] = "every",
    seed: int | None = None,
    reproduce: str = "",
) -> Verdict:
    """Judge the backward pass of a layered network against its own forward pass.

    Parameters
    ----------
    net : Net or sequence of layers
        Each layer has ``forward(x)`` and ``backward(x, dy)``, which stores the gradients of its parameters and returns
        ∂L/∂x; parameters by ``parameters()`` and ``gradients()``, or as arrays ``a`` with a ``da`` beside them. The
        network is copied and not changed.
    loss : Loss
        With ``value(prediction, target)``, one number, and ``gradient(prediction, target)``.
    x, y : array_like, (B, ...)
        The batch: inputs and targets.
    mode : {"every", "directions"}
        Every parameter, or one random direction for each block of parameters (at least eight in all).
    seed : int, optional
        Of all that is drawn; a new one at each call, told in the line that reproduces.
    reproduce : str
        A line that asks again, if there is a better one.

    Returns
    -------
    Verdict
        `agrees` with how many numbers were compared; `refuted` with layer, parameter, entry, both values, who is to
        blame and, where one matches exactly, the classic mistake; `undecided` where nothing could be measured.

    Raises
    ------
    ValueError
        For an unknown mode or an empty batch.

    Notes
    -----
    The measurement never asks a backward pass; see `numeric.differences.networks`. It is itself held against plain
    central differences of the whole forward pass for single weights of each block, and along a random direction for
    each.
    """
    if mode not in ("every", "directions"):
        raise ValueError(f"mode must be 'every' or 'directions', not {mode!r}")
    seed = fresh_seed() if seed is None else seed
    inputs = np.asarray(x)
    if inputs.size == 0 or inputs.ndim == 0 or inputs.dtype.kind not in "fiub":
        raise ValueError(f"the batch must be real numbers (B, ...), B ≥ 1, not {inputs.dtype} of shape {inputs.shape}")
    inputs = inputs if inputs.dtype.kind == "f" else inputs.astype(np.float64)
    case = Case(net, loss, inputs, np.asarray(y), seed, mode, reproduce)
    rng = np.random.default_rng(seed)
    with single_thread():
        try:
            trial = run(net, loss, case.x, case.y, rng)
        except WrongShapeError as error:
            return shape_sent_back(case, error)
        except TrialError as error:
            return undecided(case, f"No gradient to judge: {error}.")
        if not trial.gradients:
            return undecided(case, "The network has no parameters.")
        if mode == "directions":
            verdict = directions.judge(case, trial, rng)
            if verdict is not None:
                return _with_changes(case, trial, verdict)
        return _with_changes(case, trial, judge_every(case, trial, rng))


def _with_changes(case: Case, trial: Trial, verdict: Verdict) -> Verdict:
    """Refute a pass that changes what others read; name a change that nobody reads again."""
    if verdict.status is not Status.AGREES or not trial.changes:
        return verdict
    bad = [change for change in trial.changes if not change.harmless]
    if not bad:
        notes = "".join(f" Note: {change}." for change in trial.changes[:1])
        return Verdict(
            status=verdict.status, reason=verdict.reason + notes, evidence=verdict.evidence, reproduce=verdict.reproduce
        )
    return changed_in_place(case, bad[0])
