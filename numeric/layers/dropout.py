"""Dropout."""

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array
from numeric.layers.base import Layer, require_same_shape


class Dropout(Layer):
    """While training, each entry is dropped with probability p, and the others are divided by 1 − p; else y = x.

    The division keeps the expectation of every entry, so that evaluation needs no factor (inverted dropout).

    Parameters
    ----------
    p : float
        Probability of dropping an entry, in [0, 1).
    seed : int
        Of the layer's own stream of masks. The mask is a function of the seed, of the number of updates so far and of
        the shape: both passes of one update see one mask, and a repeated pass gives the same.

    Attributes
    ----------
    updates : int
        Updates so far; `advance` adds one.

    Raises
    ------
    ValueError
        For p outside [0, 1) or a negative seed.

    Notes
    -----
    Source: N. Srivastava et al., Dropout (2014), section 10, for the inverted form.
    """

    def __init__(self, p: float, *, seed: int) -> None:
        if not 0 <= p < 1:
            raise ValueError(f"the probability of dropping must lie in [0, 1), not {p}")
        if seed < 0:
            raise ValueError(f"the seed must not be negative, not {seed}")
        self.p, self.seed, self.updates = float(p), seed, 0

    def mask(self, shape: tuple[int, ...], dtype: npt.DTypeLike = np.float64) -> Array:
        """Return what an input of that shape is multiplied by now: 0 or 1 / (1 − p), each entry by itself.

        Parameters
        ----------
        shape : tuple of int
            The shape of the input.
        dtype : dtype
            Of the mask.
        """
        if not self.training:
            return np.ones(shape, dtype=dtype)
        rng = np.random.default_rng([self.seed, self.updates])
        mask: Array = (rng.random(shape) >= self.p).astype(dtype)
        mask /= 1 - self.p
        return mask

    def forward(self, x: Array) -> Array:
        """Return x times the mask, in the shape of ``x``, any shape; ``x`` itself in evaluation."""
        return x * self.mask(x.shape, x.real.dtype) if self.training else x

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return dy times the mask."""
        require_same_shape(self, x, dy)
        return dy * self.mask(x.shape, dy.real.dtype) if self.training else dy

    def advance(self) -> None:
        """Go on to the next mask."""
        self.updates += 1

    def __str__(self) -> str:
        return f"Dropout {self.p:g}"
