import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.layers import (
    BatchNorm,
    Conv2d,
    Dropout,
    Flatten,
    Layer,
    LayerNorm,
    LeakyReLU,
    Linear,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
    convolution,
)


def _rng(seed=0):
    return np.random.default_rng(seed)


def _evaluated(features):
    layer = BatchNorm(features)
    layer.training = False
    layer.running_mean, layer.running_var = _rng(5).standard_normal(features), _rng(6).uniform(0.5, 2, features)
    return layer


CASES = {
    "linear": (lambda: Linear(5, 7, _rng()), (3, 5)),
    "relu": (ReLU, (3, 5)),
    "leaky relu": (lambda: LeakyReLU(0.2), (3, 5)),
    "sigmoid": (Sigmoid, (3, 5)),
    "softmax": (Softmax, (3, 5)),
    "dropout": (lambda: Dropout(0.4, seed=3), (4, 5)),
    "batch norm": (lambda: BatchNorm(5), (4, 5)),
    "batch norm, images": (lambda: BatchNorm(3), (2, 3, 4, 5)),
    "batch norm, one channel": (lambda: BatchNorm(1), (2, 1, 3, 2)),
    "batch norm, evaluated": (lambda: _evaluated(5), (4, 5)),
    "batch norm, images evaluated": (lambda: _evaluated(3), (2, 3, 4, 5)),
    "layer norm": (lambda: LayerNorm(5), (3, 5)),
    "layer norm, one sample": (lambda: LayerNorm(5), (1, 5)),
    "layer norm, images": (lambda: LayerNorm((2, 3, 4)), (3, 2, 3, 4)),
    "tanh": (Tanh, (2, 3, 4)),
    "flatten": (Flatten, (2, 3, 4)),
    "conv": (lambda: Conv2d(1, 1, 3, _rng()), (2, 1, 6, 6)),
    "conv channels": (lambda: Conv2d(2, 3, (3, 2), _rng()), (2, 2, 5, 4)),
    "conv stride 2": (lambda: Conv2d(2, 3, 2, _rng(), stride=2), (2, 2, 5, 7)),
    "conv padding": (lambda: Conv2d(2, 3, 3, _rng(), padding=1), (2, 2, 4, 5)),
    "conv all": (lambda: Conv2d(2, 3, (3, 2), _rng(), stride=(2, 3), padding=(2, 1)), (2, 2, 6, 7)),
    "pool": (lambda: MaxPool2d(2), (2, 3, 4, 4)),
    "pool overlapping": (lambda: MaxPool2d(3, 1), (2, 2, 5, 6)),
    "pool overlapping 2": (lambda: MaxPool2d((3, 2), (2, 1)), (2, 2, 7, 6)),
    "pool with gaps": (lambda: MaxPool2d(2, 3), (2, 2, 6, 5)),
}


@pytest.fixture(params=CASES)
def case(request):
    """A layer, an input and an upstream gradient."""
    make, shape = CASES[request.param]
    layer, rng = make(), _rng(1)
    x = rng.standard_normal(shape)
    for name in ("b", "gamma", "beta"):
        if name in layer.trainable:
            setattr(layer, name, rng.standard_normal(getattr(layer, name).shape))
    return layer, x, rng.standard_normal(layer.forward(x).shape)


def test_every_backward_pass_agrees_with_the_complex_step(case, layer_discrepancy):
    layer, x, dy = case
    for name, error in layer_discrepancy(layer, x, dy).items():
        assert error < 1e-13, name


def test_neither_pass_changes_its_arguments(case):
    layer, x, dy = case
    before = x.copy(), dy.copy()
    layer.forward(x)
    layer.backward(x, dy)
    assert np.array_equal(x, before[0])
    assert np.array_equal(dy, before[1])


def test_a_backward_pass_gives_the_same_twice(case):
    layer, x, dy = case
    first = layer.backward(x, dy), copy.deepcopy(layer.gradients())
    second = layer.backward(x, dy), layer.gradients()
    assert np.array_equal(first[0], second[0])
    assert all(np.array_equal(first[1][name], second[1][name]) for name in second[1])


