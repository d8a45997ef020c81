"""`gradproof equal --certificate` and `gradproof replay` as a person and a program meet them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def certificate(tmp_path: Path, run: Run) -> Path:
    path = tmp_path / "certificate.json"
    done = run("equal", "ln(a b^2)", "ln a + 2 ln b", "--given", "a, b positive", "--certificate", str(path))
    assert done.returncode == 0, done.stderr
    return path


def test_a_certificate_is_written_and_replayed(certificate: Path, run_apart: Run) -> None:
    done = run_apart("replay", str(certificate))
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.splitlines()[0] == "proved: Every step of the certificate holds."
    assert "log(a*b^2) = 2*log(b) + log(a)" in done.stdout
    assert "for all a, b real; 0 < a; 0 < b" in done.stdout


def test_the_object_says_what_was_shown(certificate: Path, run: Run) -> None:
    done = run("replay", str(certificate), "--json")
    found = json.loads(done.stdout)
    assert (found["status"], done.returncode) == ("proved", 0)
    assert found["statement"]["left"] == ["log", ["*", "a", ["^", "b", 2]]]
    assert found["words"][0] == "log(a*b^2) = 2*log(b) + log(a)"
    assert {"reason", "gradproof"} <= set(found)


def test_the_object_of_equal_holds_a_certificate_that_replays(tmp_path: Path, run: Run) -> None:
    done = run("equal", "X^T (G + H)", "X^T G + X^T H", "--json", *given("X matrix(B,N)", "G, H matrix(B,M)"))
    path = tmp_path / "answer.json"
    path.write_text(done.stdout, encoding="utf-8")
    assert json.loads(done.stdout)["certificate"]["certificate"] == 1
    again = run("replay", str(path))
    assert again.returncode == 0, again.stderr
    assert "for all κ = 0 … M - 1; ρ = 0 … N - 1" in again.stdout


def given(*texts: str) -> list[str]:
    return [word for text in texts for word in ("--given", text)]


def test_a_certificate_that_does_not_hold_is_undecided_and_says_why(certificate: Path, run: Run) -> None:
    certificate.write_text(certificate.read_text(encoding="utf-8").replace('["^", "b", 2]', '["^", "b", 3]'))
    done = run("replay", str(certificate))
    assert done.returncode == 3
    assert done.stdout.startswith("undecided: The certificate is rejected: the factors in a logarithm do not multiply")
    found = json.loads(run("replay", str(certificate), "--json").stdout)
    assert found["status"] == "undecided"
    assert found["statement"] is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"certificate": 1, "certificate": 1}', '{"certificate": 2}'])
def test_a_file_that_is_no_certificate_is_bad_input_in_one_line(tmp_path: Path, text: str, run: Run) -> None:
    path = tmp_path / "file.json"
    path.write_text(text, encoding="utf-8")
    done = run("replay", str(path))
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "holds no certificate" in done.stderr


def test_files_that_are_not_there_are_bad_input(tmp_path: Path, run: Run) -> None:
    assert run("replay", str(tmp_path / "none.json")).returncode == 2
    assert run("replay", str(tmp_path)).returncode == 2
    assert run("equal", "x", "x", "--certificate", str(tmp_path / "no" / "folder.json")).returncode == 2
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text('{"left": "x", "right": "x"}\n', encoding="utf-8")
    assert run("equal", "--pairs", str(pairs), "--certificate", str(tmp_path / "c.json")).returncode == 2


def test_nothing_is_written_where_nothing_is_proved(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "certificate.json"
    done = run("equal", "2x", "3x", "--certificate", str(path))
    assert done.returncode == 1
    assert "no certificate was written: the verdict is 'refuted'" in done.stderr
    assert not path.exists()


def test_replaying_loads_no_library_of_the_prover(certificate: Path) -> None:
    code = (
        "import sys, json\nfrom gradproof.cli import main\nsys.argv = ['gradproof', 'replay', sys.argv[1]]\n"
        "try:\n    main()\nexcept SystemExit:\n    print(json.dumps(list(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(certificate)], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}
    assert not loaded & {"sympy", "flint", "numpy", "scipy", "derive", "numeric"}
