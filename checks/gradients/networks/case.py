"""One network and batch under judgement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.gradients.networks.trial import Trial
from checks.verdict import Attempt, Status, Verdict

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Case:
    """A network, its loss, a batch, and how it was asked."""

    net: Any
    loss: Any
    x: Array
    y: Array
    seed: int
    mode: str
    reproduce: str

    def value(self, prediction: Array) -> Any:
        """Return the loss of a prediction."""
        return self.loss.value(prediction, self.y.copy())

    def layers(self) -> list[Any]:
        """Return the layers as they came."""
        return list(self.net) if isinstance(self.net, Sequence) else list(self.net.layers)

    def again(self) -> str:
        """Return the line that asks the same again."""
        if self.reproduce:
            return self.reproduce
        shapes = ", ".join(
            f"{name} {'x'.join(map(str, array.shape)) or 'scalar'} {array.dtype}"
            for name, array in (("x", self.x), ("y", self.y))
        )
        layers = ", ".join(type(layer).__name__ for layer in self.layers())
        call = f"gradproof.check_backward(net, loss, x, y, mode={self.mode!r}, seed={self.seed})"
        return f"{call}  # net: {layers}; loss: {type(self.loss).__name__}; {shapes}"


def rounding_unit(trial: Trial) -> float:
    """Return the rounding unit of the coarsest type on the way: of inputs, activations and gradients."""
    arrays = [*trial.passed.inputs, trial.passed.output, *trial.gradients.values()]
    return max(float(np.finfo(array.dtype).eps) for array in arrays if array.dtype.kind == "f")


def undecided(case: Case, reason: str) -> Verdict:
    """Return the verdict that nothing was decided, and why."""
    return Verdict(
        status=Status.UNDECIDED,
        reason=reason,
        evidence=Attempt(tried=("differences through the pre-activations",)),
        reproduce=case.again(),
    )
