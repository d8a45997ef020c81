"""Is the hand-written gradient in this file right? Both functions run in a player, and are judged here."""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import numpy as np

from checks.gradients import check_gradient
from checks.submissions.drawing import Drawn
from checks.submissions.player.container import Limits
from checks.submissions.sandbox import PlayerGoneError, Sandbox
from checks.submissions.targets import CallError, Function, Target, TargetError, load_file
from checks.verdict import MINIMUM_COMPARED, Comparison, Misreading, Status, Verdict, gravest

SAMPLES = 3
DEFAULT_SIZE = 8
LIMITS = Limits(wall_seconds=300, cpu_seconds=300)

UPSTREAM = frozenset({"dy", "dout", "dz", "da", "grad", "grad_output", "upstream", "g", "dl_dy", "delta", "dldy"})
"""Names under which a backward function takes the gradient that comes from behind, in lower case."""


@dataclass(frozen=True)
class Part:
    """The verdict on the gradient by one argument."""

    name: str
    verdict: Verdict

    def to_json(self) -> dict[str, Any]:
        """Return name, status, reason, max_relative_error, compared, mistake, and the evidence."""
        return {
            "name": self.name,
            "status": str(self.verdict.status),
            "reason": self.verdict.reason,
            "max_relative_error": self.verdict.max_error,
            "compared": self.verdict.compared,
            "mistake": self.verdict.mistake,
            "evidence": self.verdict.to_json()["evidence"],
        }


@dataclass(frozen=True)
class Judgement:
    """What `gradproof gradient` says.

    Attributes
    ----------
    parts : tuple of Part
        One for each argument on trial.
    seed : int
        Of the arguments and directions.
    notes : tuple of str
        How the functions were understood, and what was left out of their files.
    """

    parts: tuple[Part, ...]
    seed: int
    notes: tuple[str, ...]

    @property
    def status(self) -> Status:
        """The gravest status of all parts."""
        return gravest(part.verdict.status for part in self.parts)

    @property
    def reason(self) -> str:
        """One sentence: that of the gravest part."""
        return next(part.verdict.reason for part in self.parts if part.verdict.status is self.status)

    def to_json(self) -> dict[str, Any]:
        """Return the object that `gradproof gradient --json` prints."""
        return {
            "status": str(self.status),
            "reason": self.reason,
            "gradproof": version("gradproof"),
            "parts": [part.to_json() for part in self.parts],
            "seed": self.seed,
            "notes": list(self.notes),
        }


def judge_gradient(
    function: Target,
    gradient: Target,
    drawn: Sequence[Drawn] = (),
    wrt: Sequence[str] = (),
    *,
    seed: int,
    isolation: str = "namespaces",
) -> Judgement:
    """Judge a gradient by differences of its function, at three points drawn from a seed.

    Parameters
    ----------
    function, gradient:
        Where they stand. The gradient takes the function's arguments and returns ∂f/∂wrt, for several of them a tuple
        in their order; if it takes one more (the last, or one named like `dy`), that is the gradient from behind.
    drawn:
        How arguments are drawn. One that is not described is left to its default; the only argument of a function may
        be left out, and is then a vector of 8.
    wrt:
        The arguments on trial; all that are not drawn from a set if none are named.
    seed:
        Of the arguments and directions.
    isolation:
        As for `Sandbox`.

    Returns
    -------
    Judgement
        For each argument `agrees`, `refuted`, `undecided`, or `unreadable` where the gradient is not implemented,
        fails, or has the wrong shape.

    Raises
    ------
    TargetError
        A file or function that is not there, arguments that are not described, or that the function does not have.
    IsolationError
        The system cannot isolate the files' code.
    """
    told = [f"--arg {shlex.quote(str(one))}" for one in drawn] + [f"--wrt {name}" for name in wrt]
    again = " ".join([f"gradproof gradient {function} --grad {gradient}", *told, f"--seed {seed}"])
    with Sandbox(isolation) as sandbox, sandbox.player(LIMITS) as player:
        submission, loaded = load_file(player, function.path)
        f = Function(player, loaded, function)
        if gradient.path.resolve() == function.path.resolve():
            return _judged(f, Function(player, loaded, gradient), drawn, wrt, seed, again, submission.notes)
        with sandbox.player(LIMITS) as other:
            theirs, names = load_file(other, gradient.path)
            g = Function(other, names, gradient)
            return _judged(f, g, drawn, wrt, seed, again, (*submission.notes, *theirs.notes))


