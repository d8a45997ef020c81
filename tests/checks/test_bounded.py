"""A process with bounds: what hangs is ended, too much memory is refused, the next question is answered."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks.bounded import RETIRES, Bounded, EndedError, LateError

MODULE = """
import os, sys
from checks.bounded import end_with_parent, limit_memory
end_with_parent(0.05)
limit_memory(int(sys.argv[1]))
print("ready", flush=True)
for line in sys.stdin:
    what = line.strip()
    if what == "hang":
        10 ** 10**9  # one operation, which nothing in Python interrupts
    if what == "search":
        while True:
            pass
    if what == "fill":
        try:
            found = len(bytes(300 * 2**20))
        except MemoryError:
            found = "no memory"
        print(found, flush=True)
    elif what == "abort":
        sys.stderr.write("out of memory, said the library")
        sys.stderr.flush()
        os.abort()
    elif what == "retire":
        print("done\tretires", flush=True)
        break
    else:
        print(os.getpid(), what, flush=True)
"""


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bounded]:
    (tmp_path / "echoing.py").write_text(MODULE)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with Bounded("echoing", memory=256) as process:
        yield process


def test_one_process_answers_one_line_after_another(process: Bounded) -> None:
    first, second = process.ask("σ(x)", 60).split(), process.ask("two\nlines", 60).split()
    assert first[1:] == ["σ(x)"]
    assert second[1:] == ["two", "lines"]
    assert first[0] == second[0]


def test_what_hangs_is_ended_and_the_next_question_goes_to_another_process(process: Bounded) -> None:
    before = process.ask("x", 60).split()[0]
    with pytest.raises(LateError):
        process.ask("hang", 0.5)
    after, said = process.ask("y", 60).split()
    assert said == "y"
    assert after != before


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not keep a limit of memory")
def test_there_is_no_more_memory_than_the_limit(process: Bounded) -> None:
    assert process.ask("fill", 60) == "no memory"
    process.close()
    process.memory = 1024
    assert process.ask("fill", 60) == str(300 * 2**20)


def test_a_library_that_ends_its_process_ends_nothing_else_and_its_last_words_are_kept(process: Bounded) -> None:
    with pytest.raises(EndedError, match="said the library"):
        process.ask("abort", 60)
    assert process.ask("z", 60).endswith(" z")


def test_a_process_that_retires_is_followed_by_another(process: Bounded) -> None:
    before = process.ask("x", 60).split()[0]
    found = process.ask("retire", 60)
    assert found == "done"
    assert RETIRES not in found
    assert process.ask("y", 60).split()[0] != before


ASKING = """
from checks.bounded import Bounded
process = Bounded("echoing", memory=256)
print(process.ask("x", 60).split()[0], flush=True)
process.ask("search", 600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it looks at a process by /proc")
def test_a_process_whose_parent_was_killed_ends_in_the_middle_of_a_question(process: Bounded) -> None:
    folder = next(path for path in sys.path if Path(path, "echoing.py").exists())
    asking = subprocess.Popen(
        [sys.executable, "-c", ASKING],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([folder, *filter(None, sys.path)])},
    )
    assert asking.stdout is not None
    with asking.stdout:
        stat = Path("/proc", asking.stdout.readline().decode().strip(), "stat")
    begun = _begun(stat)
    assert begun
    asking.kill()
    asking.wait()
    end = time.monotonic() + 60
    while _begun(stat) == begun:
        assert time.monotonic() < end
        time.sleep(0.05)


def _begun(stat: Path) -> str:
    """Return when a process was started, "" if it is gone."""
    fields = (stat.read_text() if stat.exists() else "").rpartition(")")[2].split()
    return fields[19] if fields and fields[0] != "Z" else ""


def test_a_module_that_cannot_start_is_told_from_one_that_ended() -> None:
    with Bounded("checks.no_such_module") as process:
        with pytest.raises(EndedError, match="no_such_module"):
            process.ask("x", 60)
        assert not process.answered
