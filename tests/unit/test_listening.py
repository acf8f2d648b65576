"""A server that could not listen is told beforehand: only a port that is taken is called in use."""

import socket

import pytest

from orchestration.runtime.listening import (
    AddressError,
    PortInUseError,
    listeners,
    require_free_port,
)
from orchestration.settings import Settings
from tests.free_ports import free_port


def test_each_server_has_its_own_settings() -> None:
    """The stack looks at all of them before it starts, and the doctor does."""
    settings = Settings(dagster_host="0.0.0.0", dagster_port=3, api_host="127.0.0.1", api_port=8)
    assert listeners(settings) == [("DAGSTER", "0.0.0.0", 3), ("API", "127.0.0.1", 8)]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])
def test_a_free_port_is_let_pass(host: str) -> None:
    require_free_port("API", host, free_port())


@pytest.mark.parametrize("host", ["nohost.invalid", "192.0.2.1", "::1", "a..b"])
def test_a_host_that_is_not_this_machine_is_named_with_its_setting(host: str) -> None:
    with pytest.raises(AddressError) as told:
        require_free_port("API", host, free_port())
    assert str(told.value).startswith(
        f"DWELLHOUSE_API_HOST = '{host}' is no IPv4 address of this machine. Set it to "
    )
    assert not isinstance(told.value, PortInUseError)


def test_a_port_in_use_is_told_with_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PortInUseError) as told:
            require_free_port("DAGSTER", "127.0.0.1", port, [port, port + 1])
    text, _, proposed = str(told.value).partition("=")
    assert text == (
        f"Port {port} on 127.0.0.1 is in use. Free it, or choose another: DWELLHOUSE_DAGSTER_PORT"
    )
    assert int(proposed) > port + 1, "not the port of another server of the stack"
    require_free_port("DAGSTER", "127.0.0.1", int(proposed))


def test_a_port_that_needs_rights_is_no_port_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the system gives a low port away depends on the machine, so it is made to refuse."""

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refused)
    told = "Port 80 on 127.0.0.1 is not open to you. Choose another: DWELLHOUSE_API_PORT"
    with pytest.raises(AddressError, match=told):
        require_free_port("API", "127.0.0.1", 80)
