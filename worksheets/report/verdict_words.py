"""How verdicts and numbers are put for readers of the page."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.verdict import Verdict

MEANINGS = {
    "proved": "equal for all values in the stated domain, by an exact decision procedure",
    "agrees": "equal within a stated tolerance at the number of points given",
    "refuted": "different at a concrete point",
    "unreadable": "the answer could not be read",
    "undecided": "neither proved nor refuted; a person decides",
    "fault": "our own error, or the question's",
}
"""What each status means, in the words of the design."""


def scientific(value: float | None) -> str:
    """Return a number in two digits, as 3.4·10⁻¹², and a dash for none."""
    if value is None:
        return "–"
    if value == 0:
        return "0"
    if 0.01 <= abs(value) < 1000:
        return f"{value:.2g}"
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa}·10{raised}"


def seconds(value: float) -> str:
    """Return a duration: 12 s, 1.3 s, 40 ms, below 1 ms."""
    if value >= 10:
        return f"{value:.0f} s"
    if value >= 1:
        return f"{value:.1f} s"
    return f"{value * 1000:.0f} ms" if value >= 0.001 else "< 1 ms"


def evidence_line(verdict: "Verdict") -> str:
    """Return the evidence of a verdict in one line, "" where its sentence says it all."""
    from checks.verdict import Comparison, Counterexample, Proof

    evidence = verdict.evidence
    if isinstance(evidence, Proof):
        parts = [f"by {evidence.procedure}"]
        if evidence.domain:
            parts.append(f"for {evidence.domain}")
        if evidence.regions > 1:
            parts.append(f"in {evidence.regions} regions")
        if evidence.conditions:
            parts.append(f"given {', '.join(evidence.conditions)}")
        if evidence.exceptions:
            parts.append(f"except {', '.join(evidence.exceptions)}")
        return ", ".join(parts)
    if isinstance(evidence, Comparison) and evidence.unit == "shortfall":
        return ""  # an experiment that turned out as expected: no error was measured
    if isinstance(evidence, Comparison):
        line = f"tolerance {scientific(evidence.tolerance)} ({evidence.unit})"
        line += f", {evidence.skipped} skipped: {evidence.skipped_because}" if evidence.skipped else ""
        return line + (f", worst at {evidence.worst_at}" if evidence.worst_at else "")
    if isinstance(evidence, Counterexample):
        at = ", ".join(f"{name} = {value}" for name, value in evidence.point.items())
        return f"at {at}: {evidence.left} against {evidence.right}"
    return ""
