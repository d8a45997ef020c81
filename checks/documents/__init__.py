"""The audit of one's own document: the formulas, asserts and printed outputs of a Markdown file or a notebook."""

from checks.documents.claims import Claim, DocumentAudit, LeftOut
from checks.documents.run import audit_document
from checks.documents.source import DocumentError, looks_like_a_file, read_document

__all__ = [
    "Claim",
    "DocumentAudit",
    "DocumentError",
    "LeftOut",
    "audit_document",
    "looks_like_a_file",
    "read_document",
]
