"""Grades thousands of submissions in one run, then again with a kill in the middle, and prints what the machine saw.

    python benchmarks/grading_many.py [--count 5000] [--seed 7] [--own 0.1]

First run: memory of all processes, open handles and processes over time, and what is left behind. Second run: killed
with SIGKILL at a random moment, resumed, and its `results.json` compared with that of the first, byte by byte. In the
part `--own` of the submissions each function is written in a way that no other one has. Needs Linux (/proc).
"""

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from generated_submissions.answers import answers
from generated_submissions.making import SHEET, generated, written

Process = tuple[int, int]
"""A process by its number and the time at which it was started: numbers come again."""


@dataclass
class Seen:
    """What the processes of a run held, over time."""

    moments: list[tuple[float, int, int, int]] = field(default_factory=list)
    everybody: set[Process] = field(default_factory=set)

    def look(self, root: int, begun: float) -> None:
        """Note seconds, megabytes, handles and number of the processes below one of them."""
        family = [one for one in _family(root) if one is not None]
        self.everybody |= set(family)
        megabytes = sum(_megabytes(number) for number, _ in family)
        handles = sum(_handles(number) for number, _ in family)
        self.moments.append((time.perf_counter() - begun, megabytes, handles, len(family)))

    def left(self, seconds: float = 10.0) -> set[Process]:
        """Return the processes that are still there a while after the end."""
        end = time.monotonic() + seconds
        while (there := {one for one in self.everybody if _started(one[0]) == one[1]}) and time.monotonic() < end:
            time.sleep(0.1)
        return there


def main() -> int:
    """Make the submissions, run twice, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--own", type=float, default=0.1, help="part of the submissions whose code is nobody else's")
    parser.add_argument("--isolation", default="namespaces")
    given = parser.parse_args()
    rng = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        submissions = []
        for number in range(-(-given.count // 200)):
            some = generated(answers(), 200, seed=given.seed + number)
            some = [
                replace(one, files=_own(one.files, 200 * number + place)) if rng.random() < given.own else one
                for place, one in enumerate(some)
            ]
            folder = place / "handed-in" / f"group{number:03d}"
            folder.mkdir(parents=True)
            submissions += written(some, folder)
        for path in submissions[given.count :]:
            subprocess.run(["rm", "-r", str(path)], check=True)
        command = [sys.executable, "-m", "gradproof", "grade", str(SHEET), *map(str, submissions[: given.count])]
        command += [
            "--isolation",
            given.isolation,
            "--seed",
            "3",
            "--call-seconds",
            "2",
            "--cell-seconds",
            "2",
            "--json",
        ]

        seen, seconds, code = _watched([*command, "--out", str(place / "whole")])
        each = seconds / given.count * 1000
        print(f"{given.count} submissions in {seconds:.0f} s ({each:.0f} ms each), exit code {code}")
        judged, code_answers = _distinct(place / "whole")
        print(f"{judged} different submissions, {code_answers} different answers in code")
        _print_moments(seen)
        print(f"processes seen {len(seen.everybody)}, left behind {len(seen.left())}")
        moment = rng.uniform(0.1, 0.9) * seconds
        broken, _, _ = _watched([*command, "--out", str(place / "broken")], kill_after=moment)
        done = _records(place / "broken")
        print(f"second run killed after {moment:.0f} s: {done} records, {len(broken.left())} processes left behind")
        _, again, _ = _watched([*command, "--out", str(place / "broken")])
        first, second = _results(place / "whole"), _results(place / "broken")
        files = [(place / name / "results.json").read_bytes() for name in ("whole", "broken")]
        same = files[0] == files[1]
        for one, other in zip(first, second, strict=True):
            for question, again_so in zip(one["questions"], other["questions"], strict=True):
                if question != again_so:
                    print(f"  {one['submission']}: {question['reason']}  /  {again_so['reason']}")
        print(f"resumed: {again:.0f} s, results {'the same' if same else 'DIFFERENT'}")
        left = seen.left(0) | broken.left(0)
    return 0 if same and not left else 1


_BODY = re.compile(r"(def [^\n]*:\n)([ ]+)(?=\S)")


def _own(files: dict[str, bytes], number: int) -> dict[str, bytes]:
    """Return a notebook in which each function begins with a statement that no other submission has."""

    def more(source: str) -> str:
        return _BODY.sub(rf"\1\2student = {number}\n\2", source)

    found = {}
    for name, data in files.items():
        try:
            book = json.loads(data)
            book["cells"] = [
                {**cell, "source": more("".join(cell["source"]))} if cell["cell_type"] == "code" else cell
                for cell in book["cells"]
            ]
        except (ValueError, KeyError):  # no notebook, an old one, or none that can be read as it is
            found[name] = data
        else:
            found[name] = json.dumps(book).encode()
    return found


def _records(out: Path) -> int:
    return len(list((out / ".gradproof" / "records").rglob("*.json")))


def _distinct(out: Path) -> tuple[int, int]:
    """Return how many submissions and how many answers in code were judged, each counted once."""
    questions = (one for submission in _results(out) for one in submission["questions"])
    return _records(out), len({one["fingerprint"] for one in questions if one["kind"] == "code"} - {""})


def _watched(command: list[str], kill_after: float | None = None) -> tuple[Seen, float, int]:
    seen, begun, told = Seen(), time.perf_counter(), 0.0
    out = Path(command[-1])
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        while process.poll() is None:
            seen.look(process.pid, begun)
            if time.perf_counter() - begun > told:
                print(f"  {told:.0f} s: {_records(out)} records", file=sys.stderr, flush=True)
                told += 60
            if kill_after is not None and time.perf_counter() - begun > kill_after:
                process.send_signal(signal.SIGKILL)
                process.wait()
                break
            time.sleep(0.25)
        if kill_after is None and process.returncode not in (0, 1, 3):
            said.seek(0)
            raise RuntimeError(f"ended with {process.returncode}: {said.read()[-2000:]!r}")
        return seen, time.perf_counter() - begun, process.returncode


def _results(out: Path) -> list[dict[str, Any]]:
    found = json.loads((out / "results.json").read_text(encoding="utf-8"))["submissions"]
    return sorted(found, key=lambda one: str(one["submission"]))


def _print_moments(seen: Seen, rows: int = 10) -> None:
    print("seconds   MB in all   handles   processes")
    step = max(1, len(seen.moments) // rows)
    for place in range(0, len(seen.moments), step):
        part = seen.moments[place : place + step]
        print(f"{part[0][0]:7.0f}{max(m[1] for m in part):12}{max(m[2] for m in part):10}{max(m[3] for m in part):12}")


# -- /proc -------------------------------------------------------------------------------------------------------------


def _family(root: int) -> list[Process | None]:
    found, waiting = [], [root]
    while waiting:
        number = waiting.pop()
        started = _started(number)
        if started is None:
            continue
        found.append((number, started))
        for task in _listed(f"/proc/{number}/task"):
            waiting += map(int, _text(f"/proc/{number}/task/{task}/children").split())
    return found


def _started(number: int) -> int | None:
    text = _text(f"/proc/{number}/stat")
    fields = text.rpartition(")")[2].split()
    return int(fields[19]) if fields and fields[0] != "Z" else None


def _megabytes(number: int) -> int:
    # Shared pages once for each sharer would tell nothing: the proportional share is what a process costs.
    for line in _text(f"/proc/{number}/smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) // 1024
    return 0


def _handles(number: int) -> int:
    return len(_listed(f"/proc/{number}/fd"))


def _listed(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:
        return []


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


if __name__ == "__main__":
    sys.exit(main())
