"""What is wrong with a source: the line, a sentence, and what to do; several at once."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

SHOWN = 50


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a source.

    Attributes
    ----------
    file:
        The file, as it was named.
    line:
        The line, counted from 1.
    message:
        What is wrong.
    remedy:
        What to do about it.
    """

    file: str
    line: int
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}; {self.remedy}"

    def to_json(self) -> dict[str, str | int]:
        """Return `{file, line, message, remedy}`."""
        return {"file": self.file, "line": self.line, "message": self.message, "remedy": self.remedy}


class SourceError(ValueError):
    """A source cannot be used; `problems` holds every mistake that was found, in the order of the lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass
class Report:
    """Collects problems, so that an author sees all of them and not the first alone."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def add(self, line: int, message: str, remedy: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(self.file, line, " ".join(message.split()), " ".join(remedy.split())))

    def within(self, file: str) -> "Report":
        """Return a report on an included file that adds to the same list."""
        return Report(file, self.problems)

    def finish(self) -> None:
        """Raise what was noted.

        Raises
        ------
        SourceError
            There is at least one problem.
        """
        if self.problems:
            raise SourceError(self.problems)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a remedy: the nearest known words, or all of them."""
    known = list(known)
    near = difflib.get_close_matches(word, known, n=2, cutoff=0.5)
    if near:
        return f"did you mean {' or '.join(repr(name) for name in near)}?"
    return f"known here: {', '.join(known[:SHOWN])}"
