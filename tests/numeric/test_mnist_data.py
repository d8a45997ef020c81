import gzip
import hashlib
import http.server
import json
import threading

import numpy as np
import pytest

from numeric.data import files, mnist
from numeric.data.errors import DataError, DataMissing

LINE = "put its four files into a folder and name it with --data-dir"
TRAIN, TEST = 5, 3


@pytest.fixture
def small(monkeypatch, idx_bytes):
    """A tiny MNIST: five images to train on and three to test with."""
    rng = np.random.default_rng(0)
    arrays = []
    for part, count in zip(mnist.PARTS, (TRAIN, TRAIN, TEST, TEST), strict=True):
        arrays.append(rng.integers(0, 10, (count, *part.shape[1:]), dtype=np.uint8))
    contents = [idx_bytes(array) for array in arrays]
    parts = tuple(
        files.Part(part.name, array.shape, hashlib.sha256(content).hexdigest(), "")
        for part, array, content in zip(mnist.PARTS, arrays, contents, strict=True)
    )
    monkeypatch.setattr(mnist, "PARTS", parts)
    return arrays


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(mnist, "cache_dir", lambda: folder)
    return folder


class OpenML:
    """What the server of OpenML would send, and how it may go wrong."""

    def __init__(self, images, labels):
        rows = [
            ",".join([*(str(pixel) for pixel in image.reshape(-1)), str(label)])
            for image, label in zip(images, labels, strict=True)
        ]
        names = "\n".join(f"@ATTRIBUTE pixel{place} INTEGER" for place in range(1, 785))
        head = f"@RELATION mnist_784\n{names}\n@ATTRIBUTE class {{0,1,2,3,4,5,6,7,8,9}}\n@DATA\n"
        self.arff = (head + "\n".join(rows) + "\n").encode()
        self.md5 = hashlib.md5(self.arff).hexdigest()
        self.rows, self.answers = len(rows), True

    def page(self, path, own):
        """Return the body for a path, or None."""
        if not self.answers:
            return None
        if "/data/list/" in path:
            found = {"did": 554, "name": "mnist_784", "version": 1, "status": "active", "format": "ARFF"}
            return json.dumps({"data": {"dataset": [found]}})
        if "/data/features/" in path:
            features = [
                {
                    "index": str(place), "name": "class" if place == 784 else f"pixel{place + 1}",
                    "data_type": "nominal" if place == 784 else "numeric",
                    "is_target": str(place == 784).lower(), "is_ignore": "false",
                    "number_of_missing_values": "0", "is_row_identifier": "false",
                }
                for place in range(785)
            ]  # fmt: skip
            return json.dumps({"data_features": {"feature": features}})
        if "/data/qualities/" in path:
            return json.dumps(
                {"data_qualities": {"quality": [{"name": "NumberOfInstances", "value": f"{self.rows}.0"}]}}
            )
        if path.endswith("/api/v1/json/data/554"):
            described = {
                "id": "554", "name": "mnist_784", "version": "1", "status": "active", "format": "ARFF",
                "file_id": "52667", "url": f"{own}/arff", "default_target_attribute": "class",
                "md5_checksum": self.md5, "description": "a small MNIST", "parquet_url": "",
            }  # fmt: skip
            return json.dumps({"data_set_description": described})
        return self.arff if path.endswith("/arff") else None


@pytest.fixture
def served(small, cache, monkeypatch):
    """A local server in place of OpenML's."""
    from sklearn.datasets import _openml

    openml = OpenML(np.concatenate([small[0], small[2]]), np.concatenate([small[1], small[3]]))

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

        def do_GET(self):
            page = openml.page(self.path, f"http://127.0.0.1:{server.server_port}")
            if page is None:
                self.send_error(503)
                return
            body = page if isinstance(page, bytes) else page.encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        for name in ("_SEARCH_NAME", "_DATA_INFO", "_DATA_FEATURES", "_DATA_QUALITIES", "_OPENML_PREFIX"):
            if hasattr(_openml, name):
                local = getattr(_openml, name).replace(
                    "https://www.openml.org", f"http://127.0.0.1:{server.server_port}"
                )
                monkeypatch.setattr(_openml, name, local)
        yield openml
        server.shutdown()
        thread.join()


def _same(data, arrays):
    found = (data.train_images, data.train_labels, data.test_images, data.test_labels)
    return all(np.array_equal(one, other) for one, other in zip(found, arrays, strict=True))


