"""The command line as a person and a program meet it: exit codes, one JSON object, one line for bad input."""

import gzip
import json
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


def assert_one_clear_line(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("gradproof: ")
    assert "Traceback" not in done.stderr + done.stdout
    for part in parts:
        assert part in done.stderr


def test_help_names_every_command(run_apart: Run) -> None:
    done = run_apart("--help")
    assert done.returncode == 0
    for command in ("verify", "derive", "equal", "steps", "gradient", "train", "worksheet"):
        assert command in done.stdout
    assert "\x1b" not in done.stdout


def test_without_arguments_the_help_is_shown(run_apart: Run) -> None:
    done = run_apart()
    assert "Usage" in done.stdout + done.stderr
    assert done.returncode == 2


def test_the_version_is_said(run_apart: Run) -> None:
    assert run_apart("--version").stdout.startswith("gradproof 0.")


def test_verifying_one_entry_succeeds_without_colour(run_apart: Run) -> None:
    done = run_apart("verify", "sigmoid")
    assert done.returncode == 0
    assert "9 checks: 4 proved, 5 agrees." in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stderr == ""


def test_verbose_shows_the_reason_of_every_check(run: Run) -> None:
    done = run("verify", "relu", "--verbose")
    assert "All 4 typical wrong answers are refuted" in " ".join(done.stdout.split())


def test_json_is_one_object_with_the_promised_keys_and_nothing_else(run: Run) -> None:
    done = run("verify", "sigmoid", "bce-logit", "--json")
    found = json.loads(done.stdout)
    assert {"status", "reason", "gradproof", "results"} <= set(found)
    assert found["status"] == "agrees"
    assert {row["entry"] for row in found["results"]} == {"sigmoid", "bce_logit"}
    for row in found["results"]:
        assert {"entry", "check", "status", "reason", "compared", "max_error", "seconds"} <= set(row)
    assert done.stderr == ""


def test_the_same_run_twice_gives_the_same_verdicts(run: Run) -> None:
    def verdicts() -> list[object]:
        rows = json.loads(run("verify", "neuron_sigmoid", "--json").stdout)["results"]
        return [{key: value for key, value in row.items() if key != "seconds"} for row in rows]

    assert verdicts() == verdicts()


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["verify", "sigmoidd"], ["there is no entry 'sigmoidd'", "did you mean sigmoid"]),
        (["verify", "../../etc/passwd"], ["there is no entry '../../etc/passwd'"]),
        (["verify", ""], ["there is no entry ''"]),
        (["verify", "--no-such-option"], ["No such option", "--help"]),
        (["nonsense"], ["No such command 'nonsense'"]),
        (["derive"], ["Missing argument"]),
        (["derive", "sigmod"], ["did you mean sigmoid"]),
        (["derive", "sigmoid", "--wrt", "z"], ["sigmoid is not differentiated by 'z'; choose from x"]),
        (["derive", "sigmoid", "--format", "word"], ["'word'"]),
        (["derive", "neuron", "--format", "numpy"], ["no NumPy code", "neuron_sigmoid"]),
        (["train", "hill"], ["'hill'"]),
        (["train", "wave", "--seeds", "3"], ["wave is not repeated over seeds", "conv-rates"]),
        (["train", "digits", "--seeds", "0"], ["--seeds"]),
        (["train", "digits", "--seeds", "many"], ["--seeds"]),
        (["worksheet", "build"], ["name worksheets, or say --all"]),
        (["worksheet", "build", "nonsense"], ["there is no worksheet 'nonsense'"]),
        (["train", "fashion", "--data-dir", "no-such-folder"], ["no-such-folder"]),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(arguments: list[str], parts: list[str], run: Run) -> None:
    assert_one_clear_line(run(*arguments), *parts)


def test_bad_input_with_json_is_an_object_too(run_apart: Run) -> None:
    done = run_apart("verify", "sigmoidd", "--json")
    assert_one_clear_line(done)
    assert json.loads(done.stdout)["status"] == "unreadable"


def test_a_report_folder_that_is_a_file_is_refused_before_any_work(tmp_path: Path, run: Run) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    assert_one_clear_line(run("verify", "sigmoid", "--report", str(taken)), "it is a file")
    assert_one_clear_line(run("verify", "sigmoid", "--report", str(taken / "below")), "part of its path is a file")
    assert taken.read_text() == "mine"


