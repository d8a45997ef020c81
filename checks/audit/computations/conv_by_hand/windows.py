"""Windows that move over an image as the document's loops move them, in whole numbers."""

import numpy as np
from scipy.signal import convolve2d, correlate2d

IMAGE = np.arange(49).reshape(7, 7) ** 2 % 31
KERNEL = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 10]])


def convolved_pixels_filled(stride: int) -> int:
    """The pixels that the loop over the result reaches when it goes on by the stride, counted, in percent."""
    side = (7 - 3) // stride + 1
    reached = {(row, column) for row in range(0, side, stride) for column in range(0, side, stride)}
    return 100 * len(reached) // side**2


def is_convolution(symmetric: bool) -> bool:
    """Sums of products of window and kernel beside SciPy's convolution, which turns the kernel round."""
    kernel = KERNEL + KERNEL[::-1, ::-1] if symmetric else KERNEL
    sums = [
        [int(np.sum(IMAGE[row : row + 3, column : column + 3] * kernel)) for column in range(5)] for row in range(5)
    ]
    return bool(np.array_equal(sums, convolve2d(IMAGE, kernel, mode="valid")))


def is_correlation() -> bool:
    """Sums of products of window and kernel beside SciPy's cross-correlation, which leaves the kernel as it is."""
    sums = [
        [int(np.sum(IMAGE[row : row + 3, column : column + 3] * KERNEL)) for column in range(5)] for row in range(5)
    ]
    return bool(np.array_equal(sums, correlate2d(IMAGE, KERNEL, mode="valid")))


def pool_windows_right(window: int, stride: int) -> bool:
    """The beginnings of the windows, `row * window` beside `row * stride`."""
    places = range((7 - window) // stride + 1)
    return [place * window for place in places] == [place * stride for place in places]


def result_shape_right(rows: int, columns: int) -> bool:
    """The shape of the result with the number of rows taken for its width, beside the right one."""
    width, height = rows - 3 + 1, columns - 3 + 1
    return (height, width) == (rows - 3 + 1, columns - 3 + 1)
