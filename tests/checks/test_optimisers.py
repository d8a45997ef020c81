"""Momentum and Adam against the closed forms of their entry, and wrong ones that must be caught."""

import numpy as np
import pytest

from checks.optimisers import check_recurrences
from checks.run import entry_checks
from checks.verdict import Counterexample, Status
from derive import catalogue
from derive.entry import MomentEntry
from numeric.net import Net
from numeric.optimisers import Adam, Momentum


def entry() -> MomentEntry:
    loaded = catalogue.load("adam_bias")
    assert isinstance(loaded, MomentEntry)
    return loaded


def test_the_hand_written_optimisers_agree_with_the_derived_sums() -> None:
    verdict = check_recurrences(entry())
    assert verdict.status is Status.AGREES
    assert verdict.compared == 10 * (2 * 3 + 1 + 3 * 3)


def test_the_check_is_part_of_verify() -> None:
    assert "recurrences" in dict(entry_checks(entry()))


class Averaging(Momentum):
    """v ← βv + (1 − β)g."""

    def _move(self, net: Net) -> None:
        for gradient in net.gradients().values():
            np.multiply(gradient, 1 - self.momentum, out=gradient)
        super()._move(net)


class Late(Momentum):
    """Moves by the velocity of the step before."""

    def _move(self, net: Net) -> None:
        before = self.velocity["0.theta"].copy() if self.velocity else 0
        parameters = {name: parameter.copy() for name, parameter in net.parameters().items()}
        super()._move(net)
        for name, parameter in net.parameters().items():
            parameter[...] = parameters[name] - self.rate * before


class Uncorrected(Adam):
    """Leaves the division by 1 − βᵗ out."""

    def _move(self, net: Net) -> None:
        steps, self.steps = self.steps, 10**6
        super()._move(net)
        self.steps = steps


class OneStepEarly(Adam):
    """Corrects the t-th average by 1 − βᵗ⁺¹."""

    def _move(self, net: Net) -> None:
        self.steps += 1
        super()._move(net)
        self.steps -= 1


class GradientForItsSquare(Adam):
    """Averages |g| instead of g²."""

    def _move(self, net: Net) -> None:
        before = self.square["0.theta"].copy() if self.square else 0
        super()._move(net)
        gradient = net.gradients()["0.theta"]
        self.square["0.theta"][...] = self.beta2 * before + (1 - self.beta2) * np.abs(gradient)


@pytest.mark.parametrize("wrong", [Averaging, Late])
def test_a_wrong_momentum_is_refuted(wrong: type[Momentum]) -> None:
    verdict = check_recurrences(entry(), momentum=wrong)
    assert verdict.status is Status.REFUTED
    assert isinstance(verdict.evidence, Counterexample)


@pytest.mark.parametrize("wrong", [Uncorrected, OneStepEarly, GradientForItsSquare])
def test_a_wrong_adam_is_refuted(wrong: type[Adam]) -> None:
    verdict = check_recurrences(entry(), adam=wrong)
    assert verdict.status is Status.REFUTED
    assert "the hand-written optimiser has" in verdict.reason
