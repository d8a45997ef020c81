"""Judges the code of a submission in players: for each question the part of it that the question needs, and no more."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from checks.submissions.files import Submission
from checks.submissions.grading.effects import names_read
from checks.submissions.grading.fingerprints import fingerprint_of
from checks.submissions.grading.locate import Located, wanted_names
from checks.submissions.grading.outcome import PartOutcome
from checks.submissions.grading.relevant import Outline, Part
from checks.submissions.judging import CodeJudgement, CodeQuestion, Model, judge_code
from checks.submissions.player.cells import Cell
from checks.submissions.player.container import Limits
from checks.submissions.sandbox import PRELOADED, Loaded, Player, PlayerGoneError, Sandbox

DEFINITIONS, NEEDED, ALL = "definitions", "needed", "all"
RUNS = (DEFINITIONS, NEEDED, ALL)

CODE_LIMITS = Limits(wall_seconds=120, cpu_seconds=60)
OUR_ROLES = frozenset({"check"})


@dataclass(frozen=True)
class Settings:
    """How code is run.

    Attributes
    ----------
    run:
        `definitions`: nothing but definitions is run, and questions about variables are left to a person; `needed`: for
        those questions the statements are run that the variables need; `all`: the whole notebook is.
    cell_seconds:
        How long one statement of a cell may take.
    call_seconds:
        How long one call of a function may take.
    """

    run: str = NEEDED
    cell_seconds: float = 60.0
    call_seconds: float = 10.0

    def __post_init__(self) -> None:
        if self.run not in RUNS:
            raise ValueError(f"'run' is {self.run!r}; it may be {', '.join(RUNS)}")

    @property
    def run_limits(self) -> Limits:
        """What a player may use that runs cells."""
        return Limits(wall_seconds=max(600.0, 10 * self.cell_seconds), cpu_seconds=600, memory_bytes=4 * 2**30)


@dataclass(frozen=True)
class Judged:
    """What came of the code for a question.

    Attributes
    ----------
    parts:
        The outcome of each thing that was asked for.
    earned, open:
        Shares of the points.
    reason, finding, notes:
        In a sentence, in a word, and what else is worth saying.
    """

    parts: tuple[PartOutcome, ...]
    earned: float
    open: float
    reason: str
    finding: str = ""
    notes: tuple[str, ...] = ()

    @classmethod
    def of_one(cls, status: str, reason: str, finding: str = "") -> "Judged":
        """Return what is said where nothing could be judged."""
        left = 1.0 if status in ("undecided", "fault") else 0.0
        part = PartOutcome(name="", status=status, reason=reason, finding=finding, open=left)
        return cls((part,), 0.0, left, reason, finding)

    @classmethod
    def of_json(cls, found: Mapping[str, Any]) -> "Judged":
        """Return what `vars` and JSON made of one."""
        parts = tuple(PartOutcome(**part) for part in found["parts"])
        return cls(**{**found, "parts": parts, "notes": tuple(found["notes"])})


@dataclass
class Ran:
    """How cells ran: what failed, in words, and the names that there are."""

    failed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Programs:
    """Judges code.

    Parameters
    ----------
    key:
        Of the worksheet.
    sandbox:
        From which players are forked.
    model:
        What is right.
    settings:
        How code is run.
    """

    def __init__(self, key: Mapping[str, Any], sandbox: Sandbox, model: Model, settings: Settings) -> None:
        self._sandbox, self._model, self.settings = sandbox, model, settings
        self._questions = {
            one["id"]: CodeQuestion.of_key(key, one["id"]) for one in key["questions"] if one["kind"] == "code"
        }

    def part(self, question: Mapping[str, Any], located: Located, outline: Outline) -> Part:
        """Return what has to be run for a question."""
        names = [located.names.get(name, name) for name in wanted_names(question)]
        outline = outline.until(located.until) if located.until else outline
        if question["kind"] == "code":
            names += [name for probe in question["probes"] for name in _outside(probe, question)]
        if self.settings.run == ALL:
            return outline.part(names, steps=True, everything=True)
        steps = self.settings.run == NEEDED and (
            question["kind"] != "code" or self._questions[question["id"]].needs_run
        )
        part = outline.part(names, steps=steps)
        return outline.part(names, steps=steps, everything=True) if part.is_open else part

    def fingerprint(self, question: Mapping[str, Any], located: Located, part: Part, submission: Submission) -> str:
        """Return a hash of all that the judgement of an answer rests on, besides the question."""
        siblings = submission.siblings if part.modules & set(submission.siblings) else {}
        return fingerprint_of(question["id"], part.fingerprint, dict(located.names), siblings)

    def judge(self, question: Mapping[str, Any], located: Located, part: Part, submission: Submission) -> Judged:
        """Judge the code for a question in a player of its own."""
        asked = self._questions[question["id"]]
        if asked.needs_run and self.settings.run == DEFINITIONS:
            return Judged.of_one(
                "undecided", "It is about variables, and no cells were run; a person decides.", "not run"
            )
        runs = part.runs or asked.needs_run
        try:
            with self._sandbox.player(self.settings.run_limits if runs else CODE_LIMITS) as player:
                loaded = self._loaded(player, part, submission, runs=runs)
                judgement = judge_code(
                    asked, self._model, player, loaded, located.names, seconds=self.settings.call_seconds
                )
        except PlayerGoneError as error:
            return _gone(error)
        return _judged(judgement, asked, loaded)

    def value(self, name: str, part: Part, submission: Submission) -> tuple[Any, str]:
        """Return the value that a variable has after what it needs was run, and why there is none."""
        accessor = Cell("gradproof", f"def gradproof_value():\n    return {name}\n")
        try:
            with self._sandbox.player(self.settings.run_limits) as player:
                loaded = self._loaded(player, part, submission, runs=part.runs)
                player.load([accessor], more=True)
                answer = player.call("gradproof_value", seconds=self.settings.call_seconds)
        except PlayerGoneError as error:
            return None, f"The cells could not be run: {error}."
        if answer.error is None:
            return answer.value, ""
        return None, _why(loaded) or f"{name} has no value: {answer.error[0]}: {answer.error[1]}."

    def whole(self, submission: Submission) -> Ran:
        """Run a whole notebook; return which cells failed, and why."""
        cells = own_cells(submission)
        try:
            with self._sandbox.player(self.settings.run_limits) as player:
                loaded = player.load(
                    cells, siblings=submission.siblings, everything=True, cell_seconds=self.settings.cell_seconds
                )
        except PlayerGoneError as error:
            return Ran([f"the run ended: {error}"])
        return Ran(_failures(loaded), _remarks(loaded))

    def _loaded(self, player: Player, part: Part, submission: Submission, *, runs: bool) -> Loaded:
        return player.load(
            part.cells, siblings=submission.siblings, everything=runs, cell_seconds=self.settings.cell_seconds
        )


def modules_of(key: Mapping[str, Any]) -> list[str]:
    """Return the modules that a worksheet's own code imports: players have them from the start."""
    cells = [Cell(str(number), one["source"]) for number, one in enumerate(key["given"])]
    cells += [Cell(one["id"], one["model"]) for one in key["questions"] if one["kind"] in ("code", "plot")]
    found = set(PRELOADED)
    for one in Outline.of(cells).reading.statements:
        found |= _modules(one.node)
    return sorted(found)


