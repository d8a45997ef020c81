"""Draws the network of the worksheet conv-by-hand: `python -m worksheets.library.figures.conv_by_hand`."""

from pathlib import Path

FILE = Path(__file__).with_name("conv-by-hand-network.svg")
PIXEL, MIDDLE = 16, 78
INK, PALE, STRONG = "#1f2a44", "#eef2fa", "#9db8e8"
# name, rows, columns, left edge, the pixels that stand out, what the arrow to the next one says
STAGES: tuple[tuple[str, int, int, int, set[tuple[int, int]], tuple[str, str]], ...] = (
    ("X", 6, 6, 10, {(row, column) for row in range(3) for column in range(1, 4)}, ("convolve", "K 3×3, b₁")),
    ("z₁", 4, 4, 190, {(0, 1)}, ("ReLU", "")),
    ("a₁", 4, 4, 330, {(0, 0), (0, 1), (1, 0), (1, 1)}, ("max-pool", "2×2")),
    ("a₂", 2, 2, 474, {(0, 0)}, ("flatten", "")),
    ("a₃", 4, 1, 586, {(0, 0)}, ("dense", "w, b₂")),
    ("z₄", 1, 1, 682, set(), ("sigmoid", "")),
    ("a₄", 1, 1, 780, set(), ("", "")),
)


def drawn() -> str:
    """Return the figure as SVG."""
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 810 160" font-family="sans-serif" font-size="13" '
        f'fill="{INK}" role="img">',
        "<title>The network, layer by layer</title>",
        '<rect width="810" height="160" fill="white"/>',
    ]
    for place, (name, rows, columns, left, marked, arrow) in enumerate(STAGES):
        top = MIDDLE - rows * PIXEL / 2
        for row in range(rows):
            for column in range(columns):
                fill = STRONG if (row, column) in marked else PALE
                parts.append(
                    f'<rect x="{left + column * PIXEL}" y="{top + row * PIXEL:g}" width="{PIXEL}" height="{PIXEL}" '
                    f'fill="{fill}" stroke="{INK}" stroke-width="0.7"/>'
                )
        size = f" {rows}×{columns}" if rows * columns > 1 else ""
        parts.append(_text(left + columns * PIXEL / 2, MIDDLE + rows * PIXEL / 2 + 17, f"{name}{size}"))
        if place + 1 < len(STAGES):
            parts += _arrow(left + columns * PIXEL + 6, STAGES[place + 1][3] - 6, *arrow)
    return "\n".join([*parts, "</svg>", ""])


def _arrow(start: float, end: float, above: str, below: str) -> list[str]:
    middle = (start + end) / 2
    return [
        f'<path d="M{start:g} {MIDDLE}H{end:g}m-6 -4l6 4l-6 4" fill="none" stroke="{INK}"/>',
        _text(middle, MIDDLE - 8, above),
        *([_text(middle, MIDDLE + 18, below)] if below else []),
    ]


def _text(x: float, y: float, words: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="middle">{words}</text>'


if __name__ == "__main__":
    FILE.write_text(drawn(), encoding="utf-8")
