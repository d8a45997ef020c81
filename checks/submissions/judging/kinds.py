"""What may be found about a piece of code: one word for each answer that a student deserves to hear apart."""

from enum import StrEnum

from checks.verdict import Status


class Kind(StrEnum):
    """What was found."""

    RIGHT = "right"
    CONVENTION = "another convention"
    CLOSE = "nearly right"
    WRONG = "wrong value"
    MISTAKE = "classic mistake"
    FACTOR = "right up to a factor"
    OWN_FORWARD = "follows from its own forward pass"
    EARLIER = "follows from an earlier answer"
    SHAPE = "wrong shape"
    NOT_FINITE = "not a number"
    UNSTABLE = "unstable"
    NO_NUMBERS = "no numbers"
    NONE = "returns nothing"
    TOO_LITTLE = "too few results"
    TOO_MUCH = "too many results"
    MISSING = "missing"
    NOT_WRITTEN = "not written yet"
    SIGNATURE = "other arguments"
    RAISES = "raises an error"
    RANDOM = "differs from call to call"
    STATE = "keeps state between calls"
    CHANGED = "changes its inputs"
    SLOW = "loops over samples"
    TIES = "differs at ties"
    NOT_RUN = "needs cells that were not run"
    ENVIRONMENT = "needs what is not here"
    TIME = "took too long"
    ENDED = "ended its process"
    FORGED = "answered something else"
    FAULT = "our fault"

    @property
    def status(self) -> Status:
        """The status of a verdict on it, where its evidence can carry that."""
        return _STATUS.get(self, Status.UNREADABLE)


_STATUS = {
    Kind.RIGHT: Status.AGREES,
    Kind.CONVENTION: Status.AGREES,
    Kind.CHANGED: Status.AGREES,
    Kind.SLOW: Status.AGREES,
    Kind.TIES: Status.AGREES,
    Kind.CLOSE: Status.UNDECIDED,
    Kind.OWN_FORWARD: Status.UNDECIDED,
    Kind.EARLIER: Status.UNDECIDED,
    Kind.WRONG: Status.REFUTED,
    Kind.MISTAKE: Status.REFUTED,
    Kind.FACTOR: Status.REFUTED,
    Kind.RANDOM: Status.REFUTED,
    Kind.STATE: Status.REFUTED,
    # Whether the code or this machine is to blame, nothing here can tell.
    Kind.NOT_RUN: Status.UNDECIDED,
    Kind.ENVIRONMENT: Status.UNDECIDED,
    Kind.TIME: Status.UNDECIDED,
    Kind.ENDED: Status.UNDECIDED,
    Kind.FORGED: Status.UNDECIDED,
    Kind.FAULT: Status.FAULT,
}
