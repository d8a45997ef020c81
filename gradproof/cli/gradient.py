"""`gradproof gradient`: whether a hand-written gradient is right."""

import secrets
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from gradproof.cli.output import BadInputError, console, exit_code, print_json

if TYPE_CHECKING:
    from checks.submissions.gradient import Judgement


class Isolation(StrEnum):
    """How the files' code is kept from doing harm."""

    NAMESPACES = "namespaces"
    LIMITS = "limits"


def command(
    function: Annotated[str, typer.Argument(help="FILE:NAME or FILE:Class.method, a .py or an .ipynb.")],
    gradient: Annotated[str, typer.Option("--grad", help="The hand-written gradient, FILE:NAME.")],
    arg: Annotated[list[str] | None, typer.Option(help="An argument: x=3x5, 'p=4:(0,1)', 'y=4:{0,1}', 'b=()'.")] = None,
    wrt: Annotated[list[str] | None, typer.Option(help="The argument on trial; all if none.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of the arguments; a new one at each call.")] = None,
    isolation: Annotated[
        Isolation, typer.Option(help="limits: accept limits of time and memory alone.")
    ] = Isolation.NAMESPACES,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Judge a hand-written gradient by differences of its function; the files' code runs in a process of its own."""
    from checks.submissions.drawing import DrawingError, Drawn
    from checks.submissions.gradient import judge_gradient
    from checks.submissions.sandbox import IsolationError, PlayerGoneError
    from checks.submissions.targets import Target, TargetError

    chosen = secrets.randbelow(2**31) if seed is None else seed
    try:
        found = judge_gradient(
            Target.of(function), Target.of(gradient), [Drawn.of(text) for text in arg or ()], wrt or (),
            seed=chosen, isolation=isolation,
        )  # fmt: skip
    except (TargetError, DrawingError, IsolationError, PlayerGoneError) as error:
        raise BadInputError(str(error)) from error
    if as_json:
        print_json(found.to_json())
    else:
        _print(found)
    return exit_code([str(part.verdict.status) for part in found.parts])


def _print(found: "Judgement") -> None:
    screen = console()
    for part in found.parts:
        verdict = part.verdict
        screen.print(f"{verdict.status}: {part.name}: {verdict.reason}", soft_wrap=True, markup=False)
        if verdict.mistake:
            screen.print(f"  mistake: {verdict.mistake}", soft_wrap=True, markup=False)
    for note in found.notes:
        screen.print(f"note: {note}", soft_wrap=True, markup=False)
    if found.parts[0].verdict.reproduce:
        screen.print(f"again: {found.parts[0].verdict.reproduce}", soft_wrap=True, markup=False)
