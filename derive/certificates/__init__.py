"""Certificates: derivatives as theorems for the Coq proof assistant, with scripts that prove them.

This room only writes text. Whether a script proves its theorem is for Coq's kernel to say; `checks.kernel` asks it.
"""

from derive.certificates.document import LIBRARY, Certificate, NoCertificateError, Theorem, write_folder
from derive.certificates.entries import certificate, wrong_certificates
from derive.certificates.typed import typed_certificate

__all__ = [
    "LIBRARY",
    "Certificate",
    "NoCertificateError",
    "Theorem",
    "certificate",
    "typed_certificate",
    "write_folder",
    "wrong_certificates",
]
