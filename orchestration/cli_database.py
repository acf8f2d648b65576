"""The commands that lead into the database: `dwellhouse url` and `sql`."""

from enum import StrEnum
from typing import Annotated

import typer


class Role(StrEnum):
    """A database role that people and tools connect as."""

    reader = "reader"
    loader = "loader"
    transformer = "transformer"
    keymaster = "keymaster"


RoleOption = Annotated[Role, typer.Option(help="Whose rights the connection has")]


def url(role: RoleOption = Role.reader) -> None:
    """Print the database URL of a role, for psql and BI tools."""
    print(_url(role))


def sql(
    arguments: Annotated[
        list[str] | None, typer.Argument(help="Options of psql, such as -c 'select 1' or -f FILE")
    ] = None,
    role: RoleOption = Role.reader,
) -> None:
    """Open psql on the warehouse; it comes with Dwellhouse."""
    from orchestration.commands.database_shell import become_psql

    become_psql(_url(role), arguments or [])


def _url(role: Role) -> str:
    from orchestration.runtime.warehouse_urls import Warehouse
    from orchestration.settings import current_settings

    return str(getattr(Warehouse.of_home(current_settings().home), role))