def test_an_unwritable_report_folder_is_refused(tmp_path: Path, run: Run) -> None:
    target = "/proc/gradproof-report" if Path("/proc").is_dir() else str(tmp_path / "locked" / "report")
    if not Path("/proc").is_dir():
        (tmp_path / "locked").mkdir(mode=0o500)
    done = run("verify", "sigmoid", "--report", target)
    assert_one_clear_line(done, "cannot write into")


def fashion_folder(folder: Path, *, images: bytes) -> Path:
    """Write four files with the official names, of which the training images are the given bytes."""
    folder.mkdir()
    for name in ("train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte"):
        (folder / f"{name}.gz").write_bytes(gzip.compress(struct.pack(">II", 2049, 0)))
    (folder / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(b""))
    (folder / "train-images-idx3-ubyte.gz").write_bytes(images)
    return folder


@pytest.mark.parametrize(
    "images",
    [
        b"",
        b"not gzip at all",
        gzip.compress(b""),
        gzip.compress(struct.pack(">IIII", 2051, 60000, 28, 28)),
        gzip.compress(struct.pack(">IIII", 2051, 60000, 28, 28) + bytes(1000))[:-20],
        gzip.compress(struct.pack(">IIII", 2051, 2**31, 2**31 - 1, 2**31 - 1)),
        gzip.compress(struct.pack(">IIII", 666, 1, 28, 28) + bytes(784)),
    ],
    ids=["empty", "no gzip", "empty payload", "header only", "cut", "huge", "magic"],
)
def test_damaged_fashion_files_are_one_clear_line(tmp_path: Path, images: bytes, run: Run) -> None:
    folder = fashion_folder(tmp_path / "data", images=images)
    assert_one_clear_line(run("train", "fashion", "--data-dir", str(folder)), "-ubyte")


def test_verify_goes_on_without_fashion_and_says_how_to_get_it(tmp_path: Path) -> None:
    code = (  # a run of one entry and two networks, also in the processes that it starts
        "import checks.run as r, derive.catalogue as c, numeric.data.fashion as f, pathlib, sys\n"
        "f.DEBIAN_DIR = pathlib.Path('nowhere')\n"
        "c.names = lambda: ('tanh',)\n"
        "r.NETWORKS = ('fashion', 'conv')\n"
        "sys.argv = ['gradproof', 'verify', '--no-download', '--json']\n"
        "from gradproof.cli import main\n"
        "if __name__ == '__main__': main()\n"
    )
    script = tmp_path / "without.py"
    script.write_text(code)
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True, text=True, check=False, env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [part["part"] for part in found["not_run"]] == ["fashion"]
    assert "dataset-fashion-mnist" in found["not_run"][0]["reason"]
    assert not any(row["entry"] == "fashion" for row in found["results"])
    assert any(row["entry"] == "conv" for row in found["results"])


@pytest.mark.parametrize("form", ["text", "latex", "mathml", "numpy", "json"])
def test_a_derivation_is_written_in_every_format(form: str, run: Run) -> None:
    done = run("derive", "sigmoid", "--format", form)
    assert done.returncode == 0, done.stderr
    marks = {"text": "σ(x)", "latex": r"\sigma", "mathml": "<math", "numpy": "def sigmoid_grad_x(x)", "json": '"rule"'}
    assert marks[form] in done.stdout
    if form == "json":
        assert json.loads(done.stdout)["status"] == "proved"


@pytest.mark.parametrize("name", ["linear_layer", "variance", "conv_example", "neuron"])
def test_every_kind_of_entry_is_derived_on_the_command_line(name: str, run: Run) -> None:
    done = run("derive", name)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > 10


def test_training_on_the_command_line_agrees(run_apart: Run) -> None:
    done = run_apart("train", "conv", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "agrees"


def test_an_experiment_prints_its_tables_and_writes_its_page(tmp_path: Path, run: Run) -> None:
    done = run("train", "ring", "--report", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "(0.5, 0.5)" in done.stdout
    assert "60.6%" in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"ring.html", "ring.json"}


def test_a_worksheet_of_one_s_own_is_built(tmp_path: Path, run_apart: Run) -> None:
    source = Path(__file__).parents[1] / "worksheets" / "good-source.md"
    done = run_apart("worksheet", "build", str(source), "--out", str(tmp_path), GRADPROOF_CACHE=str(tmp_path / "cache"))
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / source.stem).iterdir()} >= {"student.ipynb", "solution.ipynb"}


