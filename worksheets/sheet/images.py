"""The images that a text shows, which have to stand in the folder of the source."""

import re

from worksheets.sheet.content import IMAGES, Source
from worksheets.source.blocks import Block, inside
from worksheets.source.problems import Report

_IMAGE = re.compile(r"!\[[^\]]*\]\((?P<name>[^)\s]+)[^)]*\)")


def pictured(block: Block, source: Source, report: Report) -> str:
    """Return a text, its images read into the source; one from a network or outside of the folder is a problem."""
    for found in _IMAGE.finditer(block.body):
        name = found["name"]
        line = block.body_line + block.body[: found.start()].count("\n")
        if re.match(r"[a-z]+:", name):
            report.add(line, f"the image {name!r} is not in the folder of the source", "put a copy of it there")
            continue
        path = inside(source.path.parent, name, report, line)
        if path is None:
            continue
        if path.suffix not in IMAGES:
            report.add(line, f"the image {name!r} is neither .png nor .svg", "convert it")
            continue
        try:
            source.images[name] = path.read_bytes()
            source.files.append(path)
        except OSError as error:
            report.add(
                line,
                f"the image {name!r} cannot be read: {error.strerror or error}",
                "write its name from the folder of the source on",
            )
    return block.body
