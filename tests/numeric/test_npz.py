import io
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.data import fashion, npz
from numeric.data.errors import DataError

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (4, 28, 28), dtype=np.uint8)
LABELS = np.array([0, 9, 3, 3], dtype=np.uint8)


@pytest.fixture
def save(tmp_path):
    """(arrays by name) → the path of an .npz file."""

    def save_file(name="data.npz", compressed=False, **arrays):
        path = tmp_path / name
        (np.savez_compressed if compressed else np.savez)(path, **arrays)
        return path

    return save_file


def _refusal(path, **arguments):
    """Return what the reader says of a damaged file, without the path."""
    with pytest.raises(DataError) as caught:
        npz.read(path, **arguments)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{path}: ")
    return message.removeprefix(f"{path}: ")


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float64, np.float32])
def test_images_and_labels_of_any_type_come_as_bytes(dtype, compressed, save):
    images, labels = npz.read(save(images=IMAGES.astype(dtype), labels=LABELS.astype(dtype), compressed=compressed))
    assert (images.dtype, labels.dtype) == (np.uint8, np.uint8)
    assert np.array_equal(images, IMAGES)
    assert np.array_equal(labels, LABELS)
    assert not images.flags.writeable
    assert not labels.flags.writeable


def test_the_order_in_memory_and_other_arrays_do_not_matter(save):
    path = save(images=np.asfortranarray(IMAGES), labels=LABELS.astype(">i4"), note=np.array("from a friend"))
    images, labels = npz.read(path)
    assert np.array_equal(images, IMAGES)
    assert np.array_equal(labels, LABELS)


@pytest.mark.parametrize(
    ("arrays", "refusal"),
    [
        ({"images": IMAGES}, "lacks the array 'labels' (it holds images); is it another file?"),
        ({"x": IMAGES, "y": LABELS}, "lacks the array 'images' (it holds x, y); is it another file?"),
        ({}, "lacks the array 'images' (it holds nothing); is it another file?"),
        (
            {"images": IMAGES[:, 1:], "labels": LABELS},
            "holds images of 4x27x28 instead of Sx28x28, S ≥ 1; is it another file?",
        ),
        (
            {"images": IMAGES.reshape(4, 784), "labels": LABELS},
            "holds images of 4x784 instead of Sx28x28, S ≥ 1; is it another file?",
        ),
        (
            {"images": IMAGES[:0], "labels": LABELS[:0]},
            "holds images of 0x28x28 instead of Sx28x28, S ≥ 1; is it another file?",
        ),
        (
            {"images": IMAGES, "labels": LABELS[:3]},
            "holds 4 images but labels of 3; one label for each is needed",
        ),
        (
            {"images": IMAGES, "labels": np.eye(10)[LABELS]},
            "holds 4 images but labels of 4x10; one label for each is needed",
        ),
        ({"images": IMAGES, "labels": LABELS + 1}, "has labels from 1 to 10; they must lie in 0..9"),
        (
            {"images": IMAGES, "labels": LABELS.astype(int) - 1},
            "has labels from -1 to 8; they must lie in 0..9",
        ),
        (
            {"images": IMAGES, "labels": LABELS + 0.5},
            "has labels from 0.5 to 9.5; they must lie in 0..9",
        ),
        (
            {"images": IMAGES, "labels": LABELS * 0.5},
            "has labels that are not whole numbers; they must be 0, 1, ..., 9",
        ),
        (
            {"images": IMAGES / 255, "labels": LABELS},
            "has grey values that are not whole numbers; they must be 0, 1, ..., 255",
        ),
        (
            {"images": np.full((4, 28, 28), np.nan), "labels": LABELS},
            "has grey values from nan to nan; they must lie in 0..255",
        ),
        (
            {"images": IMAGES, "labels": np.array(["0", "1", "2", "3"])},
            "'labels' holds values of type <U1 instead of numbers; save it as an array of uint8",
        ),
        (
            {"images": IMAGES, "labels": LABELS.astype(object)},
            "'labels' holds Python objects instead of numbers; save it as an array of uint8",
        ),
    ],
)
def test_a_file_that_holds_something_else_is_refused_in_one_sentence(arrays, refusal, save):
    assert _refusal(save(**arrays)) == refusal


