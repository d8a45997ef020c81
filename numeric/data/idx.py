"""A reader for IDX, the file format of MNIST and its relatives, compressed or not.

A file is two zero bytes, a byte for the type, a byte for the number of dimensions, each dimension as four bytes, the
most significant first, and the values row by row. Nothing in a file is trusted: sizes are compared with limits before
memory is taken, and every byte must be accounted for.

Source of the format: Y. LeCun, C. Cortes and C. Burges, The MNIST database, section "The IDX file format".
"""

import hashlib
import math
import zlib
from pathlib import Path

import numpy as np

from numeric.arrays import Array
from numeric.data.errors import DataError

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MAX_DIMENSIONS = 8
MAX_BYTES = 1 << 30
"""A file may not hold, nor unpack to, more: the largest MNIST relative has a tenth of it."""

_GZIP_MAGIC = b"\x1f\x8b"
_AGAIN = "get the file again"


def read(
    path: Path, *, shape: tuple[int, ...] | None = None, sha256: str | None = None, max_bytes: int = MAX_BYTES
) -> Array:
    """Read an IDX file; whether it is compressed with gzip is seen from its first bytes.

    Parameters
    ----------
    path : Path
        The file.
    shape : tuple of int, optional
        The dimensions that it must have.
    sha256 : str, optional
        What the SHA-256 of the uncompressed file must be, in hexadecimal.
    max_bytes : int
        Limit for the file and for what it unpacks to.

    Returns
    -------
    ndarray
        Of the type and dimensions that the file states, in the machine's byte order; read-only.

    Raises
    ------
    DataError
        With one sentence, if the file cannot be read or is not a whole, clean IDX file of that shape and hash.

    Notes
    -----
    Source: the format as the module describes it.
    """
    payload = _payload(path, max_bytes)
    array = parse(payload, name=str(path), max_bytes=max_bytes)
    if shape is not None and array.shape != shape:
        raise DataError(f"{path}: holds an array of {_by(array.shape)} instead of {_by(shape)}; is it another file?")
    if sha256 is not None:
        found = hashlib.sha256(payload).hexdigest()
        if found != sha256:
            raise DataError(
                f"{path}: the contents are not those that were published "
                f"(SHA-256 {found[:12]}… instead of {sha256[:12]}…); {_AGAIN}"
            )
    return array


def parse(payload: bytes, *, name: str, max_bytes: int = MAX_BYTES) -> Array:
    """Read an array from the bytes of an uncompressed IDX file.

    Parameters
    ----------
    payload : bytes
        The whole file.
    name : str
        What to call it in an error.
    max_bytes : int
        Limit for the values.

    Returns
    -------
    ndarray
        As `read`.

    Raises
    ------
    DataError
        With one sentence, if the bytes are not a whole, clean IDX file.
    """
    if len(payload) < 4:
        raise DataError(f"{name}: ends after {len(payload)} bytes, before the IDX header is complete; {_AGAIN}")
    if payload[:2] != b"\0\0":
        raise DataError(f"{name}: is not an IDX file: it starts with {payload[:4].hex(' ')} instead of 00 00; {_AGAIN}")
    code, dimensions = payload[2], payload[3]
    if code not in TYPES:
        known = ", ".join(f"{known:#04x}" for known in TYPES)
        raise DataError(f"{name}: has the unknown IDX type {code:#04x} (known are {known}); {_AGAIN}")
    if not 1 <= dimensions <= MAX_DIMENSIONS:
        raise DataError(f"{name}: states {dimensions} dimensions (1 to {MAX_DIMENSIONS} are possible); {_AGAIN}")
    start = 4 + 4 * dimensions
    if len(payload) < start:
        raise DataError(f"{name}: ends after {len(payload)} bytes, before the IDX header is complete; {_AGAIN}")
    shape = tuple(int(size) for size in np.frombuffer(payload, ">u4", dimensions, offset=4))
    dtype = np.dtype(TYPES[code])
    # math.prod works on Python's integers: a product of hostile dimensions cannot wrap around.
    wanted = math.prod(shape) * dtype.itemsize
    if wanted > max_bytes:
        raise DataError(f"{name}: states {_by(shape)} values, more than the limit of {max_bytes} bytes; {_AGAIN}")
    held = len(payload) - start
    if held < wanted:
        raise DataError(f"{name}: is cut short: {held} of {wanted} bytes of values; {_AGAIN}")
    if held > wanted:
        raise DataError(f"{name}: {held - wanted} bytes too many after the last value; {_AGAIN}")
    array = np.frombuffer(payload, dtype, offset=start).reshape(shape)
    native = array.astype(dtype.newbyteorder("="), copy=False)
    native.flags.writeable = False
    return native


def pack(array: Array) -> bytes:
    """Return the bytes of an uncompressed IDX file that holds the array.

    Parameters
    ----------
    array : ndarray
        Of a type that IDX knows, with 1 to 8 dimensions.

    Raises
    ------
    ValueError
        For another type or number of dimensions.
    """
    codes = {np.dtype(stored).newbyteorder("="): (code, stored) for code, stored in TYPES.items()}
    if array.dtype not in codes or not 1 <= array.ndim <= MAX_DIMENSIONS:
        raise ValueError(f"IDX has no place for {array.ndim} dimensions of {array.dtype}")
    code, stored = codes[array.dtype]
    header = bytes([0, 0, code, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return header + array.astype(stored).tobytes()


def _payload(path: Path, max_bytes: int) -> bytes:
    """Return the uncompressed bytes of a file."""
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise DataError(f"{path}: has {size} bytes, more than the limit of {max_bytes}; is it another file?")
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}); check the path and its rights") from error
    if raw[:2] == _GZIP_MAGIC:
        return _unpacked(raw, path, max_bytes)
    if path.suffix == ".gz":
        raise DataError(f"{path}: is named .gz but is not a gzip file; {_AGAIN}")
    return raw


def _unpacked(raw: bytes, path: Path, max_bytes: int) -> bytes:
    """Return what the one gzip stream in ``raw`` holds, never unpacking more than the limit."""
    stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        # One byte more than allowed shows a file that unpacks to too much, without unpacking the rest.
        payload = stream.decompress(raw, max_bytes + 1)
    except zlib.error as error:
        raise DataError(f"{path}: is a damaged gzip file ({error}); {_AGAIN}") from error
    if len(payload) > max_bytes:
        raise DataError(f"{path}: unpacks to more than the limit of {max_bytes} bytes; is it another file?")
    if not stream.eof:
        raise DataError(f"{path}: is a gzip file that is cut short; {_AGAIN}")
    if stream.unused_data:
        raise DataError(f"{path}: {len(stream.unused_data)} bytes too many after the gzip stream; {_AGAIN}")
    return payload


def _by(shape: tuple[int, ...]) -> str:
    return "x".join(str(size) for size in shape)
