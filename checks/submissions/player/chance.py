"""Random numbers of a submission are the same in every run: what was judged once would be judged so again.

Only numbers that are drawn without a seed are touched. They go on from call to call, so that a function whose results
are random is still seen to be. What rests on the clock or on `os.urandom` stays as it is.
"""

import random

import numpy as np

SEED = 20_000


def make_repeatable(seed: int = SEED) -> None:
    """Seed the generators of `random` and `numpy.random`, and what `numpy.random.default_rng()` takes its seed from."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - it is the old generator that students use
    seeds = random.Random(seed)  # noqa: S311 - nothing here is secret
    # Without a seed NumPy asks `secrets.randbits`, which that module holds under its own name.
    np.random.bit_generator.randbits = seeds.getrandbits  # type: ignore[attr-defined]
