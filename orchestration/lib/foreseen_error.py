"""What can go wrong without a defect of Dwellhouse."""

# Connection failures, and a server that is being started or stopped; a full disk, a lock that is
# held and a query that took too long are errors of this kind as well.
AWAY = ("08", "57P")


class ForeseenError(Exception):
    """Its text says what is wrong and what to do: the command line prints that, and ends."""

    exit_status = 1


def told_of(error: Exception) -> str | None:
    """Give what to tell the user; None for what only a defect explains."""
    if isinstance(error, ForeseenError):
        return str(error)
    from psycopg import OperationalError  # a command that needs no database does not pay for it

    if not isinstance(error, OperationalError):
        return None
    if error.sqlstate is None or error.sqlstate.startswith(AWAY):
        return f"The database does not answer; is the stack up? Start it with: make up\n{error}"
    return f"The database could not do what was asked: {error}"
