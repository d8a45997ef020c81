"""Activation functions beside their gradients, and how good a numerical gradient can be."""

import numpy as np

from worksheets.report.figures.svg import FAINT, INK, SERIES, Picture, drawing, picture

_DASHES = ("solid", (0, (5, 1.5)), (0, (6, 1.5, 1.2, 1.5)), (0, (1.2, 1.2)))


def activations_picture() -> Picture:
    """Return sigmoid, tanh, ReLU and identity (left) and their derivatives (right)."""
    from numeric.functions import activations as a

    x = np.linspace(-4, 4, 401)
    functions = (
        ("σ", a.sigmoid, a.sigmoid_dx),
        ("tanh", a.tanh, a.tanh_dx),
        ("identity", a.identity, a.identity_dx),
        ("ReLU", a.relu, a.relu_dx),
    )
    with drawing(8.6, 3.2, 1, 2) as (figure, (values, slopes)):
        for (name, function, derivative), colour, dash in zip(functions, SERIES, _DASHES, strict=False):
            values.plot(x, function(x), label=name, color=colour, linestyle=dash)
            slope = np.broadcast_to(derivative(x), x.shape).astype(float)
            slopes.plot(
                x, np.where(np.diff(slope, prepend=slope[0]) > 0.5, np.nan, slope), color=colour, linestyle=dash
            )
        values.set(title="function", xlabel="x", ylim=(-1.4, 2.4))
        slopes.set(title="derivative", xlabel="x", ylim=(-0.1, 1.15))
        values.legend(fontsize=8)
        return picture(
            figure,
            "activations",
            "Four activation functions on the left and their derivatives on the right, for x from −4 to 4",
            "The activation functions and their derivatives: σ′ is at most ¼, tanh′ reaches 1, ReLU′ is 0 or 1.",
        )


def step_size_picture(at: float = 1.0) -> Picture:
    """Return the relative error of three numerical derivatives of σ at a point, by step size."""
    from numeric.differences import step_size_sweep
    from numeric.functions.activations import sigmoid, sigmoid_dx

    sweep = step_size_sweep(sigmoid, at, float(sigmoid_dx(at)), np.arange(-20, 0.01, 0.25))
    curves = (
        ("forward difference", sweep.forward, "o"),
        ("central difference", sweep.central, "s"),
        ("complex step", sweep.complex_step, "D"),
    )
    with drawing(6.2, 3.6) as (figure, axes):
        for (name, errors, marker), colour, dash in zip(curves, SERIES, _DASHES, strict=False):
            shown = np.maximum(errors, 1e-17)  # an exact result has no logarithm
            axes.loglog(
                sweep.steps,
                shown,
                label=name,
                color=colour,
                linestyle=dash,
                marker=marker,
                markersize=2.4,
                linewidth=1.1,
            )
        axes.axhline(np.finfo(float).eps, color=FAINT, linewidth=1, linestyle="dashed")
        axes.annotate(
            "ε = 2.2·10⁻¹⁶", (sweep.steps[-1], np.finfo(float).eps), (0, 4), textcoords="offset points", ha="right",
            fontsize=8, color=INK,
        )  # fmt: skip
        _powers_of_ten(axes)
        axes.set(xlabel="step h", ylabel="relative error", ylim=(3e-18, 10))
        axes.legend(fontsize=8, loc="upper center")
        return picture(
            figure,
            "steps",
            f"Relative error of forward, central and complex-step derivatives of the sigmoid at {at:g} by step size",
            f"Numerical derivatives of σ at {at:g}. Differences lose digits on both sides of their best step (about "
            "10⁻⁸ and 10⁻⁵); the complex step subtracts nothing and is exact to rounding however small h is.",
        )


def _powers_of_ten(axes: object) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator

    raised = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    label = FuncFormatter(lambda value, _: "10" + str(round(np.log10(value))).translate(raised))
    for axis in (axes.xaxis, axes.yaxis):  # type: ignore[attr-defined]
        axis.set_major_locator(LogLocator(numticks=7))
        axis.set_major_formatter(label)
        axis.minorticks_off() if hasattr(axis, "minorticks_off") else None
