"""Hashes by which answers are known again: the same but for layout, the same but for names, the same text."""

import ast
import hashlib
from collections.abc import Collection, Mapping, Sequence

from checks.submissions.player.cells import Statement


def fingerprint(kept: Sequence[Statement]) -> str:
    """Return a hash of statements, without regard to comments and layout."""
    whole = hashlib.sha256()
    for one in kept:
        whole.update(ast.dump(one.node).encode("utf-8", "surrogatepass") + b"\0")
    return whole.hexdigest()


def shape(kept: Sequence[Statement]) -> tuple[str, int]:
    """Return a hash of statements in which names count by their order only, and how many nodes there are."""
    numbers: dict[str, int] = {}
    whole = hashlib.sha256()
    size = 0
    for one in kept:
        if isinstance(one.node, ast.Import | ast.ImportFrom):
            continue
        for node in ast.walk(one.node):
            size += 1
            name = getattr(node, "id", None) or getattr(node, "arg", None) or getattr(node, "name", None)
            value = repr(node.value) if isinstance(node, ast.Constant) and not isinstance(node.value, str) else ""
            number = numbers.setdefault(name, len(numbers)) if isinstance(name, str) else ""
            whole.update(f"{type(node).__name__} {number} {value} {getattr(node, 'attr', '')};".encode())
    return whole.hexdigest(), size


def fingerprint_of(*parts: str | Mapping[str, str] | Collection[str]) -> str:
    """Return a hash of texts."""
    whole = hashlib.sha256()
    for part in parts:
        text = part if isinstance(part, str) else repr(sorted(part.items() if isinstance(part, Mapping) else part))
        whole.update(f"{len(text)}:".encode() + text.encode("utf-8", "surrogatepass"))
    return whole.hexdigest()
