"""A sigmoid and two attempts at its gradient."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_grad(x):
    return sigmoid(x) * (1 - sigmoid(x))


def sigmoid_grad_with_the_wrong_sign(x):
    return sigmoid(x) * (sigmoid(x) - 1)
