"""The points of the assignment."""


def sums(parts: list[list[int]]) -> list[int]:
    """The points of the questions of each section, added up."""
    return [sum(section) for section in parts]
