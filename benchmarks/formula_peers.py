"""The judges that are compared, each in a process of its own: `python -m formula_peers` is not meant for people.

A judge prepares a pair, which is not timed, and judges it, which is. It says "equal", "different", "undecided",
"unreadable" (it could not make a formula of the text) or "not taken" (the pair is none of its kind by nature).
"""

import importlib.metadata
import json
import signal
import sys
import time
import warnings
from abc import ABC, abstractmethod
from typing import Any, ClassVar

from checks.bounded import READY, limit_memory

SECONDS = 5.0
Row = dict[str, Any]


class NotTakenError(Exception):
    """The pair is none of this judge's kind."""


class UnreadError(Exception):
    """The judge made no formula of the text."""


class Judge(ABC):
    """One way to tell whether two formulas are equal."""

    name: ClassVar[str]
    package: ClassVar[str] = "sympy"

    def version(self) -> str:
        """Return the version of the package that judges."""
        return importlib.metadata.version(self.package)

    @abstractmethod
    def prepared(self, row: Row) -> Any:
        """Return the pair in the judge's language."""

    @abstractmethod
    def equal(self, pair: Any) -> bool | None:
        """Return the judgement, or None."""


class Ours(Judge):
    """gradproof, as `gradproof equal` decides, with the search for the classic mistake."""

    name = "gradproof"
    package = "gradproof"

    def prepared(self, row: Row) -> Row:
        """Return the texts as they are."""
        return row

    def equal(self, pair: Row) -> bool | None:
        """Read and decide."""
        from checks.formulas import equal

        status = str(equal(pair["left"], pair["right"], pair["given"], seconds=SECONDS).status)
        if status == "unreadable":
            raise UnreadError
        return {"proved": True, "refuted": False}.get(status)


def _sides(row: Row) -> Any:
    from checks.formulas.equality import read_both

    if row["arrays"]:
        raise NotTakenError
    return read_both(row["left"], row["right"], row["given"])


class SimplifyLatex(Judge):
    """`simplify(parse_latex(a) - parse_latex(b)) == 0`, with e as Euler's number and the declared assumptions."""

    name = "SymPy simplify(parse_latex(a) - parse_latex(b)) == 0"

    def prepared(self, row: Row) -> Any:
        """Return both sides as LaTeX, and the declared symbols by their name in LaTeX."""
        import sympy as sp
        from formula_translation import latex

        sides = _sides(row)
        symbols = {}
        for side in (sides.left, sides.right):
            for symbol in side.expression.free_symbols:
                symbols[_bare(sp.latex(symbol))] = symbols[_bare(symbol.name)] = symbol
        return latex(row["left"], sides.left), latex(row["right"], sides.right), symbols

    def equal(self, pair: Any) -> bool | None:
        """Parse, subtract, simplify."""
        import sympy as sp
        from sympy.parsing.latex import LaTeXParsingError, parse_latex

        left, right, symbols = pair
        try:
            sides = [parse_latex(text) for text in (left, right)]
        except LaTeXParsingError:
            raise UnreadError from None
        change = {
            s: sp.E if s.name == "e" else symbols.get(_bare(s.name), s) for side in sides for s in side.free_symbols
        }
        change |= {sp.Symbol("pi"): sp.pi}
        difference = sides[0].subs(change) - sides[1].subs(change)
        return bool(sp.simplify(difference.doit()) == 0)


def _bare(name: str) -> str:
    return "".join(sign for sign in name if sign not in "{}\\ ")


class Simplify(Judge):
    """SymPy's `simplify` on the expressions that our reader made, so that only the decision is compared."""

    name = "SymPy simplify(a - b) == 0, our reader"

    def prepared(self, row: Row) -> Any:
        """Return the difference in symbols with the declared assumptions."""
        sides = _sides(row)
        return sides.left.expression, sides.right.expression

    def equal(self, pair: Any) -> bool | None:
        """Simplify the difference."""
        import sympy as sp

        return bool(sp.simplify((pair[0] - pair[1]).doit()) == 0)


class Equals(Simplify):
    """SymPy's `Expr.equals` on the expressions that our reader made."""

    name = "SymPy a.equals(b), our reader"

    def equal(self, pair: Any) -> bool | None:
        """Ask the left side."""
        found = pair[0].doit().equals(pair[1].doit())
        return None if found is None else bool(found)


