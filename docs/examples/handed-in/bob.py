"""A submission with a wrong slope and a number without the biases."""

import numpy as np


def tanh(x):
    return np.tanh(x)


def tanh_grad(x):
    return 1 - np.tanh(x)


weights = 64 * 32
