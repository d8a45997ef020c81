"""How code behaves on the Python, NumPy, SciPy and matplotlib that are installed: own minimal reproductions."""

import ast

import numpy as np
from scipy.optimize import check_grad

from checks.audit.found import Found
from numeric.arrays import Array

TEXTS = {
    "function inside of the first": "def f(x):\n    return x\n    def g(x):\n        return 1\n",
    "function after the first": "def f(x):\n    return x\n\ndef g(x):\n    return 1\n",
    "list left open": "net = Net([First(), Second())\n",
    "list closed": "net = Net([First(), Second()])\n",
    "call cut at the margin": "error = check(f, g, draw(-10, 10,\nprint(error)\n",
    "call in one piece": "error = check(f, g, draw(-10, 10, 15))\nprint(error)\n",
    "function without a body": "class Net:\n    def step(self, rate):\n",
    "function with a body": "class Net:\n    def step(self, rate):\n        self.rate = rate\n",
}


def defined(text: str) -> str:
    """The names of the functions that a text of our own defines for the cells after it, from its syntax tree."""
    return ", ".join(node.name for node in ast.parse(TEXTS[text]).body if isinstance(node, ast.FunctionDef))


def compiled(text: str) -> Found:
    """A text of our own of this form, parsed by this Python."""
    how = f"a text of our own ({text}), parsed by this Python,"
    try:
        ast.parse(TEXTS[text])
    except SyntaxError:
        return Found("SyntaxError", how)
    return Found("compiles", how)


def drawing(calls_itself: bool) -> str:
    """A function whose last statement is a call of itself, or stands after it, called."""

    def draw() -> None:
        if calls_itself:
            draw()

    try:
        draw()
    except RecursionError:
        return "RecursionError"
    return "returns"


def line_format(text: str) -> Found:
    """A line drawn by matplotlib with this format."""
    from matplotlib.figure import Figure

    how = f"a line with the format {text!r}, given to matplotlib,"
    try:
        Figure().add_subplot().plot([0, 1], [0, 1], text)
    except ValueError:
        return Found("ValueError", how)
    return Found("drawn", how)


def contour_lines(keywords: list[str]) -> str:
    """Contour lines in black around a valley below 0, drawn by matplotlib with these keywords set to solid."""
    from matplotlib.figure import Figure

    grid = np.linspace(-1, 1, 9)
    x, y = np.meshgrid(grid, grid)
    style = dict.fromkeys(keywords, "solid")
    lines = Figure().add_subplot().contour(x, y, x**2 + y**2 - 1, 5, colors="black", **style)
    return "all solid" if all(dashes is None for _, dashes in lines.get_linestyle()) else "dashed below 0"


def is_scalar(kind: str) -> Found:
    """A loss of this kind, put to np.isscalar."""
    losses: dict[str, object] = {
        "number of NumPy": np.sum(np.ones(3)),
        "array without axes": np.where(np.array(1) == 1, 0.5, 0.0),
        "array of one": np.ones(1),
    }
    return Found(np.isscalar(losses[kind]), f"np.isscalar of a loss that is a {kind}")


def dot_and_at(axes: int) -> Found:
    """np.dot and @ on two arrays of ones with two entries along each of their axes, their shapes compared."""
    one = np.ones((2,) * axes)
    how = f"comparing the shapes of np.dot and @ of arrays with {axes} axes"
    return Found(np.shape(np.dot(one, one)) == np.shape(one @ one), how)


def product(operator: str) -> Found:
    """A batch (3, 5) and weights (5, 7) multiplied with this operator."""
    x, W = np.ones((3, 5)), np.ones((5, 7))
    try:
        y = x * W if operator == "*" else x @ W
    except ValueError:
        return Found("ValueError", f"(3, 5) {operator} (5, 7) in NumPy")
    return Found(str(y.shape), f"(3, 5) {operator} (5, 7) in NumPy")


def same_weights(generator_given: bool) -> bool:
    """Two layers, made from a generator that is made once as a default, or from one with the seed each time."""

    def weights(rng: np.random.Generator = np.random.default_rng(12345)) -> Array:  # noqa: B008 - it is the point
        return rng.uniform(-1, 1, (5, 7))

    if generator_given:
        first, second = weights(np.random.default_rng(12345)), weights(np.random.default_rng(12345))
    else:
        first, second = weights(), weights()
    return bool(np.array_equal(first, second))


def sigmoid_warns(x: int) -> Found:
    """1/(1 + e^(−x)), computed in double precision as it is written, with a watch for overflows."""
    how = f"1/(1 + e^(−x)) for x = {x}, in double precision with a watch for overflows,"
    with np.errstate(over="raise"):
        try:
            1 / (1 + np.exp(-np.float64(x)))
        except FloatingPointError:
            return Found("overflow", how)
    return Found("quiet", how)


def sigmoid_inside(x: int) -> Found:
    """Whether 1/(1 + e^(−x)), computed in double precision, lies above 0 and below 1."""
    with np.errstate(over="ignore"):
        value = 1 / (1 + np.exp(-np.float64(x)))
    return Found(bool(0 < value < 1), f"0 < 1/(1 + e^(−x)) < 1 for x = {x} in double precision")


def loss(y: int, p: str) -> Found:
    """The cross-entropy of a label and a prediction, computed in double precision as it is written."""
    probability = np.float64(p)
    with np.errstate(all="ignore"):
        value = -(y * np.log(probability) + (1 - y) * np.log(1 - probability))
    return Found(_kind(value), f"the loss as it is written for y = {y} and ŷ = {p}, in double precision,")


def gradient_through_sigmoid(z: int, y: int) -> Found:
    """The derivative by the prediction times that of the sigmoid, one after the other, in double precision."""
    with np.errstate(all="ignore"):
        p = 1 / (1 + np.exp(-np.float64(z)))
        value = (p - y) / (p * (1 - p)) * (p * (1 - p))
    how = f"the derivative of the loss by ŷ times that of the sigmoid for z = {z} and y = {y}, in double precision,"
    return Found(_kind(value), how)


def _kind(value: np.float64) -> str:
    if np.isnan(value):
        return "not a number"
    return "infinite" if np.isinf(value) else "a number"


def evaluations(inputs: int, method: str) -> Found:
    """The evaluations of a function, counted, for its derivatives by all inputs."""
    count = 0

    def function(x: Array) -> float:
        nonlocal count
        count += 1
        return float(np.sum(x))

    point = np.ones(inputs)
    if method == "check_grad":
        check_grad(function, np.ones_like, point)
    else:
        for unit in np.eye(inputs):
            function(point + unit / 2)
            function(point - unit / 2)
    return Found(count, f"counting the evaluations for {inputs} inputs ({method})")


def string_of_sizes() -> str:
    """The shape (5, 7) put into a text with two places for whole numbers."""
    return "Linear %dx%d" % np.ones((5, 7)).shape  # noqa: UP031 - it is what is asked


def window_of_sigmoid() -> Found:
    """The outputs for the fifteen normal numbers of the seed 12345 that lie above 0 and below 1, counted."""
    y = 1 / (1 + np.exp(-np.random.default_rng(12345).normal(size=(3, 5))))
    return Found(int(np.sum((y > 0) & (y < 1))), "the sigmoid of the fifteen numbers of the seed", rests_on=15)
