"""The main job: every check of every entry, then the networks that train, as one run that can be reported."""

import math
import platform
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checks.result import Result, timed
from checks.verdict import Status, Verdict, gravest
from derive.entry import ArrayEntry, Entry, MomentEntry, ScalarEntry

if TYPE_CHECKING:
    from numeric.experiments.conv import ConvRun
    from numeric.experiments.descent import Descents
    from numeric.experiments.digits import DigitsRun, SeedStudy
    from numeric.experiments.fashion import FashionRun
    from numeric.experiments.halves import HalvesRun

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many units are done, and how many there are in all."""

LIBRARIES = ("sympy", "python-flint", "numpy", "scipy", "scikit-learn")


@dataclass(frozen=True)
class Part:
    """A part of a run and the wall-clock seconds it took."""

    name: str
    seconds: float


@dataclass(frozen=True)
class NotRun:
    """A part that was left out, with the one line that says why and what to do."""

    part: str
    reason: str


@dataclass
class Exhibits:
    """What the networks showed while they were checked: the material of the figures. None where a part did not run."""

    descents: "Descents | None" = None
    digits: "DigitsRun | None" = None
    digits_long: "DigitsRun | None" = None
    seeds: "SeedStudy | None" = None
    halves: "HalvesRun | None" = None
    conv: "ConvRun | None" = None
    fashion: "FashionRun | None" = None


@dataclass(frozen=True)
class Run:
    """Everything a run found.

    Attributes
    ----------
    results:
        One row for each check.
    parts:
        The time of each part.
    not_run:
        Parts that were left out, and why.
    exhibits:
        Trained networks and paths, for figures.
    seconds:
        Wall-clock time of the whole.
    peak_memory_mb:
        Largest resident memory of this process and of its children.
    """

    results: tuple[Result, ...]
    parts: tuple[Part, ...]
    not_run: tuple[NotRun, ...]
    exhibits: Exhibits = field(repr=False)
    seconds: float
    peak_memory_mb: float

    @property
    def status(self) -> Status:
        """The gravest status of all results."""
        return gravest(result.verdict.status for result in self.results)

    @property
    def reason(self) -> str:
        """One sentence over the whole."""
        counts = dict.fromkeys(Status, 0)
        for result in self.results:
            counts[result.verdict.status] += 1
        shown = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
        left_out = f"; not run: {', '.join(part.part for part in self.not_run)}" if self.not_run else ""
        return f"{len(self.results)} checks: {shown}{left_out}."

    def to_json(self) -> dict[str, Any]:
        """Return the object that `gradproof verify --json` prints."""
        return {
            "status": str(self.status),
            "reason": self.reason,
            "gradproof": version("gradproof"),
            "results": [result.to_json() for result in self.results],
            "parts": [{"name": part.name, "seconds": round(part.seconds, 3)} for part in self.parts],
            "not_run": [{"part": part.part, "reason": part.reason} for part in self.not_run],
            "seconds": round(self.seconds, 3),
            "peak_memory_mb": round(self.peak_memory_mb, 1),
            "environment": environment(),
        }


def environment() -> dict[str, str]:
    """Return the versions that a figure depends on."""
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


def peak_memory_mb() -> float:
    """Return the largest resident memory so far, of this process or of a child, in megabytes."""
    unit = 1024 if sys.platform != "darwin" else 1024**2  # Linux counts in kilobytes, macOS in bytes
    usages = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usages) / unit


# -- the entries ----------------------------------------------------------------------------------


def entry_checks(entry: Entry) -> Iterator[tuple[str, Callable[[], Verdict | None]]]:
    """Yield the checks that apply to an entry, in the order in which they build on one another."""
    from checks.activation_regions import check_regions
    from checks.conventions import check_backward_without_jacobian, check_columns, check_symmetric_units
    from checks.critical_points import check_critical_points
    from checks.derivations import check_all_sizes, check_steps, check_textbook, check_wrong_answers
    from checks.initialisation import check_sampled_variance
    from checks.kinks import check_kinks
    from checks.limits import check_limits
    from checks.optimisers import check_recurrences
    from checks.precision import check_precision
    from checks.twins import check_differences, check_twin
    from derive import catalogue

    yield "steps", partial(check_steps, entry)
    yield "textbook form", partial(check_textbook, entry)
    if isinstance(entry, ArrayEntry):
        yield "all sizes", partial(check_all_sizes, entry)
        if all(entry.matrix_form(name) is not None for name in entry.targets):
            yield "samples as columns", partial(check_columns, entry)
        if entry.is_jacobian:
            yield "backward pass", partial(check_backward_without_jacobian, entry)
        if entry.units is not None:
            yield "equal units", partial(check_symmetric_units, entry, *entry.units)
    yield "wrong answers", partial(check_wrong_answers, entry)
    if isinstance(entry, ArrayEntry) and entry.selection is not None:
        yield "every region", partial(check_regions, entry)
    else:
        yield "kinks", partial(check_kinks, entry)
    yield "limits", partial(check_limits, entry)
    if isinstance(entry, ScalarEntry) and catalogue.chapter(entry.name) == "surfaces":
        yield "critical points", partial(check_critical_points, entry)
    if isinstance(entry, MomentEntry) and {"uniform_bound", "he_bound"} & set(entry.claims):
        yield "sampled", partial(check_sampled_variance, entry)
    if isinstance(entry, MomentEntry) and "adam_corrected" in entry.claims:
        yield "recurrences", partial(check_recurrences, entry)
    if entry.compilable:
        if not (isinstance(entry, ArrayEntry) and entry.stages):
            yield "precision", partial(check_precision, entry)
        yield "central differences", partial(check_differences, entry, "central")
        yield "complex step", partial(check_differences, entry, "complex")
        yield "hand-written twin", partial(check_twin, entry)


def verify_entry(name: str) -> list[Result]:
    """Run every check of one entry; checks that do not apply leave no row."""
    from derive import catalogue

    entry = catalogue.load(name)
    rows = [timed(entry.name, what, check) for what, check in entry_checks(entry)]
    return [row for row in rows if row is not None]


# -- the whole ------------------------------------------------------------------------------------

NETWORKS = ("digits", "halves", "conv", "fashion")


def verify(
    names: Sequence[str] = (),
    *,
    data_dir: Path | None = None,
    download: bool = True,
    processes: int = 1,
    progress: Progress | None = None,
) -> Run:
    """Check entries, or the whole house: every entry and every network that trains.

    Parameters
    ----------
    names:
        Entries to check; all of them, and the networks, when none is named.
    data_dir:
        The folder with the four Fashion-MNIST files; damaged or missing files there are an error.
    download:
        Whether Fashion-MNIST may be downloaded when it is found nowhere.
    processes:
        Entries are spread over this many processes beside this one. More than one needs a main module that can be
        imported again, as always with multiprocessing.
    progress:
        Called as the work goes on.

    Raises
    ------
    UnknownEntryError
        A name that is not in the catalogue.
    DataError
        Files in `data_dir` that are missing or damaged.
    """
    from derive import catalogue

    chosen = [catalogue.canonical_name(name) for name in names] or list(catalogue.names())
    networks = () if names else NETWORKS
    return _together(chosen, networks, data_dir, download, processes, progress)


def _together(
    chosen: Sequence[str],
    networks: Sequence[str],
    data_dir: Path | None,
    download: bool,
    processes: int,
    progress: Progress | None,
) -> Run:
    if data_dir is not None and "fashion" in networks:
        from numeric.data.fashion import find

        find(data_dir)  # a wrong folder is said at once, not after half a minute
    start = time.perf_counter()
    told = _Counter(progress, len(chosen) + len(networks))
    exhibits, not_run = Exhibits(), []
    seconds: dict[str, float] = {}
    rows: dict[str, list[Result]] = {name: [] for name in (*chosen, *networks)}
    with _pool(processes) as pool:
        waiting = {name: pool.submit(verify_entry, name) for name in chosen}
        if networks:
            from numeric.experiments import descent

            exhibits.descents = descent.run()
        for name in networks:
            told.doing(name)
            began = time.perf_counter()
            try:
                shown, rows[name] = _network(name, data_dir, download)
            except MissingError as missing:
                not_run.append(NotRun(name, str(missing)))
            else:
                vars(exhibits).update(shown)
                seconds[name] = time.perf_counter() - began
            told.done(name)
        for name, future in waiting.items():
            told.doing(name)
            rows[name] = future.result()
            seconds[name] = sum(row.seconds for row in rows[name])
            told.done(name)
    return Run(
        results=tuple(row for found in rows.values() for row in found),
        parts=tuple(Part(name, seconds[name]) for name in rows if name in seconds),
        not_run=tuple(not_run),
        exhibits=exhibits,
        seconds=time.perf_counter() - start,
        peak_memory_mb=peak_memory_mb(),
    )


class MissingError(Exception):
    """A part cannot run because its data is not there; the message says how to get it."""


def _network(name: str, data_dir: Path | None, download: bool) -> tuple[dict[str, Any], list[Result]]:
    from checks.networks import training
    from numeric.data.errors import DataMissing

    if name != "fashion":
        checks = {"digits": training.check_digits, "halves": training.check_halves, "conv": training.check_conv}
        return checks[name]()
    try:
        return training.check_fashion(data_dir, download=download)
    except DataMissing as missing:
        if data_dir is not None:
            raise
        raise MissingError(str(missing)) from missing


class _Counter:
    """Counts finished units for a progress display."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total, self._count = progress, total, 0

    def doing(self, what: str) -> None:
        if self._progress is not None:
            self._progress(what, self._count, self._total)

    def done(self, what: str) -> None:
        self._count += 1
        self.doing(what)


class _Here:
    """Runs what is submitted when its result is asked for, in this process."""

    def submit(self, function: Callable[..., Any], *arguments: Any) -> "_Later":
        return _Later(partial(function, *arguments))


@dataclass(frozen=True)
class _Later:
    result: Callable[[], Any]


@contextmanager
def _pool(processes: int) -> Iterator[Any]:
    if processes <= 1:
        yield _Here()
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Fresh processes: a forked one would share threads and BLAS state with a parent that is training networks.
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def json_text(run: Run) -> str:
    """Return the run as JSON text."""
    import json

    return json.dumps(json_ready(run.to_json()), ensure_ascii=False, allow_nan=False)


def json_ready(value: Any) -> Any:
    """Return a value without the numbers that JSON has not: infinities and nan become null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: json_ready(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_ready(part) for part in value]
    return value
