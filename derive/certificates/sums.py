"""Index notation in Coq, and scripts that bring sums into a normal form.

Every sum is written as Σ over monomials, with factors that do not depend on the index in front, and with deltas
contracted. The script repeats these steps one by one; Coq checks each, so nothing rests on this module being right.
"""

import sympy as sp

from derive.certificates.document import NoCertificateError
from derive.certificates.expressions import APPLICATION, OPPOSITE, POWER, PRODUCT, Writer, Written
from derive.indices import length, same_range


class Total(sp.Expr):  # type: ignore[misc]  # SymPy has no types
    """A sum over the whole range of one index, which stays as it is written; SymPy's own joins nested sums."""

    is_commutative = True

    def __new__(cls, body: sp.Expr, index: sp.Idx) -> "Total":
        """Write Σ_index body down."""
        return sp.Expr.__new__(cls, body, index)  # type: ignore[no-any-return]

    @property
    def body(self) -> sp.Expr:
        """What is summed."""
        return self.args[0]

    @property
    def index(self) -> sp.Idx:
        """The index that the sum runs over."""
        return self.args[1]

    @property
    def free_symbols(self) -> set[sp.Basic]:
        """All symbols but the bound index."""
        return (self.body.free_symbols | self.index.upper.free_symbols) - {self.index}  # type: ignore[no-any-return]

    def _eval_is_real(self) -> bool:
        return True

    def _eval_is_positive(self) -> bool | None:
        return True if self.body.is_positive else None


class SumWriter(Writer):
    """Writes formulas in index notation: entries of arrays, sums, deltas, sizes."""

    def size(self, size: sp.Expr) -> str:
        """Return a size or an index as a natural number, in brackets unless it is one word."""
        if isinstance(size, sp.Idx):
            return self.identifiers.of(str(size.name), "index")
        if isinstance(size, sp.Symbol):
            return self.identifiers.of(size.name, "size")
        if size.is_Integer and size >= 0:
            return str(size)
        return f"({self._natural(size)})%nat"

    def _natural(self, size: sp.Expr) -> str:
        if size.is_Add:
            added = [term for term in sorted(size.args, key=_place) if not term.could_extract_minus_sign()]
            removed = [-term for term in sorted(size.args, key=_place) if term not in added]
            text = " + ".join(self._natural(term) for term in added)
            return " - ".join([text, *(self.size(term) for term in removed)])
        if size.is_Mul and all(
            (factor.is_Integer and factor > 0) or isinstance(factor, (sp.Idx, sp.Symbol)) for factor in size.args
        ):
            return " * ".join(self.size(factor) for factor in size.args)
        if isinstance(size, (sp.Idx, sp.Symbol)) or (size.is_Integer and size >= 0):
            return self.size(size)
        raise NoCertificateError(f"the index {size} has no form in Coq here")

    def total(self, index: sp.Idx, body: str) -> str:
        """Return Σ over an index, of a body that is written already."""
        return f"total {self.size(length(index))} (fun {self.size(index)} => {body})"

    def _symbol(self, node: sp.Symbol) -> Written:
        if isinstance(node, sp.Idx) or node.is_integer:
            return f"INR {self.size(node)}", APPLICATION
        return super()._symbol(node)

    def _power(self, base: sp.Expr, exponent: sp.Expr) -> Written:
        if exponent.is_integer and not exponent.is_number:
            return f"{self.write(base, APPLICATION)} ^ {self.size(exponent)}", POWER
        return super()._power(base, exponent)

    def _function(self, node: sp.Basic) -> Written:
        if isinstance(node, sp.Idx):
            return f"INR {self.size(node)}", APPLICATION
        if isinstance(node, sp.Indexed):
            name = self.identifiers.of(str(node.base.label))
            return " ".join([name, *map(self.size, node.indices)]), APPLICATION
        if isinstance(node, sp.KroneckerDelta):
            return " ".join(["delta", *map(self.size, node.args)]), APPLICATION
        if isinstance(node, Total):
            return self.total(node.index, self.write(node.body)), APPLICATION
        return super()._function(node)


