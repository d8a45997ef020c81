"""Views of an array through sliding windows."""

from collections.abc import Sequence

import numpy as np

from derive.compilation.floats import Floats


def windows(
    X: Floats, axes: Sequence[int], steps: Sequence[int], sizes: Sequence[int], starts: Sequence[int]
) -> Floats:
    """Return the read-only view V[t₀, t₁, …] = X[…, starts[d] + Σ steps[m]·t_m over the m with axes[m] = d, …].

    Raises
    ------
    ValueError
        An index would leave X.
    """
    low, high = list(starts), list(starts)
    for axis, step, size in zip(axes, steps, sizes, strict=True):
        low[axis] += min(0, step * (size - 1))
        high[axis] += max(0, step * (size - 1))
    for axis, length in enumerate(X.shape):
        if low[axis] < 0 or high[axis] >= length:
            raise ValueError(f"indices {low[axis]}…{high[axis]} leave axis {axis}, which has {length} elements")
    corner = X[tuple(slice(start, None) for start in starts)]
    strides = [step * X.strides[axis] for axis, step in zip(axes, steps, strict=True)]
    return np.lib.stride_tricks.as_strided(corner, shape=tuple(sizes), strides=strides, writeable=False)
