"""Certificates judged by the kernel of the Coq proof assistant: neither SymPy nor our own code has a say in it."""

from checks.kernel.certificates import CheckedTheorem, LibraryError, check_certificates, check_typed, remembered
from checks.kernel.coq import Coq, CoqMissingError, find_coq

__all__ = [
    "CheckedTheorem",
    "Coq",
    "CoqMissingError",
    "LibraryError",
    "check_certificates",
    "check_typed",
    "find_coq",
    "remembered",
]
