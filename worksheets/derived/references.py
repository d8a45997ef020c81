"""An answer as text that the reader reads back as itself."""

from collections.abc import Sequence
from typing import Any

from worksheets.derived.function import UnderivableError


def references(forms: Sequence[Any], given: Sequence[str], names: Any) -> tuple[str, ...]:
    """Return the answer in each notation as text that is read back as itself, without a doubt where that can be had."""
    from derive.reading import UnreadableError, Vocabulary, read
    from derive.rendering import latex

    try:
        vocabulary = Vocabulary.from_declarations(given)
    except UnreadableError as error:
        raise UnderivableError(
            f"an answer with these names cannot be typed: {error.message} ({error.text!r}); ask for it as code"
        ) from None
    found = []
    for form in forms:
        readings: list[tuple[int, int, str]] = []
        for text in (str(form), latex(form, names)):
            try:
                reading = read(text, vocabulary)
            except UnreadableError:
                continue
            same = reading.expression == form or text != str(form)
            readings.append((len(reading.ambiguities) if same else 99, len(readings), text))
        if readings:
            found.append(min(readings)[2])
    if not found:
        raise UnderivableError(f"the answer {latex(forms[-1], names)} cannot be read back as text")
    return tuple(found)


def text_of(form: Any, given: Sequence[str], names: Any) -> str:
    """Return a formula as text that can be read, "" where it has none."""
    try:
        return references([form], given, names)[0]
    except UnderivableError:
        return ""
