"""What a model solution returns is found once for all processes, and what was kept is what was found."""

import threading
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from checks.submissions.grading.models import KeptModel
from checks.submissions.judging.model import Expected
from checks.submissions.sandbox import PlayerGoneError

SEED = 3


@pytest.fixture(scope="module")
def several(question: Any, probe: Any) -> Any:
    model = "def twice(x, n):\n    return n * x\n\n\ndef parts(x):\n    return {'sum': x.sum(), 'signs': x > 0}\n"
    model += "\n\ndef layer(W, G):\n    return {'Y': 3 * W, 'dW': 3 * G}\n"
    wrong = [{"source": model + "\n\ndef twice(x, n):\n    return x\n", "mistake": "twice: it is not doubled"}]
    return question(
        model,
        probe("twice", x="matrix(B, N)", n="integer in [2, 6]"),
        probe("parts", x="vector(n)"),
        probe("layer", W="matrix(B, N)", G="matrix(B, N)"),
        wrong=wrong,
    )


class NoSandbox:
    """A sandbox that must not be asked."""

    def player(self, *_: Any) -> Any:
        raise AssertionError("the model was run again")


def equal(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(part, other[name]) for name, part in one.items())
    if isinstance(one, tuple):
        return isinstance(other, tuple) and len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, np.ndarray | np.generic):
        return type(one) is type(other) and one.dtype == other.dtype and np.array_equal(one, other)
    return bool(one == other)


def test_another_process_reads_exactly_what_the_first_one_found(sandbox, several, tmp_path):
    first = KeptModel(sandbox, SEED, tmp_path, "s").expected(several)
    again = KeptModel(NoSandbox(), SEED, tmp_path, "s").expected(several)
    assert [one.probe for one in again] == [one.probe for one in first]
    for one, other in zip(first, again, strict=True):
        for field in fields(Expected):
            if field.name != "probe":
                assert equal(getattr(one, field.name), getattr(other, field.name)), field.name
    assert first[0].planted
    assert first[0].results
    assert first[1].results[0]["signs"].size
    assert first[2].relations


@pytest.mark.parametrize("damage", [b"", b"gpf1", b"{}", b"gpf1" + bytes(200)])
def test_a_damaged_file_is_found_again_and_mended(sandbox, several, tmp_path, damage):
    KeptModel(sandbox, SEED, tmp_path, "s").expected(several)
    (path,) = tmp_path.glob("*.frame")
    whole = path.read_bytes()
    path.write_bytes(damage or whole[:-9])
    found = KeptModel(sandbox, SEED, tmp_path, "s").expected(several)
    assert found[0].results
    assert path.read_bytes() == whole


def test_another_key_or_seed_has_results_of_its_own(sandbox, several, tmp_path):
    KeptModel(sandbox, SEED, tmp_path, "s").expected(several)
    with pytest.raises(AssertionError, match="run again"):
        KeptModel(NoSandbox(), SEED, tmp_path, "another").expected(several)


def test_those_that_need_it_at_the_same_time_run_it_once(sandbox, several, tmp_path):
    class Counting:
        started = 0

        def player(self, *limits: Any) -> Any:
            Counting.started += 1
            return sandbox.player(*limits)

    models = [KeptModel(Counting(), SEED, tmp_path, "s") for _ in range(4)]
    found: list[Any] = []
    threads = [threading.Thread(target=lambda model=model: found.append(model.expected(several))) for model in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert Counting.started == 2  # the model and the planted wrong answer


def test_a_model_that_could_not_be_run_is_not_kept(several, tmp_path):
    class Broken:
        def player(self, *_: Any) -> Any:
            raise PlayerGoneError("sandbox", "the sandbox has ended")

    found = KeptModel(Broken(), SEED, tmp_path, "s").expected(several)
    assert all(one.fault for one in found)
    assert not list(tmp_path.glob("*.frame"))
