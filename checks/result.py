"""One line of a run: which entry or network, which check, the verdict, the time it took."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, overload

from checks.verdict import Attempt, Status, Verdict


@dataclass(frozen=True)
class Result:
    """The verdict of one check."""

    entry: str
    check: str
    verdict: Verdict
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return the row of `verify --json`: entry, check, status, reason, compared, max_error, seconds, and more."""
        return {
            "entry": self.entry,
            "check": self.check,
            "status": str(self.verdict.status),
            "reason": self.verdict.reason,
            "compared": self.verdict.compared,
            "max_error": self.verdict.max_error,
            "seconds": round(self.seconds, 4),
            "evidence": self.verdict.to_json()["evidence"],
            "reproduce": self.verdict.reproduce,
        }


@overload
def timed(entry: str, check: str, judge: Callable[[], Verdict]) -> Result: ...
@overload
def timed(entry: str, check: str, judge: Callable[[], Verdict | None]) -> Result | None: ...
def timed(entry: str, check: str, judge: Callable[[], Verdict | None]) -> Result | None:
    """Run one check; an exception of ours becomes the verdict `fault`, so that the rest goes on.

    Returns None where the check says that it does not apply.
    """
    start = time.perf_counter()
    verdict: Verdict | None
    try:
        verdict = judge()
    except Exception as error:
        verdict = Verdict(
            status=Status.FAULT,
            reason=f"The check itself failed: {type(error).__name__}: {error}",
            evidence=Attempt(tried=(check,)),
            reproduce=f"gradproof verify {entry}",
        )
    if verdict is None:
        return None
    return Result(entry, check, verdict, time.perf_counter() - start)
