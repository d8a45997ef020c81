"""`gradproof derive`: a derivation, step by step."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gradproof.cli.output import BadInputError, print_json

if TYPE_CHECKING:
    from derive.derivation import Derivation
    from derive.entry import Entry


class Format(StrEnum):
    """How a derivation is written."""

    TEXT = "text"
    LATEX = "latex"
    MATHML = "mathml"
    NUMPY = "numpy"
    JSON = "json"


def command(
    entry: Annotated[str, typer.Argument(help="The name of a catalogue entry, such as sigmoid.")],
    wrt: Annotated[str | None, typer.Option(help="Only the derivative by this variable.")] = None,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object; the same as --format json.")] = False,
) -> int:
    """Show how the derivatives of a catalogue entry are derived, one named rule at a time."""
    from derive import catalogue

    try:
        chosen = catalogue.load(entry)
    except catalogue.UnknownEntryError as error:
        raise BadInputError(str(error)) from error
    if wrt is not None and wrt not in chosen.targets:
        raise BadInputError(f"{chosen.name} is not differentiated by {wrt!r}; choose from {', '.join(chosen.targets)}.")
    chains = [chosen.derivation(name) for name in chosen.targets if wrt in (None, name)]
    if as_json or form is Format.JSON:
        print_json(_as_json(chosen, chains))
    elif form is Format.NUMPY:
        _print_numpy(chosen, chains)
    else:
        _print_written(chosen, chains, form)
    return 0


def _print_written(entry: "Entry", chains: "list[Derivation]", form: Format) -> None:
    from derive import rendering

    write = {
        Format.TEXT: rendering.derivation_text,
        Format.LATEX: rendering.derivation_latex,
        Format.MATHML: rendering.derivation_mathml,
    }[form]
    print("\n\n".join(write(entry, chain).rstrip() for chain in chains))


def _print_numpy(entry: "Entry", chains: "list[Derivation]") -> None:
    if not entry.compilable:
        raise BadInputError(f"{entry.name} holds an unspecified function and has no NumPy code; try neuron_sigmoid.")
    codes = [entry.compiled_value, *(entry.compiled_gradient[chain.name] for chain in chains)]
    print("\n\n".join(dict.fromkeys(code.source.rstrip() for code in codes)))


def _as_json(entry: "Entry", chains: "list[Derivation]") -> dict[str, Any]:
    from importlib.metadata import version

    from checks.derivations import check_steps
    from derive import rendering

    verdict = check_steps(entry)
    return {
        "status": str(verdict.status),
        "reason": verdict.reason,
        "gradproof": version("gradproof"),
        "entry": entry.name,
        "title": entry.title,
        "derivations": [{"wrt": chain.name, "steps": rendering.derivation_json(entry, chain)} for chain in chains],
    }