class MathVerify(Judge):
    """math-verify on LaTeX: `verify(parse(gold), parse(answer))` with its extraction of LaTeX."""

    name = "math-verify"
    package = "math-verify"

    def prepared(self, row: Row) -> tuple[str, str]:
        """Return both sides as LaTeX between dollars."""
        from formula_translation import array_latex, latex

        if row["arrays"]:
            texts = [array_latex(row[side]) for side in ("left", "right")]
        else:
            sides = _sides(row)
            texts = [latex(row["left"], sides.left), latex(row["right"], sides.right)]
        if None in texts:
            raise NotTakenError
        return f"${texts[0]}$", f"${texts[1]}$"

    def equal(self, pair: tuple[str, str]) -> bool | None:
        """Parse and verify."""
        from math_verify import LatexExtractionConfig, parse, verify  # type: ignore[import-not-found]

        sides = [
            parse(text, [LatexExtractionConfig()], fallback_mode="no_fallback", parsing_timeout=None) for text in pair
        ]
        if not all(sides):
            raise UnreadError
        return bool(verify(*sides, timeout_seconds=None, raise_on_error=True))


class Mitx(Judge):
    """The sampling FormulaGrader of mitx-grading-library, with the declared domains and its own defaults."""

    name = "mitx-grading-library FormulaGrader"
    package = "mitxgraders"

    def version(self) -> str:
        """Return the version that the library names."""
        from mitxgraders.version import __version__  # type: ignore[import-not-found]

        return str(__version__)

    def prepared(self, row: Row) -> Any:
        """Return both sides in its syntax, and what its names are sampled from."""
        from formula_translation import calculator, sampling

        sides = _sides(row)
        texts = [calculator(side.expression) for side in (sides.left, sides.right)]
        values = sampling(sides)
        if None in texts or values is None:
            raise NotTakenError
        return (*texts, values)

    def equal(self, pair: Any) -> bool | None:
        """Compare at sampled points."""
        import numpy as np
        from mitxgraders import FormulaGrader  # type: ignore[import-not-found]
        from mitxgraders.exceptions import StudentFacingError  # type: ignore[import-not-found]

        left, right, values = pair
        known = {"sign": np.sign, "h": lambda t: t**3 + 2 * t**2 - t + 1, "h'": lambda t: 3 * t**2 + 4 * t - 1}
        np.random.seed(20260101)  # noqa: NPY002 - the library draws from this generator
        try:
            grader = FormulaGrader(answers=left, variables=sorted(values), sample_from=values, user_functions=known)
            return bool(grader(None, right)["ok"])
        except StudentFacingError:
            raise UnreadError from None


JUDGES: dict[str, type[Judge]] = {
    judge.__name__: judge for judge in (Ours, Mitx, MathVerify, SimplifyLatex, Simplify, Equals)
}


def said(judge: Judge, row: Row) -> tuple[str, float]:
    """Return what a judge says about a pair, and how long that took."""
    try:
        pair = judge.prepared(row)
    except NotTakenError:
        return "not taken", 0.0
    begin = time.perf_counter()
    try:
        found = judge.equal(pair)
    except UnreadError:
        return "unreadable", time.perf_counter() - begin
    except Exception as error:  # a judge that fails on a pair has no answer
        print(f"{judge.name}: {row['left']!r}, {row['right']!r}: {type(error).__name__}: {error}", file=sys.stderr)
        return "undecided", time.perf_counter() - begin
    word = {True: "equal", False: "different", None: "undecided"}[found]
    return word, time.perf_counter() - begin


def main() -> None:
    """Answer the lines of standard input, `[judge, row]`, after a first pair that loads what is loaded once."""
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit_memory(int(sys.argv[1]))
    judges: dict[str, Judge] = {}
    print(READY, flush=True)
    for line in sys.stdin:
        name, row = json.loads(line)
        if name not in judges:
            judges[name] = JUDGES[name]()
            said(judges[name], {"left": "x", "right": r"\frac{x}{1}", "given": [], "arrays": False})
        if row is None:
            print(json.dumps(judges[name].version()), flush=True)
            continue
        print(json.dumps(said(judges[name], row)), flush=True)


if __name__ == "__main__":
    main()