@pytest.mark.slow
def test_worksheets_are_listed_and_built(tmp_path: Path, run: Run, run_apart: Run) -> None:
    listed = json.loads(run("worksheet", "list", "--json").stdout)
    name = listed["worksheets"][0]["name"]
    done = run_apart("worksheet", "build", name, "--out", str(tmp_path), GRADPROOF_CACHE=str(tmp_path / "cache"))
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / name).iterdir()} >= {"student.ipynb", "solution.ipynb"}


def test_an_interrupted_reader_is_no_error() -> None:
    shell = shutil.which("sh")
    assert shell
    done = subprocess.run(
        [shell, "-c", f"'{sys.executable}' -m gradproof derive conv_example | head -1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr


def test_training_on_fashion_without_the_data_is_one_clear_line(tmp_path: Path) -> None:
    script = tmp_path / "without.py"
    script.write_text(
        "import numeric.data.fashion as f, pathlib, sys\n"
        "f.DEBIAN_DIR = pathlib.Path('nowhere')\n"
        "sys.argv = ['gradproof', 'train', 'fashion', '--no-download']\n"
        "from gradproof.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True, text=True, check=False, env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
    )  # fmt: skip
    assert_one_clear_line(done, "dataset-fashion-mnist", "--data-dir")


@pytest.mark.parametrize(
    ("formula", "rules"),
    [
        ("x*exp(-x**2)", ["product rule", "factor"]),
        (r"\frac{1}{1+e^{-x}}", ["recognise σ"]),
        ("ln(x)/x", ["quotient rule"]),
        ("e^-x/(1+e^-x)^2", ["quotient rule"]),
    ],
)
def test_a_typed_function_is_derived_and_every_step_proved(formula: str, rules: list[str], run: Run) -> None:
    done = run("derive", formula, "--wrt", "x")
    assert done.returncode == 0, done.stderr
    assert all(rule in done.stdout for rule in rules)
    assert "proved: All" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["sin(a x)"], ["say by which variable with --wrt", "a, x"]),
        (["sin(x)", "--wrt", "y"], ["the variables of the formula are: x"]),
        (["x*exp("], ["never closed", "character 6"]),
        (["9**9**9**9"], ["exponent"]),
        (["floor(x) + x**2", "--wrt", "x"], []),
        (["sin(" * 100 + "x" + ")" * 100], ["deep"]),
        (["+".join(f"sin({k}*x)" for k in range(1, 180))], ["more than 400 steps"]),
        (["__import__('os').system('true')"], ["character 1"]),
        (["x", "--given", "x nonsense"], []),
        (["x" * 5000 + "+1"], []),
    ],
)
def test_a_typed_function_that_cannot_be_derived_is_one_clear_line(
    arguments: list[str], parts: list[str], run: Run
) -> None:
    if arguments[0].startswith("floor"):
        done = run("derive", *arguments)  # read as a product of floor and x: an answer, and the ambiguity is listed
        assert "Traceback" not in done.stderr
        return
    assert_one_clear_line(run("derive", *arguments), *parts)


def test_a_derivation_that_cannot_be_decided_says_so_with_exit_code_3(run_apart: Run) -> None:
    done = run_apart("derive", "x^x")
    assert done.returncode == 3
    assert "undecided" in done.stdout
    assert run_apart("derive", "x^x", "--given", "x positive").returncode == 0


def test_an_array_derivation_ends_with_index_form_and_matrix_form(run: Run) -> None:
    lines = run("derive", "linear_layer", "--wrt", "W").stdout.splitlines()
    assert lines[-2].split("(")[0].strip() == "= Σ_s G_sr X_sq"
    assert lines[-1].split("(")[0].strip() == "= Xᵀ G"
    found = json.loads(run("derive", "linear_layer", "--wrt", "W", "--json").stdout)
    assert found["derivations"][0]["matrix_form"]["text"] == "Xᵀ G"


def test_a_report_of_a_file_is_refused_in_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("nothing")
    found = run("audit", str(tmp_path / "mine.md"), "--report", str(tmp_path / "out"))
    assert found.returncode == 2
    assert "--report" in found.stderr
    assert not (tmp_path / "out").exists()