def _modules(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names if alias.name.partition(".")[0] in _LARGE}
    if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] in _LARGE:
        return {node.module}
    return set()


_LARGE = frozenset({"numpy", "scipy", "matplotlib", "sklearn", "pandas", "PIL"})


def own_cells(submission: Submission) -> list[Cell]:
    """Return the code cells without those that only give feedback: they need gradproof, which players do not have."""
    return [
        cell for cell, metadata in zip(submission.code, submission.code_metadata, strict=True) if not _is_ours(metadata)
    ]


def _is_ours(metadata: Mapping[str, Any]) -> bool:
    ours = metadata.get("gradproof")
    return isinstance(ours, dict) and (ours.get("role") in OUR_ROLES or ours.get("cell") == "tools")


def _outside(probe: Mapping[str, Any], question: Mapping[str, Any]) -> Iterable[str]:
    """Return names that an adapter uses and that other cells of the submission define: NumPy, data, earlier answers."""
    return names_read(probe["adapter"]) - set(question["defines"]) if probe["adapter"] else ()


def _gone(error: PlayerGoneError) -> Judged:
    if error.why == "fault":
        return Judged.of_one("fault", f"The code could not be run: {error}.", "our fault")
    words = {"time": "took too long", "forged": "answered something else"}
    return Judged.of_one(
        "undecided",
        f"The code could not be loaded: {error}. A person decides.",
        words.get(error.why, "ended its process"),
    )


def _judged(judgement: CodeJudgement, asked: CodeQuestion, loaded: Loaded) -> Judged:
    claimed = {probe.name for probe in asked.probes if probe.accept}
    parts = []
    for one in judgement.parts:
        found = one.verdict.to_json()
        credit = one.verdict.status.earns_credit
        parts.append(
            PartOutcome(
                name=one.name,
                status=found["status"],
                reason=found["reason"],
                mistake=found["mistake"],
                finding="" if str(one.kind) == "right" else str(one.kind),
                weight=one.weight,
                earned=one.weight if credit else 0.0,
                open=one.weight if credit is None else 0.0,
                evidence=found["evidence"],
                claimed=one.name.partition(":")[0] in claimed,
            )
        )
    notes = [note.sentence for note in judgement.notes]
    if not judgement.status.earns_credit and (why := _why(loaded)):
        notes.append(why)
    finding = "" if str(judgement.kind) == "right" else str(judgement.kind)
    return Judged(tuple(parts), judgement.earned, judgement.open, judgement.reason, finding, tuple(notes))


def _why(loaded: Loaded) -> str:
    failed = _failures(loaded)
    return f"{failed[0][:1].upper()}{failed[0][1:]}." if failed else ""


def _failures(loaded: Loaded) -> list[str]:
    failed = [f"{cell}, line {line}, cannot be read: {reason.rstrip('.')}" for cell, line, reason in loaded.unread]
    for cell, line, kind, text in loaded.failed:
        if "gradproof" in text and kind == "ModuleNotFoundError":
            continue
        words = " ".join(text.split())
        failed.append(f"{cell}, line {line}, failed with {kind}{f': {words}' if words else ''}"[:300].rstrip("."))
    return failed


def _remarks(loaded: Loaded) -> list[str]:
    found = []
    missing = sorted({name.partition(".")[0] for name in loaded.missing} - {"gradproof"})
    if missing:
        found.append(f"not installed where submissions are run: {', '.join(missing)}")
    if loaded.shadowed:
        found.append(f"named like modules of Python, which were used: {', '.join(loaded.shadowed)}")
    return found
