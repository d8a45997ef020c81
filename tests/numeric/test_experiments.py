import sys

import numpy as np
import pytest

from numeric.data import fashion as fashion_data
from numeric.data.errors import DataMissing
from numeric.differences import directional
from numeric.experiments import conv, descent, digits, fashion, halves


def test_the_digits_of_document_000_are_reproduced_to_the_image():
    run = digits.document_run()
    assert (run.correct, run.total, f"{run.accuracy:.3f}") == (306, 360, "0.850")
    assert len(run.misclassified) == 54
    assert np.all(run.predictions[run.misclassified] != run.data.test_labels[run.misclassified])
    assert run.probabilities.sum(axis=1) == pytest.approx(np.ones(360))
    assert run.history.loss.shape == (100,)


def test_without_the_thirteen_draws_the_digits_would_come_out_otherwise():
    legacy = np.random.RandomState(0)
    W1 = legacy.randn(32, 64) * 0.1
    seen = []
    digits.document_run(1, on_step=lambda step, net, batch: seen.append(net.parameters()["0.W"].copy()))
    assert not np.array_equal(seen[0], W1.T)


def test_after_a_thousand_steps_the_digits_are_above_095():
    assert digits.document_run(1000).accuracy >= 0.95


def test_fresh_seeds_spread_around_the_printed_accuracy():
    study = digits.fresh_seeds(5)
    assert study.seeds == (0, 1, 2, 3, 4)
    assert study.accuracies[2] == digits.seeded_run(2).accuracy
    assert study.mean == pytest.approx(study.accuracies.mean())
    assert 0.7 < study.mean < 0.9
    assert 0 < study.sd < 0.1


def test_a_study_needs_a_seed():
    with pytest.raises(ValueError, match="at least one seed"):
        digits.fresh_seeds(0)


@pytest.mark.parametrize("seed", [12345, 0])
def test_the_two_halves_are_told_apart(seed):
    run = halves.run(seed)
    assert run.accuracy >= 0.97
    assert run.history.test_accuracy[-1] == run.accuracy
    assert len(run.misclassified) == round(899 * (1 - run.accuracy))
    assert run.probabilities.shape == (899,)


@pytest.mark.parametrize("seed", range(5))
def test_the_squares_are_found_whatever_the_seed(seed):
    run = conv.run(seed)
    assert run.accuracy >= 0.99
    assert len(run.misclassified) == round(1000 * (1 - run.accuracy))
    assert sum(parameter.size for parameter in run.net.parameters().values()) == 15


def test_fashion_is_learnt_from_all_sixty_thousand_images():
    try:
        data = fashion_data.load(download=False)
    except DataMissing as missing:
        pytest.skip(str(missing))
    run = fashion.run(data)
    assert run.accuracy >= 0.84
    assert run.confusion.sum() == 10_000
    assert run.confusion.trace() == 10_000 - len(run.misclassified)
    assert (run.normaliser.mean, run.normaliser.sd) == pytest.approx((72.9404, 90.0212), abs=1e-4)


def test_fashion_runs_on_any_images_of_that_form():
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (200, 28, 28), dtype=np.uint8), rng.integers(0, 10, 200, dtype=np.uint8)
    data = fashion_data.FashionMNIST(images, labels, images[:50], labels[:50], fashion_data.CLASSES, "drawn")
    run = fashion.run(data, epochs=1)
    rows = run.normaliser(images)
    assert (rows.mean(), rows.std()) == pytest.approx((0, 1), abs=1e-9)


def test_one_walk_on_the_wave_reaches_the_global_minimum_and_others_do_not():
    found = descent.run()
    assert found.best is found.wave[-1]
    assert found.best.points[-1] == pytest.approx(np.array(descent.WAVE_MINIMUM), abs=1e-3)
    assert found.best.values[-1] == pytest.approx(-2.2807097, abs=1e-6)
    slow, stuck, leaping, lost, _ = found.wave
    assert slow.values[-1] > stuck.values[-1] == pytest.approx(1.2427334, abs=1e-6)
    assert leaping.values[-1] > -2
    assert [path.diverged for path in (slow, stuck, leaping, lost)] == [False, False, False, True]


def test_the_mountain_is_climbed_unless_the_steps_are_too_long():
    slow, good, lost = descent.run().mountain
    assert good.values[-1] == pytest.approx(4000)
    assert 3990 < slow.values[-1] < good.values[-1]
    assert lost.diverged


RUNS = {
    "digits": lambda on_step: digits.document_run(3, on_step=on_step),
    "halves": lambda on_step: halves.run(epochs=1, on_step=on_step),
    "conv": lambda on_step: conv.run(samples=100, epochs=1, on_step=on_step),
}
LOSSES = {"digits": "SoftmaxCrossEntropy", "halves": "BinaryCrossEntropy", "conv": "BinaryCrossEntropyWithLogits"}


@pytest.mark.parametrize("name", RUNS)
def test_the_gradients_seen_while_training_agree_with_differences_along_random_directions(name):
    from numeric import losses

    loss, rng = getattr(losses, LOSSES[name])(reduction="mean"), np.random.default_rng(11)

    def look(step, net, batch):
        if step not in (0, 2):
            return
        gradients = net.gradients()
        for key in net.parameters():
            place, attribute = key.split(".")
            layer = net.layers[int(place)]
            parameter, direction = getattr(layer, attribute), rng.standard_normal(gradients[key].shape)

            def at(moved, layer=layer, attribute=attribute, parameter=parameter):
                setattr(layer, attribute, moved)
                value = loss.value(net.predict(batch.x), batch.y)
                setattr(layer, attribute, parameter)
                return value

            found = directional(at, parameter, direction)
            slope = np.sum(gradients[key] * direction)
            assert abs(found.value - slope) <= 10 * found.error + 1e-10, key
            # A wrong sign would lie outside.
            assert abs(found.value + slope) > 10 * found.error + 1e-10 or abs(slope) < 1e-6, key
        seen.append(step)

    seen = []
    RUNS[name](look)
    assert seen == [0, 2]


def test_the_same_experiment_gives_the_same_twice():
    for run in (lambda: halves.run(epochs=2).net, lambda: conv.run(samples=200, epochs=2).net):
        first, second = run().parameters(), run().parameters()
        assert all(np.array_equal(first[name], second[name]) for name in first)


def test_no_experiment_touches_the_global_random_state():
    before = np.random.get_state()  # noqa: NPY002 - it is the global state that is looked at
    digits.document_run(1)
    digits.fresh_seeds(1, 1)
    halves.run(epochs=1)
    conv.run(samples=50, epochs=1)
    after = np.random.get_state()  # noqa: NPY002
    assert before[0] == after[0]
    assert np.array_equal(before[1], after[1])
    assert before[2:] == after[2:]


def test_the_numeric_witness_does_not_know_the_symbolic_one():
    numeric_modules = [module for name, module in sys.modules.items() if name.split(".")[0] == "numeric"]
    for module in numeric_modules:
        assert not {"sympy", "flint", "derive", "checks"} & set(vars(module))
