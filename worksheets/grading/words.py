"""How verdicts are put for students: a word for each status, and what to do next for each finding."""

SHOWN = {
    "proved": "right",
    "agrees": "right",
    "refuted": "not right",
    "unreadable": "no answer",
    "undecided": "a person decides",
    "fault": "our error",
}

SIGNS = {"proved": "✓", "agrees": "✓", "refuted": "✗", "unreadable": "–", "undecided": "?", "fault": "!"}
"""A sign for each status, for the matrix."""

ADVICE = {
    "wrong value": "Take a small example, compute it by hand, and compare.",
    "classic mistake": "Look at the mistake that is named: it gives exactly your values.",
    "right up to a factor": "Look for a factor that was forgotten or is there twice: a mean in place of a sum, a 2.",
    "follows from its own forward pass": "The derivative fits your own function: correct the function first.",
    "another convention": "Read again which convention the question asks for.",
    "wrong shape": "Compare the shape of your result with the shape that is asked for.",
    "not a number": "Find out for which inputs nan or inf appears, and rewrite the formula for those.",
    "unstable": "Try inputs such as 800 and -800: rewrite the formula so that no exponential overflows.",
    "no numbers": "Return an array of numbers.",
    "returns nothing": "A function without 'return' gives back None.",
    "missing": "Write your answer into the cell of the question.",
    "not written yet": "Write your answer into the cell of the question.",
    "other arguments": "Take the arguments that the question names, in that order.",
    "raises an error": "Run the cell again after restarting the kernel, and read the last line of the error.",
    "differs from call to call": "The same inputs have to give the same result: draw no random numbers in it.",
    "keeps state between calls": "A second call gives something else: compute from the arguments alone.",
    "changes its inputs": "Work on a copy: 'x = x.copy()', or write 'x = x + 1' in place of 'x += 1'.",
    "loops over samples": "Use operations on whole arrays in place of the loop.",
    "took too long": "Look for a loop that does not end.",
    "ended its process": "Look for what ends Python: 'exit()', or more memory than there is.",
    "unreadable file": "Hand in the notebook again, as it was saved by Jupyter.",
}
"""What to do next."""

BY_STATUS = {
    "refuted": "Go through your work step by step, and try the point that is named.",
    "unreadable": "Write your answer into the cell of the question.",
}


def advice(status: str, finding: str, kind: str) -> str:
    """Return what a student may do next; "" where there is nothing to do."""
    if status in ("proved", "agrees") and finding not in ("changes its inputs", "loops over samples", "unstable"):
        return ""
    if kind in ("formula", "steps") and status == "unreadable" and finding != "missing":
        return "Correct the formula at the place that is named; `gradproof equal` reads it as the grader does."
    if status in ("undecided", "fault"):
        return ""
    return ADVICE.get(finding, BY_STATUS.get(status, ""))


def points(value: float | None) -> str:
    """Return points as people write them: 1, 0.5, an open number as a dash."""
    return "–" if value is None else f"{value:g}"
