"""Mistakes about an activation: σ for σ′, z for a = σ(z), and the derivative by z where the one by a was asked."""

from collections.abc import Iterator

import sympy as sp

from checks.formulas.mistakes.problem import Candidate, Problem
from checks.formulas.mistakes.words import shown
from derive.functions import general_function, sigma
from derive.indices import length

ACTIVATIONS = (sigma, sp.tanh, sp.Max)


def with_sigma(formula: sp.Expr) -> sp.Expr:
    """Write e^u/(1 + e^u) as σ(u), and with e^(−v) by σ(v), so that the activation can be seen."""
    if not isinstance(formula, sp.Expr) or not formula.has(sp.exp) or isinstance(formula, sp.exp):
        return formula
    if formula.is_Mul or formula.is_Pow:
        found = _recognised(formula)  # from the outside in: a factor e^u is taken together with 1/(1 + e^u)
        if found != formula:
            return with_sigma(found)
    if isinstance(formula, sp.Sum):
        return sp.Sum(with_sigma(formula.function), *formula.limits)
    return formula.func(*(with_sigma(argument) for argument in formula.args))


def _recognised(node: sp.Expr) -> sp.Expr:
    powers = dict(factor.as_base_exp() for factor in sp.Mul.make_args(node) if not isinstance(factor, sp.exp))
    exponents = {factor.exp: factor for factor in sp.Mul.make_args(node) if isinstance(factor, sp.exp)}
    for base, power in powers.items():
        if not (base.is_Add and len(base.args) == 2 and sp.S.One in base.args and power.is_Integer and power < 0):
            continue
        (exponential,) = (term for term in base.args if term != 1)
        if not isinstance(exponential, sp.exp):
            continue
        u, times = exponential.exp, -power
        falling = u.could_extract_minus_sign()
        output = sigma(-u) if falling else sigma(u)
        above, below = (1 - output, output) if falling else (output, 1 - output)  # e^u/(1 + e^u) and 1/(1 + e^u)
        count = next((k for k in range(times, 0, -1) if k * u in exponents), 0)
        rest = node * base**times / (exponents[count * u] if count else 1)
        return rest * above**count * below ** (times - count)
    return node


def of_derivative(problem: Problem) -> Iterator[Candidate]:
    """Yield the formula with σ(u) where σ′(u) = σ(u)(1 − σ(u)) belongs, and the same for tanh and unspecified h."""
    right = problem.right
    for output in _applied(right, sigma):
        pair = {output, 1 - output}
        changes = {node: node / (1 - output) for node in right.atoms(sp.Mul) if pair <= set(node.args)}
        formula = right.xreplace(changes)
        if formula != right:
            name = shown(output)
            correct = f"σ′ = σ (1 − σ): {name} (1 − {name})"
            yield problem.candidate(
                "sigma for sigma'", f"{name} stands where its derivative belongs", formula, correct, name
            )
    for output in _applied(right, sp.tanh):
        formula = right.xreplace({1 - output**2: output})
        name = shown(output)
        yield problem.candidate(
            "sigma for sigma'",
            f"{name} stands where its derivative belongs",
            formula,
            f"tanh′ = 1 − tanh²: 1 − {name}²",
            name,
        )
    for output in _applied(right, sigma):
        name = shown(output)
        sentence = f"the derivative of the activation, {name} (1 − {name}), is multiplied in once more"
        yield problem.candidate("sigma' twice", sentence, right * output * (1 - output))
    for node in sorted(right.atoms(sp.Function), key=str):
        if getattr(node.func, "is_general", False) and node.func.__name__.endswith("'"):
            plain = node.func.__name__.removesuffix("'")
            value = general_function(plain)(*node.args)
            yield problem.candidate(
                "sigma for sigma'",
                f"{plain} stands where {plain}′ belongs",
                right.xreplace({node: value}),
                shown(node),
                shown(value),
            )


def of_outputs(problem: Problem) -> Iterator[Candidate]:
    """Yield the formula with z for the output of its activation, and the reverse."""
    right = problem.right
    outputs = [node for kind in ACTIVATIONS for node in _applied(right, kind)]
    for output in outputs:
        inner = _argument(output)
        if inner is None:
            continue
        sentence = f"the pre-activation {shown(inner)} stands where the output {shown(output)} belongs"
        yield problem.candidate(
            "pre-activation for output", sentence, right.xreplace({output: inner}), instead=shown(inner)
        )
        sentence = f"the output {shown(output)} stands where the pre-activation {shown(inner)} belongs"
        yield problem.candidate(
            "output for pre-activation", sentence, right.xreplace({inner: output}), instead=shown(output)
        )
    for after, before in problem.outputs.items():
        for name, given, put, words in (
            ("pre-activation for output", after, before, "the pre-activation {} stands where the output {} belongs"),
            ("output for pre-activation", before, after, "the output {} stands where the pre-activation {} belongs"),
        ):
            formula = exchanged(right, given, put)
            yield problem.candidate(name, words.format(put.label, given.label), formula, instead=str(put.label))


