"""How large rounding errors of a backward pass may be: the same pass over absolute values.

A gradient can be exactly zero although none of its terms is: the bias in front of a batch normalisation moves nothing,
and what is stored there is rounding. A relative error says nothing of such an entry; the sum of the absolute values of
its terms does.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from numeric.layers import BatchNorm, LayerNorm, Linear

Array = npt.NDArray[Any]


def back(layer: object, x: Array, terms: Array, slope: Array | None) -> tuple[dict[str, Array], Array]:
    """Return the size of the terms of each parameter's gradient, and of ∂L/∂input.

    Parameters
    ----------
    layer:
        Linear, a normalisation of (B, N), or an elementwise layer.
    x:
        Its input, (B, N).
    terms:
        The size of the terms of ∂L/∂output, not negative, (B, M).
    slope:
        For an elementwise layer its derivative at ``x``.
    """
    if isinstance(layer, Linear):
        return {"W": np.abs(x).T @ terms, "b": terms.sum(axis=0)}, terms @ np.abs(layer.W).T
    if isinstance(layer, (BatchNorm, LayerNorm)):
        axis = 0 if isinstance(layer, BatchNorm) else 1
        mean = x.mean(axis=axis, keepdims=True)
        factor = 1 / np.sqrt(x.var(axis=axis, keepdims=True) + layer.eps)
        u = (np.abs(x) + np.abs(mean)) * factor  # x − μ may cancel, too
        du = terms * np.abs(layer.gamma)
        through = du + du.mean(axis=axis, keepdims=True) + u * (du * u).mean(axis=axis, keepdims=True)
        return {"gamma": (terms * u).sum(axis=0), "beta": terms.sum(axis=0)}, through * factor
    assert slope is not None
    return {}, terms * np.abs(slope)
