"""Which classic mistakes are found in which derivation: the tables of docs/classic-mistakes.md.

    python benchmarks/classic_mistakes.py [--write] [--seconds]

The wrong answers stand in `tests/classic_mistakes`, written by hand as a student types them; each names the mistake
that was planted. Without an option the tables are printed, with `--write` they are put into the page, and with
`--seconds` the time that the explanations take is printed.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from checks.formulas import MEANINGS, Answer, answer, judged
from derive import catalogue

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "classic_mistakes"
PAGE = ROOT / "docs" / "classic-mistakes.md"
BEGIN = "<!-- The tables below are written by `python benchmarks/classic_mistakes.py --write`. -->\n"
FOUND, NONE = "✓", "–"
LAST = "constant factor"


def rows(name: str) -> list[dict[str, Any]]:
    """Return the rows of one of the files."""
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def derivations() -> dict[str, dict[str, Any]]:
    """Return every derivation by its name."""
    return {row["name"]: row for row in rows("derivations")}


def ask(derivation: dict[str, Any], text: str) -> Answer:
    """Ask gradproof about an answer to a derivation."""
    if "entry" in derivation:
        return judged(catalogue.load(derivation["entry"]), derivation["by"], text)
    if "function" in derivation:
        return judged(derivation["function"], derivation["by"], text, derivation["given"])
    return answer(derivation["right"], text, derivation["given"])


def findings() -> list[dict[str, Any]]:
    """Return each planted answer with the name that was given to it, and with the others that were mentioned."""
    known = derivations()
    found = []
    for row in rows("planted"):
        result = ask(known[row["derivation"]], row["answer"])
        also = result.explanation.also if result.explanation is not None else ()
        found.append({**row, "found": result.mistake, "also": also})
    return found


def tables(found: list[dict[str, Any]]) -> str:
    """Return both tables as Markdown: what each mistake is and how often it was found, and what was found where."""
    lines = [
        "| | mistake | what it is | planted | by this name | under another name | not found |",
        "|---|---|---|---|---|---|---|",
    ]
    numbers = {name: place for place, name in enumerate(MEANINGS, start=1)}
    for name, meaning in MEANINGS.items():
        own = [row for row in found if row["mistake"] == name]
        by_name = sum(row["found"] == name for row in own)
        none = sum(row["found"] is None for row in own)
        counts = f"{len(own)} | {by_name} | {len(own) - by_name - none} | {none}"
        lines.append(f"| {numbers[name]} | {name} | {meaning} | {counts} |")
    every = len(found)
    exactly = sum(row["found"] == row["mistake"] for row in found)
    missing = sum(row["found"] is None for row in found)
    lines.append(f"| | all | | {every} | {exactly} | {every - exactly - missing} | {missing} |")
    lines += [
        "",
        "## Where each was planted",
        "",
        "| derivation | found by name | found under another name | not found |",
        "|---|---|---|---|",
    ]
    for name in dict.fromkeys(row["derivation"] for row in found):
        own = [row for row in found if row["derivation"] == name]
        named = dict.fromkeys(row["mistake"] for row in own if row["found"] == row["mistake"])
        other = dict.fromkeys(
            f"{row['mistake']} (as {row['found']})" for row in own if row["found"] not in (None, row["mistake"])
        )
        none = dict.fromkeys(row["mistake"] for row in own if row["found"] is None)
        cells = " | ".join(", ".join(cell) if cell else NONE for cell in (named, other, none))
        lines.append(f"| {name.replace('|', chr(92) + '|')} | {cells} |")
    return "\n".join(lines) + "\n"


def seconds() -> str:
    """Return the processor time that an answer takes, and the part of it that the explanation is."""
    from checks.formulas import equality

    spent: list[tuple[float, float]] = []
    look = equality.look_for_mistake
    inside = [0.0]

    def measured(problem: Any) -> Any:
        begin = time.process_time()
        try:
            return look(problem)
        finally:
            inside[0] = time.process_time() - begin

    equality.look_for_mistake = measured
    known = derivations()
    for name in ("planted", "no_mistake"):
        for row in rows(name):
            inside[0] = 0.0
            begin = time.process_time()
            ask(known[row["derivation"]], row["answer"])
            spent.append((time.process_time() - begin, inside[0]))
    whole, part = (sorted(column) for column in zip(*spent, strict=True))
    lines = [f"{len(spent)} wrong answers    median      99 %       max"]
    for label, times in (("answer", whole), ("explanation", part)):
        shown = (times[len(times) // 2], times[int(len(times) * 0.99)], times[-1])
        lines.append(f"{label:18}{''.join(f'{1000 * one:8.0f} ms' for one in shown)}")
    return "\n".join(lines)


def main() -> None:
    """Print the tables or write them into the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/classic-mistakes.md")
    parser.add_argument("--seconds", action="store_true", help="print how long the explanations take")
    chosen = parser.parse_args()
    if chosen.seconds:
        print(seconds())
        return
    made = tables(findings())
    if not chosen.write:
        print(made)
        return
    kept = PAGE.read_text(encoding="utf-8").partition(BEGIN)[0]
    PAGE.write_text(f"{kept}{BEGIN}\n{made}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
