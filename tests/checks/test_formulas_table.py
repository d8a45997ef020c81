"""The table of formula pairs: nothing false is proved, nothing true is refuted, and nearly everything is decided."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checks.formulas import Answer
from checks.verdict import Counterexample, Proof, Status

AnswerOf = Callable[[dict[str, Any]], Answer]
FOLDER = Path(__file__).parents[1] / "formula_pairs"
FILES = sorted(FOLDER.glob("*.jsonl"))
EXPECTED = {
    "equal": {Status.PROVED},
    "unequal": {Status.REFUTED},
    "unreadable": {Status.UNREADABLE},
    "either": {Status.PROVED, Status.UNDECIDED},
}


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_verdict_on_the_table_is_false_and_nearly_all_are_decided(path: Path, answer_of: AnswerOf) -> None:
    undecided, decidable = [], 0
    for row in rows(path):
        found = answer_of(row).verdict
        shown = f"{row['left']} | {row['right']} | {row['given']}: {found.status}, {found.reason}"
        assert found.status is not Status.FAULT, shown
        decidable += row["expected"] != "either"
        if found.status is Status.UNDECIDED and row["expected"] in {"equal", "unequal"}:
            undecided.append(shown)
        else:
            assert found.status in EXPECTED[row["expected"]], shown
        if found.status is Status.PROVED:
            assert isinstance(found.evidence, Proof)
            assert found.evidence.procedure
        if found.status is Status.REFUTED:
            assert isinstance(found.evidence, Counterexample)
            assert found.evidence.left.text != found.evidence.right.text
    assert len(undecided) <= 0.03 * decidable, "\n".join(undecided)


def test_the_table_is_large_and_each_row_has_a_note() -> None:
    table = {path.stem: rows(path) for path in FILES}
    everything = [row for part in table.values() for row in part]
    assert len(everything) >= 400
    assert len(table["arrays"]) + len(table["piecewise"]) >= 100
    assert all(row["note"] and row["expected"] in EXPECTED for row in everything)
    counts = Counter(row["expected"] for row in everything)
    assert min(counts["equal"], counts["unequal"]) >= 150
    keys = Counter((row["left"], row["right"], tuple(row["given"])) for row in everything)
    assert keys.most_common(1)[0][1] == 1


def test_turning_the_sides_round_changes_no_verdict(answer_of: AnswerOf) -> None:
    for path in FILES:
        for row in rows(path)[::5]:
            there = answer_of(row).verdict.status
            back = answer_of({**row, "left": row["right"], "right": row["left"]}).verdict.status
            assert there == back, row
