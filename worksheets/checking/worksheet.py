"""Checks one worksheet: what its questions say, what its solution does, what its students see."""

import json
from collections.abc import Iterator
from pathlib import Path

from checks.verdict import Verdict
from worksheets.building import cache
from worksheets.building.build import Job
from worksheets.building.execution import ExecutionError, NoKernelError, execute
from worksheets.building.files import Progress, seen_by_students
from worksheets.building.leaks import leaks
from worksheets.building.mathml import UnknownLatexError
from worksheets.building.notebook import SOLUTION, notebook
from worksheets.building.running import Playing
from worksheets.checking.code import check_code, code_questions, stages
from worksheets.checking.findings import Checked, Finding, fault, held, undecided
from worksheets.checking.formulas import check_formulas
from worksheets.checking.names import check_names
from worksheets.checking.numbers import check_number
from worksheets.kinds import Question
from worksheets.kinds.choice import ChoiceQuestion
from worksheets.kinds.code import CodeQuestion
from worksheets.kinds.formula import FormulaQuestion
from worksheets.kinds.number import NumberQuestion
from worksheets.sheet import Source, read_source

SLOW = 60.0


def check_job(job: Job, progress: Progress) -> Checked:
    """Check a worksheet; the work that is done in parallel. What held for the same source holds still."""
    source = read_source(job.path, student=job.student)
    name = f"check-{cache.name_of(source)}"
    kept = cache.find(name)
    if kept is not None:
        found = json.loads(kept["findings.json"])
        findings = tuple(Finding.from_json(one) for one in found["findings"])
        return Checked(source.name, source.path.name, findings, found["times"])
    checked = check(job.path, student=job.student, progress=progress)
    if checked.status.earns_credit:
        written = {"findings": [finding.to_json() for finding in checked.findings], "times": checked.times}
        cache.keep(name, {"findings.json": json.dumps(written).encode()})
    return checked


def check(path: Path, *, student: str = "", progress: Progress | None = None, run: bool = True) -> Checked:
    """Check a worksheet.

    Parameters
    ----------
    path, student:
        The source, and whose variant.
    progress:
        Called with what is being done, how much is done, and how much there is.
    run:
        Whether to run the solution notebook, too.

    Raises
    ------
    SourceError
        The source cannot be read.
    """
    say = progress or (lambda *_: None)
    source = read_source(path, student=student).resolve()
    solution = notebook(source, SOLUTION)
    cells = sum(cell["cell_type"] == "code" for cell in solution["cells"]) if run else 0
    plain = [question for question in source.questions if not isinstance(question, CodeQuestion)]
    coded = code_questions(source)
    total = len(plain) + cells + len(coded)
    about: dict[str, list[Finding]] = {}
    whole: list[Finding] = []
    # The models run in a process of their own while formulas are proved here and the solution runs in its kernel.
    with Playing(stages(source)) as playing:
        for number, question in enumerate(plain):
            say(question.id, number, total)
            about[question.id] = _findings(question, _about(question))
        times: dict[str, float] = {}
        if run:
            try:
                times = execute(solution, progress=lambda what, n, _: say(what, len(plain) + n, total))
                whole.append(Finding.of("", "the solution runs", held(f"all {len(times)} code cells run"), 1))
                whole += _slow(times)
            except ExecutionError as error:
                line = next((q.common.line for q in source.questions if error.cell.startswith(f"{q.id}-")), 1)
                whole.append(Finding.of("", "the solution runs", fault(str(error)), line))
            except NoKernelError as error:
                whole.append(Finding.of("", "the solution runs", fault(str(error)), 1))
        say("model solutions", len(plain) + cells, total)
        results = playing.results()
    for number, (question, played) in enumerate(zip(coded, results, strict=True)):
        say(question.id, len(plain) + cells + number, total)
        about[question.id] = _findings(question, check_code(question, played))
    whole += check_names(source)
    whole += _leaks(source)
    findings = [finding for question in source.questions for finding in about[question.id]]
    return Checked(source.name, source.path.name, (*findings, *whole), times)


def _findings(question: Question, found: Iterator[tuple[str, Verdict]]) -> list[Finding]:
    return [Finding.of(question.id, what, verdict, question.common.line) for what, verdict in found]


def _about(question: Question) -> Iterator[tuple[str, Verdict]]:
    if isinstance(question, FormulaQuestion):
        yield from check_formulas(question)
    elif isinstance(question, NumberQuestion):
        yield from check_number(question)
    elif isinstance(question, ChoiceQuestion):
        yield "the choice", held(f"{len(question.right)} of {len(question.options)} options are right")
    else:
        yield "the question", held("a person grades it; its rubric adds up")


def _slow(times: dict[str, float]) -> Iterator[Finding]:
    for cell, seconds in times.items():
        if seconds > SLOW:
            open_one = undecided(f"the cell takes {seconds:.0f} s; a student waits as long")
            yield Finding.of("", f"time of {cell}", open_one, 1)


def _leaks(source: Source) -> list[Finding]:
    what = "students' files"
    try:
        texts = seen_by_students(source)
    except UnknownLatexError as error:
        return [Finding.of("", what, fault(f"the page cannot be made: {error}; write it with commands of amsmath"), 1)]
    found = leaks(source, texts)
    if not found:
        return [Finding.of("", what, held("no answer stands in the student notebook or on the student's page"), 1)]
    lines = {question.id: question.common.line for question in source.questions}
    return [
        Finding.of(question, what, fault(f"the answer {answer!r} stands in {place}"), lines[question])
        for question, place, answer in found
    ]
