"""Two curves as a small SVG: what is right and what was answered, drawn without matplotlib."""

from collections.abc import Sequence
from html import escape

import numpy as np
import numpy.typing as npt

WIDTH, HEIGHT = 420, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 10, 10, 24
COLOURS = ("#1f6fb2", "#c0303b")
STEEPEST = 12.0
"""Values further out than this many times the median size are left out, so that a pole does not flatten the rest."""


def curves(x: npt.NDArray[np.float64], values: Sequence[tuple[str, npt.NDArray[np.float64]]], variable: str) -> str:
    """Return an SVG of curves over one variable, "" where nothing can be drawn.

    Parameters
    ----------
    x:
        The values of the variable, ascending, (n,).
    values:
        For each curve its name and its values, (n,); what is not finite is a gap.
    variable:
        The name below the axis.
    """
    finite = np.concatenate([y[np.isfinite(y)] for _, y in values])
    if finite.size < 2:
        return ""
    reach = STEEPEST * max(float(np.median(np.abs(finite))), 1e-9)
    kept = finite[np.abs(finite) <= reach]
    low, high = float(np.min(kept)), float(np.max(kept))
    margin = 0.08 * (high - low) or 0.5
    low, high = low - margin, high + margin

    def across(value: float) -> float:
        return float(LEFT + (value - x[0]) / (x[-1] - x[0]) * (WIDTH - LEFT - RIGHT))

    def down(value: float) -> float:
        return float(HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM))

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'style="max-width:100%;display:block;margin:.4em 0 0" fill="none" font-family="sans-serif" font-size="11">'
        f"<title>{escape(' and '.join(name for name, _ in values))} over {escape(variable)}</title>"
    ]
    frame = 'stroke="currentColor" stroke-opacity="0.35"'
    parts.append(f'<path d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}" {frame}/>')
    if low < 0 < high:
        parts.append(f'<path d="M{LEFT} {down(0):.1f}H{WIDTH - RIGHT}" {frame} stroke-dasharray="2 3"/>')
    ink = 'fill="currentColor" fill-opacity="0.7"'
    parts += [
        f'<text x="{LEFT - 5}" y="{down(value) + 4:.1f}" text-anchor="end" {ink}>{value:.3g}</text>'
        for value in (low + margin, high - margin)
    ]
    parts += [
        f'<text x="{across(value):.1f}" y="{HEIGHT - 8}" text-anchor="{anchor}" {ink}>{value:.3g}</text>'
        for value, anchor in ((x[0], "start"), (x[-1], "end"))
    ]
    parts.append(
        f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 8}" text-anchor="middle" {ink}>{escape(variable)}</text>'
    )
    for place, (name, y) in enumerate(values):
        path, pen = [], "M"
        for at, value in zip(x, y, strict=True):
            if not np.isfinite(value) or not low <= value <= high:
                pen = "M"
                continue
            path.append(f"{pen}{across(at):.1f} {down(value):.1f}")
            pen = "L"
        dash = ' stroke-dasharray="5 4"' if place else ""
        colour = COLOURS[place % len(COLOURS)]
        parts.append(f'<path d="{"".join(path)}" stroke="{colour}" stroke-width="1.8"{dash}/>')
        parts.append(f'<text x="{LEFT + 8}" y="{TOP + 12 + 14 * place}" fill="{colour}">{escape(name)}</text>')
    return "".join(parts) + "</svg>"
