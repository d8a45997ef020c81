"""Equality of typed formulas: ours beside SymPy's `simplify` and `equals`, math-verify and mitx-grading-library.

    python benchmarks/formula_equality.py [--limit N]

All judge the same scalar pairs of `tests/formula_pairs`. SymPy is given the expressions that our reader made, with the
declared assumptions, so that only the decision is compared; math-verify and mitx are given the text. Counted are right
answers, false `equal`, false `different`, no answer, and the time.
"""

import argparse
import importlib.util
import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sympy as sp

from checks.formulas import equal
from checks.formulas.equality import read_both
from checks.verdict import Status

FOLDER = Path(__file__).parents[1] / "tests" / "formula_pairs"
SECONDS = 5.0
Judge = Callable[[dict[str, Any]], bool | None]


class TooSlowError(BaseException):
    """The time limit for one pair; no Exception, so that SymPy does not catch it."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise TooSlowError in the block after this time."""

    def stop(*_: object) -> None:
        raise TooSlowError

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def pairs() -> list[dict[str, Any]]:
    """Return the scalar pairs of which it is known whether they are equal."""
    found = []
    for name in ("calculus", "domains", "piecewise"):
        rows = (json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())
        found += [row for row in rows if row["expected"] in {"equal", "unequal"}]
    return found


def ours(row: dict[str, Any]) -> bool | None:
    """Return what `equal` proves or refutes."""
    status = equal(row["left"], row["right"], row["given"], seconds=SECONDS).status
    return {Status.PROVED: True, Status.REFUTED: False}.get(status)


def difference(row: dict[str, Any]) -> sp.Expr:
    """Return left - right as our reader understands them."""
    sides = read_both(row["left"], row["right"], row["given"])
    return (sides.left.expression - sides.right.expression).doit()


def by_simplify(row: dict[str, Any]) -> bool | None:
    """Ask SymPy to simplify the difference to 0."""
    return bool(sp.simplify(difference(row)) == 0)


def by_equals(row: dict[str, Any]) -> bool | None:
    """Ask SymPy's `equals`."""
    found = difference(row).equals(0)
    return None if found is None else bool(found)


def by_math_verify(row: dict[str, Any]) -> bool | None:
    """Ask math-verify about the LaTeX."""
    from math_verify import parse, verify  # type: ignore[import-not-found]

    return bool(verify(parse(f"${row['left']}$"), parse(f"${row['right']}$")))


def by_mitx(row: dict[str, Any]) -> bool | None:
    """Ask the sampling grader of mitx-grading-library."""
    from mitxgraders import FormulaGrader, RealInterval  # type: ignore[import-not-found]

    sides = read_both(row["left"], row["right"], row["given"])
    names = sorted(set(sides.left.names) | set(sides.right.names))
    grader = FormulaGrader(
        answers=row["left"], variables=names, sample_from=dict.fromkeys(names, RealInterval([0.1, 3]))
    )
    return bool(grader(None, row["right"])["ok"])


def run(name: str, judge: Judge, rows: list[dict[str, Any]]) -> str:
    """Judge all pairs and return a line of the table."""
    counts: Counter[str] = Counter()
    times = []
    for row in rows:
        wanted = row["expected"] == "equal"
        begin = time.perf_counter()
        try:
            with limited(SECONDS + 1):
                said = judge(row)
        except TooSlowError:
            said = None
            counts["too slow"] += 1
        except Exception:  # a judge that fails on a pair has no answer
            said = None
        times.append(time.perf_counter() - begin)
        counts[
            "right" if said == wanted else "none" if said is None else "false equal" if said else "false different"
        ] += 1
    times.sort()
    columns = [f"{counts[key]:>6}" for key in ("right", "false equal", "false different", "none", "too slow")]
    return (
        f"{name:22}{''.join(f'{c:>17}' for c in columns)}{sum(times):10.1f} s{1000 * times[len(times) // 2]:10.1f} ms"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=0, help="only so many pairs, spread over the table")
    limit = parser.parse_args().limit
    rows = pairs()
    rows = rows[:: max(1, len(rows) // limit)] if limit else rows
    print(f"{len(rows)} pairs, {sum(row['expected'] == 'equal' for row in rows)} of them equal")
    headings = ("right", "false equal", "false different", "no answer", "too slow")
    print(f"{'':22}{''.join(f'{h:>17}' for h in headings)}{'time':>12}{'median':>13}")
    ours(rows[0])  # the grammars are built once
    for name, judge, module in (
        ("gradproof", ours, None),
        ("simplify(a - b) == 0", by_simplify, None),
        ("(a - b).equals(0)", by_equals, None),
        ("math-verify", by_math_verify, "math_verify"),
        ("mitx-grading-library", by_mitx, "mitxgraders"),
    ):
        if module is not None and importlib.util.find_spec(module) is None:
            print(f"{name:22}{'not installed':>17}")
            continue
        print(run(name, judge, rows), flush=True)


if __name__ == "__main__":
    sys.exit(main())
