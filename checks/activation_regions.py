"""Prove the gradients of a network with ReLU and max-pooling in every one of its activation regions.

In a region each pool has a known winner or none, so the logit is a polynomial in parameters and pixels. It is written
down here from the winners, without the selection of the derivation, differentiated by python-flint, and compared with
the textbook forms in which the selection has its 0s and 1s.
"""

from itertools import product

import sympy as sp
from flint import Ordering, fmpq_mpoly, fmpq_mpoly_ctx

from checks.verdict import Attempt, Proof, Status, Verdict
from derive.entry import ArrayEntry
from derive.indices import entry_symbol, instantiate, positions

POOLS = tuple(product(range(2), range(2)))
CELLS = tuple(product(range(2), range(2)))

Pattern = tuple[tuple[int, int] | None, ...]
"""For each pool the cell that wins, or None where no cell is positive."""


def patterns() -> list[Pattern]:
    """Return the 625 = (4 + 1)^4 activation patterns of four pools with four cells each."""
    return list(product((*CELLS, None), repeat=len(POOLS)))


def check_regions(entry: ArrayEntry) -> Verdict:
    """Decide every parameter's gradient of the convolutional example in each of its 625 open regions."""
    algebra = _Algebra(entry)
    identities = 0
    for pattern in patterns():
        logit = algebra.logit(pattern)
        for parameter, pieces in algebra.textbooks.items():
            identities += 1
            claimed = algebra.selected(pieces, pattern)
            if claimed != logit.derivative(algebra.place(parameter)):
                return Verdict(
                    status=Status.FAULT,
                    reason=f"In the region {pattern} the textbook form of ∂z/∂{parameter} is not the derivative.",
                    evidence=Attempt(tried=(f"{identities} identities of polynomials",)),
                    reproduce=f"gradproof verify {entry.name}",
                )
    return Verdict(
        status=Status.PROVED,
        reason=(
            f"All {len(algebra.textbooks)} gradients hold in every one of the {len(patterns())} activation regions: "
            f"{identities:,} identities. On a border the winner is the first of the tied cells, and a pool whose "
            "largest cell is 0 sends nothing back: in both cases the gradient of an adjacent region, an element of the "
            "Clarke subdifferential."
        ),
        evidence=Proof(procedure="identities of polynomials, region by region (python-flint)", regions=len(patterns())),
        reproduce=f"gradproof verify {entry.name}",
    )


class _Algebra:
    """The polynomials of one image: the logit from the winners, and the textbook forms sorted by selection."""

    def __init__(self, entry: ArrayEntry) -> None:
        kernel = [f"K_{a}_{g}" for a, g in product(range(3), repeat=2)]
        weights = [f"W_{u}_{v}" for u, v in POOLS]
        pixels = [f"X_0_{i}_{j}" for i, j in product(range(6), repeat=2)]
        self._names = [*kernel, "c", *weights, "d", *pixels]
        self._context = fmpq_mpoly_ctx.get(tuple(self._names), Ordering.lex)
        self._of = dict(zip(self._names, self._context.gens(), strict=True))
        self._entry = entry
        self.textbooks = {parameter: self._by_selection(formula) for parameter, formula in self._written_out().items()}

    def place(self, name: str) -> int:
        """Return the position of a generator."""
        return self._names.index(name)

    def logit(self, pattern: Pattern) -> fmpq_mpoly:
        """Return z in the region of a pattern: each living pool is the pre-activation of its winner."""
        z = self._of["d"]
        for (u, v), cell in zip(POOLS, pattern, strict=True):
            if cell is None:
                continue
            row, column = 2 * u + cell[0], 2 * v + cell[1]
            pre_activation = self._of["c"]
            for a, g in product(range(3), repeat=2):
                pre_activation += self._of[f"K_{a}_{g}"] * self._of[f"X_0_{row + a}_{column + g}"]
            z += self._of[f"W_{u}_{v}"] * pre_activation
        return z

    def selected(self, pieces: dict[str, fmpq_mpoly], pattern: Pattern) -> fmpq_mpoly:
        """Return a textbook form with the selection of a pattern."""
        total = pieces.get("", self._context.constant(0))
        for (u, v), cell in zip(POOLS, pattern, strict=True):
            if cell is not None:
                total = total + pieces.get(f"S_0_{u}_{v}_{cell[0]}_{cell[1]}", self._context.constant(0))
        return total

    def _written_out(self) -> dict[str, sp.Expr]:
        """Return ∂z/∂parameter for each of the 15 parameters, as the catalogue has it, for one image and δ = 1."""
        sizes = dict.fromkeys(self._entry.variables[0].shape[0].free_symbols, 1)
        one = {entry_symbol("delta", (0,)): sp.S.One}
        found = {}
        for name in ("K", "c", "W", "d"):
            target = self._entry.entry_of(name)
            form = self._entry.expanded(self._entry.textbook(name))
            shape = target.base.shape if isinstance(target, sp.Indexed) else ()
            indices = target.indices if isinstance(target, sp.Indexed) else ()
            for position in positions(shape, sizes):
                where = dict(zip(indices, position, strict=True))
                label = "_".join([name, *map(str, position)])
                found[label] = instantiate(form, sizes, where).xreplace(one)
        return found

    def _by_selection(self, formula: sp.Expr) -> dict[str, fmpq_mpoly]:
        """Split Σ S·p into {S: p}; the forms are linear in the selection."""
        chosen = sorted((symbol for symbol in formula.free_symbols if symbol.name.startswith("S_")), key=str)
        expanded_form = sp.expand(formula)
        pieces: dict[str, sp.Expr] = {}
        for term in sp.Add.make_args(expanded_form):
            factors = [symbol for symbol in chosen if term.has(symbol)]
            if len(factors) > 1:
                raise ValueError(f"{term} is not linear in the selection")
            key = factors[0].name if factors else ""
            rest = term / factors[0] if factors else term
            pieces[key] = pieces.get(key, sp.S.Zero) + rest
        return {key: self._polynomial(piece) for key, piece in pieces.items()}

    def _polynomial(self, formula: sp.Expr) -> fmpq_mpoly:
        total = self._context.constant(0)
        for term in sp.Add.make_args(formula):
            product_of_factors = self._context.constant(1)
            for factor in sp.Mul.make_args(term):
                base, exponent = factor.as_base_exp()
                value = self._of[str(base)] if base.is_Symbol else self._context.constant(int(base))
                product_of_factors = product_of_factors * value ** int(exponent)
            total = total + product_of_factors
        return total
