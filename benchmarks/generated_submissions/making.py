"""Submissions made of answers: notebooks of several formats, folders, zips, with all that real ones have around them.

The same seed makes the same submissions. Each has one theme, an answer or a circumstance; all its other answers are
right, in styles drawn by the seed.
"""

import io
import json
import random
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]
SHEET = Path(__file__).with_name("worksheet.md")


@dataclass(frozen=True)
class Generated:
    """A submission.

    Attributes
    ----------
    name :
        Of the student.
    group, theme :
        What it is about.
    files :
        Path and bytes of each file; the first is the notebook or script.
    answers :
        The answer to each question, with what has to be said of it.
    """

    name: str
    group: str
    theme: str
    files: dict[str, bytes]
    answers: dict[str, Any] = field(repr=False)


def student_notebook() -> Notebook:
    """Return the worksheet as students get it."""
    from worksheets.building.notebook import STUDENT, notebook
    from worksheets.sheet import read_source

    return notebook(read_source(SHEET).resolve(), STUDENT)


def generated(answers: Sequence[Any], count: int = 200, seed: int = 7) -> list[Generated]:
    """Return submissions: one for each wrong answer and each circumstance, then right ones in all styles.

    Parameters
    ----------
    answers :
        Those of `answers.answers()`.
    count :
        How many; fewer than there are themes takes every so-manyth theme.
    """
    sheet = student_notebook()
    rng = random.Random(seed)
    right: dict[str, list[Any]] = {}
    for answer in answers:
        if answer.group == "right":
            right.setdefault(answer.question, []).append(answer)
    themes: list[tuple[str, str, Any, str]] = [
        (answer.group, f"{answer.question}: {answer.name}", answer, "as handed out")
        for answer in answers
        if answer.group != "right"
    ]
    themes += [("circumstance", name, None, name) for name in CIRCUMSTANCES]
    styles = [("right", f"{one.question}: {one.name}", one, "as handed out") for one in answers if one.group == "right"]
    if count < len(themes):
        # Every so-manyth, so that all groups are there.
        themes = [themes[number * len(themes) // count] for number in range(count)]
    while len(themes) < count:
        themes += styles[: count - len(themes)] or [("right", "any style", None, "as handed out")]
        styles = []
    made = []
    for number, (group, theme, answer, circumstance) in enumerate(themes):
        chosen = {question: rng.choice(several) for question, several in right.items()}
        if answer is not None:
            chosen[answer.question] = answer
        cells = _filled(sheet, chosen)
        files = CIRCUMSTANCES.get(circumstance, _as_handed_out)(cells)
        made.append(Generated(f"student{number:04d}", group, theme, files, chosen))
    return made


def written(submissions: Sequence[Generated], folder: Path) -> list[Path]:
    """Write submissions and return the path of each: a file, a folder or a zip."""
    paths = []
    for one in submissions:
        names = list(one.files)
        if len(names) == 1 and not names[0].startswith("zip:"):
            path = folder / f"{one.name}{Path(names[0]).suffix}"
            path.write_bytes(one.files[names[0]])
        elif names[0].startswith("zip:"):
            path = folder / f"{one.name}.zip"
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, data in one.files.items():
                    archive.writestr(name.removeprefix("zip:"), data)
        else:
            path = folder / one.name
            for name, data in one.files.items():
                (path / name).parent.mkdir(parents=True, exist_ok=True)
                (path / name).write_bytes(data)
        paths.append(path)
    return paths


def _filled(sheet: Notebook, chosen: dict[str, Any]) -> Notebook:
    return {**sheet, "cells": [_answered(cell, chosen) for cell in sheet["cells"]]}


def _answered(cell: dict[str, Any], chosen: dict[str, Any]) -> dict[str, Any]:
    about = cell["metadata"]["gradproof"]
    if about.get("role") != "answer":
        return cell
    return {**cell, "source": chosen[about["question"]].source.strip("\n")}


# -- what is around the answers ----------------------------------------------------------------------------------------


def _ipynb(book: Notebook) -> dict[str, bytes]:
    return {"sheet.ipynb": json.dumps(book, indent=1).encode()}


def _as_handed_out(book: Notebook) -> dict[str, bytes]:
    return _ipynb(book)


def code_cell(source: str) -> dict[str, Any]:
    """Return a code cell of a notebook, as a student adds one."""
    return {"cell_type": "code", "id": "own", "metadata": {}, "source": source, "outputs": [], "execution_count": None}


def _with(*sources: str, first: bool = True) -> Callable[[Notebook], dict[str, bytes]]:
    """Return what adds cells of the student's own, at the beginning or at the end."""

    def added(book: Notebook) -> dict[str, bytes]:
        own = [{**code_cell(source), "id": f"own-{number}"} for number, source in enumerate(sources)]
        cells = [*own, *book["cells"]] if first else [*book["cells"], *own]
        return _ipynb({**book, "cells": cells})

    return added


def _format_3(book: Notebook) -> dict[str, bytes]:
    cells = []
    for cell in book["cells"]:
        text = {"cell_type": cell["cell_type"], "metadata": cell["metadata"]}
        if cell["cell_type"] == "code":
            text |= {"input": cell["source"], "language": "python", "outputs": [], "collapsed": False}
        else:
            text["source"] = cell["source"]
        cells.append(text)
    document = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}
    return {"sheet.ipynb": json.dumps(document).encode()}


def _lists_of_lines(book: Notebook) -> dict[str, bytes]:
    cells = [{**cell, "source": "".join(cell["source"]).splitlines(keepends=True)} for cell in book["cells"]]
    return _ipynb({**book, "cells": cells, "nbformat_minor": 2})


def _without_metadata(book: Notebook) -> dict[str, bytes]:
    cells = [{key: value for key, value in cell.items() if key != "id"} | {"metadata": {}} for cell in book["cells"]]
    return _ipynb({**book, "cells": cells, "nbformat_minor": 0})


def _with_outputs(book: Notebook) -> dict[str, bytes]:
    picture = {"data": {"image/png": "A" * 200_000}, "metadata": {}, "output_type": "display_data"}
    noise = {"name": "stderr", "output_type": "stream", "text": "RuntimeWarning: overflow\n" * 500}
    cells = [
        {**cell, "outputs": [picture, noise], "execution_count": 99} if cell["cell_type"] == "code" else cell
        for cell in book["cells"]
    ]
    return _ipynb({**book, "cells": cells})


def _encoded(encoding: str, newline: str = "\n") -> Callable[[Notebook], dict[str, bytes]]:
    def made(book: Notebook) -> dict[str, bytes]:
        text = json.dumps(book, indent=1, ensure_ascii=False).replace("\n", newline)
        return {"sheet.ipynb": text.encode(encoding)}

    return made


def _beside(**files: str) -> Callable[[Notebook], dict[str, bytes]]:
    return lambda book: {**_ipynb(book), **{name.replace("__", "."): text.encode() for name, text in files.items()}}


def _zipped(book: Notebook) -> dict[str, bytes]:
    return {f"zip:{name}": data for name, data in _ipynb(book).items()}


def _zipped_deep(book: Notebook) -> dict[str, bytes]:
    extra = {"zip:__MACOSX/._sheet.ipynb": b"\x00\x05", "zip:homework/.ipynb_checkpoints/sheet-checkpoint.ipynb": b"{}"}
    return {f"zip:homework/{name}": data for name, data in _ipynb(book).items()} | extra


def _commented(book: Notebook) -> dict[str, bytes]:
    """Put a thousand lines of nothing before the answers."""
    return _with("# notes\n" * 1000, "'''" + "x" * 20_000 + "'''")(book)


NOISE = {
    "magics": ("%matplotlib inline\n%load_ext autoreload\n%autoreload 2\nimport numpy as np", "!pip install numpy"),
    "cell magics": ("%%bash\nrm -rf ~", "%%html\n<b>hello</b>", "%%time\nnumber = sum(range(10))"),
    "help and shell lines": ("np.exp?", "files = !ls", "?np.log"),
    "print to stderr": (
        "import sys\nprint('warning!', file=sys.stderr)\nimport warnings\nwarnings.warn('deprecated')",
    ),
    "a missing data file": ("data = np.load('my_data.npy')\nmean = data.mean()", "table = open('results.csv').read()"),
    "a missing module": ("import frobnicate\nfrom frobnicate.layers import Dense as D\nimport torchlight as tl",),
    "a star import": ("from numpy import *\nfrom math import *",),
    "a question in a cell": ("name = input('Your name? ')\nage = int(input())",),
    "an endless loop in a cell": ("while True:\n    pass",),
    "the end of the process in a cell": ("import sys\nsys.exit(1)", "import os\nos._exit(3)", "quit()"),
    "a training loop": (
        "W = np.random.randn(784, 256)\nfor epoch in range(10**9):\n    W -= 1e-3 * np.tanh(W @ (W.T @ W))",
    ),
    "an error of syntax elsewhere": ("def broken(x:\n    return x", "for i in range(3)\n    print(i)"),
    "Python 2 elsewhere": ("print 'hello'\nprint x, y", "raw_input('?')"),
    "an exception elsewhere": ("1/0", "undefined_name + 1", "assert False"),
    "NumPy 1 names": ("z = np.zeros(3, dtype=np.float)\nones = np.ones(3, dtype=np.int)\nt = np.product([1, 2])",),
    "plots": ("plt.plot([1, 2, 3])\nplt.show()\nfig, ax = plt.subplots()\nax.imshow(np.eye(5))",),
    "display and IPython": (
        "from IPython.display import display, HTML\ndisplay(HTML('<b>hi</b>'))\nget_ipython().system('ls')",
    ),
    "own tests": ("assert np.allclose(1.0, 1.0 + 1e-9)", "from scipy.optimize import check_grad"),
    "an async cell": ("import asyncio\nawait asyncio.sleep(0)", "async def nap():\n    await asyncio.sleep(1)"),
    "globals of the same names": ("x = 3\ny = None\nN = 7", "dx, dy = 0.1, 0.2"),
    "a seed": ("np.random.seed(0)\nrng = np.random.default_rng(1)\nnp.seterr(all='raise')",),
    "print options": ("np.set_printoptions(precision=3)\nimport warnings\nwarnings.filterwarnings('error')",),
    "much output": ("for i in range(10**6):\n    print('x' * 100)",),
}
"""Cells of a student's own that stand before the right answers and must not cost anything."""

CIRCUMSTANCES: dict[str, Callable[[Notebook], dict[str, bytes]]] = {
    **{name: _with(*sources) for name, sources in NOISE.items()},
    "an endless loop behind the answers": _with("while True: pass", first=False),
    "format 3": _format_3,
    "format 4.2, lists of lines": _lists_of_lines,
    "no metadata": _without_metadata,
    "outputs of many megabytes": _with_outputs,
    "a byte order mark": _encoded("utf-8-sig"),
    "UTF-16": _encoded("utf-16"),
    "Windows line ends": _encoded("utf-8", "\r\n"),
    "a thousand lines of comments": _commented,
    "a module that shadows random": _beside(random__py="raise RuntimeError('this is not random')\n"),
    "a module that shadows numpy": _beside(numpy__py="raise RuntimeError('this is not numpy')\n"),
    "modules beside it": _beside(helpers__py="def double(x):\n    return 2*x\n", README__txt="see the notebook"),
    "a zip": _zipped,
    "a zip with a folder and leftovers": _zipped_deep,
}


def as_archive(submissions: Sequence[Generated]) -> bytes:
    """Return one zip as Canvas makes it: a file for each student, whose name says who it is."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, one in enumerate(submissions):
            name, data = next(iter(one.files.items()))
            archive.writestr(f"{one.name}_{1000 + number}_{5000 + number}_sheet{Path(name).suffix}", data)
    return buffer.getvalue()
