"""Code for people to read: it runs, it is right, and it looks like the textbook."""

import numpy as np
import pytest
import sympy as sp

from derive import catalogue
from derive.compilation.readable import readable_source
from derive.entry import ScalarEntry

SCALAR = [
    (name, target)
    for name in catalogue.names()
    if isinstance(entry := catalogue.load(name), ScalarEntry) and entry.compilable
    for target in entry.targets
]


@pytest.mark.parametrize(("name", "target"), SCALAR)
def test_the_readable_code_agrees_with_the_compiled_code(name: str, target: str) -> None:
    entry = catalogue.load(name)
    symbols = [variable.symbol for variable in entry.variables]
    made: dict[str, object] = {}
    exec(readable_source(symbols, entry.textbook(target), name="made"), made)  # our own text, in a test
    rng = np.random.default_rng(0)
    arguments = [rng.uniform(0.1, 0.9, size=20) for _ in symbols]
    if name == "hinge":
        arguments[0] = np.sign(arguments[0] - 0.5)
    expected = entry.compiled_gradient[target](*arguments)
    np.testing.assert_allclose(made["made"](*arguments), expected, rtol=1e-12)  # type: ignore[operator]


def test_the_sigmoid_reads_like_a_textbook() -> None:
    entry = catalogue.load("sigmoid")
    assert readable_source([entry.variables[0].symbol], entry.textbook("x"), name="sigmoid_grad") == (
        "from scipy.special import expit\n\n\ndef sigmoid_grad(x):\n    return expit(-x)*expit(x)\n"
    )


def test_a_constant_gets_the_shape_of_its_arguments() -> None:
    x = sp.Symbol("x", real=True)
    assert "return 1 + 0 * x" in readable_source([x], sp.S.One, name="one")