def test_mnist_comes_from_openml_once_and_then_from_the_cache(small, cache, served):
    data = mnist.load()
    assert _same(data, small)
    assert data.origin == f"downloaded from OpenML to our cache, {cache}"
    assert sorted(path.name for path in cache.iterdir()) == sorted(part.name for part in mnist.PARTS)
    served.answers = False
    again = mnist.load()
    assert _same(again, small)
    assert again.origin == f"our cache, {cache}"


def test_other_images_than_the_published_ones_are_refused_and_nothing_is_kept(small, cache, served):
    changed = small[0].copy()
    changed[2, 3, 4] ^= 1
    other = OpenML(np.concatenate([changed, small[2]]), np.concatenate([small[1], small[3]]))
    served.arff, served.md5 = other.arff, other.md5
    with pytest.raises(DataError) as caught:
        mnist.load()
    assert str(caught.value) == (
        "OpenML: train-images-idx3-ubyte is not what was published; get the four files of MNIST elsewhere, "
        "put them into a folder and name it with --data-dir"
    )
    assert not cache.exists()


def test_a_download_that_breaks_off_is_refused_and_nothing_is_kept(cache, served):
    served.arff = served.arff[:-200]
    with pytest.raises(DataError, match=r"OpenML: mnist_784 could not be read \(.*md5.*\); try again later") as caught:
        mnist.load()
    assert "\n" not in str(caught.value)
    assert not cache.exists()


def test_too_few_rows_are_refused(small, served):
    fewer = OpenML(small[0], small[1])
    served.arff, served.md5, served.rows = fewer.arff, fewer.md5, fewer.rows
    with pytest.raises(DataError, match=r"mnist_784 has shapes \(5, 784\) and \(5,\); 8 rows were expected"):
        mnist.load()


def test_a_server_that_does_not_answer_gives_one_line_and_the_time_limit_is_put_back(served):
    import socket

    before = socket.getdefaulttimeout()
    served.answers = False
    with pytest.raises(DataMissing) as caught:
        mnist.load()
    assert str(caught.value) == f"MNIST: it is not on this machine and could not be downloaded (no network); {LINE}"
    assert socket.getdefaulttimeout() == before


@pytest.mark.usefixtures("cache")
def test_without_data_and_leave_to_download_one_line_says_how_to_get_them():
    with pytest.raises(DataMissing) as caught:
        mnist.find(download=False)
    assert str(caught.value) == f"MNIST: it is not on this machine; {LINE}"


@pytest.mark.parametrize("ending", [".gz", ""])
def test_the_given_folder_is_read(ending, small, write, idx_bytes):
    for part, array in zip(mnist.PARTS, small, strict=True):
        path = write(f"mine/{part.name}{ending}", idx_bytes(array))
    data = mnist.load(path.parent)
    assert _same(data, small)
    assert data.classes == tuple("0123456789")


def test_a_damaged_file_in_the_cache_may_be_deleted_and_in_a_folder_is_named(small, cache, idx_bytes):
    for part, array in zip(mnist.PARTS, small, strict=True):
        files.write(cache / part.name, idx_bytes(array))
    labels = cache / "t10k-labels-idx1-ubyte"
    files.write(labels, idx_bytes((small[3] + 1) % 10))
    for folder, more in ((None, " (delete this one, and the next run does it)"), (cache, "")):
        with pytest.raises(DataError) as caught:
            mnist.load(folder)
        assert str(caught.value).startswith(f"{labels}: the contents are not those that were published")
        assert str(caught.value).endswith("get the file again" + more)


@pytest.mark.usefixtures("small")
def test_a_folder_that_lacks_a_file_is_named(tmp_path):
    with pytest.raises(DataError) as caught:
        mnist.load(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: holds neither train-images-idx3-ubyte.gz nor train-images-idx3-ubyte; put all four files there"
    )


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "deep" / "file"
    files.write(path, b"first")
    assert path.read_bytes() == b"first"

    def broken(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", broken)
    with pytest.raises(OSError, match="No space left"):
        files.write(path, b"second")
    assert path.read_bytes() == b"first"
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]


def test_what_is_packed_is_read_again(tmp_path):
    for array in (np.arange(6, dtype=np.int16).reshape(2, 3), np.array([1.5, -2.0], dtype=np.float32)):
        path = tmp_path / "file.gz"
        path.write_bytes(gzip.compress(mnist.idx.pack(array)))
        again = mnist.idx.read(path)
        assert again.dtype == array.dtype
        assert np.array_equal(again, array)
    with pytest.raises(ValueError, match="IDX has no place for 1 dimensions of complex128"):
        mnist.idx.pack(np.ones(2, dtype=complex))
