"""Shared by the tests of checks: the answers to the table of formula pairs."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from checks.formulas import Answer, answer


@pytest.fixture(scope="session")
def answer_of() -> Callable[[dict[str, Any]], Answer]:
    """(row of the table) → the answer to its pair, found once for all tests that look at it."""

    @cache
    def found(left: str, right: str, given: tuple[str, ...]) -> Answer:
        return answer(left, right, given, seconds=20)

    return lambda row: found(row["left"], row["right"], tuple(row["given"]))
