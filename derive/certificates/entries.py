"""The certificate of any entry of the catalogue, and those of its wrong answers."""

from collections.abc import Iterator

import sympy as sp

from derive.certificates import arrays, moments, scalar
from derive.certificates.document import Certificate, NoCertificateError
from derive.entry import ArrayEntry, Entry, MomentEntry, ScalarEntry, Wrong


def certificate(entry: Entry) -> Certificate:
    """Return the certificate of an entry; targets that have none are listed in it with the reason."""
    if isinstance(entry, ScalarEntry):
        return scalar.certificate(entry)
    if isinstance(entry, ArrayEntry):
        return arrays.certificate(entry)
    if isinstance(entry, MomentEntry):
        return moments.certificate(entry)
    reason = "there is no certificate for this kind of entry yet"
    return Certificate(entry.name, entry.title, (), (), dict.fromkeys(entry.targets, reason))


def wrong_certificates(entry: Entry) -> Iterator[tuple[Wrong, Certificate]]:
    """Yield each wrong answer with the certificate that would hold if it were right.

    Raises
    ------
    NoCertificateError
        A wrong answer that cannot be written.
    """
    for wrong in entry.wrong:
        yield wrong, _wrong_certificate(entry, wrong.of, wrong.formula)


def _wrong_certificate(entry: Entry, target: str, formula: sp.Expr) -> Certificate:
    if isinstance(entry, ScalarEntry):
        made = scalar.certificate(entry, {target: formula})
    elif isinstance(entry, ArrayEntry):
        made = arrays.certificate(entry, {target: entry.in_index_form(formula, target)})
    elif isinstance(entry, MomentEntry):
        made = moments.certificate(entry, {target: formula})
    else:
        raise NoCertificateError(f"there is no certificate for {entry.name} yet")
    if made.missing:
        raise NoCertificateError(made.missing[target])
    return made
