"""Certificates of functions of scalars: one theorem for each partial derivative, one for each kink."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from derive.certificates import hypotheses
from derive.certificates.document import Certificate, NoCertificateError, Theorem
from derive.certificates.expressions import Writer
from derive.certificates.names import Identifiers
from derive.certificates.regions import Question, script
from derive.certificates.switches import Switch, every, innermost, settled
from derive.entry import Kink, ScalarEntry


@dataclass(frozen=True)
class Function:
    """A function of scalars as it stands in a certificate.

    Attributes
    ----------
    name:
        How it is called in Coq.
    title:
        How the names of its derivatives and theorems begin.
    symbols:
        Its arguments, in order.
    ranges:
        Their values.
    given:
        Further hypotheses.
    kinks_excluded:
        Whether the hypotheses exclude every kink.
    """

    name: str
    title: str
    value: sp.Expr
    symbols: tuple[sp.Symbol, ...]
    ranges: Mapping[sp.Symbol, sp.Set]
    given: tuple[str, ...]
    kinks_excluded: bool
    writer: Writer

    @property
    def general(self) -> list[str]:
        """The names of the unspecified functions in it."""
        return sorted({node.func.__name__ for node in self.value.atoms(sp.Function) if _is_general(node)})

    @property
    def arguments(self) -> str:
        """The symbols as arguments."""
        return " ".join(self.writer.write(symbol) for symbol in self.symbols)

    def definition(self, name: str, formula: sp.Expr, general: Sequence[str]) -> str:
        """Return the definition of a formula in all symbols."""
        functions = "".join(f" ({self.writer.identifiers.of(one)} : R -> R)" for one in general)
        return f"Definition {name}{functions} ({self.arguments} : R) : R :=\n  {self.writer.write(formula)}."

    def applied(self, name: str, general: Sequence[str]) -> str:
        """Return a definition applied to all symbols."""
        return " ".join([name, *(self.writer.identifiers.of(one) for one in general), self.arguments])

    @property
    def domain(self) -> list[str]:
        """The hypotheses that the ranges give."""
        return [
            line for symbol in self.symbols for line in hypotheses.of_range(symbol, self.ranges[symbol], self.writer)
        ]


def _is_general(node: sp.Expr) -> bool:
    return bool(getattr(node.func, "is_general", False))


def certificate(entry: ScalarEntry, replaced: Mapping[str, sp.Expr] | None = None) -> Certificate:
    """Return the certificate of an entry.

    Parameters
    ----------
    replaced:
        Other formulas for some targets, to see them rejected.
    """
    identifiers = Identifiers()
    writer = Writer(identifiers)
    symbols = tuple(variable.symbol for variable in entry.variables)
    for symbol in symbols:
        identifiers.of(symbol.name)
    name = identifiers.of(entry.name + ("_" if entry.name in {symbol.name for symbol in symbols} else ""))
    kinks = [] if isinstance(entry.kinks, str) else list(entry.kinks)
    excluded = [writer.relation(kink.where, "<>", sp.S.Zero) for kink in kinks if not isinstance(kink.where, str)]
    function = Function(
        name=name,
        title=entry.name,
        value=entry.value,
        symbols=symbols,
        ranges={variable.symbol: variable.values for variable in entry.variables},
        given=tuple(dict.fromkeys(excluded)),
        kinks_excluded=bool(kinks),
        writer=writer,
    )
    definitions = [function.definition(name, entry.value, function.general)]
    theorems: list[Theorem] = []
    missing: dict[str, str] = {}
    wanted = entry.targets if replaced is None else tuple(replaced)
    for target in wanted:
        symbol = entry.variable(target).symbol
        claimed = entry.textbook(target) if replaced is None else replaced[target]
        try:
            theorems.append(partial_derivative(function, symbol, claimed))
        except NoCertificateError as error:
            missing[target] = str(error)
    for number, kink in enumerate(kinks if replaced is None else ()):
        theorems.append(
            _kink(function, kink, entry.variable(kink.of).symbol, f"_{number + 1}" if len(kinks) > 1 else "")
        )
    return Certificate(entry.name, entry.title, tuple(definitions), tuple(theorems), missing)


def partial_derivative(function: Function, by: sp.Symbol, claimed: sp.Expr) -> Theorem:
    """Return the theorem that `claimed` is the derivative of a function by one of its symbols.

    Raises
    ------
    NoCertificateError
        Something has no form in Coq here.
    """
    writer, identifiers = function.writer, function.writer.identifiers
    variable = writer.write(by)
    formula = f"{function.title}_by_{variable}"
    slopes = {name + "'" for name in _derivable_names(function, by)}
    inner, general = function.general, sorted({*_general_of(function.value, claimed), *slopes})
    given = [*function.domain, *function.given, *_derivable(function, by)]
    question = Question(function.value, by, claimed, function.ranges, function.kinks_excluded)
    theorem = f"{function.title}_derivative_by_{variable}"
    binders = ((f"{' '.join(identifiers.of(one) for one in general)} : R -> R",) if general else ()) + (
        f"{function.arguments} : R",
    )
    return Theorem(
        name=theorem,
        target=str(by),
        meaning=f"{formula} is the derivative of {function.name} by {variable}.",
        binders=binders,
        hypotheses=tuple(given),
        conclusion=(
            f"is_derive (fun {variable} => {function.applied(function.name, inner)}) {variable} "
            f"({function.applied(formula, general)})"
        ),
        proof=(f"unfold {function.name}, {formula}.", *script(question, writer)),
        definitions=(function.definition(formula, claimed, general),),
    )


def _general_of(*formulas: sp.Expr) -> list[str]:
    nodes = set().union(*(formula.atoms(sp.Function) for formula in formulas))
    return sorted({node.func.__name__ for node in nodes if _is_general(node)})


def _derivable_names(function: Function, by: sp.Symbol) -> set[str]:
    return {node.func.__name__ for node in function.value.atoms(sp.Function) if _is_general(node) and node.has(by)}


def _derivable(function: Function, by: sp.Symbol) -> list[str]:
    """Return the hypotheses that unspecified functions are derivable where the formula uses them, with h' as name."""
    lines: dict[str, None] = {}
    for node in sorted(function.value.atoms(sp.Function), key=str):
        if _is_general(node) and node.has(by):
            name = function.writer.identifiers.of(node.func.__name__)
            slope = function.writer.identifiers.of(node.func.__name__ + "'")
            argument = function.writer.write(node.args[0], 9)
            lines.setdefault(f"is_derive {name} {argument} ({slope} {argument})")
    return list(lines)


