"""Typed frames between the judge and a player: a length, a JSON header, raw array bytes. Nothing is ever evaluated.

A frame is ``magic (4 bytes) | header length (u32) | body length (u64) | header (UTF-8 JSON) | body``, little-endian.
The header holds values as trees of tagged lists; arrays are named by dtype, shape and place in the body. Every number
in a header is checked against the limits before anything is allocated.
"""

import json
import math
import os
import select
import struct
import time
from typing import Any

import numpy as np

MAGIC = b"gpf1"
HEAD = struct.Struct("<4sIQ")

HEADER_LIMIT = 4 * 2**20
BODY_LIMIT = 256 * 2**20
DEPTH_LIMIT = 24
NODES_LIMIT = 100_000
TEXT_LIMIT = 1_000_000
DIMENSIONS_LIMIT = 16
INTEGER_DIGITS = 400

DTYPES = frozenset(
    f"{order}{kind}"
    for order, kinds in (
        ("|", ("b1", "i1", "u1")),
        ("<", ("i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")),
    )
    for kind in kinds
)


class FrameError(Exception):
    """A frame that breaks the rules: too large, malformed, of a type that is not carried."""


class ClosedError(Exception):
    """The other side is gone."""


class LateError(Exception):
    """The other side did not answer in time."""


class Opaque:
    """A value that is not carried over a frame; only the name of its type is.

    Attributes
    ----------
    type_name : str
        Such as ``"function"`` or ``"Tensor"``.
    """

    def __init__(self, type_name: str) -> None:
        self.type_name = type_name

    def __repr__(self) -> str:
        return f"<{self.type_name}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Opaque) and other.type_name == self.type_name

    __hash__ = None  # type: ignore[assignment]


class Reference:
    """A value that stays on the other side, under a name or a number: a function, a class, an object.

    Attributes
    ----------
    key : str or int
        The name in the student's module, or the number that the player gave it.
    """

    def __init__(self, key: str | int) -> None:
        self.key = key

    def __repr__(self) -> str:
        return f"Reference({self.key!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and other.key == self.key

    __hash__ = None  # type: ignore[assignment]


# -- values to trees and back ------------------------------------------------------------------------------------------


class _Packer:
    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0
        self.nodes = 0

    def pack(self, value: Any, depth: int = 0) -> Any:  # noqa: PLR0911 - one line for each kind of value
        self.nodes += 1
        if depth > DEPTH_LIMIT or self.nodes > NODES_LIMIT:
            raise FrameError("the value is nested too deeply or has too many parts")
        # Exact types: a subclass may lie about itself.
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is int:
            if abs(value) >= 10**INTEGER_DIGITS:
                raise FrameError("the integer is too large")
            return ["i", str(value)]
        if kind is float:
            return ["f", value.hex() if math.isfinite(value) else str(value)]
        if kind is complex:
            return ["c", self.pack(value.real, depth + 1), self.pack(value.imag, depth + 1)]
        if kind is str:
            if len(value) > TEXT_LIMIT:
                raise FrameError("the text is too long")
            return ["s", value.encode("utf-8", "replace").decode("utf-8")]
        if kind is list or kind is tuple:
            return ["l" if kind is list else "t", [self.pack(part, depth + 1) for part in value]]
        if kind is dict:
            pairs = [[self.pack(key, depth + 1), self.pack(part, depth + 1)] for key, part in value.items()]
            return ["d", pairs]
        if kind is Reference:
            return ["r", value.key]
        if kind is np.ndarray or isinstance(value, np.generic):
            return self._array(value)
        return ["o", str(kind.__name__)[:200]]

    def _array(self, value: Any) -> Any:
        array = np.asarray(value)
        dtype = array.dtype.newbyteorder("<").str if array.dtype.itemsize > 1 else array.dtype.str
        if dtype not in DTYPES:
            return ["o", f"{type(value).__name__} of dtype {array.dtype}"[:200]]
        # A zero-stride view may stand for far more numbers than it holds bytes.
        if array.ndim > DIMENSIONS_LIMIT or array.size * array.itemsize + self.size > BODY_LIMIT:
            raise FrameError(f"the array of shape {array.shape} is too large")
        raw = np.ascontiguousarray(array.astype(dtype, copy=False)).tobytes()
        tree = ["g" if isinstance(value, np.generic) else "a", dtype, list(array.shape), self.size]
        self.parts.append(raw)
        self.size += len(raw)
        return tree


