"""The code of a document, run in a player where it can do no harm: its asserts, and what it prints.

All pieces run in their order in one module, as a notebook does. An assert counts only when it was reached; what failed
before leaves what comes after it undecided, and what differs between two runs is not held against the document.
"""

import ast
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

from checks.documents.claims import Claim, LeftOut
from checks.documents.outputs import compare
from checks.documents.source import Code, Shown
from checks.submissions.player.cells import Cell, read
from checks.submissions.player.container import Limits
from checks.submissions.sandbox import IsolationError, Player, PlayerGoneError, Sandbox
from checks.verdict import Status

OUTPUT_KEPT = 4_000
"""A player keeps this many characters of the end of an output."""
STATEMENTS_LIMIT = 5_000
_REACHED, _HELD = "_audit_reached", "_audit_held"
_VALUE = "\x02value\x03"
"""Stands in an output between what an expression printed and its value."""


@dataclass
class Ran:
    """What came of one piece of code.

    Attributes
    ----------
    printed, value:
        What it printed, and the last expression's value as it prints; None where there is none.
    asserts:
        For each assert its line, its text, and what became of it: "held", "failed", or "" where it was not reached.
    problem:
        Why the piece did not run to its end.
    clean:
        Whether everything before it ran.
    """

    printed: str = ""
    value: str | None = None
    asserts: list[tuple[int, str, str]] = field(default_factory=list)
    problem: str = ""
    problem_line: int = 0
    clean: bool = True


def check_code(
    source: str, pieces: Sequence[Code], *, seconds: float, isolation: str
) -> tuple[list[Claim], list[LeftOut]]:
    """Run the code of a document, and hold its asserts and outputs against what happens.

    Parameters
    ----------
    source:
        The name of the document.
    pieces:
        Its code, in order.
    seconds:
        How long all of it may run, and a third of it each statement.
    isolation:
        As for `Sandbox`.

    Raises
    ------
    IsolationError
        The system has not what isolation needs.
    """
    if not any(piece.shown or _asserts(piece.source) for piece in pieces):
        return [], []
    again = first = _run(isolation, pieces, seconds, seed=1)
    if any(_differs(piece, ran) for piece, ran in zip(pieces, first, strict=True)):
        again = _run(isolation, pieces, seconds, seed=2)
    claims: list[Claim] = []
    left_out: list[LeftOut] = []
    for piece, ran, other in zip(pieces, first, again, strict=True):
        claims += _assert_claims(source, piece, ran, other)
        claims += [_output_claim(source, piece, shown, ran, other) for shown in piece.shown]
        if ran.problem and not (piece.shown or ran.asserts):
            line = ran.problem_line or piece.first
            left_out.append(LeftOut(source, _place(piece, line), "code", ran.problem))
    return claims, left_out


def _asserts(source: str) -> bool:
    return "assert" in source


def _place(piece: Code, line: int) -> str:
    return f"{piece.place}, line {line}" if piece.place else f"line {line}"


# -- running ---------------------------------------------------------------------------------------


def _run(isolation: str, pieces: Sequence[Code], seconds: float, *, seed: int) -> list[Ran]:
    """Run all pieces in a sandbox of their own, with what is left to chance drawn from a seed."""
    # Players draw the same each time, so that grades do not change; here another run has to draw something else.
    start = f"import numpy, random\nrandom.seed({seed})\nnumpy.random.seed({seed})\n"
    start += f"numpy.random.bit_generator.randbits = random.Random({seed}).getrandbits\ndel numpy, random\n"
    limits = Limits(wall_seconds=seconds, cpu_seconds=max(1, int(seconds)), memory_bytes=2 * 2**30)
    found: list[Ran] = []
    clean, gone, left = True, "", STATEMENTS_LIMIT
    with Sandbox(isolation, hash_seed=seed) as sandbox, sandbox.player(limits) as player:
        try:
            player.load([Cell("audit", f"{start}{_REACHED} = [0]\n{_HELD} = set()")], everything=True)
        except PlayerGoneError as error:
            gone = str(error)
        for piece in pieces:
            ran = Ran(clean=clean)
            found.append(ran)
            numbers: dict[int, int] = {}
            statements = _statements(piece, ran, numbers)
            left -= len(statements)
            gone = gone or ("it has more statements than the limit" if left < 0 else "")
            if not gone and not ran.problem:
                try:
                    _play(player, statements, numbers, ran, seconds / 3)
                except PlayerGoneError as error:
                    gone = str(error)
            ran.problem = ran.problem or (f"it was not run to its end: {gone}" if gone else "")
            clean = clean and not ran.problem
    return found


