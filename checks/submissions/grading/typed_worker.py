"""The process in which typed answers are judged: one JSON object a line in, one out.

    python -m checks.submissions.grading.typed_worker MEMORY

What students type never costs more than this process: it has a limit of memory, and whoever asks ends it when it takes
too long.
"""

import json
import signal
import sys
from typing import Any

from checks.answers import judge_formula, judge_steps
from checks.bounded import READY, RETIRES, end_with_parent, limit_memory, memory_in_use
from checks.verdict import Status, Verdict

RETIREMENT = 0.5


def answered(asked: dict[str, Any]) -> dict[str, Any]:
    """Judge one answer.

    Parameters
    ----------
    asked:
        `kind` ("formula" or "steps"), `text`, `references`, `given`, `asked`, `wrong` (pairs of a wrong answer and the
        name of its mistake), `at_least`, `seconds`.

    Returns
    -------
    dict
        The verdict as JSON; `mistake` also names the planted wrong answer that it equals.
    """
    if asked["kind"] == "steps":
        verdict = judge_steps(
            asked["text"], asked["references"], asked["given"], at_least=asked["at_least"], seconds=asked["seconds"]
        )
    else:
        verdict = judge_formula(
            asked["text"], asked["references"], asked["given"], asked=asked["asked"], seconds=asked["seconds"]
        )
    found = verdict.to_json()
    if asked["kind"] == "formula" and verdict.status is Status.REFUTED and not verdict.mistake:
        found["mistake"] = _planted(asked, verdict)
    return found


def _planted(asked: dict[str, Any], _: Verdict) -> str | None:
    for wrong, mistake in asked["wrong"]:
        if wrong and judge_formula(asked["text"], [wrong], asked["given"], seconds=2.0).status is Status.PROVED:
            return str(mistake)
    return None


def main() -> None:
    """Answer the lines of standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    memory = int(sys.argv[1])
    sys.stdin.reconfigure(encoding="utf-8", errors="surrogatepass")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")  # type: ignore[union-attr]
    end_with_parent()
    limited = limit_memory(memory)
    judge_formula("x", ["x"])  # the grammars are built
    print(READY, flush=True)
    for line in sys.stdin:
        try:
            found = answered(json.loads(line))
        except MemoryError:
            return  # who asked is told by the end of this process
        except RecursionError:
            found = {"status": "unreadable", "reason": "The formula is nested too deeply.", "evidence": None,
                     "reproduce": "", "mistake": None}  # fmt: skip
        retires = limited and memory_in_use() > RETIREMENT * memory
        print(json.dumps(found, allow_nan=False, default=str) + (RETIRES if retires else ""), flush=True)
        if retires:
            return


if __name__ == "__main__":
    main()
