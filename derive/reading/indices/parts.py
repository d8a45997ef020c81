"""What stands below a name, divided into indices."""

from collections.abc import Sequence

from derive.reading import tree
from derive.reading.collaborators import Collaborators
from derive.reading.errors import Trouble


class IndexParts(Collaborators):
    """Divides indices, and spells those that are part of a name."""

    def index_parts(self, below: tree.Node) -> list[tree.Node]:
        """Divide what stands below a name into indices: `ij` are two, and so are `i, j`."""
        nodes = list(below.items) if isinstance(below, tree.Group) else [below]
        parts: list[tree.Node] = []
        for node in nodes:
            items = node.items if isinstance(node, tree.Run) else (node,)
            for item in items:
                if (
                    isinstance(item, tree.Name)
                    and item.kind == "word"
                    and item.name.isalpha()
                    and item.name not in self.bound
                ):
                    start = item.span[0]
                    parts.extend(
                        tree.Name((start + place, start + place + 1), letter, "letter")
                        for place, letter in enumerate(item.name)
                    )
                else:
                    parts.append(item)
        return parts

    def index_name(self, parts: Sequence[tree.Node], position: int) -> str:
        """Return what is appended to the name of an entry that belongs to no declared array."""
        words = []
        for part in parts:
            if isinstance(part, tree.Name):
                bound = self.bound.get(part.name)
                words.append(part.name if bound is None or not bound.index.is_Integer else str(bound.index))
            elif isinstance(part, tree.Number) and part.value.denominator == 1:
                words.append(str(part.value))
            else:
                inner = self.of(part)
                if not inner.is_Integer or inner < 0:
                    raise Trouble("an index is a name or a whole number", part.span[0], "an index")
                words.append(str(inner))
        joined = all(len(word) == 1 and word.isalpha() for word in words)
        return ("" if joined else "_").join(words)