def _argument(output: sp.Expr) -> sp.Expr | None:
    if isinstance(output, sp.Max):
        rest = [argument for argument in output.args if argument != 0]
        return rest[0] if len(output.args) == 2 and len(rest) == 1 else None
    return output.args[0]


def _applied(formula: sp.Expr, kind: type) -> list[sp.Expr]:
    return sorted(formula.atoms(kind), key=str)


def exchanged(formula: sp.Expr, given: sp.IndexedBase, put: sp.IndexedBase) -> sp.Expr:
    """Return the formula with the entries of one array in place of those of another one of the same shape."""
    if given.shape != put.shape:
        return formula
    return formula.replace(
        lambda node: isinstance(node, sp.Indexed) and node.base == given, lambda node: put[node.indices]
    )


def of_logits(problem: Problem) -> Iterator[Candidate]:
    """Yield ŷ − y where the derivative by ŷ was asked, and −y/ŷ or (ŷ − y)/(ŷ(1 − ŷ)) where the one by z was."""
    right = problem.right
    atoms = _numbers(problem)
    for prediction in _predictions(problem, atoms):
        name = shown(prediction)
        chain = f"∂L/∂z = ∂L/∂{name} · {name} (1 − {name})" if len(name) <= 20 else "∂L/∂z = ∂L/∂ŷ · ŷ (1 − ŷ)"
        slope = prediction * (1 - prediction)
        sentence = "this is the derivative by the logit z; the one by the prediction was asked"
        if _divides(right, prediction):
            yield problem.candidate("logit for prediction", sentence, right * slope, f"{problem.shown}; {chain}")
        for target in atoms:
            if target == prediction:
                continue
            if _has_both(right, prediction, target):
                rest = right * prediction / target
                if not rest.has(*_free(prediction), *_free(target)):
                    formula = -rest * (prediction - target)
                    correct = f"{problem.shown}; ŷ − y is ∂L/∂z, for softmax with Σ y = 1"
                    yield problem.candidate("logit for prediction", sentence, formula, correct)
            difference = prediction - target
            rest = right / difference
            if not rest.has(*_free(prediction), *_free(target)):
                asked = "this is the derivative by the prediction; the one by the logit z was asked"
                yield problem.candidate(
                    "prediction for logit", asked, rest * difference / slope, f"{problem.shown}; {chain}"
                )
                yield problem.candidate("prediction for logit", asked, -rest * target / prediction, problem.shown)


def _free(node: sp.Expr) -> list[sp.Basic]:
    return [node]


def _numbers(problem: Problem) -> list[sp.Expr]:
    """Return symbols and entries that occur in the right formula, sizes and indices left out."""
    right = problem.right
    entries: list[sp.Expr] = sorted(right.atoms(sp.Indexed), key=str)
    names = {label for node in entries for label in node.base.free_symbols} | set(problem.sizes)
    labels = {index.label for index in right.atoms(sp.Idx)} | {
        s for i in right.atoms(sp.Idx) for s in length(i).free_symbols
    }
    symbols = [s for s in sorted(right.free_symbols, key=str) if type(s) is sp.Symbol and s not in names | labels]
    return [*symbols, *entries]


def _predictions(problem: Problem, atoms: list[sp.Expr]) -> list[sp.Expr]:
    softmaxes = [
        node
        for node in sp.preorder_traversal(problem.right)
        if node.is_Mul
        and any(part.is_Pow and part.exp == -1 and isinstance(part.base, sp.Sum) for part in node.args)
        and len(node.args) == 2
    ]
    return [*_applied(problem.right, sigma), *dict.fromkeys(softmaxes), *atoms]


def _divides(formula: sp.Expr, number: sp.Expr) -> bool:
    return any(
        node.is_Pow and node.exp.is_negative and node.base.has(number) for node in sp.preorder_traversal(formula)
    )


def _has_both(formula: sp.Expr, first: sp.Expr, second: sp.Expr) -> bool:
    return bool(formula.has(first) and formula.has(second))
