"""The training with the document's seed, order of draws, rate and full batches."""

from functools import cache

import numpy as np

from checks.audit.computations.digital_images.digits import first_weights, split
from checks.audit.found import Found, trains
from numeric.arrays import Array


@cache
def _trained(epochs: int, networks_before: int, rate: str) -> tuple[list[float], Array, Array]:
    """Return the losses before each step, the probabilities of the test images, (10, 360), and which are right."""
    train, test, labels, truth = split()
    (V, W), a, c = first_weights(networks_before), np.zeros((32, 1)), np.zeros((10, 1))
    x, Y, m, eta = train.T, np.eye(10)[labels].T, len(labels), float(rate)
    losses = []
    for _ in range(epochs):
        z = V @ x + a
        h = np.maximum(0, z)
        e = np.exp(W @ h + c)
        p = e / e.sum(axis=0)
        losses.append(float(-np.mean(np.log(p[labels, np.arange(m)]))))
        d = (p - Y) / m
        g = (W.T @ d) * (z > 0)
        V, a = V - eta * g @ x.T, a - eta * g.sum(axis=1, keepdims=True)
        W, c = W - eta * d @ h.T, c - eta * d.sum(axis=1, keepdims=True)

    e = np.exp(W @ np.maximum(0, V @ test.T + a) + c)
    return losses, e / e.sum(axis=0), np.argmax(e, axis=0) == truth


@trains
def accuracy(epochs: int, networks_before: int) -> Found:
    """The share of the test images that are decided rightly."""
    right = int(np.sum(_trained(epochs, networks_before, "0.1")[2]))
    how = f"{epochs} steps from weights drawn after {networks_before} networks of the landscape, of 360 test images,"
    return Found(right / 360, how, rests_on=360)


@trains
def rises(epochs: int, rate: str) -> Found:
    """The steps after which the loss is not smaller, counted."""
    losses = _trained(epochs + 1, 1, rate)[0]
    how = f"{epochs} steps with the rate {rate}, those after which the loss is not smaller counted,"
    return Found(int(np.sum(np.diff(losses) >= 0)), how, rests_on=1437)


@trains
def gain(epochs: int, more: int) -> Found:
    """The part of the loss that more steps take away."""
    losses = _trained(epochs + more + 1, 1, "0.1")[0]
    how = f"the loss after {epochs} steps, and the part of it that {more} more take away,"
    return Found(1 - losses[epochs + more] / losses[epochs], how, rests_on=1437)


@trains
def shown(epochs: int) -> Found:
    """The misclassified test images among the first five of them, counted."""
    wrong = np.flatnonzero(~_trained(epochs, 1, "0.1")[2])
    return Found(len(wrong[:5]), f"{epochs} steps, the first five misclassified images counted,")


@trains
def confidence_less_accuracy(epochs: int) -> Found:
    """The mean of the largest probabilities of the test images, less the share of right predictions."""
    _, p, right = _trained(epochs, 1, "0.1")
    how = f"the mean of the largest probabilities after {epochs} steps, less the share of right predictions,"
    return Found(float(p.max(axis=0).mean() - right.mean()), how, rests_on=len(right))
