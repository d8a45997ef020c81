"""The classic mistakes by name, in the order in which they are claimed where several give one and the same formula."""

from typing import Final

MEANINGS: Final[dict[str, str]] = {
    "sign": "a sign is wrong: of the whole, of one term, or of one derivative such as cos′ = −sin",
    "inner derivative": "the derivative of the inner function is forgotten",
    "product rule": "a product is differentiated as the product of the derivatives, or a term is missing",
    "quotient rule": "the terms of the quotient rule are swapped, one is missing, or v² is",
    "factor 2": "a factor 2 is missing or too many",
    "sigma for sigma'": "an activation stands where its derivative belongs",
    "pre-activation for output": "z stands where the output of the activation belongs",
    "output for pre-activation": "the output of the activation stands where z belongs",
    "1/B missing": "the factor 1/B is missing",
    "1/B doubled": "the factor 1/B stands there twice, as 1/B²",
    "sum for mean": "the sum over the batch stands where its mean belongs",
    "mean for sum": "the mean over the batch stands where its sum belongs",
    "transposed": "an operand, or the result, is transposed",
    "wrong axis": "the sum runs over the wrong axis",
    "diagonal only": "only the diagonal of the Jacobian is kept",
    "W for dW": "an array stands where its gradient belongs",
    "logit for prediction": "ŷ − y, the derivative by the logit, where the one by the prediction was asked",
    "prediction for logit": "−y/ŷ, the derivative by the prediction, where the one by the logit was asked",
    "log base": "the logarithm has another base",
    "kernel flipped": "the kernel is flipped",
    "wrong pool cell": "the gradient of a pool goes to another cell than the one that won",
    "function": "the function itself stands where its derivative belongs",
    "power rule": "the exponent is not lowered, or does not come down as a factor",
    "sigma' twice": "the derivative of the activation is multiplied in once more than it belongs",
    "outer derivative": "the derivative of the outer function is forgotten; for ReLU, its mask",
    "mask reversed": "the mask is the wrong way round: 1 where 0 belongs",
    "lost factor": "a constant factor is lost",
    "constant kept": "a constant term is kept, though its derivative is 0",
    "sum kept": "the derivative of every entry is summed where only one depends on the variable",
    "wrong variable": "differentiated by another variable",
    "order of factors": "the factors of a matrix product are swapped",
    "constant factor": "right up to a constant factor",
}
"""What each mistake is; the keys are stable names for programs."""

ORDER: Final[dict[str, int]] = {name: place for place, name in enumerate(MEANINGS)}


def place(name: str) -> int:
    """Return the position of a mistake in the order; what a catalogue entry declares comes just before the last."""
    return ORDER.get(name, len(ORDER) - 2) * 2 + (name not in ORDER)
