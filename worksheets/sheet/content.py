"""A worksheet that was read: sections, prose, given code, questions."""

from dataclasses import dataclass, field
from pathlib import Path

from worksheets.kinds import Cell, Question
from worksheets.source.parameters import Drawn, Parameter
from worksheets.source.problems import Report

IMAGES = {".png": "image/png", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Section:
    """A heading with points: its number, its title, what it claims, and its line."""

    number: str
    title: str
    points: float | None
    line: int
    file: str


@dataclass
class Source:
    """A worksheet that was read.

    Attributes
    ----------
    name, title, path:
        What it is called and where it stands.
    points, seed:
        The points that it claims in all, without bonus; the seed of its parameters.
    about:
        The other words of the front matter: `course`, `summary`, `author`.
    parameters, student, values:
        What differs from student to student, whose worksheet this is ("" for everybody's), and the values drawn.
    items:
        Cells of prose and given code, and questions, in order.
    sections:
        The headings, in order.
    images:
        The bytes of each image that the prose shows, by its name.
    files:
        Every file that was read, for the cache.
    """

    name: str
    title: str
    path: Path
    points: float
    seed: int
    about: dict[str, str]
    parameters: tuple[Parameter, ...]
    student: str
    values: dict[str, Drawn]
    items: list[Cell | Question] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    images: dict[str, bytes] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions in order."""
        return tuple(item for item in self.items if isinstance(item, Question))

    @property
    def counted(self) -> float:
        """The sum of the points of all questions that are no bonus."""
        return sum(question.common.points for question in self.questions if not question.common.bonus)

    @property
    def bonus(self) -> float:
        """The sum of the points of the bonus questions."""
        return sum(question.common.points for question in self.questions if question.common.bonus)

    def resolve(self) -> "Source":
        """Derive what follows from each question.

        Raises
        ------
        SourceError
            A function cannot be read or derived.
        """
        report = Report(self.path.name)
        for question in self.questions:
            own = Report(question.common.file)
            if not question.resolved:
                question.resolve(own)
            report.problems += own.problems
        report.finish()
        return self
