"""Layers with a hand-written forward and backward pass, one module for each family.

A layer keeps no input: ``backward(x, dy)`` is given the input again, so that a pass can be repeated or checked.
Neither pass changes its arguments. Parameters are attributes (``W``, ``b``) with gradients beside them (``dW``,
``db``). The forward passes also carry the complex numbers of a complex step and branch on the real part.
Images are (B, C, H, W): sample, channel, row, column. A layer computes in the type of its input and parameters:
float32 stays float32.
"""

from numeric.layers.activations import LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from numeric.layers.base import Layer
from numeric.layers.convolution import Conv2d
from numeric.layers.dropout import Dropout
from numeric.layers.flatten import Flatten
from numeric.layers.linear import Linear
from numeric.layers.normalisation import BatchNorm, LayerNorm
from numeric.layers.pooling import MaxPool2d
from numeric.layers.windows import Pair

__all__ = [
    "BatchNorm",
    "Conv2d",
    "Dropout",
    "Flatten",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "MaxPool2d",
    "Pair",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "Tanh",
]