# -- kinks -----------------------------------------------------------------------------------------


def _kink(function: Function, kink: Kink, by: sp.Symbol, suffix: str) -> Theorem:
    """Return the theorem that there is no derivative at a kink whose one-sided slopes differ."""
    writer = function.writer
    if isinstance(kink.where, str):
        raise NoCertificateError(f"the kink {kink.where!r} is declared in words")
    variable = writer.write(by)
    low, high = kink.interval
    return Theorem(
        name=f"{function.title}_not_derivable_by_{variable}{suffix}",
        target="",
        meaning=f"At the kink {function.name} has no derivative by {variable}: the slopes on its two sides differ.",
        binders=(f"{function.arguments} : R",),
        hypotheses=(
            *function.domain,
            writer.relation(kink.where, "=", sp.S.Zero),
            writer.relation(low, "<>", high),
        ),
        conclusion=f"~ ex_derive (fun {variable} => {function.applied(function.name, [])}) {variable}",
        proof=(f"unfold {function.name}.", *_kink_script(function, by)),
    )


def _kink_script(function: Function, by: sp.Symbol) -> list[str]:
    lines = ["intros."]
    finite = [symbol for symbol in function.symbols if isinstance(function.ranges[symbol], sp.FiniteSet)]
    if not finite:
        return [*lines, *_corner(function, function.value, by)]
    (symbol,) = finite
    name = function.writer.write(symbol)
    lines.append(f"match goal with H : {name} = _ \\/ _ |- _ => destruct H; subst {name} end.")
    for value in sorted(function.ranges[symbol]):
        inner = _corner(function, function.value.subs(symbol, value), by)
        lines += [f"- {inner[0]}", *(f"  {line}" for line in inner[1:])]
    return lines


def _corner(function: Function, value: sp.Expr, by: sp.Symbol) -> list[str]:
    left = right = value
    while (switch := innermost(left, right)) is not None:
        slope = sp.diff(switch.difference, by)
        if not slope.is_number or slope == 0:
            raise NoCertificateError(f"which side of {switch.left} = {switch.right} is which is not known")
        rising = 1 if slope > 0 else -1
        left, right = settled(left, switch, -rising), settled(right, switch, rising)
    write, variable = function.writer.write, function.writer.write(by)
    sides = [f"(fun {variable} => {write(side)})" for side in (left, right)]
    slopes = [write(sp.diff(side, by), 9) for side in (left, right)]
    return [
        f"apply (corner _ {' '.join(sides)} {variable} {' '.join(slopes)}); [near | near | | |].",
        "{ differentiate.",
        "  identity. }",
        "{ differentiate.",
        "  identity. }",
        "slopes_differ.",
    ]


def kinks_of(value: sp.Expr, by: sp.Symbol) -> list[Switch]:
    """Return the switches of a formula that depend on a symbol."""
    return [switch for switch in every(value) if switch.difference.has(by)]
