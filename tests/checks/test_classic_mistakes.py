"""Classic mistakes planted in the derivations of the course, as students type them: each is found by its name."""

import importlib.util
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from checks.formulas import MEANINGS
from checks.verdict import Status

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("classic_mistakes", ROOT / "benchmarks" / "classic_mistakes.py")
assert _spec is not None
assert _spec.loader is not None
classic = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(classic)

PLANTED, WRONG, RIGHT = (classic.rows(name) for name in ("planted", "no_mistake", "right"))
DERIVATIONS = classic.derivations()
pytestmark = pytest.mark.slow


def named(rows: list[dict[str, Any]]) -> list[str]:
    return [f"{row.get('mistake', '')} {row['derivation']}: {row['answer']}" for row in rows]


@pytest.fixture(scope="module")
def findings() -> list[dict[str, Any]]:
    return classic.findings()


@pytest.mark.parametrize("number", range(len(PLANTED)), ids=named(PLANTED))
def test_a_planted_mistake_is_found(number: int, findings: list[dict[str, Any]]) -> None:
    row = findings[number]
    expected = row.get("named", row["mistake"])
    assert row["found"] == expected
    if expected != row["mistake"] and expected in MEANINGS:
        assert row["mistake"] in row["also"] or row["mistake"] in ("constant factor", "factor 2"), row["also"]


@pytest.mark.parametrize("name", MEANINGS)
def test_every_mistake_is_found_by_its_name_in_at_least_five_derivations(name: str, findings: list[Any]) -> None:
    assert len({row["derivation"] for row in findings if row["mistake"] == name == row["found"]}) >= 5


@pytest.mark.parametrize("row", WRONG, ids=named(WRONG))
def test_a_wrong_answer_of_no_classic_kind_has_no_name(row: dict[str, str]) -> None:
    found = classic.ask(DERIVATIONS[row["derivation"]], row["answer"])
    assert found.verdict.status is Status.REFUTED, found.verdict.reason
    assert found.mistake is None
    assert found.to_json()["explanation"] is None


@pytest.mark.parametrize("row", RIGHT, ids=named(RIGHT))
def test_a_right_answer_never_has_a_mistake(row: dict[str, str]) -> None:
    found = classic.ask(DERIVATIONS[row["derivation"]], row["answer"])
    assert found.verdict.status is Status.PROVED, found.verdict.reason
    assert found.mistake is None


def test_there_are_enough_wrong_answers_without_a_name() -> None:
    assert len(WRONG) >= 60
    by_derivation: dict[str, int] = defaultdict(int)
    for row in WRONG:
        by_derivation[row["derivation"]] += 1
    assert len(by_derivation) >= 40


def test_the_page_shows_what_is_found(findings: list[dict[str, Any]]) -> None:
    page = classic.PAGE.read_text(encoding="utf-8")
    assert classic.BEGIN in page
    assert page.partition(classic.BEGIN)[2].strip() == classic.tables(findings).strip()