def _judged(
    f: Function, g: Function, drawn: Sequence[Drawn], wrt: Sequence[str], seed: int, again: str, notes: tuple[str, ...]
) -> Judgement:
    arguments = _arguments(f, drawn)
    on_trial = _on_trial(arguments, wrt)
    place = _upstream_place(f, g, arguments)
    told = [f"{g.__name__} takes the gradient from behind as its argument {place + 1}"] if place is not None else []
    rng = np.random.default_rng(seed)
    samples = [{one.name: one.draw(rng) for one in arguments} for _ in range(MINIMUM_COMPARED)]
    parts = []
    for number, name in enumerate(on_trial):
        one = next(each for each in arguments if each.name == name)
        picked = _picked(g, number if len(on_trial) > 1 else None, place)
        try:
            judged = _over_points if int(np.prod(one.shape)) >= MINIMUM_COMPARED else _together
            verdict = judged(f, picked, samples, name, place, seed, again)
        except (CallError, PlayerGoneError, ArithmeticError, LookupError, TypeError, ValueError, NotImplementedError,
                AttributeError) as error:  # fmt: skip
            verdict = Verdict(
                status=Status.UNREADABLE,
                reason=f"The gradient by {name} cannot be judged: {str(error).rstrip('. ')}.",
                evidence=Misreading(text=str(g.target), column=0, expected="an array in the shape of the variable"),
                reproduce=again,
            )
        parts.append(Part(name, verdict))
    return Judgement(tuple(parts), seed, (*told, *notes))


def _arguments(f: Function, drawn: Sequence[Drawn]) -> list[Drawn]:
    described = {one.name: one for one in drawn}
    known = (*f.parameters, *f.defaults)
    if known:
        strange = [name for name in described if name not in known]
        if strange:
            raise TargetError(f"{f.target} has no parameter {strange[0]!r}; it has {', '.join(known)}")
        missing = [name for name in f.parameters if name not in described]
        if len(missing) == 1 and len(f.parameters) == 1:
            described[missing[0]] = Drawn(missing[0], (DEFAULT_SIZE,))
            missing = []
        if missing:
            raise TargetError(
                f"say the shapes of the arguments of {f.target}: --arg {missing[0]}=3x5 and so on for "
                f"{', '.join(missing)}"
            )
        return [described[name] for name in known if name in described]
    if not described:
        raise TargetError(f"say the arguments of {f.target} in their order, such as --arg x=3x5")
    return list(drawn)


def _on_trial(arguments: Sequence[Drawn], wrt: Sequence[str]) -> list[str]:
    names = [one.name for one in arguments]
    for name in wrt:
        if name not in names:
            raise TargetError(f"--wrt {name}: there is no such argument; choose from {', '.join(names)}")
    smooth = [one.name for one in arguments if one.is_smooth]
    if not (wrt or smooth):
        raise TargetError("every argument is one of a few values: there is nothing to differentiate by")
    return list(wrt) or smooth


def _upstream_place(f: Function, g: Function, arguments: Sequence[Drawn]) -> int | None:
    """Return at which place the gradient function takes the gradient from behind; None if it takes none."""
    extra = [place for place, name in enumerate(g.parameters) if name not in f.parameters and name.lower() in UPSTREAM]
    if len(g.parameters) != len(arguments) + 1:
        return None
    return extra[0] if len(extra) == 1 else len(arguments)


Gradient = Callable[..., Any]


def _picked(g: Function, number: int | None, place: int | None) -> Gradient:
    """Return the gradient by one argument: the part of what comes back for several that belongs to it."""

    def gradient(*values: Any) -> Any:
        if place is not None:
            *rest, upstream = values
            values = (*rest[:place], upstream, *rest[place:])
        back = g(*values)
        if number is None:
            return back
        if not isinstance(back, list | tuple) or len(back) <= number:
            raise CallError(f"{g.__name__} gave back one value, not one for each argument; name one with --wrt")
        return back[number]

    return gradient


