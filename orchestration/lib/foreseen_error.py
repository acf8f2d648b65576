"""What can go wrong without a defect of Dwellhouse."""


class ForeseenError(Exception):
    """Its text says what is wrong and what to do: the command line prints that, and ends."""

    exit_status = 1
