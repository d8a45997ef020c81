r"""Labels that entries declare in LaTeX, such as `\mathcal{L}`, read into boxes."""

import re
from collections.abc import Iterator

from derive.rendering.layout import Accent, Big, Box, Fence, Fraction, Gap, Kind, Mark, Script, row
from derive.rendering.marks import GREEK, LATEX_FUNCTIONS, SIGNS
from derive.rendering.names import ACCENTS

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}_^]|\d+(?:\.\d+)?|\s+|.")


def box_of_latex(source: str) -> Box:
    r"""Read the little LaTeX that labels are declared in: letters, indices, \hat, \mathrm, \operatorname, \frac.

    Raises
    ------
    ValueError
        Something else stands there; the message quotes it.
    """
    tokens = [sign for sign in _TOKEN.findall(source) if not sign.isspace()]
    reader = _Reader(source, tokens)
    return reader.row(until=None)


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, source: str, tokens: list[str]) -> None:
        self._source = source
        self._tokens = iter(tokens)

    def row(self, until: str | None) -> Box:
        parts: list[Box] = []
        for sign in self._until(until):
            if sign in ("_", "^"):
                parts[-1] = self._scripted(parts[-1], sign, self._argument())
            else:
                if parts and _is_word(parts[-1]) and sign not in ("(", ")", r"\Bigl", r"\left"):
                    parts.append(Gap())
                parts.append(self._one(sign))
        return row(*parts)

    def _until(self, end: str | None) -> Iterator[str]:
        for sign in self._tokens:
            if sign == end:
                return
            yield sign
        if end is not None:
            raise ValueError(f"{self._source!r} lacks {end!r}")

    def _argument(self) -> Box:
        sign = next(self._tokens)
        return self.row(until="}") if sign == "{" else self._one(sign)

    def _words(self) -> str:
        if next(self._tokens) != "{":
            raise ValueError(f"{self._source!r} lacks a brace")
        return "".join(self._until("}"))

    def _scripted(self, base: Box, which: str, script: Box) -> Box:
        if isinstance(base, Big):
            return Big(base.sign, script, base.above) if which == "_" else Big(base.sign, base.below, script)
        if isinstance(base, Script):
            return Script(base.base, script if which == "_" else base.lower, script if which == "^" else base.upper)
        return Script(base, lower=script) if which == "_" else Script(base, upper=script)

    def _one(self, sign: str) -> Box:  # noqa: PLR0911 - one line for each thing that can stand there
        name = sign[1:]
        if sign == "{":
            return self.row(until="}")
        if sign in (r"\left", r"\Bigl", r"\bigl"):
            left = next(self._tokens)
            inner = self.row(until={r"\left": r"\right", r"\Bigl": r"\Bigr", r"\bigl": r"\bigr"}[sign])
            return Fence(left, inner, next(self._tokens))
        if sign == "(":
            return Fence("(", self.row(until=")"), ")")
        if sign in (r"\mathrm", r"\operatorname", r"\text"):
            return Mark(self._words(), Kind.UPRIGHT)
        if sign == r"\mathcal":
            return Mark(self._words(), Kind.CALLIGRAPHIC)
        if sign in (r"\hat", r"\bar", r"\tilde"):
            return Accent(self._argument(), ACCENTS[name])
        if sign == r"\frac":
            return Fraction(self._argument(), self._argument())
        if sign in (r"\sum", r"\int"):
            return Big(SIGNS[name])
        if sign.startswith("\\"):
            return self._command(name)
        if sign in "+=<>":
            return Mark(sign, Kind.INFIX)
        if sign == "-":
            return Mark("−", Kind.PREFIX)
        if sign in ",;'":
            return Mark("′" if sign == "'" else sign, Kind.PUNCTUATION)
        return Mark(sign, Kind.NUMBER if sign[0].isdigit() else Kind.LETTER)

    def _command(self, name: str) -> Box:
        if name in GREEK:
            return Mark(GREEK[name])
        if name in SIGNS:
            return Mark(SIGNS[name], Kind.LETTER if name in ("partial", "infty") else Kind.INFIX)
        if name in LATEX_FUNCTIONS:
            return Mark(name, Kind.UPRIGHT)
        raise ValueError(f"\\{name} in {self._source!r} is not in the LaTeX of labels")


def _is_word(box: Box) -> bool:
    return isinstance(box, Mark) and box.kind is Kind.UPRIGHT