def _over_points(
    f: Function, g: Gradient, samples: list[dict[str, Any]], name: str, place: int | None, seed: int, again: str
) -> Verdict:
    """Judge at three points; the first that is not passed is the verdict."""
    upstream = None if place is None else "random"
    verdicts = []
    for number in range(SAMPLES):
        point = samples[number]
        if upstream is None:
            _require_shape(f, g, point, name)
        verdict = check_gradient(f, g, point, name, upstream=upstream, seed=seed + number, reproduce=again)
        if verdict.status is not Status.AGREES:
            return verdict
        verdicts.append(verdict)
    comparisons = [verdict.evidence for verdict in verdicts if isinstance(verdict.evidence, Comparison)]
    worst = max(comparisons, key=lambda comparison: comparison.max_error / (comparison.tolerance or 1))
    whole = replace(
        worst,
        compared=sum(comparison.compared for comparison in comparisons),
        skipped=sum(comparison.skipped for comparison in comparisons),
    )
    return replace(verdicts[0], evidence=whole, reason=f"{verdicts[0].reason} So at each of {SAMPLES} points.")


def _together(
    f: Function, g: Gradient, samples: list[dict[str, Any]], name: str, place: int | None, seed: int, again: str
) -> Verdict:
    """Judge the derivative by a small argument at many points in one go: a verdict rests on eight entries at least."""
    size = np.size(samples[0][name])
    points = samples[: max(SAMPLES, -(-MINIMUM_COMPARED // size))]
    values = [np.asarray(f(*point.values())) for point in points]
    if place is None:
        for point in points:
            _require_shape(f, g, point, name)
    alone = all(value.size == 1 for value in values)  # one number for each point

    def at_each(function: Callable[..., Any], stacked: Any, *upstream: Any) -> list[Any]:
        back = []
        for number, (point, value) in enumerate(zip(points, stacked, strict=True)):
            given = {**point, name: value if np.ndim(value) else value.item()}
            back.append(np.asarray(function(*given.values(), *(one[number] for one in upstream))))
        return back

    def value_of(stacked: Any) -> Any:
        found = at_each(f, stacked)
        if alone and size > 1 and place is None:
            return np.sum([one.reshape(()) for one in found])
        return np.stack([one.reshape(()) if alone else one for one in found])

    def gradient_of(stacked: Any, *upstream: Any) -> Any:
        behind = tuple(one.reshape(len(points), *values[0].shape) for one in upstream)
        found = np.stack(at_each(g, stacked, *behind))
        if upstream or alone or found[0].shape == np.shape(samples[0][name]):
            return found.reshape(stacked.shape)
        # A Jacobian at each point: nothing of one point depends on another.
        whole = np.zeros((len(points), values[0].size, len(points), size))
        for number, one in enumerate(found):
            whole[number, :, number] = one.reshape(values[0].size, size)
        return whole.reshape(len(points), *values[0].shape, *stacked.shape)

    stacked = np.stack([np.asarray(point[name]) for point in points])
    return check_gradient(
        value_of, gradient_of, {name: stacked}, name, upstream=None if place is None else "random",
        elementwise=True if alone and size == 1 and place is None else None, seed=seed, reproduce=again,
    )  # fmt: skip


def _require_shape(f: Function, g: Gradient, point: dict[str, Any], name: str) -> None:
    value, claimed = (np.asarray(function(*point.values())) for function in (f, g))
    shape = np.shape(point[name])
    if claimed.dtype.kind not in "fiub":
        raise CallError(f"it is of type {claimed.dtype}, not real numbers")
    if claimed.shape not in {shape, (*value.shape, *shape)} and claimed.size != np.size(point[name]):
        jacobian = f", a Jacobian {(*value.shape, *shape)}" if value.ndim else ""
        raise CallError(f"it has the shape {claimed.shape}, its variable has {shape}{jacobian}")
