"""Ten thousand random byte strings and ten thousand mutated formulas: each is answered, in time, and none is run.

The strings are judged in a process of their own. An audit hook of the interpreter, which nothing can take off again,
ends that process with the name of the event as soon as text is compiled or run, a file that is no module of Python is
opened, or a program or a connection is started; a watchdog ends it when one answer takes longer than its limit and a
long grace. The strings come from seeds, so that a failure is repeated by the number of its string:

    python tests/checks/test_formulas_fuzz.py mutated 0 10000 [--from 4711 --show]
"""

import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "formula_pairs"
SECONDS = 1.0
GRACE = 120.0
"""What an answer may take beyond its limit before it counts as a hang; the machine may be busy."""

SIGNS = "xyzσ\\{}()[]|_^+-*/=<>.,'0123456789 eπ∑√ŷ²ᵀ&%#@!~$\n\t\u0302𝟙∂−·×½∞≤≠⊙ℝıſﬀ\u202e\u200b\ud800\U0001d465"
PARTS = [
    r"\frac", r"\sum", r"\left(", r"\right)", "**", "np.", r"\begin{cases}", r"\end{cases}", r"\\", "1[", "max(",
    " if ", " else ", "for i in range(n)", r"\hat", ".T", r"\sqrt", "_{", "^{", "||", "log", r"\partial", "^99", "^-1",
    "**256", "^(1/2)", "e^", "10^9", "!", "''", "__import__('os').system('true')", "().__class__", "eval(", "lambda:",
    "1e400", "0/0", "^(x^x)", "σ(", "\u0660", "d/dx ",
]  # fmt: skip
BRACKETS = "()[]{}|"


