"""Answers of different students that are nearly the same: code with other names, words with a few changed."""

import hashlib
import re
from array import array
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

SMALLEST_CODE = 60
"""Nodes of a syntax tree: shorter answers are alike by themselves."""

SMALLEST_TEXT = 20
"""Words."""

KEPT = 32
BANDS = 4
LIKE = 0.6
"""The part of their word triples that two texts have to share."""

LARGEST_PART = 0.5
"""An answer that more than this part of all gave is the common one and says nothing."""


@dataclass(frozen=True)
class Group:
    """Submissions whose answers to a question are nearly the same."""

    question: str
    rows: tuple[int, ...]
    what: str


class Alike:
    """Collects what is needed to find answers that are alike: a few bytes for each answer."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], array[int]] = defaultdict(lambda: array("I"))
        self._texts: dict[str, list[tuple[int, array[int]]]] = defaultdict(list)
        self._answered: dict[str, int] = defaultdict(int)

    def add(self, number: int, question: dict[str, Any]) -> None:
        """Note the answer of a submission."""
        if question["kind"] == "code" and question["size"] >= SMALLEST_CODE:
            self._answered[question["id"]] += 1
            self._code[question["id"], question["shape"]].append(number)
        elif question["kind"] == "text" and question["answer"]:
            sketch = sketch_of(question["answer"])
            if sketch:
                self._texts[question["id"]].append((number, sketch))

    def groups(self) -> list[Group]:
        """Return the groups, the largest first."""
        found = []
        for (question, _), rows in self._code.items():
            if len(rows) > 1 and (len(rows) <= 3 or len(rows) <= LARGEST_PART * self._answered[question]):
                found.append(Group(question, tuple(rows), "the same code but for names and layout"))
        for question, sketches in self._texts.items():
            found += [Group(question, rows, "nearly the same words") for rows in _like(sketches)]
        return sorted(found, key=lambda group: (-len(group.rows), group.question, group.rows))


def sketch_of(text: str) -> "array[int]":
    """Return the smallest hashes of a text's word triples; none for a short text."""
    words = re.findall(r"\w+", text.lower())
    if len(words) < SMALLEST_TEXT:
        return array("I")
    triples = {" ".join(words[place : place + 3]) for place in range(len(words) - 2)}
    hashes = sorted(int.from_bytes(hashlib.blake2b(one.encode(), digest_size=4).digest()) for one in triples)
    return array("I", hashes[:KEPT])


def likeness(one: "array[int]", other: "array[int]") -> float:
    """Return an estimate of the part of their triples that two texts share."""
    smallest = sorted({*one, *other})[: min(len(one), len(other))]
    both = set(one) & set(other)
    return sum(each in both for each in smallest) / len(smallest) if smallest else 0.0


def _like(sketches: "list[tuple[int, array[int]]]") -> list[tuple[int, ...]]:
    first_with: dict[int, list[int]] = defaultdict(list)
    parent = list(range(len(sketches)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for place, (_, sketch) in enumerate(sketches):
        for value in sketch[:BANDS]:
            for other in first_with[value][:8]:
                if root(other) != root(place) and likeness(sketches[other][1], sketch) >= LIKE:
                    parent[root(place)] = root(other)
            first_with[value].append(place)
    groups: dict[int, list[int]] = defaultdict(list)
    for place, (number, _) in enumerate(sketches):
        groups[root(place)].append(number)
    return [tuple(rows) for rows in groups.values() if len(rows) > 1]
