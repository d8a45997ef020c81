"""Runs the model solutions and planted wrong answers of a worksheet in a process of its own.

Started as a script: it reads one JSON object from standard input and writes one to standard output. It runs what the
author of the worksheet wrote, as the solution notebook does; for code of students there is the grader.
"""

import json
import os
import sys
import warnings
from typing import Any


def main() -> None:
    """Run every candidate on every call: `{setup, candidates: [{source, calls: [{adapter, name, inputs}]}]}`."""
    import matplotlib as mpl

    mpl.use("Agg")
    answer_stream = sys.stdout
    sys.stdout = sys.stderr
    asked = json.load(sys.stdin)
    json.dump(_all(asked["setup"], asked["candidates"]), answer_stream)


def _all(setup: str, candidates: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Run the setup once and each candidate in a fork behind it: none sees what another one has changed."""
    if not hasattr(os, "fork"):  # Windows
        return [_candidate(_prepared(setup), candidate) for candidate in candidates]
    namespace = _prepared(setup)
    return [_forked(namespace, candidate) for candidate in candidates]


def _prepared(setup: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "worksheet"}
    try:
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
