"""A worksheet as its source says it: `read_source` reads the file, `Source.resolve` derives what follows."""

from worksheets.sheet.content import IMAGES, Section, Source
from worksheets.sheet.questions import LONGEST_NAME
from worksheets.sheet.reading import FORMAT, read_source

__all__ = ["FORMAT", "IMAGES", "LONGEST_NAME", "Section", "Source", "read_source"]
