import numpy as np
import pytest
from threadpoolctl import threadpool_info

from numeric.layers import Linear, ReLU
from numeric.losses import SoftmaxCrossEntropy, SquaredError
from numeric.net import Net
from numeric.optimisers import SGD, GradientDescent
from numeric.threads import single_thread
from numeric.training import train


def _problem(seed=0, samples=10):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((samples, 4))
    return Net([Linear(4, 6, rng), ReLU(), Linear(6, 3, rng)]), x, np.eye(3)[rng.integers(3, size=samples)]


def _copies(arrays):
    return {name: array.copy() for name, array in arrays.items()}


def test_a_full_batch_step_is_the_textbook_step():
    net, x, y = _problem()
    before = _copies(net.parameters())
    seen = {}
    train(
        net, SoftmaxCrossEntropy(reduction="mean"), x, y, learning_rate=0.5, steps=1,
        on_step=lambda step, net, batch: seen.update(_copies(net.gradients())),
    )  # fmt: skip
    for name, parameter in net.parameters().items():
        assert np.array_equal(parameter, before[name] - 0.5 * seen[name])


def test_the_hook_sees_the_gradients_of_its_batch_before_the_update():
    net, x, y = _problem()
    loss, seen = SoftmaxCrossEntropy(reduction="mean"), []

    def look(step, net, batch):
        prediction, trace = net.forward(batch.x)  # still the parameters that made the batch's prediction
        assert np.array_equal(prediction, batch.prediction)
        assert float(loss.value(prediction, batch.y)) == batch.loss
        gradients = _copies(net.gradients())
        net.backward(trace, loss.gradient(prediction, batch.y))
        assert all(np.array_equal(gradients[name], again) for name, again in net.gradients().items())
        seen.append((step, len(batch.x)))

    history = train(
        net, loss, x, y, learning_rate=0.1, epochs=2, batch_size=4, rng=np.random.default_rng(0), on_step=look
    )
    assert seen == [(0, 4), (1, 4), (2, 2), (3, 4), (4, 4), (5, 2)]
    assert history.step_loss.shape == (6,)
    assert history.loss.shape == history.accuracy.shape == (2,)


def test_the_epoch_loss_is_the_mean_over_samples_and_not_over_batches():
    net, x, y = _problem()
    history = train(
        net, SoftmaxCrossEntropy(reduction="mean"), x, y, learning_rate=0.0, epochs=1, batch_size=4,
        rng=np.random.default_rng(0), test=(x, y),
    )  # fmt: skip
    assert history.loss == pytest.approx([float(SoftmaxCrossEntropy(reduction="mean").value(net.predict(x), y))])
    assert history.test_loss == pytest.approx(history.loss)
    assert history.test_accuracy == pytest.approx(history.accuracy)


def test_a_number_of_steps_may_end_inside_an_epoch():
    net, x, y = _problem()
    history = train(
        net,
        SoftmaxCrossEntropy(reduction="mean"),
        x,
        y,
        learning_rate=0.1,
        steps=4,
        batch_size=4,
        rng=np.random.default_rng(0),
    )
    assert history.step_loss.shape == (4,)
    assert history.loss.shape == (2,)


def test_training_lowers_the_loss_and_leaves_the_samples_as_they_were():
    net, x, y = _problem()
    before = x.copy(), y.copy()
    history = train(net, SquaredError(reduction="mean"), x, y, learning_rate=0.05, steps=200)
    assert history.loss[-1] < 0.2 * history.loss[0]
    assert np.array_equal(x, before[0])
    assert np.array_equal(y, before[1])


def test_the_same_seed_gives_the_same_network_twice():
    results = []
    for _ in range(2):
        net, x, y = _problem()
        train(
            net,
            SoftmaxCrossEntropy(reduction="mean"),
            x,
            y,
            learning_rate=0.1,
            epochs=3,
            batch_size=3,
            rng=np.random.default_rng(9),
        )
        results.append(net.parameters())
    assert all(np.array_equal(results[0][name], results[1][name]) for name in results[0])


