"""Words: which are names, and which are products of their letters."""

import re
import string
from fractions import Fraction

from derive.reading import tree
from derive.reading.collaborators import Collaborators
from derive.reading.errors import Trouble
from derive.reading.known import BARE, known
from derive.reading.names import ALIASES, GREEK_WORDS

_LETTERS = string.ascii_letters
_FUNCTION = "|".join(sorted(BARE, key=len, reverse=True))
_FUNCTION_OR_LETTER = re.compile(rf"{_FUNCTION}|\d+|[A-Za-z]")
_FUNCTIONS_OF_LETTERS = re.compile(rf"[A-Za-z]?(?:(?:{_FUNCTION})\d*[A-Za-z])+")  # sin2x, xsinxcosx
_FUNCTION_AND_NUMBER = re.compile(rf"(?:{_FUNCTION})\d+")


class Words(Collaborators):
    """Divides words into letters where they, and not the word, are names."""

    def split(self, item: tree.Node) -> list[tree.Node]:
        """Divide a word into its letters where they, and not the word, are names."""
        name = item.base if isinstance(item, tree.Scripted) else item
        if not isinstance(name, tree.Name) or name.kind != "word":
            return [item]
        word, _, below = name.name.partition("_")
        if (
            below
            and name.name not in self.vocabulary.declared
            and self.vocabulary.is_function(word)
            and not isinstance(item, tree.Scripted)
        ):
            cut = name.span[0] + len(word)
            inner: tree.Node = (
                tree.Number((cut + 1, name.span[1]), Fraction(below))
                if below.isdecimal()
                else tree.Name((cut + 1, name.span[1]), below)
            )
            return [tree.Scripted(name.span, tree.Name((name.span[0], cut), word), 0, inner)]
        parts = self._letters(name, word, bool(below) or (isinstance(item, tree.Scripted) and item.below is not None))
        if parts is None:
            return [item]
        start = name.span[0]
        width = [(start + place, start + place + len(part)) for place, part in parts]
        split: list[tree.Node] = [
            tree.Number(span, Fraction(part))
            if part.isdecimal()
            else tree.Name(span, part, "letter" if len(part) == 1 else "word")
            for span, (_, part) in zip(width, parts, strict=True)
        ]
        last = split[-1]
        if below:
            assert isinstance(last, tree.Name)
            split[-1] = tree.Name((last.span[0], name.span[1]), f"{last.name}_{below}", "letter")
        if isinstance(item, tree.Scripted):
            split[-1] = tree.Scripted((split[-1].span[0], item.span[1]), split[-1], item.primes, item.below, item.above)
        return split

    def _letters(  # noqa: PLR0911 - one for each reason not to divide a word
        self, name: tree.Name, word: str, has_index: bool
    ) -> list[tuple[int, str]] | None:
        if len(word) < 2 or self.surface == "python" or name.name in self.alone or word in self.alone:
            return None
        if self.vocabulary.is_function(word) or self.vocabulary.is_function(name.name):
            return None
        if word in GREEK_WORDS or word in ALIASES or word in {"pi"} or self._unaccented_quietly(word):
            return None
        letters = [letter for letter in word if letter.isalpha()]
        tex = self.surface == "latex"
        function = self._leading_letters_then_function(word)
        if function is not None:
            self.note(f"read '{word}' as {' '.join(part for _, part in function)}")
            return function
        if re.fullmatch(r"(?:ln|sqrt)\d+", word):
            if self.source.piece(name.span[1], name.span[1] + 1) == "(":  # ln 2 times it, of twice it, or to the base 2
                head, number = word.rstrip("0123456789"), word.lstrip(_LETTERS)
                raise Trouble(
                    f"'{word}(' may be meant in more than one way; write {head}({number})*(…) or {head}({number}*(…))",
                    name.span[0],
                )
            self.note(f"read '{word}' as {word.rstrip('0123456789')} {word.lstrip(_LETTERS)}")
            return [(match.start(), match.group()) for match in _FUNCTION_OR_LETTER.finditer(word)]
        if _FUNCTION_AND_NUMBER.fullmatch(word):  # sin2 may be meant for sin 2, for sin², or for a name
            raise Trouble(
                f"'{word}' is no function; write {word.rstrip('0123456789')}({word.lstrip(_LETTERS)}) for its value, "
                "and declare a number of this name first",
                name.span[0],
            )
        if not word.isalpha():
            if word[0] in self.alone:
                self.note(f"read '{word}' as one name, not as a product")
            return None
        if tex or all(letter in self.alone or letter == "e" for letter in letters):
            known_letters = all(letter in self.alone for letter in letters)
            if not tex or not known_letters:
                self.note(f"read '{word}' as the product of its letters, {'·'.join(letters)}")
            return list(enumerate(word))
        if not has_index:
            self.note(f"read '{word}' as one name; write {'*'.join(letters)} for a product")
        return None

    def _unaccented_quietly(self, word: str) -> bool:
        declared = self.vocabulary.declared
        digits = word.rstrip("0123456789")
        return any(
            word.endswith(suffix) and f"{word.removesuffix(suffix)}_{suffix}" in declared
            for suffix in ("hat", "bar", "tilde")
        ) or (digits != word and f"{digits}_{word[len(digits) :]}" in declared)

    def _leading_letters_then_function(self, word: str) -> list[tuple[int, str]] | None:
        """Divide `xsin` or `xexp`, where the rest of a word is an elementary function and its start a single letter."""
        for cut in (1, 2):
            head, rest = word[:cut], word[cut:]
            function = known(rest)
            if len(rest) >= 2 and function is not None and function.bare and head.isalpha():
                outer = known(head)  # lnlog(x) is ln log(x)
                return [(0, head), (cut, rest)] if outer is not None and outer.bare else [*enumerate(head), (cut, rest)]
        function = known(word[:-1])
        if len(word) >= 3 and function is not None and function.bare and word[-1].isalpha():
            return [(0, word[:-1]), (len(word) - 1, word[-1])]
        if not _FUNCTIONS_OF_LETTERS.fullmatch(word):
            return None
        return [(match.start(), match.group()) for match in _FUNCTION_OR_LETTER.finditer(word)]
