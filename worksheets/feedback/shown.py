"""A verdict as a student reads it: HTML where a notebook shows it, plain text elsewhere."""

import sys
from dataclasses import dataclass
from html import escape
from typing import Any

from checks.verdict import Attempt, Comparison, Counterexample, Enclosure, Misreading, Status, Verdict

_LOOK = {
    Status.PROVED: ("Right", "#1c7c4a"),
    Status.AGREES: ("Right", "#1c7c4a"),
    Status.REFUTED: ("Not right", "#c0303b"),
    Status.UNREADABLE: ("Cannot be read", "#a06a00"),
    Status.UNDECIDED: ("Not decided", "#a06a00"),
    Status.FAULT: ("Our fault", "#6a4fb0"),
}
_TABLE = "border-collapse:collapse;margin:.3em 0 0;border:0;background:none"
_ROW = "background:none;border:0"  # notebooks give rows stripes
_NAME = "text-align:left;font-weight:normal;opacity:.7;padding:0 1em 0 0;border:0;vertical-align:top"
_VALUE = "text-align:left;padding:0;border:0;font-family:monospace;white-space:pre-wrap;overflow-wrap:anywhere"
NARROW = 1e-4
"""An interval that is narrower than this times its place is shown as a number."""
_strict = False


@dataclass(frozen=True, kw_only=True)
class ShownVerdict(Verdict):
    """A verdict with a face.

    Attributes
    ----------
    title:
        What was judged.
    picture:
        An SVG, "" for none.
    open:
        Whether there was no answer yet: then nothing is right or wrong.
    sides:
        What the two values of a counterexample are; () where they are not for students.
    """

    title: str = ""
    picture: str = ""
    open: bool = False
    sides: tuple[str, ...] = ("yours", "right")

    def __repr__(self) -> str:
        return plain(self)

    def _repr_html_(self) -> str:
        return html(self)

    def _ipython_display_(self) -> None:
        """Show the verdict, unless it is the last line of the cell in which it was shown already."""
        if vars(self).pop("_shown_in", None) != _cell():
            _show(self)


def be_strict(on: bool = True) -> None:
    """Let answers that are missing, wrong or unreadable raise an AssertionError, so that nbgrader and otter see it.

    What could not be decided raises nothing where a test behind it decides: it may be right.
    """
    global _strict  # noqa: PLW0603 - a switch of the notebook
    _strict = on


def shown(
    verdict: Verdict,
    title: str,
    *,
    picture: str = "",
    open_answer: bool = False,
    lenient: bool = False,
    last_word: bool = False,
    sides: tuple[str, ...] = ("yours", "right"),
) -> ShownVerdict:
    """Return a verdict with its face; when strict, raise where an answer is missing, refuted or unreadable.

    Parameters
    ----------
    verdict, title, picture, sides:
        As in `ShownVerdict`.
    open_answer:
        Whether there is no answer yet.
    lenient:
        Whether a person grades the answer: then nothing raises.
    last_word:
        Whether no other test follows: then whatever is not seen to be right raises, as it would earn all points.

    Raises
    ------
    AssertionError
        The switch is strict, and one of these holds.
    """
    found = ShownVerdict(
        status=verdict.status,
        reason=verdict.reason,
        evidence=verdict.evidence,
        mistake=verdict.mistake,
        title=title,
        picture=picture,
        open=open_answer,
        sides=sides,
    )
    failed = open_answer or verdict.status in (Status.REFUTED, Status.UNREADABLE)
    if _strict and not lenient and (failed or (last_word and verdict.status.earns_credit is not True)):
        raise AssertionError(plain(found))
    if _cell() is not None:
        # A notebook shows the last line of a cell alone: a wrong answer above it would not be seen.
        _show(found)
        vars(found)["_shown_in"] = _cell()
    return found


