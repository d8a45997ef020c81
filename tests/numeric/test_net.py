import numpy as np
import pytest

from numeric.differences import complex_step
from numeric.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sigmoid, Tanh
from numeric.losses import BinaryCrossEntropy, BinaryCrossEntropyWithLogits, SoftmaxCrossEntropy
from numeric.net import Net
from numeric.twins import twin


def _parameter_gradients(net, loss, x, y):
    """Return every gradient by the complex step through the whole network."""
    found = {}
    for place, layer in enumerate(net.layers):
        for name, parameter in layer.parameters().items():

            def through(moved, layer=layer, name=name, parameter=parameter):
                setattr(layer, name, moved)
                value = loss.value(net.predict(x), y)
                setattr(layer, name, parameter)
                return value

            found[f"{place}.{name}"] = complex_step(through, parameter).value
    return found


def _networks():
    rng = np.random.default_rng(0)
    yield (
        Net([Linear(6, 5, rng), ReLU(), Linear(5, 3, rng)]),
        SoftmaxCrossEntropy(reduction="mean"),
        rng.standard_normal((4, 6)),
        np.eye(3)[[0, 2, 1, 1]],
    )
    yield (
        Net([Linear(6, 5, rng), Tanh(), Linear(5, 1, rng), Sigmoid()]),
        BinaryCrossEntropy(reduction="mean"),
        rng.standard_normal((4, 6)),
        np.array([[0.0], [1.0], [1.0], [0.0]]),
    )
    yield (
        Net([Conv2d(1, 2, 3, rng, padding=1), ReLU(), MaxPool2d(3, 2), Flatten(), Linear(8, 1, rng)]),
        BinaryCrossEntropyWithLogits(reduction="sum"),
        rng.standard_normal((4, 1, 6, 6)),
        np.array([[0.0], [1.0], [1.0], [0.0]]),
    )


@pytest.mark.parametrize("case", range(3))
def test_every_gradient_of_a_network_agrees_with_the_complex_step(case):
    net, loss, x, y = list(_networks())[case]
    prediction, trace = net.forward(x)
    dx = net.backward(trace, loss.gradient(prediction, y))
    exact = _parameter_gradients(net, loss, x, y)
    assert list(net.gradients()) == list(net.parameters()) == list(exact)
    for name, gradient in net.gradients().items():
        assert gradient == pytest.approx(exact[name], rel=1e-12, abs=1e-14), name
    assert dx == pytest.approx(complex_step(lambda moved: loss.value(net.predict(moved), y), x).value, abs=1e-14)


def test_leaving_out_the_input_gradient_leaves_the_others_as_they_were():
    net, loss, x, y = next(_networks())
    prediction, trace = net.forward(x)
    dy = loss.gradient(prediction, y)
    net.backward(trace, dy)
    whole = {name: gradient.copy() for name, gradient in net.gradients().items()}
    assert net.backward(trace, dy, input_gradient=False) is None
    assert all(np.array_equal(whole[name], gradient) for name, gradient in net.gradients().items())


def test_a_first_layer_with_a_backward_pass_of_its_own_is_seen_to_run_it():
    class Wrong(Linear):
        def backward(self, x, dy):
            dx = super().backward(x, dy)
            self.dW = -self.dW
            return dx

    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 3))
    net = Net([Wrong(3, 2, rng)])
    _, trace = net.forward(x)
    net.backward(trace, np.ones((2, 2)), input_gradient=False)
    assert np.array_equal(net.gradients()["0.W"], -(x.T @ np.ones((2, 2))))

    patched = Linear(3, 2, rng)
    called = []
    patched.backward = lambda x, dy: called.append(1)
    net = Net([patched])
    _, trace = net.forward(x)
    net.backward(trace, np.ones((2, 2)), input_gradient=False)
    assert called == [1]


