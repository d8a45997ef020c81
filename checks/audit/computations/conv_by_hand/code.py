"""How code behaves on the Python and NumPy that are installed: own minimal reproductions of what the document does."""

import ast
import dataclasses
import math

import numpy as np

FUTURE_LATER = "import dataclasses\nfrom __future__ import annotations\n"


def future_import(in_notebook: bool) -> str:
    """An import from __future__ after another one, compiled as one file, or by statements as in a notebook."""
    try:
        if in_notebook:
            for statement in ast.parse(FUTURE_LATER).body:
                compile(ast.Module([statement], []), "<cell>", "exec")
        else:
            compile(FUTURE_LATER, "<file>", "exec")
    except SyntaxError:
        return "SyntaxError"
    return "runs"


def array_as_default(factory: bool) -> str:
    """A data class with an empty array as the default of a field, made with this Python and NumPy."""
    default = dataclasses.field(default_factory=lambda: np.empty(0)) if factory else np.empty(0)
    try:
        dataclasses.make_dataclass("Network", [("weights", np.ndarray, default)])
    except ValueError:
        return "ValueError"
    return "runs"


def texts_drawn(rows: int, columns: int) -> str:
    """The pixels of an image, visited by np.ndindex with its two numbers taken for column and row."""
    image, visited = np.zeros((rows, columns)), 0
    try:
        for column, row in np.ndindex(image.shape):
            _ = image[row, column]
            visited += 1
    except IndexError:
        return "IndexError"
    return "all" if visited == image.size else "some"


def dense(operator: str) -> str:
    """The dense layer with weights (1, 4) and inputs (4, 1): entry [0, 0] beside the dot product, in whole numbers."""
    weights, inputs = np.array([[1, 2, 3, 4]]), np.array([[5], [6], [7], [8]])
    value = weights * inputs if operator == "*" else weights @ inputs
    return "dot product" if value[0, 0] == 5 + 12 + 21 + 32 else "first product only"


def window_entry(summed: bool) -> str:
    """One pixel of the convolution, set to the products of a window and the kernel, summed or not."""
    image = np.zeros((4, 4))
    window, kernel = np.arange(9.0), np.ones(9)
    try:
        image[0, 0] = window @ kernel if summed else window * kernel
    except (ValueError, TypeError):
        return "ValueError"
    return "a number"


def sigmoid(x: int) -> str:
    """e^x/(1 + e^x), computed in double precision as the document writes it."""
    with np.errstate(all="ignore"):
        value = np.exp(np.float64(x)) / (1 + np.exp(np.float64(x)))
    return "not a number" if math.isnan(value) else "a number"


def sigmoid_below_one(x: int) -> bool:
    """Whether the sigmoid, computed stably in double precision, is below 1."""
    return bool(1 / (1 + np.exp(-np.float64(x))) < 1)


def loss(y: int, p: str) -> str:
    """The loss as the document writes it, in double precision."""
    probability = np.float64(p)
    with np.errstate(all="ignore"):
        value = -(y * np.log(probability) + (1 - y) * np.log(1 - probability))
    if math.isnan(value):
        return "not a number"
    return "infinite" if math.isinf(value) else "a number"
