"""Finds the formulas that a student typed into a Markdown cell."""

import re

from derive.reading import split_chain

PLACEHOLDER = re.compile(r"\\text\s*\{\s*\?\s*\}")
_MATH = re.compile(
    r"\$\$(?P<display>.+?)\$\$|\\\[(?P<bracket>.+?)\\\]|\\begin\{(?P<name>align\*?|equation\*?|gather\*?)\}(?P<inside>.+?)\\end\{(?P=name)\}"
    r"|(?<![\\$])\$(?P<inline>[^$\n]+?)\$",
    re.DOTALL,
)
_REMARK = re.compile(r"(?:&&|&\s*\\quad|\\q?quad)\s*\(?\\(?:text|textit|mathrm|mbox)\s*\{.*?(?=\\\\|$)", re.MULTILINE)
_TABLE = re.compile(r"\\begin\{(?P<name>d?cases|[pbBvV]?matrix|array)\*?\}.*?\\end\{(?P=name)\*?\}", re.DOTALL)
_UNALIGNED = re.compile(r"(?<!\\)&|\\\\")
_ALIGNED = re.compile(r"\\(?:begin|end)\{(?:aligned|split|gathered)\}")


def formulas(markdown: str) -> list[str]:
    r"""Return the answers of a Markdown cell: of each formula in mathematics mode what stands behind its last `=`.

    Parameters
    ----------
    markdown:
        The text of the cell. Formulas stand between `$$`, `\[ \]`, in an `align` environment, or between `$` where
        there are no displayed ones.

    Returns
    -------
    list of str
        In order; "" for one that still holds the placeholder of the worksheet.
    """
    found = list(_MATH.finditer(markdown))
    displayed = [match for match in found if match["inline"] is None]
    answers = []
    for match in displayed or found:
        text = next(
            text for text in (match["display"], match["bracket"], match["inside"], match["inline"]) if text is not None
        )
        text = _REMARK.sub(" ", text)
        text = _on_one_line(_ALIGNED.sub(" ", text)).strip()
        if PLACEHOLDER.search(text):
            answers.append("")
            continue
        parts = split_chain(text)
        answers.append(parts[-1][0].strip().rstrip(".,;") if parts else "")
    return answers


def _on_one_line(text: str) -> str:
    """Return a formula without the marks that align its lines; those of cases and matrices belong to it."""
    parts, place = [], 0
    for inner in _TABLE.finditer(text):
        parts += [_UNALIGNED.sub(" ", text[place : inner.start()]), inner[0]]
        place = inner.end()
    return "".join(parts) + _UNALIGNED.sub(" ", text[place:])
