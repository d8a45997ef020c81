"""The experiments beyond the main job: landscapes, ring, architectures, mistakes, rates, Fashion-MNIST."""

import numpy as np
import pytest

from numeric.data import fashion as fashion_data
from numeric.data.errors import DataMissing
from numeric.data.squares import squares
from numeric.experiments import (
    class_means,
    conv_mistakes,
    conv_rates,
    deep,
    fashion_conv,
    fashion_per_image,
    halves_architectures,
    network_landscape,
    ring_detector,
)
from numeric.experiments.conv import as_batch, network
from numeric.losses import BinaryCrossEntropyWithLogits, SquaredError


def little_fashion(images: int = 40) -> fashion_data.FashionMNIST:
    rng = np.random.default_rng(5)
    pixels = rng.integers(0, 256, size=(2 * images, 28, 28), dtype=np.uint8)
    labels = (np.arange(2 * images) % 10).astype(np.uint8)
    return fashion_data.FashionMNIST(
        pixels[:images], labels[:images], pixels[images:], labels[images:], fashion_data.CLASSES, "drawn for a test"
    )


def real_fashion() -> fashion_data.FashionMNIST:
    try:
        return fashion_data.load(download=False)
    except DataMissing as missing:
        pytest.skip(str(missing))


# -- landscapes ---------------------------------------------------------------------------------------------------


def test_the_documents_network_gives_the_printed_value():
    net = network_landscape.document_network()
    assert net.predict(np.array([[1.0, -1.0]])) == pytest.approx(np.array([[-4.0]]), abs=0)


def test_on_a_kink_line_the_surface_bends_and_beside_it_it_does_not():
    for shown in network_landscape.run(seed=3):
        for segment in shown.kinks:
            middle, along = segment.mean(axis=0), segment[1] - segment[0]
            across = np.array([-along[1], along[0]]) / np.hypot(*along) * 1e-4

            def bend(at, across=across, net=shown.net):
                points = np.stack([at - across, at, at + across])
                left, centre, right = net.predict(points)[:, 0]
                return abs(left + right - 2 * centre)

            assert bend(middle) > 1e-7
            assert bend(middle + 3 * across) < 1e-12


def test_kink_lines_are_cut_at_the_window():
    segment = network_landscape.clipped(np.array([1.0, 0.0]), -0.5)
    assert segment is not None
    assert sorted(map(tuple, segment)) == [(0.5, -2.0), (0.5, 2.0)]
    assert network_landscape.clipped(np.array([1.0, 0.0]), 3.0) is None
    assert network_landscape.clipped(np.array([1.0, 1.0]), -4.0) is None  # it only touches the corner (2, 2)


def test_a_unit_without_weight_has_no_kink():
    net = network_landscape.document_network()
    net.parameters()["2.W"][1] = 0
    assert len(network_landscape._kinks(net)) == 2


@pytest.mark.parametrize(("choice", "message"), [({"resolution": 1}, "at least 2"), ({"sizes": (0,)}, "one unit")])
def test_a_landscape_needs_a_grid_and_units(choice, message):
    with pytest.raises(ValueError, match=message):
        network_landscape.run(**choice)


# -- the ring -----------------------------------------------------------------------------------------------------


def test_the_seven_points_of_the_ring_have_the_documents_answers():
    run = ring_detector.run()
    assert list(run.scores >= 0) == [False, True, True, True, True, True, False]
    assert run.scores[3] == 0  # (1, 1) lies exactly on the border


@pytest.mark.parametrize(("a", "b"), [(1.0, 2.0), (0.5, 1.5), (1.0, 1.2), (1.0, 1.4142), (0.0, 1.0)])
def test_the_misclassified_area_is_that_of_a_fine_picture(a, b):
    run = ring_detector.run(a, b, resolution=1201)
    cell = (run.grid[1] - run.grid[0]) ** 2
    assert run.wrong_inside == pytest.approx(np.sum(run.decided & ~run.circular) * cell, abs=0.03 * b * b)
    assert run.wrong_outside == pytest.approx(np.sum(~run.decided & run.circular) * cell, abs=0.03 * b * b)


def test_a_ring_needs_two_radii_in_order():
    with pytest.raises(ValueError, match="0 <= a < b"):
        ring_detector.network(2, 1)


# -- four networks for the halves ---------------------------------------------------------------------------------


def test_depth_without_a_function_between_is_worth_nothing_and_a_relu_is():
    seen = []
    one, relu, two, four = halves_architectures.run(2, progress=lambda: seen.append(1))
    assert len(seen) == 8
    assert [each.parameters for each in (one, relu, two, four)] == [65, 2113, 2113, 4225]
    assert abs(one.test_accuracies.mean() - two.test_accuracies.mean()) < 0.03
    assert min(relu.test_accuracies.mean(), four.test_accuracies.mean()) > one.test_accuracies.mean() + 0.05


def test_there_are_four_architectures_and_no_fifth():
    with pytest.raises(ValueError, match="'five'"):
        halves_architectures.network("five", np.random.default_rng(0))
    with pytest.raises(ValueError, match="at least one seed"):
        halves_architectures.run(0)


