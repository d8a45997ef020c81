"""Questions that are answered by choosing."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from worksheets.kinds.question import Cell, Common, Question, one_body
from worksheets.source.blocks import Block
from worksheets.source.options import Options
from worksheets.source.problems import Report

LETTERS = "abcdefghijkl"
_OPTION = re.compile(r"- \[(?P<mark>[ xX])\] (?P<text>.*(?:\n(?!- \[).*)*)")


@dataclass(frozen=True)
class Option:
    """An option, whether it is right, and why."""

    text: str
    right: bool
    why: str


@dataclass
class ChoiceQuestion(Question):
    """One or several of some options, named by letters in a code cell."""

    options: tuple[Option, ...] = ()
    variable: str = ""

    BLOCKS: ClassVar[tuple[str, ...]] = ("choices",)

    @classmethod
    def read(cls, common: Common, options: Options, blocks: Sequence[Block], report: Report) -> "ChoiceQuestion":
        what = f"the question '{common.id}'"
        block = one_body(blocks, "choices", report)
        shuffle = options.yes("shuffle")
        variable = options.text("variable") or common.id.replace("-", "_")
        if not variable.isidentifier():
            report.add(
                options.line_of("variable"), f"{variable!r} is no name of a variable", "use letters, digits and _"
            )
        choices = [_option(found) for found in _OPTION.finditer(block.body)] if block is not None else []
        line = block.line if block is not None else common.line
        if len(choices) < 2 or len(choices) > len(LETTERS):
            report.add(
                line,
                f"{what} has {len(choices)} choices",
                "write '- [ ] wrong' and '- [x] right' in {choices}, 2 to 12 of them",
            )
        elif not any(choice.right for choice in choices):
            report.add(line, f"no choice of {what} is right", "mark it with '- [x]'")
        if shuffle:
            random.Random(f"{common.id}").shuffle(choices)  # noqa: S311 - an order, not a secret
        return cls(common, options=tuple(choices), variable=variable)

    @property
    def right(self) -> tuple[str, ...]:
        """The letters of the right options."""
        return tuple(letter for letter, option in zip(LETTERS, self.options, strict=False) if option.right)

    @property
    def _several(self) -> bool:
        return len(self.right) > 1

    def _list(self, *, solved: bool) -> str:
        lines = []
        for letter, option in zip(LETTERS, self.options, strict=False):
            mark = (" ✓" if option.right else "") if solved else ""
            why = f" — *{option.why}*" if solved and option.why else ""
            lines.append(f"- **{letter})** {option.text}{why}{mark}")
        return "\n".join(lines)

    def question_cell(self) -> Cell:
        asked = super().question_cell()
        return self.cell("question", f"{asked.source}\n\n{self._list(solved=False)}", role="question")

    def student(self) -> list[Cell]:
        how = 'the letters, such as "ac"' if self._several else 'one letter, such as "a"'
        code = f"{self.variable} = ...  # {how}"
        released = f'{code}\n### BEGIN SOLUTION\n{self.variable} = "{"".join(self.right)}"\n### END SOLUTION'
        return [self.cell("answer", code, role="answer", code=True, released=released), *self._checked()]

    def _checked(self) -> list[Cell]:
        from worksheets.sealing import sealed_choice

        lines = []
        if self.common.feedback:
            seal = sealed_choice(self.id, self.right)
            lines = [f'feedback.choice("{self.id}", {self.variable}, seal="{seal}")']
        letters = f'{{letter for letter in "".join(map(str, {self.variable})).lower() if letter.isalpha()}}'
        hidden = f"assert {letters} == set({''.join(self.right)!r})"
        return self.check_cell(lines, points=self.common.points, hidden=hidden)

    def solution(self) -> list[Cell]:
        text = f"**Answer: {', '.join(self.right)}**\n\n{self._list(solved=True)}"
        code = self.cell("answer", f'{self.variable} = "{"".join(self.right)}"', role="solution", code=True)
        return [
            self.cell("model", text, role="solution"),
            *self.explanation_cells(),
            code,
            *(self._checked() if self.common.feedback else []),
        ]

    def key(self) -> dict[str, Any]:
        letters = LETTERS[: len(self.options)]
        return {
            "variable": self.variable,
            "options": dict(zip(letters, (option.text for option in self.options), strict=True)),
            "right": list(self.right),
            "why": dict(zip(letters, (option.why for option in self.options), strict=True)),
        }

    def answers(self) -> Iterator[str]:
        yield f'{self.variable} = "{"".join(self.right)}"'
        for option in self.options:
            if len(option.why) > 12:
                yield option.why


def _option(found: "re.Match[str]") -> Option:
    text, _, why = " ".join(found["text"].split()).partition(" :: ")
    return Option(text, found["mark"] in "xX", why)
