"""Whether a server of the stack can listen where the settings say."""

import errno
import socket
from collections.abc import Collection
from contextlib import suppress

from orchestration.runtime.stack_state import StackError
from orchestration.settings import Settings

HIGHEST_PORT = 65_535


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


def require_free_port(name: str, host: str, port: int, others: Collection[int] = ()) -> None:
    """Raise AddressError unless the server whose settings begin with `name` can listen there.

    Of the ports that others of the stack are to have, none is proposed in its place.
    """
    try:
        _listen(host, port)
    except (OSError, UnicodeError) as error:  # the latter for what can be no name of a host
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise PortInUseError(
                f"Port {port} on {host} is in use. Free it, or choose another: "
                f"DWELLHOUSE_{name}_PORT={_next_free(host, port, others)}"
            ) from error
        raise _address_error(error, name, host, port) from error


def _listen(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def _next_free(host: str, port: int, others: Collection[int]) -> int:
    for candidate in range(port + 1, HIGHEST_PORT + 1):
        if candidate not in others:
            with suppress(OSError):
                _listen(host, candidate)
                return candidate
    return 0  # which lets the system choose


def _address_error(error: OSError | UnicodeError, name: str, host: str, port: int) -> AddressError:
    if isinstance(error, PermissionError):
        return AddressError(
            f"Port {port} on {host} is not open to you. Choose another: DWELLHOUSE_{name}_PORT"
        )
    return AddressError(
        f"DWELLHOUSE_{name}_HOST = {host!r} is no IPv4 address of this machine. "
        "Set it to 127.0.0.1, which only this machine reaches, or to 0.0.0.0 for all its addresses."
    )
