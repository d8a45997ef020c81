"""Array functions that neither NumPy nor SciPy has with all digits kept; compiled source calls them `stable`.

They take float64 arrays that broadcast and return new ones; overflow and underflow are for the caller to silence.
"""

from derive.compilation.floats import where
from derive.compilation.kernels.angles import cos, sin
from derive.compilation.kernels.gaussians import gaussian, quadratic_gaussian, times_gaussian
from derive.compilation.kernels.logarithms import bce_slope, log_cosh, log_ratio, weighted_log_ratio, xlog1py, xlogy
from derive.compilation.kernels.logistic import sigma_slope, silu_slope
from derive.compilation.kernels.normal import gelu, gelu_slope, normal_cdf
from derive.compilation.kernels.probabilities import log_softmax, softmax, softmax_minus
from derive.compilation.kernels.residuals import residual_slope, residual_square
from derive.compilation.kernels.rounded import exp, quotient, rounding, square, square_error, times_exp
from derive.compilation.kernels.views import windows

__all__ = [
    "bce_slope",
    "cos",
    "exp",
    "gaussian",
    "gelu",
    "gelu_slope",
    "log_cosh",
    "log_ratio",
    "log_softmax",
    "normal_cdf",
    "quadratic_gaussian",
    "quotient",
    "residual_slope",
    "residual_square",
    "rounding",
    "sigma_slope",
    "silu_slope",
    "sin",
    "softmax",
    "softmax_minus",
    "square",
    "square_error",
    "times_exp",
    "times_gaussian",
    "weighted_log_ratio",
    "where",
    "windows",
    "xlog1py",
    "xlogy",
]
