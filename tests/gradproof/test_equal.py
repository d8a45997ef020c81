"""`gradproof equal` as a person and a program meet it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

KEYS = {"status", "reason", "gradproof", "left", "right", "given", "procedure", "counterexample", "certificate"}


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
        (["tanh(x)", "-tanh(x)"], "refuted", 1),
        (["sqrt(x^2)", "x", "--given", "x nonnegative"], "proved", 0),
        (["x^", "2"], "unreadable", 2),
        (["x", "x", "--given", "x foo"], "unreadable", 2),
        (["log x^2", "2 log x"], "undecided", 3),
    ],
)
def test_the_object_and_the_exit_code_say_what_was_found(
    arguments: list[str], status: str, code: int, run: Run
) -> None:
    done = run("equal", *arguments, "--json")
    found = as_object(done)
    assert (found["status"], done.returncode) == (status, code)
    assert (found["counterexample"] is not None) == (status == "refuted")
    assert bool(done.stderr) == (status == "unreadable")


def test_a_counterexample_has_its_point_and_both_enclosures(run: Run) -> None:
    found = as_object(run("equal", "2x", "3x", "--json"))
    assert found["counterexample"] == {
        "point": {"x": "1/2"},
        "left": "[1.00000000000000 +/- 0]",
        "right": "[1.50000000000000 +/- 0]",
    }
    assert found["mistake"] == "constant factor"


def test_unreadable_text_is_one_line_with_the_character(run_apart: Run) -> None:
    done = run_apart("equal", "(x+1", "x")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "character 1 of '(x+1'" in done.stderr


def test_text_for_people_names_the_procedure_and_the_readings(run_apart: Run) -> None:
    done = run_apart("equal", "log(x)/x", "ln(x)/x")
    assert done.returncode == 0
    assert "proved: Equal" in done.stdout
    assert "Procedure:" in done.stdout
    assert "natural logarithm" in done.stdout
    assert "\x1b" not in done.stdout


def test_pairs_are_answered_in_order_and_a_bad_line_does_not_end_them(tmp_path: Path, run_apart: Run) -> None:
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
    done = run_apart("equal", "--pairs", str(path))
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["status"] for one in found] == [
        "proved", "unreadable", "unreadable", "unreadable", "unreadable", "proved", "refuted", "unreadable",
    ]  # fmt: skip
    assert all(set(one) >= KEYS for one in found)
    assert "Line 2" in found[1]["reason"]
    assert "Line 6" in found[4]["reason"]
    assert done.returncode == 1
    assert done.stderr == ""


def test_hundreds_of_pairs_go_through_one_process(tmp_path: Path, run_apart: Run) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text(
        "\n".join(json.dumps({"left": f"(x+{k})^2", "right": f"x^2+{2 * k}x+{k * k}"}) for k in range(300)),
        encoding="utf-8",
    )
    done = run_apart("equal", "--pairs", str(path))
    assert done.returncode == 0
    assert done.stdout.count('"proved"') == 300


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
def test_bad_input_is_one_clear_line(arguments: list[str], part: str, run: Run) -> None:
    done = run("equal", *arguments)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert part in done.stderr
    assert "Traceback" not in done.stderr


def test_bytes_that_are_no_text_spoil_their_line_only(tmp_path: Path, run_apart: Run) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_bytes(
        b'{"left": "x", "right": "x"}\r\n{"left": "\xff", "right": "x"}\n{"left": "\\ud800", "right": "x"}\n'
    )
    done = run_apart("equal", "--pairs", str(path))
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["status"] for one in found] == ["proved", "unreadable", "unreadable"]
    assert [one["line"] for one in found] == [1, 2, 3]
    assert found[1]["reason"] == "Line 2 cannot be used: it is no text in UTF-8."
    assert "U+D800" in found[2]["reason"]
    assert (done.returncode, done.stderr) == (2, "")


def test_an_empty_file_is_said_to_be_so(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n\n", encoding="utf-8")
    assert "holds no pairs" in run("equal", "--pairs", str(path)).stderr


def test_each_answer_names_the_line_and_the_id_of_its_pair(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text('\n{"id": "q7", "left": "x+x", "right": "2x"}\n\n{"left": "x"}\n', encoding="utf-8")
    found = [json.loads(line) for line in run("equal", "--pairs", str(path)).stdout.splitlines()]
    assert [(one["line"], one.get("id")) for one in found] == [(2, "q7"), (4, None)]


def test_a_pair_that_runs_out_of_time_is_undecided_and_the_next_one_is_answered(tmp_path: Path, run_apart: Run) -> None:
    path, deep = tmp_path / "pairs.jsonl", f"{'tanh(' * 10}x+y{')' * 10}"  # each tanh more doubles the work
    hard = {"left": deep, "right": f"0*x+{deep}+sin(x)^2+cos(x)^2-1"}
    path.write_text(json.dumps(hard) + '\n{"left": "x", "right": "x"}\n', encoding="utf-8")
    done = run_apart("equal", "--pairs", str(path), "--seconds", "1.5")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["status"] for one in found] == ["undecided", "proved"]
    assert found[0]["reason"] == "Neither proved nor refuted: the time limit of 1.5 s was reached."
    assert done.returncode == 3


def many(path: Path, count: int) -> Path:
    """Write pairs that each take a moment."""
    pair = {
        "left": "\\|A x - y\\|^2",
        "right": "(A x - y)^T(A x - y)",
        "given": ["A matrix(n, m)", "x vector(m)", "y vector(n)"],
    }
    path.write_text("".join(json.dumps({**pair, "id": k}) + "\n" for k in range(count)), encoding="utf-8")
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent to a process group")
def test_an_interruption_leaves_whole_lines_and_says_how_far_it_came(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gradproof", "equal", "--pairs", str(many(tmp_path / "pairs.jsonl", 5000))]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - else a background job ignores it
    ) as process:
        assert process.stdout is not None
        first = [process.stdout.readline() for _ in range(20)]
        os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does: to all processes of the terminal
        rest, errors = process.communicate(timeout=900)
    lines = [*first, *rest.splitlines(keepends=True)]
    assert 20 <= len(lines) < 5000
    assert all(line.endswith("\n") for line in lines)
    assert [json.loads(line)["id"] for line in lines] == list(range(len(lines)))
    assert errors == f"gradproof: interrupted after {len(lines)} of 5000 pairs\n"
    assert process.returncode == 130


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_on_a_terminal_a_bar_on_standard_error_counts_the_pairs(tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    path, out = many(tmp_path / "pairs.jsonl", 12), tmp_path / "out.jsonl"
    with out.open("wb") as stdout:
        process = subprocess.Popen(
            [sys.executable, "-m", "gradproof", "equal", "--pairs", str(path)],
            stdout=stdout,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
        )
        os.close(theirs)
        seen = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            seen += piece
        process.wait(timeout=900)
    os.close(ours)
    assert b"pairs" in seen
    assert b"/12" in seen
    answers = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [one["id"] for one in answers] == list(range(12))
    assert {one["status"] for one in answers} == {"proved"}
