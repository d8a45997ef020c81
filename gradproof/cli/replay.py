"""`gradproof replay`: whether a certificate shows what it states, without the prover that made it."""

from pathlib import Path
from typing import Annotated

import typer

from gradproof.cli.equal import read_lines
from gradproof.cli.output import BadInputError, exit_code


def command(
    file: Annotated[Path, typer.Argument(help="A certificate, as `gradproof equal --certificate FILE` writes it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Replay a certificate: each step is checked by exact arithmetic alone; no part of the prover is loaded."""
    import json
    from importlib.metadata import version

    from checks.replay import LimitError, RejectedError, UnreadableCertificateError, replay
    from checks.replay.wording import in_words

    statement, lines = None, []
    try:
        found = replay("\n".join(read_lines(file)))
    except UnreadableCertificateError as error:
        raise BadInputError(f"{str(file)!r} holds no certificate: {error}.") from error
    except RejectedError as error:
        word = "could not be replayed within the limits" if isinstance(error, LimitError) else "is rejected"
        status, reason = "undecided", f"The certificate {word}: {error}."
    else:
        cases = f" in {found.cases} cases" if found.cases > 1 else ""
        status, reason = "proved", f"Every step of the certificate holds{cases}."
        statement, lines = found.statement, in_words(found.statement)
    if as_json:
        facts = {"status": status, "reason": reason, "gradproof": version("gradproof"), "statement": statement}
        print(json.dumps({**facts, "words": lines}, ensure_ascii=False))
    else:
        print("\n".join([f"{status}: {reason}", *(f"  {line}" for line in lines)]))
    return exit_code([status])
