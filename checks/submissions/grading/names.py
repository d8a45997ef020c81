"""Which name of a submission may be meant by the name that a worksheet asks for."""

import re
from collections.abc import Collection, Iterable

GRADIENT_WORDS = frozenset(
    {"grad", "gradient", "derivative", "derivate", "deriv", "der", "diff", "prime", "d", "backward", "backprop", "dx"}
)
"""Words that say of a name that it is a derivative."""

_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name in small letters: `sigmoidGrad_2` is sigmoid, grad, 2."""
    return tuple(part.lower() for part in _PARTS.findall(name))


def is_variant(wanted: str, name: str) -> bool:
    """Tell whether a name is another spelling of the one that was asked for.

    Parameters
    ----------
    wanted:
        The name in the worksheet, such as `sigmoid_grad`.
    name:
        A name of the submission, such as `d_sigmoid`, `sigmoidPrime` or `gradSigmoid`.

    Returns
    -------
    bool
        True where the words are the same in any order, with words for a derivative taken for each other. A function is
        never taken for its derivative.
    """
    if wanted == name:
        return True
    ours, theirs = set(_readings(wanted)), set(_readings(name))
    return bool(ours & theirs)


def variants(wanted: str, names: Iterable[str], taken: Collection[str] = ()) -> list[str]:
    """Return the names that are other spellings of the wanted one, without those that are asked for elsewhere."""
    return [name for name in names if name not in taken and name != wanted and is_variant(wanted, name)]


def _readings(name: str) -> list[tuple[bool, str]]:
    """Return the ways to read a name: whether it is a derivative, and of what, without spaces."""
    found = words(name)
    rest = sorted(word for word in found if word not in GRADIENT_WORDS)
    readings = [(len(rest) < len(found), "".join(rest))] if rest else []
    whole = "".join(found)
    if len(found) == len(rest):
        # Written in one word: dsigmoid, sigmoidgrad, sigmoidprime.
        for word in GRADIENT_WORDS:
            if whole.startswith(word) and len(whole) - len(word) >= 3:
                readings.append((True, whole[len(word) :]))
            if len(word) > 1 and whole.endswith(word) and len(whole) - len(word) >= 3:
                readings.append((True, whole[: -len(word)]))
    joined = "".join(word for word in found if word not in GRADIENT_WORDS)
    if joined:
        readings.append((len(rest) < len(found), joined))
    return readings
