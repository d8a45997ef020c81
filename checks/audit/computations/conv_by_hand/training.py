"""One step, and dead units, on networks of the example with numbers of our own."""

import numpy as np

from checks.audit.found import Found
from numeric.data.squares import squares
from numeric.experiments.conv import as_batch, network
from numeric.losses import BinaryCrossEntropyWithLogits

NETWORKS = 100
RATE = 0.01


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


def derivatives_alive_when_dead() -> Found:
    """The derivatives that are not zero when every pixel of z1 is negative, in each of 100 networks."""
    loss, alive = BinaryCrossEntropyWithLogits(reduction="mean"), set()
    for seed in range(NETWORKS):
        rng = np.random.default_rng(seed)
        net, (x, y) = network(rng), as_batch(squares(32, rng))
        net.parameters()["0.b"][...] = -100.0
        prediction, trace = net.forward(x)
        net.backward(trace, loss.gradient(prediction, y), input_gradient=False)
        alive.add(int(sum(np.count_nonzero(gradient) for gradient in net.gradients().values())))
    return Found(max(alive), "100 networks whose convolution has the bias −100, on 32 images", rests_on=NETWORKS)
