"""`gradproof equal` as a person and a program meet it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

KEYS = {"status", "reason", "gradproof", "left", "right", "given", "procedure", "counterexample"}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gradproof", *arguments], capture_output=True, text=True, check=False, timeout=120
    )


def as_object(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert "Traceback" not in done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert set(found) >= KEYS
    return found


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (["(x+1)^2", "x^2+2x+1"], "proved", 0),
        (["-x", "x"], "refuted", 1),
        (["sqrt(x^2)", "x", "--given", "x nonnegative"], "proved", 0),
        (["x^", "2"], "unreadable", 2),
        (["x", "x", "--given", "x foo"], "unreadable", 2),
        (["log x^2", "2 log x"], "undecided", 3),
    ],
)
def test_the_object_and_the_exit_code_say_what_was_found(arguments: list[str], status: str, code: int) -> None:
    done = run("equal", *arguments, "--json")
    found = as_object(done)
    assert (found["status"], done.returncode) == (status, code)
    assert (found["counterexample"] is not None) == (status == "refuted")
    assert bool(done.stderr) == (status == "unreadable")


def test_a_counterexample_has_its_point_and_both_enclosures() -> None:
    found = as_object(run("equal", "2x", "3x", "--json"))
    assert found["counterexample"] == {
        "point": {"x": "1/2"},
        "left": "[1.00000000000000 +/- 0]",
        "right": "[1.50000000000000 +/- 0]",
    }
    assert found["mistake"] == "constant factor"


def test_unreadable_text_is_one_line_with_the_character() -> None:
    done = run("equal", "(x+1", "x")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "character 1 of '(x+1'" in done.stderr


def test_text_for_people_names_the_procedure_and_the_readings() -> None:
    done = run("equal", "log(x)/x", "ln(x)/x")
    assert done.returncode == 0
    assert "proved: Equal" in done.stdout
    assert "Procedure:" in done.stdout
    assert "natural logarithm" in done.stdout
    assert "\x1b" not in done.stdout


def test_pairs_are_answered_in_order_and_a_bad_line_does_not_end_them(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    lines = [
        '{"left": "x+x", "right": "2x"}',
        "nonsense",
        '{"left": 1, "right": "x"}',
        "[1, 2]",
        "",
        '{"left": "x", "right": "x", "given": 3}',
        '{"left": "sqrt(x^2)", "right": "x", "given": ["x > 0"]}',
        '{"left": "x", "right": "y"}',
        '{"left": "x^", "right": "y", "given": []}',
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    done = run("equal", "--pairs", str(path))
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["status"] for one in found] == [
        "proved", "unreadable", "unreadable", "unreadable", "unreadable", "proved", "refuted", "unreadable",
    ]  # fmt: skip
    assert all(set(one) >= KEYS for one in found)
    assert "Line 2" in found[1]["reason"]
    assert "Line 6" in found[4]["reason"]
    assert done.returncode == 1
    assert done.stderr == ""


def test_a_thousand_pairs_go_through_one_process(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text(
        "\n".join(json.dumps({"left": f"(x+{k})^2", "right": f"x^2+{2 * k}x+{k * k}"}) for k in range(1000)),
        encoding="utf-8",
    )
    done = run("equal", "--pairs", str(path))
    assert done.returncode == 0
    assert done.stdout.count('"proved"') == 1000


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["x"], "two formulas are needed"),
        ([], "two formulas are needed"),
        (["--pairs", "nowhere.jsonl"], "there is no file"),
        (["--pairs", "."], "is a folder"),
        (["x", "y", "--pairs", "nowhere.jsonl"], "not both"),
    ],
)
def test_bad_input_is_one_clear_line(arguments: list[str], part: str) -> None:
    done = run("equal", *arguments)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert part in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_no_text_and_an_empty_file_are_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_bytes(b'{"left": "x"}\n\xff\xfe\x00')
    assert "line 2" in run("equal", "--pairs", str(path)).stderr
    path.write_text("\n\n", encoding="utf-8")
    assert "holds no pairs" in run("equal", "--pairs", str(path)).stderr
