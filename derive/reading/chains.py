r"""A chain of equalities, `a = b = c`, divided at its signs of equality."""

import re

_TOKEN = re.compile(
    r"\\begin\s*\{(?P<begin>[a-z]*cases\*?)\}|\\end\s*\{(?P<end>[a-z]*cases\*?)\}|\\(?P<named>coloneqq|eqqcolon|equiv)(?![A-Za-z])"
    r"|\\(?P<bound>[{}])|\\[A-Za-z]+|\\.|(?P<other><=|>=|==|!=|=<|:=)|(?P<equals>=)|(?P<open>[(\[{])|(?P<close>[)\]}])",
    re.DOTALL,
)


def split_chain(text: str) -> list[tuple[str, int]]:
    r"""Divide a chain at each `=` that stands outside all brackets and cases.

    `:=`, `\equiv` and `\coloneqq` divide as well; `==`, `<=`, `>=`, `!=` and the `=` in `\sum_{i=1}` do not.

    Returns
    -------
    list
        Each part without the space around it, and the column in `text` at which it begins. A part may be empty, where
        two signs follow one another or the chain goes on from the line above.
    """
    parts: list[tuple[str, int]] = []
    depth = 0
    start = 0
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        sign = match.group(kind) if kind else ""
        if kind in {"begin", "open"} or (kind == "bound" and sign == "{"):
            depth += 1
        elif kind in {"end", "close"} or (kind == "bound" and sign == "}"):
            depth = max(0, depth - 1)
        elif depth == 0 and (kind in {"equals", "named"} or (kind == "other" and sign == ":=")):
            parts.append(_part(text, start, match.start()))
            start = match.end()
    parts.append(_part(text, start, len(text)))
    return parts


def _part(text: str, start: int, end: int) -> tuple[str, int]:
    # An & that aligns the lines of a derivation is no part of a formula, and neither is a space.
    piece = text[start:end]
    left = len(piece) - len(re.sub(r"^(?:\s|&)+", "", piece))
    return re.sub(r"^(?:\s|&)+|(?:\s|&)+$", "", piece), start + (left if piece.strip(" \t\n&") else 0)