def rows() -> list[dict[str, Any]]:
    """Return the pairs of all tables."""
    return [
        json.loads(line) for path in sorted(FOLDER.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()
    ]


def from_bytes(number: int) -> tuple[str, str, list[str]]:
    """Return random bytes as a program may meet them: as UTF-8 with what is none of it kept, or as Latin-1."""
    generator = random.Random(f"bytes {number}")
    data = generator.randbytes(generator.randint(0, 80))
    if number % 4 == 1:
        data = bytes(generator.choice(b"xyz0123456789()[]{}^_+-*/\\|.,' =<>") for _ in data)
    text = data.decode(*(("latin-1",) if number % 4 == 2 else ("utf-8", "surrogateescape")))
    return text, generator.choice(["x", text, "x_i", "σ(x)"]), generator.choice([[], [], [], ["x positive"], [text]])


def mutated(text: str, other: str, generator: random.Random) -> str:
    """Return a formula with one to three places changed."""
    for _ in range(generator.choice((1, 1, 2, 3))):
        start = generator.randint(0, len(text))
        end = min(len(text), start + generator.randint(1, 6))
        kind = generator.randrange(8)
        piece = text[start:end]
        if kind == 0:  # delete
            text = text[:start] + text[end:]
        elif kind == 1:  # insert
            text = text[:start] + generator.choice(SIGNS) + text[start:]
        elif kind == 2:  # insert a part of the language
            text = text[:start] + generator.choice(PARTS) + text[start:]
        elif kind == 3:  # duplicate
            text = text[:end] + piece * generator.choice((1, 1, 2, 20)) + text[end:]
        elif kind == 4:  # swap with what follows
            text = text[:start] + text[end : end + 3] + piece + text[end + 3 :]
        elif kind == 5:  # graft
            begin = generator.randint(0, len(other))
            text = text[:start] + other[begin : begin + generator.randint(1, 12)] + text[end:]
        elif kind == 6:  # brackets
            text = text[:start] + generator.choice(BRACKETS) + piece + generator.choice(BRACKETS) + text[end:]
        else:  # exponents
            text = (
                text[:start] + generator.choice(["^2", "^3", "^{12}", "**7", "²", "^-1", "^x", "^{1/2}"]) + text[start:]
            )
    return text


def from_tables(number: int, table: list[dict[str, Any]]) -> tuple[str, str, list[str]]:
    """Return a mutated formula of the tables beside the formula that it was compared with there."""
    generator = random.Random(f"mutated {number}")
    row, other = generator.choice(table), generator.choice(table)
    side, kept = generator.choice([("left", "right"), ("right", "left")])
    given = list(row["given"])
    if given and number % 10 == 0:
        given[0] = mutated(given[0], other["left"], generator)
    return mutated(row[side], other[side], generator), row[kept], given


# -- the process that is watched -------------------------------------------------------------------

WATCHED = (
    "open", "exec", "compile", "os.", "subprocess.", "socket.", "shutil.", "pty.", "ctypes.dlopen", "pickle.",
    "marshal.", "urllib.", "tempfile.", "webbrowser.", "code.", "builtins.input",
)  # fmt: skip
MODULES = (".py", ".pyc", ".so")
TEMPLATES = (str(Path("sympy", "polys", "monomials.py")),)
"""SymPy's products of monomials: compiled from a template into which only a number of variables goes."""


class Watch:
    """What the process does: which string it is at, since when, and whether events are forbidden yet."""

    def __init__(self) -> None:
        self.number = -1
        self.since = time.monotonic()
        self.armed = False
        self.text = ""

    def hook(self, event: str, arguments: tuple[object, ...]) -> None:
        """End the process when text from outside is about to act."""
        if not self.armed or not event.startswith(WATCHED):
            return
        if event == "open":
            allowed = str(arguments[0]).endswith(MODULES) and arguments[1] in ("r", "rb", None)
        elif event in {"compile", "exec"}:
            of_a_module = event == "exec" and Path(str(getattr(arguments[0], "co_filename", ""))).suffix == ".py"
            allowed = of_a_module or sys._getframe(1).f_code.co_filename.endswith(TEMPLATES)
        else:
            allowed = event in {"os.listdir", "os.scandir"}  # the import machinery looks for modules
        if not allowed:
            self.armed = False
            self.end(f"the event {event} {arguments!r:.200} was caused")

    def end(self, reason: str) -> None:
        """Say what was wrong and end the process at once."""
        sys.stdout.write(json.dumps({"failure": f"string {self.number}, {self.text!r}: {reason}"}) + "\n")
        sys.stdout.flush()
        import os

        os._exit(1)

    def wait(self) -> None:
        """End the process when an answer does not come."""
        while True:
            time.sleep(0.5)
            if self.armed and time.monotonic() - self.since > SECONDS * 1.5 + GRACE:
                self.armed = False
                self.end("no answer came within the limit")


def judged(
    make: Callable[[int], tuple[str, str, list[str]]], start: int, stop: int, *, planted: bool, show: bool
) -> None:
    """Judge the strings of these numbers and print what was found as one JSON object."""
    from checks.formulas import answer
    from checks.verdict import Status

    for text in ("||x", r"\alpha||x", "np.||x", "||x**2"):  # the second grammar of each surface, built at its first use
        answer(text, "x")
    for row in rows()[::6]:  # what is imported at first use
        answer(row["left"], row["right"], row["given"], seconds=SECONDS)
    watch = Watch()
    sys.addaudithook(watch.hook)
    threading.Thread(target=watch.wait, daemon=True).start()
    found: Counter[str] = Counter()
    slow: list[tuple[float, int]] = []
    for number in range(start, stop):
        left, right, given = make(number)
        watch.number, watch.text, watch.since = number, left, time.monotonic()
        watch.armed = True
        if planted and number == start + 3:
            eval("1 + 1")
        one = answer(left, right, given, seconds=SECONDS)
        watch.armed = False
        slow.append((time.monotonic() - watch.since, number))
        status = str(one.verdict.status)
        found[status] += 1
        if one.verdict.status is Status.FAULT or not one.verdict.reason:
            watch.end(f"{one.verdict.reason} {one.verdict.evidence} against {right!r}, given {given}")
        json.dumps(one.to_json())
        if show:
            print(number, repr(left), "|", repr(right), given, status, one.verdict.reason, file=sys.stderr)
    slow.sort(reverse=True)
    print(json.dumps({"counts": found, "slowest": slow[:10], "seconds": sum(t for t, _ in slow)}))


def in_a_process(*arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, __file__, *arguments], capture_output=True, text=True, check=False, timeout=3600
    )
    assert done.stdout, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert "failure" not in found, found["failure"]
    assert done.returncode == 0, done.stderr[-2000:]
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "readable"), [("bytes", 30), ("mutated", 1000)])
def test_ten_thousand_strings_are_answered_in_time_and_none_is_run(kind: str, readable: int) -> None:
    found = in_a_process(kind, "0", "10000")
    counts = Counter(found["counts"])
    assert counts.total() == 10_000
    assert counts["fault"] == 0
    assert counts.total() - counts["unreadable"] >= readable


def test_the_watch_sees_text_that_is_run() -> None:
    with pytest.raises(AssertionError, match=r"string 3.*the event (compile|exec)"):
        in_a_process("mutated", "0", "6", "--planted")


def main() -> None:
    """Judge the strings of one kind from one number to another."""
    kind, start, stop = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    table = rows()
    make = from_bytes if kind == "bytes" else lambda number: from_tables(number, table)
    judged(make, start, stop, planted="--planted" in sys.argv, show="--show" in sys.argv)


if __name__ == "__main__":
    main()
