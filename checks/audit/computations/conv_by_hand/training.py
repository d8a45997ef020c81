"""One step, dead units and learning rates, on networks of the example with numbers of our own."""

import numpy as np

from checks.audit.found import Found, trains
from numeric.arrays import Array
from numeric.data.squares import squares
from numeric.experiments.conv import as_batch, network
from numeric.layers import LeakyReLU, ReLU
from numeric.losses import BinaryCrossEntropyWithLogits
from numeric.net import Net
from numeric.training import train

NETWORKS = 100
RATE = 0.01
TRAININGS = 20
SLOPE = 0.01


def steps_that_lower_the_loss(sign: int) -> Found:
    """A hundred networks, one step of 0.01 along or against the right gradient: those whose loss falls, counted."""
    loss, falls = BinaryCrossEntropyWithLogits(reduction="mean"), 0
    for seed in range(NETWORKS):
        rng = np.random.default_rng(seed)
        net, (x, y) = network(rng), as_batch(squares(32, rng))
        prediction, trace = net.forward(x)
        before = loss.value(prediction, y)
        net.backward(trace, loss.gradient(prediction, y), input_gradient=False)
        gradients = net.gradients()
        for name, parameter in net.parameters().items():
            parameter[...] += sign * RATE * gradients[name]
        falls += int(loss.value(net.predict(x), y) < before)
    return Found(falls, "one step in each of 100 networks on 32 images", rests_on=NETWORKS)


def derivatives_alive_when_dead(leaky: bool = False) -> Found:
    """The derivatives that are not zero when every pixel of z1 is negative, in each of 100 networks."""
    loss, alive = BinaryCrossEntropyWithLogits(reduction="mean"), set()
    for seed in range(NETWORKS):
        rng = np.random.default_rng(seed)
        net, (x, y) = _network(rng, leaky), as_batch(squares(32, rng))
        net.parameters()["0.b"][...] = -100.0
        prediction, trace = net.forward(x)
        net.backward(trace, loss.gradient(prediction, y), input_gradient=False)
        alive.add(int(sum(np.count_nonzero(gradient) for gradient in net.gradients().values())))
    how = "100 networks whose convolution has the bias −100, on 32 images"
    return Found(min(alive) if leaky else max(alive), how, rests_on=NETWORKS)


@trains
def dead_networks(rate: float, leaky: bool = False) -> Found:
    """Twenty trainings of three epochs on 2,000 images: those that end without a positive pixel of z1, counted."""
    loss, dead = BinaryCrossEntropyWithLogits(reduction="mean"), 0
    for seed in range(TRAININGS):
        net, x = _trained(seed, float(rate), leaky, loss)
        dead += not np.any(net.layers[0].forward(x) > 0)
    return Found(
        dead, f"{TRAININGS} trainings with the rate {rate}, those without a positive pixel", rests_on=TRAININGS
    )


@trains
def learned(rate: float, leaky: bool = False) -> Found:
    """The mean accuracy after twenty trainings of three epochs on 2,000 images."""
    loss, accuracies = BinaryCrossEntropyWithLogits(reduction="mean"), []
    for seed in range(TRAININGS):
        net, _ = _trained(seed, float(rate), leaky, loss)
        x, y = as_batch(squares(1000, np.random.default_rng(10_000 + seed)))
        accuracies.append(loss.accuracy(net.predict(x), y))
    how = f"the mean accuracy on 1,000 fresh images after {TRAININGS} trainings of three epochs with the rate {rate}"
    return Found(float(np.mean(accuracies)), how, rests_on=TRAININGS * 1000)


def _network(rng: np.random.Generator, leaky: bool) -> Net:
    net = network(rng)
    return Net([LeakyReLU(SLOPE) if isinstance(layer, ReLU) else layer for layer in net.layers]) if leaky else net


def _trained(seed: int, rate: float, leaky: bool, loss: BinaryCrossEntropyWithLogits) -> tuple[Net, Array]:
    rng = np.random.default_rng(seed)
    x, y = as_batch(squares(2000, rng))
    net = _network(rng, leaky)
    with np.errstate(over="ignore", invalid="ignore"):  # a training that runs away is a result here
        train(net, loss, x, y, learning_rate=rate, epochs=3, batch_size=32, rng=rng)
    return net, x
