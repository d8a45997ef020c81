"""Activation functions, elementwise, for real arrays and for the complex arrays of a complex step.

Where a formula branches it does so on the real part, so that an imaginary perturbation passes through.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import expit, log_expit

from numeric.arrays import Array, floating, matching
from numeric.twins import twin_of


@twin_of("sigmoid")
def sigmoid(x: npt.ArrayLike) -> Array:
    """Return σ(x) = 1 / (1 + e⁻ˣ).

    Parameters
    ----------
    x : array_like
        Real (or complex), any shape.

    Returns
    -------
    ndarray
        Values in [0, 1] in the shape of ``x``; σ(−800) is 0 and σ(800) is 1, without a warning.

    Raises
    ------
    TypeError, ValueError
        From NumPy, if ``x`` is not numbers.

    Notes
    -----
    Source: course document 002, equation (5).
    """
    (x,) = floating(x)
    if x.dtype.kind == "c":
        # expit has no complex loop. The exponent with a negative real part never overflows.
        decay = np.exp(np.where(x.real > 0, -x, x))
        return np.asarray(np.where(x.real > 0, 1, decay) / (1 + decay))[()]
    value: Array = expit(x)
    return value


@twin_of("sigmoid", wrt="x")
def sigmoid_dx(x: npt.ArrayLike) -> Array:
    """Return σ′(x) = σ(x) σ(−x), in the shape of ``x``; domain and errors as `sigmoid`.

    Notes
    -----
    σ(1 − σ) is the textbook form, but 1 − σ(40) is 0 in double precision where σ(−40) is 4·10⁻¹⁸.
    Source: by differentiating equation (5) of course document 002.
    """
    (x,) = floating(x)
    return sigmoid(x) * sigmoid(-x)


def log_sigmoid(x: npt.ArrayLike) -> Array:
    """Return ln σ(x) = −ln(1 + e⁻ˣ), in the shape of ``x``; domain and errors as `sigmoid`.

    Notes
    -----
    Finite for every finite ``x`` (−800 at −800). Source: the logarithm of equation (5) of course document 002.
    """
    (x,) = floating(x)
    if x.dtype.kind == "c":
        positive = x.real > 0
        return np.where(positive, 0, x) - np.log1p(np.exp(np.where(positive, -x, x)))
    value: Array = log_expit(x)
    return value


@twin_of("relu")
def relu(x: npt.ArrayLike) -> Array:
    """Return max(0, x).

    Parameters
    ----------
    x : array_like
        Real (or complex, judged by its real part), any shape.

    Returns
    -------
    ndarray
        Non-negative values in the shape of ``x``.

    Raises
    ------
    TypeError, ValueError
        From NumPy, if ``x`` is not numbers.

    Notes
    -----
    Source: course document 000, exercise 3, and 002, equation (10).
    """
    (x,) = floating(x)
    if x.dtype.kind == "c":
        return np.where(x.real > 0, x, 0)
    value: Array = np.maximum(x, 0)
    return value


@twin_of("relu", wrt="x")
def relu_dx(x: npt.ArrayLike) -> Array:
    """Return ReLU′(x): 1 for x > 0, 0 for x < 0 and, by our choice from [0, 1], 0 at the kink x = 0.

    Shapes, domain and errors as `relu`; source: course document 002, equation (11).
    """
    (x,) = floating(x)
    value: Array = np.heaviside(x.real, 0)
    return value


@twin_of("leaky_relu")
def leaky_relu(x: npt.ArrayLike, a: npt.ArrayLike) -> Array:
    """Return x for x > 0, and a·x elsewhere.

    Parameters
    ----------
    x : array_like
        Real (or complex, judged by its real part), any shape.
    a : array_like
        Slope for negative inputs, in (0, 1), of a shape that broadcasts with ``x``.

    Returns
    -------
    ndarray
        The broadcast shape.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    Source: course document 004, experimentation and discussion.
    """
    x, a = floating(x, a)
    return np.where(x.real > 0, x, a * x)[()]


@twin_of("leaky_relu", wrt="x")
def leaky_relu_dx(x: npt.ArrayLike, a: npt.ArrayLike) -> Array:
    """Return 1 for x > 0, and a elsewhere: at the kink x = 0, of the choice [a, 1], the lower end.

    Shapes, domain, errors and source as `leaky_relu`.
    """
    x, a = matching(x, a)
    return np.where(x.real > 0, 1, a)[()]


@twin_of("identity")
def identity(x: npt.ArrayLike) -> Array:
    """Return x, in a new array of the same shape; real or complex; source: course document 003, section 2.1.

    Raises
    ------
    TypeError, ValueError
        From NumPy, if ``x`` is not numbers.
    """
    (x,) = floating(x)
    return +x


@twin_of("identity", wrt="x")
def identity_dx(x: npt.ArrayLike) -> Array:
    """Return 1 in the shape of ``x``; domain and errors as `identity`; source: course document 003, section 3.2."""
    (x,) = floating(x)
    return np.ones_like(x)[()]


@twin_of("tanh")
def tanh(x: npt.ArrayLike) -> Array:
    """Return tanh x = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ).

    Parameters
    ----------
    x : array_like
        Real (or complex), any shape.

    Returns
    -------
    ndarray
        Values in [−1, 1] in the shape of ``x``.

    Raises
    ------
    TypeError, ValueError
        From NumPy, if ``x`` is not numbers.

    Notes
    -----
    Source: the definition; tanh x = 2σ(2x) − 1 ties it to the sigmoid.
    """
    (x,) = floating(x)
    value: Array = np.tanh(x)
    return value


@twin_of("tanh", wrt="x")
def tanh_dx(x: npt.ArrayLike) -> Array:
    """Return tanh′(x) = 4 σ(2x) σ(−2x), in the shape of ``x``; domain and errors as `tanh`.

    Notes
    -----
    1 − tanh²x cancels to 0 from x = 20 on, and 1/cosh²x overflows on the way at 800; this form does neither.
    Source: by differentiating tanh x = 2σ(2x) − 1.
    """
    (x,) = floating(x)
    return 4 * sigmoid_dx(2 * x)
