"""Replays certificates: a short checker that trusts no other part of the project and imports none of it."""

from checks.replay.certificate import Replayed, replay
from checks.replay.data import UnreadableCertificateError
from checks.replay.polynomials import LimitError, RejectedError

__all__ = ["LimitError", "RejectedError", "Replayed", "UnreadableCertificateError", "replay"]
