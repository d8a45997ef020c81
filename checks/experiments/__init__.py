"""The experiments of the course, each run, tabulated and checked: what `gradproof train` does."""

import importlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from checks.experiments.findings import Findings, Options, Progress, Table

__all__ = ["EXPERIMENTS", "Experiment", "Findings", "Options", "Progress", "Table", "run"]


@dataclass(frozen=True)
class Experiment:
    """One experiment: its title, the module and function that run it, and whether it is repeated over seeds."""

    title: str
    module: str
    function: str
    repeated: bool = False


EXPERIMENTS: Mapping[str, Experiment] = MappingProxyType(
    {
        "wave": Experiment("Gradient descent on f(x, y)", "surfaces", "wave"),
        "mountain": Experiment("Gradient ascent on the mountain", "surfaces", "mountain"),
        "landscape": Experiment("Landscapes of 2 → n → 1 networks", "piecewise_linear", "landscape"),
        "ring": Experiment("The ring detector", "piecewise_linear", "ring"),
        "digits": Experiment("Handwritten digits, 64-32-10", "digits", "digits", repeated=True),
        "halves": Experiment("Digits 0-4 against 5-9, four networks", "digits", "halves", repeated=True),
        "fashion": Experiment("Fashion-MNIST, 784-50-10", "fashion", "fashion"),
        "fashion-documented": Experiment(
            "Fashion-MNIST as document 003 trains on it", "fashion", "fashion_as_documented", repeated=True
        ),
        "mnist": Experiment("MNIST, 784-256-128-10 beside scikit-learn", "deep", "mnist"),
        "fashion-deep": Experiment("Fashion-MNIST, 784-256-128-10 beside scikit-learn", "deep", "fashion_deep"),
        "fashion-conv": Experiment("Fashion-MNIST, a small convolutional network", "fashion", "fashion_convolutional"),
        "conv": Experiment("Squares against noise, the convolutional example", "conv", "conv"),
        "conv-rates": Experiment(
            "The convolutional example, rates and first weights over seeds", "conv", "rates", repeated=True
        ),
        "conv-mistakes": Experiment(
            "The convolutional example with one mistake at a time", "conv", "conv_with_mistakes", repeated=True
        ),
    }
)
"""In the order of the course."""


def run(name: str, options: Options | None = None, *, progress: Progress | None = None) -> Findings:
    """Run one experiment.

    Parameters
    ----------
    name:
        One of `EXPERIMENTS`.
    options:
        Data folder, download, number of seeds.
    progress:
        Called as the work goes on.

    Returns
    -------
    Findings
        Tables, verdicts and what the figures are drawn from.

    Raises
    ------
    KeyError
        For a name that is not in `EXPERIMENTS`.
    DataError
        The data of the experiment is missing (`DataMissing`) or damaged.
    ValueError
        For a number of seeds below 1.
    """
    experiment = EXPERIMENTS[name]
    options = options or Options()
    if options.seeds is not None and options.seeds < 1:
        raise ValueError(f"at least one seed is needed, not {options.seeds}")
    module = importlib.import_module(f"checks.experiments.{experiment.module}")
    start = time.perf_counter()
    tables, results, exhibit = getattr(module, experiment.function)(options, progress)
    return Findings(name, experiment.title, tables, tuple(results), exhibit, time.perf_counter() - start)
