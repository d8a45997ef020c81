"""Grades 200 generated submissions, and prints what was found beside what should be.

    python benchmarks/grading_verdicts.py [--count 200] [--seed 7] [--isolation limits] [--write]

Right answers in many styles, classic mistakes, every kind of failure, and all that stands around answers in real files.
Ends with exit code 1 if a verdict is not among those that are right to give, a classic mistake has not its name, or a
right answer was marked down. With `--write` the tables are put into docs/graded-submissions.md.
"""

import argparse
import collections
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from generated_submissions.answers import answers
from generated_submissions.judging import Difference, differences, graded
from generated_submissions.making import Generated, generated

PAGE = Path(__file__).parents[1] / "docs" / "graded-submissions.md"


def main() -> int:
    """Grade, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--isolation", default="namespaces")
    parser.add_argument("--all", action="store_true", help="print every submission, not only the table")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/graded-submissions.md")
    given = parser.parse_args()
    submissions = generated(answers(), given.count, given.seed)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        found = graded(submissions, Path(folder), isolation=given.isolation)
    seconds = time.perf_counter() - started
    off: list[Difference] = []
    for submission in submissions:
        off += differences(submission, found[submission.name])
    table = collections.Counter(
        (answer.group, question["status"], question["finding"])
        for submission in submissions
        for question in found[submission.name]["questions"]
        for answer in [submission.answers[question["id"]]]
    )
    print(f"{len(submissions)} submissions, {sum(table.values())} answers, {seconds:.1f} s\n")
    print("what was handed in  verdict      found                              answers")
    for (group, status, finding), count in sorted(table.items()):
        print(f"{group:19} {status:12} {finding or '-':34} {count:7}")
    if given.all:
        for submission in submissions:
            print(f"{submission.name}  {submission.theme}: {found[submission.name]['reason']}")
    print(f"\n{len(off)} differences from what should be found")
    for one in off:
        print(f"  {one}")
    if given.write:
        PAGE.write_text("\n".join(_page(submissions, found, given.seed, len(off))) + "\n", encoding="utf-8")
    return 1 if off else 0


def _page(
    submissions: Sequence[Generated], found: Mapping[str, Mapping[str, Any]], seed: int, off: int
) -> Iterator[str]:
    """Yield the lines of the page."""
    judged = [
        (submission, submission.answers[question["id"]], question)
        for submission in submissions
        for question in found[submission.name]["questions"]
    ]
    own = "" if (len(submissions), seed) == (200, 7) else f" --count {len(submissions)} --seed {seed}"
    yield "# What is found in generated submissions"
    yield ""
    yield f"Made by `python benchmarks/grading_verdicts.py{own} --write`. The submissions are notebooks, folders and"
    yield "zips for [one worksheet](../benchmarks/generated_submissions/worksheet.md) with a question of each kind:"
    yield "right answers in many styles, classic mistakes, every kind of failure, and all that stands around answers in"
    yield "real files. Each answer says beforehand which verdicts are right to give, how many points it earns, and the"
    yield "name of its mistake, where it is a classic one."
    yield ""
    yield f"{len(submissions)} submissions, {len(judged)} answers; differences from what should be found: {off}."
    yield ""
    right = [question for _, answer, question in judged if answer.group == "right" and question["kind"] != "text"]
    credited = sum(question["points"] == question["out_of"] for question in right)
    yield f"Of {len(right)} right answers (those in words, which a person reads, apart) {credited} got all points."
    for group, words in (("mistake", "Classic mistakes"), ("failure", "Failures")):
        yield ""
        yield f"## {words}"
        yield ""
        yield "| question | answer | verdict | found | named | points |"
        yield "|---|---|---|---|---|---|"
        rows = {(question["id"], answer.name): question for _, answer, question in judged if answer.group == group}
        for (name, answer), question in rows.items():
            points = "a person" if question["points"] is None else f"{question['points']:g}"
            points += f" of {question['out_of']:g}"
            if question["points"] is not None and question["open"]:
                points += f", {question['open']:g} open"
            cells = (name, answer, question["status"], question["finding"], question["mistake"] or "", points)
            yield f"| {' | '.join(cells)} |"
    yield ""
    yield "## What stands around right answers"
    yield ""
    yield "None of this costs a point:"
    yield ""
    around = [one for one in submissions if one.group == "circumstance"]
    yield ", ".join(one.theme for one in around if not any(differences(one, found[one.name]))) + "."


if __name__ == "__main__":
    sys.exit(main())
