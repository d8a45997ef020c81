"""The same questions for a test suite: silence, or an AssertionError that says everything needed to look into it."""

from typing import Any

from checks.gradients.callables import check_gradient
from checks.gradients.networks import check_backward
from checks.verdict import Comparison, Counterexample, Status, Verdict


def assert_gradient(function: Any, gradient: Any, point: Any, wrt: Any = None, **options: Any) -> None:
    """Raise AssertionError unless the gradient agrees with differences of the function.

    Parameters and errors as `check_gradient`. The message holds the entry, both values, the counterexample, and a line
    with shapes and seed that reproduces the failure. A check that decides nothing fails, too.
    """
    __tracebackhide__ = True
    _require(check_gradient(function, gradient, point, wrt, **options))


def assert_backward(net: Any, loss: Any, x: Any, y: Any, **options: Any) -> None:
    """Raise AssertionError unless the backward pass of a network agrees with its forward pass; as `check_backward`."""
    __tracebackhide__ = True
    _require(check_backward(net, loss, x, y, **options))


def _require(verdict: Verdict) -> None:
    __tracebackhide__ = True
    if verdict.status in (Status.AGREES, Status.PROVED):
        return
    raise AssertionError(explained(verdict))


def explained(verdict: Verdict) -> str:
    """Return a verdict as lines for a person."""
    lines = [f"{verdict.status}: {verdict.reason}"]
    evidence = verdict.evidence
    if isinstance(evidence, Counterexample):
        lines += [f"  {name}: {value}" for name, value in evidence.point.items()]
        lines += [f"  gradient on trial: {evidence.left}", f"  measured ({evidence.right.kind}): {evidence.right}"]
    if isinstance(evidence, Comparison):
        lines.append(f"  largest error {evidence.max_error:.1e}, tolerance {evidence.tolerance:.1e} ({evidence.unit})")
    if verdict.mistake:
        lines.append(f"  mistake: {verdict.mistake}")
    if verdict.status is Status.UNDECIDED:
        lines.append("  Neither right nor wrong was shown; what is undecided does not pass.")
    return "\n".join([*lines, f"  again: {verdict.reproduce}"])
