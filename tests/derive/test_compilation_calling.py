"""Shapes, dtypes and refusals of compiled elementwise functions."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from derive.compilation import Compiled, NotCompilable, compile_scalar
from derive.compilation.calling import BLOCK
from derive.functions import sigma, softplus

x, y, z = sp.symbols("x y z")
FORMULAS = [sp.Integer(2), y, sigma(x) - y, x * y + 1, sp.Max(x, y), sp.Piecewise((x, x > 0), (y, True)), sp.pi * x]
COMPILED = [compile_scalar([x, y], formula) for formula in FORMULAS]


@settings(deadline=None, max_examples=60, derandomize=True)
@given(
    shapes=hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=4, min_side=0),
    dtypes=st.tuples(*[st.sampled_from([np.float16, np.float32, np.float64, np.int32, np.bool_])] * 2),
)
def test_the_result_has_the_broadcast_shape_and_the_dtype_of_the_arguments(shapes, dtypes):
    a, b = (np.ones(shape, dtype) for shape, dtype in zip(shapes.input_shapes, dtypes, strict=True))
    kinds = [d if np.dtype(d).kind == "f" else np.float64 for d in dtypes]
    for compiled in COMPILED:
        result = compiled(a, b)
        assert isinstance(result, np.ndarray)
        assert result.shape == shapes.result_shape
        assert result.dtype == np.result_type(*kinds)
        assert result.flags.writeable
        assert not np.may_share_memory(result, a)
        assert not np.may_share_memory(result, b)


@pytest.mark.parametrize(
    "shapes",
    [((3 * BLOCK + 7,), ()), ((3, BLOCK), (BLOCK,)), ((2 * BLOCK, 3), (2 * BLOCK, 1)), ((2 * BLOCK,), (1, 1, 1))],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_evaluation_in_blocks_gives_what_one_block_gives(shapes, dtype):
    rng = np.random.default_rng(0)
    a, b = (rng.integers(-5, 5, shape).astype(dtype) for shape in shapes)
    for compiled in COMPILED:
        result = compiled(a, b)
        assert result.shape == np.broadcast_shapes(*shapes)
        assert result.dtype == (np.float64 if dtype is np.int64 else dtype)
        full_a, full_b = np.broadcast_arrays(a, b)
        first = (0,) * (result.ndim - 1) + (slice(0, 50),)
        last = (-1,) * (result.ndim - 1) + (slice(-50, None),)
        for part in (first, last):
            assert np.array_equal(result[part], compiled(full_a[part], full_b[part]))


def test_arrays_that_are_not_contiguous_give_the_same_result():
    a = np.random.default_rng(0).normal(size=(300, 400))
    compiled = compile_scalar([x], sigma(x) ** 2)
    assert np.array_equal(compiled(a.T), compiled(a).T)
    assert np.array_equal(compiled(a[::2, ::-3]), compiled(a)[::2, ::-3])


@pytest.mark.parametrize("size", [5, 4 * BLOCK])
@pytest.mark.parametrize("formula", [x, sp.Max(x, 0), sp.tanh(x), sp.Abs(x), sp.Integer(0)])
def test_the_result_is_never_a_view_of_an_argument(formula, size):
    a = np.linspace(-1, 1, size)
    result = compile_scalar([x], formula)(a)
    assert result.shape == a.shape
    assert not np.may_share_memory(result, a)


def test_python_numbers_give_a_numpy_float():
    for formula in (sigma(x), x, sp.Integer(2)):
        assert type(compile_scalar([x], formula)(0)) is np.float64


def test_python_numbers_follow_the_dtype_of_the_array_beside_them():
    assert compile_scalar([x, y], x + y)(np.ones(3, np.float32), 2.0).dtype == np.float32


def test_complex_values_are_refused():
    with pytest.raises(TypeError, match=r"f: x is complex \(complex128\); the formula is one of real numbers"):
        compile_scalar([x], x)(1j)


def test_values_that_are_not_numbers_are_refused():
    with pytest.raises(TypeError, match="f: x has dtype <U1"):
        compile_scalar([x], x)("a")


def test_the_number_of_arguments_is_checked():
    with pytest.raises(TypeError, match=r"loss\(x, y\) takes 2 arguments, 1 were given"):
        compile_scalar([x, y], x + y, name="loss")(1.0)


def test_shapes_that_do_not_broadcast_are_named():
    with pytest.raises(ValueError, match=r"f: the shapes do not broadcast: x \(2,\), y \(3,\)"):
        compile_scalar([x, y], x + y)(np.ones(2), np.ones(3))


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (x + z, "the formula holds z, which is not among the arguments"),
        (sp.Function("h")(x), "cannot be compiled to NumPy"),
        (sp.Integral(x, x), "cannot be compiled to NumPy"),
        (sp.gamma(x), "cannot be compiled to NumPy"),
        (sp.I * x, "cannot be compiled to NumPy"),
        (sp.zoo, "cannot be compiled to NumPy"),
        (sp.log(-2) * x, "cannot be compiled"),
        (sp.Integer(10) ** 400 * x, "larger than any float"),
    ],
)
def test_what_cannot_be_compiled_is_refused(formula, message):
    with pytest.raises(NotCompilable, match=message):
        compile_scalar([x], formula)


def test_no_text_of_a_symbol_reaches_the_source():
    evil = sp.Symbol("x): import os  #")
    compiled = compile_scalar([evil, sp.Symbol("lambda"), sp.Symbol("np")], evil**2)
    assert compiled.arguments == ("arg0", "arg1", "arg2")
    assert "import os" not in compiled.source
    assert compiled(3, 0, 0) == 9


def test_a_name_that_is_no_python_name_is_refused():
    with pytest.raises(ValueError, match="cannot name a Python function"):
        compile_scalar([x], x, name="f(): pass #")


def test_a_symbol_named_like_a_temporary_of_the_source_is_safe():
    names = sp.symbols("t0 t1 x0", real=True)
    e = sp.exp(names[0] + names[1])
    assert compile_scalar(names, e + e**2 * sp.sin(e) + names[2])(0.0, 0.0, 1.0) == pytest.approx(2 + np.sin(1))


def test_a_branch_that_is_not_taken_does_not_warn():
    formula = sp.Piecewise((sp.log(x), x > 0), (0, True)) + sp.Piecewise((1 / x, sp.Ne(x, 0)), (0, True))
    with np.errstate(all="raise"):
        assert compile_scalar([x], formula)([-1.0, 0.0, 1.0]).tolist() == [-1, 0, 1]


def test_finite_inputs_never_warn_even_where_numpy_raises_on_every_flag():
    values = np.array([-1.7e308, -1e200, -800, -5e-324, 0, 5e-324, 800, 1e200, 1.7e308])
    formulas = [sigma(x), softplus(x), sigma(x) * (1 - sigma(x)), x * sigma(x), sp.tanh(x), 1 - sp.tanh(x) ** 2]
    formulas += [sp.diff(formula, x) for formula in formulas] + [x**2, 1 / sp.cosh(x), sp.exp(x)]
    for formula in formulas:
        with np.errstate(all="raise"):
            assert not np.isnan(compile_scalar([x], formula)(values)).any(), formula


def test_the_source_is_readable_and_names_the_function():
    compiled = compile_scalar([x], sigma(x), name="logistic")
    assert compiled.source == (
        "import numpy as np\nfrom derive.compilation import kernels as stable\n\n\n"
        "def logistic(x):\n    t0 = np.exp(-np.abs(x))\n    t1 = stable.where((x < 0), t0, 1)\n"
        "    return (t1 - (t0/(t0 + 1))*t1)\n"
    )
    namespace = {}
    exec(compiled.source, namespace)  # our own source: what people read is what runs
    assert namespace["logistic"](2.0) == compiled(2.0)


def test_a_compiled_function_is_frozen():
    compiled = compile_scalar([x], x)
    assert isinstance(compiled, Compiled)
    with pytest.raises(AttributeError):
        compiled.name = "g"


@pytest.mark.parametrize(
    ("formula", "python"),
    [
        (sp.sin(x) + sp.cos(y) * sp.tan(x), lambda a, b: np.sin(a) + np.cos(b) * np.tan(a)),
        (sp.sinh(x) - sp.cosh(y), lambda a, b: np.sinh(a) - np.cosh(b)),
        (sp.Heaviside(x) * sp.sign(y), lambda a, b: np.heaviside(a, 0.5) * np.sign(b)),
        (sp.Min(x, y, 0) / sp.sqrt(2), lambda a, b: np.minimum(np.minimum(a, b), 0) / np.sqrt(2)),
        (x**3 / 7 - x**-2 + sp.Abs(y) ** sp.Rational(3, 2), lambda a, b: a**3 / 7 - a**-2.0 + abs(b) ** 1.5),
        (x / (y * (x + 4)) ** 2, lambda a, b: a / (b * (a + 4)) ** 2),
        (sp.E**2 * x + sp.pi, lambda a, b: np.e**2 * a + np.pi),
        (
            sp.Piecewise((1, sp.And(x > 0, y > 0)), (2, sp.Or(x < -1, sp.Not(y > 0))), (3, True)),
            lambda a, b: np.where((a > 0) & (b > 0), 1.0, np.where((a < -1) | (b <= 0), 2.0, 3.0)),
        ),
    ],
)
def test_formulas_mean_what_they_say(formula, python):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(20, 1)), rng.normal(size=30)
    assert compile_scalar([x, y], formula)(a, b) == pytest.approx(np.broadcast_to(python(a, b), (20, 30)), rel=1e-13)


def test_symbols_count_as_real_so_that_the_slope_of_the_absolute_value_is_its_sign():
    assert compile_scalar([x], sp.diff(sp.Abs(x), x))([-2.0, 3.0]).tolist() == [-1, 1]


def test_an_argument_may_be_called_like_a_python_function():
    name = sp.Symbol("abs")
    assert compile_scalar([name], sp.Abs(name) * sigma(name))(0.0) == 0


@pytest.mark.parametrize("text", ["x", "__import__('os')", "1"])
def test_text_is_never_taken_for_a_formula(text):
    with pytest.raises(sp.SympifyError):
        compile_scalar([sp.Symbol("x")], text)
