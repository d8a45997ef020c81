"""A code question, read from an answer key: what is asked, and how it is asked."""

import ast
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from checks.answers import Probe
from checks.submissions.player.cells import Cell

MODEL_OF = "the model of "
PREFIX = "gradproof_probe"
"""Adapters get names of their own: a student's function of the same name is not overwritten."""


@dataclass(frozen=True)
class Asked:
    """A function that is asked for: its name, its arguments, and the variable of the derivative that it is (or "")."""

    name: str
    arguments: tuple[str, ...]
    by: str = ""


@dataclass(frozen=True)
class CodeQuestion:
    """What an answer key says of a code question.

    Attributes
    ----------
    id, points:
        Which one, and what it is worth.
    probes:
        What is called, with which inputs.
    asked:
        The functions whose formula is known.
    of:
        That formula: `{"entry": name}` or `{"formula": text, "given": [...]}`; None if none is known.
    names:
        Names of the entry, and what the signature calls them.
    defines:
        What the model solution defines.
    conventions:
        Those that the question prescribes, such as `{"batch": "rows"}`.
    model:
        The model solution.
    before:
        What the notebook runs before it: given code, and the model solutions of earlier questions.
    wrong:
        Wrong answers (whole cells) that the author planted, each with the name of its mistake.
    costs:
        What a finding costs that leaves the values right, as a part of the points: `{"changes its inputs": 0.25}`.
        What is not in it costs nothing, except a convention that the question prescribes.
    """

    id: str
    points: float
    probes: tuple[Probe, ...]
    asked: tuple[Asked, ...] = ()
    of: Mapping[str, Any] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    defines: tuple[str, ...] = ()
    conventions: Mapping[str, str] = field(default_factory=dict)
    model: str = ""
    before: tuple[Cell, ...] = ()
    wrong: tuple[tuple[str, str], ...] = ()
    costs: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of_key(cls, key: Mapping[str, Any], name: str) -> "CodeQuestion":
        """Return the question of a key (the object of `key.json`).

        Raises
        ------
        ValueError
            There is no such question, or it is none of code.
        """
        questions = list(key["questions"])
        place = next((number for number, one in enumerate(questions) if one["id"] == name), None)
        if place is None or questions[place]["kind"] != "code":
            raise ValueError(f"the key of {key.get('worksheet')!r} has no code question {name!r}")
        order = {one["id"]: number for number, one in enumerate(questions)}
        cells = []
        for number, one in enumerate(questions[: place + 1]):
            cells += [
                Cell(given["cell"], given["source"])
                for given in key["given"]
                if _stands_before(given, number, order, len(questions))
            ]
            if number < place and one["kind"] == "code":
                cells.append(Cell(f"{MODEL_OF}{one['id']}", one["model"]))
        return cls.of_part(questions[place], tuple(cells))

    @classmethod
    def of_part(cls, part: Mapping[str, Any], before: tuple[Cell, ...] = ()) -> "CodeQuestion":
        """Return the question of its part of a key."""
        return cls(
            id=part["id"],
            points=float(part["points"]),
            probes=tuple(Probe.from_json(one) for one in part["probes"]),
            asked=tuple(
                Asked(
                    one["name"],
                    tuple(one["arguments"]),
                    one["role"].removeprefix("derivative by ") if one["role"] != "value" else "",
                )
                for one in part["functions"]
            ),
            of=part["of"],
            names=dict(part["names"]),
            defines=tuple(part["defines"]),
            conventions=dict(part["conventions"]),
            model=part["model"],
            before=before,
            wrong=tuple((one["source"], one["mistake"]) for one in part["wrong"]),
            costs=dict(part.get("costs", {})),
        )

    def earlier(self, keep: Collection[str] = ()) -> list[Cell]:
        """Return the functions and classes of the model solutions of earlier questions.

        Parameters
        ----------
        keep:
            Names that the answer to this question uses for itself: neither these nor what the question asks for are
            among what is returned.
        """
        own = {*self.defines, *keep}
        found = []
        for cell in self.before:
            if not cell.name.startswith(MODEL_OF):
                continue
            body: list[ast.stmt] = [
                node
                for node in ast.parse(cell.source).body
                if isinstance(node, ast.Import | ast.ImportFrom)
                or (isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name not in own)
            ]
            if any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in body):
                found.append(Cell(cell.name, ast.unparse(ast.Module(body, []))))
        return found

    @property
    def needs_run(self) -> bool:
        """Whether a probe looks at variables, so that the cells of the answer have to be run."""
        return any(probe.state for probe in self.probes)

    def called(self, probe: Probe) -> str:
        """Return the name under which a probe is called in a player."""
        return _own_name(self.id, probe) if probe.adapter else probe.name

    def adapters(self, names: Mapping[str, str] | None = None) -> list[Cell]:
        """Return cells to load behind a submission: the adapters, and other names for what was found.

        Parameters
        ----------
        names:
            For each name that is asked for, the one under which the submission has it, where that is another one.
        """
        renamed = [
            Cell(f"name of {asked}", f"{asked} = {found}")
            for asked, found in (names or {}).items()
            if asked != found and asked.isidentifier() and found.isidentifier()
        ]
        return renamed + [
            Cell(f"{PREFIX} {probe.name}", _renamed(probe.adapter, probe.name, _own_name(self.id, probe)))
            for probe in self.probes
            if probe.adapter
        ]

    def value_of(self, asked: Asked) -> Asked | None:
        """Return the function of which one that is asked for is the derivative, if that is asked for, too."""
        return next((one for one in self.asked if not one.by and one.arguments == asked.arguments), None)

    def place_of(self, asked: Asked) -> int:
        """Return the place of the argument by which a derivative is taken."""
        return asked.arguments.index(self.names.get(asked.by, asked.by))

    def wanted_by(self, probe: Probe) -> tuple[str, ...]:
        """Return the names of this question that a probe uses."""
        if not probe.adapter:
            return (probe.name,)
        used = _names_from_outside(probe.adapter)
        return tuple(name for name in self.defines if name in used)


def _stands_before(given: Mapping[str, Any], number: int, order: Mapping[str, int], count: int) -> bool:
    """Tell whether a given cell stands right before a question; in a key without places, all are before the first."""
    if "before" not in given:
        return number == 0
    return order.get(given["before"], count) == number


def _own_name(question: str, probe: Probe) -> str:
    return f"{PREFIX}_{re.sub(r'[^A-Za-z0-9]', '_', question)}_{probe.name}"


@cache
def _names_from_outside(source: str) -> frozenset[str]:
    """Return the names that an adapter uses and does not set."""
    tree = ast.parse(source)
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    own = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    own |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return frozenset({node.id for node in names} - own)


@cache
def _renamed(source: str, name: str, new: str) -> str:
    """Return the source of an adapter with its function under another name; inside, the name is the student's."""
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            node.name = new
    return ast.unparse(tree)
