"""How code behaves on the NumPy, SciPy and matplotlib that are installed: own minimal reproductions."""

from importlib.util import find_spec

import numpy as np

from checks.audit.found import Found


def imported(modules: list[str]) -> Found:
    """The modules of this list that are not there."""
    missing = [module for module in modules if not _there(module)]
    return Found(", ".join(missing) or "none", f"looking for {', '.join(modules)}, those that are not there")


def _there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def gradient_axes(made_of: str) -> Found:
    """The axes of an array made of two numbers, or of two rows of one number."""
    array = np.array([1.0, 2.0] if made_of == "numbers" else [[1.0], [2.0]])
    return Found(array.ndim, f"a NumPy array made of two {made_of}, axes counted,")


def addresses() -> list[Found]:
    """What NumPy shows for a line, three times."""
    from matplotlib.lines import Line2D

    lines = [Line2D([0, 1], [0, 1]) for _ in range(3)]
    return [Found(object.__repr__(line), "a line shown by Python with its place in memory") for line in lines]


def slice_shape(index: str) -> Found:
    """The shape of one column of 64 × 360 numbers, taken by a slice or by a number."""
    columns = np.zeros((64, 360))
    found = columns[:, 0:1] if index == "slice" else columns[:, 0]
    return Found(str(found.shape), f"the first column taken by a {index}")


def bar(true_class: int, predicted: int, at: int) -> Found:
    """The colour of a bar when red is asked for first, then green."""
    colour = "red" if at == true_class else "green" if at == predicted else "blue"
    return Found(colour, f"true {true_class}, predicted {predicted}, the bar of {at}")
