"""Data to train on: digits, squares, Fashion-MNIST."""

from numeric.data.errors import DataError, DataMissing

__all__ = ["DataError", "DataMissing"]
