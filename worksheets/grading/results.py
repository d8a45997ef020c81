"""`results.json`: everything that was found, one submission at a time."""

import json
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from checks.verdict import Status, gravest
from worksheets.grading.run import Row, Run
from worksheets.grading.whole import whole_file

IN_WORDS = {
    Status.PROVED: "with every answer right",
    Status.AGREES: "with every answer right",
    Status.REFUTED: "with an answer that is not right",
    Status.UNREADABLE: "with an answer missing",
    Status.UNDECIDED: "waiting for a person",
    Status.FAULT: "with an error of ours",
}
"""What the gravest verdict on a question says of a whole submission."""

FIRST = ("id", "status", "points", "reason", "mistake")


def write_results(run: Run, outcomes: Iterable[tuple[Row, dict[str, Any]]], path: Path) -> None:
    """Write `results.json` without holding more than one submission in memory."""
    with whole_file(path) as file:
        head = json.dumps(summary(run), ensure_ascii=False, indent=1)
        file.write(head[: head.rindex("\n}")] + ',\n "submissions": [')
        for place, (row, outcome) in enumerate(outcomes):
            text = json.dumps(submission(row, outcome), ensure_ascii=False, indent=1)
            file.write(("," if place else "") + "\n  " + text.replace("\n", "\n  "))
        file.write("\n ]\n}\n")


def summary(run: Run) -> dict[str, Any]:
    """Return what is said of the whole run: status, reason, worksheet, counts of statuses, seed."""
    statuses = [Status(status) for status, count in run.counts.items() if count]
    key = run.sheet.key()
    counts = dict(sorted(run.counts.items(), key=lambda one: (-one[1], one[0])))  # not by what was done first
    words = ", ".join(f"{count} {IN_WORDS[Status(status)]}" for status, count in counts.items() if count)
    return {
        "status": str(gravest(statuses)) if statuses else "undecided",
        "reason": f"{len(run.rows)} submission{'s' * (len(run.rows) != 1)} to {key['worksheet']}: {words}.",
        "gradproof": version("gradproof"),
        "worksheet": key["worksheet"],
        "title": key.get("title", ""),
        "out_of": key["points"],
        "seed": run.records.seed,
        "counts": counts,
    }


def submission(row: Row, outcome: dict[str, Any]) -> dict[str, Any]:
    """Return a submission as it stands in `results.json`: what the design promises first, then the rest."""
    questions = [
        {**{name: one[name] for name in FIRST}, **{name: one[name] for name in one if name not in FIRST}}
        for one in outcome["questions"]
    ]
    return {
        "submission": row.label,
        "score": outcome["score"],
        "out_of": outcome["out_of"],
        "questions": questions,
        "number": row.number,
        "path": row.path,
        "student": row.student or None,
        "status": outcome["status"],
        "reason": outcome["reason"],
        "open": outcome["open"],
        "bonus": outcome["bonus"],
        "notes": [*row.notes, *outcome["notes"]],
        "failed": outcome["failed"],
    }


def submissions(run: Run) -> Iterator[dict[str, Any]]:
    """Yield every submission as it stands in `results.json`."""
    for row, outcome in run.outcomes():
        yield submission(row, outcome)