def _place(term: sp.Expr) -> tuple[int, str, str]:
    """Return where a term of an index stands: an index that takes the place of another of its range keeps the place."""
    return -int(sp.count_ops(term)), str(length(term)) if isinstance(term, sp.Idx) else "", str(term)


def nested(expression: sp.Expr) -> sp.Expr:
    """Write Σ over several indices as sums of one index each, the first outermost."""
    if not expression.has(sp.Sum):
        return expression  # as it stands: what was written unevaluated is not evaluated on the way
    if isinstance(expression, sp.Sum):
        body = nested(expression.function)
        for limit in reversed(expression.limits):
            body = Total(body, limit[0])
        return body
    return expression.func(*(nested(argument) for argument in expression.args))


def distinct(expression: sp.Expr, taken: frozenset[sp.Idx]) -> sp.Expr:
    """Rename bound indices so that none has the name of one outside of it."""
    if not expression.args or isinstance(expression, (sp.Indexed, sp.Idx)):
        return expression
    if isinstance(expression, Total):
        body, index = expression.args
        names = {str(one) for one in taken}
        if str(index) in names:
            number = next(n for n in range(1, 100) if f"{index}{n}" not in names)
            fresh = sp.Idx(f"{index}{number}", length(index))
            body, index = substituted(body, index, fresh), fresh
        return Total(distinct(body, taken | {index}), index)
    return expression.func(*(distinct(argument, taken) for argument in expression.args))


class Normaliser:
    """Brings expressions to the normal form and keeps the script that does the same in Coq."""

    def __init__(self, writer: SumWriter) -> None:
        self._writer = writer

    def normalised(self, expression: sp.Expr) -> tuple[sp.Expr, list[str]]:
        """Return the normal form of an expression, and the lines that rewrite the goal in which it stands.

        Raises
        ------
        NoCertificateError
            Something has no form in Coq here.
        """
        lines: list[str] = []
        replaced: dict[sp.Expr, sp.Expr] = {}
        for node in _sums(expression):
            if node in replaced:
                continue
            after, proof = self._sum(node)
            replaced[node] = after
            if after != node:
                left, right = self._writer.write(node), self._writer.write(after)
                lines += [f"replace ({left})", f"  with ({right}).", "2: {", *(f"  {line}" for line in proof), "}"]
        return expression.xreplace(replaced), lines

    def _sum(self, node: Total) -> tuple[sp.Expr, list[str]]:
        """Return the normal form of one sum, and the proof of `normal form = sum`."""
        index = node.index
        write = self._writer.write
        body, inner = self.normalised(node.body)
        terms = _collected(body, index)
        # Each part: the factor, what stays under the sum, and what the sum of that is.
        parts: list[tuple[sp.Expr, str, sp.Expr]] = []
        contractions: list[str] = []
        for rest, factor in terms.items():
            delta = _contracted(rest, index)
            if delta is not None:
                other, left = delta
                value = substituted(left, index, other)
                text = f"delta {self._writer.size(index)} {self._writer.size(other)} * {write(left, PRODUCT - 1)}"
                function = f"(fun {self._writer.size(index)} => {write(left)})"
                contractions.append(
                    f"rewrite (total_delta {self._writer.size(length(index))} {self._writer.size(other)} {function}) "
                    "by assumption."
                )
            elif rest == 1:
                value, text = length(index), "1"
                contractions.append(f"rewrite (total_constant {self._writer.size(length(index))} 1).")
            else:
                value, text = Total(rest, index), write(rest)
            parts.append((factor, text, value))
        after = sp.Add(*(factor * value for factor, _, value in parts))
        if after == node:
            return node, []
        split = " + ".join(
            f"{write(factor, OPPOSITE)} * {self._writer.total(index, text)}" for factor, text, _ in parts
        )
        proof = ["symmetry."]
        if inner:
            proof += [
                f"transitivity ({self._writer.total(index, write(body))}).",
                f"{{ apply total_ext; intros {self._writer.size(index)} ?.",
                *(f"  {line}" for line in inner),
                "  sum_algebra. }",
            ]
        if not parts:
            proof += [
                f"transitivity ({self._writer.total(index, '0 * 0')}).",
                "{ apply total_ext; intros; sum_algebra. }",
            ]
            proof += ["rewrite total_factor.", "ring."]
            return sp.S.Zero, proof
        proof += [f"transitivity ({split}).", "{ linear_sum. }", *dict.fromkeys(contractions), "sum_algebra."]
        return after, proof


