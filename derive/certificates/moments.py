"""Certificates of statements about expectation and variance: one form of theorem for each form of statement."""

from collections.abc import Mapping

import sympy as sp

from derive.certificates import hypotheses
from derive.certificates.document import Certificate, NoCertificateError, Theorem
from derive.certificates.names import Identifiers
from derive.certificates.sums import SumWriter, Total, nested
from derive.entry import MomentEntry
from derive.moments import E, PositiveRoot

LIBRARY = ("Functions", "Sums", "Moments")


def certificate(entry: MomentEntry, replaced: Mapping[str, sp.Expr] | None = None) -> Certificate:
    """Return the certificate of an entry.

    Parameters
    ----------
    replaced:
        Other results for some statements, to see them rejected.
    """
    theorems: list[Theorem] = []
    missing: dict[str, str] = {}
    for target in entry.targets if replaced is None else replaced:
        claimed = entry.textbook(target) if replaced is None else replaced[target]
        try:
            theorems.append(_Statement(entry, target, claimed).theorem())
        except NoCertificateError as error:
            missing[target] = str(error)
    return Certificate(entry.name, entry.title, (), tuple(theorems), missing, LIBRARY)


class _Statement:
    """One statement of an entry: the expression with which its derivation begins, and the claimed result."""

    def __init__(self, entry: MomentEntry, target: str, claimed: sp.Expr) -> None:
        self._entry, self._target, self._claimed = entry, target, claimed
        self._before = entry.claims[target][1][0].before
        self._identifiers = Identifiers(taken=("E", "Omega", "o", "other"))
        self._writer = SumWriter(self._identifiers)
        self._random = {base for base in self._before.atoms(sp.IndexedBase) if base in entry.random}

    def theorem(self) -> Theorem:
        """Return the theorem.

        Raises
        ------
        NoCertificateError
            There is no form of theorem for this statement.
        """
        if isinstance(self._before, PositiveRoot):
            return self._root()
        if isinstance(self._before, sp.Integral):
            return self._integral()
        if len(self._before.atoms(E)) == 2:
            return self._variance()
        return self._equation()

    # -- parts ---------------------------------------------------------------------------------------

    def _theorem(self, conclusion: str, proof: list[str], *, given: list[str] | None = None, but: str = "") -> Theorem:
        name = f"{self._entry.name}_{self._target}"
        sizes, numbers = self._symbols(but)
        arguments = [*map(self._writer.size, sizes), *map(self._writer.write, numbers)]
        binders = [f"{' '.join(map(self._writer.size, sizes))} : nat"] * bool(sizes)
        binders += [f"{' '.join(map(self._writer.write, numbers))} : R"] * bool(numbers)
        declared = "".join(f" ({group})" for group in binders)
        random = [self._identifiers.of(str(base.label)) for base in self._bases()]
        probability = ["Omega : Type", "E : (Omega -> R) -> R"] if random else []
        probability += [f"{' '.join(random)} : nat -> Omega -> R"] if random else []
        return Theorem(
            name=name,
            target=self._target,
            meaning=f"{self._target}, as the entry derives it.",
            binders=(*probability, *binders),
            hypotheses=(*self._domain(sizes, numbers), *(["expectation E"] if random else []), *(given or [])),
            conclusion=conclusion.replace("CLAIMED", " ".join([f"{name}_claim", *arguments])),
            proof=(f"unfold {name}_claim.", "intros.", *proof),
            definitions=(f"Definition {name}_claim{declared} : R :=\n  {self._writer.write(self._claimed)}.",),
        )

    def _symbols(self, but: str) -> tuple[list[sp.Symbol], list[sp.Symbol]]:
        spread = [self._entry.random[base] for base in self._random] if len(self._before.atoms(E)) == 2 else []
        formulas = [nested(self._before), self._claimed, *spread]
        used = {one for formula in formulas for one in formula.free_symbols if isinstance(one, sp.Symbol)}
        declared = [variable.symbol for variable in self._entry.variables]
        known = [one for one in declared if one in used and one.name != but]
        return [one for one in known if one.is_integer], [one for one in known if not one.is_integer]

    def _domain(self, sizes: list[sp.Symbol], numbers: list[sp.Symbol]) -> list[str]:
        ranges = {variable.symbol: variable.values for variable in self._entry.variables}
        lines = [f"(0 < {self._writer.size(size)})%nat" for size in sizes]
        return lines + [line for one in numbers for line in hypotheses.of_range(one, ranges[one], self._writer)]

    def _bases(self) -> list[sp.IndexedBase]:
        return sorted(self._random, key=lambda base: str(base.label))

    # -- forms of statements -------------------------------------------------------------------------

    def _root(self) -> Theorem:
        """State that a bound is the one positive root of an equation a²·c − 1 = 0."""
        expression, unknown = self._before.args
        coefficient = sp.simplify((expression + 1) / unknown**2)
        if coefficient.has(unknown):
            raise NoCertificateError("the equation is not that of a square")
        name, write = self._writer.write(unknown), self._writer.write
        function = f"(fun {name} => {write(expression)})"
        return self._theorem(
            f"positive_root {function} (CLAIMED)",
            [
                f"apply (root_of_a_square _ ({write(coefficient)})).",
                "{ intros. moment_algebra. }",
                "{ lengths. sum_positive. }",
                "moment_identity.",
            ],
            but=unknown.name,
        )

    def _integral(self) -> Theorem:
        """State that a variance is an integral, found by an antiderivative."""
        (variable, low, high) = self._before.limits[0]
        primitive = sp.integrate(self._before.function, variable)
        name, write = self._writer.write(variable), self._writer.write
        body, bounds = write(self._before.function), [write(end, 9) for end in (low, high)]
        return self._theorem(
            f"is_RInt (fun {name} => {body}) {' '.join(bounds)} (CLAIMED)",
            [
                f"eapply (integral_by_primitive (fun {name} => {write(primitive)})).",
                "{ intros. differentiate. moment_algebra. }",
                "{ intros. continuity_here. }",
                "moment_identity.",
            ],
        )

    def _variance(self) -> Theorem:
        """State the variance of Σ wᵢ uᵢ, with uᵢ = xᵢ, or a rectifier of zᵢ that is symmetric about zero."""
        (square,) = [node for node in self._before.atoms(E) if node.args[0].is_Pow]
        total = nested(square.args[0].base)
        if not isinstance(total, Total):
            raise NoCertificateError("the variance is not that of a sum")
        factors = [one for one in sp.Mul.make_args(total.body) if isinstance(one, sp.Indexed)]
        weights = min((one.base for one in factors), key=lambda base: str(base.label))
        (other,) = [base for base in self._bases() if base != weights]
        rest = total.body / weights[total.index]
        rectified = rest.has(sp.Max)
        w, u = (self._identifiers.of(str(base.label)) for base in (weights, other))
        v_w, v_u = (self._writer.write(self._entry.random[base]) for base in (weights, other))
        i, size = self._writer.size(total.index), self._writer.size(total.index.upper + 1)
        of_one = self._at_outcome(rest)
        given = [
            f"centred E {size} {w} {v_w}",
            f"{'symmetric' if rectified else 'centred'} E {size} {u} {v_u}",
            f"independent E {size} {w} (fun {i} o => {of_one})",
        ]
        numbers = [variable.symbol for variable in self._entry.variables if not variable.symbol.is_integer]
        slopes = [symbol for symbol in numbers if rest.has(symbol)]
        if not rectified:
            share = ["match goal with H : centred E _ " + u + " _ |- _ => destruct H as [_ Square] end."]
            share += [f"rewrite (same_expectation _ E _ (fun o => {u} {i} o * {u} {i} o)) by (intros; ring)."]
            share += [f"rewrite (Square {i} {i}) by assumption. rewrite delta_same. reflexivity."]
            moment = f"{v_u} * 1"
        elif not slopes:
            share, moment = [f"apply (half_of_the_square _ E) with (m := {size}); assumption."], f"{v_u} / 2"
        else:
            s = self._writer.write(slopes[0])
            share = [f"apply (leaky_share _ E) with (m := {size}); assumption."]
            moment = f"(1 + {s} ^ 2) * ({v_u} / 2)"
        return self._theorem(
            f"variance E (fun o => total {size} (fun {i} => {w} {i} o * ({of_one}))) = CLAIMED",
            [
                f"rewrite (variance_of_weighted_sum _ E) with (m := {size}) (w := {w}) (v := {v_w})",
                f"  (u := fun {i} o => {of_one}) by assumption.",
                f"rewrite (total_ext {size} _ (fun _ => {moment})).",
                f"2: {{ intros {i} ?.",
                *(f"  {line}" for line in share),
                "}",
                "rewrite total_constant.",
                "moment_identity.",
            ],
            given=given,
        )

    def _equation(self) -> Theorem:
        """State an equation between numbers, or the expectation of a sum with powers of β as weights."""
        before, given, proof = nested(self._before), [], []
        write = self._writer.write
        expectations = before.atoms(E)
        if expectations:
            (node,) = expectations
            (base,) = self._bases()
            noise = self._identifiers.of(str(base.label))
            (total,) = node.args[0].atoms(Total)
            (factor,) = [one for one in sp.Mul.make_args(node.args[0]) if one != total]
            size = self._writer.size(total.index.upper + 1)
            i = self._writer.size(total.index)
            weight, rest = (one for one in sorted(sp.Mul.make_args(total.body), key=lambda one: one.has(base)))
            mean = rest - base[total.index]
            inner = f"{write(weight)} * ({self._at_outcome(rest)})"
            left = f"E (fun o => {write(factor, 39)} * total {size} (fun {i} => {inner}))"
            given = [f"(forall {i} : nat, ({i} < {size})%nat -> E ({noise} {i}) = 0)"]
            proof = [
                "match goal with H : expectation E |- _ => pose proof H as (_ & Scale & _) end.",
                f"rewrite (Scale ({write(factor)}) (fun o => total {size} (fun {i} => {inner}))).",
                "rewrite (expectation_total _ E) by assumption.",
                f"rewrite (total_ext {size} _ (fun {i} => {write(mean)} * {write(weight, 39)})).",
                f"2: {{ intros {i} ?.",
                f"  rewrite (Scale ({write(weight)}) (fun o => {self._at_outcome(rest)})).",
                "  rewrite (expectation_shifted _ E) by assumption.",
                "  match goal with H : forall _, _ -> E _ = 0 |- _ => rewrite H by assumption end.",
                "  ring. }",
            ]
            outside = before / node
            if outside != 1:
                below = 1 / outside
                left = f"{left} / {write(below, 9)}"
            total_of_weights = True
        else:
            left = write(before)
            total_of_weights = before.has(Total)
            if total_of_weights:
                (total,) = before.atoms(Total)
                weight = next(one for one in sp.Mul.make_args(total.body) if total.index in one.free_symbols)
                mean = sp.Mul(*(one for one in sp.Mul.make_args(total.body) if one != weight))
                size, i = self._writer.size(total.index.upper + 1), self._writer.size(total.index)
                proof = [
                    f"rewrite (total_ext {size} _ (fun {i} => {write(mean)} * {write(weight, 39)})) by (intros; ring)."
                ]
        if total_of_weights:
            proof += ["rewrite total_factor, geometric_sum by lra."]
        return self._theorem(f"{left} = CLAIMED", [*proof, "moment_identity."], given=given)

    def _at_outcome(self, formula: sp.Expr) -> str:
        """Write a formula of random entries at one outcome: x i becomes x i o."""
        at = {
            node: sp.Symbol(
                f"{self._identifiers.of(str(node.base.label))} {self._writer.size(node.indices[0])} o", real=True
            )
            for node in formula.atoms(sp.Indexed)
            if node.base in self._random
        }
        return _Verbatim(self._identifiers, frozenset(at.values())).write(formula.xreplace(at))


class _Verbatim(SumWriter):
    """Writes some symbols as they are named: entries of arrays at an outcome, whose words were made safe before."""

    def __init__(self, identifiers: Identifiers, verbatim: frozenset[sp.Symbol]) -> None:
        super().__init__(identifiers)
        self._verbatim = verbatim

    def _symbol(self, node: sp.Symbol) -> tuple[str, int]:
        return (node.name, 10) if node in self._verbatim else super()._symbol(node)
