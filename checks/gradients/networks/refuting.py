"""The words of a refutation: layer, parameter, entry, both values, who is to blame and with which mistake."""

from typing import Any

import numpy as np
import numpy.typing as npt

from checks.gradients.mistakes import name_block_mistake
from checks.gradients.networks.case import Case, undecided
from checks.gradients.networks.comparing import COARSE_TOLERANCE, Compared, compare, tolerance_of
from checks.gradients.networks.localise import Fault, first_fault, structured
from checks.gradients.networks.trial import Change, Trial, WrongShapeError
from checks.verdict import Counterexample, Enclosure, Status, Verdict
from numeric.differences.networks import Measured
from numeric.differences.networks.record import parts_of
from numeric.differences.networks.sensitivity import Sensitivity

Array = npt.NDArray[Any]

IN_PLACE = "changes an array in place"


def refuted(
    case: Case,
    trial: Trial,
    measured: Measured,
    found: dict[str, Compared],
    wrong: list[str],
    unit: float,
) -> Verdict:
    """Return the refutation of the wrong parameter that is nearest to the loss."""
    name = _nearest_to_the_loss(wrong, found)
    compared, block = found[name], measured.blocks[name]
    (place, _), where = parts_of(name), compared.worst
    claimed, right = float(trial.gradients[name][where]), float(block.gradient.value[where])
    layer = trial.passed.layers[place]
    shown = f"{name}{list(where)} (layer {place}, {layer})"
    if not np.isfinite(claimed):
        return undecided(case, f"The backward pass gives {claimed} for {shown}; measured, it is {right:.12g}.")
    fault = first_fault(case.layers(), trial, measured, case.loss, case.y, unit)
    mistake = fault.mistake if fault is not None else None
    if mistake is None and (fault is None or "gradient wrongly" in fault.what):
        mistake = _block_mistake(trial, measured, name, unit)
    if any(not change.harmless for change in trial.changes):
        mistake = IN_PLACE
    count, size = int(np.count_nonzero(compared.wrong)), compared.wrong.size
    allowed = float(compared.allowed[where])
    reason = f"The backward pass gives {claimed:.12g} for {shown}; measured, it is {right:.12g}. "
    reason += f"{count:,} of {size:,} entries of {name} are wrong."
    reason += _blame(fault, trial, mistake)
    return Verdict(
        status=Status.REFUTED,
        reason=reason,
        evidence=Counterexample(
            point={"layer": f"{place} ({type(layer).__name__})", "parameter": name, "entry": str(list(where))},
            left=Enclosure(low=claimed, high=claimed, text=repr(claimed)),
            right=Enclosure(
                low=right - allowed,
                high=right + allowed,
                text=f"{right:.12g} ± {allowed:.1e}",
                kind="estimated",
            ),
        ),
        reproduce=case.again(),
        mistake=mistake,
    )


def _blame(fault: Fault | None, trial: Trial, mistake: str | None) -> str:
    text = f" The fault: {fault.what}." if fault is not None else ""
    if fault is None:
        text = " Each layer alone, on a fresh copy, is right: something is left from an earlier pass."
    text += f" Exactly this mistake: {mistake}." if mistake and mistake != IN_PLACE else ""
    return text + "".join(f" Also: {change}." for change in trial.changes[:1])


def _block_mistake(trial: Trial, measured: Measured, name: str, unit: float) -> str | None:
    place, _ = parts_of(name)
    upstream, earlier = measured.upstreams[place], trial.earlier
    return name_block_mistake(
        trial.gradients[name].astype(np.float64),
        measured.blocks[name].gradient.value,
        unit=unit,
        x=trial.passed.inputs[place],
        upstream=structured(measured.blocks[name], upstream),
        earlier=None if earlier is None else earlier.gradients.get(name),
        stale=None if earlier is None else earlier.passed.inputs[place],
    )


def _nearest_to_the_loss(wrong: list[str], found: dict[str, Compared]) -> str:
    """Return the wrong parameter nearest to the loss: what went wrong there spoils everything before it."""
    last = max(parts_of(name)[0] for name in wrong)

    def part(name: str) -> float:
        where = found[name].worst
        return float(found[name].gap[where] / found[name].allowed[where])

    return max((name for name in wrong if parts_of(name)[0] == last), key=part)


