"""Text to LaTeX: every special character escaped, Unicode in commands that pdflatex and amssymb know."""

import re
import unicodedata
from collections.abc import Iterator

from worksheets.building.latex.signs import (
    ACCENTS,
    GREEK_COMMANDS,
    GREEK_NAMES,
    GREEK_SYMBOLS,
    LATIN_CAPITALS,
    PUNCTUATION,
    SIGNS,
    SPECIAL,
)

_GREEK = re.compile(r"GREEK (?P<size>SMALL|CAPITAL) LETTER (?P<name>[A-Z ]+)")
_INNER = re.compile(r"(?<!\\)(?:\\\\)*[#%]")


def escaped(text: str) -> str:
    """Return text of a paragraph as LaTeX that prints the same characters."""
    parts: list[str] = []
    for base, marks in _letters(text):
        if base == '"' and not marks:
            opening = not parts or parts[-1][-1:] in (" ", "(", "[", "\n", "~")
            parts.append("``" if opening else "''")
        elif base in SPECIAL and not marks:
            parts.append(SPECIAL[base])
        else:
            parts.append(_in_text(base, marks))
    return "".join(parts)


def verbatim(text: str) -> str:
    """Return one line of code as LaTeX for a typewriter font; every character takes one column."""
    parts = []
    for base, marks in _letters(text):
        if base.isalnum() and base.isascii() and not marks:
            parts.append(base)
        elif base == "'" and not marks:
            parts.append(r"{\char13}")
        elif base == "`" and not marks:
            parts.append(r"{\char18}")
        elif base.isascii() and base.isprintable() and not marks:
            parts.append(r"\ " if base == " " else base if base in ",.;:()[]=+*/!?@" else rf"{{\char{ord(base)}}}")
        else:
            sign = _sign(base) if not marks else None
            parts.append(
                rf"\onecolumn{{\ensuremath{{{sign}}}}}"
                if sign is not None
                else rf"\onecolumn{{{_in_text(base, marks)}}}"
            )
    return "".join(parts).replace("?{\\char18}", "?{}{\\char18}").replace("!{\\char18}", "!{}{\\char18}")


def formula(latex: str) -> str:
    """Return a formula with Unicode in commands, no empty lines and no comments."""
    text = _INNER.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", latex)
    text = "\n".join(line for line in text.strip().split("\n") if line.strip())
    parts = []
    for base, marks in _letters(text):
        if base.isascii() and not marks:
            parts.append(base)
            continue
        sign = _with_accents(base, marks)
        if base.isascii() and base.isalpha() and sign is not None:  # ŷ of a formula, or ü of words in it
            parts.append(rf"{{\ifmmode{sign}\else{_in_text(base, marks)}\fi}}")
        else:
            parts.append(rf"\ensuremath{{{sign}}}" if sign is not None else rf"\text{{{_in_text(base, marks)}}}")
    return "".join(parts)


def _letters(text: str) -> Iterator[tuple[str, str]]:
    """Yield each character with the combining marks behind it; control characters are left out."""
    base, marks = "", ""
    for char in unicodedata.normalize("NFD", text):
        if unicodedata.combining(char) and base:
            marks += char
            continue
        if base:
            yield _composed(base, marks)
        base, marks = ("", "") if unicodedata.category(char) == "Cc" and char != "\n" else (char, "")
    if base:
        yield _composed(base, marks)


def _composed(base: str, marks: str) -> tuple[str, str]:
    """Put marks back that are part of a sign of its own, such as that of ≠."""
    if marks and not all(mark in ACCENTS for mark in marks):
        whole = unicodedata.normalize("NFC", base + marks)
        if len(whole) == 1:
            return whole, ""
        return base, "".join(mark for mark in marks if mark in ACCENTS)
    return base, marks


def _in_text(base: str, marks: str) -> str:  # noqa: PLR0911 - one for each way to set a sign
    if base == "\n" or (base.isascii() and not marks):
        return base
    if marks and base.isascii() and base.isalpha() and all(ACCENTS[mark][0] for mark in marks):
        inner = {"i": r"\i{}", "j": r"\j{}"}.get(base, base)
        for mark in marks:
            inner = rf"\{ACCENTS[mark][0]}{{{inner}}}"
        return inner
    if base in PUNCTUATION:
        return PUNCTUATION[base]
    sign = _with_accents(base, marks)
    if sign is not None:
        return rf"\ensuremath{{{sign}}}"
    plain = unicodedata.normalize("NFKC", base)
    above, slash, below = plain.partition("\N{FRACTION SLASH}")
    if slash and above.isdecimal() and below.isdecimal():  # ½; as 1/2 it would make 2½ another number
        return rf"\ensuremath{{\frac{{{above}}}{{{below}}}}}"
    if plain != base and all(one.isascii() or one in PUNCTUATION for one in plain):
        return escaped(plain)
    return rf"\unknownsign{{{ord(base):04X}}}"


def _with_accents(base: str, marks: str) -> str | None:
    sign = base if base.isascii() and base.isalpha() else _sign(base)
    if sign is None:
        return None
    for mark in marks:
        sign = rf"\{ACCENTS[mark][1]}{{{sign}}}"
    return sign


def _sign(char: str) -> str | None:
    """Return a character as a formula, None where it is none."""
    known = SIGNS.get(char) or GREEK_SYMBOLS.get(char)
    if known is not None:
        return known
    greek = _GREEK.fullmatch(unicodedata.name(char, ""))
    if greek is not None:
        return _greek(greek["name"], capital=greek["size"] == "CAPITAL")
    kind, _, codes = unicodedata.decomposition(char).partition(" ")
    if kind in ("<super>", "<sub>", "<font>"):
        inner = "".join(chr(int(code, 16)) for code in codes.split())
        plain = "".join(one if one.isascii() else _sign(one) or "?" for one in inner)
        if kind == "<font>":
            double = "DOUBLE-STRUCK" in unicodedata.name(char) and inner.isascii() and inner.isupper()
            return rf"\mathbb{{{plain}}}" if double else plain
        return f"{{}}{'^' if kind == '<super>' else '_'}{{{plain}}}"
    return None


def _greek(name: str, *, capital: bool) -> str | None:
    if capital and name in LATIN_CAPITALS:
        return rf"\mathrm{{{LATIN_CAPITALS[name]}}}"
    if name == "OMICRON":
        return "o"
    word = name.capitalize() if capital else GREEK_NAMES.get(name, name.lower())
    word = "Lambda" if word == "Lamda" else word
    return rf"\{word}" if " " not in word and word.lower() in GREEK_COMMANDS else None
