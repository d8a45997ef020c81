"""For all tests: Hypothesis draws the same examples everywhere, and a busy machine changes no verdict."""

import shutil
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from checks.formulas import limits

# The same examples on each run, drawn from the name of the test, and no clock: neither a deadline nor "too slow".
settings.register_profile(
    "gradproof", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("gradproof")


@pytest.fixture(scope="session", autouse=True)
def _limits_in_processor_time():  # type: ignore[no-untyped-def]
    """Let the limits of formulas count the processor time of this process: what else runs here takes none of it."""
    if not hasattr(signal, "ITIMER_PROF"):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "CLOCK", signal.ITIMER_PROF)
        patch.setattr(limits, "ALARM", signal.SIGPROF)
        yield


@pytest.fixture(scope="session")
def compiled_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an XDG_CACHE_HOME in which there is our compiled library of lemmas for Coq, and nothing else yet."""
    from checks.kernel import CoqMissingError, find_coq
    from checks.kernel.certificates import build_library

    home = tmp_path_factory.mktemp("compiled-library")
    try:
        coq = find_coq()
    except CoqMissingError as missing:
        pytest.skip(str(missing))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(home))
        build_library(coq, tmp_path_factory.mktemp("library"))
    return home


@pytest.fixture
def coq_cache(compiled_library: Path, tmp_path: Path) -> Path:
    """Return an XDG_CACHE_HOME of the test's own in which nothing is proved yet, but the library is compiled."""
    return Path(shutil.copytree(compiled_library, tmp_path / "coq-cache"))
