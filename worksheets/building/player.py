"""Runs the model solutions and planted wrong answers of a worksheet in a process of its own.

Started as a script: it reads a list of stages as JSON from standard input and writes a line of JSON for each to its
standard output. It runs what the author of the worksheet wrote, as the solution notebook does; for code of students
there is the grader.
"""

import json
import os
import sys
import warnings
from collections.abc import Iterator
from typing import Any


def main() -> None:
    """Run stages, one line of results for each: `{setup, candidates: [{source, calls: [{adapter, name, inputs}]}]}`."""
    import matplotlib as mpl

    mpl.use("Agg")
    answer_stream = sys.stdout
    sys.stdout = sys.stderr
    for answer in _all(json.load(sys.stdin)):
        print(json.dumps(answer), file=answer_stream, flush=True)


def _all(stages: list[dict[str, Any]]) -> Iterator[list[list[dict[str, Any]]]]:
    """Run the setups one behind the other, and each candidate in a fork behind its own: none sees another's changes."""
    if not hasattr(os, "fork"):  # Windows
        for last, stage in enumerate(stages, start=1):
            setups = [one["setup"] for one in stages[:last]]
            yield [_candidate(_prepared(setups, {}), candidate) for candidate in stage["candidates"]]
        return
    prepared: dict[str, Any] = {}
    for stage in stages:
        prepared = _prepared([stage["setup"]], prepared)
        yield [_forked(prepared, candidate) for candidate in stage["candidates"]]


def _prepared(setups: list[str], before: dict[str, Any]) -> dict[str, Any]:
    """Return the namespace behind some setups, or the error of the first that failed."""
    if "error" in before:
        return before
    namespace: dict[str, Any] = before.get("namespace", {"__name__": "worksheet"})
    try:
        for setup in setups:
            _run(setup, namespace)
    except BaseException as error:
        return {"error": _words(error)}
    return {"namespace": namespace}


def _forked(prepared: dict[str, Any], candidate: dict[str, Any]) -> list[dict[str, Any]]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with os.fdopen(writing, "w") as pipe:
                json.dump(_candidate(prepared, candidate), pipe)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    try:
        found: list[dict[str, Any]] = json.loads(answer)
    except json.JSONDecodeError:
        found = [{"error": "the process that ran the code died"} for _ in candidate["calls"]]
    return found


def _candidate(prepared: dict[str, Any], candidate: dict[str, Any]) -> list[dict[str, Any]]:
    import numpy as np

    if "error" in prepared:
        return [{"error": prepared["error"]} for _ in candidate["calls"]]
    namespace = prepared["namespace"]
    try:
        _run(candidate["source"], namespace)
    except BaseException as error:
        return [{"error": _words(error)} for _ in candidate["calls"]]
    results: list[dict[str, Any]] = []
    for call in candidate["calls"]:
        try:
            _run(call["adapter"], namespace)  # in the same namespace: an adapter may set what a function reads
            inputs = [
                np.asarray(value["data"], dtype=value["dtype"]).reshape(value["shape"]) for value in call["inputs"]
            ]
            given: Any = namespace[call["name"]](*[value[()] if value.ndim == 0 else value.copy() for value in inputs])
            results.append({"outputs": {name: _plain(value) for name, value in _named(given).items()}})
        except BaseException as error:
            results.append({"error": _words(error)})
    return results


def _run(source: str, namespace: dict[str, Any]) -> None:
    lines = ["" if line.startswith("%") else line for line in source.split("\n")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile("\n".join(lines), "<worksheet>", "exec"), namespace)  # noqa: S102 - the author's own code


def _named(result: Any) -> dict[str, Any]:
    if isinstance(result, dict):
        return {str(name): value for name, value in result.items()}
    if isinstance(result, tuple):
        return {str(place): value for place, value in enumerate(result)}
    return {"": result}


def _plain(value: Any) -> dict[str, Any] | None:
    import numpy as np

    if value is None:
        return None
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"the result is of type {type(value).__name__}, not an array of numbers")
    return {"shape": list(array.shape), "data": array.astype(float).ravel().tolist()}


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]


if __name__ == "__main__":
    main()
