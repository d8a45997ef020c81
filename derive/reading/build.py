# ruff: noqa: D102 - each method makes the node of the grammar rule that it is named after
"""From what a grammar found to the syntax tree; the three grammars share their rule names, so they share this."""

import re
from fractions import Fraction
from typing import Any

from lark import Token, Transformer

from derive.reading import tree
from derive.reading.errors import Trouble
from derive.reading.limits import DIGITS, EXPONENT
from derive.reading.names import GREEK, WORDS

Child = Any  # a token, a node, or a script on its way to its base

_CLOSING = {"BAROPEN": "|", "NORMOPEN": "‖"}
_RELATIONS = {
    "<": "<", ">": ">", "<=": "<=", "=<": "<=", "≤": "<=", "⩽": "<=", ">=": ">=", "≥": ">=", "⩾": ">=",
    "==": "==", "=": "==", "!=": "!=", "<>": "!=", "≠": "!=",
    r"\le": "<=", r"\leq": "<=", r"\leqslant": "<=", r"\ge": ">=", r"\geq": ">=", r"\geqslant": ">=",
    r"\lt": "<", r"\gt": ">", r"\ne": "!=", r"\neq": "!=", r"\not": "!=",
}  # fmt: skip
_OPERATIONS = {
    "*": "*", "·": "*", "⋅": "*", "∗": "*", "•": "*", "/": "/", "÷": "/", "∕": "/", "@": "@", "×": "×",
    "⊙": "∘", "∘": "∘", "⊗": "⊗", "//": "//", "%": "%",
    r"\cdot": "*", r"\ast": "*", r"\times": "×", r"\odot": "∘", r"\circ": "∘", r"\div": "/", r"\bullet": "*",
    r"\otimes": "⊗", r"\over": "/",
}  # fmt: skip
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉", "0123456789+-0123456789")
_LETTERS = str.maketrans("ᵢⱼₖₙₘ", "ijknm")


class _Script:
    """A prime, an index or an exponent that still looks for its base."""

    __slots__ = ("kind", "span", "value")

    def __init__(self, kind: str, span: tree.Span, value: Child) -> None:
        self.kind, self.span, self.value = kind, span, value


def start_of(child: Child) -> int:
    """Return where a token or node begins."""
    return int(child.start_pos or 0) if isinstance(child, Token) else int(child.span[0])


def _end(child: Child) -> int:
    return int(child.end_pos or 0) if isinstance(child, Token) else int(child.span[1])


def _span(children: list[Child]) -> tree.Span:
    return start_of(children[0]), _end(children[-1])


def number_of(text: str, position: int) -> Fraction:
    """Return a decimal as an exact fraction; refuse one that is too long."""
    plain = text.replace("_", "")
    mantissa, _, exponent = plain.lower().partition("e")
    if len(mantissa.replace(".", "")) > DIGITS:
        raise Trouble(f"the number has more than {DIGITS} digits", position)
    if exponent and (len(exponent) > 5 or abs(int(exponent)) > EXPONENT):
        raise Trouble(f"the number's power of ten is beyond ±{EXPONENT}", position)
    return Fraction(plain)


