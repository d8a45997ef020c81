"""Is this gradient right? Any function of any arrays, and the backward pass of a layered network."""

from checks.gradients.asserting import assert_backward, assert_gradient
from checks.gradients.callables import check_gradient, measure
from checks.gradients.measurement import Measurement
from checks.gradients.networks import check_backward
from checks.gradients.taylor import check_taylor

__all__ = [
    "Measurement",
    "assert_backward",
    "assert_gradient",
    "check_backward",
    "check_gradient",
    "check_taylor",
    "measure",
]
