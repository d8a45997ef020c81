"""The last word before `proved`: a certificate of the two formulas as they were read is made, and replayed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from checks.certificates import Claim, NoCertificateError, NotShownError, certificate_of
from checks.formulas.limits import OutOfTimeError, at_most
from checks.replay import RejectedError
from checks.verdict import Attempt, Proof, Status, Verdict


@dataclass(frozen=True)
class Certified:
    """A verdict, and where it is `proved` its certificate or the reason why there is none.

    Attributes
    ----------
    verdict:
        The verdict that was given, unless a certificate was rejected.
    certificate:
        Plain data that `checks.replay` accepts, or None.
    without:
        Why there is no certificate; empty where there is one, and where nothing is proved.
    """

    verdict: Verdict
    certificate: Mapping[str, Any] | None = None
    without: str = ""


def certified(verdict: Verdict, claim: Callable[[], Claim], seconds: float | None) -> Certified:
    """Return a verdict with its certificate; a proof whose certificate is rejected proves nothing."""
    if verdict.status is not Status.PROVED:
        return Certified(verdict)
    try:
        with at_most(seconds):
            return Certified(verdict, certificate_of(claim()))
    except NoCertificateError as error:
        return Certified(verdict, None, str(error))
    except OutOfTimeError:
        return Certified(verdict, None, "the time ran out before a certificate was made")
    except NotShownError as error:
        status, sentence = Status.UNDECIDED, f"A proof was found, but no certificate bears it out: {error}."
    except RejectedError as error:
        status, sentence = Status.FAULT, f"This is an error of ours: the certificate was rejected, since {error}."
    procedure = verdict.evidence.procedure if isinstance(verdict.evidence, Proof) else "a proof"
    return Certified(Verdict(status=status, reason=sentence, evidence=Attempt(tried=(procedure, sentence))))
