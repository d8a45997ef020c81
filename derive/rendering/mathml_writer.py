"""Boxes as presentation MathML Core, well-formed XML that needs no named entities."""

from xml.sax.saxutils import escape

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

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
ELEMENTS = frozenset(
    {"math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "msub", "msup", "msubsup"}
    | {"munder", "mover", "munderover", "mtable", "mtr", "mtd"}
)
"""The elements that are used, all of MathML Core."""

_THIN = '<mspace width="0.1667em"/>'


def math_element(box: Box, *, display: bool = False, large: bool = False) -> str:
    """Return a whole `<math>` element; `large` sets fractions and sums in full size, within a line too."""
    shown = ' display="block"' if display else ' displaystyle="true"' if large else ""
    return f'<math xmlns="{NAMESPACE}"{shown}><mrow>{mathml_of(box)}</mrow></math>'


def mathml_of(box: Box) -> str:  # noqa: PLR0911 - one line for each kind of box
    """Return a box as MathML elements."""
    match box:
        case Mark(text, kind):
            return _mark(escape(text), kind)
        case Row(parts):
            return "".join(mathml_of(part) for part in parts)
        case Gap():
            return _THIN
        case Fraction(top, bottom):
            return f"<mfrac>{_one(top)}{_one(bottom)}</mfrac>"
        case Root(inner):
            return f"<msqrt>{_one(inner)}</msqrt>"
        case Script(base, lower, upper):
            return _scripted(base, lower, upper)
        case Accent(base, mark):
            return f'<mover accent="true">{_one(base)}<mo stretchy="false">{mark}</mo></mover>'
        case Big(sign, below, above):
            return _big(sign, below, above)
        case Fence(left, inner, right):
            grows = "" if is_tall(inner) else ' stretchy="false"'
            opening = f'<mo fence="true" form="prefix"{grows}>{left}</mo>'
            return f'<mrow>{opening}{mathml_of(inner)}<mo fence="true" form="postfix"{grows}>{right}</mo></mrow>'
        case Cases(rows):
            lines = "".join(f"<mtr><mtd>{_one(value)}</mtd><mtd>{_condition(of)}</mtd></mtr>" for value, of in rows)
            return f'<mrow><mo fence="true" form="prefix">{{</mo><mtable>{lines}</mtable></mrow>'


def _one(box: Box) -> str:
    """Return exactly one element."""
    written = mathml_of(box)
    single = not isinstance(box, (Row,)) and not (isinstance(box, Mark) and box.kind is Kind.INFIX)
    return written if single else f"<mrow>{written}</mrow>"


_PLAIN = {
    Kind.LETTER: "<mi>{}</mi>",
    Kind.NUMBER: "<mn>{}</mn>",
    Kind.INFIX: '<mo form="infix">{}</mo>',
    Kind.PREFIX: '<mo form="prefix">{}</mo>',
    Kind.PUNCTUATION: "<mo>{}</mo>",
    Kind.WORDS: "<mtext>{}</mtext>",
}


def _mark(text: str, kind: Kind) -> str:
    if text == "ᵀ":
        return '<mi mathvariant="normal">T</mi>'
    if kind is Kind.UPRIGHT:  # a name of several letters is upright by itself
        return f"<mi>{text}</mi>" if len(text) > 1 else f'<mi mathvariant="normal">{text}</mi>'
    if kind is Kind.CALLIGRAPHIC:
        return f'<mi mathvariant="normal">{"".join(map(_calligraphic, text))}</mi>'
    if kind is Kind.LETTER and text in ("∂", "∞"):
        return f'<mi mathvariant="normal">{text}</mi>'
    if kind is Kind.WORDS:
        text = text.replace(" ", "\u00a0") if text != text.strip() else text
    return _PLAIN[kind].format(text)


_LETTERLIKE = {"B": "ℬ", "E": "ℰ", "F": "ℱ", "H": "ℋ", "I": "ℐ", "L": "ℒ", "M": "ℳ", "R": "ℛ"}


def _calligraphic(letter: str) -> str:
    if letter in _LETTERLIKE:
        return _LETTERLIKE[letter]
    return chr(0x1D49C + ord(letter) - ord("A")) if "A" <= letter <= "Z" else letter


def _scripted(base: Box, lower: Box | None, upper: Box | None) -> str:
    if lower is not None and upper is not None:
        return f"<msubsup>{_one(base)}{_one(lower)}{_one(upper)}</msubsup>"
    if lower is not None:
        return f"<msub>{_one(base)}{_one(lower)}</msub>"
    return f"<msup>{_one(base)}{_one(upper or Row(()))}</msup>"


def _big(sign: str, below: Box | None, above: Box | None) -> str:
    if sign == "∫":
        operator = '<mo largeop="true" movablelimits="false">∫</mo>'
        return operator if below is None else f"<msubsup>{operator}{_one(below)}{_one(above or Row(()))}</msubsup>"
    operator = f'<mo largeop="true" movablelimits="false">{sign}</mo>'
    if below is None:
        return operator
    if above is None:
        return f"<munder>{operator}{_one(below)}</munder>"
    return f"<munderover>{operator}{_one(below)}{_one(above)}</munderover>"


def _condition(condition: Box) -> str:
    if isinstance(condition, Mark) and condition.kind is Kind.WORDS:
        return mathml_of(condition)
    return f"<mtext>if\u00a0</mtext>{mathml_of(condition)}"
