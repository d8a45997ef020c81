"""How code behaves on the Python, NumPy, SciPy and matplotlib that are installed: own minimal reproductions."""

import ast

import numpy as np
from scipy.special import expit

from checks.audit.found import Found

TEXTS = {
    "body at the margin": "def f(x):\nreturn x\n",
    "body indented": "def f(x):\n    return x\n",
}


def compiled(text: str) -> Found:
    """A text of our own of this form, parsed by this Python."""
    how = f"a text of our own ({text}), parsed by this Python,"
    try:
        ast.parse(TEXTS[text])
    except SyntaxError as error:
        return Found(type(error).__name__, how)
    return Found("compiles", how)


def panels(images: int, whole: bool) -> Found:
    """Panels in rows of ten, whose number is rounded up by NumPy, or turned to a whole number, made by matplotlib."""
    from matplotlib.figure import Figure

    rows = np.ceil(images / 10)
    how = f"a panel of {images} images in rows of ten, their number {'made whole' if whole else 'left a float'},"
    try:
        Figure().add_subplot(int(rows) if whole else rows, 10, 1)
    except ValueError:
        return Found("ValueError", how)
    return Found("a panel", how)


def interpolation(name: str) -> Found:
    """An image, shown by matplotlib with this interpolation."""
    from matplotlib.figure import Figure

    how = f"an image with the interpolation {name!r}, as matplotlib has it,"
    return Found(Figure().add_subplot().imshow(np.zeros((2, 2)), interpolation=name).get_interpolation(), how)


def frames(added: bool) -> Found:
    """The frames that a panel of matplotlib has after a rectangle was made, and added or not, counted."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    axes, frame = Figure().add_subplot(), Rectangle((0, 0), 1, 1)
    if added:
        axes.add_patch(frame)
    return Found(len(axes.patches), f"a rectangle that is {'added to' if added else 'made beside'} a panel, counted,")


def table(objects: bool) -> Found:
    """Twenty rows of an image and two labels, made an array by NumPy, of objects or without a type."""
    rows = [(np.zeros((28, 28)), 1, 2)] * 20
    how = f"rows of an image and two labels as an array {'of objects' if objects else 'without a type'} of NumPy"
    try:
        columns = np.array(rows, dtype=object if objects else None).T.tolist()
    except ValueError:
        return Found("ValueError", how)
    return Found(f"{len(columns)} columns", how)


def whole_number(axes: int) -> Found:
    """An array with one entry and so many axes, turned into a whole number with warnings taken for errors."""
    import warnings

    how = f"int() of an array with one entry and {axes} axes"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return Found(int(np.full((1,) * axes, 3.0)), how)
        except (TypeError, DeprecationWarning) as error:
            return Found(type(error).__name__, how)


def rounded(number: str) -> Found:
    """A number, rounded by NumPy."""
    return Found(int(np.round(float(number))), f"np.round({number})")


def clipped_differs() -> Found:
    """The numbers between −3 and 12 for which it matters whether one clips or rounds first, counted."""
    numbers = np.arange(-48, 193) / 16
    differ = int(np.sum(np.round(np.clip(numbers, 0, 9)) != np.clip(np.round(numbers), 0, 9)))
    return Found(differ, f"{len(numbers)} numbers, clipped and rounded in both orders, those that differ counted,")


def sigmoid_warns(x: int) -> Found:
    """SciPy's expit, computed with a watch for overflows."""
    with np.errstate(over="raise"):
        try:
            expit(np.float64(x))
        except FloatingPointError:
            return Found("overflow", f"expit({x}) with a watch for overflows")
    return Found("quiet", f"expit({x}) with a watch for overflows")


def one_hot(images: int, limit: int) -> Found:
    """As many rows of zeros as the limit, and a 1 put into each at the label of the image."""
    labels, rows = np.arange(images) % 10, np.zeros((limit, 10))
    how = f"{limit} rows filled from {images} labels, their sum,"
    try:
        for place in range(limit):
            rows[place, labels[place]] = 1
    except IndexError:
        return Found("IndexError", how)
    return Found(int(rows.sum()), how)


def layers_trained(weights: int, activations: int) -> int:
    """The layers that a loop over lists of weights and activations side by side comes to, counted."""
    return len(list(zip(range(weights), range(activations), strict=False)))


def new_matrices() -> Found:
    """The Jacobians of ReLU, identity and affine map, those that need memory of their own counted."""
    x, W = np.array([-1, 0, 2]), np.ones((2, 4))
    made = [np.diag(np.where(x > 0, 1, 0)), np.eye(3), W[:, :-1]]
    owns = sum(not (np.shares_memory(one, x) or np.shares_memory(one, W)) for one in made)
    return Found(owns, "the three Jacobians, those that do not share the memory of x or W counted,")


def orders(epochs: int) -> int:
    """The orders in which a loop over the entries of an array, run anew in each epoch, sees them, counted."""
    labels = np.array([9, 0, 0, 3, 0, 2, 7, 2, 5, 5])
    return len({tuple(place for place, _ in enumerate(labels)) for _ in range(epochs)})
