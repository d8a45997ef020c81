"""Φ(x), x Φ(x) and its slope with all digits, also in the lower tail, where SciPy's ndtr and erfc lose them.

With a = |x| everything is e^(−a²/2) times one slowly varying factor: x Φ(x) at −a is −e^(−a²/2) (5/16 + r(t)) with
t = (2.5 − a)/(2.5 + a), and its slope there is −e^(−a²/2) (a − a₀) (1/2 + s(t)) with t = (3 − a)/(3 + a). Near 0 a
power series is added to 1/2. The polynomials interpolate at Chebyshev nodes in 300-bit arithmetic, right to 1e−17.
Where e^(−a²/2) is subnormal a factor is kept back; what the roundings on the way leave out is put in at the end.
"""

from collections.abc import Callable

import numpy as np

from derive.compilation.floats import EXP_SHIFT, SHIFT, Floats, polynomial, product, square_error, where

GELU = (
    *(0.04082832845143828, -0.1364822575279464, -0.1508524316722491, -0.07061322655942845),
    *(-0.0035754253873769536, 0.009007517701192324, 0.00045657426577728094, -0.0016486801806212732),
    *(0.00021748917683691142, 0.00029338386989546976, -0.00014039127527690394, -1.9093798099952115e-05),
    *(4.2949055835318355e-05, -1.428930096067118e-05, -4.700235049455956e-06, 6.386703723301613e-06),
    *(-2.2115381758851795e-06, -4.5465424362687436e-07, 1.1259629060479135e-06, -7.493459954271315e-07),
    *(-1.749865173408597e-07, 3.9444562094928574e-07, 1.8800188129051657e-08, -6.113867437060206e-08),
)
"""r for 0.66 ≤ a ≤ 39."""
SLOPE = (
    *(-0.021702322244751594, 0.11997542713544518, 0.053596109834969485, 0.01407477249016738),
    *(0.0002040713479811736, -0.001095010470714259, -9.407407067449301e-05, 0.0001300242810927051),
    *(4.7644903389954045e-06, -2.0092276133191335e-05, 2.5399497702653127e-06, 3.016510836175079e-06),
    *(-1.2396445759577463e-06, -2.4143964646807587e-07, 3.4130740565745764e-07, -7.008325097221691e-08),
    *(-5.5773438744242687e-08, 4.0134554841116546e-08, 1.5193789543337676e-09, -1.0187295406172023e-08),
    *(1.0527159087708262e-09, 1.271722422544438e-09),
)
"""s for 0.295 ≤ a ≤ 39."""
CENTRE = (
    *(0.3989422804014327, -0.06649038006690519, 0.009973557010021067, -0.0011873282151505856, 0.00011543468391846887),
    *(-9.444632951568255e-06, 6.658828900064991e-07, -4.1039056461500646e-08, 2.051959634991386e-09),
)
"""(Φ(x) − 1/2)/x in powers of x², for |x| ≤ 0.67."""
CENTRE_SLOPE = (
    *(0.7978845608028654, -0.26596152026762115, 0.05984134206013693, -0.00949862572017026, 0.0011543467911451321),
    *(-0.00011333480583605452, 9.31610948295943e-06, -6.324136886258082e-07),
)
"""(Φ(x) + x φ(x) − 1/2)/x in powers of x², for |x| ≤ 0.3."""
ZERO = (0.7517915246935645, -1.4956759177009883e-17)
"""a₀ in two parts: x Φ(x) has its minimum at −a₀."""


def normal_cdf(x: Floats) -> Floats:
    """Return Φ(x) = (1 + erf(x/√2))/2."""
    a = np.minimum(np.abs(x), 40.0)
    tail = _minus_gelu(a, np.maximum(a, 0.5))
    return _centre(x, 0.67, where(x < 0, tail, 1 - tail), lambda u: 0.5 + u * polynomial(u * u, CENTRE))


def gelu(x: Floats) -> Floats:
    """Return x Φ(x)."""
    minus = _minus_gelu(np.minimum(np.abs(x), 40.0))
    return _centre(x, 0.67, np.maximum(x, 0) - minus, lambda u: u * (0.5 + u * polynomial(u * u, CENTRE)))


def gelu_slope(x: Floats) -> Floats:
    """Return f(x) = Φ(x) + x φ(x), which for x > 0 is 1 − f(−x)."""
    a = np.minimum(np.abs(x), 40.0)
    rounded = a - ZERO[0]
    distance = rounded - ZERO[1]
    factor, correction = _factor((3 - a) / (3 + a), 0.5, SLOPE)
    correction += ((a - rounded) - ZERO[0]) / distance
    both, low = product(distance, factor)
    slope = _times_gauss(a, both, correction + low / both)
    return _centre(x, 0.3, where(x < 0, -slope, 1 + slope), lambda u: 0.5 + u * polynomial(u * u, CENTRE_SLOPE))


def _minus_gelu(a: Floats, divisor: Floats | None = None) -> Floats:
    """Return a Φ(−a), or Φ(−a) if the divisor is a, for 0.66 ≤ a ≤ 40."""
    factor, correction = _factor((2.5 - a) / (2.5 + a), 0.3125, GELU)
    return _times_gauss(a, factor if divisor is None else factor / divisor, correction)


def _factor(t: Floats, centre: float, coefficients: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Return centre + Σ cₖ tᵏ, and relative what its last two sums leave out."""
    first = centre + coefficients[0]
    low = (centre - first) + coefficients[0]
    rest = polynomial(t, (0.0, *coefficients[1:]))
    factor = first + rest
    return factor, ((rest - (factor - first)) + low) / factor


def _times_gauss(a: Floats, factor: Floats, correction: Floats) -> Floats:
    """Return factor · e^(−a²/2) · (1 + correction) with an exact a²."""
    square = a * a
    correction -= 0.5 * square_error(a, square)
    square *= -0.5
    far = bool(np.any(a > 37))
    if far:
        square = np.where(a > 37, square + SHIFT, square)
    result = factor * np.exp(square)
    result += result * correction
    return np.asarray(result * np.where(a > 37, EXP_SHIFT, 1.0) if far else result)


def _centre(x: Floats, radius: float, result: Floats, series: Callable[[Floats], Floats]) -> Floats:
    """Return the result, and the series where |x| < radius."""
    inside = np.abs(x) < radius
    return where(inside, series(np.minimum(np.maximum(x, -radius), radius)), result) if np.any(inside) else result
