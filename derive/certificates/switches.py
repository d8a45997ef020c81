"""Case distinctions in a formula: max, |·|, sign, 1[u > 0] and cases, and what they become where a sign is known."""

from dataclasses import dataclass

import sympy as sp
from sympy.core.relational import Relational

from derive.certificates.document import NoCertificateError
from derive.certificates.expressions import relations

SWITCHES = (sp.Max, sp.Min, sp.Abs, sp.sign, sp.Heaviside, sp.Piecewise)


@dataclass(frozen=True)
class Switch:
    """A comparison of two expressions on which the form of a formula depends."""

    left: sp.Expr
    right: sp.Expr

    @property
    def difference(self) -> sp.Expr:
        """Zero where the switch lies."""
        return sp.expand(self.left - self.right)


def innermost(*formulas: sp.Expr) -> Switch | None:
    """Return a switch in whose sides no other switch stands, or None for formulas without any."""
    for formula in formulas:
        for node in sp.postorder_traversal(formula):
            if isinstance(node, SWITCHES):
                return _of(node)
    return None


def every(formula: sp.Expr) -> list[Switch]:
    """Return all switches of a formula, each once."""
    found: dict[sp.Expr, Switch] = {}
    for node in sp.postorder_traversal(formula):
        if isinstance(node, sp.Piecewise):
            switches = [Switch(one.lhs, one.rhs) for _, condition in node.args for one in relations(condition)]
        elif isinstance(node, SWITCHES):
            switches = [_of(node)]
        else:
            continue
        for switch in switches:
            if -switch.difference not in found:
                found.setdefault(switch.difference, switch)
    return list(found.values())


def _of(node: sp.Expr) -> Switch:
    if isinstance(node, (sp.Max, sp.Min)):
        first, second, *_ = sorted(node.args, key=lambda argument: (not argument.is_number, str(argument)))
        return Switch(first, second)
    if isinstance(node, sp.Piecewise):
        relation = next(one for _, condition in node.args for one in relations(condition))
        return Switch(relation.lhs, relation.rhs)
    return Switch(node.args[0], sp.S.Zero)


def settled(formula: sp.Expr, switch: Switch, sign: int) -> sp.Expr:
    """Return what a formula becomes where left − right has this sign (−1, 0 or 1)."""
    difference = switch.difference

    def decided(u: sp.Expr) -> int | None:
        """Return the sign of u where it is that of the switch, up to a factor that is a number."""
        u = sp.expand(u)
        if u.is_number:
            return int(sp.sign(u)) if u.is_real else None
        ratio = sp.cancel(u / difference) if difference != 0 else None
        return int(sp.sign(ratio)) * sign if ratio is not None and ratio.is_number and ratio.is_real else None

    def walk(node: sp.Basic) -> sp.Basic:  # noqa: PLR0911 - one line for each kind of switch
        if not node.args:
            return node
        arguments = [walk(argument) for argument in node.args]
        if isinstance(node, sp.Piecewise):
            return _cases(arguments)
        if isinstance(node, Relational):
            return _relation(node, arguments, decided)
        if isinstance(node, (sp.Max, sp.Min)):
            return _extremum(node, arguments, decided)
        if isinstance(node, SWITCHES):
            found = decided(arguments[0])
            if found is not None:
                if isinstance(node, sp.Abs):
                    return found * arguments[0]
                return sp.Integer(found) if isinstance(node, sp.sign) else sp.Integer(found > 0)
        return node if list(node.args) == arguments else node.func(*arguments)

    return walk(formula)


def _relation(node: Relational, arguments: list[sp.Expr], decided: object) -> sp.Basic:
    found = decided(arguments[0] - arguments[1])  # type: ignore[operator]
    if found is None:
        return node.func(*arguments)
    truth = {
        sp.StrictLessThan: found < 0,
        sp.StrictGreaterThan: found > 0,
        sp.LessThan: found <= 0,
        sp.GreaterThan: found >= 0,
        sp.Equality: found == 0,
        sp.Unequality: found != 0,
    }[type(node)]
    return sp.true if truth else sp.false


def _cases(pieces: list[sp.Basic]) -> sp.Expr:
    kept = [(piece.args[0], piece.args[1]) for piece in pieces if piece.args[1] != sp.false]
    if not kept:
        raise NoCertificateError("a case distinction that leaves values out is no function")
    return kept[0][0] if kept[0][1] == sp.true else sp.Piecewise(*kept, evaluate=False)


def _extremum(node: sp.Expr, arguments: list[sp.Expr], decided: object) -> sp.Expr:
    factor = 1 if isinstance(node, sp.Max) else -1
    remaining = list(arguments)
    for first in arguments:
        for second in arguments:
            if first in remaining and second in remaining and first != second:
                found = decided(first - second)  # type: ignore[operator]
                if found is not None:
                    remaining.remove(second if found * factor >= 0 else first)
    return remaining[0] if len(remaining) == 1 else node.func(*remaining)
