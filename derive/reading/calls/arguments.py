"""Finding the argument of a function: in brackets, or what follows it, as in sin 3x."""

from collections.abc import Sequence

import sympy as sp

from derive.reading import tree
from derive.reading.calls.scripts import bracket_of
from derive.reading.calls.signs import Signs
from derive.reading.errors import Trouble
from derive.reading.known import NEEDS_BRACKETS, known, spelling
from derive.reading.value import Value


class Arguments(Signs):
    """Finds functions with their arguments among things that stand side by side."""

    def application(self, pieces: Sequence[tree.Node], position: int) -> tuple[Value | None, int]:
        """Return the value of a function with its argument and how many pieces it took; None where none starts here."""
        item = pieces[position]
        head = item if isinstance(item, tree.Scripted) else tree.Scripted(item.span, item)
        if not isinstance(head.base, tree.Name):
            return self.pulled(pieces, position)
        if self.surface != "python" and head.below is None and self.vocabulary.shape_of(head.base.name):
            return self._entry_in_brackets(head, pieces, position)
        following = pieces[position + 1] if position + 1 < len(pieces) else None
        name = head.base
        if name.kind == "special":
            return self.special_sign(head, name, pieces, position)
        if not self._is_head(head, name, following):
            return self.pulled(pieces, position)
        value, used = self._argument_and_value(head, name, pieces, position)
        return value, used

    def _entry_in_brackets(
        self, head: tree.Scripted, pieces: Sequence[tree.Node], position: int
    ) -> tuple[Value | None, int]:
        """Read W[i, j] of a declared array as its entry, outside Python too."""
        following = pieces[position + 1] if position + 1 < len(pieces) else None
        bracket = bracket_of(following)
        if bracket is None or bracket.bracket != "[" or head.above is not None:
            return None, 0
        value = self.entry(head.base, bracket, head.primes, head)
        return self.scripts_of_call(value, following, bracket), 2

    def _is_head(self, head: tree.Scripted, name: tree.Name, following: tree.Node | None) -> bool:
        if name.kind == "letter" or not self.vocabulary.is_function(name.name):
            return False
        if f"{name.name}'" in self.vocabulary.declared and head.primes:
            return False
        bracketed = bracket_of(following) is not None
        if bracketed:
            return True
        if name.name in self.vocabulary.functions:
            raise Trouble(f"'{name.name}' is a function and needs an argument in brackets", name.span[1], "(")
        if name.name in NEEDS_BRACKETS or spelling(name.name) == "sigma":
            if following is not None and spelling(name.name) == "sigma" and not head.primes:
                self.note(f"read '{self.piece(head)}' as a variable, because no bracket follows")
            if head.primes:
                raise Trouble(f"'{self.piece(head)}' needs an argument in brackets", head.span[1], "(")
            return False
        function = known(name.name)
        if function is not None and not function.bare:
            raise Trouble(f"'{name.name}' is a function and needs an argument in brackets", name.span[1], "(")
        return True

    def _argument_and_value(
        self, head: tree.Scripted, name: tree.Name, pieces: Sequence[tree.Node], position: int
    ) -> tuple[Value, int]:
        following = pieces[position + 1] if position + 1 < len(pieces) else None
        bracket = bracket_of(following)
        if following is None:
            if head.above is not None and head.base.span[1] <= head.above.span[0] and spelling(name.name) == "exp":
                raise Trouble("'exp' is a function: write exp(x), or e^x", head.above.span[0], "(")
            raise Trouble(f"'{name.name}' is a function and needs an argument", head.span[1], "(")
        function = self._with_index(head, name)
        if bracket is not None:
            arguments = bracket.items if bracket.bracket not in "|‖" else (bracket,)  # ln|x| is ln(|x|)
            value = self.call(function, head.primes, arguments, bracket)
            value = self.scripts_of_call(value, following, bracket)
            after = pieces[position + 2] if position + 2 < len(pieces) else None
            place = bracket_of(after)
            if not self.is_scalar(value) and place is not None and place.bracket == "[":  # softmax(z)[i]
                value = self.scripts_of_call(self.entry_of_value(value, place, place), after, place)
                return value, 3
            return self.power_of_function(value, head, name, function, arguments), 2
        end = self._end_of_bare_argument(pieces, position + 1)
        taken = tuple(pieces[position + 1 : end])
        argument = tree.Run((taken[0].span[0], taken[-1].span[1]), taken)
        value = self.call(function, head.primes, (argument,), argument)
        return self.power_of_function(value, head, name, function, (argument,)), end - position

    def _end_of_bare_argument(self, pieces: Sequence[tree.Node], start: int) -> int:
        """Return where the argument of `sin 3x` ends: before a bracket or the next function."""
        end = start
        while end < len(pieces):
            base = pieces[end].base if isinstance(pieces[end], tree.Scripted) else pieces[end]  # type: ignore[attr-defined]
            if isinstance(base, tree.Name) and base.kind != "letter" and self.vocabulary.is_function(base.name):
                following = pieces[end + 1] if end + 1 < len(pieces) else None
                if end > start and base.name not in NEEDS_BRACKETS:
                    break
                if bracket_of(following) is not None:
                    end += 2
                    break
                if base.name not in NEEDS_BRACKETS:  # ln sin x
                    return self._end_of_bare_argument(pieces, end + 1)
            if isinstance(base, tree.Group) and end > start:
                break
            end += 1
            if isinstance(base, (tree.Group, tree.Quotient, tree.Root)):
                break
        factors = [piece for piece in pieces[start:end] if not isinstance(piece, tree.Number)]
        last = pieces[end - 1]
        stopped = end < len(pieces) and not self._is_function_name(pieces[end])
        one_call = (
            end == start + 2 and self._is_function_name(pieces[start]) and bracket_of(pieces[start + 1]) is not None
        )
        squared = isinstance(last, tree.Scripted) and last.above is not None
        if stopped or (not one_call and (len(factors) > 1 or squared)):
            before = pieces[start - 1]
            self.note(
                f"read '{self.piece(before, pieces[-1] if end < len(pieces) else last)}' as "
                f"{self.piece(before)}({self.piece(*pieces[start:end])})"
                + (f"·{self.piece(*pieces[end:])}" if end < len(pieces) else "")
            )
        return end

    def _is_function_name(self, piece: tree.Node) -> bool:
        base = piece.base if isinstance(piece, tree.Scripted) else piece
        return isinstance(base, tree.Name) and base.kind != "letter" and self.vocabulary.is_function(base.name)

    def _with_index(self, head: tree.Scripted, name: tree.Name) -> str:
        """Take the base of a logarithm, log_2; any other index below a function is refused."""
        if head.below is None:
            return name.name
        if spelling(name.name) in {"log", "ln"} and name.name not in self.vocabulary.functions:
            base = self.of(head.below)
            if base == sp.E:
                return "ln"
            if base.is_Integer and 2 <= base <= 1000:
                return f"log_{base}"
            raise Trouble("the base of a logarithm is a whole number or e", head.below.span[0])
        raise Trouble(f"'{name.name}' with an index is not known", head.below.span[0])
