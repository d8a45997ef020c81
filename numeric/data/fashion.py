"""Fashion-MNIST: 70,000 images of clothes, 28x28 pixels, ten classes.

Source: H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST (2017); used by course document 003.
"""

import logging
from pathlib import Path

from numeric.data import files, npz
from numeric.data.errors import DataError, DataMissing
from numeric.data.files import Found, LabelledImages, Part

CLASSES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip

DEBIAN_DIR = Path("/usr/share/datasets/fashion-mnist")
"""Where the Debian package dataset-fashion-mnist puts the files."""

ADDRESS = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
"""The publisher's own address. It has no encryption; the hashes make up for that."""

TIMEOUT = 10.0
"""Seconds to wait for an answer of the network."""


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


NPZ = ("mnist_fashion_train.npz", "mnist_fashion_test.npz")
"""The two files of course document 003, with the arrays ``images`` and ``labels``."""

FashionMNIST = LabelledImages


def find(data_dir: Path | None = None, *, download: bool = True) -> Found:
    """Find the four files, compressed or not, without reading them.

    Searched in this order: the given folder and nothing else, for the four files or for the two .npz of document 003,
    whose contents nobody has published a hash of; our cache; where Debian's package puts them; and then
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
        Four paths, or two, and their origin.

    Raises
    ------
    DataError
        If ``data_dir`` is given and lacks a file.
    DataMissing
        If the files are nowhere and cannot be downloaded; the one line says how to get them.
    """
    if data_dir is not None:
        two = tuple(Path(data_dir) / name for name in NPZ)
        if files.all_of(Path(data_dir), PARTS) is None and all(path.is_file() for path in two):
            return Found(two, f"the given folder {data_dir}, .npz files")
        return Found(files.require(Path(data_dir), PARTS, "Fashion-MNIST"), f"the given folder {data_dir}")
    cache = cache_dir()
    for folder, origin in ((cache, "our cache"), (DEBIAN_DIR, "the Debian package dataset-fashion-mnist")):
        paths = files.all_of(folder, PARTS)
        if paths is not None:
            return Found(paths, f"{origin}, {folder}")
    if not download:
        raise DataMissing(_missing("it is not on this machine"))
    _download(cache)
    return Found(files.require(cache, PARTS, "Fashion-MNIST"), f"downloaded to our cache, {cache}")


def load(data_dir: Path | None = None, *, download: bool = True) -> FashionMNIST:
    """Find and read Fashion-MNIST, and check every byte against the published contents.

    Of .npz files shapes, types and ranges are checked; they may hold any number of images.

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
        if found.paths[0].suffix == ".npz":
            arrays = [array for path in found.paths for array in npz.read(path)]
        else:
            arrays = files.read(found.paths, PARTS)
    except DataError as error:
        if data_dir is None and found.paths[0].parent == cache_dir():
            raise DataError(f"{error} (delete this one, and the next run does it)") from error
        raise
    train_images, train_labels, test_images, test_labels = arrays
    return FashionMNIST(train_images, train_labels, test_images, test_labels, CLASSES, found.origin)


def cache_dir() -> Path:
    """Return the folder into which a download goes; it need not exist."""
    return files.cache_dir("fashion-mnist")


def _download(folder: Path) -> None:
    """Download all four files into the folder; each appears there whole, with the right hash, or not at all."""
    try:
        import pooch
    except ModuleNotFoundError as error:
        raise DataMissing(_missing("it is not on this machine, and nothing is downloaded without pooch")) from error

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
