r"""LaTeX before it is parsed: macros are expanded, spacing is dropped, and `\frac12` gets its braces.

Every character of the result knows the column of the student's text that it came from; what a macro brings in comes
from the place where the macro is called.
"""

import re
from dataclasses import dataclass

from derive.reading.errors import Trouble, UnreadableError
from derive.reading.limits import EXPANDED_LENGTH, MACROS
from derive.reading.source import Source

Piece = tuple[str, int]  # a command, or one character, and its column

_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|.", re.DOTALL)
_SPACING = (
    ", ; : ! > left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm middle quad qquad ( ) [ ] "
    "displaystyle textstyle scriptstyle limits nolimits nonumber notag thinspace medspace thickspace enspace rm bf it "
    "negthinspace mathstrut strut allowbreak null relax mathopen mathclose mathbin mathrel mathord mathinner "
    "ensuremath normalsize small"
)
_DROPPED = frozenset(f"\\{name}" for name in _SPACING.split()) | {"\\ "}
_WITH_ARGUMENT = frozenset(
    {"\\phantom", "\\hphantom", "\\vphantom", "\\label", "\\tag", "\\hspace", "\\vspace", "\\mspace"}
)
_DEFINITION = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|DeclareMathOperator)\*?\s*\{?\s*(\\[A-Za-z]+)\s*\}?\s*(?:\[(\d)\])?\s*"
    r"|\\def\s*(\\[A-Za-z]+)\s*((?:#\d)*)\s*"
)


@dataclass(frozen=True)
class _Macro:
    arguments: int
    body: str
    operator: bool = False


def macros_of(preamble: str) -> dict[str, _Macro]:
    r"""Return the macros that a preamble defines with \newcommand, \renewcommand, \def or \DeclareMathOperator.

    Raises
    ------
    UnreadableError
        A definition is not understood, or there are too many; it points into the preamble.
    """
    if len(preamble) > EXPANDED_LENGTH:
        raise UnreadableError(f"the preamble is longer than {EXPANDED_LENGTH} characters", preamble, EXPANDED_LENGTH)
    found: dict[str, _Macro] = {}
    position = 0
    while match := _DEFINITION.search(preamble, position):
        name = match.group(1) or match.group(3)
        body, position = _braced(preamble, match.end())
        count = int(match.group(2) or 0) if match.group(1) else len(match.group(4)) // 2
        found[name] = _Macro(count, body, "DeclareMathOperator" in match.group(0))
        if len(found) > MACROS:
            raise UnreadableError(f"the preamble defines more than {MACROS} macros", preamble, match.start())
    return found


def _braced(text: str, start: int) -> tuple[str, int]:
    if start >= len(text) or text[start] != "{":
        raise UnreadableError("the definition of a macro needs a body in braces", text, start, "{")
    depth = 0
    for position in range(start, len(text)):
        if text[position] in "{}" and (position == 0 or text[position - 1] != "\\"):
            depth += 1 if text[position] == "{" else -1
            if depth == 0:
                return text[start + 1 : position], position + 1
    raise UnreadableError("the body of the macro is never closed", text, start, "}")


def prepare_latex(source: Source, preamble: str) -> Source:
    """Return the source with macros expanded and what only spaces the page taken out."""
    macros = macros_of(preamble)
    pieces = [(match.group(), source.column(match.start())) for match in _TOKEN.finditer(source.prepared)]
    try:
        expanded = _expanded(pieces, macros)
        dressed = _with_braces(_without_spacing(expanded))
    except Trouble as trouble:
        raise UnreadableError(trouble.message, source.text, trouble.position, trouble.expected) from None
    signs: list[str] = []
    origin: list[int] = []
    for text, column in dressed:
        separated = text + " " if text.startswith("\\") and text[-1].isalpha() else text
        signs.append(separated)
        step = int(source.text[column : column + len(text)] == text)
        origin.extend(column + step * place for place in range(len(separated)))
    prepared = "".join(signs)
    trimmed = re.sub(r"[\s.,;]+$", "", prepared)
    return Source(source.text, trimmed, tuple(origin[: len(trimmed)]))


