"""One thread for the small products of a small network.

Two busy threads make a product of the sizes met here four to seven times slower than one, because they wait for each
other more than they compute.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@contextmanager
def single_thread() -> Iterator[None]:
    """Keep the linear-algebra library of NumPy and SciPy to one thread inside the ``with`` block.

    The former number of threads comes back at the end. The limit holds for the whole process.
    """
    with _controller().limit(limits=1, user_api="blas"):
        yield


@cache
def _controller() -> Any:
    # NumPy's library must be loaded before the controller looks for it; looking takes milliseconds, so it is done once.
    import numpy as np  # noqa: F401
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