def _statements(piece: Code, ran: Ran, numbers: dict[int, int]) -> list[tuple[int, ast.stmt]]:
    """Return the statements of a piece with their lines; note its asserts, numbered by the ids of their trees."""
    reading = read([Cell("code", piece.source)])
    if reading.unread:
        ran.problem = f"it is no Python: {reading.unread[0].reason}"
        ran.problem_line = piece.first + reading.unread[0].line - 1
    elif any(magic.startswith(("!", "%%")) for magic in reading.magics):
        ran.problem = f"{reading.magics[0]} is not run"
    statements = []
    for one in reading.statements:
        shift = piece.first + one.line - one.node.lineno - 1
        for node in ast.walk(one.node):
            if isinstance(node, ast.Assert):
                numbers[id(node)] = len(ran.asserts)
                ran.asserts.append((node.lineno + shift, " ".join(ast.unparse(node).split())[:200], ""))
        statements.append((piece.first + one.line - 1, one.node))
    return statements


class _Watched(ast.NodeTransformer):
    """Notes each assert before it is tried, and after it held."""

    def __init__(self, numbers: dict[int, int]) -> None:
        self.numbers = numbers

    def visit_Assert(self, node: ast.Assert) -> list[ast.stmt]:
        """Put a note before an assert and one after it."""
        number = self.numbers[id(node)]
        return [*ast.parse(f"{_REACHED}[0] = {number}").body, node, *ast.parse(f"{_HELD}.add({number})").body]


def _play(
    player: Player, statements: Sequence[tuple[int, ast.stmt]], numbers: dict[int, int], ran: Ran, seconds: float
) -> None:
    """Run the statements of a piece one by one, until one fails."""
    failed = -1
    for line, node in statements:
        is_value = node is statements[-1][1] and isinstance(node, ast.Expr) and not _is_print(node.value)
        code = Cell("code", _code(node, numbers, is_value))
        loaded = player.load([code], everything=True, cell_seconds=seconds, more=True)
        if is_value and not loaded.failed:
            before, _, value = loaded.output.partition(_VALUE)
            ran.printed, ran.value = ran.printed + before, value or None
        else:
            ran.printed += loaded.output
        if loaded.failed or loaded.unread:
            _, _, kind, text = loaded.failed[0] if loaded.failed else ["", 0, "SyntaxError", loaded.unread[0][2]]
            if kind == "AssertionError":
                failed = next(iter(_numbers(player, f"print({_REACHED}[0])")), -1)
            missing = f" ({', '.join(loaded.missing)} is not installed here)" if loaded.missing else ""
            ran.problem = f"line {line} raised {kind}{f': {text}' if text else ''}"[:300] + missing
            ran.problem_line = line
            break
    if ran.asserts:
        outcome = dict.fromkeys(_numbers(player, f"print(*sorted({_HELD}))"), "held") | {failed: "failed"}
        ran.asserts = [(line, text, outcome.get(number, "")) for number, (line, text, _) in enumerate(ran.asserts)]
        player.load([Cell("audit", f"{_HELD}.clear()")], everything=True, more=True)


