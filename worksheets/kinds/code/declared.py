"""What the author of a code question declares: the functions asked for, the conventions, the probes."""

import re
from dataclasses import dataclass

from worksheets.kinds.regions import RegionError, regions
from worksheets.source.blocks import Block
from worksheets.source.options import Options, Value
from worksheets.source.problems import Report, did_you_mean

CONVENTIONS = {
    "batch": ("rows", "columns", "none", "free"),
    "reduction": ("sum", "mean", "none", "free"),
    "gradient": ("of the input", "of the output", "free"),
    "bias": ("apart", "last column of W", "none", "free"),
    "jacobian": ("rows are outputs", "rows are inputs", "free"),
}
FREE = "free"
"""Any convention will do."""

_SIGNATURE = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*\((?P<arguments>[^()]*)\)")
_ROLE = re.compile(r"value|derivative by (?P<by>[A-Za-z_]\w*)")


@dataclass(frozen=True)
class Asked:
    """A function that a student writes.

    Attributes
    ----------
    name, arguments:
        Its signature.
    by:
        The variable of the derivative that it is; "" for the function itself.
    line:
        Where it is declared.
    """

    name: str
    arguments: tuple[str, ...]
    by: str
    line: int

    @property
    def signature(self) -> str:
        """The signature as it is written."""
        return f"{self.name}({', '.join(self.arguments)})"


@dataclass(frozen=True)
class ProbeSource:
    """A probe as the author declared it; `checks.answers.Probe` is made of it.

    `proof` maps results to "value" or a variable of the entry, `names` maps names of the entry to those of the probe.
    """

    name: str
    adapter: str
    inputs: dict[str, str]
    accept: tuple[str, ...]
    tolerance: float
    samples: int
    state: bool
    entry: str
    proof: dict[str, str]
    names: dict[str, str]
    line: int


def read_asked(found: dict[str, Value], report: Report, what: str) -> tuple[Asked, ...]:
    """Return the functions that students write; what is no signature or no role is a problem."""
    asked = []
    for text, value in found.items():
        signature = _SIGNATURE.fullmatch(text.strip())
        role = _ROLE.fullmatch(str(value.content or "").strip())
        if signature is None:
            report.add(value.line, f"{text!r} of {what} is no signature", "write 'sigmoid_grad(x): derivative by x'")
        elif role is None:
            report.add(value.line, f"{text!r} of {what} is {value.content!r}", "write 'value' or 'derivative by x'")
        else:
            arguments = tuple(word.strip() for word in signature["arguments"].split(",") if word.strip())
            if not all(argument.isidentifier() for argument in arguments):
                report.add(
                    value.line, f"the arguments of {text!r} are no names", "write 'sigmoid_grad(x): derivative by x'"
                )
            asked.append(Asked(signature["name"], arguments, role["by"] or "", value.line))
    return tuple(asked)


def read_conventions(found: dict[str, Value], report: Report, what: str) -> dict[str, str]:
    """Return the conventions; those that are not on the list are problems."""
    for name, value in found.items():
        if name not in CONVENTIONS:
            report.add(value.line, f"{what} has no convention {name!r}", did_you_mean(name, CONVENTIONS))
        elif value.content not in CONVENTIONS[name]:
            report.add(
                value.line,
                f"the convention {name!r} of {what} is {value.content!r}",
                f"write one of: {', '.join(CONVENTIONS[name])}",
            )
    return {name: str(value.content) for name, value in found.items()}


def read_probe(block: Block, report: Report, what: str) -> ProbeSource:
    """Return a probe as it was declared."""
    here = report.within(block.file)
    options = Options(block.options, here, f"the probe '{block.argument}'")
    inputs = {name: str(value.content) for name, value in options.mapping("inputs").items()}
    proof = {name: str(value.content) for name, value in options.mapping("proof").items()}
    names = {name: str(value.content) for name, value in options.mapping("names").items()}
    samples = options.number("samples", 4.0 if inputs else 1.0) or 0
    tolerance = options.number("tolerance", 1e-6) or 0
    entry = options.text("entry")
    accept = tuple(text for text, _ in options.texts("accept"))
    state = options.yes("state", default=bool(accept) and not inputs)
    options.finish()
    if not block.argument.isidentifier():
        here.add(
            block.line, f"a probe of {what} has no name", "write the name of the function: '{probe} linear_backward'"
        )
    if not 1 <= samples <= 64 or samples != int(samples):
        here.add(options.line_of("samples"), "'samples' is no count", "write a whole number from 1 to 64")
        samples = 1
    if not 0 < tolerance < 1:
        here.add(options.line_of("tolerance"), "'tolerance' is not between 0 and 1", "write for example 1e-6")
    if proof and not entry:
        here.add(options.line_of("proof"), "a 'proof' without an entry", "add 'entry: NAME' to the probe")
    if block.body.strip():
        check_python(block, report)
    return ProbeSource(
        block.argument,
        block.body,
        inputs,
        accept,
        float(tolerance),
        int(samples),
        state,
        entry,
        proof,
        names,
        block.line,
    )


def check_python(block: Block, report: Report) -> None:
    """Note where the code of a directive is no Python, or its marks do not fit."""
    try:
        regions(block.body)
    except RegionError as error:
        report.within(block.file).add(block.body_line + error.line, str(error), f"correct the {{{block.name}}}")
