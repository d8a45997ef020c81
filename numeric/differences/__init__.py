"""Derivatives by computing the function alone: central differences, Richardson's extrapolation and the complex step.

``numeric.differences.networks`` measures all gradients of a layered network.
"""

from numeric.differences.central import central, central_elementwise, directional, two_steps
from numeric.differences.imaginary import (
    COMPLEX_STEP,
    complex_step,
    complex_step_elementwise,
    directional_complex_step,
)
from numeric.differences.richardson import richardson
from numeric.differences.steps import Difference, Place, step_at
from numeric.differences.sweep import StepSweep, step_size_sweep
from numeric.differences.taylor import TaylorTest, taylor_test

__all__ = [
    "COMPLEX_STEP",
    "Difference",
    "Place",
    "StepSweep",
    "TaylorTest",
    "central",
    "central_elementwise",
    "complex_step",
    "complex_step_elementwise",
    "directional",
    "directional_complex_step",
    "richardson",
    "step_at",
    "step_size_sweep",
    "taylor_test",
    "two_steps",
]
