"""`gradproof prove` as a person and a program meet it."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

needs_coq = pytest.mark.skipif(
    shutil.which("coqc") is None, reason="Coq is not installed: apt-get install coq libcoq-coquelicot"
)


def test_without_check_the_scripts_are_written_and_nothing_is_called_proved(tmp_path: Path, run: Run) -> None:
    done = run("prove", "relu", "linear-layer", "--out", str(tmp_path / "out"), "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["status"] == "undecided"
    assert found["results"] == []
    assert {Path(file).name for file in found["files"]} >= {"_CoqProject", "relu.v", "linear_layer.v", "Functions.v"}
    assert all(Path(file).is_file() for file in found["files"])


def test_the_default_folder_is_said(tmp_path: Path, run_apart: Run) -> None:
    done = run_apart("prove", "relu", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "nothing was checked: say --check" in done.stdout
    assert (tmp_path / "proofs" / "Catalogue" / "relu.v").is_file()


def test_without_coq_checking_says_in_one_line_how_to_install_it(tmp_path: Path, run: Run) -> None:
    done = run("prove", "relu", "--check", PATH=str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "apt-get install coq libcoq-coquelicot" in done.stderr


def test_without_coq_writing_works(tmp_path: Path, run: Run) -> None:
    assert run("prove", "relu", "--out", str(tmp_path / "out"), PATH=str(tmp_path)).returncode == 0


def test_an_unknown_entry_is_one_line(run: Run) -> None:
    done = run("prove", "sigmoyd")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "sigmoid" in done.stderr


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path, run: Run) -> None:
    (tmp_path / "file").write_text("")
    done = run("prove", "relu", "--out", str(tmp_path / "file"))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


@needs_coq
def test_checking_says_what_is_proved_and_from_which_axioms(coq_cache: Path, run: Run) -> None:
    done = run("prove", "relu", "--check", XDG_CACHE_HOME=str(coq_cache))
    assert done.returncode == 0, done.stderr
    assert "relu_derivative_by_x" in done.stdout
    assert "relu_not_derivable_by_x" in done.stdout
    assert "Classical_Prop.classic" in done.stdout
    assert "2 theorems of 1 entry accepted by the kernel of Coq" in done.stdout


@needs_coq
def test_the_json_of_a_check(coq_cache: Path, run_apart: Run) -> None:
    done = run_apart("prove", "bowl", "--check", "--json", XDG_CACHE_HOME=str(coq_cache))
    found = json.loads(done.stdout)
    assert found["status"] == "proved"
    assert [row["target"] for row in found["results"]] == ["x", "y"]
    assert all(row["axioms"] for row in found["results"])


@needs_coq
def test_the_written_folder_is_checked_by_coq_alone(tmp_path: Path, run: Run) -> None:
    assert run("prove", "sigmoid", "--out", str(tmp_path)).returncode == 0
    for file in ("Gradproof/Functions.v", "Catalogue/sigmoid.v"):
        arguments = ["-Q", "Gradproof", "Gradproof", "-Q", "Catalogue", "Catalogue", "-w", "none", file]
        done = subprocess.run(["coqc", *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@needs_coq
def test_a_typed_function_is_derived_and_proved(coq_cache: Path, run: Run) -> None:
    done = run("derive", "x*exp(-x**2)", "--wrt", "x", "--prove", XDG_CACHE_HOME=str(coq_cache))
    assert done.returncode == 0, done.stderr
    assert "Theorem f_derivative_by_x" in done.stdout
    assert "Coq kernel: proved" in done.stdout


@needs_coq
def test_the_certificate_of_a_typed_function_stands_in_the_json(coq_cache: Path, run: Run) -> None:
    arguments = ("derive", "ln(x)", "--wrt", "x", "--given", "x positive", "--prove", "--json")
    found = json.loads(run(*arguments, XDG_CACHE_HOME=str(coq_cache)).stdout)
    assert found["certificate"]["status"] == "proved"
    assert "is_derive" in found["certificate"]["script"]


def test_an_entry_is_sent_to_prove(run: Run) -> None:
    done = run("derive", "sigmoid", "--prove")
    assert done.returncode == 2
    assert "gradproof prove sigmoid --check" in done.stderr