# -- mistakes and rates of the convolutional example ---------------------------------------------------------------


@pytest.mark.parametrize("mistake", conv_mistakes.MISTAKES)
def test_a_mistake_spoils_the_backward_pass_and_leaves_the_forward_pass_alone(mistake):
    rng = np.random.default_rng(1)
    x, y = as_batch(squares(16, rng))
    right = network(rng)
    wrong, loss = conv_mistakes.mistaken(right, mistake), BinaryCrossEntropyWithLogits(reduction="mean")
    assert np.array_equal(right.predict(x), wrong.predict(x))
    stored = []
    for net in (right, wrong):
        prediction, trace = net.forward(x)
        net.backward(trace, loss.gradient(prediction, y), input_gradient=False)
        stored.append({name: array.copy() for name, array in net.gradients().items()})  # the two share layers
    same = [np.array_equal(array, stored[1][name]) for name, array in stored[0].items()]
    assert all(same) is (mistake == "none")


def test_a_pool_that_sends_its_gradient_to_the_wrong_cell_still_learns():
    found = {each.mistake: each.accuracies.mean() for each in conv_mistakes.run(2)}
    assert min(found["none"], found["pool writes whole rows"], found["pool sends to the first cell"]) > 0.98
    assert max(found["weight gradient sent back"], found["sum of X for the bias"], found["sign"]) < 0.6


def test_first_weights_of_one_sign_learn_from_every_seed_and_others_do_not(monkeypatch):
    monkeypatch.setattr(conv_rates, "RATES", (1.0,))
    found = {(each.learning_rate, each.first_weights): each.accuracies for each in conv_rates.run(3)}
    assert len(found) == len(conv_rates.RATES) * len(conv_rates.FIRST_WEIGHTS)
    assert found[1.0, "[0, 1)"].min() >= 0.99
    assert found[1.0, "[-1, 1)"].min() < 0.9


@pytest.mark.parametrize("study", [conv_mistakes, conv_rates])
def test_a_study_of_seeds_needs_one(study):
    with pytest.raises(ValueError, match="at least one seed"):
        study.run(0)


# -- Fashion-MNIST -------------------------------------------------------------------------------------------------


def test_the_weights_of_document_003_are_its_own_draws():
    net = fashion_per_image.network("classification", 0)
    legacy = np.random.RandomState(0)
    first = legacy.uniform(-np.sqrt(3 / 784), np.sqrt(3 / 784), (50, 784))
    assert np.array_equal(net.parameters()["0.W"], first.T)


def test_one_step_an_image_in_their_order_with_the_squared_loss():
    data, seen = little_fashion(), []

    def look(step, net, batch):
        seen.append((step, batch.x.shape, batch.loss))
        gradient = SquaredError(reduction="mean").gradient(batch.prediction, batch.y)
        assert np.allclose(net.gradients()["2.b"], gradient[0])

    run = fashion_per_image.run(data, "classification", images=7, on_step=look)
    assert [step for step, _, _ in seen] == list(range(14))
    assert {shape for _, shape, _ in seen} == {(1, 784)}
    assert run.accuracies.shape == (2,)
    assert run.accuracy == np.mean(run.predictions == data.test_labels[:7])


def test_numbers_are_clipped_and_rounded_to_labels():
    assert list(fashion_per_image.decide_number(np.array([[-3.0], [0.4], [0.6], [8.5], [9.7]]))) == [0, 0, 1, 8, 9]


def test_another_architecture_is_refused():
    with pytest.raises(ValueError, match="none of the architectures"):
        fashion_per_image.run(little_fashion(), "huge")  # type: ignore[arg-type]


def test_class_means_are_the_means_of_each_class():
    data = little_fashion()
    means = class_means.run(data)
    assert means.images[3] == pytest.approx(data.train_images[data.train_labels == 3].mean(axis=0))
    assert means.all_images == pytest.approx(data.train_images.mean(axis=0))
    assert means.counts.sum() == 40
    assert (means.mean, means.sd) == pytest.approx((data.train_images.mean(), data.train_images.std()))


def test_small_networks_on_fashion_keep_float32_from_end_to_end():
    data = little_fashion()
    run = fashion_conv.run(data, epochs=1, batch_size=8)
    assert {array.dtype for array in run.net.gradients().values()} == {np.dtype(np.float32)}
    assert run.kernels.shape == (8, 5, 5)
    both = deep.run(data.train_images, data.train_labels, data.test_images, data.test_labels, epochs=1, batch_size=8)
    assert {array.dtype for array in both.net.gradients().values()} == {np.dtype(np.float32)}
    assert sum(array.size for array in both.net.parameters().values()) == 235_146
    assert 0 <= both.peer_accuracy <= 1


@pytest.mark.slow
def test_document_003_reaches_what_it_says():
    data = real_fashion()
    assert 0.33 < fashion_per_image.run(data, "regression").accuracy < 0.44
    assert 0.775 < fashion_per_image.run(data, "classification").accuracy < 0.81


@pytest.mark.slow
def test_a_small_convolutional_network_learns_fashion():
    assert fashion_conv.run(real_fashion(), epochs=1).accuracy > 0.8
