"""One parser for each surface: LALR, built at its first use; and the words for what it did not expect."""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from derive.reading import tree
from derive.reading.build import Builder
from derive.reading.errors import Trouble
from derive.reading.limits import DEPTH, TOKENS

SURFACES = ("latex", "python", "plain")

_OPENING = {"LPAR": ")", "LBRACKET": "]", "LBRACE": "}", "BAROPEN": "|", "NORMOPEN": "‖", "LSET": "\\}"}
_CLOSING = {"RPAR": ")", "RBRACKET": "]", "RBRACE": "}", "BARCLOSE": "|", "NORMCLOSE": "‖", "RSET": "\\}"}
_ENDS_OPERAND = frozenset(
    [
        "NUMBER",
        "NAME",
        "RPAR",
        "RBRACKET",
        "RBRACE",
        "RSET",
        "BARCLOSE",
        "NORMCLOSE",
        "PRIMES",
        "RAISED",
        "LOWERED",
        "COMMAND",
        "WORD",
        "UPRIGHT",
        "PARTIAL",
        "ENDCASES",
    ]
)
_CATEGORIES = {
    "a number, a name or a bracket": {"NUMBER", "NAME", "LPAR", "WORD", "COMMAND"},
    "an operator": {"OPERATOR", "PLUS", "CARET", "POWER"},
    "a closing bracket": {"RPAR", "RBRACKET", "RBRACE", "BARCLOSE", "NORMCLOSE", "RSET"},
    "a comma": {"COMMA"},
    "the end": {"$END"},
    "else": {"_ELSE"},
}


class _Brackets:
    """Between lexer and parser: tells opening bars from closing ones, pairs the brackets, counts the tokens."""

    always_accept = ("BARS",)  # Lark would drop a terminal that no rule names

    def __init__(self, single: bool) -> None:
        self.single = single  # whether || is two bars, as in ||x| - 1|, and not the bars of a norm

    def process(self, stream: Iterable[Token]) -> Iterator[Token]:
        open_: list[Token] = []
        previous: Token | None = None
        for count, found in enumerate(stream):
            token = found
            if count > TOKENS:
                raise Trouble(f"the formula has more than {TOKENS} parts", token.start_pos)
            if token.type == "BARS" and self.single and str(token) == "||":
                start = token.start_pos or 0
                first, token = (Token("BARS", "|", place, end_pos=place + 1) for place in (start, start + 1))
                previous = _bar(first, open_, previous)
                _paired(previous, open_)
                yield previous
                token = _bar(token, open_, previous)
            elif token.type == "BARS":
                ended = previous is not None and previous.type in _ENDS_OPERAND
                if str(token) in {"||"} and ended and open_ and open_[-1].type == "BAROPEN":
                    previous = Token.new_borrow_pos("BARCLOSE", "|", token)  # |x - |y||, or |x||y|
                    open_.pop()
                    yield previous
                    token = Token.new_borrow_pos("BARS", "|", token)
                token = _bar(token, open_, previous)
            _paired(token, open_)
            previous = token
            yield token
        if open_:
            raise Trouble(f"the bracket '{open_[-1]}' is never closed", open_[-1].start_pos, _OPENING[open_[-1].type])


def _paired(token: Token, open_: list[Token]) -> None:
    if token.type in _OPENING:
        open_.append(token)
        if len(open_) > DEPTH:
            raise Trouble(f"the brackets are nested more than {DEPTH} deep", token.start_pos)
    elif token.type in _CLOSING:
        _close(token, open_)


def _bar(token: Token, open_: list[Token], previous: Token | None) -> Token:
    double = str(token) in {"||", "‖", r"\|", r"\Vert"}
    inside = bool(open_) and open_[-1].type == ("NORMOPEN" if double else "BAROPEN")
    after_operand = previous is not None and previous.type in _ENDS_OPERAND
    closes = inside and after_operand
    kind = ("NORM" if double else "BAR") + ("CLOSE" if closes else "OPEN")
    return Token.new_borrow_pos(kind, str(token), token)


def _close(token: Token, open_: list[Token]) -> None:
    if not open_:
        raise Trouble(f"the bracket '{token}' was never opened", token.start_pos, "an operator or the end")
    opening = open_.pop()
    if _OPENING[opening.type] != _CLOSING[token.type]:
        raise Trouble(f"the bracket '{opening}' is closed by '{token}'", token.start_pos, f"'{_OPENING[opening.type]}'")


@cache
def _parser(surface: str, single_bars: bool = False) -> Lark:
    grammar = files("derive.reading").joinpath(f"{surface}.lark").read_text(encoding="utf-8")
    return Lark(
        grammar,
        parser="lalr",
        lexer="basic",
        transformer=Builder(),
        postlex=_Brackets(single_bars),
        maybe_placeholders=False,
        cache=False,
    )


def parse(prepared: str, surface: str) -> tree.Node:
    """Return the syntax tree of a prepared text.

    Raises
    ------
    Trouble
        The text is no formula of this surface; with the position and what was expected.
    """
    try:
        node: Any = _parser(surface).parse(prepared)
    except (UnexpectedInput, Trouble) as error:
        if "||" in prepared and (nested := _with_nested_bars(prepared, surface)) is not None:
            return nested
        if isinstance(error, Trouble):
            raise
        raise _in_words(error, prepared, surface) from None
    assert isinstance(node, tree.Node)
    return node


def _with_nested_bars(prepared: str, surface: str) -> tree.Node | None:
    """Read ||x| - 1|, which with the bars of a norm is no formula."""
    try:
        node: Any = _parser(surface, single_bars=True).parse(prepared)
    except (UnexpectedInput, Trouble):
        return None
    assert isinstance(node, tree.Node)
    return node


def _in_words(error: UnexpectedInput, prepared: str, surface: str) -> Trouble:
    end = len(prepared.rstrip())
    if isinstance(error, UnexpectedCharacters):
        return _unknown_character(prepared, error.pos_in_stream or 0, surface)
    if isinstance(error, UnexpectedToken):
        expected = _expected(error.expected)
        token = error.token
        if token.type == "$END":
            return Trouble("the formula ends too early", end, expected)
        return _unexpected(token, expected, surface)
    assert isinstance(error, UnexpectedEOF)
    return Trouble("the formula ends too early", end)


def _expected(terminals: Iterable[str]) -> str:
    wanted = set(terminals)
    words = [words for words, names in _CATEGORIES.items() if names & wanted]
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _unexpected(token: Token, expected: str, surface: str) -> Trouble:
    position = token.start_pos or 0
    if surface == "python":
        if token.type == "ASSIGN":
            return Trouble("a formula is read without '='; give the side that is meant", position)
        if token.type in {"NAME", "NUMBER"}:
            return Trouble(f"an operator is missing before '{token}': Python needs * for a product", position, expected)
    if str(token) == "=":
        return Trouble("a formula is read without '='; give the side that is meant", position, expected)
    return Trouble(f"'{token}' cannot stand here", position, expected)


def _unknown_character(prepared: str, position: int, surface: str) -> Trouble:
    sign = prepared[position : position + 1]
    if surface == "python" and sign == "^":
        return Trouble("'^' is not a power in Python; write **", position, "**")
    if sign == "\\":
        return Trouble("a command of LaTeX cannot stand here", position)
    if sign in "\"'":
        return Trouble("quoted text has no place in a formula", position)
    return Trouble(f"the character '{sign}' has no place in a formula", position)
