"""The surfaces with the ways down and up, and the height along each way."""

from typing import TYPE_CHECKING, Any

import numpy as np

from worksheets.report.figures.svg import FAINT, SERIES, Picture, drawing, picture

if TYPE_CHECKING:
    from numeric.descent import Path
    from numeric.experiments.descent import Descents

_HUE = (0.36, 0.47, 0.62)


def wave_picture(descents: "Descents") -> Picture:
    """Return the wave of course document 002 with the five ways down, and f along them."""
    from numeric.experiments.descent import WAVE_MINIMUM
    from numeric.functions.landscapes import wave

    with drawing(8.6, 3.9, 1, 2) as (figure, (plan, heights)):
        _surface(plan, wave, (-3.4, 4.4), (-3.2, 3.6), np.arange(-2, 34, 2.0))
        for path, colour in zip(descents.wave, SERIES, strict=True):
            _way(plan, heights, path, colour, _setting(path))
        plan.plot(*WAVE_MINIMUM, marker="+", markersize=11, color=SERIES[3], markeredgewidth=1.6, zorder=5)
        _label(plan, heights)
        heights.set(ylim=(-3, 26))
        return picture(
            figure,
            "wave",
            "Contours of f with five paths of gradient descent from (3, 2), and the value of f along each path",
            "Gradient descent on the wave from (3, 2) with step η₀dᵗ: too small, stuck in a local minimum, leaping to "
            "and fro, diverging, and with a shrinking step into the global minimum (+).",
        )


def mountain_picture(descents: "Descents") -> Picture:
    """Return the mountain of course document 000 with the three ways up."""
    from numeric.experiments.descent import MOUNTAIN_TOP
    from numeric.functions.landscapes import mountain

    with drawing(8.6, 3.9, 1, 2) as (figure, (plan, heights)):
        _surface(plan, mountain, (-3, 23), (-3, 9), np.arange(3400, 4001, 50.0))
        for path, colour in zip(descents.mountain, SERIES[:3], strict=True):
            _way(plan, heights, path, colour, f"η = {path.learning_rate:g}")
        plan.plot(*MOUNTAIN_TOP, marker="+", markersize=11, color=SERIES[3], markeredgewidth=1.6, zorder=5)
        _label(plan, heights)
        heights.set(ylim=(3300, 4050), ylabel="B(x, y)")
        return picture(
            figure,
            "mountain",
            "Contours of the mountain with three paths of gradient ascent from (0, 0), and the height along each path",
            "Gradient ascent on the mountain from (0, 0): with η = 0.35 each step leaps over the top, ever farther.",
        )


def _setting(path: "Path") -> str:
    decay = f", d = {path.decay:g}" if path.decay != 1 else ""
    return f"η₀ = {path.learning_rate:g}{decay}" + (" (diverges)" if path.diverged else "")


def _surface(plan: Any, function: Any, across: tuple[float, float], up: tuple[float, float], levels: Any) -> None:
    from matplotlib.colors import ListedColormap

    x, y = np.meshgrid(np.linspace(*across, 240), np.linspace(*up, 240))
    shades = ListedColormap([(*_HUE, alpha) for alpha in np.linspace(0.42, 0.0, 64)])  # shows on white and on black
    image = plan.imshow(
        function(x, y),
        extent=(*across, *up),
        origin="lower",
        aspect="auto",
        cmap=shades,
        vmin=levels[0],
        vmax=levels[-1],
    )
    image.set_rasterized(True)
    plan.contour(x, y, function(x, y), levels=levels, colors=[FAINT], linewidths=0.5)
    plan.set(xlim=across, ylim=up)
    plan.grid(visible=False)


def _way(plan: Any, heights: Any, path: "Path", colour: str, label: str) -> None:
    wild = path.diverged or np.ptp(path.values[-20:]) > 0.05 * np.ptp(
        path.values
    )  # leaps to and fro to the end: kept in the background
    plan.plot(
        *path.points.T, color=colour, marker="o", markersize=2 if wild else 2.8, linewidth=0.7 if wild else 1.4,
        alpha=0.5 if wild else 1, zorder=2 if wild else 3,
    )  # fmt: skip
    heights.plot(path.values, color=colour, label=label)


def _label(plan: Any, heights: Any) -> None:
    plan.set(xlabel="x", ylabel="y")
    heights.set(xlabel="step t", ylabel="f(x, y)")
    heights.legend(fontsize=8)
