"""A reader for images and labels in one .npz file, the layout of course document 003.

The file is a zip of two arrays, ``images`` (S, 28, 28) and ``labels`` (S,). Nothing in it is trusted: sizes are looked
at before memory is taken, a pickled object is never loaded, and every value is compared with its range.
"""

import io
import math
import zipfile
import zlib
from pathlib import Path

import numpy as np

from numeric.arrays import Array
from numeric.data.errors import DataError

MAX_BYTES = 1 << 30
"""An array may not unpack to more: with eight bytes for a grey value, 10,000 images take a sixteenth of it."""

_AGAIN = "get the file again"


def read(
    path: Path, *, image: tuple[int, int] = (28, 28), classes: int = 10, max_bytes: int = MAX_BYTES
) -> tuple[Array, Array]:
    """Read images and labels.

    Parameters
    ----------
    path : Path
        The file.
    image : (int, int)
        Rows and columns that every image must have.
    classes : int
        Labels must be whole numbers from 0 to one less.
    max_bytes : int
        Limit for each array, unpacked.

    Returns
    -------
    (ndarray of uint8, (S, rows, columns); ndarray of uint8, (S,))
        Grey values 0 to 255 and labels, read-only. Any type of number is read as long as all values are whole.

    Raises
    ------
    DataError
        With one sentence, if the file cannot be read or does not hold just that.

    Notes
    -----
    Source: course document 003, section 1, for the names and shapes; the format is that of ``numpy.savez``.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            images, labels = (_member(archive, name, path, max_bytes) for name in ("images", "labels"))
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}); check the path and its rights") from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DataError(f"{path}: is not a whole .npz file ({error}); {_AGAIN}") from error
    except (NotImplementedError, RuntimeError) as error:  # a compression that Python lacks; a password
        raise DataError(f"{path}: cannot be unpacked ({error}); save it again with numpy.savez") from error
    if images.ndim != 3 or images.shape[1:] != image or len(images) == 0:
        raise DataError(
            f"{path}: holds images of {_by(images.shape)} instead of Sx{_by(image)}, S ≥ 1; is it another file?"
        )
    if labels.shape != images.shape[:1]:
        raise DataError(
            f"{path}: holds {len(images)} images but labels of {_by(labels.shape)}; one label for each is needed"
        )
    return _whole(images, 255, "grey values", path), _whole(labels, classes - 1, "labels", path)


def _member(archive: zipfile.ZipFile, name: str, path: Path, max_bytes: int) -> Array:
    """Return one array of the archive."""
    try:
        member = archive.getinfo(f"{name}.npy")
    except KeyError:
        held = ", ".join(sorted(entry.removesuffix(".npy") for entry in archive.namelist()[:5])) or "nothing"
        raise DataError(f"{path}: lacks the array '{name}' (it holds {held}); is it another file?") from None
    if member.file_size > max_bytes:
        raise DataError(f"{path}: '{name}' unpacks to more than the limit of {max_bytes} bytes; is it another file?")
    return _array(archive.read(member), name, path)


def _array(payload: bytes, name: str, path: Path) -> Array:
    """Return the array of one .npy file, whose header states neither more nor less than what follows it."""
    file = io.BytesIO(payload)
    try:
        version = np.lib.format.read_magic(file)
        header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
        shape, by_column, dtype = header(file)
    except (ValueError, KeyError, TypeError, SyntaxError, OverflowError, RecursionError, MemoryError) as error:
        raise DataError(f"{path}: '{name}' is not an array that NumPy wrote; {_AGAIN}") from error
    if dtype.kind not in "buif":
        what = "Python objects" if dtype.hasobject else f"values of type {dtype}"
        raise DataError(f"{path}: '{name}' holds {what} instead of numbers; save it as an array of uint8")
    wanted, held = math.prod(shape) * dtype.itemsize, len(payload) - file.tell()
    if min(shape, default=0) < 0 or held != wanted:
        raise DataError(f"{path}: '{name}' has {held} of {wanted} bytes of values; {_AGAIN}")
    flat: Array = np.frombuffer(payload, dtype, offset=file.tell())
    return flat.reshape(shape, order="F" if by_column else "C")


def _whole(values: Array, largest: int, what: str, path: Path) -> Array:
    """Return the values as bytes; DataError unless all are whole numbers from 0 to the largest."""
    low, high = values.min(), values.max()
    if not (low >= 0 and high <= largest):  # nan is not
        raise DataError(f"{path}: has {what} from {low} to {high}; they must lie in 0..{largest}")
    whole = values.astype(np.uint8)
    if not np.array_equal(whole, values):
        raise DataError(f"{path}: has {what} that are not whole numbers; they must be 0, 1, ..., {largest}")
    whole = np.ascontiguousarray(whole)
    whole.flags.writeable = False
    return whole


def _by(shape: tuple[int, ...]) -> str:
    return "x".join(str(size) for size in shape) or "no dimension"
