"""Which samples a step looks at, and the step itself.

An optimiser is for one network: momentum and Adam remember its gradients. Every step size may decay: η₀ dᵗ at step t.
"""

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from numeric.arrays import Array, move
from numeric.net import Net


class Optimiser(Protocol):
    """What `numeric.training` asks of an optimiser."""

    def batches(self, samples: int) -> Iterator[slice | Array]:
        """Yield the index of each batch of one epoch over so many samples."""

    def update(self, net: Net) -> None:
        """Move the parameters by the gradients that the net holds."""


class _Stepping:
    """Batches and step sizes, which all optimisers here share.

    Parameters
    ----------
    learning_rate : float
        The first step size η₀, not negative.
    batch_size : int or None
        Samples in a batch; all of them for None. The last batch of an epoch is smaller where they do not divide.
    rng : numpy.random.Generator or None
        Shuffles the samples anew for each epoch; needed with a batch size.
    decay : float
        d of the step size η₀ dᵗ, in (0, 1].

    Attributes
    ----------
    steps : int
        Updates so far.

    Raises
    ------
    ValueError
        For a negative or undefined learning rate, a batch size below 1 or without a generator, or a decay outside
        (0, 1].
    """

    def __init__(
        self, learning_rate: float, batch_size: int | None, rng: np.random.Generator | None, decay: float
    ) -> None:
        if not learning_rate >= 0:
            raise ValueError(f"the learning rate must not be negative, not {learning_rate}")
        if batch_size is not None and batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size}")
        if batch_size is not None and rng is None:
            raise ValueError("minibatches are shuffled: give a numpy.random.Generator as rng")
        if not 0 < decay <= 1:
            raise ValueError(f"the decay of the learning rate must lie in (0, 1], not {decay}")
        # A NumPy scalar of float64 would widen every product with a float32 gradient; Python's float adapts.
        self.learning_rate, self.decay = float(learning_rate), float(decay)
        self.batch_size, self.rng = batch_size, rng
        self.steps = 0

    @property
    def rate(self) -> float:
        """The step size η₀ dᵗ of the next update, t = 0 for the first."""
        return self.learning_rate * self.decay**self.steps

    def batches(self, samples: int) -> Iterator[slice | Array]:
        """Yield the index of each batch of one epoch; every sample comes once.

        Parameters
        ----------
        samples : int
            Their number S.

        Yields
        ------
        slice or ndarray of int, (batch_size,)
            All samples, without a copy, where there is no batch size.
        """
        if self.batch_size is None or self.rng is None:
            yield slice(None)
            return
        order = self.rng.permutation(samples)
        for start in range(0, samples, self.batch_size):
            yield order[start : start + self.batch_size]

    def update(self, net: Net) -> None:
        """Move the parameters once, and let the layers advance."""
        self._move(net)
        self.steps += 1

    def _move(self, net: Net) -> None:
        net.step(self.rate)


class GradientDescent(_Stepping):
    """Each step looks at all samples: θ ← θ − η₀ dᵗ ∇L.

    Parameters
    ----------
    learning_rate : float
        The first step size η₀, not negative.
    decay : float
        d, in (0, 1]; 1 keeps the step size.

    Raises
    ------
    ValueError
        For a negative or undefined learning rate, or a decay outside (0, 1].

    Notes
    -----
    Source: course documents 000, exercises 5c and 8f, and 002, equation (4), for the decay.
    """

    def __init__(self, learning_rate: float, *, decay: float = 1.0) -> None:
        super().__init__(learning_rate, None, None, decay)


class SGD(_Stepping):
    """Stochastic gradient descent: each step looks at a small batch of the shuffled samples.

    Parameters
    ----------
    learning_rate : float
        The first step size η₀, not negative.
    batch_size : int
        Samples in a batch; the last batch of an epoch is smaller where they do not divide.
    rng : numpy.random.Generator
        Shuffles the samples anew for each epoch.
    decay : float
        d of the step size η₀ dᵗ, in (0, 1].

    Raises
    ------
    ValueError
        For a negative or undefined learning rate, a batch size below 1, or a decay outside (0, 1].

    Notes
    -----
    Source: course documents 002, section 1.6, and 003, section 3.5.
    """

    def __init__(self, learning_rate: float, batch_size: int, rng: np.random.Generator, *, decay: float = 1.0) -> None:
        super().__init__(learning_rate, batch_size, rng, decay)


