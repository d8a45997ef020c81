"""A network: layers one after the other."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from numeric.arrays import Array
from numeric.layers import Layer, Linear, ReLU


class LayerLike(Protocol):
    """What a network asks of a layer; a student's layer of course document 002 has it."""

    def forward(self, x: Array) -> Array:
        """Return the output for the input ``x``."""

    def backward(self, x: Array, dy: Array) -> Array:
        """Store the gradients of the parameters and return ∂L/∂x."""

    def step(self, learning_rate: float) -> None:
        """Move the parameters against their gradients."""


Trace = list[tuple[LayerLike, Array]]
"""The layers in order, each with the input that it was given."""


class Net:
    """Layers one after the other.

    Parameters
    ----------
    layers : sequence of layers
        In the order of the forward pass, at least one.

    Raises
    ------
    ValueError
        For no layer.

    Notes
    -----
    Source: course document 002, section 1.5.
    """

    def __init__(self, layers: Sequence[LayerLike]) -> None:
        if not layers:
            raise ValueError("a network needs at least one layer")
        self.layers = list(layers)

    def forward(self, x: Array, *, over: frozenset[int] = frozenset()) -> tuple[Array, Trace]:
        """Return the output and the trace for the backward pass.

        Parameters
        ----------
        x : ndarray, (B, ...)
            The batch; not changed.
        over : set of int
            From `overwritable`: where a ReLU may write its output over its input. The trace then holds its output.
        """
        trace: Trace = []
        for place, layer in enumerate(self.layers):
            trace.append((layer, x))
            if place in over:
                assert isinstance(layer, ReLU)
                x = layer.forward_over(x)
            else:
                x = layer.forward(x)
        return x, trace

    def overwritable(self) -> frozenset[int]:
        """Return the places of those ReLUs whose input and upstream gradient nobody else holds.

        For a full batch this halves the memory that a step of training walks through. Only layers of our own, in which
        nothing was changed, are told of; what a user or a check brings is run as it is.
        """
        return frozenset(
            place
            for place in range(1, len(self.layers) - 1)
            if type(self.layers[place]) is ReLU
            and all(
                type(layer) in (Linear, ReLU) and _is_unchanged(layer) for layer in self.layers[place - 1 : place + 2]
            )
            and not any(type(layer) is ReLU for layer in (self.layers[place - 1], self.layers[place + 1]))
        )

    def backward(
        self, trace: Trace, dy: Array, *, input_gradient: bool = True, over: frozenset[int] = frozenset()
    ) -> Array | None:
        """Store the gradients of all parameters.

        Parameters
        ----------
        trace : list
            From the forward pass.
        dy : ndarray
            ∂L/∂y, in the shape of the output.
        input_gradient : bool
            Whether ∂L/∂x is wanted. Training does not need it, and for the first layer it is a third of the work.
        over : set of int
            As the forward pass got it.

        Returns
        -------
        ndarray or None
            ∂L/∂x in the shape of the input.

        Raises
        ------
        ValueError
            From a layer, if a shape does not fit.
        """
        for place in range(len(trace) - 1, 0, -1):
            layer, x = trace[place]
            if place in over:
                assert isinstance(layer, ReLU)
                dy = layer.input_gradient_over(x, dy)
            else:
                dy = layer.backward(x, dy)
        first, x = trace[0]
        # Only our own, unchanged backward may be cut short: a layer that brings its own must be seen to run it.
        if not input_gradient and isinstance(first, Layer) and _has_plain_backward(first):
            first.store_gradients(x, dy)
            return None
        return first.backward(x, dy)

    def step(self, learning_rate: float) -> None:
        """Move all parameters by −learning_rate times their gradients, and let the layers advance."""
        for layer in self.layers:
            layer.step(learning_rate)

    def advance(self) -> None:
        """Tell the layers that their parameters were moved by other means than `step`; see `Layer.advance`."""
        for layer in self.layers:
            if isinstance(layer, Layer):
                layer.advance()

    def set_training(self, training: bool) -> None:
        """Make the passes of all layers those of training, as at first, or of evaluation."""
        for layer in self.layers:
            if isinstance(layer, Layer):
                layer.training = training

    @contextmanager
    def evaluating(self) -> Iterator[None]:
        """Evaluate inside the ``with`` block: running statistics, nothing dropped; the former modes come back."""
        modes = [(layer, layer.training) for layer in self.layers if isinstance(layer, Layer)]
        self.set_training(False)
        try:
            yield
        finally:
            for layer, training in modes:
                layer.training = training

    def predict(self, x: Array) -> Array:
        """Return the output for the batch ``x`` (B, ...) in the present mode, keeping nothing."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def parameters(self) -> dict[str, Array]:
        """Return all parameters in order, named by place and name, such as ``"0.W"``: the arrays, not copies."""
        return self._collected("parameters")

    def gradients(self) -> dict[str, Array]:
        """Return the gradients that the last backward pass stored, in order, under the names of the parameters.

        Raises
        ------
        RuntimeError
            If no backward pass has run.
        """
        return self._collected("gradients")

    def _collected(self, what: str) -> dict[str, Array]:
        return {
            f"{place}.{name}": array
            for place, layer in enumerate(self.layers)
            if hasattr(layer, what)
            for name, array in getattr(layer, what)().items()
        }

    def __str__(self) -> str:
        return "\n".join(str(layer) for layer in self.layers)


def _is_unchanged(layer: LayerLike) -> bool:
    return not {"forward", "backward", "store_gradients", "input_gradient"} & vars(layer).keys()


def _has_plain_backward(layer: Layer) -> bool:
    return getattr(layer.backward, "__func__", None) is Layer.backward
