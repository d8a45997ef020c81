"""A worksheet as LaTeX, and as PDF where pdflatex is installed."""

from worksheets.building.latex.document import FigureError, document
from worksheets.building.latex.pdf import LatexError, NoLatexError, pdf, pdflatex, version

__all__ = ["FigureError", "LatexError", "NoLatexError", "document", "pdf", "pdflatex", "version"]
