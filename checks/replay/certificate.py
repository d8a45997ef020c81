"""Replays a certificate: whether it shows that its two formulas are equal wherever both are defined.

A certificate is plain data: a statement, and a proof that divides the domain into cases until each is settled by
polynomial arithmetic. Nothing in it is believed: each step is checked where it is used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from checks.replay.data import DEPTH, NODES, UnreadableCertificateError, loaded, plain
from checks.replay.polynomials import LimitError, RejectedError, Work
from checks.replay.proof import Proof

VERSION = 1
WORK_LIMIT = 500_000

_KEYS = frozenset(("left", "right", "names", "indices", "given", "where", "except"))


@dataclass(frozen=True)
class Replayed:
    """What a certificate was found to show: `left` = `right` at every point of `given` at which both are defined.

    Attributes
    ----------
    statement:
        The two formulas as trees, the names, the conditions of the domain, the conditions under which the formulas are
        defined as they were typed, and what must not be zero.
    cases:
        How many cases were settled.
    """

    statement: Mapping[str, Any]
    cases: int


def replay(certificate: str | Mapping[str, Any]) -> Replayed:
    """Replay a certificate, given as JSON or as what JSON holds.

    Raises
    ------
    RejectedError
        It does not show what it states, is no certificate, or exceeds a limit.
    """
    try:
        data = loaded(certificate)
        if isinstance(data, dict) and isinstance(data.get("certificate"), dict):
            data = data["certificate"]  # an answer that holds its certificate
        data = plain(data, [NODES], DEPTH)
        if not isinstance(data, dict) or data.get("certificate") != VERSION:
            raise UnreadableCertificateError(f"a certificate has the key 'certificate' with its version, {VERSION}")
        statement, proof = data.get("statement"), data.get("proof")
        if not isinstance(statement, dict) or set(statement) != _KEYS:
            raise RejectedError(f"a statement has the parts {', '.join(sorted(_KEYS))}")
        run = Proof(statement, Work(WORK_LIMIT))
        run.case(proof, ())
    except RejectedError:
        raise
    except (RecursionError, OverflowError, MemoryError):
        raise LimitError("the certificate is too deep or too large") from None
    except Exception as error:  # whatever else goes wrong while it is read, it is no proof
        raise RejectedError(f"the certificate has another form ({type(error).__name__})") from error
    return Replayed(statement, run.settled)
