"""A submission with one right slope and a right number."""

import numpy as np


def tanh(x):
    return np.tanh(x)


def d_tanh(x):
    return 1 - np.tanh(x) ** 2


weights = 64 * 32 + 32