def _cell() -> int | None:
    """Return the number of the cell that runs; None outside of a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return None if shell is None else int(shell.execution_count)


def _show(verdict: ShownVerdict) -> None:
    from IPython.display import display

    display({"text/html": html(verdict), "text/plain": plain(verdict)}, raw=True)  # type: ignore[no-untyped-call]


def unanswered(title: str, reason: str, *, lenient: bool = False) -> ShownVerdict:
    """Return that there is nothing to judge yet."""
    verdict = Verdict(status=Status.UNDECIDED, reason=reason, evidence=Attempt(tried=("looked for an answer",)))
    return shown(verdict, title, open_answer=True, lenient=lenient)


def word(verdict: Verdict) -> str:
    """Return the status in a student's words."""
    return "No answer yet" if getattr(verdict, "open", False) else _LOOK[verdict.status][0]


def plain(verdict: Verdict) -> str:
    """Return a verdict as plain text."""
    title = getattr(verdict, "title", "")
    lines = [f"{f'{title}: ' if title else ''}{word(verdict)}. {verdict.reason}"]
    rows = facts(verdict)
    # A caret stands below its character.
    wide = len(rows[0][0]) if rows and not rows[-1][0] else 0
    lines += [f"  {f'{name}:' if name else ' ':{wide + 1}} {value}" for name, value in rows]
    return "\n".join(lines)


def facts(verdict: Verdict) -> list[tuple[str, str]]:
    """Return what carries a verdict, as names and values; what its sentence says already is left out."""
    evidence = verdict.evidence
    if isinstance(evidence, Counterexample):
        sides = getattr(verdict, "sides", ("left", "right"))
        point = [
            (f"at {name}", _short(value))
            for name, value in evidence.point.items()
            if f"{name} = {value}" not in verdict.reason
        ]
        return [*point, *zip(sides, _values(evidence), strict=True)] if sides else []
    if isinstance(evidence, Comparison):
        return [("compared", f"{evidence.compared} numbers"), ("largest error", f"{evidence.max_error:.1e}")]
    if isinstance(evidence, Misreading) and evidence.text:
        return [("read", evidence.text), ("", " " * evidence.column + "^")]
    return []


def _short(value: str) -> str:
    """Return a float that was written with all its digits with six of them; what is exact stays."""
    try:
        return f"{float(value):.6g}" if len(value) > 12 else value
    except ValueError:
        return value


def _values(evidence: Counterexample) -> tuple[str, str]:
    """Return both values in as few digits as tell them apart; words stay words."""
    sides = (evidence.left, evidence.right)
    if not all(_is_number(side) for side in sides):
        return evidence.left.text, evidence.right.text
    middles = [(side.low + side.high) / 2 for side in sides]
    for digits in (6, 9, 12, 15):
        texts = [f"{middle:.{digits}g}" for middle in middles]
        if texts[0] != texts[1]:
            return texts[0], texts[1]
    return evidence.left.text, evidence.right.text


def _is_number(side: Enclosure) -> bool:
    """Tell whether a side is shown as a number: it is one, or an estimate between two that are as good as equal."""
    if side.kind == "estimated":
        return side.high - side.low <= NARROW * max(abs(side.low), abs(side.high), NARROW)
    return side.text.strip("[]( ").lstrip("-+")[:1].isdigit()


def html(verdict: Verdict) -> str:
    """Return a verdict as HTML that needs no style sheet, no script and no network."""
    _, colour = ("", "#70757d") if getattr(verdict, "open", False) else _LOOK[verdict.status]
    title = getattr(verdict, "title", "")
    head = f'<strong style="color:{colour}">{escape(word(verdict))}</strong>'
    head += f' <span style="opacity:.7">{escape(title)}</span>' if title else ""
    rows = "".join(
        f'<tr style="{_ROW}"><th scope="row" style="{_NAME}">{escape(name)}</th>'
        f'<td style="{_VALUE}">{escape(value)}</td></tr>'
        for name, value in facts(verdict)
    )
    table = f'<table style="{_TABLE}">{rows}</table>' if rows else ""
    picture = getattr(verdict, "picture", "")
    return (
        f'<div role="status" class="gradproof-verdict" data-status="{verdict.status}" '
        f'style="border-left:4px solid {colour};padding:.3em 0 .3em .9em;margin:.3em 0;line-height:1.45">'
        f"{head}<div>{escape(verdict.reason)}</div>{table}{picture}</div>"
    )


def named(function: Any) -> str:
    """Return the name of a student's function."""
    return str(getattr(function, "__name__", type(function).__name__))
