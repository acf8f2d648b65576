"""psql on the warehouse: the one of the embedded server, so that nobody needs to install one."""

import os
from collections.abc import Sequence
from typing import NoReturn

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from orchestration.runtime.embedded_postgres import BINARIES


def become_psql(url: str, arguments: Sequence[str]) -> NoReturn:
    """Replace this process by psql on `url`, so that signals and the exit status are its own.

    Raises psycopg.OperationalError where no server answers.
    """
    psycopg.connect(url).close()  # says what to do where there is no server, which psql does not
    address = conninfo_to_dict(url)
    # By the environment: what a process is called with, everybody on the machine can read.
    environment = {**os.environ, "PGPASSWORD": str(address.pop("password", ""))}
    psql = str(BINARIES / "psql")
    target = make_conninfo("", **address)
    os.execve(psql, [psql, "--dbname", target, *arguments], environment)  # noqa: S606 - no shell
