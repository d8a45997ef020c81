"""The process in which `gradproof equal` decides: JSON `[number, line, seconds]` in, an object out.

    python -m checks.formulas.worker MEMORY

`line` is a line of a file of pairs, `number` its place there, and `seconds` the limit for its answer.
"""

import json
import signal
import sys

from checks.bounded import READY, RETIRES, end_with_parent, limit_memory, memory_in_use
from checks.formulas.pairs import answered

RETIREMENT = 0.5
"""A process that has had more than this part of its memory ends after its answer: memory is seldom given back."""


def main() -> None:
    """Answer the lines of standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asked decides what an interruption means
    memory = int(sys.argv[1])
    sys.stdin.reconfigure(encoding="utf-8", errors="surrogatepass")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")  # type: ignore[union-attr]
    end_with_parent()
    limited = limit_memory(memory)
    answered('{"left": "x", "right": "x"}', seconds=None)  # the grammars are built
    print(READY, flush=True)
    for line in sys.stdin:
        try:
            number, pair, seconds = json.loads(line)
            found = answered(pair, number=number, seconds=seconds)
        except MemoryError:
            return  # who asked is told by the end of this process
        retires = limited and memory_in_use() > RETIREMENT * memory
        print(json.dumps(found, allow_nan=False) + (RETIRES if retires else ""), flush=True)
        if retires:
            return


if __name__ == "__main__":
    main()
