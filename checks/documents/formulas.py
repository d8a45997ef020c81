"""The formulas of a document, found and decided in a process with limits of time and memory."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Self

from checks.bounded import Bounded, EndedError, LateError
from checks.documents.claims import Claim, DocumentAudit, LeftOut
from checks.documents.definitions import Definition
from checks.documents.source import Prose
from checks.verdict import Status

_LETTER = re.compile(r"(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])")
FIND_SECONDS = 30.0
CHAINS_LIMIT = 1_000
GRACE = 5.0
WAYS = 8
"""How many limits one chain may take: a link may be read in several ways, and a mistake is looked for."""


class Formulas:
    """Decides the formulas of one document in its order, with the definitions that stand before each.

    Parameters
    ----------
    source:
        The name of the document.
    given:
        Declarations; those of the document are added as they come.
    seconds, memory:
        The time limit for each claim, and the memory in MiB of the process that decides.
    """

    def __init__(self, source: str, given: Sequence[str], *, seconds: float, memory: int) -> None:
        self.source, self.given, self.seconds = source, list(given), seconds
        self.definitions: dict[str, Definition] = {}
        self.letters: set[str] = set()
        self.count = 0
        self._process = Bounded("checks.documents.worker", memory=memory)

    def __enter__(self) -> Self:
        self._process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.close()

    def check(self, prose: Prose) -> DocumentAudit:
        """Decide what the formulas of one piece of prose claim."""
        found = self._asked({"do": "find", "text": prose.text, "given": self.given}, FIND_SECONDS)
        if "chains" not in found:
            return self._failed(prose.place or "the text", "its formulas", found)
        self.given = list(dict.fromkeys([*self.given, *found["given"]]))
        refused = [
            LeftOut(self.source, prose.place or "the text", f"given: {text}"[:200], f"it declares nothing: {why}")
            for text, why in found["refused"]
        ]
        whole = DocumentAudit((), tuple(refused))
        texts = [part["text"] for chain in found["chains"] for part in chain["chain"]]
        self.letters |= {letter for text in texts for letter in _LETTER.findall(text)}
        for chain in found["chains"]:
            if self.count >= CHAINS_LIMIT:
                reason = f"the document has more than {CHAINS_LIMIT:,} formulas; the rest was left out"
                left_out = LeftOut(self.source, self._place(prose, chain["chain"][0]["line"]), "", reason)
                return whole + DocumentAudit((), (left_out,))
            self.count += 1
            whole += self._judged(prose, chain)
        return whole

    def _judged(self, prose: Prose, chain: dict[str, Any]) -> DocumentAudit:
        parts = chain["chain"]
        text = " = ".join(part["text"] for part in parts)
        question = {
            "do": "judge", "marked": chain, "given": self.given, "seconds": self.seconds,
            "definitions": {name: asdict(one) for name, one in self.definitions.items()},
            "letters": sorted(self.letters), "place": f"{prose.place}, line" if prose.place else "line",
        }  # fmt: skip
        found = self._asked(question, WAYS * self.seconds * max(1, len(parts) - 1) + GRACE)
        if "claims" not in found:
            return self._failed(self._place(prose, parts[0]["line"]), text, found)
        if found["definition"] is not None:
            fields = {**found["definition"], "arguments": tuple(found["definition"]["arguments"])}
            self.definitions[fields["name"]] = Definition(**fields)
        claims = [
            Claim(self.source, self._place(prose, one["line"]), one["claim"], Status(one["status"]), one["reason"])
            for one in found["claims"]
        ]
        left_out = [
            LeftOut(self.source, self._place(prose, one["line"]), one["text"], one["reason"])
            for one in found["left_out"]
        ]
        return DocumentAudit(tuple(claims), tuple(left_out), int(found["definition"] is not None))

    def _asked(self, question: dict[str, Any], seconds: float) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(self._process.ask(json.dumps(question), seconds))
        except LateError:
            return {"problem": f"the time limit of {seconds:g} s was reached"}
        except EndedError:
            return {"problem": f"it takes more than {self._process.memory} MB of memory"}
        return found

    def _failed(self, place: str, text: str, found: dict[str, Any]) -> DocumentAudit:
        if "fault" in found:
            status, reason = Status.FAULT, f"This is an error of ours, not of the document: {found['fault']}."
        else:
            status, reason = Status.UNDECIDED, f"Not checked: {found['problem']}."
        return DocumentAudit((Claim(self.source, place, text[:200], status, reason),), ())

    def _place(self, prose: Prose, line: int) -> str:
        return f"{prose.place}, line {line}" if prose.place else f"line {line}"
