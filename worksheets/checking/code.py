"""Checks code: the model solution against its formula, and every planted wrong answer against the model."""

from collections.abc import Iterator

from checks.answers import Outputs, Probe, judge_outputs, sample
from checks.answers.probes import Samples, named
from checks.verdict import Status, Verdict
from worksheets.building.hidden import setup_before
from worksheets.building.running import Played, RunError, Stage
from worksheets.checking.findings import fault, held, undecided
from worksheets.kinds.code import Asked, CodeQuestion, ProbeSource
from worksheets.sheet import Source

SEED = 20261


def stages(source: Source) -> list[Stage]:
    """Return what has to be run for the code questions of a worksheet, one stage for each.

    A stage runs the model, every planted wrong answer, and the model once more where nothing else is known of its
    results.
    """
    found, before = [], ""
    for question in code_questions(source):
        setup = setup_before(source, question)
        pieces = [question.model_source, *(code for code, _ in question.planted)]
        pieces += [question.model_source] * any(_is_unknown(question, probe) for probe in question.all_probes())
        # Each stage goes on where the one before it stopped: what stands before a question begins with what stood
        # before the last one.
        found.append(Stage(setup[len(before) :], pieces, _samples(question)))
        before = setup
    return found


def code_questions(source: Source) -> list[CodeQuestion]:
    """Return the code questions of a worksheet, in order."""
    return [question for question in source.questions if isinstance(question, CodeQuestion)]


def check_code(question: CodeQuestion, played: list[list[Played]] | RunError) -> Iterator[tuple[str, Verdict]]:
    """Yield what was checked about a code question, with a verdict on each.

    Parameters
    ----------
    question:
        The question.
    played:
        What its stage returned, or why there is nothing.
    """
    if isinstance(played, RunError):
        yield "the model runs", fault(str(played))
        return
    probes = _samples(question)
    model, wrong, again = played[0], played[1 : 1 + len(question.planted)], played[1 + len(question.planted) :]
    for place, (probe, samples) in enumerate(probes):
        yield _model(question, probe, samples, model[place], again[0][place] if again else None)
    if any(found.error for found in model):
        return
    caught = 0
    for (_, mistake), tried in zip(question.planted, wrong, strict=True):
        verdicts = [
            undecided(one.error) if one.error else judge_outputs(probe, one.outputs, right.outputs, samples)
            for (probe, samples), one, right in zip(probes, tried, model, strict=True)
        ]
        if any(verdict.status.earns_credit is not True for verdict in verdicts):
            caught += 1
        else:
            yield f"wrong: {mistake}", fault(f"the planted wrong answer ({mistake}) passes every check")
    if caught == len(question.planted):
        yield "wrong answers", held(f"all {caught} planted wrong answers are caught")


def _samples(question: CodeQuestion) -> list[tuple[Probe, Samples]]:
    return [(probe, sample(probe, SEED)) for probe in question.all_probes()]


def _declared(question: CodeQuestion, probe: Probe) -> ProbeSource | None:
    return next((one for one in question.probes if one.name == probe.name and one.proof), None)


def _formula(question: CodeQuestion, probe: Probe) -> Asked | None:
    if question.of is None:
        return None
    return next((asked for asked in question.asked if asked.name == probe.name), None)


def _is_unknown(question: CodeQuestion, probe: Probe) -> bool:
    """Tell whether nothing is known of the results of a probe but what the model returns."""
    return not (probe.accept or _declared(question, probe) or _formula(question, probe))


def _model(
    question: CodeQuestion, probe: Probe, samples: Samples, found: Played, again: Played | None
) -> tuple[str, Verdict]:
    """Judge what the model returned for one probe."""
    if found.error:
        return f"{probe.name}: the model", fault(f"the model solution fails: {found.error}")
    declared, asked = _declared(question, probe), _formula(question, probe)
    if declared is not None:
        return f"{probe.name}: the model against {declared.entry}", _against_entry(declared, probe, samples, found)
    if asked is not None:
        return f"{probe.name}: the model against its formula", _against_function(question, asked, probe, samples, found)
    if probe.accept:
        return f"{probe.name}: the model fulfils it", judge_outputs(probe, found.outputs, found.outputs, samples)
    assert again is not None
    return f"{probe.name}: the model runs", _repeatable(probe, samples, found, again)


def _repeatable(probe: Probe, samples: Samples, found: Played, again: Played) -> Verdict:
    """Judge results that nothing else is known of: finite numbers, the same ones when the model runs again."""
    import numpy as np

    values = [
        np.asarray(value, dtype=float) for outputs in found.outputs for value in outputs.values() if value is not None
    ]
    if not values or not all(np.all(np.isfinite(value)) for value in values):
        return fault(f"{probe.name} of the model returns nothing, or values that are not finite")
    if again.error:
        return fault(f"the model solution fails when it runs a second time: {again.error}")
    verdict = judge_outputs(probe, again.outputs, found.outputs, samples)
    if verdict.status is Status.REFUTED:
        return fault(f"two runs of the model differ, so no answer can be compared with it: {verdict.reason}")
    if verdict.status is not Status.AGREES:
        return verdict
    count = sum(value.size for value in values)
    reason = f"{probe.name} of the model returns the same {count} finite numbers in two runs; no entry proves them."
    return Verdict(status=Status.AGREES, reason=reason, evidence=verdict.evidence)


def _against_function(question: CodeQuestion, asked: Asked, probe: Probe, samples: Samples, found: Played) -> Verdict:
    from worksheets.feedback.code import _compiled

    assert question.of is not None
    names = [question.name_in_function(argument) for argument in asked.arguments]
    compiled = _compiled(question.of, asked.by, names)
    return judge_outputs(probe, found.outputs, [named(compiled(*inputs)) for inputs in samples], samples)


def _against_entry(declared: ProbeSource, probe: Probe, samples: Samples, found: Played) -> Verdict:
    from worksheets.derived import UnderivableError, from_entry
    from worksheets.feedback.code import _compiled

    try:
        function = from_entry(declared.entry)
    except UnderivableError as error:
        return fault(str(error))
    names = [one.name for one in probe.inputs]
    wanted: list[Outputs] = []
    back = {mine: theirs for theirs, mine in declared.names.items()}
    known = [
        (place, back.get(name, name)) for place, name in enumerate(names) if back.get(name, name) in function.arguments
    ]
    for inputs in samples:
        results = {}
        for output, part in declared.proof.items():
            by = "" if part == "value" else part
            compiled = _compiled(function, by, [name for _, name in known])
            results[output] = compiled(*(inputs[place] for place, _ in known))
        wanted.append(results)
    return judge_outputs(probe, found.outputs, wanted, samples)
