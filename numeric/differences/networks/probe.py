"""A function of one array, and of parameters, at one point: how its value moves along a direction."""

import copy
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

import numpy as np

from numeric.arrays import Array
from numeric.differences.networks.record import get_parameter, set_parameter, widened

COMPLEX_STEP = 1e-100
"""Larger than that of a single function: ∂L/∂z may itself be as small as 1e-200 in a network of many layers."""

MEMORY = 32 * 2**20
"""Bytes that one batch of perturbed inputs, with its outputs, may take."""

NUDGE = 1e-4
SHAKES = 3
CONFIRMED = 1e-3
STEPS = (1.0, 1e-2, 1e2, 1e-4)
BLURRED = 1e-6
"""Central differences are repeated with other steps where their estimated error, relative to the largest, is above."""


class Probe:
    """The forward pass of a layer, or the value of a loss, at one recorded input.

    Parameters
    ----------
    layer : object
        Has ``forward`` and parameters. It is copied; its parameters are widened to double precision.
    x : ndarray, (B, ...)
        The input.
    rng : numpy.random.Generator
        Draws the directions that show whether imaginary parts are carried.

    Attributes
    ----------
    pristine : object
        The layer as it was given.
    x, y : ndarray
        Input and output, float64.
    repeats : bool
        Whether a second forward pass gives the same; a layer that draws is copied anew before each pass.
    noise : float
        The estimated relative error of the tangents so far: 0 with complex steps.
    """

    def __init__(self, layer: Any, x: Array, rng: np.random.Generator) -> None:
        self.layer = widened(layer)
        self.pristine = layer
        self.x = np.asarray(x, dtype=np.float64)
        self.rng = rng
        self.y = np.asarray(self.layer.forward(self.x.copy()), dtype=np.float64)
        self.repeats = True
        again = np.asarray(self.layer.forward(self.x.copy()), dtype=np.float64)
        self.repeats = np.array_equal(again, self.y, equal_nan=True)
        self.noise = 0.0
        self._complex: dict[str | None, bool] = {}
        self._stacks: bool | None = None

    @classmethod
    def of_loss(cls, value: Callable[[Array], Any], prediction: Array, rng: np.random.Generator) -> Self:
        """Return the probe of a loss at a prediction (B, ...); its output is one number."""
        return cls(_Loss(value), prediction, rng)

    def run(self, x: Array, parameter: str | None = None, value: Array | None = None) -> Array:
        """Return the output for ``x`` in a new array, with one parameter replaced if it is named."""
        layer = self.layer if self.repeats else widened(self.pristine)
        if parameter is None or value is None:
            return np.asarray(layer.forward(x.copy()))
        former = get_parameter(layer, parameter)
        former = former if hasattr(layer, parameter) else former.copy()
        set_parameter(layer, parameter, value)
        try:
            return np.asarray(layer.forward(x.copy()))
        finally:
            set_parameter(layer, parameter, former)

    def along_input(self, direction: Array, at: Array | None = None) -> Array:
        """Return d/dt forward(x + t·direction) at t = 0 in the shape of the output; ``at`` is another input."""
        return self._along(self.x if at is None else at, direction, None)

    def along_parameter(self, name: str, direction: Array) -> Array:
        """Return how the output moves when a parameter moves along a direction of its shape."""
        return self._along(get_parameter(self.layer, name), direction, name)

    def _along(self, point: Array, direction: Array, name: str | None) -> Array:
        if name not in self._complex:
            tangent = self._tried(point, direction, name)
            if tangent is not None and self._matches(tangent, point, direction, name, STEPS[:1]):
                self._complex[name] = True
                return tangent
        if self.carries_complex(name):
            return self._imaginary(point, direction, name)
        return self._central(point, direction, name)

    def along_inputs(self, directions: Iterator[Array], size: int) -> Iterator[Array]:
        """Yield the tangent along each of ``size`` directions; they go through as few larger batches as memory allows.

        A layer in which rows of the batch meet, or that draws, is given one at a time.
        """
        each = 16 * 4 * (self.x.size + self.y.size)
        together = max(1, min(size, MEMORY // each))
        if together == 1 or not self.repeats or not self.carries_complex(None) or not self.stacks():
            yield from (self.along_input(direction) for direction in directions)
            return
        batch: list[Array] = []
        for direction in directions:
            batch.append(direction)
            if len(batch) == together:
                yield from self._stacked(batch)
                batch = []
        if batch:
            yield from self._stacked(batch)

    def _stacked(self, batch: list[Array]) -> Array:
        stacked = (self.x + 1j * COMPLEX_STEP * np.stack(batch)).reshape(-1, *self.x.shape[1:])
        with strict():
            moved = np.asarray(self.layer.forward(stacked))
        return (moved.imag / COMPLEX_STEP).reshape(len(batch), *self.y.shape)

    def shaken(self, unit: float) -> Iterator["Probe"]:
        """Yield the same layer at inputs that differ by one rounding: what its value owes to rounding on the way."""
        for _ in range(SHAKES):
            other = copy.copy(self)
            other.x = self.x * (1 + unit * self.rng.choice([-1.0, 1.0], size=self.x.shape))
            yield other

    def row_jacobian(self) -> Array:
        """Return J (N, M) of the first row of a batch (B, N) → (B, M): what its unit vectors become, many at once."""
        width, out = self.x.shape[1], self.y.shape[1]
        together = max(1, MEMORY // (16 * 4 * (width + out)))
        jacobian = np.empty((width, out))
        for first in range(0, width, together):
            last = min(first + together, width)
            moved = np.repeat(self.x[:1].astype(np.complex128), last - first, axis=0)
            moved[np.arange(last - first), np.arange(first, last)] += 1j * COMPLEX_STEP
            with strict():
                jacobian[first:last] = np.asarray(self.layer.forward(moved)).imag / COMPLEX_STEP
        return jacobian

    def beside(self, where: Array) -> list[Array]:
        """Return the input moved down, and up, by a least amount times ``where``.

        That is one rounding with complex steps, and more than the step of central differences.
        """
        if self.carries_complex(None):
            amount = np.spacing(np.abs(self.x))
        else:
            amount = np.full(self.x.shape, NUDGE * _size(self.x))
        return [self.x - where * amount, self.x + where * amount]

    @property
    def jump(self) -> float:
        """By which part a slope must change for a kink."""
        return 1e-6 if self.carries_complex(None) else 1e-2

    def stacks(self) -> bool:
        """Tell whether the rows of a batch pass independently: a larger batch gives the same rows."""
        if self._stacks is None:
            self._stacks = self.repeats and self.x.ndim > 0 and self.y.shape[:1] == self.x.shape[:1]
            if self._stacks:
                other = self.x + self.rng.standard_normal(self.x.shape)
                try:
                    both = self.run(np.concatenate([other, self.x]))
                except (ValueError, TypeError, IndexError):
                    both = np.zeros(0)
                self._stacks = both.shape == (2 * len(self.x), *self.y.shape[1:]) and close(
                    both[len(self.x) :], self.y, 1e-12
                )
        return self._stacks

    def carries_complex(self, name: str | None) -> bool:
        """Tell whether the code carries the imaginary part of its input, or of a parameter.

        It does if no error is raised and a tangent along a random direction is that of central differences.
        """
        if name not in self._complex:
            self._complex[name] = self._confirm(name)
        return self._complex[name]

    def _confirm(self, name: str | None) -> bool:
        point = self.x if name is None else get_parameter(self.layer, name)
        if point.size == 0:
            return False
        # Beside the point itself, where a batch of zeros would sit on every kink at once.
        direction = (self.rng.random(point.shape) - 0.5) * _size(point)
        beside = point + 0.1 * direction
        with np.errstate(all="ignore"):
            if not np.all(np.isfinite(self._at(name, beside))):
                beside = point
            tangent = self._tried(beside, direction, name)
            return tangent is not None and self._matches(tangent, beside, direction, name, STEPS)

    def _tried(self, point: Array, direction: Array, name: str | None) -> Array | None:
        try:
            return self._imaginary(point, direction, name)
        except (TypeError, ValueError, AttributeError, np.exceptions.ComplexWarning):
            return None

    def _matches(
        self, tangent: Array, point: Array, direction: Array, name: str | None, factors: tuple[float, ...]
    ) -> bool:
        """Tell whether central differences, at each output with one of the steps, say the same."""
        longest = float(np.max(np.abs(direction), initial=0.0))
        if longest == 0 or not np.all(np.isfinite(tangent)):
            return False
        missing = np.ones(tangent.shape, dtype=bool)
        with np.errstate(all="ignore"):
            for factor in factors:
                step = np.cbrt(np.finfo(float).eps) * factor * _size(point) / longest
                up, down = self._at(name, point + step * direction), self._at(name, point - step * direction)
                coarse = (up - down) / (2 * step)
                rounding = 8 * np.finfo(float).eps * np.max(np.abs(up) + np.abs(down), initial=0.0) / step
                size = np.abs(coarse) + 1e-3 * np.max(np.abs(coarse), initial=0.0)
                missing &= ~(np.abs(tangent - coarse) <= CONFIRMED * size + rounding)
                if not np.any(missing):
                    return True
        return False

    def _at(self, name: str | None, value: Array) -> Array:
        moved = self.run(value) if name is None else self.run(self.x, name, value)
        return moved.astype(np.float64, copy=False)

    def _imaginary(self, point: Array, direction: Array, name: str | None) -> Array:
        moved = np.empty(point.shape, dtype=np.complex128)
        moved.real = point
        np.multiply(direction, COMPLEX_STEP, out=moved.imag)
        with strict():
            result = self.run(moved) if name is None else self.run(self.x, name, moved)
        if not np.iscomplexobj(result):
            raise TypeError("the imaginary part was lost")
        return np.asarray(result.imag / COMPLEX_STEP)

    def _central(self, point: Array, direction: Array, name: str | None) -> Array:
        """Return central differences, for each output with that of three steps whose estimated error is least."""
        size, length = _size(point), float(np.max(np.abs(direction)))
        if length == 0:
            return np.zeros_like(self.y)
        here = self._at(name, point)
        best, least = np.zeros_like(self.y), np.full(self.y.shape, np.inf)
        for factor in STEPS:
            step = np.cbrt(np.finfo(float).eps) * size / length * factor
            up, down = self._at(name, point + step * direction), self._at(name, point - step * direction)
            half_up, half_down = (self._at(name, point + sign * step / 2 * direction) for sign in (1, -1))
            whole, half = (up - down) / (2 * step), (half_up - half_down) / step
            gap = np.abs(up - 2 * here + down) / step
            gap_half = np.abs(half_up - 2 * here + half_down) / (step / 2)
            error = np.abs(whole - half) + np.maximum(2 * gap_half - gap, 0) / 2
            error = error + np.finfo(self._precision()).eps * (np.abs(up) + np.abs(down)) / step
            better = error < least
            best, least = np.where(better, (4 * half - whole) / 3, best), np.where(better, error, least)
            if np.all(least <= BLURRED * np.max(np.abs(best), initial=0.0)):
                break
        largest = float(np.max(np.abs(best), initial=0.0))
        if largest:
            self.noise = max(self.noise, float(np.max(least)) / largest)
        return best

    def _precision(self) -> Any:
        dtype = self.run(self.x).dtype
        return dtype if dtype.kind == "f" else np.dtype(np.float64)


class _Loss:
    """A loss as a layer without parameters."""

    def __init__(self, value: Callable[[Array], Any]) -> None:
        self.value = value

    def forward(self, x: Array) -> Array:
        return np.asarray(self.value(x))

    def parameters(self) -> dict[str, Array]:
        return {}

    def __deepcopy__(self, memo: dict[int, Any]) -> "_Loss":
        return self


def close(left: Array, right: Array, tolerance: float) -> bool:
    """Tell whether two arrays differ by no more than a part of their largest entry; never where one is not finite."""
    if left.shape != right.shape or not (np.all(np.isfinite(left)) and np.all(np.isfinite(right))):
        return False
    largest = np.max(np.abs(right), initial=0.0)
    return bool(np.max(np.abs(left - right), initial=0.0) <= tolerance * largest)


@contextmanager
def strict() -> Iterator[None]:
    """Turn a silently dropped imaginary part into an error; overflow on the way to infinity is not ours to report."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        yield


def _size(point: Array) -> float:
    """Return the root of the mean square, or 1 for zeros."""
    return float(np.sqrt(np.mean(np.square(point)))) or 1.0
