"""Functions of a rounded argument and what it lacks: the rounding of an exponent is what an exponential loses."""

from typing import Any

import numpy as np

from derive.compilation.floats import EXP_SHIFT, SHIFT, Floats, high, product_error, sum_error


def rounding(value: Floats, *terms: tuple[Any, ...]) -> Floats:
    """Return Σ terms − value: what value, the rounded sum, lacks.

    A term is (a,) or (a, b). The errors of products and sums are found one by one (Dekker, Knuth); where the sum
    overflows the result is not a number.
    """
    with np.errstate(all="ignore"):
        if len(terms) == 1:
            return np.asarray(product_error(terms[0][0], terms[0][1], value))
        products, lows = [], []
        for first, *second in terms:
            product = first * second[0] if second else first
            products.append(product)
            lows += [product_error(first, second[0], product)] if second else []
        total = products[0]
        for product in products[1:-1]:
            before, total = total, total + product
            lows.append(sum_error(before, product, total))
        # Of two terms the value is the sum, in whatever order it was written; of more it may differ in the last place.
        last = value if len(terms) == 2 else total + products[-1]
        lows.append(sum_error(total, products[-1], last))
        error = lows[0] if len(terms) == 2 else (last - value) + lows[0]
        for low in lows[1:]:
            if np.shape(error) == value.shape:
                error += low
            else:
                error = error + low
        return np.asarray(error)


def square_error(x: Floats, square: Floats) -> Floats:
    """Return x² − square, where square is x² rounded; not a number where that overflows."""
    with np.errstate(all="ignore"):
        upper = high(x)
        return np.asarray((upper * upper - square) + (x - upper) * (x + upper))


def exp(v: Floats, error: Floats) -> Floats:
    """Return e^(v + error), error far below 1."""
    return _corrected(np.exp(v), error)


def _corrected(result: Floats, error: Floats) -> Floats:
    """Return result·(1 + error); the result itself where it is infinite or the error is not known."""
    with np.errstate(all="ignore"):
        better = np.asarray(result + result * error)
        if np.isnan(np.min(better, initial=0.0)):
            better = np.where(np.isnan(better), result, better)
    return better


def square(v: Floats, error: Floats) -> Floats:
    """Return (v + error)², error far below v."""
    with np.errstate(all="ignore"):
        product_of_both = v * error
        better = np.asarray(v * v + (product_of_both + product_of_both))
        return np.where(np.isnan(better), v * v, better) if np.isnan(np.min(better, initial=0.0)) else better


def times_exp(p: Any, v: Floats, error: Any = None, more: Any = None) -> Floats:
    """Return (p + more)·e^(v + error), p and v broadcast; where e^v would be subnormal, by two normal factors."""
    with np.errstate(all="ignore"):
        power = np.exp(v)
        plain = result = np.asarray(p * power)
        if error is not None:
            rest = plain * error
            if more is not None:
                rest = rest + more * power
            if np.ndim(p) == 0:  # a constant factor: its product is rounded with the rest
                rest = rest + product_error(p, power, plain)
            result = plain + rest
            if np.isnan(np.min(result, initial=0.0)):
                result = np.where(np.isnan(result), plain, result)
        if not np.min(v, initial=0.0) >= -708:  # also where one is not a number
            p = np.asarray(p, np.float64)
            factor = p * EXP_SHIFT
            factor_lacks = product_error(EXP_SHIFT, p, factor) + (0.0 if more is None else EXP_SHIFT * more)
            power = np.exp(np.minimum(v + SHIFT, 0))
            power = power + power * ((0.0 if error is None else error) + factor_lacks / factor)
            # A polynomial p that overflowed does not matter beside e^(−10⁵); a p that is zero leaves zero.
            small = np.where((v < -1e5) | ~np.isfinite(power), 0.0, factor * power)
            result = np.where(v < -708, small, result)
    return result


def quotient(p: Any, v: Floats, error: Any = None, out: Any = None) -> Floats:
    """Return p / (1 + e^(v + error)), p and v broadcast; in `out` where that is given and e^v is finite.

    What 1 + e^v rounded lacks is put in at the end: for large e^v its rounding counts twice.
    """
    with np.errstate(all="ignore"):
        power = np.exp(v)
        if error is not None:
            power = _corrected(power, np.asarray(error))
        bottom = power + 1
        power -= bottom
        power += 1  # (e^v − bottom) + 1 is right to a few bits for small and large e^v
        power /= bottom
        result = np.asarray(np.divide(p, bottom, out=out))
        result -= power * result
        if not np.max(v, initial=0.0) <= 708:  # also where one is not a number
            large = v > 708
            back = None if error is None else -np.asarray(error)
            result = np.where(large, times_exp(p, np.minimum(-v, 0), back), result)
    return result
