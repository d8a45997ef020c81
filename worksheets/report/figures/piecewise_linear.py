"""Landscapes of shallow ReLU networks with their kink lines, and the ring detector beside the circular ring."""

from typing import TYPE_CHECKING, Any

import numpy as np

from worksheets.report.figures.svg import FAINT, INK, SERIES, Picture, drawing, picture

if TYPE_CHECKING:
    from numeric.experiments.network_landscape import Landscape
    from numeric.experiments.ring_detector import RingRun

_HUE = (0.36, 0.47, 0.62)
STRIDE = 8
"""Every so many grid lines are drawn on the surface."""


def landscape_picture(landscape: "Landscape", name: str) -> Picture:
    """Return the graph of a network as a surface, and its level curves with the kink lines."""
    from matplotlib import gridspec

    with drawing(8.6, 3.9) as (figure, axes):
        axes.remove()
        cells = gridspec.GridSpec(1, 2, figure=figure)
        surface, plan = figure.add_subplot(cells[0], projection="3d"), figure.add_subplot(cells[1])
        _surface(surface, landscape)
        reach = float(np.abs(landscape.x1).max())
        plan.contour(
            landscape.x1,
            landscape.x2,
            landscape.heights,
            levels=18,
            colors=[SERIES[0]],
            linewidths=0.8,
            linestyles="solid",
        )
        for number, segment in enumerate(landscape.kinks):
            plan.plot(
                *segment.T, color=SERIES[1], linewidth=1.2, linestyle="dashed", label="kink" if not number else ""
            )
        plan.set(xlabel="x₁", ylabel="x₂", xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        plan.grid(visible=False)
        if landscape.kinks:
            plan.legend(fontsize=8, loc="upper right", frameon=True, framealpha=0.7)
        return picture(
            figure,
            name,
            f"Surface and level curves of a network 2 to {landscape.hidden} to 1, {len(landscape.kinks)} kink lines",
            f"The network 2 → {landscape.hidden} → 1, {landscape.title}: surface, and level curves, which bend "
            "exactly on the dashed kink lines.",
        )


def _surface(axes: Any, landscape: "Landscape") -> None:
    thinned = slice(None, None, STRIDE)
    x1, x2, heights = (grid[thinned, thinned] for grid in (landscape.x1, landscape.x2, landscape.heights))
    axes.plot_surface(x1, x2, heights, color=(*_HUE, 0.35), edgecolor=INK, linewidth=0.25, shade=False)
    axes.set(xlabel="x₁", ylabel="x₂", zlabel="Φ")
    axes.tick_params(labelsize=6)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_pane_color((0, 0, 0, 0))


def ring_picture(run: "RingRun", name: str) -> Picture:
    """Return the points that the detector decides otherwise than the circular ring has them."""
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    hole, missed = run.decided & ~run.circular, ~run.decided & run.circular
    right = run.decided & run.circular
    code = np.zeros(run.decided.shape, dtype=int)
    for number, cells in enumerate((right, hole, missed), start=1):
        code[cells] = number
    colours = [(0, 0, 0, 0), (*_HUE, 0.30), (0.77, 0.34, 0.05, 0.75), (0.70, 0.13, 0.31, 0.75)]
    with drawing(7.0, 4.6) as (figure, axes):
        reach = float(run.grid[-1])
        image = axes.imshow(
            code, extent=(-reach, reach, -reach, reach), origin="lower", cmap=ListedColormap(colours), vmin=0, vmax=3,
            interpolation="nearest",
        )  # fmt: skip
        image.set_rasterized(True)
        for radius in (run.a, run.b):
            turn = np.linspace(0, 2 * np.pi, 241)
            axes.plot(radius * np.cos(turn), radius * np.sin(turn), color=FAINT, linewidth=0.9)
            axes.plot(
                radius * np.array([1, 0, -1, 0, 1]), radius * np.array([0, 1, 0, -1, 0]), color=INK, linewidth=0.7
            )
        axes.plot(*run.points.T, "o", color=INK, markersize=3)
        axes.set(xlabel="x₁", ylabel="x₂", aspect="equal")
        axes.grid(visible=False)
        labels = ("right", "hole taken for ring", "ring left out")
        axes.legend(
            handles=[Patch(facecolor=colour, label=label) for colour, label in zip(colours[1:], labels, strict=True)],
            fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5),
        )  # fmt: skip
        return picture(
            figure,
            name,
            f"The plane around a ring from {run.a:g} to {run.b:g}, with the points that the diamond gets wrong",
            f"What the detector for a = {run.a:g}, b = {run.b:g} gets wrong about the circular ring: an area of "
            f"{run.wrong_inside + run.wrong_outside:.4f}, {run.wrong_part:.1%} of the ring's own. Dots: test points.",
        )
