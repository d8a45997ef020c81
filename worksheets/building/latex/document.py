"""A notebook as a LaTeX document of its own, with its figures beside it."""

import base64
import re
import struct
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from worksheets.building.latex.code import code, output
from worksheets.building.latex.markdown import markdown
from worksheets.building.latex.text import escaped
from worksheets.sheet import Source

PIXELS_PER_INCH = 110
WIDEST = 6.2
"""The width of the text, in inches."""
ZOOM = 3
ROOM = {True: "2.2cm", False: "3cm"}
"""How much room there is for an answer in code, and for one in words or formulas."""
PNG = b"\x89PNG\r\n\x1a\n"
_COLOUR = re.compile(r"\\incolour\{([0-9A-F]{6})\}")


class FigureError(ValueError):
    """An image cannot be read."""


def document(source: Source, made: dict[str, Any], *, solved: bool) -> tuple[str, dict[str, bytes]]:
    """Return the document of one version of a worksheet, and its figures.

    Parameters
    ----------
    source:
        The worksheet.
    made:
        Its notebook; the solution with outputs.
    solved:
        Whether it is the solution.

    Returns
    -------
    str, dict
        LaTeX for pdflatex, the same bytes for the same notebook; and each figure by its name, as PNG.

    Raises
    ------
    FigureError
        An image is neither a PNG nor an SVG inside.
    """
    figures = _Figures(source, "solution-figures" if solved else "student-figures")
    hints: list[str] = []
    parts = [part for cell in made["cells"] for part in _cell(cell, solved, figures, hints)]
    if hints:
        parts.append("\\heading{Hints}\n" + "\n".join(rf"\hint{{{n}}}{{{text}}}" for n, text in enumerate(hints, 1)))
    body = "\n\n".join(parts)
    colours = [
        rf"\definecolor{{c{name}}}{{rgb}}{{{','.join(f'{int(name[at : at + 2], 16) / 255:.3f}' for at in (0, 2, 4))}}}"
        for name in sorted(set(_COLOUR.findall(body)))
    ]
    title = escaped(source.title)
    what = "Solutions" if solved else "Worksheet"
    words = [rf"\lhead{{\small {title}}}", rf"\rhead{{\small {what}}}", rf"\hypersetup{{pdftitle={{{title}}}}}"]
    return "\n".join([_preamble(), *colours, *words, "\\begin{document}", body, "\\end{document}", ""]), figures.made


def _cell(cell: dict[str, Any], solved: bool, figures: "_Figures", hints: list[str]) -> Iterator[str]:
    ident, role = cell["id"], cell["metadata"]["gradproof"]["role"]
    is_code = cell["cell_type"] == "code"
    if ident == "tools" or (role == "check" and not _is_of_the_author(cell["source"])):
        return
    yield f"% {ident}"
    if role in ("question", "answer", "solution"):
        yield r"\question" if role == "question" else r"\answer"
    if is_code:
        yield code("\n".join(line for line in cell["source"].split("\n") if not line.startswith("feedback.")))
        for number, one in enumerate(cell["outputs"]):
            yield _output(one, f"{ident}-{number}", figures)
    else:
        yield markdown(cell["source"], figures.named, hints)
    if role == "answer" and not solved:
        yield rf"\room{{{ROOM[is_code]}}}"


def _is_of_the_author(source: str) -> bool:
    """Tell whether a check says more than that there is feedback, which is nothing for paper."""
    return any(line.strip() and not line.startswith(("feedback.", "#")) for line in source.split("\n"))


def _output(one: dict[str, Any], name: str, figures: "_Figures") -> str:
    if one["output_type"] == "stream":
        return output(one["text"])
    if one["output_type"] == "error":
        return output(f"{one['ename']}: {one['evalue']}")
    data = one.get("data", {})
    if "image/svg+xml" in data:
        return figures.added(name, _drawn(data["image/svg+xml"]), ZOOM)
    if "image/png" in data:
        return figures.added(name, base64.b64decode(data["image/png"]), 1)
    return output(data.get("text/plain", ""))


class _Figures:
    """The figures of a document: each is kept under a plain name in a folder of its own."""

    def __init__(self, source: Source, folder: str) -> None:
        self.images = source.images
        self.folder = folder
        self.made: dict[str, bytes] = {}

    def named(self, name: str, words: str) -> str:
        """Return an image of the source; what is not there is named by its words."""
        attached = {image.replace("/", "-"): image for image in self.images}
        image = attached.get(name.removeprefix("attachment:"), name)
        content = self.images.get(image)
        if content is None:
            return rf"\emph{{{escaped(words)}}}"
        plain = re.sub(r"[^A-Za-z0-9-]", "-", image.rpartition(".")[0])
        try:
            if image.endswith(".svg"):
                return self.added(plain, _drawn(content.decode("utf-8")), ZOOM)
            return self.added(plain, content, 1)
        except ValueError as error:
            raise FigureError(f"the image {image!r} cannot be read: {error}") from None

    def added(self, name: str, png: bytes, zoom: int) -> str:
        """Keep a figure, and return what shows it in its own size, or as wide as the page."""
        if not png.startswith(PNG) or len(png) < 24:
            raise FigureError("it is no PNG")
        file = f"{self.folder}/{name}.png"
        self.made[file] = png
        (pixels,) = struct.unpack(">I", png[16:20])  # the header of every PNG begins with its width
        inches = min(pixels / (PIXELS_PER_INCH * zoom), WIDEST)
        return rf"\figurefile{{{inches:.2f}in}}{{{file}}}"


@cache
def _drawn(svg: str) -> bytes:
    """Return an SVG as PNG; its words in the font that comes with matplotlib, so that they look the same everywhere."""
    from pathlib import Path

    import matplotlib as mpl
    import resvg_py

    fonts = str(Path(mpl.get_data_path()) / "fonts" / "ttf")
    drawn = resvg_py.svg_to_bytes(
        svg_string=svg,
        zoom=ZOOM,
        background="white",
        skip_system_fonts=True,
        font_dirs=[fonts],
        font_family="DejaVu Sans",
        sans_serif_family="DejaVu Sans",
        serif_family="DejaVu Serif",
        monospace_family="DejaVu Sans Mono",
    )
    return bytes(drawn)


@cache
def _preamble() -> str:
    return files("worksheets.building.latex").joinpath("preamble.tex").read_text(encoding="utf-8").rstrip("\n")