def test_a_step_moves_each_parameter_against_its_gradient(case):
    layer, x, dy = case
    layer.backward(x, dy)
    wanted = {name: p - 0.5 * layer.gradients()[name] for name, p in layer.parameters().items()}
    layer.step(0.5)
    assert all(np.array_equal(layer.parameters()[name], value) for name, value in wanted.items())


def test_single_precision_is_kept(case):
    layer, x, dy = case
    statistics = ("running_mean", "running_var") if isinstance(layer, BatchNorm) else ()
    for name in (*layer.trainable, *statistics):
        setattr(layer, name, getattr(layer, name).astype(np.float32))
    x, dy = x.astype(np.float32), dy.astype(np.float32)
    assert layer.forward(x).dtype == np.float32
    assert layer.backward(x, dy).dtype == np.float32
    layer.step(0.1)
    for values in (layer.gradients(), layer.parameters(), {name: getattr(layer, name) for name in statistics}):
        assert all(value.dtype == np.float32 for value in values.values())


def test_nothing_touches_the_global_random_state(case):
    layer, x, dy = case
    before = np.random.get_state()[1].tolist()  # noqa: NPY002 - to see that it stays as it is
    layer.forward(x)
    layer.backward(x, dy)
    layer.step(0.1)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


def _with(cls, **methods):
    return type(f"Wrong{cls.__name__}", (cls,), methods)


def _spoilt(name, change):
    def store_gradients(self, x, dy):
        super(type(self), self).store_gradients(x, dy)
        setattr(self, name, change(getattr(self, name), x))

    return store_gradients


