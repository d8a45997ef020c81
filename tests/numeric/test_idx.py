import gzip
import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.data import idx
from numeric.data.errors import DataError

ARRAY = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


def _refusal(path, **arguments):
    """Return what the reader says of a damaged file, without the path."""
    with pytest.raises(DataError) as caught:
        idx.read(path, **arguments)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{path}: ")
    return message.removeprefix(f"{path}: ")


@pytest.mark.parametrize("name", ["images-idx3-ubyte", "images-idx3-ubyte.gz"])
def test_a_file_is_read_compressed_or_not(name, write, idx_bytes):
    array = idx.read(write(name, idx_bytes(ARRAY)))
    assert array.dtype == np.uint8
    assert np.array_equal(array, ARRAY)
    assert not array.flags.writeable


def test_a_compressed_file_without_the_gz_ending_is_read_too(write, idx_bytes):
    path = write("images.gz", idx_bytes(ARRAY))
    assert np.array_equal(idx.read(path.rename(path.with_suffix(""))), ARRAY)


@pytest.mark.parametrize(("code", "big"), list(idx.TYPES.items()))
def test_every_type_of_the_format_comes_in_the_order_of_the_machine(code, big, write, idx_bytes):
    array = idx.read(write("file", idx_bytes(ARRAY, code, big)))
    assert array.dtype == np.dtype(big).newbyteorder("=")
    assert array.dtype.isnative
    assert np.array_equal(array, ARRAY)


def test_contents_are_compared_with_their_hash(write, idx_bytes):
    content = idx_bytes(ARRAY)
    digest = hashlib.sha256(content).hexdigest()
    assert idx.read(write("file.gz", content), sha256=digest).shape == ARRAY.shape
    other = idx_bytes(ARRAY + 1)
    found = hashlib.sha256(other).hexdigest()
    assert _refusal(write("file.gz", other), sha256=digest) == (
        f"the contents are not those that were published (SHA-256 {found[:12]}… instead of {digest[:12]}…); "
        "get the file again"
    )


def test_another_shape_than_expected_is_refused(write, idx_bytes):
    refusal = _refusal(write("file", idx_bytes(ARRAY)), shape=(24,))
    assert refusal == "holds an array of 2x3x4 instead of 24; is it another file?"


@pytest.mark.parametrize(
    ("damage", "refusal"),
    [
        (lambda b: b"", "ends after 0 bytes, before the IDX header is complete; get the file again"),
        (lambda b: b[:3], "ends after 3 bytes, before the IDX header is complete; get the file again"),
        (lambda b: b[:15], "ends after 15 bytes, before the IDX header is complete; get the file again"),
        (
            lambda b: b"<html>" + b,
            "is not an IDX file: it starts with 3c 68 74 6d instead of 00 00; get the file again",
        ),
        (
            lambda b: b[:2] + b"\x07" + b[3:],
            "has the unknown IDX type 0x07 (known are 0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e); get the file again",
        ),
        (lambda b: b[:3] + b"\x00" + b[4:], "states 0 dimensions (1 to 8 are possible); get the file again"),
        (lambda b: b[:3] + b"\xff" + b[4:], "states 255 dimensions (1 to 8 are possible); get the file again"),
        (lambda b: b[:-1], "is cut short: 23 of 24 bytes of values; get the file again"),
        (lambda b: b + b"ab", "2 bytes too many after the last value; get the file again"),
        (
            lambda b: b[:4] + b"\xff" * 12 + b[16:],
            "states 4294967295x4294967295x4294967295 values, more than the limit of 1073741824 bytes; "
            "get the file again",
        ),
    ],
)
@pytest.mark.parametrize("name", ["file", "file.gz"])
def test_a_damaged_file_is_refused_in_one_sentence(name, damage, refusal, write, idx_bytes):
    assert _refusal(write(name, damage(idx_bytes(ARRAY)))) == refusal


def test_a_file_that_is_named_gz_but_is_not_is_refused(tmp_path, idx_bytes):
    path = tmp_path / "file.gz"
    path.write_bytes(idx_bytes(ARRAY))
    assert _refusal(path) == "is named .gz but is not a gzip file; get the file again"


def test_a_compressed_file_that_is_cut_short_is_refused(tmp_path, idx_bytes):
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(idx_bytes(ARRAY))[:-9])
    assert _refusal(path) == "is a gzip file that is cut short; get the file again"


def test_bytes_after_the_compressed_stream_are_refused(tmp_path, idx_bytes):
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(idx_bytes(ARRAY)) + b"xyz")
    assert _refusal(path) == "3 bytes too many after the gzip stream; get the file again"


def test_a_flipped_bit_in_a_compressed_file_is_refused(tmp_path, idx_bytes):
    packed = bytearray(gzip.compress(idx_bytes(ARRAY)))
    packed[-6] ^= 1  # in the check sum
    path = tmp_path / "file.gz"
    path.write_bytes(packed)
    assert _refusal(path).startswith("is a damaged gzip file (Error -3 while decompressing data: incorrect data check)")


def test_a_small_file_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(write):
    path = write("file.gz", bytes(1_000_000))
    assert path.stat().st_size < 2000
    assert _refusal(path, max_bytes=10_000) == "unpacks to more than the limit of 10000 bytes; is it another file?"


def test_a_file_above_the_limit_is_refused_before_it_is_read(write):
    refusal = _refusal(write("file", bytes(2000)), max_bytes=1000)
    assert refusal == "has 2000 bytes, more than the limit of 1000; is it another file?"


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    assert _refusal(tmp_path / "none") == "cannot be read (No such file or directory); check the path and its rights"
    assert _refusal(tmp_path) == "cannot be read (Is a directory); check the path and its rights"


@given(st.binary(max_size=80), st.integers(0, 80))
@settings(max_examples=200, deadline=None)
def test_no_bytes_whatever_raise_anything_but_a_data_error(noise, cut):
    for content in (noise, (b"\0\0\x08\x01\0\0\0\x05" + noise)[:cut]):
        try:
            array = idx.parse(content, name="noise")
        except DataError:
            pass
        else:
            assert array.nbytes + 4 + 4 * array.ndim == len(content)
