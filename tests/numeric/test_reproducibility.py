"""The same seed gives the same bits: twice in one process, in another, and with another number of threads outside."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from numeric.layers import (
    BatchNorm,
    Conv2d,
    Dropout,
    Flatten,
    LayerNorm,
    LeakyReLU,
    Linear,
    MaxPool2d,
    ReLU,
)
from numeric.losses import SoftmaxCrossEntropy
from numeric.net import Net
from numeric.optimisers import Adam
from numeric.training import train

ROOT = Path(__file__).parents[2]


def trained(dtype=np.float64):
    """Train a network of every kind of layer for a few steps; return its parameters and history."""
    rng = np.random.default_rng(42)
    net = Net(
        [
            Conv2d(1, 4, 3, rng, padding=1, dtype=dtype), BatchNorm(4, dtype=dtype), ReLU(), MaxPool2d(2),
            Conv2d(4, 6, 3, rng, stride=2, dtype=dtype), LeakyReLU(), Flatten(),
            Dropout(0.3, seed=1), Linear(54, 20, rng, dtype=dtype), LayerNorm(20, dtype=dtype),
            Linear(20, 3, rng, dtype=dtype),
        ]
    )  # fmt: skip
    x, labels = rng.standard_normal((40, 1, 14, 14)).astype(dtype), rng.integers(3, size=40)
    history = train(
        net, SoftmaxCrossEntropy(reduction="mean"), x, np.eye(3)[labels],
        optimiser=Adam(0.01, batch_size=16, rng=rng), epochs=4, test=(x[:8], np.eye(3)[labels[:8]]),
    )  # fmt: skip
    return net, history


def digest():
    net, history = trained()
    arrays = [*net.parameters().values(), history.step_loss, history.test_loss]
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()


def test_a_training_gives_the_same_bits_twice_and_in_processes_with_one_and_with_two_threads():
    found = {digest(), digest()}
    for threads in ("1", "2"):
        code = (
            f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(Path(__file__).parent)!r}]; "
            "import test_reproducibility; print(test_reproducibility.digest())"
        )
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
        result = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        )
        found.add(result.stdout.strip())
    assert len(found) == 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_network_of_every_layer_stays_in_its_type_although_targets_are_double(dtype):
    net, history = trained(dtype)
    assert all(parameter.dtype == dtype for parameter in net.parameters().values())
    assert all(gradient.dtype == dtype for gradient in net.gradients().values())
    assert net.predict(np.ones((2, 1, 14, 14), dtype)).dtype == dtype
    assert history.loss[-1] < history.loss[0]


def test_a_training_leaves_the_global_random_state_alone():
    before = np.random.get_state()[1].tolist()  # noqa: NPY002 - to see that it stays as it is
    trained()
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


def test_after_training_a_network_is_evaluated_and_in_training_again_when_it_trains_on():
    net, _ = trained()
    assert not any(layer.training for layer in net.layers)
    seen = []
    train(
        net, SoftmaxCrossEntropy(reduction="mean"), np.ones((2, 1, 14, 14)), np.eye(3)[:2], learning_rate=0.0, steps=1,
        on_step=lambda step, net, batch: seen.append(all(layer.training for layer in net.layers)),
    )  # fmt: skip
    assert seen == [True]


def test_evaluating_puts_every_mode_back_even_after_an_error():
    net, _ = trained()
    net.layers[1].training = True
    with pytest.raises(ValueError, match="takes"), net.evaluating():
        net.predict(np.ones((1, 2, 14, 14)))
    assert [layer.training for layer in net.layers[:3]] == [False, True, False]