def _expanded(pieces: list[Piece], macros: dict[str, _Macro]) -> list[Piece]:
    """Expand macros; the total length is bounded, so one that calls itself ends with a refusal."""
    waiting = pieces[::-1]
    done: list[Piece] = []
    spent = 0
    while waiting:
        text, column = waiting.pop()
        macro = macros.get(text)
        if macro is None:
            done.append((text, column))
            continue
        arguments = [_argument(waiting, text, column) for _ in range(macro.arguments)]
        body = f"\\operatorname{{{macro.body}}}" if macro.operator else macro.body
        replaced: list[Piece] = []
        parts = _TOKEN.findall(body)
        skip = False
        for place, part in enumerate(parts):
            if skip:
                skip = False
            elif part == "#" and place + 1 < len(parts) and parts[place + 1].isdigit():
                number = int(parts[place + 1])
                if not 1 <= number <= macro.arguments:
                    raise Trouble(f"the macro {text} has no argument #{number}", column)
                replaced.extend(arguments[number - 1])
                skip = True
            else:
                replaced.append((part, column))
        spent += len(replaced) + 1
        if spent > EXPANDED_LENGTH:
            raise Trouble(f"the macro {text} expands without end", column)
        waiting.extend(replaced[::-1])
    return done


def _argument(waiting: list[Piece], command: str, column: int) -> list[Piece]:
    """Take one argument off the pieces that wait: a braced group without its braces, or one piece."""
    while waiting and waiting[-1][0].isspace():
        waiting.pop()
    if not waiting:
        raise Trouble(f"{command} needs an argument", column, "{")
    if waiting[-1][0] != "{":
        return [waiting.pop()]
    depth = 0
    taken: list[Piece] = []
    while waiting:
        piece = waiting.pop()
        depth += (piece[0] == "{") - (piece[0] == "}")
        taken.append(piece)
        if depth == 0:
            return taken[1:-1]
    raise Trouble(f"the argument of {command} is never closed", column, "}")


def _without_spacing(pieces: list[Piece]) -> list[Piece]:
    waiting = pieces[::-1]
    kept: list[Piece] = []
    while waiting:
        text, column = waiting.pop()
        if text == "\\end":
            while kept and (kept[-1][0].isspace() or kept[-1][0] in ".;,"):
                kept.pop()
            kept.append((text, column))
        elif text in {"\\left", "\\right"}:
            while waiting and waiting[-1][0].isspace():
                waiting.pop()
            if waiting and waiting[-1][0] == ".":
                waiting.pop()
        elif text in _WITH_ARGUMENT:
            _argument(waiting, text, column)
        elif text in {"~", "$"} or text in _DROPPED:
            kept.append((" ", column))
        elif text == "%":
            while waiting and waiting[-1][0] != "\n":
                waiting.pop()
        else:
            kept.append((text, column))
    return kept


def _with_braces(pieces: list[Piece]) -> list[Piece]:
    r"""Put braces around single arguments, \frac12 and \sqrt2, as TeX takes them."""
    waiting = pieces[::-1]
    done: list[Piece] = []
    while waiting:
        text, column = waiting.pop()
        done.append((text, column))
        if re.fullmatch(r"\\[dtc]?frac|\\sqrt", text):
            count = 1 if text == "\\sqrt" else 2
            if text == "\\sqrt":
                _degree(waiting, done)
            arguments: list[Piece] = []
            for _ in range(count):
                while waiting and waiting[-1][0].isspace():
                    waiting.pop()
                place = waiting[-1][1] if waiting else column
                if waiting and waiting[-1][0] in {"}", ")", "&", "+", "-", "^", "_"}:
                    raise Trouble(f"{text} needs {'two arguments' if count == 2 else 'an argument'}", place, "{")
                braced = bool(waiting) and waiting[-1][0] == "{"
                inner = _single(waiting, text, column)
                close = inner[-1][1] + (1 if braced else 0) if inner else place
                arguments += [("{", place), *inner, ("}", close)]
            waiting.extend(arguments[::-1])
            # What was put in braces is looked at again, for a fraction inside a fraction.
    return done


def _single(waiting: list[Piece], command: str, column: int) -> list[Piece]:
    inner = _argument(waiting, command, column)
    if len(inner) == 1 and re.fullmatch(
        r"\\(?:hat|bar|tilde|widehat|overline|mathbf|mathrm|boldsymbol|vec|bm)", inner[0][0]
    ):
        place = inner[0][1]
        return [*inner, ("{", place), *_argument(waiting, command, column), ("}", place)]
    return inner


def _degree(waiting: list[Piece], done: list[Piece]) -> None:
    while waiting and waiting[-1][0].isspace():
        waiting.pop()
    if waiting and waiting[-1][0] == "[":
        while waiting:
            piece = waiting.pop()
            done.append(piece)
            if piece[0] == "]":
                return
