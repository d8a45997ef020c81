"""MNIST: 70,000 handwritten digits, 28x28 pixels.

Source: Y. LeCun, C. Cortes and C. Burges, The MNIST database; used by course document 001, from OpenML.
"""

import hashlib
import socket
import tempfile
import urllib.error
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from numeric.arrays import Array
from numeric.data import files, idx
from numeric.data.errors import DataError, DataMissing
from numeric.data.files import Found, LabelledImages, Part

CLASSES = tuple("0123456789")

TIMEOUT = 30.0
"""Seconds to wait for an answer of the network."""

PARTS = (
    Part(
        "train-images-idx3-ubyte",
        (60_000, 28, 28),
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ),
    Part(
        "train-labels-idx1-ubyte",
        (60_000,),
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ),
    Part(
        "t10k-images-idx3-ubyte",
        (10_000, 28, 28),
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    ),
    Part(
        "t10k-labels-idx1-ubyte",
        (10_000,),
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
)


def find(data_dir: Path | None = None, *, download: bool = True) -> Found:
    """Find the four files, compressed or not, without reading them.

    Searched in this order: the given folder and nothing else; our cache; and then OpenML, through scikit-learn, once:
    what comes is compared with the published contents and kept in the cache as the four files.

    Parameters
    ----------
    data_dir : Path, optional
        A folder that must hold the files.
    download : bool
        Whether the network may be used.

    Returns
    -------
    Found
        Four paths and their origin.

    Raises
    ------
    DataError
        If ``data_dir`` is given and lacks a file, or if OpenML sends something else than MNIST.
    DataMissing
        If the files are nowhere and cannot be downloaded; the one line says how to get them.
    """
    if data_dir is not None:
        return Found(files.require(Path(data_dir), PARTS, "MNIST"), f"the given folder {data_dir}")
    cache = cache_dir()
    paths = files.all_of(cache, PARTS)
    if paths is not None:
        return Found(paths, f"our cache, {cache}")
    if not download:
        raise DataMissing(_missing("it is not on this machine"))
    try:
        _download(cache)
    except OSError as error:
        raise DataMissing(_missing(f"our cache cannot be written ({error.strerror or error})")) from error
    return Found(files.require(cache, PARTS, "MNIST"), f"downloaded from OpenML to our cache, {cache}")


def load(data_dir: Path | None = None, *, download: bool = True) -> LabelledImages:
    """Find and read MNIST, and check every byte against the published contents.

    Parameters
    ----------
    data_dir, download
        As for `find`.

    Returns
    -------
    LabelledImages
        Images and labels.

    Raises
    ------
    DataError
        If a file is missing from ``data_dir``, or damaged.
    DataMissing
        If the files are nowhere and cannot be downloaded.
    """
    found = find(data_dir, download=download)
    try:
        train_images, train_labels, test_images, test_labels = files.read(found.paths, PARTS)
    except DataError as error:
        if data_dir is None:
            raise DataError(f"{error} (delete this one, and the next run does it)") from error
        raise
    return LabelledImages(train_images, train_labels, test_images, test_labels, CLASSES, found.origin)


def cache_dir() -> Path:
    """Return the folder into which a download goes; it need not exist."""
    return files.cache_dir("mnist")


def _download(folder: Path) -> None:
    """Put the four files into the folder; each appears there whole, with the right contents, or not at all."""
    images, labels = _from_openml()
    first = PARTS[0].shape[0]
    contents = [idx.pack(array) for array in (images[:first], labels[:first], images[first:], labels[first:])]
    for part, content in zip(PARTS, contents, strict=True):
        if hashlib.sha256(content).hexdigest() != part.sha256:
            raise DataError(
                f"OpenML: {part.name} is not what was published; get the four files of MNIST elsewhere, "
                "put them into a folder and name it with --data-dir"
            )
    for part, content in zip(PARTS, contents, strict=True):
        files.write(folder / part.name, content)


def _from_openml() -> tuple[Array, Array]:
    """Return what OpenML calls mnist_784, version 1: images (S, 28, 28) and labels (S,), both uint8, in its order."""
    from sklearn.datasets import fetch_openml

    samples = PARTS[0].shape[0] + PARTS[2].shape[0]
    try:
        # scikit-learn keeps what it loads; we keep the parsed arrays, which are read a hundred times faster.
        with tempfile.TemporaryDirectory() as kept, _patience(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own attempts to connect again
            bunch: Any = fetch_openml(
                "mnist_784", version=1, as_frame=False, parser="liac-arff", data_home=kept, n_retries=1
            )
        data, target = np.asarray(bunch.data), np.asarray(bunch.target)
    except OSError as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()  # the answer is still open in it
        raise DataMissing(_missing("it is not on this machine and could not be downloaded (no network)")) from error
    except Exception as error:  # whatever its parser says of what it was sent
        reason = str(error).split("\n", maxsplit=1)[0]
        raise DataError(f"OpenML: mnist_784 could not be read ({reason}); try again later") from error
    if data.shape != (samples, 784) or target.shape != (samples,):
        raise DataError(f"OpenML: mnist_784 has shapes {data.shape} and {target.shape}; {samples} rows were expected")
    pixels, labels = data.astype(np.uint8), target.astype(str)
    if not np.array_equal(pixels, data) or not np.all(np.isin(labels, CLASSES)):
        raise DataError("OpenML: mnist_784 has other values than grey values 0..255 and labels 0..9; try again later")
    return pixels.reshape(-1, 28, 28), labels.astype(np.uint8)


@contextmanager
def _patience() -> Iterator[None]:
    """Let no connection wait for ever: scikit-learn sets no limit of its own."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIMEOUT)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _missing(why: str) -> str:
    return f"MNIST: {why}; put its four files into a folder and name it with --data-dir"
