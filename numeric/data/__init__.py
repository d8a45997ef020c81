"""Data to train on: digits, squares, MNIST and Fashion-MNIST, from IDX or .npz files, checked before use."""

from numeric.data.errors import DataError, DataMissing

__all__ = ["DataError", "DataMissing"]
