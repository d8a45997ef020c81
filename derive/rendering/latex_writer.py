r"""Boxes as LaTeX, for amsmath; 𝟙 needs a `\mathbb` that has digits, such as that of bbold or unicode-math."""

from derive.rendering.layout import (
    Accent,
    Big,
    Box,
    Cases,
    Fence,
    Fraction,
    Gap,
    Kind,
    Mark,
    Root,
    Row,
    Script,
    is_tall,
)
from derive.rendering.marks import LATEX_FUNCTIONS, TO_LATEX

_ACCENTS = {"^": r"\hat", "¯": r"\bar", "~": r"\tilde"}
_FENCES = {"(": "(", ")": ")", "[": "[", "]": "]", "|": "|", "⌊": r"\lfloor", "⌋": r"\rfloor"}
_FENCES |= {"⌈": r"\lceil", "⌉": r"\rceil"}


def latex_of(box: Box) -> str:
    """Return a box as LaTeX for math mode."""
    return _write(box).strip()


def latex_text(text: str) -> str:
    """Return plain words as LaTeX for text mode, with Greek letters and signs set as formulas."""
    special = {"\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}", "<": "$<$", ">": "$>$", "-": "-"}
    pieces = []
    for sign in text:
        if sign in special:
            pieces.append(special[sign])
        elif sign in TO_LATEX and ord(sign) > 127:
            pieces.append(f"${TO_LATEX[sign]}$")
        else:
            pieces.append(TO_LATEX.get(sign, sign))
    return "".join(pieces)


def _write(box: Box) -> str:  # noqa: PLR0911 - one line for each kind of box
    match box:
        case Mark(text, kind):
            return _mark(text, kind)
        case Row(parts):
            return _side_by_side([_write(part) for part in parts])
        case Gap():
            return r"\,"
        case Fraction(top, bottom):
            return rf"\frac{{{latex_of(top)}}}{{{latex_of(bottom)}}}"
        case Root(inner):
            return rf"\sqrt{{{latex_of(inner)}}}"
        case Script(base, lower, upper):
            if upper is not None and _is_prime(upper):
                return _write(base) + "'" * len(_prime(upper)) + (f"_{{{latex_of(lower)}}}" if lower else "")
            return _write(base) + _script("_", lower) + _script("^", upper)
        case Accent(base, mark):
            return rf"{_ACCENTS[mark]}{{{latex_of(base)}}}"
        case Big(sign, below, above):
            return TO_LATEX[sign] + _script("_", below) + _script("^", above)
        case Fence(left, inner, right):
            return _fenced(_FENCES[left], inner, _FENCES[right])
        case Cases(rows):
            lines = r" \\ ".join(rf"{latex_of(value)} & {_condition(condition)}" for value, condition in rows)
            return rf"\begin{{cases}} {lines} \end{{cases}}"


def _mark(text: str, kind: Kind) -> str:  # noqa: PLR0911 - one line for each kind of mark
    if kind is Kind.WORDS:
        return rf"\text{{{latex_text(text)}}}"
    if kind is Kind.CALLIGRAPHIC:
        return rf"\mathcal{{{text}}}"
    if kind is Kind.UPRIGHT and text in LATEX_FUNCTIONS:
        return rf"\{text}"
    if text == "d" and kind is Kind.UPRIGHT:
        return r"\mathrm{d}"
    if kind is Kind.UPRIGHT and text.isascii():
        return rf"\operatorname{{{text}}}"
    if kind is Kind.LETTER and len(text) > 1:
        return rf"\mathit{{{''.join(TO_LATEX.get(sign, sign) for sign in text)}}}"
    written = "".join(TO_LATEX.get(sign, sign) for sign in text)
    if kind is Kind.INFIX:
        return f" {written} "
    return ", " if written == "," else written


def _side_by_side(pieces: list[str]) -> str:
    """Join pieces with a space where a command would swallow the letter after it."""
    joined = ""
    for piece in pieces:
        command = joined.rpartition("\\")[2] if "\\" in joined else ""
        if command.isalpha() and piece[:1].isalpha():
            joined += " "
        joined += piece
    return joined.replace("  ", " ")


def _script(sign: str, script: Box | None) -> str:
    if isinstance(script, Mark) and script.kind is Kind.UPRIGHT and script.text.isascii():
        return rf"{sign}{{\mathrm{{{script.text}}}}}"
    return "" if script is None else f"{sign}{{{latex_of(script)}}}"


def _is_prime(box: Box) -> bool:
    return isinstance(box, Mark) and set(box.text) == {"′"}


def _prime(box: Box) -> str:
    return box.text if isinstance(box, Mark) else ""


def _fenced(left: str, inner: Box, right: str) -> str:
    written = latex_of(inner)
    if is_tall(inner):
        return rf"\left{left} {written} \right{right}"
    gap = " " if left.startswith("\\") else ""
    return f"{left}{gap}{written}{gap}{right}"


def _condition(condition: Box) -> str:
    if isinstance(condition, Mark) and condition.kind is Kind.WORDS:
        return latex_of(condition)
    return rf"\text{{if }} {latex_of(condition)}"
