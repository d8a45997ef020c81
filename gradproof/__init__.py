"""Is this gradient right, and why? The public names of gradproof.

They are loaded when they are first used: importing `gradproof` alone costs next to nothing.

>>> import gradproof
>>> sigmoid = gradproof.load("sigmoid")
>>> sigmoid.compiled_gradient["x"](0.0)
np.float64(0.25)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checks.formulas import assert_same_formula, judge, judged
    from checks.gradients import assert_backward, assert_gradient, check_backward, check_gradient
    from checks.identity import identical
    from checks.networks import check_network
    from checks.run import Run, verify
    from checks.verdict import Status, Verdict
    from derive.catalogue import load, names
    from worksheets import feedback
    from worksheets.training import train

_HOMES = {
    "Run": "checks.run",
    "Status": "checks.verdict",
    "Verdict": "checks.verdict",
    "assert_backward": "checks.gradients",
    "assert_gradient": "checks.gradients",
    "assert_same_formula": "checks.formulas",
    "check_backward": "checks.gradients",
    "check_gradient": "checks.gradients",
    "check_network": "checks.networks",
    "feedback": "worksheets.feedback",
    "identical": "checks.identity",
    "judge": "checks.formulas",
    "judged": "checks.formulas",
    "load": "derive.catalogue",
    "names": "derive.catalogue",
    "train": "worksheets.training",
    "verify": "checks.run",
}

__all__ = [
    "Run",
    "Status",
    "Verdict",
    "assert_backward",
    "assert_gradient",
    "assert_same_formula",
    "check_backward",
    "check_gradient",
    "check_network",
    "feedback",
    "identical",
    "judge",
    "judged",
    "load",
    "names",
    "train",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("gradproof")
    if name not in _HOMES:
        raise AttributeError(f"gradproof has no public name {name!r}")
    home = import_module(_HOMES[name])
    return home if _HOMES[name].endswith(f".{name}") else getattr(home, name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])


def _show_verdicts_in_notebooks() -> None:
    """Tell IPython, where we run in it, how a verdict is shown; nothing is loaded before one is."""
    import sys

    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    formatter = getattr(shell, "display_formatter", None)
    if formatter is None:
        return

    def html(verdict: Any) -> str:
        return str(import_module("worksheets.feedback.shown").html(verdict))

    formatter.formatters["text/html"].for_type_by_name("checks.verdict", "Verdict", html)


_show_verdicts_in_notebooks()