def test_a_layer_with_the_three_methods_of_document_002_is_enough():
    class Doubling:
        def forward(self, x):
            return 2 * x

        def backward(self, x, dy):
            return 2 * dy

        def step(self, step_size):
            pass

    net = Net([Linear(3, 2, np.random.default_rng(0)), Doubling()])
    y, trace = net.forward(np.ones((1, 3)))
    net.backward(trace, np.ones_like(y))
    net.step(0.1)
    assert list(net.parameters()) == ["0.W", "0.b"]
    assert net.gradients()["0.b"].tolist() == [2, 2]


def test_predicting_gives_the_output_of_the_forward_pass():
    net, _, x, _ = next(_networks())
    assert np.array_equal(net.predict(x), net.forward(x)[0])


def test_the_network_of_layers_and_the_twin_of_the_convolutional_example_agree(points_of):
    X, y, K, c, W, d = points_of("conv_example", 3)
    net = Net([Conv2d.of(K[None, None], c[None]), ReLU(), MaxPool2d(2), Flatten(), Linear.of(W.reshape(4, 1), d[None])])
    loss, example = BinaryCrossEntropyWithLogits(reduction="mean"), twin("conv_example")
    logits, trace = net.forward(X[:, None])
    assert loss.value(logits, y[:, None]) == pytest.approx(float(example.function(X, y, K, c, W, d)), rel=1e-14)
    net.backward(trace, loss.gradient(logits, y[:, None]))
    assert sum(parameter.size for parameter in net.parameters().values()) == 15
    for name, variable in (("0.W", "K"), ("0.b", "c"), ("4.W", "W"), ("4.b", "d")):
        by_twin = np.asarray(example.gradients[variable](X, y, K, c, W, d))
        assert net.gradients()[name].reshape(by_twin.shape) == pytest.approx(by_twin, rel=1e-12, abs=1e-15)


def test_a_network_prints_a_line_for_each_layer():
    assert str(Net([Linear(3, 2, np.random.default_rng(0)), ReLU()])) == "Linear 3x2\nReLU"


def test_a_network_needs_a_layer():
    with pytest.raises(ValueError, match="at least one layer"):
        Net([])


# Writing over what nobody else holds.


def _relu_net(relu=ReLU, last=Linear):
    rng = np.random.default_rng(3)
    net = Net([Linear(6, 5, rng), relu(), last(5, 4, rng), ReLU(), Linear(4, 3, rng)])
    return net, rng.standard_normal((7, 6)), rng.standard_normal((7, 3))


def test_a_step_that_writes_over_its_own_arrays_stores_the_same_bits_and_changes_nothing_of_the_users():
    net, x, dy = _relu_net()
    before = x.copy()
    y, trace = net.forward(x)
    net.backward(trace, dy.copy(), input_gradient=False)
    stored = {name: gradient.copy() for name, gradient in net.gradients().items()}
    over = net.overwritable()
    assert over == {1, 3}
    again, trace = net.forward(x, over=over)
    upstream = dy.copy()
    net.backward(trace, upstream, input_gradient=False, over=over)
    assert np.array_equal(again, y)
    assert all(np.array_equal(stored[name], gradient) for name, gradient in net.gradients().items())
    assert np.array_equal(x, before)
    assert np.array_equal(upstream, dy)


def test_a_layer_of_ones_own_is_never_written_over():
    class Mine(ReLU):
        def input_gradient(self, x, dy):
            return dy

    class MyLinear(Linear):
        def input_gradient(self, x, dy):
            return dy @ self.W.T

    assert _relu_net(relu=Mine)[0].overwritable() == {3}
    assert _relu_net(last=MyLinear)[0].overwritable() == frozenset()
    patched, _, _ = _relu_net()
    patched.layers[1].input_gradient = lambda x, dy: dy
    assert patched.overwritable() == {3}
    rng = np.random.default_rng(0)
    for layers in (
        [ReLU(), Linear(3, 2, rng)],
        [Linear(3, 2, rng), ReLU()],
        [Linear(3, 3, rng), ReLU(), ReLU(), Linear(3, 2, rng)],
        [Linear(3, 3, rng), ReLU(), Flatten(), Linear(3, 2, rng)],
    ):
        assert Net(layers).overwritable() == frozenset()
