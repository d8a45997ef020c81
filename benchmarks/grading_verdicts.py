"""Grades 200 generated submissions, and prints what was found beside what should be.

    python benchmarks/grading_verdicts.py [--count 200] [--seed 7] [--isolation limits]

Right answers in many styles, classic mistakes, every kind of failure, and all that stands around answers in real files.
Ends with exit code 1 if a verdict is not among those that are right to give, or a right answer was marked down.
"""

import argparse
import collections
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from generated_submissions.answers import answers
from generated_submissions.judging import Difference, differences, graded
from generated_submissions.making import generated


def main() -> int:
    """Grade, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--isolation", default="namespaces")
    parser.add_argument("--all", action="store_true", help="print every submission, not only the table")
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
    return 1 if off else 0


if __name__ == "__main__":
    sys.exit(main())
