"""The process in which the formulas of a document are found and decided: JSON in, JSON out, one line each.

    python -m checks.documents.worker MEMORY

`{"do": "find", "text", "given"}` gives the chains of a text and its declarations; `{"do": "judge", "marked",
"definitions", "given", "place", "seconds", "letters"}` gives the claims of one chain.
"""

import json
import signal
import sys
from dataclasses import asdict
from typing import Any

from checks.bounded import READY, RETIRES, limit_memory, memory_in_use
from checks.documents.chains import judge_chain
from checks.documents.definitions import Definition
from checks.formulas import equal
from checks.formulas.declared import declared
from checks.formulas.written import Marked, Part, declarations_in, marked
from derive.reading import UnreadableError

RETIREMENT = 0.5


def main() -> None:
    """Answer the lines of standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asked decides what an interruption means
    memory = int(sys.argv[1])
    sys.stdin.reconfigure(encoding="utf-8", errors="surrogatepass")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")  # type: ignore[union-attr]
    limited = limit_memory(memory)
    equal("x", "x")  # the grammars are built
    print(READY, flush=True)
    for line in sys.stdin:
        try:
            found = answered(json.loads(line))
        except MemoryError:
            return  # who asked is told by the end of this process
        retires = limited and memory_in_use() > RETIREMENT * memory
        print(json.dumps(found) + (RETIRES if retires else ""), flush=True)
        if retires:
            return


def answered(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to one question; an error of ours is a fault, and said so."""
    try:
        if asked["do"] == "find":
            text = asked["text"]
            given, refused = _declarations(asked["given"], text)
            return {"chains": [asdict(one) for one in marked(text)], "given": given, "refused": refused}
        one = asked["marked"]
        chain = Marked(tuple(Part(**part) for part in one["chain"]), one["before"], one["after"], one["inline"])
        definitions = {
            name: Definition(**{**fields, "arguments": tuple(fields["arguments"])})
            for name, fields in asked["definitions"].items()
        }
        return vars(judge_chain(chain, definitions, asked["given"], asked["place"], asked["seconds"], asked["letters"]))
    except ValueError as error:
        return {"problem": str(error)}
    except MemoryError:
        raise
    except Exception as error:
        return {"fault": f"{type(error).__name__}: {error}"[:300]}


def _declarations(known: list[str], text: str) -> tuple[list[str], list[list[str]]]:
    """Return what the text declares besides, and what it seems to declare and does not, with the reason."""
    given: list[str] = []
    refused: list[list[str]] = []
    for one in declarations_in(text):
        try:
            declared([*known, *given, one])
        except UnreadableError as error:
            refused.append([one, error.message])
        else:
            given.append(one)
    return given, refused


if __name__ == "__main__":
    main()
