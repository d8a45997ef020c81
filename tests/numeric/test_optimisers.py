import numpy as np
import pytest

from numeric.layers import Layer, Linear, ReLU
from numeric.losses import SoftmaxCrossEntropy
from numeric.net import Net
from numeric.optimisers import SGD, Adam, GradientDescent, Momentum
from numeric.training import train


class Given(Layer):
    """A layer with a given gradient."""

    trainable = ("theta",)

    def __init__(self, gradient, dtype=np.float64):
        self.dtheta = np.asarray(gradient, dtype)
        self.theta = np.zeros_like(self.dtheta)


def _moved(optimiser, gradients):
    layer = Given(gradients[0])
    net, path = Net([layer]), []
    for gradient in gradients:
        layer.dtheta = np.asarray(gradient, float)
        optimiser.update(net)
        path.append(layer.theta.copy())
    return np.array(path)


def test_the_step_size_decays_as_in_document_002():
    path = _moved(GradientDescent(0.5, decay=0.1), [[1.0]] * 4)
    assert np.diff(path[:, 0], prepend=0) == pytest.approx([-0.5, -0.05, -0.005, -0.0005])


@pytest.mark.parametrize(
    "make",
    [
        lambda decay: SGD(1.0, 2, np.random.default_rng(0), decay=decay),
        lambda decay: Momentum(1.0, momentum=0.0, decay=decay),
        lambda decay: Adam(1.0, decay=decay),
    ],
)
def test_every_step_size_may_decay(make):
    steps = np.abs(np.diff(_moved(make(0.5), [[1.0]] * 4)[:, 0], prepend=0))
    assert steps == pytest.approx([1, 0.5, 0.25, 0.125], rel=1e-6)


def test_momentum_adds_up_what_remains_of_past_gradients():
    path = _moved(Momentum(0.1, momentum=0.5), [[1.0], [2.0], [0.0]])
    assert path[:, 0] == pytest.approx([-0.1, -0.1 - 0.25, -0.1 - 0.25 - 0.125])


def test_momentum_zero_is_plain_descent():
    gradients = np.random.default_rng(0).standard_normal((6, 3))
    plain, momentum = (_moved(make(0.1), gradients) for make in (GradientDescent, lambda r: Momentum(r, momentum=0.0)))
    assert momentum == pytest.approx(plain, rel=1e-15)


def test_the_first_step_of_adam_has_the_length_of_the_learning_rate_whatever_the_gradient():
    path = _moved(Adam(0.01), [[1e-3, -5.0, 200.0]])
    assert path[0] == pytest.approx([-0.01, 0.01, -0.01], rel=1e-4)


def test_adam_agrees_with_its_algorithm_written_out():
    gradients = np.random.default_rng(1).standard_normal((8, 3))
    m, v, theta = np.zeros(3), np.zeros(3), np.zeros(3)
    for t, g in enumerate(gradients, start=1):
        m, v = 0.8 * m + 0.2 * g, 0.95 * v + 0.05 * g**2
        theta = theta - 0.1 * (m / (1 - 0.8**t)) / (np.sqrt(v / (1 - 0.95**t)) + 1e-4)
    found = _moved(Adam(0.1, beta1=0.8, beta2=0.95, eps=1e-4), gradients)
    assert found[-1] == pytest.approx(theta, rel=1e-13)


@pytest.mark.parametrize(
    "make", [lambda: GradientDescent(0.1), lambda: Momentum(0.1), lambda: Adam(0.1), lambda: Adam(np.float64(0.1))]
)
def test_single_precision_is_kept_in_parameters_and_memory(make):
    optimiser, layer = make(), Given([1.0, 2.0], np.float32)
    for _ in range(2):
        optimiser.update(Net([layer]))
    assert layer.theta.dtype == np.float32
    for memory in ("velocity", "mean", "square"):
        assert all(array.dtype == np.float32 for array in getattr(optimiser, memory, {}).values())


def test_an_update_leaves_the_gradient_as_it_was():
    for optimiser in (GradientDescent(0.1), Momentum(0.1), Adam(0.1)):
        layer = Given([1.0, -2.0])
        optimiser.update(Net([layer]))
        assert layer.dtheta.tolist() == [1, -2]


@pytest.mark.parametrize(
    "make", [lambda rng: Momentum(0.1, batch_size=4, rng=rng), lambda rng: Adam(0.01, rng=rng, batch_size=4)]
)
def test_momentum_and_adam_train_a_network_the_same_way_twice(make):
    results = []
    for _ in range(2):
        rng = np.random.default_rng(0)
        x = rng.standard_normal((20, 4))
        net = Net([Linear(4, 6, rng), ReLU(), Linear(6, 3, rng)])
        history = train(
            net, SoftmaxCrossEntropy(reduction="mean"), x, np.eye(3)[np.argmax(x[:, :3], axis=1)],
            optimiser=make(rng), epochs=30,
        )  # fmt: skip
        assert history.loss[-1] < 0.5 * history.loss[0]
        results.append(net.parameters())
    assert all(np.array_equal(results[0][name], results[1][name]) for name in results[0])


def test_an_optimiser_remembers_one_network_only():
    for optimiser in (Momentum(0.1), Adam(0.1)):
        optimiser.update(Net([Given([1.0, 2.0])]))
        with pytest.raises(ValueError, match="gradients of another network"):
            optimiser.update(Net([Given([1.0, 2.0, 3.0])]))


def test_a_gradient_of_another_shape_is_not_stretched_over_its_parameter():
    layer = Given([1.0, 2.0])
    layer.dtheta = np.ones(1)
    with pytest.raises(ValueError, match=r"shape \(1,\) does not fit a parameter of \(2,\)"):
        GradientDescent(0.1).update(Net([layer]))


def test_a_layer_that_does_not_tell_its_parameters_is_named():
    class Own:
        def forward(self, x):
            return x

        def backward(self, x, dy):
            return dy

        def step(self, step_size):
            pass

    for optimiser in (Momentum(0.1), Adam(0.1)):
        with pytest.raises(ValueError, match=r"layer 0 \(Own\) does not tell its parameters"):
            optimiser.update(Net([Own()]))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Momentum(0.1, momentum=1.0), r"momentum must lie in \[0, 1\), not 1.0"),
        (lambda: Adam(0.1, beta1=-0.1), r"beta1 must lie in \[0, 1\)"),
        (lambda: Adam(0.1, beta2=1.0), r"beta2 must lie in \[0, 1\)"),
        (lambda: Adam(0.1, eps=0.0), "eps must be positive, not 0.0"),
        (lambda: Adam(-0.1), "learning rate must not be negative"),
        (lambda: Adam(0.1, batch_size=4), "give a numpy.random.Generator as rng"),
        (lambda: Momentum(0.1, batch_size=0), "batch_size must be at least 1, not 0"),
        (lambda: GradientDescent(0.1, decay=0.0), r"decay of the learning rate must lie in \(0, 1\], not 0.0"),
        (lambda: GradientDescent(0.1, decay=1.5), "decay of the learning rate"),
    ],
)
def test_what_makes_no_sense_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
