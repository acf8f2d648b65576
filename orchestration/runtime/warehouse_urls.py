"""Where a warehouse is: its databases' URLs, one a role. Connects to nothing."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import quote, urlsplit, urlunsplit

from orchestration.lib.chosen_folder import HOME, looked_into
from orchestration.lib.foreseen_error import ForeseenError

Role = Literal["loader", "transformer", "reader", "gatekeeper", "keymaster", "dagster"]
ROLES: tuple[Role, ...] = get_args(Role)
# What the API needs; it reads no file that holds more.
OF_THE_API: tuple[Role, ...] = ("reader", "gatekeeper")


class WarehouseError(ForeseenError):
    """The database cannot serve as the warehouse; the text says why and what to do."""


@dataclass(frozen=True)
class Warehouse:
    """The URLs of a warehouse that is ready, one a role."""

    loader: str
    transformer: str
    reader: str
    gatekeeper: str
    keymaster: str
    dagster: str

    @classmethod
    def of_home(cls, home: Path) -> "Warehouse":
        """Read what the last start wrote down; raises WarehouseError before the first start.

        Raises FolderError for what cannot be a home.
        """
        written = home / "secrets" / "warehouse.json"
        try:
            with looked_into(home, HOME):
                return cls(**json.loads(written.read_text("utf-8")))
        except FileNotFoundError as error:
            message = f"There is no warehouse in {home} yet; start one with: make up"
            raise WarehouseError(message) from error
        except TypeError as error:
            message = f"The warehouse in {home} is of an earlier version; start it with: make up"
            raise WarehouseError(message) from error


def with_database(url: str, database: str) -> str:
    """Give the same URL for another database of its server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{quote(database)}"))
