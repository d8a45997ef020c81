"""The run: what it covers, how it reports, and that it goes on when something is missing or broken."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from checks import derivations, run
from checks.networks import training
from checks.result import Result, timed
from checks.run import Exhibits, NotRun, Run, json_ready, json_text, verify, verify_entry
from checks.verdict import Proof, Status, Verdict
from derive import catalogue
from derive.catalogue import UnknownEntryError
from numeric.data.errors import DataError, DataMissing

GOOD = Verdict(status=Status.PROVED, reason="Yes.", evidence=Proof(procedure="p"))


def test_every_entry_gets_every_check_that_applies() -> None:
    rows = {name: {result.check for result in verify_entry(name)} for name in ("sigmoid", "linear_layer", "neuron")}
    common = {"steps", "textbook form", "wrong answers", "kinks"}
    numbers = {"precision", "central differences", "complex step", "hand-written twin"}
    assert rows["sigmoid"] == common | numbers | {"limits"}
    assert rows["linear_layer"] == common | numbers | {"all sizes", "samples as columns"}
    assert rows["neuron"] == common | {"limits"}


@pytest.mark.slow
def test_the_whole_run_is_well_and_shows_its_networks() -> None:
    told: list[tuple[str, int, int]] = []
    found = verify(download=False, progress=lambda *news: told.append(news))
    assert found.status in (Status.PROVED, Status.AGREES), found.reason
    names = {result.entry for result in found.results}
    assert set(catalogue.names()) | {"digits", "halves", "conv"} <= names
    assert ("fashion" in names) != bool(found.not_run)
    assert found.exhibits.digits is not None
    assert found.exhibits.digits.correct == 306
    assert found.exhibits.digits_long is not None
    assert found.exhibits.digits_long.accuracy >= 0.95
    assert told[-1][1] == told[-1][2] == len(catalogue.names()) + 4
    assert {part.name for part in found.parts} <= names
    json.loads(json_text(found))


def test_named_entries_are_checked_alone_and_spread_over_processes() -> None:
    here = verify(["sigmoid", "tanh"])
    spread = verify(["sigmoid", "tanh"], processes=2)
    assert [r.verdict for r in here.results] == [r.verdict for r in spread.results]
    assert {result.entry for result in here.results} == {"sigmoid", "tanh"}
    assert here.exhibits == Exhibits()


def test_an_unknown_entry_is_said_before_anything_runs() -> None:
    with pytest.raises(UnknownEntryError, match="did you mean sigmoid"):
        verify(["tanh", "sigmod"])


def test_a_wrong_data_folder_is_said_before_anything_runs(tmp_path: Path) -> None:
    news: list[Any] = []
    with pytest.raises(DataError, match=str(tmp_path)):
        verify(data_dir=tmp_path, progress=lambda *told: news.append(told))
    assert not news


def test_a_check_that_crashes_becomes_a_fault_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(entry: object) -> Verdict:
        raise RuntimeError("planted")

    monkeypatch.setattr(derivations, "check_steps", crash)
    rows = {result.check: result.verdict for result in verify_entry("identity")}
    assert rows["steps"].status is Status.FAULT
    assert "planted" in rows["steps"].reason
    assert rows["textbook form"].status is Status.PROVED
    assert verify(["identity"]).status is Status.FAULT


def test_a_check_that_does_not_apply_leaves_no_row() -> None:
    assert timed("e", "c", lambda: None) is None
    result = timed("e", "c", lambda: GOOD)
    assert result.verdict is GOOD


def test_missing_data_leaves_a_part_out_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(data_dir: object, *, download: bool) -> Any:
        raise DataMissing("no images; install them")

    monkeypatch.setattr(training, "check_fashion", missing)
    monkeypatch.setattr(run, "NETWORKS", ("fashion",))
    found = verify(["identity"])
    assert found.not_run == ()
    monkeypatch.setattr(catalogue, "names", lambda: ("identity",))
    found = verify()
    assert found.not_run == (NotRun("fashion", "no images; install them"),)
    assert found.reason.endswith("not run: fashion.")


def test_the_status_of_a_run_is_the_gravest_of_its_rows() -> None:
    undecided = timed("e", "c", lambda: 1 / 0)  # type: ignore[arg-type, return-value]
    rows = (Result("e", "c", GOOD, 0.0), undecided)
    found = Run(rows, (), (), Exhibits(), 0.0, 0.0)
    assert found.status is Status.FAULT
    assert found.reason == "2 checks: 1 proved, 1 fault."


def test_an_empty_run_has_no_status() -> None:
    with pytest.raises(ValueError, match="nothing was judged"):
        _ = Run((), (), (), Exhibits(), 0.0, 0.0).status


def test_json_holds_no_infinity_and_no_nan() -> None:
    ready = json_ready({"a": [math.inf, -math.inf, math.nan, 1.5], "b": (1, {"c": math.nan})})
    assert ready == {"a": [None, None, None, 1.5], "b": [1, {"c": None}]}
    json.dumps(ready, allow_nan=False)
