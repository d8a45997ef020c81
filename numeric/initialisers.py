"""How the weights of a layer are drawn at the start.

Each initialiser takes the shape, the number of inputs and outputs of one unit, and a generator, and returns float64.
The uniform density on [−a, a] has variance a²/3, from which all three bounds follow.
"""

from collections.abc import Callable

import numpy as np

from numeric.arrays import Array

Shape = tuple[int, ...]
Initialiser = Callable[[Shape, int, int, np.random.Generator], Array]
"""(shape, n_in, n_out, rng) → array of that shape."""


def xavier_uniform(shape: Shape, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
    """Draw uniformly from [−√(3/n_in), √(3/n_in)], which keeps the variance 1 of the inputs.

    Parameters
    ----------
    shape : tuple of int
        The shape of the weights.
    n_in, n_out : int
        Inputs and outputs of the layer; ``n_out`` plays no part here.
    rng : numpy.random.Generator
        The source of randomness.

    Returns
    -------
    ndarray
        float64, of the given shape, variance 1/n_in.

    Raises
    ------
    ValueError
        If ``n_in`` is not positive.

    Notes
    -----
    Source: course document 003, section 3.1.
    """
    _require_positive(n_in)
    bound = np.sqrt(3 / n_in)
    return rng.uniform(-bound, bound, size=shape)


def glorot_uniform(shape: Shape, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
    """Draw uniformly from [−√(6/(n_in + n_out)), √(6/(n_in + n_out))]: variance 2/(n_in + n_out).

    Parameters, result and errors as `xavier_uniform`, for ``n_in + n_out``.

    Notes
    -----
    Source: X. Glorot and Y. Bengio (2010), equation (16). Course document 002 prints the product n_in·n_out under the
    root, which is a mistake: it makes the weights of a 64-32 layer 4.6 times too small.
    """
    _require_positive(n_in + n_out)
    bound = np.sqrt(6 / (n_in + n_out))
    return rng.uniform(-bound, bound, size=shape)


def he_uniform(shape: Shape, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
    """Draw uniformly from [−√(6/n_in), √(6/n_in)]: variance 2/n_in, because a ReLU halves the second moment.

    Parameters, result and errors as `xavier_uniform`.

    Notes
    -----
    Source: K. He et al., Delving deep into rectifiers (2015), equation (10).
    """
    _require_positive(n_in)
    bound = np.sqrt(6 / n_in)
    return rng.uniform(-bound, bound, size=shape)


def unit_uniform(shape: Shape, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
    """Draw uniformly from [0, 1): all weights pull one way, so that a small ReLU network does not start dead.

    Parameters and result as `xavier_uniform`; ``n_in`` and ``n_out`` play no part.

    Notes
    -----
    Source: course document 004, the text of the forward pass (its code draws from [−1, 1]).
    """
    return rng.uniform(0, 1, size=shape)


def symmetric_uniform(shape: Shape, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
    """Draw uniformly from [−1, 1).

    Parameters and result as `xavier_uniform`; ``n_in`` and ``n_out`` play no part.

    Notes
    -----
    Source: course document 004, the code of the forward pass (its text says [0, 1)).
    """
    return rng.uniform(-1, 1, size=shape)


def zeros(shape: Shape, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
    """Return zeros (right for a bias; for weights all units of a layer would stay equal). Draws nothing."""
    return np.zeros(shape)


def _require_positive(units: int) -> None:
    if units < 1:
        raise ValueError(f"a layer needs at least one unit, not {units}")
