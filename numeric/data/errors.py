"""What can be wrong with a data file: one sentence that says which file, what is wrong, and how to mend it."""


class DataError(Exception):
    """A data file is damaged, or is not what it should be."""


class DataMissing(DataError):  # noqa: N818 - the data are missing; nothing went wrong
    """A data set is nowhere to be found and could not be fetched."""