def test_inputs_are_prepared_batch_by_batch():
    net, x, y = _problem()
    sizes = []

    def prepare(values):
        sizes.append(len(values))
        return values / 255

    train(
        net, SoftmaxCrossEntropy(reduction="mean"), x.astype(np.uint8), y, learning_rate=0.1, epochs=1, batch_size=6,
        rng=np.random.default_rng(0), prepare=prepare, test=(x[:3].astype(np.uint8), y[:3]),
    )  # fmt: skip
    assert sizes == [6, 4, 3]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "either how many steps or how many epochs"),
        ({"steps": 1, "epochs": 1}, "either how many steps or how many epochs"),
        ({"steps": 1, "batch_size": 2}, "give a numpy.random.Generator as rng"),
    ],
)
def test_a_training_that_is_not_fully_described_is_refused(arguments, message):
    net, x, y = _problem()
    with pytest.raises(ValueError, match=message):
        train(net, SoftmaxCrossEntropy(reduction="mean"), x, y, learning_rate=0.1, **arguments)


def test_inputs_and_targets_must_be_equally_many():
    net, x, y = _problem()
    with pytest.raises(ValueError, match="10 and 9"):
        train(net, SoftmaxCrossEntropy(reduction="mean"), x, y[:-1], learning_rate=0.1, steps=1)


def test_an_epoch_of_sgd_takes_every_sample_once_in_an_order_of_its_own():
    optimiser = SGD(0.1, 3, np.random.default_rng(0))
    first, second = (np.concatenate(list(optimiser.batches(10))) for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(10))
    assert first.tolist() != second.tolist()


@pytest.mark.parametrize("rate", [-0.1, float("nan")])
def test_a_learning_rate_must_be_a_number_that_is_not_negative(rate):
    with pytest.raises(ValueError, match="learning rate must not be negative"):
        GradientDescent(rate)
    with pytest.raises(ValueError, match="learning rate must not be negative"):
        SGD(rate, 1, np.random.default_rng(0))


def test_a_batch_holds_at_least_one_sample():
    with pytest.raises(ValueError, match="batch_size must be at least 1, not 0"):
        SGD(0.1, 0, np.random.default_rng(0))


def _blas_threads():
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


def test_the_thread_limit_holds_inside_the_block_and_ends_with_it():
    before = _blas_threads()
    with single_thread():
        assert set(_blas_threads()) <= {1}
    assert _blas_threads() == before


def test_a_planted_mistake_in_a_relu_is_what_training_runs():
    class Wrong(ReLU):
        def input_gradient(self, x, dy):
            return -dy

    results = []
    for relu in (ReLU, Wrong):
        rng = np.random.default_rng(0)
        net = Net([Linear(4, 6, rng), relu(), Linear(6, 3, rng)])
        _, x, y = _problem()
        train(net, SquaredError(reduction="mean"), x, y, learning_rate=0.1, steps=1)
        results.append(net.parameters()["0.W"])
    assert not np.allclose(results[0], results[1])


def test_an_optimiser_is_given_alone():
    net, x, y = _problem()
    loss = SquaredError(reduction="mean")
    with pytest.raises(ValueError, match="say the learning rate, or give an optimiser"):
        train(net, loss, x, y, steps=1)
    for more in ({"learning_rate": 0.1}, {"batch_size": 2}, {"rng": np.random.default_rng(0)}):
        with pytest.raises(ValueError, match="give it alone"):
            train(net, loss, x, y, steps=1, optimiser=GradientDescent(0.1), **more)


def test_training_with_an_optimiser_is_training_with_its_learning_rate():
    results = []
    for arguments in (
        {"learning_rate": 0.1, "batch_size": 4, "rng": np.random.default_rng(5)},
        {"optimiser": SGD(0.1, 4, np.random.default_rng(5))},
    ):
        net, x, y = _problem()
        train(net, SquaredError(reduction="mean"), x, y, epochs=3, **arguments)
        results.append(net.parameters())
    assert all(np.array_equal(results[0][name], results[1][name]) for name in results[0])


def test_the_loss_of_an_epoch_is_a_mean_over_samples_for_a_sum_too():
    histories = []
    for reduction in ("mean", "sum"):
        net, x, y = _problem()
        loss = SquaredError(reduction=reduction)
        histories.append(
            train(
                net, loss, x, y, learning_rate=0.0, epochs=1, batch_size=4, rng=np.random.default_rng(0), test=(x, y)
            )
        )  # fmt: skip
    assert histories[1].loss == pytest.approx(histories[0].loss)
    assert histories[1].test_loss == pytest.approx(histories[0].test_loss)
    assert histories[0].accuracy == pytest.approx(histories[0].test_accuracy)
    assert histories[1].step_loss.sum() / 10 == pytest.approx(histories[0].loss[0])
