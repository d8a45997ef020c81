"""What was declared about the names of two formulas, with what holds for each entry of an array."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import sympy as sp

from derive.reading import UnreadableError, Vocabulary, read, split_chain

_ARRAY = re.compile(r"\s*(?P<names>[^:]*?)\s*(?::|\bis\b|\s)\s*(?:an?\s+)?(?P<words>(?:[a-z-]+\s+)*)"
                    r"(?P<kind>vector|matrix)\s*(?P<sizes>\([^()]*\))\s*")  # fmt: skip
_NAME = r"\\?[^\W\d]\w*"
_ENTRY_SET = re.compile(rf"\s*(?P<name>{_NAME})(?:_\{{?[\w, ]*\}}?)?\s*(?:\bin\b|∈|\\in\b)\s*\\?\{{[^{{}}]*\\?\}}\s*")
_COMPARISON = re.compile(r"<=|>=|==|!=|≤|≥|≠|[<>=]")
_MEMBERSHIP = re.compile(r"\bin\b|∈|\\(?:in|[gln]eq?|succ(?:eq)?|prec(?:eq)?)\b|≻|≽|⪰|\bof\b")
_IN_WORDS = re.compile(rf"\s*{_NAME}(?:\s*,\s*{_NAME})*\s+(?:(?:is|are|an?)\s+)*[a-z][a-z -]*")  # A symmetric
_SETS = ("real", "positive", "negative", "nonnegative", "non-negative", "nonpositive", "nonzero", "integer", "natural")


@dataclass(frozen=True)
class Declared:
    """The vocabulary, the values that the entries of arrays may take, and equations between entries.

    Attributes
    ----------
    vocabulary:
        The names and their domain, without the conditions on arrays.
    entries:
        For each array whose entries are restricted, a vocabulary that declares one scalar, `u`, for them.
    equations:
        Pairs of formulas in index form that are equal, such as Σ_k y[k] and 1; they hold for all values of the indices
        that stand free in them.
    opaque:
        Declarations about arrays that are understood but not used, so that nothing may be refuted.
    """

    vocabulary: Vocabulary
    entries: Mapping[str, Vocabulary] = field(default_factory=dict)
    equations: tuple[tuple[sp.Expr, sp.Expr], ...] = ()
    opaque: tuple[str, ...] = ()


def declared(given: Iterable[str]) -> Declared:
    """Return what the declarations say.

    Raises
    ------
    UnreadableError
        A declaration is not understood or contradicts another one.
    """
    given = [str(text) for text in given]
    plain, about_arrays, restrictions = _divided(given)
    vocabulary = _vocabulary(plain)
    entries: dict[str, Vocabulary] = {}
    for name, texts in restrictions.items():
        entries[name] = Vocabulary.from_declarations(texts)
    equations: list[tuple[sp.Expr, sp.Expr]] = []
    opaque: list[str] = []
    for text in about_arrays:
        parts = split_chain(text.replace("==", "="))
        if len(parts) == 2 and not re.search(r"[<>≤≥≠]|!=", text):
            left, right = (read(part, vocabulary).expression for part, _ in parts)
            if not (getattr(left, "is_Matrix", False) or getattr(right, "is_Matrix", False)):
                equations.append((left, right))
                continue
        opaque.append(text)
    kept = []
    for condition in vocabulary.domain.conditions:
        if condition.has(sp.Indexed, sp.Sum):
            if isinstance(condition, sp.Eq):
                equations.append((condition.lhs, condition.rhs))
            else:
                opaque.append(str(condition))
        else:
            kept.append(condition)
    vocabulary = replace(vocabulary, domain=replace(vocabulary.domain, conditions=tuple(kept)))
    return Declared(vocabulary, entries, tuple(equations), tuple(opaque))


def _vocabulary(given: list[str]) -> Vocabulary:
    try:
        return Vocabulary.from_declarations(given)
    except UnreadableError:
        raise
    except (TypeError, ValueError, ArithmeticError, AttributeError, NotImplementedError):
        raise UnreadableError("the declarations could not be understood together", "; ".join(given), 0) from None


def _divided(given: list[str]) -> tuple[list[str], list[str], dict[str, list[str]]]:
    """Divide declarations into those for the reader, conditions on whole arrays, and conditions on each entry."""
    arrays: dict[str, None] = {}
    plain: list[str] = []
    restrictions: dict[str, list[str]] = {}
    waiting: list[str] = []
    for text in given:
        found = _ARRAY.fullmatch(text)
        if found is None:
            waiting.append(text)
            continue
        names = [name.strip() for name in found["names"].split(",") if name.strip()]
        arrays |= dict.fromkeys(names)
        plain.append(f"{', '.join(names)} {found['kind']}{found['sizes']}")
        for word in found["words"].split():
            if word not in _SETS:
                raise UnreadableError(f"'{word}' is no kind of name", text, text.find(word))
            for name in names:
                restrictions.setdefault(name, []).append(f"u {word}")
    conditions: list[str] = []
    for text in waiting:
        name = _about(text, tuple(arrays))
        if name is None:
            plain.append(text)
            continue
        entry = re.compile(
            rf"(?<![\w\\]){re.escape(name)}(?:_\{{[A-Za-z, ]*\}}|_[A-Za-z]+|\[[A-Za-z, ]*\])?(?![\w({{\[])"
        )
        single, count = entry.subn("u", text)
        rest = re.sub(r"\b(?:in|is|an?|" + "|".join(_SETS) + r")\b|\\(?:in|[gln]eq?|[{}])", " ", entry.sub(" ", text))
        if count == 1 and re.fullmatch(r"[\s\d./<>=≤≥≠!∈{},-]*", rest):
            restrictions.setdefault(name, []).append(single)
        elif _COMPARISON.search(text) or _MEMBERSHIP.search(text) or _IN_WORDS.fullmatch(text):
            conditions.append(text)
        else:
            plain.append(text)  # no condition at all: the reader says what is wrong with it
    return plain, conditions, restrictions


def _about(text: str, arrays: tuple[str, ...]) -> str | None:
    """Return the array that a declaration is about, if it is."""
    for name in arrays:
        if re.search(rf"(?<![\w\\]){re.escape(name)}(?:_|\b)(?!hat|bar|tilde)", text):
            return name
    return None
