"""For Gradescope: the results of each submission as its autograders write them, and an autograder to upload."""

import json
from pathlib import Path
from typing import Any

from checks.submissions.grading.memo import write_whole
from worksheets.grading.words import SHOWN, advice, points

RUN = """\
#!/usr/bin/env bash
# Grades one submission. Gradescope starts it; AUTOGRADER may name another folder for a trial.
set -u
here="${AUTOGRADER:-/autograder}"
out="$(mktemp -d)"
mkdir -p "$here/results"
# The key must not be readable by the code that is graded; with namespaces that code sees no files at all.
gradproof grade "$here/source/key.json" "$here/submission" --out "$out" --processes 1 \\
    --isolation "${GRADPROOF_ISOLATION:-namespaces}" > "$out/said" 2>&1
found="$(ls "$out"/gradescope/results/*.json 2>/dev/null | head -n 1)"
if [ -n "$found" ]; then
    cp "$found" "$here/results/results.json"
else
    python3 - "$out/said" "$here/results/results.json" <<'END'
import json, sys
said = open(sys.argv[1], encoding="utf-8", errors="replace").read()[-2000:]
result = {"output": "This submission could not be graded; a person looks at it.", "tests": [], "score": 0,
          "stdout_visibility": "hidden", "extra_data": {"said": said}}
json.dump(result, open(sys.argv[2], "w", encoding="utf-8"))
END
    cat "$out/said"
fi
rm -rf "$out"
"""

SETUP = """\
#!/usr/bin/env bash
# Runs once, when the autograder's image is built.
set -e
apt-get update && apt-get install -y python3 python3-pip
python3 -m pip install --break-system-packages 'gradproof=={version}' 2>/dev/null \\
    || python3 -m pip install 'gradproof=={version}'
chmod 700 "${AUTOGRADER:-/autograder}/source"
"""

ABOUT = """\
# Autograder for Gradescope

Zip the files of this folder (not the folder itself) and upload the zip as the autograder of a programming assignment.
Students hand in their notebook.

Code of students runs in namespaces of its own, in which it sees no files. Where Gradescope's container does not
allow namespaces, the autograder refuses to run it and says so: ask for a container that does, or set
GRADPROOF_ISOLATION=limits in `run_autograder`. With limits alone a submission can read `source/key.json`.
"""


def result_of(outcome: dict[str, Any]) -> dict[str, Any]:
    """Return the outcome of a submission in the form of Gradescope's `results.json`."""
    left = f" {points(outcome['open'])} more points wait for a person." if outcome["open"] else ""
    return {
        "score": outcome["score"],
        "output": f"{outcome['reason']}{left}",
        "output_format": "text",
        "stdout_visibility": "hidden",
        "visibility": "visible",
        "tests": [_test(question) for question in outcome["questions"]],
    }


def _test(question: dict[str, Any]) -> dict[str, Any]:
    todo = advice(question["status"], question["finding"], question["kind"])
    words = [f"{SHOWN[question['status']].capitalize()}: {question['reason']}", *question["notes"], todo]
    test = {
        "name": question["id"],
        "number": question["number"],
        "score": question["points"] or 0.0,
        "max_score": question["out_of"],
        "output": "\n".join(word for word in words if word),
        "output_format": "text",
        "visibility": "visible",
    }
    if question["status"] not in ("undecided", "fault"):
        test["status"] = "passed" if question["status"] in ("proved", "agrees") else "failed"
    return test


def result_text(outcome: dict[str, Any]) -> str:
    """Return the text of the file with the result of a submission."""
    return json.dumps(result_of(outcome), ensure_ascii=False, indent=1)


def write_autograder(folder: Path, key: dict[str, Any]) -> None:
    """Write the files of an autograder."""
    from importlib.metadata import version

    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("setup.sh", SETUP.replace("{version}", version("gradproof"))), ("run_autograder", RUN), ("README.md", ABOUT),
        ("key.json", json.dumps(key, ensure_ascii=False, indent=1) + "\n"),
    ):  # fmt: skip
        write_whole(folder / name, text)
    for name in ("setup.sh", "run_autograder"):
        (folder / name).chmod(0o755)
