"""What all layers share."""

from typing import ClassVar

from numeric.arrays import Array, move


class Layer:
    """A forward and a backward pass. A layer with parameters names them in ``trainable``.

    Attributes
    ----------
    training : bool
        Whether the forward pass is that of training, the default, or of evaluation; only `BatchNorm` and `Dropout`
        tell them apart. `numeric.net.Net` sets it for all its layers.
    """

    trainable: ClassVar[tuple[str, ...]] = ()
    training: bool = True

    def forward(self, x: Array) -> Array:
        """Return the output for the input ``x``."""
        raise NotImplementedError

    def backward(self, x: Array, dy: Array) -> Array:
        """Store the gradients of the parameters and return ∂L/∂x.

        Parameters
        ----------
        x : ndarray
            The input of the forward pass.
        dy : ndarray
            ∂L/∂y, in the shape of the output.

        Returns
        -------
        ndarray
            ∂L/∂x, in the shape of ``x``.

        Raises
        ------
        ValueError
            If a shape does not fit.
        """
        self.store_gradients(x, dy)
        return self.input_gradient(x, dy)

    def store_gradients(self, x: Array, dy: Array) -> None:
        """Store the gradients of the parameters for input ``x`` and ``dy`` = ∂L/∂y; nothing without parameters."""

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return ∂L/∂x in the shape of ``x`` for ``dy`` = ∂L/∂y."""
        raise NotImplementedError

    def parameters(self) -> dict[str, Array]:
        """Return the parameters by name: the arrays themselves, not copies."""
        return {name: getattr(self, name) for name in self.trainable}

    def gradients(self) -> dict[str, Array]:
        """Return the gradients that the last backward pass stored, by the name of the parameter.

        Raises
        ------
        RuntimeError
            If no backward pass has run.
        """
        try:
            return {name: getattr(self, f"d{name}") for name in self.trainable}
        except AttributeError as error:
            raise RuntimeError(f"{self}: run backward before asking for gradients") from error

    def step(self, learning_rate: float) -> None:
        """Move each parameter, in place, by −learning_rate times its gradient, and `advance`.

        Raises
        ------
        RuntimeError
            If no backward pass has run.
        ValueError
            If a gradient has not the shape of its parameter.
        """
        for name, gradient in self.gradients().items() if self.trainable else ():
            move(getattr(self, name), learning_rate, gradient)
        self.advance()

    def advance(self) -> None:
        """Do what belongs to an update besides the parameters: running statistics, the next mask. Here nothing.

        An optimiser calls it once after it has moved the parameters. So both passes may be repeated at will between
        two updates, by a gradient check for example, and nothing moves.
        """

    def __str__(self) -> str:
        return type(self).__name__


def require_same_shape(layer: Layer, x: Array, dy: Array) -> None:
    """Raise ``ValueError`` unless ``dy`` has the shape of ``x``. The message is made only where it is needed."""
    if x.shape != dy.shape:
        raise ValueError(f"{layer}: dy must be {x.shape}, not {dy.shape}")
