"""Draws the sketches of fashion-from-scratch: `python -m worksheets.library.figures.fashion_from_scratch`."""

from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

FOLDER = Path(__file__).parent
INK, SOFT, ACCENT, PAPER = "#1f2933", "#9aa5b1", "#2f6fb5", "#ffffff"


def network() -> str:
    """Return a network with one hidden layer, unit by unit, and the same network as a chain of layers."""
    columns = [(70, ["x₁", "x₂", "x₃"]), (220, ["", "", "", ""]), (370, ["y₁", "y₂"])]
    places = [[(x, 130 + 48 * (n - (len(names) - 1) / 2)) for n in range(len(names))] for x, names in columns]
    parts = [_line(*start, *end, SOFT, 0.8) for one, other in pairwise(places) for start in one for end in other]
    for (_, names), units in zip(columns, places, strict=True):
        for name, (x, y) in zip(names, units, strict=True):
            parts += [f'<circle cx="{x}" cy="{y:g}" r="15" fill="{PAPER}" stroke="{INK}"/>', _text(x, y + 5, name)]
    for x, words in ((70, "input"), (220, "hidden layer"), (370, "output")):
        parts.append(_text(x, 24, words, INK))
    chain = [(60, "x"), (150, "W⁽¹⁾[x; 1]"), (255, "h⁽¹⁾"), (365, "W⁽²⁾[a⁽¹⁾; 1]"), (475, "h⁽²⁾"), (550, "y")]
    for x, words in chain:
        width = 16 + 7.5 * sum(letter not in "⁽⁾¹²" for letter in words) + 4 * sum(letter in "⁽⁾¹²" for letter in words)
        if words not in "xy":
            parts.append(_box(x - width / 2, 252, width, 32, PAPER))
        parts.append(_text(x, 273, words, ACCENT if "W" in words else INK))
    for x, end in ((70, 100), (200, 230), (280, 308), (423, 450), (500, 540)):
        parts.append(_arrow(x, 268, end))
    return _svg(600, 300, parts, "A fully connected network, and the same network as affine maps with activations")


def jacobians() -> str:
    """Return the shapes of three Jacobian matrices: entry by entry, affine by the input, affine by the weights."""
    parts: list[str] = []
    parts += _matrix(30, 60, 4, 4, lambda row, column: row == column)
    parts += _matrix(230, 60, 3, 4, lambda _, __: True)
    parts += _matrix(410, 60, 3, 9, lambda row, column: column // 3 == row)
    for x, words, below in (
        (78, "ReLU, identity, sigmoid", "diagonal"),
        (278, "affine by x", "dense: W without its last column"),
        (518, "affine by W, row by row", "blocks: I ⊗ (x, 1)"),
    ):
        parts += [_text(x, 36, words), _text(x, 184, below, ACCENT)]
    return _svg(650, 205, parts, "A diagonal, a dense and a block-diagonal Jacobian matrix")


def backward() -> str:
    """Return a row times three matrices, formed from the left."""
    parts: list[str] = []
    parts += _matrix(30, 84, 1, 3, lambda _, __: True, ACCENT)
    parts += _matrix(140, 60, 3, 3, lambda row, column: row == column)
    parts += _matrix(250, 60, 3, 4, lambda _, __: True)
    parts += _matrix(384, 48, 4, 4, lambda row, column: row == column)
    parts += _matrix(540, 84, 1, 4, lambda _, __: True, ACCENT)
    for x, words in ((66, "loss by x₂"), (176, "h⁽²⁾"), (298, "affine by x₁"), (432, "h⁽¹⁾"), (588, "loss by i₁")):
        parts.append(_text(x, 34, words))
    parts += [_text(x, 101, sign) for x, sign in ((120, "·"), (231, "·"), (365, "·"), (510, "="))]
    parts.append(_arrow(30, 170, 480, ACCENT))
    parts.append(_text(255, 192, "from the left: a row after each product", ACCENT))
    return _svg(660, 205, parts, "Backpropagation multiplies a row by one Jacobian matrix after the other")


SKETCHES: dict[str, Callable[[], str]] = {
    "fashion-network.svg": network,
    "fashion-jacobians.svg": jacobians,
    "fashion-backward.svg": backward,
}
"""What draws each file."""


def main() -> None:
    """Write all sketches."""
    for name, draw in SKETCHES.items():
        (FOLDER / name).write_text(draw(), encoding="utf-8")


def _svg(width: int, height: int, parts: Iterable[str], title: str) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="sans-serif" font-size="13" role="img">'
    )
    sheet = f'<rect width="{width}" height="{height}" fill="{PAPER}"/>'
    return "\n".join([head, f"<title>{title}</title>", sheet, *parts, "</svg>", ""])


def _matrix(
    x: int, y: int, rows: int, columns: int, is_full: Callable[[int, int], bool], color: str = INK, size: int = 24
) -> list[str]:
    return [
        _box(x + size * column, y + size * row, size, size, color if is_full(row, column) else PAPER)
        for row in range(rows)
        for column in range(columns)
    ]


def _box(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}" stroke="{SOFT}"/>'


def _text(x: float, y: float, words: str, color: str = INK) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="middle" fill="{color}">{words}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, color: str, width: float) -> str:
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{color}" stroke-width="{width:g}"/>'


def _arrow(x1: float, y: float, x2: float, color: str = INK) -> str:
    head = f'<path d="M{x2:g} {y:g} l-7 -4 v8 z" fill="{color}"/>'
    return _line(x1, y, x2 - 6, y, color, 1.5) + head


if __name__ == "__main__":
    main()
