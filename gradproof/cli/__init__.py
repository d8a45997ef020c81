"""The command line. Each command imports what it needs when it runs, so that `--help` is instant."""

import sys

import typer

from gradproof.cli import audit, derive, equal, grade, gradient, prove, replay, steps, train, verify, worksheet
from gradproof.cli.output import BadInputError, InterruptedRunError, say_bad_input

INTERRUPTED = 130

app = typer.Typer(
    name="gradproof",
    help="Derive, prove and check the gradients of a neural-network course.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("verify")(verify.command)
app.command("derive")(derive.command)
# -x is a formula, and so is -tanh(x), in which a short -h would be found.
app.command("equal", context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})(equal.command)
app.command("replay")(replay.command)
app.command("steps")(steps.command)
app.command("prove")(prove.command)
app.command("gradient")(gradient.command)
app.command("grade")(grade.command)
app.command("train")(train.command)
app.command("audit")(audit.command)
app.add_typer(worksheet.app, name="worksheet")


@app.callback(invoke_without_command=True)
def _options(
    context: typer.Context, version: bool = typer.Option(False, "--version", help="Show the version and stop.")
) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"gradproof {installed('gradproof')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


def main() -> None:
    """Run the command line: exit code 0 all well, 1 refuted, 2 bad input, 3 undecided, 130 interrupted."""
    as_json = "--json" in sys.argv
    try:
        code = app(standalone_mode=False)
        if code == INTERRUPTED:  # typer's word for Ctrl-C
            print("gradproof: interrupted", file=sys.stderr)
    except BadInputError as error:
        say_bad_input(str(error), as_json)
        code = 2
    except (KeyboardInterrupt, InterruptedRunError) as error:
        print(f"gradproof: {str(error) or 'interrupted'}", file=sys.stderr)
        code = INTERRUPTED
    except BrokenPipeError:
        code = 0  # the reader of our output has seen enough
    except Exception as error:
        message = getattr(error, "format_message", None)
        if type(error).__name__ == "Abort":
            print("gradproof: interrupted", file=sys.stderr)
            code = INTERRUPTED
        elif message is None:
            raise
        else:
            say_bad_input(f"{message()} See `gradproof --help`.", as_json)
            code = 2
    sys.exit(code if isinstance(code, int) else 0)
