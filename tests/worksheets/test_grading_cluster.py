"""Submissions are judged on a Dask cluster as they are here, also when a worker dies in the middle."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from checks.submissions.sandbox import has_namespaces
from worksheets.grading import cluster as cluster_module
from worksheets.grading import grade
from worksheets.grading.cluster import ClusterError, on_cluster

SHEET = "docs/examples/slopes.md"
WAIT = 300.0

needs_dask = pytest.mark.skipif(not has_namespaces(), reason="this system has no namespaces in which code could be run")


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """Return a folder with submissions no two of which are equal: right ones, wrong ones, one that ends its process."""
    folder = tmp_path_factory.mktemp("handed-in")
    slopes = ["1 - np.tanh(x)**2", "1 - np.tanh(x)", "1 / np.cosh(x)**2", "exit()"]
    for number in range(12):
        (folder / f"s{number:02}.py").write_text(
            f"import numpy as np\n\ndef tanh(x):\n    own = {number}\n    return np.tanh(x)\n\n"
            f"def tanh_grad(x):\n    return {slopes[number % 4]}\n\nweights = {2080 + number % 3}\n"
        )
    return folder


class Cluster:
    """A scheduler and two workers in processes of their own."""

    def __init__(self, folder):
        self.file = folder / "scheduler.json"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([os.getcwd(), *sys.path[1:]])}
        start = [sys.executable, "-m"]
        scheduler = [*start, "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard"]
        worker = [*start, "distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        scheduler, worker = ([*one, "--scheduler-file", str(self.file)] for one in (scheduler, worker))
        self.scheduler = subprocess.Popen(scheduler, env=environment, **quiet)
        self.workers = [
            subprocess.Popen([*worker, "--name", str(number)], env=environment, **quiet) for number in range(2)
        ]

    @property
    def address(self):
        return json.loads(self.file.read_text())["address"]

    def wait(self):
        from distributed import Client

        ended = time.monotonic() + WAIT
        while not self.file.exists() and time.monotonic() < ended:
            time.sleep(0.1)
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=WAIT)

    def close(self):
        for process in (*self.workers, self.scheduler):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in (*self.workers, self.scheduler):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def cluster(tmp_path):
    pytest.importorskip("distributed", reason="Dask is not installed: pip install 'gradproof[dask]'")
    made = Cluster(tmp_path)
    try:
        made.wait()
        yield made
    finally:
        made.close()


def found(out):
    return json.loads((out / "results.json").read_text(encoding="utf-8"))


@pytest.mark.slow
@needs_dask
def test_a_cluster_finds_the_same_though_a_worker_is_killed_in_the_middle(cluster, handed_in, tmp_path):
    here = grade(SHEET, [handed_in], tmp_path / "here", seed=4)
    killed = []

    def kill_one(_counts, done, _total):
        if done == 3 and not killed:
            killed.append(cluster.workers[0].pid)
            cluster.workers[0].kill()

    there = grade(SHEET, [handed_in], tmp_path / "there", seed=4, judge=on_cluster(cluster.address), progress=kill_one)
    assert killed
    assert cluster.workers[0].wait(WAIT) == -signal.SIGKILL
    assert cluster.workers[1].poll() is None
    assert there.run.judged == here.run.judged == 12
    assert found(tmp_path / "there") == found(tmp_path / "here")
    assert set(there.summary["counts"]) == {"refuted", "unreadable"}
    again = grade(SHEET, [handed_in], tmp_path / "there", judge=on_cluster(cluster.address))
    assert (again.run.judged, again.run.known) == (0, 12)


@needs_dask
def test_where_no_scheduler_answers_it_is_said(monkeypatch, tmp_path, handed_in):
    pytest.importorskip("distributed", reason="Dask is not installed: pip install 'gradproof[dask]'")
    monkeypatch.setattr(cluster_module, "CONNECT_SECONDS", 1)
    with pytest.raises(ClusterError, match=r"no Dask scheduler answers at 'tcp://127\.0\.0\.1:9'"):
        grade(SHEET, [handed_in], tmp_path, judge=on_cluster("tcp://127.0.0.1:9"))


def test_without_dask_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"pip install 'gradproof\[dask\]'"):
        on_cluster("tcp://127.0.0.1:8786")


@pytest.mark.parametrize("address", ["", "x y", "tcp://", "localhost", "tcp://a:b", "http://a:1/b"])
def test_what_is_no_address_is_refused_at_once(address):
    with pytest.raises(ClusterError, match=r"is no address of a Dask scheduler; write it as tcp://10\.0\.0\.1:8786"):
        on_cluster(address)
