"""Each line of the table of rewritings is a true identity, and applies to its example."""

import flint
import pytest
import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from checks.enclosure import enclose
from derive.compilation.nodes import meaning
from derive.compilation.rewritings import FINISH, LOWER, RECOGNISE, STABILISE, apply
from derive.functions import sigma, softplus

STAGES = (RECOGNISE, STABILISE, LOWER, FINISH)
TABLE = [(stage, rewriting) for stage in STAGES for rewriting in stage]
SYMBOLS = {name: sp.Symbol(name, real=True) for name in "uvwy"}
POINTS = [
    ("-7/3", "1/5", "2/7", "3/11"),
    ("1/9", "2/3", "-5", "7/8"),
    ("13/4", "9/10", "1/3", "5/3"),
    ("0", "1/2", "1", "1/4"),
]


def read(text):
    return sp.sympify(text, locals={**SYMBOLS, "sigma": sigma, "softplus": softplus})  # our own table's text


def plain(expression):
    """The formula in functions that `enclose` knows."""
    expression = meaning(expression)
    return expression.replace(expm1, lambda v: sp.exp(v) - 1).replace(log1p, lambda v: sp.log(1 + v))


def before(stage, rewriting):
    """The example as the rewriting meets it: after the stages and lines above it."""
    expression = read(rewriting.example)
    for earlier in STAGES:
        if earlier is stage:
            above = stage[: stage.index(rewriting)]
            return apply(above, expression) if above else expression
        expression = apply(earlier, expression)
    raise AssertionError


@pytest.mark.parametrize(("stage", "rewriting"), TABLE, ids=[rewriting.name for _, rewriting in TABLE])
def test_a_rewriting_applies_to_its_example_and_keeps_the_value(stage, rewriting):
    example = before(stage, rewriting)
    changed = apply([rewriting], example)
    assert changed != example
    compared = 0
    for values in POINTS:
        point = {
            symbol: flint.fmpq(*map(int, [*v.split("/"), "1"][:2]))
            for symbol, v in zip(SYMBOLS.values(), values, strict=True)
        }
        left, right = enclose(plain(example), point, 200), enclose(plain(changed), point, 200)
        assert left.overlaps(right)
        assert left.rad() < 1e-40
        assert right.rad() < 1e-40
        compared += 1
    assert compared == len(POINTS)


def test_every_rewriting_has_a_name_of_its_own_and_a_reason():
    names = [rewriting.name for _, rewriting in TABLE]
    assert len(set(names)) == len(names)
    assert all(rewriting.reason for _, rewriting in TABLE)
