"""Runs the model solutions and planted wrong answers of a worksheet in a process of its own.

Started as a script: it reads one JSON object from standard input and writes one to standard output. It runs what the
author of the worksheet wrote, as the solution notebook does; for code of students there is the grader.
"""

import json
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
    found = [_candidate(asked["setup"], candidate) for candidate in asked["candidates"]]
    json.dump(found, answer_stream)


def _candidate(setup: str, candidate: dict[str, Any]) -> list[dict[str, Any]]:
    import numpy as np

    namespace: dict[str, Any] = {"__name__": "worksheet"}
    try:
        _run(setup, namespace)
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
