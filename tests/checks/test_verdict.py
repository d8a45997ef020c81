"""What a verdict can say, and what it cannot be made to say."""

import json

import pytest

from checks.verdict import (
    Attempt,
    Comparison,
    Counterexample,
    Enclosure,
    Misreading,
    Proof,
    Status,
    Verdict,
    gravest,
)

ONE = Enclosure(low=1.0, high=1.0, text="1")
TWO = Enclosure(low=2.0, high=2.0, text="2")


def comparison(compared: int = 8, max_error: float = 0.0) -> Comparison:
    return Comparison(compared=compared, max_error=max_error, tolerance=1e-6)


def test_a_verdict_has_no_truth_value() -> None:
    verdict = Verdict(status=Status.PROVED, reason="Equal.", evidence=Proof(procedure="p"))
    with pytest.raises(TypeError, match=r"ask for verdict\.status"):
        bool(verdict)


def test_refuted_without_a_counterexample_cannot_be_constructed() -> None:
    for evidence in (None, Proof(procedure="p"), Attempt(tried=("x",)), comparison()):
        with pytest.raises(ValueError, match="refuted needs Counterexample"):
            Verdict(status=Status.REFUTED, reason="Different.", evidence=evidence)


def test_overlapping_enclosures_refute_nothing() -> None:
    wide = Enclosure(low=0.5, high=1.5, text="1 ± 0.5")
    with pytest.raises(ValueError, match="overlap"):
        Counterexample(point={"x": "0"}, left=wide, right=ONE)


def test_agreement_on_fewer_than_eight_points_cannot_be_constructed() -> None:
    Verdict(status=Status.AGREES, reason="Agrees.", evidence=comparison(8))
    with pytest.raises(ValueError, match="7 points says too little"):
        Verdict(status=Status.AGREES, reason="Agrees.", evidence=comparison(7))


@pytest.mark.parametrize("error", [2e-6, float("nan"), float("inf")])
def test_agreement_with_an_error_above_the_tolerance_cannot_be_constructed(error: float) -> None:
    with pytest.raises(ValueError, match="exceeds the tolerance"):
        comparison(max_error=error)


def test_proved_needs_a_named_procedure() -> None:
    with pytest.raises(ValueError, match="names its decision procedure"):
        Proof(procedure="")


def test_every_verdict_needs_a_sentence() -> None:
    with pytest.raises(ValueError, match="needs a sentence"):
        Verdict(status=Status.PROVED, reason=" ", evidence=Proof(procedure="p"))


def test_skipped_points_need_a_reason() -> None:
    with pytest.raises(ValueError, match="need a reason"):
        Comparison(compared=9, max_error=0.0, tolerance=1.0, skipped=1)


def test_the_gravest_status_is_in_the_order_of_the_design() -> None:
    order = [Status.FAULT, Status.REFUTED, Status.UNREADABLE, Status.UNDECIDED, Status.AGREES, Status.PROVED]
    for place, status in enumerate(order):
        assert gravest(order[place:]) is status


def test_nothing_judged_is_not_a_good_verdict() -> None:
    with pytest.raises(ValueError, match="nothing was judged"):
        gravest([])


def test_only_proved_and_agrees_earn_credit_and_a_person_decides_the_rest() -> None:
    credit = {status: status.earns_credit for status in Status}
    assert credit == {
        Status.PROVED: True,
        Status.AGREES: True,
        Status.REFUTED: False,
        Status.UNREADABLE: False,
        Status.UNDECIDED: None,
        Status.FAULT: None,
    }


def test_a_verdict_becomes_json_with_its_evidence() -> None:
    verdict = Verdict(
        status=Status.REFUTED,
        reason="Different at x = 0.",
        evidence=Counterexample(point={"x": "0"}, left=ONE, right=TWO),
        reproduce="again",
        mistake="sign",
    )
    assert json.loads(json.dumps(verdict.to_json())) == {
        "status": "refuted",
        "reason": "Different at x = 0.",
        "evidence": {
            "kind": "counterexample",
            "point": {"x": "0"},
            "left": "1",
            "right": "2",
            "enclosures": ["rigorous"],
        },
        "reproduce": "again",
        "mistake": "sign",
    }


def test_an_unreadable_answer_carries_the_place() -> None:
    verdict = Verdict(status=Status.UNREADABLE, reason="No.", evidence=Misreading(text="2+*3", column=2))
    assert verdict.to_json()["evidence"] == {"kind": "misreading", "text": "2+*3", "column": 2}


def test_a_verdict_is_frozen() -> None:
    verdict = Verdict(status=Status.PROVED, reason="Equal.", evidence=Proof(procedure="p"))
    with pytest.raises(AttributeError):
        verdict.status = Status.REFUTED  # type: ignore[misc]
