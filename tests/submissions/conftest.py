"""A worksheet, right answers to it, and one grader for all tests of this folder."""

import importlib
import importlib.util
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from checks.submissions.sandbox import IsolationError, Sandbox

FOLDER = Path(__file__).parents[2] / "benchmarks" / "generated_submissions"

Found = Mapping[str, Any]


def _generated_submissions() -> ModuleType:
    """Return the package of the benchmark, which is not installed."""
    name = FOLDER.name
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            name, FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)]
        )
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


_generated_submissions()


@pytest.fixture(scope="session")
def making() -> ModuleType:
    """Return what makes submissions."""
    return importlib.import_module("generated_submissions.making")


@pytest.fixture(scope="session")
def answers() -> list[Any]:
    """Return all answers to the worksheet."""
    return list(importlib.import_module("generated_submissions.answers").answers())


@pytest.fixture(scope="session")
def judging() -> ModuleType:
    """Return what grades and compares."""
    return importlib.import_module("generated_submissions.judging")


@pytest.fixture(scope="session")
def isolated() -> None:
    """Skip where submissions cannot be isolated."""
    try:
        with Sandbox(preload=()):
            return
    except IsolationError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def key(judging: ModuleType) -> dict[str, Any]:
    """Return the answer key of the worksheet."""
    return dict(judging.answer_key())


@pytest.fixture(scope="session")
def sheet(making: ModuleType) -> dict[str, Any]:
    """Return the notebook that students get."""
    return dict(making.student_notebook())


@pytest.fixture(scope="session")
def grade(isolated: None, key: dict[str, Any]) -> Iterator[Callable[[Path], Found]]:
    """Return what grades the one submission at a path; a call may take two seconds."""
    yield from _graders(key, "needed")


@pytest.fixture(scope="session")
def grade_all_cells(isolated: None, key: dict[str, Any]) -> Iterator[Callable[[Path], Found]]:
    """Return what grades the one submission at a path after all its cells were run."""
    yield from _graders(key, "all")


def _graders(key: dict[str, Any], run: str) -> Iterator[Callable[[Path], Found]]:
    from checks.submissions.files import read_submissions
    from checks.submissions.grading import Grader, Settings

    with Grader(key, settings=Settings(run, cell_seconds=2.0, call_seconds=2.0), seed=5) as grader:

        def graded(path: Path) -> Found:
            (submission,) = read_submissions([path])
            found = grader.grade(submission)
            json.dumps(found)
            return {**found, "by": {question["id"]: question for question in found["questions"]}}

        yield graded


@pytest.fixture(scope="session")
def handed_in(sheet: dict[str, Any], answers: list[Any], making: ModuleType) -> Callable[..., Path]:
    """Return what writes a notebook: right answers but for those that are given, with cells before and behind."""
    right = {answer.question: answer.source for answer in reversed(answers) if answer.group == "right"}

    def write(folder: Path, *before: str, behind: tuple[str, ...] = (), **given: str) -> Path:
        sources = right | {name.replace("_", "-"): source for name, source in given.items()}
        cells = [
            {**cell, "source": sources[cell["metadata"]["gradproof"]["question"]].strip("\n")}
            if cell["metadata"]["gradproof"].get("role") == "answer"
            else cell
            for cell in sheet["cells"]
        ]
        own = [making.code_cell(source) for source in before], [making.code_cell(source) for source in behind]
        path = folder / "sheet.ipynb"
        path.write_text(json.dumps({**sheet, "cells": [*own[0], *cells, *own[1]]}), encoding="utf-8")
        return path

    return write
