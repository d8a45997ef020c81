"""MathML set as TeX would: spaces around names of functions, limits below, letters of other styles.

Browsers know MathML Core, which has neither variants of letters nor a list of functions.
"""

import re

_FUNCTIONS = "arg|cos|cosh|cot|deg|det|dim|exp|ker|lg|ln|log|sec|sin|sinh|tan|tanh"
_NAME = re.compile(rf"<mo>(?P<operator>[A-Za-z]{{2,}})</mo>|<mi>(?P<function>{_FUNCTIONS})</mi>")
_LIMITS = re.compile(r"<msub><mo>(?:lim|max|min|sup|inf)</mo>")
_VARIANT = re.compile(r'<(?P<tag>m[in]) mathvariant="(?P<variant>bold|script|sans-serif)">(?P<sign>[A-Za-z0-9])</')
_COLON = "<mi>:</mi>"
_BARS = ("|", "‖")
_CLOSING = (")", "]", "}", "!")
_NEAR = 200
"""Signs before a name that are looked at; more of them would make long formulas slow."""
THIN = "0.167em"
"""What TeX puts between the name of a function and a letter."""
_FIRST = {  # where the letters of a variant begin in Unicode: capitals, small letters, digits
    "bold": (0x1D400, 0x1D41A, 0x1D7CE),
    "script": (0x1D49C, 0x1D4B6, 0),
    "sans-serif": (0x1D5A0, 0x1D5BA, 0x1D7E2),
}
_OLDER = dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True))
"""Script letters that stood in Unicode before the others, whose places are empty."""


def set_as_tex(found: str, *, display: bool) -> str:
    """Return MathML with the spaces, limits and letters of TeX.

    Parameters
    ----------
    found:
        As it comes from `worksheets.building.mathml`: what stands in text is escaped.
    display:
        Whether the formula stands on a line of its own.
    """
    found = found.replace(_COLON, f'<mo lspace="0" rspace="{THIN}">:</mo>')
    found = _VARIANT.sub(lambda letter: f"<{letter['tag']}>{_in_variant(letter['variant'], letter['sign'])}</", found)
    return _NAME.sub(_spaced, _with_limits(found) if display else found)


def _in_variant(variant: str, sign: str) -> str:
    """Return a letter or digit as the sign that Unicode has for it; MathML Core leaves out `mathvariant`."""
    if variant == "script" and sign in _OLDER:
        return _OLDER[sign]
    capitals, small, digits = _FIRST[variant]
    if sign.isdigit():
        return chr(digits + int(sign)) if digits else sign
    return chr(capitals + ord(sign) - ord("A") if sign.isupper() else small + ord(sign) - ord("a"))


def _with_limits(found: str) -> str:
    """Return a displayed formula with what stands under `lim` and the like below it, not beside it."""
    place = 0
    while (start := _LIMITS.search(found, place)) is not None:
        depth = 0
        for tag in re.finditer(r"<(/?)msub>", found[start.start() :]):
            depth += -1 if tag[1] else 1
            if depth == 0:
                end = start.start() + tag.start()
                inner = found[start.start() + len("<msub>") : end]
                found = f"{found[: start.start()]}<munder>{inner}</munder>{found[end + len('</msub>') :]}"
                break
        place = start.end()
    return found


def _spaced(name: re.Match[str]) -> str:
    """Return the name of a function with the spaces of TeX: none before a bracket, else thin ones."""
    before, after = name.string[: name.start()], name.string[name.end() :]
    after = re.sub(r"^(?:<mrow>)+", "", after)
    sign = re.match(r"<mo[^>]*>([^<]*)</mo>", after)
    scripted = re.search(r"<(?:msub|msup|msubsup|munder)>$", before[-20:])
    before = before[: -len(scripted[0])] if scripted else before
    near = before[-_NEAR:]
    ends = re.search(r"<mo[^>]*>([^<]*)</mo>$", near)
    closed = ends is not None and (ends[1] in _CLOSING or (ends[1] in _BARS and before.count(f">{ends[1]}<") % 2 == 0))
    behind_letter = closed or re.search(r"</m(?!o|ath)[a-z]+>$", near) is not None
    before_letter = bool(scripted) or (sign is None and re.match(r"<m[a-z]", after) is not None)
    left, right = THIN if behind_letter else "0", THIN if before_letter else "0"
    return f'<mo lspace="{left}" rspace="{right}">{name["operator"] or name["function"]}</mo>'