def _sums(expression: sp.Expr) -> list[Total]:
    """Return the sums that are terms or factors, the outermost of each."""
    if isinstance(expression, Total):
        return [expression]
    if expression.is_Add or expression.is_Mul:
        return list(dict.fromkeys(node for argument in expression.args for node in _sums(argument)))
    if expression.is_Pow and expression.exp.is_Integer and expression.exp > 0:
        return _sums(expression.base)
    return []


def _collected(body: sp.Expr, index: sp.Idx) -> dict[sp.Expr, sp.Expr]:
    """Return for each monomial in which the index stands the factor in front of it."""
    letters: dict[sp.Expr, sp.Expr] = {}
    polynomial = _masked(body, letters)
    meaning = {letter: node for node, letter in letters.items()}
    found: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(sp.expand(polynomial)):
        inside: list[sp.Expr] = []
        outside: list[sp.Expr] = []
        for letter in sp.Mul.make_args(term):
            factor = letter.xreplace(meaning)
            (inside if index in factor.free_symbols else outside).append(factor)
        rest = sp.Mul(*inside)
        found[rest] = found.get(rest, sp.S.Zero) + sp.Mul(*outside)
    return {rest: factor for rest, factor in found.items() if factor != 0}


def _masked(node: sp.Expr, letters: dict[sp.Expr, sp.Expr]) -> sp.Expr:
    """Write a formula as a polynomial in letters, one for each part that is no sum, product or whole power."""
    if node.is_Add or node.is_Mul:
        return node.func(*(_masked(argument, letters) for argument in node.args))
    if node.is_Pow and node.exp.is_Integer and not isinstance(node, sp.exp):
        return _masked(node.base, letters) ** node.exp if node.exp > 0 else _letter(node, letters)
    return node if node.is_Rational else _letter(node, letters)


def _letter(node: sp.Expr, letters: dict[sp.Expr, sp.Expr]) -> sp.Expr:
    return letters.setdefault(node, sp.Dummy(real=True, commutative=True))


def substituted(expression: sp.Expr, index: sp.Idx, value: sp.Idx) -> sp.Expr:
    """Replace the free occurrences of an index, renaming bound indices that would capture the new one."""
    if expression == index:
        return value
    if not expression.args or index not in expression.free_symbols:
        return expression
    if isinstance(expression, Total):
        body, bound = expression.args
        if bound == value:
            fresh = sp.Idx(f"{bound.name}_", length(bound))
            body, bound = substituted(body, bound, fresh), fresh
        return Total(substituted(body, index, value), bound)
    return expression.func(*(substituted(argument, index, value) for argument in expression.args))


def _contracted(rest: sp.Expr, index: sp.Idx) -> tuple[sp.Idx, sp.Expr] | None:
    """Return the index that a delta ties this one to, and what else stands there."""
    factors = sp.Mul.make_args(rest)
    for factor in factors:
        if isinstance(factor, sp.KroneckerDelta) and index in factor.args:
            (other,) = [argument for argument in factor.args if argument != index] or [index]
            if isinstance(other, sp.Idx) and other != index and same_range(index, other):
                return other, rest / factor
    return None
