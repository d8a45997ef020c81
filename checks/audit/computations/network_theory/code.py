"""How code behaves on the NumPy and matplotlib that are installed: own minimal reproductions."""

import re

import numpy as np

from checks.audit.found import Found


def labels_as_numbers() -> str:
    """Texts of digits in an array of objects, turned into whole numbers."""
    numbers = np.array(["5", "0", "4"], dtype=object).astype("int64")
    return f"{numbers.tolist()} {numbers.dtype}"


def picture(height: int, width: int) -> Found:
    """A row of 784 pixels, reshaped to a picture."""
    try:
        np.zeros(784).reshape(height, width)
    except ValueError:
        return Found("ValueError", f"784 pixels, reshaped to {height} × {width},")
    return Found("a picture", f"784 pixels, reshaped to {height} × {width},")


def formula_left(line_break: bool) -> Found:
    """What LaTeX keeps of a formula after a size that is commented out, with or without a line break behind it."""
    text = "%\\small" + ("\n" if line_break else " ") + "x + y"
    kept = re.sub(r"%.*", "", text).strip()
    how = f"a formula behind a comment {'on a line of its own' if line_break else 'on the same line'}, by LaTeX's rule,"
    return Found("a formula" if kept else "nothing", how)
