"""Small matrices side by side, their numbers as they are printed, their colour by size."""

from collections.abc import Sequence

from worksheets.report.figures.svg import FAINT, INK, SERIES, Picture, drawing, picture

MINUS = "\N{MINUS SIGN}"


def matrices_picture(
    name: str, matrices: Sequence[Sequence[Sequence[str]]], titles: Sequence[str], caption: str
) -> Picture:
    """Return matrices side by side; where the second and later ones differ from the first, a frame stands around.

    Parameters
    ----------
    name:
        Of the figure, unique in the page.
    matrices:
        Rows of numbers as text, at most 6 columns each; matrices of the same shape are compared.
    titles:
        One for each matrix.
    caption:
        What stands below; shown as it is.
    """
    from matplotlib.patches import Rectangle

    reach = max(abs(float(text)) for matrix in matrices for row in matrix for text in row) or 1.0
    with drawing(2.5 * len(matrices), 2.6, 1, len(matrices), squeeze=False) as (figure, axes):
        for matrix, title, cell in zip(matrices, titles, axes[0], strict=True):
            rows, columns = len(matrix), len(matrix[0])
            cell.set(xlim=(0, columns), ylim=(rows, 0), aspect="equal")
            cell.set_axis_off()
            cell.set_title(title, fontsize=9)
            for row, texts in enumerate(matrix):
                for column, text in enumerate(texts):
                    strength = 0.55 * abs(float(text)) / reach
                    cell.add_patch(
                        Rectangle((column, row), 1, 1, facecolor=SERIES[0], alpha=strength, edgecolor="none")
                    )
                    differs = _differs(matrices[0], matrix, row, column)
                    cell.add_patch(
                        Rectangle(
                            (column + 0.04, row + 0.04), 0.92, 0.92, fill=False,
                            edgecolor=SERIES[3] if differs else FAINT, linewidth=1.6 if differs else 0.4,
                        )
                    )  # fmt: skip
                    cell.text(
                        column + 0.5, row + 0.5, text.replace("-", MINUS), color=INK, fontsize=8, ha="center",
                        va="center",
                    )  # fmt: skip
        said = "; ".join(f"{title}: {_said(matrix)}" for title, matrix in zip(titles, matrices, strict=True))
        return picture(figure, name, f"Matrices. {said}", caption)


def _differs(first: Sequence[Sequence[str]], matrix: Sequence[Sequence[str]], row: int, column: int) -> bool:
    same_shape = len(first) == len(matrix) and len(first[0]) == len(matrix[0])
    return same_shape and float(first[row][column]) != float(matrix[row][column])


def _said(matrix: Sequence[Sequence[str]]) -> str:
    return " / ".join(" ".join(row) for row in matrix)
