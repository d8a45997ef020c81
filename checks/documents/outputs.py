"""Hold an output that a document shows against what its code prints: words exactly, numbers to the digits shown."""

import re
from fractions import Fraction

from checks.verdict import Status

_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_WRAPPED = re.compile(r"\bnp\.(?:float|int|uint)\d+\(([^()]*)\)")
_TRUTH = re.compile(r"\bnp\.(True|False)_")
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w])")
_VOLATILE = re.compile(
    r"0x[0-9a-fA-F]{6,}|±|\b\d\d:\d\d|it/s|\d%\||\b(?:ns|µs|us|ms)\b|\bseconds?\b|\b\d+(?:\.\d+)? ?s\b"
    r"|Warning|Traceback|(?:^|\s)/\w+/|[A-Z]:\\"
)
_DIGITS_LIMIT = 400
LENGTH_LIMIT = 100_000


def compare(shown: str, printed: str, *, is_whole: bool = True) -> tuple[Status, str]:
    """Return whether what was printed is what the document shows, and a sentence about it.

    Space between words does not count, and neither does how NumPy names its kinds of numbers. A number that is shown
    stands for all that round to it. `...` in what is shown leaves out anything.

    Parameters
    ----------
    shown, printed:
        The texts.
    is_whole:
        Whether all was kept that was printed.
    """
    if max(len(shown), len(printed)) > LENGTH_LIMIT or not is_whole:
        return Status.UNDECIDED, "Not compared: the output is too long."
    left, right = _normal(shown), _normal(printed)
    if left == right or ("..." in left and _fits_dots(left, right)):
        apart = "" if left == right else ", apart from what the dots leave out"
        return Status.AGREES, f"The code was run, and printed this{apart}: {_short(right)}."
    if _VOLATILE.search(shown) or _VOLATILE.search(printed):
        return Status.UNDECIDED, f"It has times, places or warnings in it; here the code printed {_short(right)}."
    if _unspaced(left) != _unspaced(right):
        return Status.REFUTED, f"{_short(left)} is shown, and the code prints {_short(right)}."
    pairs = zip(_NUMBER.findall(left), _NUMBER.findall(right), strict=True)
    wrong = next((pair for pair in pairs if not _rounds_to(*pair)), None)
    if wrong is not None:
        return Status.REFUTED, f"{wrong[0]} is shown where the code prints {wrong[1]}."
    return Status.AGREES, f"The code was run, and printed this to the digits that are shown: {_short(right)}."


def _unspaced(text: str) -> str:
    return re.sub(r"\s", "", _NUMBER.sub("#", text))


def _normal(text: str) -> str:
    text = _TRUTH.sub(r"\1", _WRAPPED.sub(r"\1", _ESCAPES.sub("", text)))
    return " ".join(text.split())


def _fits_dots(shown: str, printed: str) -> bool:
    """Tell whether the pieces between the dots stand in what was printed, in their order; each as early as it can."""
    pieces = [piece.strip() for piece in shown.split("...")]
    if not any(pieces) or not printed.startswith(pieces[0]) or not printed.endswith(pieces[-1]):
        return False
    place, end = len(pieces[0]), len(printed) - len(pieces[-1])
    for piece in pieces[1:-1]:
        found = printed.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return place <= end


def _rounds_to(shown: str, printed: str) -> bool:
    """Tell whether a printed number is one of those that the shown number stands for, or the other way round."""
    if shown == printed:
        return True
    if len(shown) > _DIGITS_LIMIT or len(printed) > _DIGITS_LIMIT:
        return False
    try:
        units = [_half_unit(shown), _half_unit(printed)]
        return abs(Fraction(shown) - Fraction(printed)) <= max(units)
    except (ValueError, OverflowError):
        return False


def _half_unit(text: str) -> Fraction:
    """Return half of the last digit's unit; a whole number stands for itself."""
    mantissa, _, exponent = text.lower().partition("e")
    if abs(int(exponent or 0)) > _DIGITS_LIMIT:
        raise ValueError(text)
    digits = len(mantissa.partition(".")[2])
    if "." not in mantissa and not exponent:
        return Fraction(0)
    return Fraction(10) ** (int(exponent or 0) - digits) / 2


def _short(text: str) -> str:
    text = " ".join(text.split())
    return repr(text if len(text) <= 80 else text[:77] + "…")
