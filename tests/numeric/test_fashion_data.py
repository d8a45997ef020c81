import functools
import gzip
import hashlib
import http.server
import threading

import numpy as np
import pytest

from numeric.data import fashion
from numeric.data.errors import DataError, DataMissing

LINE = (
    "install the Debian package dataset-fashion-mnist, or put the four files into a folder and name it with --data-dir"
)


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A machine without the data: an empty cache, no Debian package, no network."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(fashion, "cache_dir", lambda: tmp_path / "cache" / "fashion-mnist")
    monkeypatch.setattr(fashion, "DEBIAN_DIR", tmp_path / "debian")
    monkeypatch.setattr(fashion, "ADDRESS", "http://127.0.0.1:9/")
    return tmp_path


@pytest.fixture
def small(monkeypatch, idx_bytes):
    """A tiny data set in place of the real one: the four files by name, and what they hold."""
    rng = np.random.default_rng(0)
    arrays = [rng.integers(0, 10, (6, *part.shape[1:]), dtype=np.uint8) for part in fashion.PARTS]
    contents = {part.name: idx_bytes(array) for part, array in zip(fashion.PARTS, arrays, strict=True)}
    parts = tuple(
        fashion.Part(
            part.name,
            array.shape,
            hashlib.sha256(contents[part.name]).hexdigest(),
            hashlib.sha256(gzip.compress(contents[part.name], mtime=0)).hexdigest(),
        )
        for part, array in zip(fashion.PARTS, arrays, strict=True)
    )
    monkeypatch.setattr(fashion, "PARTS", parts)
    return contents, arrays


@pytest.fixture
def served(nowhere, monkeypatch):
    """A folder, and a web server in place of the publisher's that hands out its files."""
    folder = nowhere / "served"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setattr(fashion, "ADDRESS", f"http://127.0.0.1:{server.server_port}/")
        yield folder
        server.shutdown()
        thread.join()


def _put(write, folder, contents, ending=".gz"):
    for name, content in contents.items():
        write(f"{folder}/{name}{ending}", content)


def _same(data, arrays):
    found = (data.train_images, data.train_labels, data.test_images, data.test_labels)
    return all(np.array_equal(a, b) for a, b in zip(found, arrays, strict=True))


@pytest.mark.parametrize("ending", [".gz", ""])
def test_the_given_folder_is_read(ending, nowhere, small, write):
    contents, arrays = small
    _put(write, "mine", contents, ending)
    data = fashion.load(nowhere / "mine")
    assert _same(data, arrays)
    assert data.origin == f"the given folder {nowhere / 'mine'}"
    assert data.classes[7:9] == ("Sneaker", "Bag")


def test_the_cache_comes_before_the_debian_package(nowhere, small, write):
    contents, arrays = small
    _put(write, "debian", contents)
    assert fashion.load().origin == f"the Debian package dataset-fashion-mnist, {nowhere / 'debian'}"
    _put(write, "cache/fashion-mnist", contents)
    data = fashion.load()
    assert data.origin == f"our cache, {nowhere / 'cache/fashion-mnist'}"
    assert _same(data, arrays)


def test_a_cache_with_three_of_four_files_does_not_count(nowhere, small, write):
    contents, _ = small
    _put(write, "debian", contents)
    contents.pop("t10k-labels-idx1-ubyte")
    _put(write, "cache/fashion-mnist", contents)
    assert fashion.find().origin.startswith("the Debian package")


def test_the_given_folder_is_the_only_one_looked_at(nowhere, small, write):
    contents, _ = small
    _put(write, "debian", contents)
    with pytest.raises(DataError) as caught:
        fashion.load(nowhere / "mine")
    assert str(caught.value) == (
        f"{nowhere / 'mine'}: no such folder; give the one that holds the four files of Fashion-MNIST"
    )
    contents.pop("train-labels-idx1-ubyte")
    _put(write, "mine", contents)
    with pytest.raises(DataError) as caught:
        fashion.load(nowhere / "mine")
    assert str(caught.value) == (
        f"{nowhere / 'mine'}: holds neither train-labels-idx1-ubyte.gz nor train-labels-idx1-ubyte; "
        "put all four files there"
    )


def test_a_damaged_file_in_the_cache_may_be_deleted(nowhere, small, write):
    contents, _ = small
    contents["train-labels-idx1-ubyte"] = contents["train-labels-idx1-ubyte"][:-1]
    _put(write, "cache/fashion-mnist", contents)
    with pytest.raises(DataError) as caught:
        fashion.load()
    path = nowhere / "cache/fashion-mnist/train-labels-idx1-ubyte.gz"
    assert str(caught.value) == (
        f"{path}: is cut short: 5 of 6 bytes of values; get the file again (delete this one, and the next run does it)"
    )


def test_one_changed_pixel_is_noticed(nowhere, small, write):
    contents, _ = small
    changed = bytearray(contents["t10k-images-idx3-ubyte"])
    changed[-1] ^= 1
    contents["t10k-images-idx3-ubyte"] = bytes(changed)
    _put(write, "mine", contents)
    with pytest.raises(DataError, match="contents are not those that were published"):
        fashion.load(nowhere / "mine")


@pytest.mark.usefixtures("nowhere")
def test_without_data_and_leave_to_download_one_line_says_how_to_get_them():
    with pytest.raises(DataMissing) as caught:
        fashion.find(download=False)
    assert str(caught.value) == f"Fashion-MNIST: it is not on this machine; {LINE}"


def test_without_data_and_network_one_line_says_how_to_get_them(nowhere):
    with pytest.raises(DataMissing) as caught:
        fashion.load()
    assert str(caught.value) == (
        f"Fashion-MNIST: it is not on this machine and could not be downloaded (no network); {LINE}"
    )
    assert not list(nowhere.glob("cache/fashion-mnist/*"))


def test_the_files_are_downloaded_once(nowhere, small, served):
    contents, arrays = small
    for name, content in contents.items():
        (served / f"{name}.gz").write_bytes(gzip.compress(content, mtime=0))
    data = fashion.load()
    assert _same(data, arrays)
    assert data.origin == f"downloaded to our cache, {nowhere / 'cache/fashion-mnist'}"
    for path in served.iterdir():
        path.unlink()
    assert fashion.load().origin.startswith("our cache")


def test_a_download_with_the_wrong_hash_leaves_nothing_behind(nowhere, small, served):
    contents, _ = small
    for name in contents:
        (served / f"{name}.gz").write_bytes(b"not the published file")
    with pytest.raises(DataMissing) as caught:
        fashion.load()
    assert "the download was not the published file" in str(caught.value)
    assert not list(nowhere.glob("cache/fashion-mnist/*"))


def test_the_published_files_load_whole():
    try:
        data = fashion.load(download=False)
    except DataMissing as missing:
        pytest.skip(str(missing))
    assert (data.train_images.shape, data.test_images.shape) == ((60_000, 28, 28), (10_000, 28, 28))
    assert np.bincount(data.train_labels).tolist() == [6000] * 10
    assert np.bincount(data.test_labels).tolist() == [1000] * 10
    assert data.train_images.mean() == pytest.approx(72.940, abs=1e-3)
