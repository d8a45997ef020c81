"""Safe Coq identifiers.

Names may come from a formula that somebody typed. Nothing of them reaches Coq unless it is a plain ASCII word that
means nothing else there.
"""

import re
from collections.abc import Iterable

# Words of the language, and names that the scripts and the statements use with their own meaning.
_WORDS = """
    Prop SProp Set Type as at by cofix do else end exists exists2 fix for forall fun if in let match mod return then
    using where with Definition Theorem Lemma Proof Qed Admitted Abort Axiom Parameter Hypothesis Variable Section
    R nat bool list True False eq and or not left right pair fst snd O id None Some
    exp ln sin cos tan sinh cosh tanh atan asin acos sqrt Rabs Rmax Rmin Rpower PI INR IZR pow Rplus Rmult Rminus Ropp
    Rinv Rdiv Rlt Rle Rgt Rge sum_n is_derive ex_derive Derive locally continuous scal plus mult opp minus zero one abs
    norm ball sigma softplus step sgn sign erf total delta put put2
"""
RESERVED = frozenset(_WORDS.split())


class Identifiers:
    """Gives each name of a formula a Coq identifier of its own.

    Parameters
    ----------
    taken:
        Identifiers that must not be given to anything else.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._given: dict[tuple[str, str], str] = {}
        self._taken = set(RESERVED) | set(taken)

    def of(self, name: str, kind: str = "") -> str:
        """Return the identifier of a name: always the same one, and never that of another name or kind of name."""
        if (kind, name) not in self._given:
            wanted = safe(name)
            candidate, number = wanted, 1
            while candidate in self._taken:
                number += 1
                candidate = f"{wanted}_{number}" if number > 2 else f"{wanted}_"
            self._taken.add(candidate)
            self._given[kind, name] = candidate
        return self._given[kind, name]


def safe(name: str) -> str:
    """Return an ASCII word made from a name; signs that Coq words cannot hold are written by their code point."""
    stem = name.rstrip("'")
    primes = name[len(stem) :]
    word = "".join(sign if re.fullmatch("[A-Za-z0-9_]", sign) else f"_u{ord(sign):x}_" for sign in stem)
    if not re.match("[A-Za-z]", word):
        word = f"v{word}"
    return word[:200] + primes[:3]
