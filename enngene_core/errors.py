"""Errors that a user can mend; only the command line turns them into one line and an exit code."""


class EnngeneError(Exception):
    """Base of every error that is explained by its message alone."""


class IntervalError(EnngeneError, ValueError):
    """A BED or narrowPeak file cannot be used as it is."""


class GenomeError(EnngeneError, ValueError):
    """A FASTA reference cannot be used as it is."""


class SignalError(EnngeneError, ValueError):
    """A bigWig file cannot be used as it is, or belongs to another assembly."""


class DatasetError(EnngeneError, ValueError):
    """A dataset file is not one, or lacks what a step needs."""


class BundleError(EnngeneError, ValueError):
    """A model bundle is not one, or holds what a bundle must not hold."""


class SpecError(EnngeneError, ValueError):
    """A parameter, or a combination of parameters, is not allowed."""


class InsufficientMemoryError(EnngeneError, MemoryError):
    """The work would not fit into the memory that it was given."""


class MotifError(EnngeneError, ValueError):
    """A file of motifs cannot be used as it is, or motifs cannot be had from what is there."""
