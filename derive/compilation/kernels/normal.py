"""Φ(x), x Φ(x) and its slope with all digits, also in the lower tail, where SciPy's ndtr and erfc lose them.

With a = |x| everything is e^(−a²/2) times one slowly varying factor: x Φ(x) at −a is −e^(−a²/2) (5/16 + r(t)) with
t = (1.5 − a)/(1.5 + a), and its slope there is −e^(−a²/2) (a − a₀) (1/2 + s(t)) with t = (3 − a)/(3 + a). Near 0 a
power series is added to 1/2. The polynomials interpolate at Chebyshev nodes in 300-bit arithmetic, right to 4e−17.
Where e^(−a²/2) is subnormal a factor is kept back; what the roundings on the way leave out is put in at the end.
"""

import numpy as np

from derive.compilation.floats import (
    EXP_SHIFT,
    SHIFT,
    Floats,
    high,
    polynomial,
    product_error,
    replaced,
    subtracted,
    with_sign_of,
)

GELU = (
    *(-0.003828999533907965, -0.21112124122315112, -0.12629748544282304, 0.019798716603567555),
    *(0.017768550186081068, -0.010805584458706245, 0.0007734275718053468, 0.0025303775341466396),
    *(-0.0018438689975613606, 0.0004849844396405354, 0.00025170657486001146, -0.0003680927876012804),
    *(0.0002144902072915803, -4.824766284459854e-05, -3.854281324134695e-05, 5.840966153595844e-05),
    *(-4.049209513193004e-05, -5.61618403581253e-06, -1.959826662377701e-07, 5.526118915677002e-05),
    *(8.188983341763689e-05, -8.625049008581179e-05, -0.00023437845157649087, -0.00010303793214729636),
    *(0.00019585428174105616, 0.00029729876265028986, 0.00015771497279277316, 3.041245829456164e-05),
)
"""r for 0.58 ≤ a ≤ 39."""
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
    a = np.clip(np.abs(x), 0.5, 40.0)
    tail = _minus_gelu(a, by_a=True)
    above = np.asarray(x > 0).astype(np.float64)
    result = above + with_sign_of(0.5 - above, tail)
    return replaced(result, np.abs(x) < 0.67, lambda u: 0.5 + u * polynomial(u * u, CENTRE), x)


def gelu(x: Floats) -> Floats:
    """Return x Φ(x)."""
    size = np.abs(x)
    result = subtracted(np.clip(x, 0.0, np.inf), _minus_gelu(np.clip(size, 0.0, 40.0)))
    return replaced(result, size < 0.6, lambda u: u * (0.5 + u * polynomial(u * u, CENTRE)), x)


def gelu_slope(x: Floats) -> Floats:
    """Return f(x) = Φ(x) + x φ(x), which for x > 0 is 1 − f(−x)."""
    a = np.clip(np.abs(x), 0.0, 40.0)
    distance = a - ZERO[0]
    distance_lacks = ((a - distance) - ZERO[0]) - ZERO[1]
    factor, factor_lacks = _factor((3 - a) / (3 + a), 0.5, SLOPE)
    both = distance * factor
    lacking = product_error(distance, factor, both) + (distance * factor_lacks + distance_lacks * factor)
    slope = _times_gauss(a, both, lacking)
    above = np.asarray(x > 0).astype(np.float64)
    result = above + with_sign_of(above - 0.5, slope)
    return replaced(result, np.abs(x) < 0.3, lambda u: 0.5 + u * polynomial(u * u, CENTRE_SLOPE), x)


def _minus_gelu(a: Floats, *, by_a: bool = False) -> Floats:
    """Return a Φ(−a), or that divided by a, for 0.58 ≤ a ≤ 40."""
    factor, lacking = _factor((1.5 - a) / (1.5 + a), 0.3125, GELU)
    return _times_gauss(a, factor, lacking, by_a=by_a)


def _factor(t: Floats, centre: float, coefficients: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Return centre + Σ cₖ tᵏ, and what its last two sums leave out."""
    first = centre + coefficients[0]
    low = (centre - first) + coefficients[0]
    rest = polynomial(t, (0.0, *coefficients[1:]))
    factor = first + rest
    rest -= factor - first
    rest += low
    return factor, rest


def _times_gauss(a: Floats, factor: Floats, lacking: Floats, *, by_a: bool = False) -> Floats:
    """Return (factor + lacking) · e^(−a²/2), or that divided by a; after the exponential it is rounded once.

    What is lacking changes.
    """
    upper = high(a)
    lower = a - upper
    square = a * a
    error = a + upper
    error *= lower
    exact = upper * upper
    exact -= square
    error += exact
    error *= 0.5
    square *= -0.5
    far = bool(np.max(a, initial=0.0) > 37)
    if far:
        square = np.where(a > 37, square + SHIFT, square)
    power = np.exp(square)
    power_upper = high(power)
    if by_a:
        first = high(factor / a)
        lacking = (((factor - first * upper) - first * lower) + lacking) / a
    else:
        first = high(factor)
        lacking += factor - first
    lacking *= power
    power -= power_upper
    power *= first
    lacking += power
    first *= power_upper
    error *= first
    lacking -= error
    first += lacking
    return np.asarray(first * np.where(a > 37, EXP_SHIFT, 1.0) if far else first)
