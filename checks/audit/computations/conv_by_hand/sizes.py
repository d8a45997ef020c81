"""Sizes of images and numbers of parameters, by placing every window and counting every number."""

import numpy as np


def convolved(size: int, kernel: int, stride: int = 1) -> tuple[int, int]:
    """Every place where the kernel lies in the image, counted."""
    places = len([start for start in range(0, size, stride) if start + kernel <= size])
    return places, places


def pooled(size: int, window: int, stride: int) -> tuple[int, int]:
    """Every place where the window lies in the image, counted."""
    return convolved(size, window, stride)


def flattened(rows: int, columns: int) -> tuple[int, int]:
    """An image as one column."""
    image = np.zeros((rows, columns))
    column = image.reshape(-1, 1)
    return column.shape[0], column.shape[1]


def parameters(kernel: int, inputs: int) -> tuple[int, int, int]:
    """Weights of the kernel, weights of the dense layer, and biases, counted in arrays of these shapes."""
    return np.zeros((kernel, kernel)).size, np.zeros((1, inputs)).size, 2


def all_parameters(kernel: int, inputs: int) -> int:
    """All parameters of the network, counted in arrays of these shapes."""
    return sum(parameters(kernel, inputs))


def dense_inputs(size: int, window: int, stride: int) -> int:
    """The pixels that are left for the dense layer, counted."""
    rows, columns = pooled(size, window, stride)
    return rows * columns
