"""Random formulas with indices, sums and deltas: laws applied at random places are proved, a change is seen.

The formulas are trees, from which both the LaTeX and the exact numbers follow: the numbers come from Python's fractions
and know neither our reader nor our algebra.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.formulas import equal
from checks.verdict import Status

Tree = tuple[Any, ...]
TIMES = r"\cdot"
FREE, BOUND, NEW = "ij", "klmpq", "rstuvw"
GIVEN = ["x vector(n)", "y vector(n)", "A matrix(n, n)", "C matrix(n, n)"]
GIVEN += [f"{letter} index(n)" for letter in FREE + BOUND + NEW]
QUIET = settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def shown(tree: Tree) -> str:
    """Write a tree as LaTeX."""
    match tree:
        case ("number", value):
            return str(value)
        case ("entry", name, *indices):
            return f"{name}_{{{''.join(indices)}}}"
        case ("delta", a, b):
            return rf"\delta_{{{a}{b}}}"
        case ("sum", index, body):
            return rf"\left(\sum_{{{index}}} {shown(body)}\right)"
        case ("+", a, b):
            return f"({shown(a)} + {shown(b)})"
        case ("-", a, b):
            return f"({shown(a)} - {shown(b)})"
        case ("*", a, b):
            return f"{shown(a)} {TIMES if shown(b)[0].isdigit() else ''} {shown(b)}"
        case ("square", a):
            return f"({shown(a)})^2"
    raise AssertionError(tree)


def value(tree: Tree, arrays: Mapping[str, Any], at: Mapping[str, int], size: int) -> Fraction:
    """Return the exact value; the indices count from 0."""
    match tree:
        case ("number", number):
            return Fraction(number)
        case ("entry", name, *indices):
            found = arrays[name]
            for index in indices:
                found = found[at[index]]
            return Fraction(found)
        case ("delta", a, b):
            return Fraction(at[a] == at[b])
        case ("sum", index, body):
            return sum((value(body, arrays, {**at, index: k}, size) for k in range(size)), Fraction(0))
        case ("+" | "-" | "*" as sign, a, b):
            first, second = value(a, arrays, at, size), value(b, arrays, at, size)
            return first + second if sign == "+" else first - second if sign == "-" else first * second
        case ("square", a):
            return value(a, arrays, at, size) ** 2
    raise AssertionError(tree)


def agree_at_50_points(left: Tree, right: Tree) -> bool:
    random = Random(7)
    for trial in range(50):
        size = (2, 3, 4, 1)[trial % 4]
        arrays: dict[str, Any] = {name: [random.randint(-9, 9) for _ in range(size)] for name in "xy"}
        arrays |= {name: [[random.randint(-9, 9) for _ in range(size)] for _ in range(size)] for name in "AC"}
        for i, j in product(range(size), repeat=2):
            at = {"i": i, "j": j}
            if value(left, arrays, at, size) != value(right, arrays, at, size):
                return False
    return True


@st.composite
def trees(draw: st.DrawFn, known: str = FREE, depth: int = 3) -> Tree:
    """Draw a formula in which only these indices stand free."""
    index = st.sampled_from(known)
    kind = draw(st.integers(0, 9 if depth else 4))
    if kind == 0:
        return ("number", draw(st.integers(1, 4)))
    if kind <= 2:
        return ("entry", draw(st.sampled_from("xy")), draw(index))
    if kind == 3:
        return ("entry", draw(st.sampled_from("AC")), draw(index), draw(index))
    if kind == 4:
        return ("delta", *draw(st.permutations("ij"))) if set("ij") <= set(known) else ("entry", "x", draw(index))
    if kind <= 6:
        fresh = next(letter for letter in BOUND if letter not in known)
        return ("sum", fresh, draw(trees(known + fresh, depth - 1)))
    if kind == 7:
        return ("square", draw(trees(known, depth - 1)))
    return (draw(st.sampled_from("+-*")), draw(trees(known, depth - 1)), draw(trees(known, depth - 1)))


def renamed(tree: Tree, old: str, new: str) -> Tree:
    """Rename the free occurrences of an index; the new name stands nowhere in the tree."""
    if tree[0] == "sum" and tree[1] == old:
        return tree
    return tuple(
        renamed(part, old, new) if isinstance(part, tuple) else new if part == old and place else part
        for place, part in enumerate(tree)
    )


def unused(tree: Tree, known: str) -> str:
    names = {letter for letter in str(tree) if letter.isalpha()}
    return next(letter for letter in NEW + BOUND if letter not in names | set(known))


def mentions(tree: Tree, index: str) -> bool:
    return any(mentions(part, index) if isinstance(part, tuple) else part == index for part in tree[1:])


def rewritten(tree: Tree, known: str) -> list[Tree]:
    """Return trees that are equal to this one for all sizes and entries, each by one law at the root."""
    fresh = unused(tree, known)
    found: list[Tree] = [
        ("-", ("+", tree, ("entry", "x", known[0])), ("entry", "x", known[0])),
        ("*", ("number", 1), tree),
    ]
    found += [
        ("sum", fresh, ("*", ("delta", index, fresh), renamed(tree, index, fresh)))
        for index in known
        if mentions(tree, index)
    ]
    match tree:
        case ("+" | "*" as sign, a, b):
            found.append((sign, b, a))
            if sign == "*" and b[0] in "+-":
                found.append((b[0], ("*", a, b[1]), ("*", a, b[2])))
            if sign == "*" and b[0] == "sum" and not mentions(a, b[1]):
                found.append(("sum", b[1], ("*", a, b[2])))
        case ("square", a):
            found.append(("*", a, a))
        case ("sum", index, body):
            found.append(("sum", fresh, renamed(body, index, fresh)))
            if body[0] in "+-":
                found.append((body[0], ("sum", index, body[1]), ("sum", index, body[2])))
            if body[0] == "sum":
                found.append(("sum", body[1], ("sum", index, body[2])))
            if body[0] == "*" and not mentions(body[1], index):
                found.append(("*", body[1], ("sum", index, body[2])))
    return found


def mutated(tree: Tree, known: str) -> list[Tree]:
    """Return trees with a slip at the root: most are unequal to it."""
    found: list[Tree] = [("*", ("number", 2), tree), ("+", tree, ("number", 1)), ("*", tree, ("entry", "y", known[0]))]
    match tree:
        case ("entry", name, a, b):
            found += [("entry", name, b, a), ("entry", name, a, a)]
        case ("entry", name, a):
            found += [("entry", name, other) for other in known if other != a] + [("entry", "xy"["yx".index(name)], a)]
        case ("delta", _, _):
            found.append(("number", 1))
        case ("+" | "-" | "*" as sign, a, b):
            found += [("+" if sign == "-" else "-", a, b), a, b]
        case ("sum", index, body):
            found.append(renamed(body, index, known[0]))
            if body[0] == "*":
                found.append(("*", ("sum", index, body[1]), ("sum", index, body[2])))
        case ("square", a):
            found.append(a)
    return found


def changed(tree: Tree, known: str, data: st.DataObject, change: Callable[[Tree, str], list[Tree]]) -> Tree:
    """Change one node, chosen on the way down from the root."""
    places = [place for place, part in enumerate(tree) if isinstance(part, tuple)]
    place = data.draw(st.integers(0, len(places)))
    if place == len(places):
        return data.draw(st.sampled_from(change(tree, known)))
    at, inner = places[place], known + tree[1] if tree[0] == "sum" else known
    return (*tree[:at], changed(tree[at], inner, data, change), *tree[at + 1 :])


def test_laws_applied_at_random_places_are_proved() -> None:
    statuses: Counter[Status] = Counter()

    @given(tree=trees(), data=st.data(), times=st.integers(1, 3))
    @QUIET
    def never_refuted(tree: Tree, data: st.DataObject, times: int) -> None:
        other = tree
        for _ in range(times):
            other = changed(other, FREE, data, rewritten)
        verdict = equal(shown(tree), shown(other), GIVEN, seconds=5)
        statuses[verdict.status] += 1
        assert verdict.status in (Status.PROVED, Status.UNDECIDED), (shown(tree), shown(other), verdict.reason)

    never_refuted()
    assert statuses[Status.PROVED] > 0.95 * statuses.total(), statuses


def test_a_slip_is_refuted_exactly_where_the_numbers_differ() -> None:
    statuses: Counter[Status] = Counter()

    @given(tree=trees(), data=st.data())
    @QUIET
    def as_the_numbers_say(tree: Tree, data: st.DataObject) -> None:
        other = changed(tree, FREE, data, mutated)
        verdict = equal(shown(tree), shown(other), GIVEN, seconds=5)
        statuses[verdict.status] += 1
        wanted = Status.PROVED if agree_at_50_points(tree, other) else Status.REFUTED
        assert verdict.status in (wanted, Status.UNDECIDED), (shown(tree), shown(other), verdict.reason)

    as_the_numbers_say()
    assert statuses[Status.REFUTED] > 0.5 * statuses.total(), statuses
    assert statuses[Status.UNDECIDED] < 0.05 * statuses.total(), statuses
