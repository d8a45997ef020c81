"""`gradproof derive`: a derivation, step by step."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gradproof.cli.output import BadInputError, exit_code, print_json

if TYPE_CHECKING:
    from checks.verdict import Verdict
    from derive.derivation import Derivation
    from derive.entry import Entry
    from derive.typed_function import TypedFunction


class Format(StrEnum):
    """How a derivation is written."""

    TEXT = "text"
    LATEX = "latex"
    MATHML = "mathml"
    NUMPY = "numpy"
    JSON = "json"


def command(
    what: Annotated[
        str, typer.Argument(metavar="ENTRY|FORMULA", help="A catalogue entry, or a formula to differentiate.")
    ],
    wrt: Annotated[str | None, typer.Option(help="Only the derivative by this variable.")] = None,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    given: Annotated[list[str] | None, typer.Option(help="Declare a name of a formula, such as 'a positive'.")] = None,
    prove: Annotated[bool, typer.Option("--prove", help="Write a certificate and let Coq's kernel check it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object; the same as --format json.")] = False,
) -> int:
    """Show how a derivative is derived, one named rule at a time."""
    from derive import catalogue

    form = Format.JSON if as_json else form
    try:
        entry = catalogue.load(what)
    except catalogue.UnknownEntryError as error:
        if _is_a_name(what) and wrt is None:
            raise BadInputError(f"{error} (for a formula, say --wrt)") from error
        return _formula(what, wrt, given or [], form, prove)
    if prove:
        raise BadInputError(f"for an entry it is `gradproof prove {entry.name} --check`.")
    return _entry(entry, wrt, form)


def _is_a_name(text: str) -> bool:
    """Tell whether a text looks like the name of an entry rather than like a formula."""
    return not text or all(sign.isalnum() or sign in "-_./" for sign in text)


def _entry(entry: "Entry", wrt: str | None, form: Format) -> int:
    if wrt is not None and wrt not in entry.targets:
        raise BadInputError(f"{entry.name} is not differentiated by {wrt!r}; choose from {', '.join(entry.targets)}.")
    if form is Format.NUMPY and not entry.compilable:
        raise BadInputError(f"{entry.name} has no NumPy code: it holds an unspecified function; try neuron_sigmoid.")
    chains = [entry.derivation(name) for name in entry.targets if wrt in (None, name)]
    if form is Format.NUMPY:
        codes = [entry.compiled_value, *(entry.compiled_gradient[chain.name] for chain in chains)]
        print("\n\n".join(dict.fromkeys(code.source.rstrip() for code in codes)))
        return 0
    if form is not Format.JSON:
        _print_written(entry, chains, form)
        return 0
    from checks.derivations import check_steps

    verdict = check_steps(entry)
    _print_object(entry, chains, verdict, {"entry": entry.name, "title": entry.title})
    return exit_code([str(verdict.status)])


def _formula(text: str, wrt: str | None, given: list[str], form: Format, prove: bool) -> int:
    from checks.derivations import check_typed
    from derive.compilation import NotCompilable, compile_scalar
    from derive.reading import UnreadableError, Vocabulary, read
    from derive.rules import NoRuleError
    from derive.typed_function import TypedFunction

    try:
        vocabulary = Vocabulary.from_declarations(given)
        reading = read(text, vocabulary)
        function = TypedFunction(reading.expression, _symbol(reading.expression, wrt), vocabulary.domain)
        chain = function.derivation(str(function.by))
        verdict = check_typed(function)
        if form is Format.NUMPY:
            symbols = sorted(reading.expression.free_symbols, key=lambda symbol: str(symbol.name))
            print(compile_scalar(symbols, chain.result, name="derivative").source.rstrip())
            return exit_code([str(verdict.status)])
    except UnreadableError as error:
        where = f" (character {error.column + 1} of {error.text!r})" if error.text else ""
        raise BadInputError(f"{error.message}{where}") from error
    except (NoRuleError, NotCompilable, ValueError) as error:
        raise BadInputError(str(error)) from error
    script, kernel = _certificate(function) if prove else ("", None)
    statuses = [str(verdict.status), *([str(kernel.status)] if kernel is not None else [])]
    if form is Format.JSON:
        extra: dict[str, Any] = {
            "formula": text,
            "read_as": str(reading.expression),
            "ambiguities": list(reading.ambiguities),
        }
        if kernel is not None:
            extra["certificate"] = {"script": script, **kernel.to_json()}
        _print_object(function, [chain], verdict, extra)
    else:
        _print_written(function, [chain], form)
        if form is Format.TEXT:
            print(*(f"\nRead: {sentence}" for sentence in reading.ambiguities), sep="")
            print(f"{verdict.status}: {verdict.reason}")
        if kernel is not None:
            print(f"\n{script}\nCoq kernel: {kernel.status}: {kernel.reason}")
    return exit_code(statuses)


def _certificate(function: "TypedFunction") -> "tuple[str, Verdict]":
    """Return the certificate of a typed function, and what Coq's kernel says of it."""
    from checks.kernel import check_typed
    from derive.certificates import NoCertificateError, typed_certificate
    from gradproof.cli.prove import installed

    coq = installed()
    try:
        certificate = typed_certificate(function)
    except NoCertificateError as error:
        raise BadInputError(f"there is no certificate for this: {error}.") from error
    return certificate.text, check_typed(certificate, coq)


def _symbol(expression: Any, wrt: str | None) -> Any:
    """Return the symbol to differentiate by."""
    if getattr(expression, "is_Matrix", False) or not hasattr(expression, "free_symbols"):
        raise ValueError("only a scalar formula of scalars is differentiated here; arrays stand in the catalogue")
    symbols = {str(symbol): symbol for symbol in expression.free_symbols if getattr(symbol, "is_Symbol", False)}
    if wrt is None and len(symbols) == 1:
        return next(iter(symbols.values()))
    if wrt not in symbols:
        names = ", ".join(sorted(symbols)) or "none"
        raise ValueError(f"say by which variable with --wrt; the variables of the formula are: {names}")
    return symbols[wrt]


def _print_written(entry: Any, chains: "list[Derivation]", form: Format) -> None:
    from derive import rendering

    write = {
        Format.TEXT: rendering.derivation_text,
        Format.LATEX: rendering.derivation_latex,
        Format.MATHML: rendering.derivation_mathml,
    }[form]
    print("\n\n".join(write(entry, chain).rstrip() for chain in chains))


def _print_object(entry: Any, chains: "list[Derivation]", verdict: "Verdict", extra: dict[str, Any]) -> None:
    from importlib.metadata import version

    from derive import rendering

    print_json(
        {
            "status": str(verdict.status),
            "reason": verdict.reason,
            "gradproof": version("gradproof"),
            **extra,
            "derivations": [
                {
                    "wrt": chain.name,
                    "steps": rendering.derivation_json(entry, chain),
                    "matrix_form": rendering.matrix_form_json(entry, chain.name),
                }
                for chain in chains
            ],
        }
    )
