"""Shared by the tests of numeric: points for every twin, and the check that a gradient must pass."""

import gzip
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numeric import twins
from numeric.differences import central, complex_step

EPS = np.finfo(np.float64).eps
WITH_UPSTREAM = ("linear_layer", "batch_norm", "layer_norm")


def _points(name: str, rng: np.random.Generator) -> list[Any]:
    def u(*shape: int) -> Any:
        return rng.uniform(-2, 2, shape)

    labels = np.eye(4)[rng.integers(4, size=3)]
    return {
        "wave": lambda: [u(), u()],
        "bowl": lambda: [u(), u()],
        "mountain": lambda: [u(), u()],
        "sigmoid": lambda: [u()],
        "relu": lambda: [u()],
        "leaky_relu": lambda: [u(), np.array(rng.uniform(0.1, 0.5))],
        "identity": lambda: [u()],
        "tanh": lambda: [u()],
        "bce_prediction": lambda: [np.array(rng.uniform()), np.array(rng.uniform(0.05, 0.95))],
        "bce_logit": lambda: [np.array(rng.uniform()), u()],
        "softmax_cross_entropy": lambda: [u(3, 4), labels],
        "squared_error": lambda: [u(5), u(5)],
        "linear_layer": lambda: [u(3, 5), u(5, 2), u(2)],
        "batch_norm": lambda: [u(4, 3), u(3), u(3), np.array(rng.uniform(0.01, 1))],
        "layer_norm": lambda: [u(4, 3), u(3), u(3), np.array(rng.uniform(0.01, 1))],
        "neuron_sigmoid": lambda: [u(), u(), u(), np.array(rng.uniform())],
        "conv_example": lambda: [u(5, 6, 6), np.array([0, 1, 1, 0, 1]), u(3, 3), u(), u(2, 2), u()],
    }[name]()


@pytest.fixture
def points_of() -> Callable[..., list[Any]]:
    """(name, seed) → arguments of the twin."""
    return lambda name, seed=0: _points(name, np.random.default_rng(seed))


@pytest.fixture
def twin_discrepancies() -> Callable[..., tuple[float, float]]:
    """(name, variable, seed, spoil) → how many tolerances the twin's gradient is from complex step and central."""

    def discrepancies(
        name: str, variable: str, seed: int = 0, spoil: Callable[[Any], Any] = lambda gradient: gradient
    ) -> tuple[float, float]:
        rng = np.random.default_rng(seed)
        arguments = _points(name, rng)
        twin = twins.twin(name)
        assert twin is not None
        place = list(inspect.signature(twin.function).parameters).index(variable)
        value = twin.function(*arguments)
        upstream = [rng.standard_normal(value.shape)] if name in WITH_UPSTREAM else []

        def scalar(moved: Any) -> Any:
            result = twin.function(*arguments[:place], moved, *arguments[place + 1 :])
            return np.sum(upstream[0] * result) if upstream else result

        gradient = spoil(np.asarray(twin.gradients[variable](*arguments, *upstream)))
        if gradient.shape != np.shape(arguments[place]):
            return np.inf, np.inf
        exact, approximate = complex_step(scalar, arguments[place]), central(scalar, arguments[place])
        size = np.max(np.abs(exact.value)) + EPS
        by_complex_step = np.max(np.abs(gradient - exact.value)) / (20 * EPS * size)
        by_central = np.max(np.abs(gradient - approximate.value) / (10 * approximate.error + EPS * size))
        return float(by_complex_step), float(by_central)

    return discrepancies


@pytest.fixture
def layer_discrepancy() -> Callable[..., dict[str, float]]:
    """(layer, x, dy) → relative error of ∂L/∂x and of each parameter's gradient against the complex step."""

    def discrepancy(layer: Any, x: Any, dy: Any) -> dict[str, float]:
        def through_input(moved: Any) -> Any:
            return np.sum(dy * layer.forward(moved))

        found = {"x": layer.backward(x, dy), **layer.gradients()}
        wanted = {"x": complex_step(through_input, x).value}
        for name, parameter in layer.parameters().items():

            def through_parameter(moved: Any, name: str = name, parameter: Any = parameter) -> Any:
                setattr(layer, name, moved)
                result = np.sum(dy * layer.forward(x))
                setattr(layer, name, parameter)
                return result

            wanted[name] = complex_step(through_parameter, parameter).value
        assert found.keys() == wanted.keys()
        return {
            name: float(np.max(np.abs(found[name] - value)) / (np.max(np.abs(value)) or 1.0))
            if found[name].shape == value.shape
            else np.inf
            for name, value in wanted.items()
        }

    return discrepancy


@pytest.fixture
def idx_bytes() -> Callable[..., bytes]:
    """(array of uint8) → an IDX file."""

    def pack(array: Any, code: int = 0x08, big: str = ">u1") -> bytes:
        header = bytes([0, 0, code, array.ndim]) + np.array(array.shape, ">u4").tobytes()
        return header + array.astype(big).tobytes()

    return pack


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """(name, content) → path of a new file; a name that ends in .gz is compressed."""

    def write_file(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(content, mtime=0) if name.endswith(".gz") else content)
        return path

    return write_file