def test_a_pickled_object_is_refused_and_never_loaded(save, tmp_path):
    class Trap:
        def __reduce__(self):
            return open, (str(tmp_path / "sprung"), "w")

    path = save(images=np.array([Trap()], dtype=object), labels=LABELS)
    assert "holds Python objects" in _refusal(path)
    assert not (tmp_path / "sprung").exists()


def test_a_file_that_is_no_zip_is_cut_short_or_has_a_flipped_bit_is_refused(save, tmp_path):
    whole = save(images=IMAGES, labels=LABELS).read_bytes()
    path = tmp_path / "damaged.npz"
    for content in (b"", b"<html>not found</html>", whole[:-30], whole[: len(whole) // 2]):
        path.write_bytes(content)
        assert _refusal(path).startswith("is not a whole .npz file (")
    flipped = bytearray(whole)
    flipped[400] ^= 1  # in the images
    path.write_bytes(flipped)
    assert _refusal(path) == "is not a whole .npz file (Bad CRC-32 for file 'images.npy'); get the file again"


def _zipped(tmp_path, member):
    path = tmp_path / "made.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("images.npy", member)
        archive.writestr("labels.npy", b"")
    return path


def _npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def test_an_array_that_is_not_as_long_as_its_header_says_is_refused(tmp_path):
    whole = _npy(IMAGES)
    assert _refusal(_zipped(tmp_path, whole[:-5])) == "'images' has 3131 of 3136 bytes of values; get the file again"
    assert _refusal(_zipped(tmp_path, whole + b"ab")) == "'images' has 3138 of 3136 bytes of values; get the file again"
    hostile = whole.replace(b"(4, 28, 28)", b"(4, 28, 99999999999)")
    assert "bytes of values" in _refusal(_zipped(tmp_path, hostile)) or "not an array" in _refusal(
        _zipped(tmp_path, hostile)
    )


def test_a_small_file_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(tmp_path):
    path = _zipped(tmp_path, bytes(1_000_000))
    assert path.stat().st_size < 3000
    assert _refusal(path, max_bytes=10_000) == (
        "'images' unpacks to more than the limit of 10000 bytes; is it another file?"
    )


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    assert _refusal(tmp_path / "none") == "cannot be read (No such file or directory); check the path and its rights"
    assert _refusal(tmp_path) == "cannot be read (Is a directory); check the path and its rights"


@given(st.binary(max_size=120), st.booleans())
@settings(max_examples=150, deadline=None)
def test_no_bytes_whatever_raise_anything_but_a_data_error(tmp_path_factory, noise, as_member):
    header = b"\x93NUMPY\x01\x00" if as_member else b""
    path = _zipped(tmp_path_factory.mktemp("noise"), header + noise)
    if not as_member:
        path.write_bytes(noise)
    with pytest.raises(DataError):
        npz.read(path)


# The layout in a folder.


@pytest.fixture
def two(save):
    """Write the two files of document 003 and return their folder."""
    train = save(fashion.NPZ[0], images=IMAGES, labels=LABELS)
    save(fashion.NPZ[1], images=IMAGES[:2], labels=LABELS[:2])
    return train.parent


def test_the_two_files_of_document_003_are_found_and_read(two):
    data = fashion.load(two)
    assert np.array_equal(data.train_images, IMAGES)
    assert np.array_equal(data.test_labels, LABELS[:2])
    assert data.classes[9] == "Ankle boot"
    assert data.origin == f"the given folder {two}, .npz files"


def test_one_of_the_two_files_is_not_enough(two):
    (two / fashion.NPZ[1]).unlink()
    with pytest.raises(DataError, match=r"holds neither train-images-idx3-ubyte\.gz nor"):
        fashion.load(two)
