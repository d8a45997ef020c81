"""`gradproof train`'s experiments as verdicts and tables; the sound ones agree, planted errors do not."""

import re
from pathlib import Path

import numpy as np
import pytest

from checks import experiments
from checks.experiments import EXPERIMENTS, Options, Table, conv, fashion, findings, piecewise_linear, surfaces
from checks.networks.training import Watcher
from checks.verdict import Status
from gradproof.cli.train import Name
from numeric.data import fashion as fashion_data
from numeric.data import mnist
from numeric.data.errors import DataMissing
from numeric.data.files import LabelledImages
from numeric.experiments import ring_detector
from numeric.functions import landscapes
from numeric.layers import Linear
from numeric.losses import SoftmaxCrossEntropy
from numeric.net import Net
from numeric.training import train


def test_the_command_line_offers_exactly_the_experiments() -> None:
    assert [str(name) for name in Name] == list(EXPERIMENTS)


@pytest.mark.parametrize("name", ["wave", "mountain", "landscape", "ring", "conv"])
def test_an_experiment_ends_well_with_tables_and_verdicts(name: str) -> None:
    told: list[tuple[str, int, int]] = []
    found = experiments.run(name, progress=lambda *state: told.append(state))
    assert found.status in {Status.AGREES, Status.PROVED}
    assert found.tables
    assert all(table.rows for table in found.tables)
    plain = found.to_json()
    assert plain["experiment"] == name
    assert plain["tables"][0]["columns"] == list(found.tables[0].columns)
    assert told == [] or told[-1][1] == told[-1][2]


@pytest.mark.parametrize("name", ["digits", "halves", "conv-mistakes"])
def test_a_repeated_experiment_takes_the_number_of_seeds(name: str) -> None:
    found = experiments.run(name, Options(seeds=1))
    assert found.status is Status.AGREES


def test_a_walk_by_a_wrong_gradient_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surfaces, "_WAVE", (landscapes.wave_dx, lambda x, y: x + 2 * y + 1e-9))
    assert experiments.run("wave").status is Status.UNDECIDED


def test_the_paths_end_as_the_document_asks() -> None:
    (table, critical), _, _ = surfaces.wave(Options(), None)
    words = [row[-1] for row in table.rows]
    assert "too slow" in words[0]
    assert words[1] == "arrived at the local minimum"
    assert words[2] == "leaps to and fro"
    assert "left the map" in words[3]
    assert words[4] == "arrived at the global minimum"
    assert [row[0] for row in critical.rows].count("minimum") == 3


def test_a_detector_with_a_wrong_bias_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(a: float, b: float) -> Net:
        net = right(a, b)
        net.parameters()["2.b"][0] += 1e-6
        return net

    right = ring_detector.network
    monkeypatch.setattr(ring_detector, "network", wrong)
    _, rows, _ = piecewise_linear.ring(Options(), None)
    assert {row.verdict.status for row in rows if row.check.startswith("scores")} == {Status.REFUTED}


def test_accuracy_does_not_show_a_routing_mistake_and_the_check_refutes_it() -> None:
    (table,), rows, _ = conv.conv_with_mistakes(Options(seeds=1), None)
    shown = {row[0]: row for row in table.rows}
    assert shown["pool writes whole rows"][3:] == ("no", "refuted 8 of 8", "0.W, 0.b")
    assert shown["sum of X for the bias"][3:] == ("yes", "refuted 8 of 8", "0.b")
    assert shown["none"][4:] == ("agrees 8 of 8", "none")
    assert {row.verdict.status for row in rows} == {Status.AGREES}


class LinearOff(Linear):
    """A layer of which the gradient is off by a little."""

    def store_gradients(self, x, dy):  # type: ignore[no-untyped-def]
        """Store dW with one entry wrong."""
        super().store_gradients(x, dy)
        self.dW[0, 0] *= 1.001


@pytest.mark.parametrize(("layer", "status"), [(Linear, Status.AGREES), (LinearOff, Status.REFUTED)])
def test_a_network_in_float32_is_watched_as_sharply_as_one_in_float64(layer: type[Linear], status: Status) -> None:
    rng = np.random.default_rng(0)
    net = Net([layer(5, 3, rng, dtype=np.float32)])
    x, y = rng.normal(size=(40, 5)).astype(np.float32), np.eye(3, dtype=np.float32)[rng.integers(3, size=40)]
    loss = SoftmaxCrossEntropy(reduction="mean")
    watcher = Watcher(loss, frozenset((0, 2)), "again")
    train(net, loss, x, y, learning_rate=0.1, steps=3, on_step=watcher)
    assert watcher.gradients().status is status


def test_one_number_that_is_wrong_is_not_called_right_up_to_a_factor() -> None:
    verdict = conv._check("sum of X for the bias", 0)
    assert verdict.status is Status.REFUTED
    assert verdict.mistake is None
    assert "factor" not in verdict.reason


def test_numbers_that_differ_do_not_agree() -> None:
    ones = np.ones(9)
    assert findings.same_numbers("It", ones, ones, 1e-12, "again").status is Status.AGREES
    assert findings.same_numbers("It", ones, ones + 1e-9, 1e-12, "again").status is Status.UNDECIDED
    assert findings.same_numbers("It", ones, ones * np.nan, 1e-12, "again").status is Status.UNDECIDED
    with pytest.raises(ValueError, match="shapes"):
        findings.same_numbers("It", ones, ones[:8], 1e-12, "again")


def test_a_table_has_a_cell_under_each_heading() -> None:
    with pytest.raises(ValueError, match="2 headings"):
        Table("t", ("a", "b"), (("1",),))


def test_an_experiment_needs_a_seed() -> None:
    with pytest.raises(ValueError, match="at least one seed"):
        experiments.run("digits", Options(seeds=0))


def test_mnist_runs_on_the_data_that_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    labels = np.arange(400) % 10
    images = np.zeros((400, 28, 28), dtype=np.uint8)
    images[np.arange(400), 2 * labels, :] = 255  # a bar whose height is the digit
    images += rng.integers(0, 40, size=images.shape, dtype=np.uint8)
    drawn = LabelledImages(images[:320], labels[:320], images[320:], labels[320:], mnist.CLASSES, "drawn for a test")
    monkeypatch.setattr(mnist, "load", lambda *_, **__: drawn)
    found = experiments.run("mnist")
    assert {row.verdict.status for row in found.results if row.check.startswith(("gradients", "random"))} == {
        Status.AGREES
    }
    assert found.tables[0].rows[1][0] == "MLPClassifier"


def test_mnist_that_is_nowhere_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(DataMissing, match="--data-dir"):
        experiments.run("mnist", Options(download=False))


@pytest.mark.slow
def test_fashion_as_documented_is_watched_while_it_trains() -> None:
    try:
        fashion_data.load(download=False)
    except DataMissing as missing:
        pytest.skip(str(missing))
    (table, _), rows, _ = fashion.fashion_as_documented(Options(download=False, seeds=1), None)
    watched = [row for row in rows if re.match("gradients|random", row.check)]
    assert len(watched) == 8
    assert {row.verdict.status for row in watched} == {Status.AGREES}
    assert [row[0] for row in table.rows] == ["regression", "linear", "classification", "wide"]