def wrong_shape(case: Case, trial: Trial, measured: Measured, name: str, unit: float) -> Verdict:
    """Return the refutation of a gradient of another shape than its parameter, by an entry that both have."""
    claimed, right = trial.gradients[name], measured.blocks[name].gradient
    place, _ = parts_of(name)
    fault = first_fault(case.layers(), trial, measured, case.loss, case.y, unit)
    mistake = "transposed" if claimed.shape == right.value.T.shape else None
    reason = (
        f"The gradient of {name} (layer {place}, {trial.passed.layers[place]}) has shape {claimed.shape}, "
        f"its parameter {right.value.shape}."
    )
    if mistake and not np.any(compare(claimed.T, right, tolerance_of(unit, exact=True)).wrong):
        reason += " Exactly this mistake: transposed."
    else:
        mistake = None
        reason += f" The fault: {fault.what}." if fault is not None else ""
    # An entry that both arrays have, and that is not the derivative by the weight of that place, refutes it.
    shared = tuple(slice(0, min(pair)) for pair in zip(claimed.shape, right.value.shape, strict=False))
    if claimed.ndim == right.value.ndim and claimed.size and right.value.size:
        part = Sensitivity(*(array[shared] for array in (right.value, right.noise, right.radius)))
        compared = compare(claimed[shared], part, COARSE_TOLERANCE)
        if np.any(compared.wrong):
            where = compared.worst
            left, true, allowed = float(claimed[where]), float(right.value[where]), float(compared.allowed[where])
            return Verdict(
                status=Status.REFUTED,
                reason=reason,
                evidence=Counterexample(
                    point={"parameter": name, "entry": str(list(where))},
                    left=Enclosure(low=left, high=left, text=repr(left)),
                    right=Enclosure(low=true - allowed, high=true + allowed, text=f"{true:.12g}", kind="estimated"),
                ),
                reproduce=case.again(),
                mistake=mistake,
            )
    return undecided(case, reason)


def wrong_choice(case: Case, trial: Trial, measured: Measured) -> Verdict:
    """Return the refutation of what a layer sends back at a kink."""
    choice = measured.choices[0]
    layer = trial.passed.layers[choice.place]
    what = f"entry {list(choice.where)}" if choice.where else "the sum over one sample"
    return Verdict(
        status=Status.REFUTED,
        reason=(
            f"At a kink, layer {choice.place} ({layer}) sends back {choice.value:.12g} as {what}; "
            f"right is what lies between {choice.low:.12g} and {choice.high:.12g}."
        ),
        evidence=Counterexample(
            point={"layer": f"{choice.place} ({type(layer).__name__})", "what": what},
            left=Enclosure(low=choice.value, high=choice.value, text=repr(choice.value)),
            right=Enclosure(
                low=choice.low,
                high=choice.high,
                text=f"between {choice.low:.12g} and {choice.high:.12g}",
                kind="estimated",
            ),
        ),
        reproduce=case.again(),
    )


def shape_sent_back(case: Case, error: WrongShapeError) -> Verdict:
    """Return the refutation of a backward pass that sends back another shape than it was given."""
    mistake = "a slice [p:-p] is empty for padding p = 0" if 0 in error.sent else None
    axis, (sent, wanted) = next(
        (
            (f"length of axis {axis}", pair)
            for axis, pair in enumerate(zip(error.sent, error.wanted, strict=False))
            if pair[0] != pair[1]
        ),
        ("number of axes", (len(error.sent), len(error.wanted))),
    )
    return Verdict(
        status=Status.REFUTED,
        reason=f"{str(error)[0].upper()}{str(error)[1:]}." + (f" Exactly this mistake: {mistake}." if mistake else ""),
        evidence=Counterexample(
            point={"layer": error.who, "what": f"{axis} of what is sent back"},
            left=Enclosure(low=sent, high=sent, text=str(sent)),
            right=Enclosure(low=wanted, high=wanted, text=str(wanted)),
        ),
        reproduce=case.again(),
        mistake=mistake,
    )


def changed_in_place(case: Case, change: Change) -> Verdict:
    """Return the refutation of a pass whose gradients are right and that spoils the next one."""
    before = Enclosure(low=change.before, high=change.before, text=repr(change.before))
    after = Enclosure(low=change.after, high=change.after, text=repr(change.after))
    return Verdict(
        status=Status.REFUTED,
        reason=f"The gradients are right, but {change}: the next pass starts from other numbers.",
        evidence=Counterexample(
            point={"who": change.who, "what": change.what, "entry": str(list(change.where))}, left=after, right=before
        ),
        reproduce=case.again(),
        mistake=IN_PLACE,
    )