def _code(node: ast.stmt, numbers: dict[int, int], is_value: bool) -> str:
    """Return the text of a statement with its asserts watched; the value of an expression is printed behind a mark."""
    if is_value and isinstance(node, ast.Expr):
        show = f"__import__('builtins').print({_VALUE!r} + repr(value), end='')"
        return f"(lambda value: None if value is None else {show})({ast.unparse(node.value)})"
    watched = _Watched(numbers).visit(node)
    body = watched if isinstance(watched, list) else [watched]
    return ast.unparse(ast.fix_missing_locations(ast.Module(body, [])))


def _is_print(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


def _numbers(player: Player, code: str) -> list[int]:
    said = player.load([Cell("audit", code)], everything=True, more=True).output
    return [int(word) for word in said.split() if word.isdigit()]


# -- judging ---------------------------------------------------------------------------------------


def _differs(piece: Code, ran: Ran) -> bool:
    """Tell whether anything of a piece speaks against the document, so that a second run has to say the same."""
    return any(outcome == "failed" for _, _, outcome in ran.asserts) or any(
        _compared(shown, ran)[0] is Status.REFUTED for shown in piece.shown
    )


def _assert_claims(source: str, piece: Code, ran: Ran, again: Ran) -> list[Claim]:
    claims = []
    for (line, text, outcome), (_, _, other) in zip(ran.asserts, again.asserts, strict=True):
        if outcome == "held":
            status, reason = Status.AGREES, "The code was run, and the assert held."
        elif outcome == "failed" and other == "failed" and ran.clean:
            status, reason = Status.REFUTED, f"The code was run, and the assert failed: {ran.problem}."
        elif outcome == "failed":
            why = "something before it did not run" if not ran.clean else "it does not fail in every run"
            status, reason = Status.UNDECIDED, f"The assert failed, but {why}."
        elif ran.problem:
            status, reason = Status.UNDECIDED, f"Not reached: {ran.problem}."
        else:
            status, reason = Status.UNDECIDED, "Not reached: the code ran without coming to it."
        claims.append(Claim(source, _place(piece, line), text, status, reason))
    return claims


def _output_claim(source: str, piece: Code, shown: Shown, ran: Ran, again: Ran) -> Claim:
    place = _place(piece, shown.line) if shown.line else f"{piece.place}, output"
    what = " ".join(shown.text.split())
    claim = f"prints {what if len(what) <= 160 else what[:157] + '…'}"
    status, reason = _compared(shown, ran)
    if status is Status.REFUTED:
        if not ran.clean:
            status, reason = Status.UNDECIDED, f"Something before it did not run. {reason}"
        elif (ran.printed, ran.value) != (again.printed, again.value):
            status, reason = Status.UNDECIDED, f"It changes from run to run. {reason}"
        else:
            reason = f"{reason} (Python {platform.python_version()}, NumPy {version('numpy')})"
    return Claim(source, place, claim, status, reason)


def _compared(shown: Shown, ran: Ran) -> tuple[Status, str]:
    """Hold an output against what a piece printed, or against its value where the document shows that."""
    if shown.text.startswith("Traceback"):
        error = shown.text.strip().split("\n")[-1]
        if ran.problem and error.partition(":")[0] in ran.problem:
            return Status.AGREES, f"The code was run, and raised this error: {ran.problem}."
        return Status.UNDECIDED, f"An error is shown, and {ran.problem or 'the code ran without one'}."
    if ran.problem:
        return Status.UNDECIDED, f"Not compared: {ran.problem}."
    if shown.is_value is True:
        printed = ran.value or ""
    elif shown.is_value is False:
        printed = ran.printed
    else:
        printed = ran.printed + (ran.value or "") if not (ran.printed and ran.value) else ran.printed
        both = f"{ran.printed}\n{ran.value or ''}"
        if ran.value and compare(shown.text, both)[0] is Status.AGREES:
            printed = both
    if not printed.strip():
        return Status.UNDECIDED, "Not compared: the code prints nothing."
    return compare(shown.text, printed, is_whole=len(printed) < OUTPUT_KEPT)


__all__ = ["IsolationError", "check_code"]