def encode(value: Any) -> bytes:
    """Return a frame that holds a value.

    Parameters
    ----------
    value : None, bool, int, float, complex, str, list, tuple, dict, ndarray, NumPy scalar, Reference
        And trees of them. Anything else becomes an `Opaque` of the same type name.

    Raises
    ------
    FrameError
        For values over the limits.
    """
    packer = _Packer()
    try:
        header = json.dumps(packer.pack(value), separators=(",", ":")).encode()
    except RecursionError as error:
        raise FrameError("the value is nested too deeply") from error
    if len(header) > HEADER_LIMIT:
        raise FrameError("the value has too many parts")
    return HEAD.pack(MAGIC, len(header), packer.size) + header + b"".join(packer.parts)


class _Unpacker:
    def __init__(self, body: bytes) -> None:
        self.body = body
        self.nodes = 0

    def unpack(self, tree: Any, depth: int = 0) -> Any:
        self.nodes += 1
        if depth > DEPTH_LIMIT or self.nodes > NODES_LIMIT:
            raise FrameError("a value is nested too deeply or has too many parts")
        if tree is None or isinstance(tree, bool):
            return tree
        if not isinstance(tree, list) or not tree or not isinstance(tree[0], str):
            raise FrameError("a value is no tagged list")
        tag, *parts = tree
        read = getattr(self, f"_read_{tag}", None) if tag in _TAGS else None
        if read is None:
            raise FrameError(f"there is no value of kind {tag[:20]!r}")
        if len(parts) != _TAGS[tag]:
            raise FrameError(f"a value of kind {tag!r} has {len(parts)} parts")
        return read(*parts, depth)

    def _read_i(self, digits: Any, _: int) -> int:
        if not isinstance(digits, str) or len(digits) > INTEGER_DIGITS + 1:
            raise FrameError("an integer is malformed")
        if not digits.removeprefix("-").isdecimal() or not digits.isascii():
            raise FrameError("an integer is malformed")
        return int(digits)

    def _read_f(self, digits: Any, _: int) -> float:
        if not isinstance(digits, str) or len(digits) > 40:
            raise FrameError("a number is malformed")
        try:
            return float(digits) if digits in {"inf", "-inf", "nan"} else float.fromhex(digits)
        except (ValueError, OverflowError) as error:
            raise FrameError("a number is malformed") from error

    def _read_c(self, real: Any, imaginary: Any, depth: int) -> complex:
        parts = self.unpack(real, depth + 1), self.unpack(imaginary, depth + 1)
        if not all(isinstance(part, float) for part in parts):
            raise FrameError("a complex number is malformed")
        return complex(*parts)

    def _read_s(self, text: Any, _: int) -> str:
        if not isinstance(text, str) or len(text) > TEXT_LIMIT:
            raise FrameError("a text is malformed")
        return text

    def _read_l(self, parts: Any, depth: int) -> list[Any]:
        if not isinstance(parts, list):
            raise FrameError("a list is malformed")
        return [self.unpack(part, depth + 1) for part in parts]

    def _read_t(self, parts: Any, depth: int) -> tuple[Any, ...]:
        return tuple(self._read_l(parts, depth))

    def _read_d(self, pairs: Any, depth: int) -> dict[Any, Any]:
        if not isinstance(pairs, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
            raise FrameError("a dictionary is malformed")
        found: dict[Any, Any] = {}
        for key, value in pairs:
            read = self.unpack(key, depth + 1)
            if not isinstance(read, str | int | float | bool | None):
                raise FrameError("a dictionary has a key that is no plain value")
            found[read] = self.unpack(value, depth + 1)
        return found

    def _read_o(self, name: Any, _: int) -> Opaque:
        if not isinstance(name, str) or len(name) > 200:
            raise FrameError("the name of a type is malformed")
        return Opaque(name)

    def _read_r(self, key: Any, _: int) -> Reference:
        if isinstance(key, bool) or not isinstance(key, str | int) or (isinstance(key, str) and len(key) > 1000):
            raise FrameError("a reference is malformed")
        return Reference(key)

    def _read_a(self, dtype: Any, shape: Any, start: Any, _: int) -> Any:
        if dtype not in DTYPES or not isinstance(shape, list) or len(shape) > DIMENSIONS_LIMIT:
            raise FrameError("an array is malformed")
        if not all(type(size) is int and 0 <= size <= BODY_LIMIT for size in (*shape, start)):
            raise FrameError("an array is malformed")
        count = math.prod(shape)
        length = count * np.dtype(dtype).itemsize
        if start + length > len(self.body):
            raise FrameError("an array reaches beyond its frame")
        return np.frombuffer(self.body, dtype, count, start).reshape(shape).copy()

    def _read_g(self, dtype: Any, shape: Any, start: Any, depth: int) -> Any:
        if shape != []:
            raise FrameError("a NumPy number has a shape")
        return self._read_a(dtype, shape, start, depth)[()]


_TAGS = {"i": 1, "f": 1, "c": 2, "s": 1, "l": 1, "t": 1, "d": 1, "o": 1, "r": 1, "a": 3, "g": 3}


def decode(header: bytes, body: bytes) -> Any:
    """Return the value of a frame.

    Raises
    ------
    FrameError
        For anything that `encode` does not write.
    """
    try:
        tree = json.loads(header.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise FrameError("a header is no JSON") from error
    return _Unpacker(body).unpack(tree)


# -- over file descriptors ---------------------------------------------------------------------------------------------


def write_frame(descriptor: int, value: Any, deadline: float | None = None) -> None:
    """Write a value as one frame.

    Parameters
    ----------
    descriptor : int
        Of a pipe or socket.
    value
        As for `encode`.
    deadline : float, optional
        By the monotonic clock.

    Raises
    ------
    FrameError, ClosedError, LateError
        The value cannot be written; nobody reads; nobody reads fast enough.
    """
    left = memoryview(encode(value))
    while left:
        _wait(descriptor, deadline, write=True)
        try:
            left = left[os.write(descriptor, left[: 2**16]) :]
        except OSError as error:
            raise ClosedError("the other side is gone") from error


def read_frame(descriptor: int, deadline: float | None = None) -> Any:
    """Read one frame and return its value.

    Raises
    ------
    FrameError, ClosedError, LateError
        The frame breaks the rules; the other side is gone; it did not answer in time.
    """
    magic, header_length, body_length = HEAD.unpack(_exactly(descriptor, HEAD.size, deadline))
    if magic != MAGIC or header_length > HEADER_LIMIT or body_length > BODY_LIMIT:
        raise FrameError("this is no frame")
    header = _exactly(descriptor, header_length, deadline)
    return decode(header, _exactly(descriptor, body_length, deadline))


def _exactly(descriptor: int, length: int, deadline: float | None) -> bytes:
    """Read exactly so many bytes; memory grows with what arrives, not with what was announced."""
    parts = bytearray()
    while len(parts) < length:
        _wait(descriptor, deadline, write=False)
        try:
            part = os.read(descriptor, min(2**20, length - len(parts)))
        except OSError as error:
            raise ClosedError("the other side is gone") from error
        if not part:
            raise ClosedError("the other side is gone")
        parts += part
    return bytes(parts)


def _wait(descriptor: int, deadline: float | None, *, write: bool) -> None:
    if deadline is None:
        return
    left = deadline - time.monotonic()
    ready = select.poll()
    ready.register(descriptor, select.POLLOUT if write else select.POLLIN)
    if left <= 0 or not ready.poll(left * 1000):
        raise LateError("no answer in time")
