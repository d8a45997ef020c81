"""Whether the points of a worksheet and of its sections are those of their questions."""

from worksheets.sheet.content import Source
from worksheets.source.problems import Report


def add_up(found: Source, points_line: int, report: Report) -> None:
    """Note where points do not add up: those of the front matter, and those of the sections."""
    if not found.questions:
        report.add(1, "the worksheet asks no question", "add a {question} directive")
    if found.questions and found.points != found.counted:
        report.add(
            points_line,
            f"the front matter says {found.points:g} points, the questions have {found.counted:g}",
            "make them equal; bonus questions do not count",
        )
    for section in found.sections:
        if section.points is None or not section.number:
            continue
        inside_it = [
            q
            for q in found.questions
            if (q.common.section == section.number or q.common.section.startswith(f"{section.number}."))
            and not q.common.bonus
        ]
        total = sum(question.common.points for question in inside_it)
        if total != section.points:
            report.within(section.file).add(
                section.line,
                f"section {section.number} says {section.points:g} points, its questions have {total:g}",
                "make them equal; bonus questions do not count",
            )
