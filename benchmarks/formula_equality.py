"""Equality of typed formulas: ours beside mitx-grading-library, math-verify and SymPy, on the same pairs in one run.

    pip install -e '.[bench]'
    PYTHONPATH=/a/checkout/of/mitx-grading-library python benchmarks/formula_equality.py [--limit N] [--write FILE]

All pairs of `tests/formula_pairs` of which it is known whether they are equal go, one after another, to every judge,
each in a process of its own with one thread and a limit of time for each pair; a process that hangs is ended, and the
pair counts as undecided. Each peer is used as its documentation says and in its own language (`formula_translation`).
What a peer cannot take by nature is counted apart and never as wrong. mitx-grading-library is no package of an index:
it is used from a checkout, and left out where there is none. `--write` puts the tables into a document, as
docs/formula-verdicts-compared.md is made.
"""

import argparse
import json
import os
import platform
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checks.bounded import Bounded, EndedError, LateError

FOLDER = Path(__file__).parents[1] / "tests" / "formula_pairs"
SCALARS = ("calculus", "domains", "piecewise")
LIMIT = 5.0
GRACE = 1.0
COLUMNS = ("right", "false equal", "false different", "undecided", "unreadable", "not taken")
ORDER = ("Ours", "Mitx", "MathVerify", "SimplifyLatex", "Simplify", "Equals")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass
class Score:
    """What one judge said about the pairs of one kind."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, row: dict[str, Any], word: str, seconds: float) -> None:
        """Count an answer."""
        wanted = "equal" if row["expected"] == "equal" else "different"
        kind = "right" if word == wanted else f"false {word}" if word in {"equal", "different"} else word
        self.counts[kind] += 1
        if kind != "not taken":
            self.seconds.append(seconds)
        if kind.startswith("false"):
            self.wrong.append(
                f"{kind}: `{row['left']}` and `{row['right']}`, given {', '.join(row['given'][:3]) or 'nothing'}"
            )

    def cells(self) -> list[str]:
        """Return the columns of the table."""
        times = sorted(self.seconds) or [0.0]
        return [
            *(str(self.counts[column]) for column in COLUMNS),
            f"{1000 * times[len(times) // 2]:.1f} ms",
            f"{1000 * times[min(len(times) - 1, int(0.99 * len(times)))]:.0f} ms",
            f"{sum(times):.1f} s",
        ]


def pairs(limit: int) -> list[dict[str, Any]]:
    """Return the pairs of which it is known whether they are equal; with a limit so many, spread over the tables."""
    found = []
    for path in sorted(FOLDER.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        found += [{**row, "arrays": path.stem == "arrays"} for row in rows if row["expected"] in {"equal", "unequal"}]
    return found[:: max(1, len(found) // limit)] if limit else found


def ask(process: Bounded, judge: str, row: dict[str, Any] | None) -> Any:
    """Return the answer of a judge; one that hangs or falls has decided nothing."""
    try:
        return json.loads(process.ask(json.dumps([judge, row]), LIMIT + GRACE if row else 120))
    except LateError:
        return "undecided", LIMIT
    except EndedError as error:
        if not process.answered or row is None:
            raise
        print(f"{judge} fell: {error}", file=sys.stderr)
        return "undecided", LIMIT


def judges() -> dict[str, tuple[Bounded, str]]:
    """Return the judges that are installed, each with its process and its version."""
    found = {}
    for name in ORDER:
        process = Bounded("formula_peers", memory=4096)
        try:
            found[name] = (process, ask(process, name, None))
        except EndedError as error:
            print(f"{name} is left out: {str(error).splitlines()[-1:]}", file=sys.stderr)
    return found


def table(title: str, scores: dict[str, Score], names: dict[str, str]) -> list[str]:
    """Return the lines of a table in Markdown."""
    lines = [f"### {title}", "", f"| | {' | '.join(COLUMNS)} | median | 99 % | total |", "|---|" + "---:|" * 9]
    return [*lines, *(f"| {names[judge]} | {' | '.join(score.cells())} |" for judge, score in scores.items()), ""]


def report(scores: dict[bool, dict[str, Score]], versions: dict[str, str], count: Counter[bool]) -> str:
    """Return the document."""
    from formula_peers import JUDGES

    names = {judge: JUDGES[judge].name for judge in versions}
    lines = [
        "# Verdicts on formulas, beside those of others",
        "",
        "Made by `python benchmarks/formula_equality.py --write docs/formula-verdicts-compared.md`; see there how each",
        "judge is used. All judges got the same pairs in one run, one after another, each in a process with one thread",
        f"and {LIMIT:g} s for a pair. The pairs are those of `tests/formula_pairs` of which it is known whether they",
        "are equal. They are our own: they show what each judge is made for, and not who is better in general.",
        "",
        f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} processors, "
        + ", ".join(dict.fromkeys(f"{JUDGES[judge].package} {version}" for judge, version in versions.items()))
        + ".",
        "",
        *table(f"{count[False]} pairs of numbers: calculus, domains, piecewise", scores[False], names),
        *table(f"{count[True]} pairs of arrays: matrices, indices, sums", scores[True], names),
        "- *false different* counts for `simplify(…) == 0` what it did not bring to 0: it has no other way to say no.",
        "- *unreadable*: the judge made no formula of the text. *not taken*: arrays for SymPy and mitx, cases for",
        "  mitx, NumPy's way of writing for math-verify.",
        "- σ and softplus are written out for the peers, and what is not LaTeX is printed as LaTeX by SymPy, with e as",
        "  Euler's number and the declared assumptions put in for `parse_latex`. math-verify is given also what was",
        "  typed as on paper for arrays; it takes their letters for numbers.",
        "- Other work may share the processors: the times of one run are to be compared with one another only.",
        "- mitx compares at 5 points, its default, drawn from the domains that were declared, and [-3, 3] elsewhere;",
        "  a function of which nothing is known is one that was given to it with its derivative.",
        "",
    ]
    for arrays, judged in scores.items():
        for judge, score in judged.items():
            said = [wrong for wrong in score.wrong if wrong.startswith("false equal")]
            if said:
                lines += [f"`false equal` of {names[judge]}{' on arrays' if arrays else ''}, the first five:", ""]
                lines += [*(f"- {wrong.removeprefix('false equal: ')}" for wrong in said[:5]), ""]
    return "\n".join(lines)


def main() -> None:
    """Judge all pairs and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=0, help="only so many pairs, spread over the tables")
    parser.add_argument("--write", type=Path, help="write the tables into this document too")
    options = parser.parse_args()
    os.environ.update(dict.fromkeys(THREADS, "1"))
    rows = pairs(options.limit)
    present = judges()
    scores = {arrays: {name: Score() for name in present} for arrays in (False, True)}
    for number, row in enumerate(rows, start=1):
        for name, (process, _) in present.items():
            word, seconds = ask(process, name, row)
            scores[row["arrays"]][name].add(row, word, seconds)
        print(f"\r{number} of {len(rows)}", end="", file=sys.stderr)
    print(file=sys.stderr)
    for process, _ in present.values():
        process.close()
    versions = {name: version for name, (_, version) in present.items()}
    text = report(scores, versions, Counter(row["arrays"] for row in rows))
    print(text)
    if options.write:
        options.write.write_text(text.rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
