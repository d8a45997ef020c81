"""Fashion-MNIST: 70,000 images of clothes, 28x28 pixels, ten classes.

Source: H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST (2017); used by course document 003.
"""

import logging
from dataclasses import dataclass
from pathlib import Path

from numeric.arrays import Array
from numeric.data import idx
from numeric.data.errors import DataError, DataMissing

CLASSES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip

DEBIAN_DIR = Path("/usr/share/datasets/fashion-mnist")
"""Where the Debian package dataset-fashion-mnist puts the files."""

ADDRESS = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
"""The publisher's own address. It has no encryption; the hashes make up for that."""

TIMEOUT = 10.0
"""Seconds to wait for an answer of the network."""


@dataclass(frozen=True)
class Part:
    """One of the four files: its name, its dimensions, and the SHA-256 of its contents and of the published .gz.

    The Debian package compresses the files anew, so that only the contents are the same everywhere.
    """

    name: str
    shape: tuple[int, ...]
    sha256: str
    packed_sha256: str


PARTS = (
    Part(
        "train-images-idx3-ubyte",
        (60_000, 28, 28),
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    ),
    Part(
        "train-labels-idx1-ubyte",
        (60_000,),
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    ),
    Part(
        "t10k-images-idx3-ubyte",
        (10_000, 28, 28),
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    ),
    Part(
        "t10k-labels-idx1-ubyte",
        (10_000,),
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
)


@dataclass(frozen=True)
class FashionMNIST:
    """The whole data set.

    Attributes
    ----------
    train_images, test_images : ndarray of uint8, (60000, 28, 28) and (10000, 28, 28)
        Grey values 0 to 255, read-only.
    train_labels, test_labels : ndarray of uint8, (60000,) and (10000,)
        Classes 0 to 9, read-only.
    classes : tuple of str
        The names of the ten classes.
    origin : str
        Where the files were found.
    """

    train_images: Array
    train_labels: Array
    test_images: Array
    test_labels: Array
    classes: tuple[str, ...]
    origin: str


@dataclass(frozen=True)
class Found:
    """Where the four files are: their paths in the order of `PARTS`, and in words."""

    paths: tuple[Path, ...]
    origin: str


def find(data_dir: Path | None = None, *, download: bool = True) -> Found:
    """Find the four files, compressed or not, without reading them.

    Searched in this order: the given folder and nothing else; our cache; where Debian's package puts them; and then
    they are downloaded once into the cache.

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
        If ``data_dir`` is given and lacks a file.
    DataMissing
        If the files are nowhere and cannot be downloaded; the one line says how to get them.
    """
    if data_dir is not None:
        return Found(_require(Path(data_dir)), f"the given folder {data_dir}")
    cache = cache_dir()
    for folder, origin in ((cache, "our cache"), (DEBIAN_DIR, "the Debian package dataset-fashion-mnist")):
        paths = tuple(_existing(folder, part) for part in PARTS)
        if None not in paths:
            return Found(tuple(path for path in paths if path is not None), f"{origin}, {folder}")
    if not download:
        raise DataMissing(_missing("it is not on this machine"))
    _download(cache)
    return Found(_require(cache), f"downloaded to our cache, {cache}")


def load(data_dir: Path | None = None, *, download: bool = True) -> FashionMNIST:
    """Find and read Fashion-MNIST, and check every byte against the published contents.

    Parameters
    ----------
    data_dir, download
        As for `find`.

    Returns
    -------
    FashionMNIST
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
        arrays = [
            idx.read(path, shape=part.shape, sha256=part.sha256) for path, part in zip(found.paths, PARTS, strict=True)
        ]
    except DataError as error:
        if data_dir is None and found.paths[0].parent == cache_dir():
            raise DataError(f"{error} (delete this one, and the next run does it)") from error
        raise
    train_images, train_labels, test_images, test_labels = arrays
    return FashionMNIST(train_images, train_labels, test_images, test_labels, CLASSES, found.origin)


def cache_dir() -> Path:
    """Return the folder into which a download goes; it need not exist."""
    import pooch

    return Path(pooch.os_cache("gradproof")) / "fashion-mnist"


def _existing(folder: Path, part: Part) -> Path | None:
    for name in (f"{part.name}.gz", part.name):
        path = folder / name
        if path.is_file():
            return path
    return None


def _require(folder: Path) -> tuple[Path, ...]:
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; give the one that holds the four files of Fashion-MNIST")
    paths = []
    for part in PARTS:
        path = _existing(folder, part)
        if path is None:
            raise DataError(f"{folder}: holds neither {part.name}.gz nor {part.name}; put all four files there")
        paths.append(path)
    return tuple(paths)


def _download(folder: Path) -> None:
    """Download all four files into the folder; each appears there whole, with the right hash, or not at all."""
    import pooch

    logger = pooch.get_logger()
    level = logger.level
    # pooch announces each file and its hash; whoever calls us reports progress in its own way.
    logger.setLevel(logging.WARNING)
    try:
        for part in PARTS:
            # pooch downloads to a temporary name beside the file, checks the hash and then renames.
            pooch.retrieve(
                f"{ADDRESS}{part.name}.gz",
                known_hash=f"sha256:{part.packed_sha256}",
                fname=f"{part.name}.gz",
                path=folder,
                downloader=pooch.HTTPDownloader(timeout=TIMEOUT),
            )
    except (OSError, ValueError) as error:  # requests' errors are OSErrors; a wrong hash is a ValueError
        reason = "the download was not the published file" if isinstance(error, ValueError) else "no network"
        raise DataMissing(_missing(f"it is not on this machine and could not be downloaded ({reason})")) from error
    finally:
        logger.setLevel(level)


def _missing(why: str) -> str:
    return (
        f"Fashion-MNIST: {why}; install the Debian package dataset-fashion-mnist, "
        "or put the four files into a folder and name it with --data-dir"
    )
