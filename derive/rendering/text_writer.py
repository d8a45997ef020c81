"""Boxes as one line of plain text in Unicode: σ(x)(1 − σ(x)), Σ_k X_ik W_kj, ∂/∂x[e^(−x)]."""

from derive.rendering.layout import Accent, Big, Box, Cases, Fence, Fraction, Gap, Kind, Mark, Root, Row, Script

_RAISED = str.maketrans("0123456789−+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺")
_COMBINING = {"^": "\u0302", "¯": "\u0304", "~": "\u0303"}


def text_of(box: Box) -> str:
    """Return a box as plain text."""
    return _write(box).strip()


def _write(box: Box) -> str:  # noqa: PLR0911 - one line for each kind of box
    match box:
        case Mark(text, kind):
            if kind is Kind.INFIX:
                return f" {text} "
            return f"{text} " if text in (",", ";") else text
        case Row(parts):
            return _side_by_side(parts)
        case Gap():
            return " "
        case Fraction(top, bottom):
            return f"{_operand(top)}/{_operand(bottom, under=True)}"
        case Root(inner):
            return f"√{_operand(inner, under=True)}"
        case Script(base, lower, upper):
            return _write(base) + _lowered(lower) + _lifted(upper)
        case Accent(base, mark):
            import unicodedata

            return unicodedata.normalize("NFC", _write(base) + _COMBINING[mark])
        case Big(sign, below, above):
            shown = {"∑": "Σ"}.get(sign, sign)
            return shown + _lowered(below, big=True) + ("" if above is None else f"^{_grouped(above)}") + " "
        case Fence(left, inner, right):
            return f"{left}{text_of(inner)}{right}"
        case Cases(rows):
            lines = (f"{text_of(value)} {_condition(condition)}" for value, condition in rows)
            return "{" + "; ".join(lines) + "}"


def _side_by_side(parts: tuple[Box, ...]) -> str:
    written = ""
    for before, part, after in zip((None, *parts[:-1]), parts, (*parts[1:], None), strict=True):
        if isinstance(part, Gap) and isinstance(before, Fraction) and after != Mark("d", Kind.UPRIGHT):
            written += " · "  # 1/B Σ would read as 1/(B Σ)
            continue
        if before is not None and _are_letters(before, part):
            written += " "
        written += _write(part)
    return written.replace("  ", " ")


def _are_letters(left: Box, right: Box) -> bool:
    """Tell whether two factors stand side by side of which the first is no number."""
    if isinstance(left, Mark) and left.text == "∂":
        return False
    kinds = (Kind.LETTER,)
    return _first(left) in kinds and _first(right) in (*kinds, Kind.NUMBER)


def _first(box: Box) -> Kind | None:
    while isinstance(box, (Script, Accent)):
        box = box.base
    return box.kind if isinstance(box, Mark) else None


def _operand(box: Box, *, under: bool = False) -> str:
    """Return a box as part of a fraction: bracketed where the line of the fraction was its bracket."""
    written = text_of(box)
    parts = box.parts if isinstance(box, Row) else (box,)
    if isinstance(box, Fraction) or any(isinstance(part, (Fraction, Big)) for part in parts):
        return f"({written})"
    if any(isinstance(part, Mark) and part.kind in (Kind.INFIX, Kind.WORDS) for part in parts):
        return f"({written})"
    if parts[0] == Mark("∂"):
        return written
    several = [part for part in parts if not isinstance(part, Gap)]
    is_application = len(several) == 2 and isinstance(several[1], Fence) and not isinstance(parts[1], Gap)
    return f"({written})" if under and len(several) > 1 and not is_application else written


def _lowered(lower: Box | None, *, big: bool = False) -> str:
    if lower is None:
        return ""
    if isinstance(lower, Row) and all(isinstance(part, Mark) and part.text.isalnum() for part in lower.parts):
        return "_" + "".join(text_of(part) for part in lower.parts)
    written = text_of(lower).replace(" ", "") if big or "=" in text_of(lower) else text_of(lower)
    return f"_{written}" if written.isalnum() else f"_{{{written}}}"


def _lifted(upper: Box | None) -> str:
    if upper is None:
        return ""
    written = text_of(upper)
    if written in ("ᵀ",) or set(written) == {"′"}:
        return written
    return written.translate(_RAISED) if _is_whole_number(written) else f"^{_grouped(upper)}"


def _is_whole_number(written: str) -> bool:
    return written.removeprefix("−").isdigit()


def _grouped(box: Box) -> str:
    written = text_of(box)
    return written if len(written) == 1 else f"({written})"


def _condition(condition: Box) -> str:
    written = text_of(condition)
    return written if written == "otherwise" else f"if {written}"