WRONG = {
    "a sign": (_with(Linear, store_gradients=_spoilt("dW", lambda g, x: -g)), "W"),
    "a missing 1/B": (_with(Linear, store_gradients=_spoilt("dW", lambda g, x: len(x) * g)), "W"),
    "a mean for a sum": (_with(Linear, store_gradients=_spoilt("db", lambda g, x: g / len(x))), "b"),
    "a transpose": (_with(Linear, store_gradients=_spoilt("dW", lambda g, x: g.T)), "W"),
    "the input's transpose": (_with(Linear, input_gradient=lambda self, x, dy: dy @ self.W), "x"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_planted_mistake_in_a_linear_layer_is_noticed(mistake, layer_discrepancy):
    wrong, place = WRONG[mistake]
    rng = _rng(2)
    layer = wrong(5, 5, rng)
    errors = layer_discrepancy(layer, rng.standard_normal((3, 5)), rng.standard_normal((3, 5)))
    assert errors.pop(place) > 0.1
    assert all(error < 1e-13 for error in errors.values())


@pytest.mark.parametrize(
    ("wrong", "x"),
    [
        (_with(ReLU, input_gradient=lambda self, x, dy: dy)(), _rng(3).standard_normal((4, 4))),
        (_with(ReLU, input_gradient=lambda self, x, dy: dy * (dy > 0))(), _rng(3).standard_normal((4, 4))),
        (_with(Sigmoid, input_gradient=lambda self, x, dy: dy * x * (1 - x))(), _rng(3).standard_normal((4, 4))),
        (_with(LeakyReLU, input_gradient=lambda self, x, dy: dy * (x > 0))(0.3), _rng(3).standard_normal((4, 4))),
        (
            _with(Softmax, input_gradient=lambda self, x, dy: dy * self.forward(x) * (1 - self.forward(x)))(),
            _rng(3).standard_normal((4, 4)),
        ),
        (_with(Dropout, input_gradient=lambda self, x, dy: dy)(0.5, seed=0), _rng(3).standard_normal((4, 4))),
        (
            _with(BatchNorm, input_gradient=lambda self, x, dy: dy / np.sqrt(x.var(axis=0) + self.eps))(4),
            _rng(3).standard_normal((5, 4)),
        ),
        (
            _with(LayerNorm, input_gradient=lambda self, x, dy: BatchNorm(4).input_gradient(x, dy))(4),
            _rng(3).standard_normal((5, 4)),
        ),
        (_with(Tanh, input_gradient=lambda self, x, dy: dy * (1 - np.tanh(x)))(), _rng(3).standard_normal((4, 4))),
        (
            _with(MaxPool2d, input_gradient=lambda self, x, dy: np.kron(dy, np.ones((2, 2))))(2),
            _rng(3).standard_normal((1, 1, 4, 4)),
        ),
    ],
)
def test_a_planted_mistake_in_a_mask_is_noticed(wrong, x, layer_discrepancy):
    dy = _rng(4).standard_normal(wrong.forward(x).shape)
    assert layer_discrepancy(wrong, x, dy)["x"] > 0.1


def test_a_convolution_that_turns_its_kernel_over_is_noticed(layer_discrepancy):
    class Turned(Conv2d):
        def input_gradient(self, x, dy):
            self.W = self.W[..., ::-1, ::-1]
            dx = super().input_gradient(x, dy)
            self.W = self.W[..., ::-1, ::-1]
            return dx

    rng = _rng(5)
    layer = Turned(1, 2, 3, rng)
    assert layer_discrepancy(layer, rng.standard_normal((2, 1, 5, 5)), rng.standard_normal((2, 2, 3, 3)))["x"] > 0.1


# Against loops.


def _conv_by_loops(x, W, b, stride, padding):
    x = np.pad(x, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2))
    (F, _, kh, kw), (B, _, H, wide) = W.shape, x.shape
    y = np.empty((B, F, (H - kh) // stride[0] + 1, (wide - kw) // stride[1] + 1))
    for n, f, i, j in np.ndindex(*y.shape):
        top, left = i * stride[0], j * stride[1]
        y[n, f, i, j] = np.sum(x[n, :, top : top + kh, left : left + kw] * W[f]) + b[f]
    return y


small = st.integers(1, 3)


@given(
    B=small, C=small, F=small, kernel=st.tuples(small, small), stride=st.tuples(small, small),
    padding=st.tuples(st.integers(0, 2), st.integers(0, 2)), extra=st.tuples(st.integers(0, 4), st.integers(0, 4)),
    seed=st.integers(0, 2**32 - 1),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_a_convolution_of_any_shape_agrees_with_loops_and_its_gradients_fit(
    B, C, F, kernel, stride, padding, extra, seed
):
    rng = _rng(seed)
    layer = Conv2d(C, F, kernel, rng, stride=stride, padding=padding)
    layer.b = rng.standard_normal(F)
    x = rng.standard_normal((B, C, kernel[0] + extra[0], kernel[1] + extra[1]))
    y = layer.forward(x)
    assert y == pytest.approx(_conv_by_loops(x, layer.W, layer.b, stride, padding), rel=1e-12, abs=1e-12)
    dy = rng.standard_normal(y.shape)
    dx = layer.backward(x, dy)
    assert (dx.shape, layer.dW.shape, layer.db.shape) == (x.shape, layer.W.shape, layer.b.shape)
    # The layer is affine: <dy, y − b> = <dx, x> = <dW, W> exactly but for rounding.
    product = np.sum(dy * (y - layer.b[:, None, None]))
    assert np.sum(dx * x) == pytest.approx(product, rel=1e-9, abs=1e-9)
    assert np.sum(layer.dW * layer.W) == pytest.approx(product, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("limit", [1, 2000])
def test_a_convolution_in_pieces_is_the_same_convolution(limit, monkeypatch):
    rng = _rng(8)
    layer, x = Conv2d(2, 3, (3, 2), rng, stride=(1, 2), padding=1), rng.standard_normal((7, 2, 6, 5))
    y = layer.forward(x)
    dy = rng.standard_normal(y.shape)
    whole = y, layer.backward(x, dy), layer.dW, layer.db
    for name in ("FORWARD_BYTES", "BACKWARD_BYTES"):
        monkeypatch.setattr(convolution, name, limit)
    pieces = layer.forward(x), layer.backward(x, dy), layer.dW, layer.db
    for one, other in zip(whole, pieces, strict=True):
        assert other == pytest.approx(one, rel=1e-12, abs=1e-13)


def test_images_in_any_memory_layout_give_the_same():
    rng = _rng(9)
    x = rng.standard_normal((2, 6, 5, 3)).transpose(0, 3, 1, 2)  # channels last in memory
    for layer in (Conv2d(3, 2, 3, rng), MaxPool2d(2), BatchNorm(3), LayerNorm((3, 6, 5))):
        y, plain = layer.forward(x), layer.forward(np.ascontiguousarray(x))
        assert y == pytest.approx(plain, rel=1e-12, abs=1e-13)
        dy = rng.standard_normal(y.shape)
        assert layer.backward(x, dy) == pytest.approx(layer.backward(np.ascontiguousarray(x), dy), rel=1e-12, abs=1e-12)


@given(
    B=st.integers(1, 4), features=st.integers(1, 4), image=st.none() | st.tuples(small, small),
    seed=st.integers(0, 2**32 - 1),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_normalisations_of_any_shape_agree_with_the_definition_and_their_gradients_are_orthogonal(
    B, features, image, seed
):
    rng = _rng(seed)
    x = rng.standard_normal((B, features, *(image or ())))
    dy = rng.standard_normal(x.shape)
    batch, one_by_one = BatchNorm(features, eps=0.1), LayerNorm(x.shape[1:], eps=0.1)
    for layer, axes in ((batch, (0, 2, 3)[: 1 if image is None else 3]), (one_by_one, tuple(range(1, x.ndim)))):
        wanted = (x - x.mean(axis=axes, keepdims=True)) / np.sqrt(x.var(axis=axes, keepdims=True) + 0.1)
        assert layer.forward(x) == pytest.approx(wanted, rel=1e-12, abs=1e-13)
        dx = layer.backward(x, dy)
        assert dx.shape == x.shape
        # A shift of a whole line changes nothing.
        assert dx.sum(axis=axes) == pytest.approx(0, abs=1e-12)


@given(
    size=st.tuples(small, small), stride=st.tuples(small, small),
    extra=st.tuples(st.integers(0, 4), st.integers(0, 4)), seed=st.integers(0, 2**32 - 1),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_a_pool_of_any_shape_agrees_with_loops_ties_included(size, stride, extra, seed):
    rng = _rng(seed)
    x = rng.integers(0, 3, (2, 2, size[0] + extra[0], size[1] + extra[1])).astype(float)  # many ties
    layer = MaxPool2d(size, stride)
    y = layer.forward(x)
    dy = rng.integers(-5, 5, y.shape).astype(float)
    wanted = np.zeros_like(x)
    for n, c, i, j in np.ndindex(*y.shape):
        top, left = i * stride[0], j * stride[1]
        window = x[n, c, top : top + size[0], left : left + size[1]]
        assert y[n, c, i, j] == window.max()
        u, v = np.argwhere(window == window.max())[0]
        wanted[n, c, top + u, left + v] += dy[n, c, i, j]
    assert np.array_equal(layer.backward(x, dy), wanted)


def test_equal_values_in_a_window_send_the_gradient_to_the_first_row_by_row():
    x = np.array([[[[1.0, 2.0], [2.0, 2.0]]]])
    assert MaxPool2d(2).backward(x, np.ones((1, 1, 1, 1))).tolist() == [[[[0, 1], [0, 0]]]]


def test_the_pool_of_document_004_gives_the_printed_maxima():
    maps = np.array([[-0.29, -0.80, 7.97, -0.29], [0.86, 3.73, 4.83, -2.06], [6.32, 1.36, 1.78, 1.16],
                     [0.37, 0.60, 1.51, -0.14]])[None, None]  # fmt: skip
    assert MaxPool2d(2).forward(ReLU().forward(maps))[0, 0].tolist() == [[3.73, 7.97], [6.32, 1.78]]


def test_the_kink_of_leaky_relu_passes_the_small_slope():
    assert LeakyReLU(0.25).backward(np.array([[-1.0, 0.0, 1.0]]), np.ones((1, 3))).tolist() == [[0.25, 0.25, 1]]


def test_softmax_stays_finite_at_eight_hundred():
    s = Softmax()
    x = np.array([[800.0, 0.0, -800.0], [800.0, 800.0, -800.0]])
    assert s.forward(x).tolist() == [[1, 0, 0], [0.5, 0.5, 0]]
    assert np.isfinite(s.backward(x, np.ones_like(x))).all()


def test_the_kink_of_relu_passes_no_gradient():
    assert ReLU().backward(np.array([[-1.0, 0.0, 1.0]]), np.full((1, 3), -2.0)).tolist() == [[0, 0, -2]]


def test_a_linear_layer_scales_as_document_002_demands():
    layer = Linear(5, 7, _rng(12345))
    x = _rng(12345).uniform(size=(3, 5))
    y, dx = layer.forward(x), layer.backward(x, np.ones((3, 7)))
    layer.W *= 2
    layer.b = layer.b * 2 + 1
    assert np.array_equal(layer.forward(x), 2 * y + 1)
    assert np.array_equal(layer.backward(x, np.ones((3, 7))), 2 * dx)


def test_layers_made_of_given_weights_keep_copies():
    W, b = np.ones((2, 3)), np.zeros(3)
    layer = Linear.of(W, b)
    layer.W += 1
    assert W.tolist() == np.ones((2, 3)).tolist()
    kernel = np.ones((1, 1, 2, 2))
    conv = Conv2d.of(kernel, [0.0], stride=2)
    conv.W += 1
    assert kernel.tolist() == np.ones((1, 1, 2, 2)).tolist()
    assert conv.forward(np.ones((1, 1, 4, 4))).tolist() == [[[[8, 8], [8, 8]]]]


def test_gradients_before_a_backward_pass_are_refused():
    layer = Linear(2, 3, _rng())
    for use in (layer.gradients, lambda: layer.step(0.1)):
        with pytest.raises(RuntimeError, match="Linear 2x3: run backward before"):
            use()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Linear(2, 3, _rng()).forward(np.ones((4, 3))), "Linear 2x3 takes (B, 2), not (4, 3)"),
        (lambda: Linear(2, 3, _rng()).backward(np.ones((4, 2)), np.ones((4, 2))), "dy must be (4, 3), not (4, 2)"),
        (lambda: Linear.of(np.ones((2, 3)), np.ones(2)), "do not fit: (2, 3), (2,)"),
        (lambda: Conv2d.of(np.ones((2, 3, 1)), np.ones(2)), "do not fit"),
        (lambda: ReLU().backward(np.ones((2, 1)), np.ones(2)), "ReLU: dy must be (2, 1), not (2,)"),
        (lambda: Conv2d(1, 1, 3, _rng()).forward(np.ones((1, 2, 5, 5))), "takes (B, 1, H, W), not (1, 2, 5, 5)"),
        (lambda: Conv2d(1, 1, 3, _rng()).forward(np.ones((1, 1, 2, 5))), "a window of 3x3 does not fit into 2x5"),
        (lambda: Conv2d(1, 1, 3, _rng(), stride=0), "stride must be at least 1, not 0"),
        (lambda: Conv2d(1, 1, 3, _rng(), padding=-1), "padding must be at least 0, not -1"),
        (lambda: MaxPool2d(0), "window size must be at least 1"),
        (lambda: MaxPool2d(2).forward(np.ones((4, 4))), "takes (B, C, H, W), not (4, 4)"),
    ],
)
def test_what_does_not_fit_is_named(call, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below, without regular expressions
        call()
    assert message in str(caught.value)


@pytest.mark.parametrize("layer", [Sigmoid(), Tanh(), ReLU()])
def test_activation_layers_are_quiet_and_finite_at_the_extremes(layer):
    x = np.array([[-800.0, -40.0, 0.0, 40.0, 800.0]])
    assert np.isfinite(layer.forward(x)).all()
    assert np.isfinite(layer.backward(x, np.ones_like(x))).all()


def test_a_layer_without_parameters_has_none_and_steps_to_nowhere():
    layer = Flatten()
    layer.step(1.0)
    assert (layer.parameters(), layer.gradients()) == ({}, {})


def test_every_layer_says_what_it_is():
    names = [str(layer) for layer in (Linear(2, 3, _rng()), ReLU(), MaxPool2d(2), Conv2d(1, 2, 3, _rng()))]
    assert names == [
        "Linear 2x3",
        "ReLU",
        "MaxPool2d 2x2, stride (2, 2)",
        "Conv2d 1->2, kernel 3x3, stride (1, 1), padding (0, 0)",
    ]


def test_the_bare_layer_does_nothing():
    with pytest.raises(NotImplementedError):
        Layer().forward(np.ones(1))
    with pytest.raises(NotImplementedError):
        Layer().backward(np.ones(1), np.ones(1))
