"""A run that is killed leaves no process behind, and goes on later to the results of one that was not."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from checks.submissions.sandbox import has_namespaces
from worksheets.building.key import key
from worksheets.building.notebook import STUDENT, notebook
from worksheets.grading import grade
from worksheets.sheet import read_source

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="it looks at processes by /proc"),
    pytest.mark.skipif(not has_namespaces(), reason="this system has no namespaces in which code could be run"),
]

SOURCE = Path(__file__).with_name("good-source.md")
PATIENCE = 120.0
"""Seconds to wait for what happens at once on a machine that is not busy."""

FOREVER = "def tanh(x):\n    while True:\n        pass\n\ndef tanh_grad(x):\n    return 1\n"
BY_CHANCE = (
    "def tanh(x):\n    return np.tanh(x)\n\n"
    "def tanh_grad(x):\n    return np.random.default_rng().normal(size=x.shape) + np.random.rand() + hash('x') % 7\n"
)
LAYERS = 3
"""Of process namespaces that a player is in: the system's, its sandbox's, its own."""

Process = tuple[int, str]


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """(name, code of one question) → a student's notebook; the key of the worksheet lies beside it."""
    source = read_source(SOURCE).resolve()
    folder = tmp_path_factory.mktemp("handed-in")
    (folder / "key.json").write_text(json.dumps(key(source), sort_keys=True))
    blank = json.dumps(notebook(source, STUDENT))

    def made(name: str, code: str) -> Path:
        book = json.loads(blank)
        for cell in book["cells"]:
            if cell["metadata"]["gradproof"].get("cell") == "tanh-code-answer":
                cell["source"] = code
        path = folder / f"{name}.ipynb"
        path.write_text(json.dumps(book), encoding="utf-8")
        return path

    return made


@contextmanager
def started(*arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Start `gradproof grade`, and end it whatever happens."""
    command = [sys.executable, "-m", "gradproof", "grade", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("processes", [1, 2])
def test_no_process_outlives_a_run_that_is_killed(
    handed_in: Callable[..., Path], processes: int, tmp_path: Path
) -> None:
    paths = [handed_in(f"student{number}", FOREVER + f"# {number}\nnumber = {number}\n") for number in range(2)]
    sheet = str(paths[0].with_name("key.json"))
    limits = ["--processes", str(processes), "--call-seconds", "3000", "--out", str(tmp_path / "out")]
    with started(sheet, *map(str, paths), *limits) as process:
        family: set[Process] = set()

        def all_play() -> bool:
            assert process.poll() is None, "it ended by itself"
            family.update(_family(process.pid))
            return sum(_layers(number) == LAYERS for number, _ in family if _is_there(number)) >= processes

        _wait_until(all_play)
        family |= _family(process.pid)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert len(family) > 4 * processes
        _wait_until(lambda: not {one for one in family if _begun(one[0]) == one[1]})


@pytest.mark.slow
def test_what_was_killed_goes_on_to_the_results_of_an_uninterrupted_run(
    handed_in: Callable[..., Path], tmp_path: Path
) -> None:
    right = "def tanh(x):\n    return np.tanh(x)\n\ndef tanh_grad(x):\n    return 1 - np.tanh(x)**2\n"
    codes = [right, BY_CHANCE, "def tanh(x):\n    raise KeyError(object())\n"]
    paths = [handed_in(f"random{number}", code) for number, code in enumerate(codes)]
    sheet = str(paths[0].with_name("key.json"))
    with started(sheet, *map(str, paths), "--processes", "1", "--seed", "5", "--out", str(tmp_path / "killed")) as one:
        _wait_until(lambda: bool(_records(tmp_path / "killed")) or one.poll() is not None)
    assert len(_records(tmp_path / "killed")) >= 1
    resumed = grade(sheet, paths, tmp_path / "killed", processes=2)
    assert resumed.run.known >= 1
    grade(sheet, paths, tmp_path / "whole", seed=5)
    results = [(tmp_path / name / "results.json").read_text(encoding="utf-8") for name in ("killed", "whole")]
    assert "is not always the same" in results[0]
    assert "<object object at …>" in results[0]
    assert results[0] == results[1]


# -- /proc -------------------------------------------------------------------------------------------------------------


def _wait_until(happens: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def _records(out: Path) -> list[Path]:
    return list((out / ".gradproof" / "records").rglob("[!.]*.json"))


def _family(root: int) -> set[Process]:
    found, waiting = set(), [root]
    while waiting:
        number = waiting.pop()
        begun = _begun(number)
        if begun:
            found.add((number, begun))
            for task in Path(f"/proc/{number}/task").glob("*"):
                waiting += map(int, _text(task / "children").split())
    return found


def _begun(number: int) -> str:
    """Return when a process was started, "" if it is gone: numbers come again."""
    fields = _text(Path(f"/proc/{number}/stat")).rpartition(")")[2].split()
    return fields[19] if fields and fields[0] != "Z" else ""


def _is_there(number: int) -> bool:
    return bool(_begun(number))


def _layers(number: int) -> int:
    lines = _text(Path(f"/proc/{number}/status")).splitlines()
    return next((len(line.split()) - 1 for line in lines if line.startswith("NSpid:")), 0)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