class Builder(Transformer[Token, tree.Node]):
    """Makes a node of each rule at once, while the text is parsed, so that depth never meets Python's stack."""

    def start(self, children: list[Child]) -> Child:
        return children[0]

    # -- sums, products, signs --

    def sum(self, children: list[Child]) -> Child:
        terms = [(1, children[0])]
        for sign, term in zip(children[1::2], children[2::2], strict=True):
            terms.append((1 if sign.type == "PLUS" else -1, term))
        return tree.Sum(_span(children), tuple(terms))

    def signed(self, children: list[Child]) -> Child:
        *signs, operand = children
        if any(sign.type == "TILDE" for sign in signs):
            return tree.Logic(_span(children), "not", (operand,))
        negative = sum(sign.type == "MINUS" for sign in signs) % 2
        return tree.Signed(_span(children), operand) if negative else operand

    factor = exponent = unary = signed

    def product(self, children: list[Child]) -> Child:
        factors = [("*", children[0])]
        places = [start_of(children[0])]
        for sign, factor in zip(children[1::2], children[2::2], strict=True):
            factors.append((_OPERATIONS[str(sign)], factor))
            places.append(start_of(sign))
        return tree.Product(_span(children), tuple(factors), tuple(places))

    def run(self, children: list[Child]) -> Child:
        return tree.Run(_span(children), tuple(children))

    # -- a base with its scripts --

    def primes(self, children: list[Child]) -> Child:
        count = sum({"″": 2, "‴": 3}.get(sign, 1) for sign in str(children[0]) if sign != " ")
        if children[0].startswith("\\"):
            count = len(re.findall(r"\\prime", children[0]))
        return _Script("primes", _span(children), count)

    def raised(self, children: list[Child]) -> Child:
        token = children[0]
        span = _span(children)
        if str(token) in {"ᵀ"}:
            return _Script("above", span, tree.Name(span, "T", "upright"))
        if str(token) in {"ⁿ"}:
            return _Script("above", span, tree.Name(span, "n"))
        value = Fraction(str(token).translate(_DIGITS)) if re.fullmatch(r"[⁺⁻]?[⁰-⁹¹²³]+", token) else None
        if value is None or len(token) > DIGITS:
            raise Trouble("the raised number cannot be read", token.start_pos, "an exponent")
        number = tree.Number(span, abs(value))
        return _Script("above", span, tree.Signed(span, number) if value < 0 else number)

    def lowered(self, children: list[Child]) -> Child:
        token, span = children[0], _span(children)
        plain = str(token).translate(_DIGITS).translate(_LETTERS)
        below: tree.Node = (
            tree.Number(span, Fraction(plain)) if plain.isdecimal() else tree.Name(span, plain)
        )  # the terminal holds one kind only
        return _Script("below", span, below)

    def above(self, children: list[Child]) -> Child:
        return _Script("above", _span(children), children[-1])

    def under(self, children: list[Child]) -> Child:
        return _Script("below", _span(children), children[-1])

    def item(self, children: list[Child]) -> Child:
        base, *scripts = children
        primes, below, above = 0, None, None
        for script in scripts:
            if script.kind == "primes":
                primes += script.value
            elif script.kind == "below":
                if below is not None:
                    raise Trouble("there are two lower indices; write them as one, like W_{ij}", script.span[0])
                below = script.value
            elif above is not None:
                raise Trouble("there are two exponents; use brackets to say which is meant", script.span[0])
            else:
                above = script.value
        if primes > 8:
            raise Trouble("there are more than 8 primes", scripts[0].span[0])
        return tree.Scripted(_span(children), base, primes, below, above)

    def power(self, children: list[Child]) -> Child:
        base, _, exponent = children
        return tree.Scripted(_span(children), base, 0, None, exponent)

    # -- atoms --

    def number(self, children: list[Child]) -> Child:
        token = children[0]
        scientific = "e" in token or "E" in token
        return tree.Number(_span(children), number_of(str(token), token.start_pos), scientific)

    def name(self, children: list[Child]) -> Child:
        token = children[0]
        text = str(token)
        if text.startswith("\\"):
            name = WORDS.get(text[1:])
            if name is None:
                raise Trouble(f"the command {text} is not known here", token.start_pos, "a formula")
            return tree.Name(_span(children), name, "symbol")
        base, *rest = text.split("_")
        if base in GREEK:
            return tree.Name(_span(children), "_".join([GREEK[base], *rest]), "symbol")
        return tree.Name(_span(children), text)

    def special(self, children: list[Child]) -> Child:
        token = children[0]
        kinds = {
            "INDICATOR": "𝟙",
            "BIGSUM": "∑",
            "BIGPRODUCT": "∏",
            "ROOTSIGN": str(token),
            "EXTREMUM": str(token).strip("\\"),
        }
        return tree.Name(_span(children), kinds[token.type], "special")

    def partial(self, children: list[Child]) -> Child:
        token = children[0]
        text = re.sub(r"^(?:∂|\\partial)\s*", "", str(token))
        if text.startswith(("^", "2", "²")):
            raise Trouble("second derivatives are not read; write the formula itself", token.start_pos)
        base, *rest = text.split("_")
        return tree.Name(_span(children), "_".join([GREEK.get(base, base), *rest]), "partial")

    def group(self, children: list[Child]) -> Child:
        opening = children[0]
        inner = [child for child in children[1:-1] if child is not None]
        if len(inner) == 1 and isinstance(inner[0], list):
            inner = inner[0]
        items = tuple(child for child in inner if not isinstance(child, Token))
        if not items:
            raise Trouble("there is nothing between the brackets", start_of(opening), "a formula")
        bracket = _CLOSING.get(opening.type, str(opening).strip("\\")[-1:])
        return tree.Group(_span(children), bracket, items)

    def listing(self, children: list[Child]) -> Child:
        return [child for child in children if child is not None and not isinstance(child, Token)]

    arguments = subscripts = listing

    def call(self, children: list[Child]) -> Child:
        function, inner = children[0], children[2] if len(children) == 4 else []
        arguments = tuple(child for child in inner if not isinstance(child, tuple))
        keywords = tuple(child for child in inner if isinstance(child, tuple))
        return tree.Call(_span(children), function, arguments, keywords)

    def keyword(self, children: list[Child]) -> Child:
        return str(children[0]), children[2]

    def each(self, children: list[Child]) -> Child:
        body, index, values = children
        return tree.Each(_span(children), body, tree.Name(_span([index]), str(index)), values)

    def item_of(self, children: list[Child]) -> Child:
        return tree.Item(_span(children), children[0], tuple(children[2]))

    def attribute(self, children: list[Child]) -> Child:
        return tree.Attribute(_span(children), children[0], str(children[2]))

    def nothing(self, children: list[Child]) -> Child:
        return tree.Nothing(_span(children))

    # -- conditions --

    def relation(self, children: list[Child]) -> Child:
        signs = tuple(_RELATIONS[str(token).split(" ")[0]] for token in children[1::2])
        equals = [token.start_pos for token in children[1::2] if str(token) == "="]
        return tree.Relation(_span(children), tuple(children[::2]), signs, equals[0] if equals else -1)

    def negation(self, children: list[Child]) -> Child:
        return tree.Logic(_span(children), "not", (children[-1],))

    def conjunction(self, children: list[Child]) -> Child:
        return tree.Logic(_span(children), "and", tuple(children))

    def disjunction(self, children: list[Child]) -> Child:
        return tree.Logic(_span(children), "or", tuple(children))

    def bits(self, children: list[Child]) -> Child:
        return tree.Logic(_span(children), "or", tuple(children[::2]))

    def bitand(self, children: list[Child]) -> Child:
        return tree.Logic(_span(children), "and", tuple(children[::2]))

    def ternary(self, children: list[Child]) -> Child:
        value, condition, other = children
        return tree.Cases(_span([value, other]), ((value, condition), (other, None)))

    # -- only in LaTeX --

    def raised_primes(self, children: list[Child]) -> Child:
        tokens = [child for child in children if child.type == "PRIMES"]
        return self.primes(tokens)

    def star(self, children: list[Child]) -> Child:
        return tree.Name(_span(children), "star", "upright")

    def transposed(self, children: list[Child]) -> Child:
        return tree.Name(_span(children), "T", "upright")

    def upright(self, children: list[Child]) -> Child:
        text = re.sub(r"^.*?\{\s*|\s*\}$", "", str(children[0])).replace("\\", "").replace("-", "_")
        return tree.Name(_span(children), text, "upright")

    def fraction(self, children: list[Child]) -> Child:
        _, opening, numerator, _, other, denominator, _ = children
        return tree.Quotient(_span(children), self._only(numerator, opening), self._only(denominator, other))

    def root(self, children: list[Child]) -> Child:
        body = self._only(children[-2], children[-3])
        degree = self._only(children[2], children[1]) if len(children) == 7 else None
        return tree.Root(_span(children), body, degree)

    def _only(self, items: list[Child], opening: Token) -> Child:
        if len(items) != 1:
            raise Trouble("a comma has no place here", start_of(items[1]), "a single formula")
        return items[0]

    def styled(self, children: list[Child]) -> Child:
        if len(children) == 1:
            return children[0]
        font = str(children[0]).strip("\\")
        inner = children[1] if len(children) == 2 else self._only(children[2], children[1])
        if isinstance(inner, tree.Name):
            kind = "symbol" if inner.kind == "word" and font in {"mathit"} else inner.kind
            return tree.Name(_span(children), inner.name, kind, font)
        if isinstance(inner, tree.Scripted):
            return tree.Scripted(_span(children), inner.base, inner.primes, inner.below, inner.above)
        return tree.Group(_span(children), "{", (inner,))

    def accented(self, children: list[Child]) -> Child:
        accent = {"widehat": "hat", "overline": "bar", "widetilde": "tilde"}.get(
            str(children[0]).strip("\\"), str(children[0]).strip("\\")
        )
        lists = [child for child in children[1:] if isinstance(child, list)]
        inner = self._only(lists[0], children[1]) if lists else children[1]
        if isinstance(inner, tree.Scripted) and isinstance(inner.base, tree.Name) and not inner.primes:
            base = tree.Name(inner.base.span, f"{inner.base.name}_{accent}", "symbol", inner.base.font)
            return tree.Scripted(_span(children), base, 0, inner.below, inner.above)
        if not isinstance(inner, tree.Name):
            raise Trouble(f"\\{accent} stands over a single name", start_of(inner), "a name")
        return tree.Name(_span(children), f"{inner.name}_{accent}", "symbol", inner.font)

    def branch(self, children: list[Child]) -> Child:
        nodes = [child for child in children if isinstance(child, tree.Node)]
        return nodes[0], nodes[1]

    def otherwise(self, children: list[Child]) -> Child:
        return next(child for child in children if isinstance(child, tree.Node)), None

    def cases(self, children: list[Child]) -> Child:
        branches = tuple(child for child in children if isinstance(child, tuple))
        return tree.Cases(_span([children[0], children[-1]]), branches)
