"""Runs the solution notebook and keeps its outputs in a form that is the same in every build."""

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from worksheets.building.running import ONE_THREAD

if TYPE_CHECKING:
    from nbclient import NotebookClient

SECONDS = 300
START_SECONDS, TRIES = 300, 3
"""How long a kernel may take until it answers, on a machine that is busy; how often to start one that ends at once."""
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_STREAMS = ("text/html", "text/plain")


class ExecutionError(RuntimeError):
    """A cell of the solution failed; `cell` is its id."""

    def __init__(self, cell: str, reason: str) -> None:
        super().__init__(f"the cell '{cell}' of the solution fails: {reason}")
        self.cell = cell


class NoKernelError(OSError):
    """No kernel starts here; the message says what happened."""


def execute(
    made: dict[str, Any], *, seconds: int = SECONDS, progress: Callable[[str, int, int], None] | None = None
) -> dict[str, float]:
    """Run a notebook in a fresh kernel and put the outputs into it.

    Parameters
    ----------
    made:
        The notebook; its cells get their outputs.
    seconds:
        The time limit for each cell.
    progress:
        Called before each cell with its id, how many are done, and how many there are.

    Returns
    -------
    dict
        The seconds that each code cell took, by its id.

    Raises
    ------
    ExecutionError
        A cell raised an error or ran out of time.
    NoKernelError
        There is no kernel to execute it in.
    """
    import time

    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = nbformat.from_dict(made)
    codes = [place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    times: dict[str, float] = {}
    begun: dict[int, float] = {}

    def before(cell: Any, cell_index: int) -> None:
        begun[cell_index] = time.perf_counter()
        if progress is not None:
            progress(cell.id, codes.index(cell_index), len(codes))

    def after(cell: Any, cell_index: int, **_: Any) -> None:
        times[cell.id] = time.perf_counter() - begun[cell_index]

    environment = {**os.environ, **ONE_THREAD, "PYTHONHASHSEED": "0", "PYTHONWARNINGS": "default", "IPYTHONDIR": ""}
    environment.pop("MPLBACKEND", None)
    with tempfile.TemporaryDirectory(prefix="gradproof-") as folder:
        environment["IPYTHONDIR"] = os.path.join(folder, ".ipython")
        client = NotebookClient(
            notebook,
            timeout=seconds,
            kernel_name="python3",
            record_timing=False,
            startup_timeout=START_SECONDS,
            shutdown_kernel="immediate",  # what it holds is of no use to anybody
            resources={"metadata": {"path": folder}},
            on_cell_execute=before,
            on_cell_executed=after,
        )
        place = 0
        try:
            with _kernel(client, environment):
                for place in codes:
                    client.execute_cell(notebook.cells[place], place)
        except CellTimeoutError:
            raise ExecutionError(notebook.cells[place].id, f"it did not end within {seconds} s") from None
        except CellExecutionError as error:
            raise ExecutionError(notebook.cells[place].id, f"{error.ename}: {error.evalue}") from None
        except DeadKernelError:
            raise ExecutionError(notebook.cells[place].id, "the kernel died") from None
    for number, place in enumerate(codes, start=1):
        cell = made["cells"][place]
        cell["execution_count"] = number
        cell["outputs"] = [_steady(output, number, folder) for output in notebook.cells[place].outputs]
        cell["outputs"] = _joined(cell["outputs"])
    return times


@contextmanager
def _kernel(client: "NotebookClient", environment: Mapping[str, str]) -> Iterator[None]:
    """Start a kernel; again if it ends at once, as when another process took one of the ports it was to listen on."""
    with ExitStack() as running:
        for tries_left in reversed(range(TRIES)):
            try:
                running.enter_context(client.setup_kernel(env=environment, stderr=subprocess.DEVNULL))
                break
            except RuntimeError as error:
                if not tries_left:
                    raise NoKernelError(f"no kernel could be started to execute the solution: {error}") from error
        yield


def _steady(output: Any, number: int, folder: str) -> dict[str, Any]:
    """Take out of an output what differs from run to run: addresses of objects, temporary folders, counters."""
    kept = {name: value for name, value in dict(output).items() if name != "transient"}
    if kept.get("output_type") == "execute_result":
        kept["execution_count"] = number
    if "text" in kept:
        kept["text"] = _plain(kept["text"], folder)
    if "data" in kept:
        data = dict(kept["data"])
        for kind in _STREAMS:
            if kind in data:
                data[kind] = _plain(data[kind], folder)
        kept["data"] = data
    kept["metadata"] = dict(kept["metadata"]) if "metadata" in kept else {}
    if kept["output_type"] in ("stream", "error"):
        del kept["metadata"]
    return kept


def _plain(text: str, folder: str) -> str:
    return _ADDRESS.sub("", text).replace(folder, ".")


def _joined(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join pieces of one stream: where the kernel cuts it is a matter of time."""
    found: list[dict[str, Any]] = []
    for output in outputs:
        last = found[-1] if found else None
        if (
            last is not None
            and output["output_type"] == last["output_type"] == "stream"
            and output["name"] == last["name"]
        ):
            last["text"] += output["text"]
        else:
            found.append(output)
    return found
