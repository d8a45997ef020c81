"""What a certificate may hold: texts, whole numbers, lists and objects, in bounded size; all else is refused."""

import json
from collections.abc import Sequence
from typing import Any

from checks.replay.polynomials import LimitError, RejectedError

TEXT_LIMIT = 1_000_000
NODES = 100_000
DEPTH = 100


class UnreadableCertificateError(RejectedError):
    """A file or an object that is no certificate of a version that is known."""


def loaded(certificate: Any) -> Any:
    """Return what a text in JSON holds, and anything else as it is."""
    if not isinstance(certificate, str):
        return certificate
    if len(certificate) > TEXT_LIMIT:
        raise LimitError(f"a certificate has at most {TEXT_LIMIT} characters")
    try:
        return json.loads(
            certificate, object_pairs_hook=_without_twins, parse_float=_no_number, parse_constant=_no_number
        )
    except RejectedError:
        raise
    except ValueError as error:
        raise UnreadableCertificateError(f"it is no JSON, {error}") from None


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnreadableCertificateError("a key stands twice in one object")
    return found


def _no_number(text: str) -> Any:
    raise UnreadableCertificateError(f"numbers are whole: {text[:20]} is none")


def plain(data: Any, left: list[int], depth: int) -> Any:
    """Return the data with tuples for lists; refuse what is no plain data, too deep (a cycle is) or too large."""
    left[0] -= 1
    if left[0] < 0 or depth < 0:
        raise LimitError("the certificate is too deep or too large")
    if isinstance(data, (list, tuple)):
        return tuple(plain(part, left, depth - 1) for part in data)
    if isinstance(data, dict) and all(type(key) is str for key in data):
        return {key: plain(part, left, depth - 1) for key, part in data.items()}
    if type(data) is str or (type(data) is int and data.bit_length() <= 1 << 14):
        return data
    raise UnreadableCertificateError("a certificate holds texts, whole numbers, lists and objects only")


def listed(data: Any) -> Sequence[Any]:
    """Return a list from a certificate, or refuse what is none."""
    if not isinstance(data, (list, tuple)):
        raise RejectedError("a list is needed where the certificate has something else")
    return data


def pair(data: Any) -> tuple[Any, Any]:
    """Return two things from a certificate, or refuse what is no pair."""
    if len(listed(data)) != 2:
        raise RejectedError("a pair is needed where the certificate has something else")
    return data[0], data[1]


def whole(data: Any) -> int:
    """Return a whole number from a certificate; true and 1.0 are none."""
    if type(data) is not int:
        raise RejectedError("a whole number is needed where the certificate has something else")
    return data


def whole_numbers(data: Any) -> list[int]:
    """Return a list of whole numbers from a certificate."""
    return [whole(number) for number in listed(data)]