class Momentum(_Stepping):
    """Steps along a decaying sum of gradients: v ← βv + ∇L, θ ← θ − η v, with v = 0 at first.

    Parameters
    ----------
    learning_rate : float
        η₀, not negative. Under a constant gradient g the sum reaches g / (1 − β): the steps become that much longer.
    momentum : float
        β, in [0, 1).
    batch_size, rng, decay
        As for `SGD`; without a batch size each step looks at all samples.

    Raises
    ------
    ValueError
        As `SGD`, for a β outside [0, 1), and from `update` for another network than before.

    Notes
    -----
    Source: I. Goodfellow, Y. Bengio and A. Courville, Deep Learning (2016), section 8.3.2.
    """

    def __init__(
        self,
        learning_rate: float,
        *,
        momentum: float = 0.9,
        batch_size: int | None = None,
        rng: np.random.Generator | None = None,
        decay: float = 1.0,
    ) -> None:
        super().__init__(learning_rate, batch_size, rng, decay)
        self.momentum = _fraction(momentum, "momentum")
        self.velocity: dict[str, Array] = {}

    def _move(self, net: Net) -> None:
        parameters, gradients = _both(net)
        velocities = _memory(self.velocity, parameters)
        for name, parameter in parameters.items():
            velocity = velocities[name]
            velocity *= self.momentum
            velocity += gradients[name]
            move(parameter, self.rate, velocity)
        net.advance()


class Adam(_Stepping):
    """Steps of about η in every parameter: running averages of gradient and squared gradient, without their bias.

    m ← β₁m + (1 − β₁)∇L, s ← β₂s + (1 − β₂)∇L², θ ← θ − η m̂ / (√ŝ + ε) with m̂ = m / (1 − β₁ᵗ), ŝ = s / (1 − β₂ᵗ) at
    the t-th update. Both averages start at 0; E m = (1 − β₁ᵗ) E ∇L, which the division corrects.

    Parameters
    ----------
    learning_rate : float
        η₀, not negative.
    beta1, beta2 : float
        In [0, 1).
    eps : float
        ε, positive.
    batch_size, rng, decay
        As for `SGD`; without a batch size each step looks at all samples.

    Raises
    ------
    ValueError
        As `SGD`, for a β outside [0, 1) or an ε that is not positive, and from `update` for another network than
        before.

    Notes
    -----
    Source: D. P. Kingma and J. Ba, Adam (2015), algorithm 1 and section 3.
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        batch_size: int | None = None,
        rng: np.random.Generator | None = None,
        decay: float = 1.0,
    ) -> None:
        super().__init__(learning_rate, batch_size, rng, decay)
        self.beta1, self.beta2 = _fraction(beta1, "beta1"), _fraction(beta2, "beta2")
        if not eps > 0:
            raise ValueError(f"eps must be positive, not {eps}")
        self.eps = float(eps)
        self.mean: dict[str, Array] = {}
        self.square: dict[str, Array] = {}

    def _move(self, net: Net) -> None:
        parameters, gradients = _both(net)
        means, squares = _memory(self.mean, parameters), _memory(self.square, parameters)
        # The two corrections as two numbers, so that the arrays are read once less each.
        at = self.steps + 1
        rate, spread = self.rate / (1 - self.beta1**at), (1 - self.beta2**at) ** 0.5
        for name, parameter in parameters.items():
            gradient, mean, square = gradients[name], means[name], squares[name]
            mean += (1 - self.beta1) * (gradient - mean)
            square += (1 - self.beta2) * (gradient * gradient - square)
            move(parameter, rate, mean / (np.sqrt(square) / spread + self.eps))
        net.advance()


def _fraction(value: float, what: str) -> float:
    if not 0 <= value < 1:
        raise ValueError(f"{what} must lie in [0, 1), not {value}")
    return float(value)


def _both(net: Net) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return parameters and gradients; a layer that has neither, such as a student's, cannot be moved from outside."""
    for place, layer in enumerate(net.layers):
        if not hasattr(layer, "parameters"):
            raise ValueError(
                f"layer {place} ({type(layer).__name__}) does not tell its parameters; "
                "train it by GradientDescent or SGD, which call its step"
            )
    return net.parameters(), net.gradients()


def _memory(memory: dict[str, Array], parameters: dict[str, Array]) -> dict[str, Array]:
    """Return the arrays that an optimiser remembers, zeros at first, one for each parameter."""
    if not memory:
        memory.update({name: np.zeros_like(parameter) for name, parameter in parameters.items()})
    shapes = {name: array.shape for name, array in memory.items()}
    if shapes != {name: parameter.shape for name, parameter in parameters.items()}:
        raise ValueError("this optimiser remembers the gradients of another network; make a new one for each")
    return memory
