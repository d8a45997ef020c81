"""Makes certificates of `left = right` that `checks.replay` replays without knowing how they were found."""

from checks.certificates.certificate import Claim, NoCertificateError, NotShownError, certificate_of, statement_of

__all__ = ["Claim", "NoCertificateError", "NotShownError", "certificate_of", "statement_of"]
