import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from checks.result import Result
from checks.run import Exhibits, NotRun, Part, Run, verify_entry
from checks.verdict import Comparison, Status, Verdict
from numeric.data.fashion import CLASSES, FashionMNIST
from numeric.experiments import conv, descent, digits, fashion, halves

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ENTRIES = ("wave", "mountain", "sigmoid", "relu", "bce_prediction", "softmax_cross_entropy", "linear_layer", "variance")


@pytest.fixture(scope="session")
def run():
    """A run of a few entries and of quick experiments; it holds one refuted row with markup in its sentence."""
    rng = np.random.default_rng(3)
    images = rng.integers(0, 256, (120, 28, 28), dtype=np.uint8)
    labels = rng.integers(0, 10, 120)
    clothes = FashionMNIST(images[:80], labels[:80], images[80:], labels[80:], CLASSES, "made up for a test")
    exhibits = Exhibits(
        descents=descent.run(),
        digits=digits.document_run(60),
        digits_long=digits.document_run(120),
        seeds=digits.fresh_seeds(4, 20),
        halves=halves.run(epochs=2),
        conv=conv.run(samples=200, epochs=2),
        fashion=fashion.run(clothes, epochs=1),
    )
    results = [row for name in ENTRIES for row in verify_entry(name)]
    agrees = Verdict(
        status=Status.AGREES,
        reason="Backpropagation and derivation agree.",
        evidence=Comparison(compared=4810, max_error=3.2e-15, tolerance=1e-10, worst_at="0.W at step 3"),
    )
    fault = Verdict(status=Status.FAULT, reason="The check itself failed: <script>alert(1)</script> & more")
    results += [
        Result(name, "gradients while training", agrees, 0.5) for name in ("digits", "halves", "conv", "fashion")
    ]
    results.append(Result("conv", "a fault", fault, 0.0))
    return Run(
        results=tuple(results),
        parts=(Part("derivations", 1.25), Part("digits", 0.004)),
        not_run=(NotRun("mnist", "the files are not here; name their folder with --data-dir"),),
        exhibits=exhibits,
        seconds=2.5,
        peak_memory_mb=310.0,
    )


@pytest.fixture(scope="session")
def html(run):
    from worksheets.report.page import page

    return page(run, worksheets=["course-gradients"])


@pytest.fixture
def browse(tmp_path):
    """Open a page in headless Chromium; returns its DOM and what the browser complained about."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip("no chromium, chromium-browser or google-chrome is installed")

    def open_page(page: Path, *flags: str) -> tuple[str, list[str]]:
        command = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--enable-logging=stderr", "--dump-dom", *flags, page.as_uri(),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=True)
        return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]

    return open_page
