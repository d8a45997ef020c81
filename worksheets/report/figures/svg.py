"""Matplotlib figures as inline SVG: colours of the page, ids of their own, the same bytes every time."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any

INK = "#0a0b0c"
"""Text and axes are drawn in this colour, which becomes the text colour of the page."""
FAINT = "#1a1b1c"
"""Grid lines and what stands back."""
SERIES = ("#a10001", "#a20002", "#a30003", "#a40004", "#a50005")
"""Data are drawn in these, which become the page's variables --series-1 to --series-5."""

_PLACEHOLDERS = {
    INK: "currentColor",
    FAINT: "var(--faint)",
    **{colour: f"var(--series-{number})" for number, colour in enumerate(SERIES, start=1)},
}

_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "gradproof",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "axes.prop_cycle": None,
    "text.color": INK,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": FAINT,
    "grid.linewidth": 0.4,
    "axes.grid": True,
    "axes.axisbelow": True,
    "lines.linewidth": 1.6,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "figure.dpi": 100,
    "savefig.dpi": 100,
}


@dataclass(frozen=True)
class Picture:
    """A figure of the page: its SVG, and the sentence below it."""

    svg: str
    caption: str


@contextmanager
def drawing(width: float, height: float, rows: int = 1, columns: int = 1, **options: Any) -> Iterator[tuple[Any, Any]]:
    """Give a figure of this size in inches and its axes, in the style of the report; nothing global is changed."""
    import matplotlib as mpl
    from cycler import cycler
    from matplotlib.figure import Figure

    with mpl.rc_context({**_STYLE, "axes.prop_cycle": cycler(color=SERIES)}):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, figure.subplots(rows, columns, **options)


def picture(figure: Any, name: str, description: str, caption: str) -> Picture:
    """Return a figure as inline SVG.

    Parameters
    ----------
    figure:
        From `drawing`, whose block it must be called in.
    name:
        Of the figure, unique in the page: all ids inside begin with it.
    description:
        What there is to see, for those who do not see it.
    caption:
        What stands below, HTML.
    """
    written = io.StringIO()
    figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return Picture(_inline(written.getvalue(), name, description), caption)


def _inline(svg: str, name: str, description: str) -> str:
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r"url\(#", f"url(#{name}-", svg)
    svg = re.sub(r'xlink:href="#', f'href="#{name}-', svg)
    svg = svg.replace("xlink:href=", "href=")
    svg = svg.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    for placeholder, colour in _PLACEHOLDERS.items():
        svg = svg.replace(placeholder, colour)
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups()  # type: ignore[union-attr]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-labelledby="{name}-title" class="figure" style="max-width: {float(width) / 72:.2f}in">'
        f'<title id="{name}-title">{escape(description)}</title>'
    )
    return head + svg[svg.index(">") + 1 :]
