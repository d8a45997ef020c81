"""The one error of this room."""


class NotCompilable(TypeError):  # noqa: N818 - the name says what the formula is, as the callers read it
    """The formula holds something that cannot be turned into NumPy code that is known to be right."""
