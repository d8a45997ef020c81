"""Time the main job as a person meets it: whole processes, wall clock and largest memory, each several times.

Run as `python benchmarks/main_job.py [--runs N]` in an environment with gradproof installed. Prints one row for each
command: minimum, median and maximum of the seconds, and the largest resident memory of the process tree.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version

COMMANDS = {
    "gradproof --help": ["--help"],
    "gradproof derive sigmoid": ["derive", "sigmoid"],
    "gradproof verify sigmoid": ["verify", "sigmoid"],
    "gradproof verify (as installed)": ["verify"],
    "gradproof verify --report (as installed)": ["verify", "--report", "{folder}"],
}


def measured(arguments: list[str]) -> tuple[float, float]:
    """Return seconds and megabytes of one run, in a process of its own that waits for it."""
    code = (
        "import resource, subprocess, sys, time\n"
        "start = time.perf_counter()\n"
        "done = subprocess.run([sys.executable, '-m', 'gradproof', *sys.argv[1:]], capture_output=True)\n"
        "seconds = time.perf_counter() - start\n"
        "print(seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, done.returncode)\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        filled = [part.format(folder=folder) for part in arguments]
        out = subprocess.run([sys.executable, "-c", code, *filled], capture_output=True, text=True, check=True).stdout
    seconds, megabytes, code_text = out.split()
    if code_text != "0":
        raise SystemExit(f"gradproof {' '.join(arguments)} ended with exit code {code_text}")
    return float(seconds), float(megabytes)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    libraries = ", ".join(f"{name} {version(name)}" for name in ("gradproof", "sympy", "numpy", "scipy"))
    print(f"Python {platform.python_version()}, {libraries}; {os.cpu_count()} cores; {runs} runs each")
    print(f"{'command':44} {'min s':>8} {'median':>8} {'max':>8} {'MB':>7}")
    for name, arguments in COMMANDS.items():
        found = [measured(arguments) for _ in range(runs)]
        seconds = [pair[0] for pair in found]
        row = f"{min(seconds):8.2f} {statistics.median(seconds):8.2f} {max(seconds):8.2f}"
        print(f"{name:44} {row} {max(pair[1] for pair in found):7.0f}")


if __name__ == "__main__":
    main()
