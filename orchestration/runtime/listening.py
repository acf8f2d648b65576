"""Whether a server of the stack can listen where the settings say."""

import errno
import socket

from orchestration.runtime.stack_state import StackError
from orchestration.settings import Settings


class AddressError(StackError):
    """Nothing can listen at an address; the text names the setting."""


class PortInUseError(AddressError):
    """Something listens there already."""


def listeners(settings: Settings) -> list[tuple[str, str, int]]:
    """Give each server that others ask: how its settings begin, its host and its port."""
    return [
        ("DAGSTER", settings.dagster_host, settings.dagster_port),
        ("API", settings.api_host, settings.api_port),
    ]


def require_free_port(name: str, host: str, port: int) -> None:
    """Raise AddressError unless the server whose settings begin with `name` can listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, UnicodeError) as error:  # the latter for what can be no name of a host
            raise _address_error(error, name, host, port) from error


def _address_error(error: OSError | UnicodeError, name: str, host: str, port: int) -> AddressError:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return PortInUseError(
            f"Port {port} on {host} is in use. Free it, or choose another: "
            f"DWELLHOUSE_{name}_PORT={port + 1}"
        )
    if isinstance(error, PermissionError):
        return AddressError(
            f"Port {port} on {host} is not open to you. Choose another: DWELLHOUSE_{name}_PORT"
        )
    return AddressError(
        f"DWELLHOUSE_{name}_HOST = {host!r} is no IPv4 address of this machine. "
        "Set it to 127.0.0.1, which only this machine reaches, or to 0.0.0.0 for all its addresses."
    )
