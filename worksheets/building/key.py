"""The answer key: everything that a grader needs to know about a worksheet, as JSON."""

import json
from typing import Any

from worksheets.kinds import Question
from worksheets.sheet import Source

FORMAT = 1


def key(source: Source) -> dict[str, Any]:
    """Return the key of a worksheet that was resolved, ready for JSON."""
    from importlib.metadata import version

    return {
        "gradproof": version("gradproof"),
        "format": FORMAT,
        "worksheet": source.name,
        "title": source.title,
        "points": source.points,
        "bonus": source.bonus,
        "seed": source.seed,
        "student": source.student or None,
        "parameters": {
            name: list(value) if isinstance(value, tuple) else value for name, value in source.values.items()
        },
        "given": [
            {"cell": item.id, "source": item.source, "before": _next_question(source, place)}
            for place, item in enumerate(source.items)
            if not isinstance(item, Question) and item.code and item.role == "given"
        ],
        "questions": [_question(question) for question in source.questions],
    }


def key_text(made: dict[str, Any]) -> str:
    """Return a key as the text of its file."""
    return json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _next_question(source: Source, place: int) -> str | None:
    """Return the id of the first question behind an item: whoever runs the cells has to know their order."""
    return next((item.common.id for item in source.items[place:] if isinstance(item, Question)), None)


def _question(question: Question) -> dict[str, Any]:
    common = question.common
    return {
        "id": common.id,
        "number": common.number,
        "kind": common.kind,
        "points": common.points,
        "bonus": common.bonus,
        "cells": {"question": f"{common.id}-question", "answer": f"{common.id}-answer", "check": f"{common.id}-check"},
        "explanation": common.explanation,
        "start": next((cell.source for cell in question.student() if cell.role == "answer"), ""),
        **question.key(),
    }
