"""A notebook as one HTML page that needs nothing else: MathML, pictures inside, no script, no network."""

import base64
from html import escape
from importlib.resources import files
from typing import Any

from worksheets.building.markdown import code_html, code_style, markdown_html
from worksheets.sheet import IMAGES, Source


def page(source: Source, made: dict[str, Any], *, solved: bool, html_of: dict[str, str]) -> str:
    """Return the page of one version of a worksheet.

    Parameters
    ----------
    source:
        The worksheet.
    made:
        Its notebook; the solution with outputs.
    solved:
        Whether it is the solution.
    html_of:
        Markup of our own for cells whose Markdown says the same in LaTeX.

    Returns
    -------
    str
        HTML, the same bytes for the same notebook.
    """
    images = {name: (IMAGES[f".{name.rpartition('.')[2]}"], content) for name, content in source.images.items()}
    images |= {f"attachment:{name.replace('/', '-')}": image for name, image in images.items()}
    body = "\n".join(_cell(cell, solved, images, html_of) for cell in made["cells"])
    style = files("worksheets.building").joinpath("page.css").read_text(encoding="utf-8")
    name = "Solutions" if solved else "Worksheet"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(source.title)} — {name}</title>\n<style>\n{style}\n{code_style()}\n</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _cell(cell: dict[str, Any], solved: bool, images: dict[str, tuple[str, bytes]], html_of: dict[str, str]) -> str:
    ident, role = cell["id"], cell["metadata"]["gradproof"]["role"]
    if ident == "tools":
        return ""
    room = '<div class="room" aria-hidden="true"></div>' if role == "answer" and not solved else ""
    name = escape(ident, quote=True)
    if cell["cell_type"] == "markdown":
        inner = html_of.get(ident) or markdown_html(cell["source"], images)
        return f'<section class="{role}" id="{name}">{inner}{room}</section>'
    outputs = "".join(_output(output) for output in cell["outputs"])
    return f'<section class="cell {role}" id="{name}">{code_html(cell["source"])}{outputs}{room}</section>'


def _output(output: dict[str, Any]) -> str:
    if output["output_type"] == "stream":
        return f'<pre class="output {escape(output["name"])}">{escape(output["text"])}</pre>'
    if output["output_type"] == "error":
        return f'<pre class="output error">{escape(output["ename"])}: {escape(output["evalue"])}</pre>'
    data = output.get("data", {})
    if "image/svg+xml" in data:
        return _picture("image/svg+xml", base64.b64encode(data["image/svg+xml"].encode()).decode("ascii"))
    if "image/png" in data:
        return _picture("image/png", "".join(data["image/png"].split()))
    if "text/html" in data and 'class="gradproof-verdict"' in data["text/html"]:
        return f'<div class="output">{data["text/html"]}</div>'
    return f'<pre class="output">{escape(data.get("text/plain", ""))}</pre>'


def _picture(kind: str, packed: str) -> str:
    return f'<img class="output" alt="Figure" src="data:{kind};base64,{packed}">'
